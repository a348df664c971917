import math

import numpy as np
import pytest

from actviz_widgets.feature_maps import (
    Region,
    Statistics,
    channel_count,
    channel_noun,
    feature_map,
    has_feature_maps,
    marked_region,
    place,
    statistics,
)

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("shape", "noun", "count", "maps"),
    [
        ((), "channel", 1, False),
        ((10,), "unit", 10, False),
        ((5, 8), "channel", 8, False),
        ((4, 6, 3), "channel", 3, True),
        ((None, None, 3), "channel", 3, True),
        ((2, 4, 6, 3), "channel", 3, False),
        ((None,), "unit", 1, False),
    ],
)
def test_channels_are_the_last_axis(
    shape: tuple[int | None, ...], noun: str, count: int, maps: bool
) -> None:
    assert channel_noun(shape) == noun
    assert channel_count(shape) == count
    assert has_feature_maps(shape) is maps


def test_of_a_2d_layer_the_map_is_the_channel() -> None:
    activation = RNG.normal(size=(4, 6, 3)).astype(np.float32)
    np.testing.assert_array_equal(feature_map(activation, 1), activation[:, :, 1])
    assert feature_map(activation, 1).dtype == np.float32


def test_a_sequence_is_a_map_of_all_its_channels() -> None:
    activation = RNG.normal(size=(5, 8))
    np.testing.assert_array_equal(feature_map(activation, 3), activation)


def test_of_more_axes_the_middle_is_taken() -> None:
    activation = RNG.normal(size=(7, 4, 6, 3))
    np.testing.assert_array_equal(feature_map(activation, 2), activation[3, :, :, 2])
    activation = RNG.normal(size=(2, 7, 4, 6, 3))
    np.testing.assert_array_equal(feature_map(activation, 2), activation[1, 3, :, :, 2])


def test_a_single_number_is_a_map_of_one() -> None:
    assert feature_map(np.array(2.5), 0).tolist() == [[2.5]]


@pytest.mark.parametrize(
    ("units", "shape"),
    [(1, (1, 1)), (10, (1, 10)), (32, (1, 32)), (128, (8, 16)), (512, (16, 32)), (4096, (64, 64))],
)
def test_units_are_folded_into_full_rows(units: int, shape: tuple[int, int]) -> None:
    activation = np.arange(units)
    folded = feature_map(activation, 0)
    assert folded.shape == shape
    np.testing.assert_array_equal(folded.reshape(-1), activation)


@pytest.mark.parametrize("units", [33, 50, 100, 1000, 4097])
def test_a_last_row_of_units_that_is_not_full_ends_in_nan(units: int) -> None:
    folded = feature_map(np.arange(units, dtype=np.float32), 0)
    rows, columns = folded.shape
    assert (rows - 1) * columns < units < rows * columns
    np.testing.assert_array_equal(folded.reshape(-1)[:units], np.arange(units))
    assert np.isnan(folded.reshape(-1)[units:]).all()


@pytest.mark.parametrize("units", [33, 50, 100, 1000, 2048, 4097, 100_000])
def test_many_units_are_folded_about_as_high_as_wide(units: int) -> None:
    rows, columns = feature_map(np.zeros(units, np.float32), 0).shape
    assert 1 / 2 <= columns / rows <= 4


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.bool_])
def test_units_of_any_dtype_can_be_folded(dtype: type) -> None:
    folded = feature_map(np.ones(33, dtype), 0)
    assert folded.reshape(-1)[:33].tolist() == [1.0] * 33
    assert np.isnan(folded.reshape(-1)[33:]).all()


@pytest.mark.parametrize("shape", [(2,), (10,), (33,), (50,), (1000,)])
def test_the_marked_place_has_the_value_of_the_unit(shape: tuple[int]) -> None:
    activation = RNG.normal(size=shape)
    for unit in (0, 1, shape[0] // 2, shape[0] - 1):
        mark = marked_region(shape, unit)
        assert mark is not None
        assert (mark.height, mark.width) == (1, 1)
        assert feature_map(activation, unit)[mark.row, mark.column] == activation[unit]
        assert place(shape, mark.row, mark.column) == f"unit {unit}"


def test_the_marked_column_of_a_sequence_is_the_channel() -> None:
    activation = RNG.normal(size=(5, 8))
    for channel in range(8):
        mark = marked_region(activation.shape, channel)
        assert mark == Region(0, channel, 5, 1)
        shown = feature_map(activation, channel)
        np.testing.assert_array_equal(shown[:, mark.column], activation[:, channel])
        assert place(activation.shape, 2, mark.column) == f"step 2, channel {channel}"


@pytest.mark.parametrize("shape", [(), (1,), (5, 1), (4, 6, 3), (2, 4, 6, 3)])
def test_nothing_is_marked_where_all_of_the_map_is_the_channel(shape: tuple[int, ...]) -> None:
    assert marked_region(shape, 0) is None


def test_a_place_in_a_feature_map_is_its_row_and_column() -> None:
    assert place((4, 6, 3), 2, 5) == "row 2, column 5"


def test_no_unit_is_named_where_the_last_row_holds_none() -> None:
    row, column = np.argwhere(np.isnan(feature_map(np.zeros(50), 0)))[0]
    assert "50" not in place((50,), int(row), int(column))


@pytest.mark.parametrize("channel_at", [0, 1])
def test_a_map_is_a_view_and_costs_no_memory(channel_at: int) -> None:
    activation = np.zeros((4, 6, 2))
    assert np.shares_memory(feature_map(activation, channel_at), activation)


@pytest.mark.parametrize(
    "activation", [np.zeros((0, 4, 3)), np.zeros(0), np.array(["cat"]), np.ones((2, 2, 2), complex)]
)
def test_what_holds_no_numbers_to_show_is_refused(activation: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no numbers in it to show") as info:
        feature_map(activation, 0)
    assert str(activation.shape) in str(info.value)
    assert str(activation.dtype) in str(info.value)


def test_statistics_are_of_all_values() -> None:
    values = np.array([[0.0, -2.0], [0.0, 6.0]])
    assert statistics(values) == Statistics(
        minimum=-2.0, mean=1.0, maximum=6.0, zeros=0.5, not_finite=0
    )


def test_a_dead_map_is_all_zeros() -> None:
    assert statistics(np.zeros((3, 3), np.float32)) == Statistics(0.0, 0.0, 0.0, 1.0, 0)


def test_values_that_are_not_finite_are_counted_and_left_out() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 1.0, 3.0, 0.0, 0.0, 0.0])
    assert statistics(values) == Statistics(
        minimum=0.0, mean=0.8, maximum=3.0, zeros=3 / 8, not_finite=3
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_of_nothing_finite_there_are_no_statistics(value: float) -> None:
    numbers = statistics(np.full((2, 3), value))
    assert math.isnan(numbers.minimum)
    assert math.isnan(numbers.mean)
    assert math.isnan(numbers.maximum)
    assert (numbers.zeros, numbers.not_finite) == (0.0, 6)


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        (np.full(1000, 60000, np.float16), 60000.0),
        (np.full(10, 3e38, np.float32), float(np.float32(3e38))),
        (np.full(10, 250, np.uint8), 250.0),
        (np.array([True, False]), 0.5),
    ],
)
def test_means_do_not_overflow(values: np.ndarray, mean: float) -> None:
    with np.errstate(all="raise"):
        assert statistics(values).mean == pytest.approx(mean)
