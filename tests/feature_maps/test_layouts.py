from __future__ import annotations

import itertools

import numpy as np
import pytest

from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout_of import layout_of
from actviz_widgets.feature_maps.layouts import MOST_BARS
from actviz_widgets.views import BarsView, Region, WordsView

from .laying_out import FIRST, SCORES, TOKENS, layout_for, map_view, values


def test_each_channel_of_a_2d_layer_is_a_map() -> None:
    activation = values(4, 6, 3)
    layout = layout_for(activation)
    for channel in range(3):
        shown = layout.feature_map(activation, channel, 0)
        np.testing.assert_array_equal(shown, activation[:, :, channel])
        np.testing.assert_array_equal(layout.channel_values(activation, channel, 0), shown)
        assert shown.dtype == np.float32


def test_each_channel_of_a_2d_layer_with_channels_first_is_a_map() -> None:
    activation = values(3, 4, 6)
    layout = layout_for(activation, FIRST)
    for channel in range(3):
        shown = layout.feature_map(activation, channel, 0)
        np.testing.assert_array_equal(shown, activation[channel])
        np.testing.assert_array_equal(layout.channel_values(activation, channel, 0), shown)


def test_a_feature_map_is_shown_whole_with_rows_and_columns_as_places() -> None:
    activation = values(4, 6, 3)
    view = map_view(layout_for(activation), activation, 2)
    np.testing.assert_array_equal(view.values, activation[:, :, 2])
    assert view.mark is None
    assert view.unused is None
    assert view.profile is None
    assert view.is_square
    assert view.place(2, 5) == "row 2, column 5"


@pytest.mark.parametrize(("shape", "first"), [((7, 4, 6, 3), False), ((3, 7, 4, 6), True)])
def test_each_slice_of_a_volume_is_a_map(shape: tuple[int, ...], first: bool) -> None:
    activation = values(*shape)
    layout = layout_for(activation, LayerRole(channels_first=first))
    for channel, at in itertools.product(range(3), range(7)):
        expected = activation[channel, at] if first else activation[at, :, :, channel]
        np.testing.assert_array_equal(layout.feature_map(activation, channel, at), expected)
        np.testing.assert_array_equal(map_view(layout, activation, channel, at).values, expected)


@pytest.mark.parametrize(("shape", "first"), [((2, 7, 4, 6, 3), False), ((3, 2, 7, 4, 6), True)])
def test_of_more_axes_all_before_the_height_are_slices(shape: tuple[int, ...], first: bool) -> None:
    activation = values(*shape)
    layout = layout_for(activation, LayerRole(channels_first=first))
    for channel, (at, place) in itertools.product(range(3), enumerate(np.ndindex(2, 7))):
        expected = activation[(channel, *place) if first else (*place, ..., channel)]
        np.testing.assert_array_equal(layout.feature_map(activation, channel, at), expected)


@pytest.mark.parametrize("units", [1, 2, 10, MOST_BARS])
def test_few_units_are_a_bar_each(units: int) -> None:
    activation = values(units)
    view = layout_for(activation).view(activation, units - 1, 0, None)
    assert isinstance(view, BarsView)
    np.testing.assert_array_equal(view.values, activation)
    assert view.labels == tuple(f"unit {index}" for index in range(units))
    assert view.chosen == units - 1


def test_bars_of_units_with_names_have_these() -> None:
    activation = values(3)
    view = layout_for(activation).view(activation, 1, 0, ["cat", "dog", "cow"])
    assert isinstance(view, BarsView)
    assert view.labels == ("cat", "dog", "cow")


def test_more_units_are_a_map_with_the_chosen_one_marked() -> None:
    activation = values(MOST_BARS + 1)
    view = map_view(layout_for(activation), activation, MOST_BARS)
    assert view.values.ndim == 2
    assert view.mark is not None
    assert view.values[view.mark.row, view.mark.column] == activation[MOST_BARS]


@pytest.mark.parametrize(
    ("units", "shape"),
    [
        (1, (1, 1)), (10, (1, 10)), (24, (1, 24)), (64, (8, 8)), (256, (16, 16)), (4096, (64, 64)),
    ],
)  # fmt: skip
def test_units_are_folded_into_full_rows(units: int, shape: tuple[int, int]) -> None:
    activation = np.arange(units)
    folded = layout_for(activation).feature_map(activation, 0, 0)
    assert folded.shape == shape
    np.testing.assert_array_equal(folded.reshape(-1), activation)


@pytest.mark.parametrize("units", [32, 128, 512, 1024, 2048])
def test_a_power_of_two_of_units_fills_its_rows(units: int) -> None:
    activation = np.arange(units)
    layout = layout_for(activation)
    np.testing.assert_array_equal(
        layout.feature_map(activation, 0, 0).reshape(-1), activation, strict=True
    )
    assert map_view(layout, activation).unused is None


@pytest.mark.parametrize("units", [25, 33, 50, 100, 1000, 4097])
def test_a_last_row_of_units_that_is_not_full_ends_in_nan(units: int) -> None:
    activation = np.arange(units, dtype=np.float32)
    folded = layout_for(activation).feature_map(activation, 0, 0)
    rows, columns = folded.shape
    assert (rows - 1) * columns < units < rows * columns
    np.testing.assert_array_equal(folded.reshape(-1)[:units], np.arange(units))
    assert np.isnan(folded.reshape(-1)[units:]).all()


@pytest.mark.parametrize("units", [25, 33, 50, 100, 1000, 2048, 4097, 100_000])
def test_many_units_are_folded_about_as_high_as_wide(units: int) -> None:
    activation = np.zeros(units, np.float32)
    rows, columns = layout_for(activation).feature_map(activation, 0, 0).shape
    assert 1 / 3 <= columns / rows <= 3


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.bool_])
def test_units_of_any_dtype_can_be_folded(dtype: type) -> None:
    activation = np.ones(33, dtype)
    folded = layout_for(activation).feature_map(activation, 0, 0)
    assert folded.reshape(-1)[:33].tolist() == [1.0] * 33
    assert np.isnan(folded.reshape(-1)[33:]).all()


@pytest.mark.parametrize("count", [2, 10, 24, 25, 33, 50, 1000])
def test_the_marked_place_has_the_value_of_the_unit(count: int) -> None:
    activation = values(count)
    layout = layout_for(activation)
    for unit in (0, 1, count // 2, count - 1):
        mark = layout.mark(unit)
        assert mark is not None
        assert (mark.height, mark.width) == (1, 1)
        assert layout.feature_map(activation, unit, 0)[mark.row, mark.column] == activation[unit]
        assert layout.place(mark.row, mark.column) == f"unit {unit}"


@pytest.mark.parametrize("units", [25, 33, 50, 1000, 4097])
def test_no_unit_is_named_where_the_last_row_holds_none_and_that_is_left_blank(units: int) -> None:
    activation = np.zeros(units)
    layout = layout_for(activation)
    empty = np.argwhere(np.isnan(layout.feature_map(activation, 0, 0)))
    unused = map_view(layout, activation).unused
    assert unused is not None
    covered = np.argwhere(np.ones((unused.height, unused.width)))
    covered += np.array([unused.row, unused.column])
    np.testing.assert_array_equal(covered, empty)
    for row, column in empty.tolist():
        assert layout.place(row, column) == "no unit"


def test_the_statistics_of_a_unit_are_those_of_all_units_and_not_of_what_fills_the_row() -> None:
    activation = values(50)
    np.testing.assert_array_equal(
        layout_for(activation).channel_values(activation, 3, 0), activation
    )


@pytest.mark.parametrize(
    ("activation", "names", "expected"),
    [
        (np.array([0.5, 2.25, -7.0]), None, "strongest: unit 1, 2.25"),
        (np.array([0.5, 2.25, -7.0]), ["a", "b", "c"], "strongest: unit 1 (b), 2.25"),
        (np.array([np.nan, np.inf, -np.inf, 1.0, 0.5]), None, "strongest: unit 3, 1"),
        (np.array([3, 1], np.uint8), None, "strongest: unit 0, 3"),
        (np.array([False, True]), None, "strongest: unit 1, 1"),
        (np.array([-1.0, -3.0], np.float16), None, "strongest: unit 0, -1"),
        (np.array([np.nan, np.nan]), None, ""),
        (np.array([2.0]), None, ""),
    ],
)
def test_the_strongest_unit_is_named(
    activation: np.ndarray, names: list[str] | None, expected: str
) -> None:
    assert layout_for(activation).caption(activation, 0, names) == expected


def test_of_many_units_the_strongest_is_named_too() -> None:
    activation = np.zeros(1000, np.float32)
    activation[283] = 1
    names = [f"class {index}" for index in range(1000)]
    caption = layout_for(activation).caption(activation, 0, names)
    assert caption == "strongest: unit 283 (class 283), 1"


def test_a_sequence_is_a_map_of_all_its_channels_with_the_chosen_one_as_a_line() -> None:
    activation = values(5, 8)
    layout = layout_for(activation)
    for channel in range(8):
        view = map_view(layout, activation, channel)
        np.testing.assert_array_equal(view.values, activation)
        np.testing.assert_array_equal(view.profile, activation[:, channel])
        np.testing.assert_array_equal(
            layout.channel_values(activation, channel, 0), activation[:, channel]
        )
        assert not view.is_square


def test_a_sequence_with_channels_first_is_shown_with_the_time_downward_too() -> None:
    activation = values(8, 5)
    layout = layout_for(activation, FIRST)
    for channel in range(8):
        view = map_view(layout, activation, channel)
        np.testing.assert_array_equal(view.values, activation.T)
        np.testing.assert_array_equal(view.profile, activation[channel])
        assert view.mark == Region(0, channel, 5, 1)


@pytest.mark.parametrize("first", [False, True])
def test_the_marked_column_of_a_sequence_is_the_channel(first: bool) -> None:
    activation = values(8, 5) if first else values(5, 8)
    layout = layout_for(activation, LayerRole(channels_first=first))
    for channel in range(8):
        mark = layout.mark(channel)
        assert mark == Region(0, channel, 5, 1)
        shown = layout.feature_map(activation, channel, 0)
        expected = activation[channel] if first else activation[:, channel]
        np.testing.assert_array_equal(shown[:, mark.column], expected)
        assert layout.place(2, mark.column) == f"row 2, channel {channel}"


@pytest.mark.parametrize(
    ("shape", "role"),
    [
        ((), LayerRole()),
        ((5, 1), LayerRole()),
        ((1, 5), FIRST),
        ((4, 6, 3), LayerRole()),
        ((2, 4, 6, 3), LayerRole()),
        ((2, 9, 9), SCORES),
        ((16, 8), TOKENS),
    ],
)
def test_nothing_is_marked_where_all_of_the_map_is_the_channel(
    shape: tuple[int, ...], role: LayerRole
) -> None:
    assert layout_of(shape, role, "float32").mark(0) is None


def test_attention_scores_are_a_map_for_each_head() -> None:
    activation = values(4, 9, 12)
    layout = layout_for(activation, SCORES)
    for head in range(4):
        np.testing.assert_array_equal(layout.feature_map(activation, head, 0), activation[head])
        np.testing.assert_array_equal(layout.channel_values(activation, head, 0), activation[head])
    view = map_view(layout, activation, 3)
    np.testing.assert_array_equal(view.values, activation[3])
    assert view.place(2, 5) == "query 2, key 5"


def test_attention_scores_without_heads_are_one_map() -> None:
    activation = values(9, 12)
    layout = layout_for(activation, SCORES)
    np.testing.assert_array_equal(layout.feature_map(activation, 0, 0), activation)
    assert layout.place(8, 11) == "query 8, key 11"


def test_attention_scores_stay_whole_whatever_the_data_format() -> None:
    activation = values(4, 9, 12)
    layout = layout_for(activation, LayerRole(is_attention=True, channels_first=True))
    np.testing.assert_array_equal(layout.feature_map(activation, 1, 0), activation[1])


def test_what_the_class_token_holds_is_said() -> None:
    activation = values(17, 3)
    activation[0] = [0.5, -1.25, 3]
    layout = layout_for(activation, TOKENS)
    assert layout.caption(activation, 1, None) == "not in the map: class token -1.25"
    assert layout.caption(activation, 2, None) == "not in the map: class token 3"


def test_of_patches_alone_nothing_is_left_out() -> None:
    activation = values(16, 3)
    assert layout_for(activation, TOKENS).caption(activation, 0, None) == ""


def test_what_two_tokens_that_are_no_patches_hold_is_said() -> None:
    activation = values(26, 2)
    activation[:2, 1] = [1.5, 2.5]
    layout = layout_for(activation, LayerRole(may_be_tokens=True, grid=(4, 6)))
    assert "1.5, 2.5" in layout.caption(activation, 1, None)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.bool_])
def test_a_single_number_is_a_map_of_one(dtype: type) -> None:
    activation = np.array(1, dtype)
    layout = layout_for(activation)
    assert layout.feature_map(activation, 0, 0).tolist() == [[1]]
    assert layout.channel_values(activation, 0, 0).tolist() == [[1]]


@pytest.mark.parametrize(
    ("activation", "text"),
    [
        (np.array(2.5), "2.5"),
        (np.array(1234567, np.float32), "1.23457e+06"),
        (np.array(np.nan), "nan"),
        (np.array(7), "7"),
        (np.array(True), "True"),
        (np.array("cat"), "'cat'"),
        (np.array([["cat", "dog"], ["a 'b'", "ü"]]), "'cat'\n'dog'\n\"a 'b'\"\n'ü'"),
        (np.array([b"cat"]), "b'cat'"),
        (np.array([1 + 2j, 0.5], np.complex64), "1+2j\n0.5+0j"),
    ],
)
def test_what_is_no_map_is_said_in_words(activation: np.ndarray, text: str) -> None:
    view = layout_for(activation).view(activation, 0, 0, None)
    assert view == WordsView(text)


def test_of_very_many_texts_the_first_are_said() -> None:
    activation = np.array(["word"] * 100_000)
    view = layout_for(activation).view(activation, 0, 0, None)
    assert isinstance(view, WordsView)
    assert set(view.text.split("\n")) == {"'word'"}
    assert len(view.text) < 10_000


def test_of_an_empty_activation_the_shape_is_said() -> None:
    activation = np.zeros((0, 4, 3))
    view = layout_for(activation).view(activation, 0, 0, None)
    assert isinstance(view, WordsView)
    assert "(0, 4, 3)" in view.text


@pytest.mark.parametrize(
    "activation", [np.zeros((0, 4, 3)), np.zeros(0), np.array(["cat"]), np.ones((2, 2, 2), complex)]
)
def test_what_holds_no_numbers_to_show_is_refused(activation: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no map") as info:
        layout_for(activation).feature_map(activation, 0, 0)
    assert str(activation.shape) in str(info.value)
    assert str(activation.dtype) in str(info.value)
