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


@pytest.mark.parametrize("count", [1, 2, 3, 15, 18, 51, None])
def test_counts_that_fill_no_grid_are_a_series(count: int | None) -> None:
    assert layout_of((count, 8), TOKENS, "float32") == Series((count, 8))


@pytest.mark.parametrize("count", [16, 17, 196, 197])
def test_a_series_of_square_length_that_is_not_made_of_a_picture_stays_a_series(count: int) -> None:
    role = LayerRole(may_be_tokens=False, grid=(14, 14))
    assert layout_of((count, 8), role, "float32") == Series((count, 8))
