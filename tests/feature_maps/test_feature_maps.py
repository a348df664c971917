from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import ml_dtypes  # noqa: F401  # which makes numpy know bfloat16, as TensorFlow and JAX do
import numpy as np
import pytest

from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layouts import (
    MOST_BARS,
    Attention,
    FeatureMaps,
    Layout,
    Series,
    Shape,
    Tokens,
    Units,
    Value,
    Volume,
    layout_of,
)
from actviz_widgets.views import BarsView, MapView, Region, WordsView

RNG = np.random.default_rng(0)
FIRST = LayerRole(channels_first=True)
SCORES = LayerRole(is_attention=True)
TOKENS = LayerRole(may_be_tokens=True)


def layout_for(activation: np.ndarray, role: LayerRole = LayerRole()) -> Layout:  # noqa: B008
    return layout_of(activation.shape, role, activation.dtype)


def values(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def map_view(layout: Layout, activation: np.ndarray, channel: int = 0, at: int = 0) -> MapView:
    view = layout.view(activation, channel, at, None)
    assert isinstance(view, MapView)
    return view


@pytest.mark.parametrize(
    ("shape", "role", "kind", "noun", "count", "slices", "maps"),
    [
        ((), LayerRole(), Value, "value", 1, 1, False),
        ((10,), LayerRole(), Units, "unit", 10, 1, False),
        ((None,), LayerRole(), Units, "unit", None, 1, False),
        ((5, 8), LayerRole(), Series, "channel", 8, 1, False),
        ((5, 8), FIRST, Series, "channel", 5, 1, False),
        ((None, 8), LayerRole(), Series, "channel", 8, 1, False),
        ((5, None), LayerRole(), Series, "channel", None, 1, False),
        ((4, 6, 3), LayerRole(), FeatureMaps, "channel", 3, 1, True),
        ((4, 6, 3), FIRST, FeatureMaps, "channel", 4, 1, True),
        ((None, None, 3), LayerRole(), FeatureMaps, "channel", 3, 1, True),
        ((3, None, None), FIRST, FeatureMaps, "channel", 3, 1, True),
        ((7, 4, 6, 3), LayerRole(), Volume, "channel", 3, 7, True),
        ((3, 7, 4, 6), FIRST, Volume, "channel", 3, 7, True),
        ((2, 7, 4, 6, 3), LayerRole(), Volume, "channel", 3, 14, True),
        ((3, 2, 7, 4, 6), FIRST, Volume, "channel", 3, 14, True),
        ((None, 4, 6, 3), LayerRole(), Volume, "channel", 3, None, True),
        ((3, None, 4, 6), FIRST, Volume, "channel", 3, None, True),
        ((7, None, None, 3), LayerRole(), Volume, "channel", 3, 7, True),
        ((4, 9, 9), SCORES, Attention, "head", 4, 1, True),
        ((None, 9, 9), SCORES, Attention, "head", None, 1, True),
        ((9, 12), SCORES, Attention, "head", 1, 1, True),
        ((16, 8), TOKENS, Tokens, "channel", 8, 1, True),
        ((0, 4, 3), LayerRole(), Value, "value", 1, 1, False),
    ],
)
def test_what_is_chosen_by_number_follows_from_shape_and_role(
    shape: Shape,
    role: LayerRole,
    kind: type[Layout],
    noun: str,
    count: int | None,
    slices: int | None,
    maps: bool,
) -> None:
    layout = layout_of(shape, role, "float32")
    assert type(layout) is kind
    assert (layout.noun, layout.count, layout.slice_count) == (noun, count, slices)
    assert layout.has_feature_maps is maps


@pytest.mark.parametrize(
    "dtype",
    [
        "float16",
        "float32",
        "float64",
        "bfloat16",
        "float8_e4m3fn",
        "int8",
        "uint8",
        "int64",
        "bool",
    ],
)
def test_numbers_of_any_precision_are_laid_out_as_maps(dtype: str) -> None:
    assert layout_of((4, 6, 3), LayerRole(), dtype) == FeatureMaps((4, 6, 3))


def test_numbers_that_numpy_knows_only_with_a_backend_loaded_are_maps_also_without_it() -> None:
    code = (
        "import sys; from actviz_widgets.feature_maps.layouts import layout_of, LayerRole\n"
        "assert 'ml_dtypes' not in sys.modules\n"
        "print(type(layout_of((4, 6, 3), LayerRole(), 'bfloat16')).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "FeatureMaps"


@pytest.mark.parametrize("dtype", ["string", "complex64", "complex128", "<U3", "object"])
def test_what_holds_no_real_numbers_is_said_in_words(dtype: str) -> None:
    assert layout_of((4, 6, 3), LayerRole(), dtype) == Value((4, 6, 3))


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
        assert layout.place(2, mark.column) == f"step 2, channel {channel}"


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


@pytest.mark.parametrize(
    ("count", "grid", "expected", "extra"),
    [
        (196, None, (14, 14), 0),
        (197, None, (14, 14), 1),
        (196, (14, 14), (14, 14), 0),
        (198, (14, 14), (14, 14), 2),
        (24, (4, 6), (4, 6), 0),
        (25, (4, 6), (4, 6), 1),
        (26, (4, 6), (4, 6), 2),
        (36, (4, 9), (4, 9), 0),
        (16, (5, 7), (4, 4), 0),
        (4, None, (2, 2), 0),
        (5, None, (2, 2), 1),
    ],
)
def test_tokens_that_are_patches_are_folded_back_to_the_picture(
    count: int, grid: tuple[int, int] | None, expected: tuple[int, int], extra: int
) -> None:
    activation = values(count, 3)
    layout = layout_for(activation, LayerRole(may_be_tokens=True, grid=grid))
    assert layout == Tokens((count, 3), expected, extra)
    for channel in range(3):
        shown = layout.feature_map(activation, channel, 0)
        assert shown.shape == expected
        for row, column in np.ndindex(expected):
            token = extra + row * expected[1] + column
            assert shown[row, column] == activation[token, channel]
            assert layout.place(row, column) == f"token {token}, patch row {row}, column {column}"
        np.testing.assert_array_equal(
            layout.channel_values(activation, channel, 0), activation[:, channel]
        )


def test_the_grid_of_the_maps_before_goes_before_a_square() -> None:
    role = LayerRole(may_be_tokens=True, grid=(2, 8))
    assert layout_of((16, 3), role, "float32") == Tokens((16, 3), (2, 8), 0)


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


@pytest.mark.parametrize("count", [1, 2, 3, 15, 18, 51, None])
def test_counts_that_fill_no_grid_are_a_series(count: int | None) -> None:
    assert layout_of((count, 8), TOKENS, "float32") == Series((count, 8))


@pytest.mark.parametrize("count", [16, 17, 196, 197])
def test_a_series_of_square_length_that_is_not_made_of_a_picture_stays_a_series(count: int) -> None:
    role = LayerRole(may_be_tokens=False, grid=(14, 14))
    assert layout_of((count, 8), role, "float32") == Series((count, 8))


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


@pytest.mark.parametrize(
    ("shape", "role"),
    [
        ((4, 6, 2), LayerRole()),
        ((2, 4, 6), FIRST),
        ((7, 4, 6, 2), LayerRole()),
        ((2, 7, 4, 6), FIRST),
        ((5, 2), LayerRole()),
        ((2, 5), FIRST),
        ((3, 9, 9), SCORES),
        ((17, 2), TOKENS),
        ((16,), LayerRole()),
    ],
)
def test_a_map_is_a_view_and_costs_no_memory(shape: tuple[int, ...], role: LayerRole) -> None:
    activation = np.zeros(shape)
    layout = layout_for(activation, role)
    assert np.shares_memory(layout.feature_map(activation, 1, 0), activation)


@pytest.mark.parametrize(
    ("shape", "role", "chosen", "nearest"),
    [
        ((4, 6, 3), LayerRole(), (1, 0), (1, 0)),
        ((4, 6, 3), LayerRole(), (3, 5), (2, 0)),
        ((4, 6, 3), FIRST, (9, 0), (3, 0)),
        ((7, 4, 6, 3), LayerRole(), (2, 6), (2, 6)),
        ((7, 4, 6, 3), LayerRole(), (3, 7), (2, 6)),
        ((10,), LayerRole(), (100, 100), (9, 0)),
        ((9, 12), SCORES, (4, 0), (0, 0)),
        ((), LayerRole(), (17, 3), (0, 0)),
        ((0, 4, 3), LayerRole(), (2, 0), (0, 0)),
    ],
)
def test_the_nearest_choice_is_the_same_one_or_the_last_there_is(
    shape: tuple[int, ...], role: LayerRole, chosen: tuple[int, int], nearest: tuple[int, int]
) -> None:
    assert layout_of(shape, role, "float32").nearest(*chosen) == nearest


ROLES = [
    LayerRole(),
    FIRST,
    SCORES,
    TOKENS,
    LayerRole(may_be_tokens=True, grid=(2, 3), channels_first=True),
]


@pytest.mark.parametrize("role", ROLES)
def test_every_choice_there_is_has_a_view_whatever_the_shape(role: LayerRole) -> None:
    dtypes: list[Any] = [np.float32, np.float16, np.int32, np.bool_]
    for rank in range(7):
        for _ in range(12):
            shape = tuple(int(size) for size in RNG.integers(1, 8, rank))
            if role.is_attention and rank not in (2, 3):
                continue
            activation = RNG.integers(0, 2, shape).astype(RNG.choice(dtypes))
            layout = layout_for(activation, role)
            assert layout.count is not None
            assert layout.slice_count is not None
            for channel, at in {
                (0, 0),
                (layout.count - 1, layout.slice_count - 1),
                (layout.count // 2, layout.slice_count // 2),
            }:
                shown = layout.feature_map(activation, channel, at)
                view = layout.view(activation, channel, at, None)
                assert shown.ndim == 2
                assert layout.channel_values(activation, channel, at).size
                if isinstance(view, MapView):
                    np.testing.assert_array_equal(view.values, shown)
                    assert view.place(shown.shape[0] - 1, shown.shape[1] - 1)
                layout.caption(activation, channel, None)


@pytest.mark.parametrize(
    ("shape", "role", "channel", "slice_index"),
    [
        ((4, 6, 3), LayerRole(), 2, 0),
        ((4, 6, 3), FIRST, 3, 0),
        ((5, 4, 6, 3), LayerRole(), 1, 3),
        ((3, 5, 4, 6), FIRST, 2, 4),
        ((2, 5, 4, 6, 3), LayerRole(), 1, 7),
        ((3, 2, 5, 4, 6), FIRST, 1, 7),
        ((MOST_BARS,), LayerRole(), 5, 0),
        ((100,), LayerRole(), 5, 0),
        ((64,), LayerRole(), 5, 0),
        ((5, 8), LayerRole(), 3, 0),
        ((5, 8), FIRST, 3, 0),
        ((16, 8), TOKENS, 3, 0),
        ((17, 8), TOKENS, 7, 0),
        ((3, 5, 5), SCORES, 2, 0),
        ((5, 6), SCORES, 0, 0),
        ((2, 3, 5, 6), SCORES, 4, 0),
        ((1, 1, 1), LayerRole(), 0, 0),
    ],
)
def test_the_element_at_a_place_has_the_value_shown_there(
    shape: tuple[int, ...], role: LayerRole, channel: int, slice_index: int
) -> None:
    activation = np.arange(1, 1 + np.prod(shape), dtype=np.float32).reshape(shape)
    layout = layout_for(activation, role)
    shown = layout.feature_map(activation, channel, slice_index)
    for (row, column), value in np.ndenumerate(shown):
        element = layout.element(row, column, channel, slice_index)
        if np.isnan(value):
            assert element is None
        else:
            assert element is not None
            assert activation[element] == value
    for row, column in ((-1, 0), (0, -1), (shown.shape[0], 0), (0, shown.shape[1])):
        assert layout.element(row, column, channel, slice_index) is None
    if layout.noun == "unit" or isinstance(layout, Series):
        return  # all channels are on show, whichever is chosen
    assert layout.element(0, 0, layout.count or 0, slice_index) is None
    if isinstance(layout, Volume):
        assert layout.element(0, 0, channel, layout.slice_count or 0) is None


def test_what_is_said_in_words_has_no_elements_and_open_sizes_no_end() -> None:
    assert Value((3, 0)).element(0, 0, 0, 0) is None
    assert Value(()).element(0, 0, 0, 0) is None
    assert FeatureMaps((None, None, 3)).element(500, 700, 2, 0) == (500, 700, 2)
    assert Volume((None, 4, 6, 3)).element(1, 2, 0, 90) == (90, 1, 2, 0)
    assert Volume((2, None, 4, 6, 3)).element(1, 2, 0, 1) is None
