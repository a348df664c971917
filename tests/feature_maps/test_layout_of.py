from __future__ import annotations

import subprocess
import sys

import ml_dtypes  # noqa: F401  # which makes numpy know bfloat16, as TensorFlow and JAX do
import numpy as np
import pytest

from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout import Layout, Shape
from actviz_widgets.feature_maps.layout_of import layout_of
from actviz_widgets.feature_maps.layouts import (
    Attention,
    FeatureMaps,
    Series,
    Tokens,
    Units,
    Value,
    Volume,
)
from actviz_widgets.feature_maps.slice_layouts import GridMaps, Heads
from actviz_widgets.views import BarsView

from .laying_out import FIRST, SCORES, TOKENS, layout_for, values


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
        "import sys; from actviz_widgets.feature_maps.layout_of import layout_of, LayerRole\n"
        "assert 'ml_dtypes' not in sys.modules\n"
        "print(type(layout_of((4, 6, 3), LayerRole(), 'bfloat16')).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "FeatureMaps"


@pytest.mark.parametrize("dtype", ["string", "complex64", "complex128", "<U3", "object"])
def test_what_holds_no_real_numbers_is_said_in_words(dtype: str) -> None:
    assert layout_of((4, 6, 3), LayerRole(), dtype) == Value((4, 6, 3))


@pytest.mark.parametrize(
    ("count", "grid", "expected", "extra"),
    [
        (197, (14, 14), (14, 14), 1),
        (196, (14, 14), (14, 14), 0),
        (198, (14, 14), (14, 14), 2),
        (24, (4, 6), (4, 6), 0),
        (25, (4, 6), (4, 6), 1),
        (26, (4, 6), (4, 6), 2),
        (36, (4, 9), (4, 9), 0),
        (21, (4, 4), (4, 4), 5),
        (4, (2, 2), (2, 2), 0),
        (5, (2, 2), (2, 2), 1),
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


@pytest.mark.parametrize(("count", "grid"), [(196, None), (25, None), (16, (5, 7)), (4, (8, 8))])
def test_a_square_number_of_rows_alone_is_no_grid(count: int, grid: tuple[int, int] | None) -> None:
    role = LayerRole(may_be_tokens=True, grid=grid)
    assert layout_of((count, 8), role, "float32") == Series((count, 8))


def test_the_rows_that_were_put_around_those_of_a_grid_are_left_out_where_they_stand() -> None:
    activation = values(10, 2)
    role = LayerRole(may_be_tokens=True, grid=(2, 3), extra=1)
    layout = layout_for(activation, role)
    assert layout == Tokens((10, 2), (2, 3), 1)
    np.testing.assert_array_equal(
        layout.feature_map(activation, 1, 0), activation[1:7, 1].reshape(2, 3)
    )
    told = [f"{value:.4g}" for value in (activation[0, 1], *activation[7:, 1])]
    assert layout.caption(activation, 1, None) == f"not in the map: other tokens {', '.join(told)}"


def test_anchors_and_capsules_on_a_grid_are_slices_of_its_maps() -> None:
    activation = values(13, 12, 3, 7)
    layout = layout_for(activation, LayerRole(is_on_grid=True, grid=(13, 12)))
    assert layout == GridMaps((13, 12, 3, 7))
    assert (layout.count, layout.slice_count) == (7, 3)
    shown = layout.feature_map(activation, 5, 2)
    np.testing.assert_array_equal(shown, activation[:, :, 2, 5])
    assert layout.element(4, 6, 5, 2) == (4, 6, 2, 5)
    assert layout.element(4, 6, 5, 3) is None


@pytest.mark.parametrize("grid", [None, (2, 2)])
def test_queries_keys_and_values_are_the_rows_of_each_head(grid: tuple[int, int] | None) -> None:
    activation = values(5, 2, 3)
    role = LayerRole(is_heads=True, may_be_tokens=grid is not None, grid=grid)
    layout = layout_for(activation, role)
    assert isinstance(layout, Heads)
    assert (layout.count, layout.slice_count) == (3, 2)
    assert layout.has_feature_maps is (grid is not None)
    shown = layout.feature_map(activation, 2, 1)
    expected = activation[:, 1] if grid is None else activation[1:, 1, 2].reshape(2, 2)
    np.testing.assert_array_equal(shown, expected)
    element = layout.element(1, 1, 2, 1)
    assert element is not None
    assert activation[element] == shown[1, 1]
    assert layout.caption(activation, 2, None).startswith("each slice is a head")


@pytest.mark.parametrize(
    ("shape", "role"),
    [((1, 1, 40), LayerRole()), ((40, 1, 1), FIRST), ((1, 1, 1, 40), LayerRole())],
)
def test_what_has_one_place_is_units(shape: Shape, role: LayerRole) -> None:
    activation = values(*shape)  # type: ignore[arg-type]
    layout = layout_for(activation, role)
    assert layout == Units(shape)
    assert (layout.noun, layout.count, layout.has_feature_maps) == ("unit", 40, False)
    shown = layout.feature_map(activation, 0, 0)
    for (row, column), value in np.ndenumerate(shown):
        element = layout.element(row, column, 0, 0)
        assert np.isnan(value) if element is None else activation[element] == value
    assert layout.caption(activation, 0, None).startswith(f"strongest: unit {activation.argmax()}")
    few = layout_for(activation.reshape(-1)[:8].reshape(1, 1, 8)).view(
        activation.reshape(-1)[:8].reshape(1, 1, 8), 3, 0, None
    )
    assert isinstance(few, BarsView)


@pytest.mark.parametrize("count", [1, 2, 3, 15, 51, None])
def test_counts_that_fill_no_grid_are_a_series(count: int | None) -> None:
    assert layout_of((count, 8), TOKENS, "float32") == Series((count, 8))


@pytest.mark.parametrize("count", [16, 17, 196, 197])
def test_a_series_of_square_length_that_is_not_made_of_a_picture_stays_a_series(count: int) -> None:
    role = LayerRole(may_be_tokens=False, grid=(14, 14))
    assert layout_of((count, 8), role, "float32") == Series((count, 8))
