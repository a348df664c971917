import math
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from actviz_widgets.feature_maps.color_scale import (
    ColorScale,
    Outside,
    color_map,
    finite_or_masked,
    limits,
    outside,
    tile,
)

RNG = np.random.default_rng(0)
FLOAT32_MAX = float(np.finfo(np.float32).max)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 5.0, -2.0], (-2.0, 5.0)),
        ([0.0, 0.0], (0.0, 1.0)),
        ([3.0, 3.0], (3.0, 6.0)),
        ([-5.0, -5.0], (-5.0, 0.0)),
        ([1.0, 1.0 + 1e-14], (1.0, 2.0)),
        ([1.0, 1.0 + 1e-9], (1.0, 1.0 + 1e-9)),
        ([1e-30, 3e-30], (1e-30, 3e-30)),
        ([np.nan, 1.0, 2.0], (1.0, 2.0)),
        ([np.inf, -np.inf, 1.0, 2.0], (1.0, 2.0)),
        ([np.nan, 4.0], (4.0, 8.0)),
        ([np.nan, np.nan], (0.0, 1.0)),
        ([np.inf, -np.inf, np.nan], (0.0, 1.0)),
    ],
)
def test_the_scale_goes_over_the_finite_values(
    values: list[float], expected: tuple[float, float]
) -> None:
    assert limits(np.array([values])) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 255]], np.uint8), (0.0, 255.0)),
        (np.array([[-128, 127]], np.int8), (-128.0, 127.0)),
        (np.array([[True, False]]), (0.0, 1.0)),
        (np.array([[-65504, 65504]], np.float16), (-65504.0, 65504.0)),
        (np.array([[65504, 65504]], np.float16), (65504.0, 131008.0)),
        (np.array([[-FLOAT32_MAX, FLOAT32_MAX]], np.float32), (-FLOAT32_MAX, FLOAT32_MAX)),
    ],
)
def test_limits_of_any_dtype_are_floats_that_do_not_overflow(
    values: np.ndarray, expected: tuple[float, float]
) -> None:
    with np.errstate(all="raise"):
        low, high = limits(values)
    assert (low, high) == expected
    assert type(low) is type(high) is float


@pytest.mark.parametrize("value", [FLOAT32_MAX, -FLOAT32_MAX, 1e308, -1e308, 5e-324])
def test_a_constant_map_of_any_value_has_a_scale_with_an_end(value: float) -> None:
    low, high = limits(np.full((2, 2), value))
    assert low == value
    assert low < high
    assert math.isfinite(high)


def test_a_dead_map_has_the_scales_lowest_colour() -> None:
    low, _ = limits(np.full((2, 2), 7.0, np.float32))
    assert low == 7.0


def test_what_is_not_finite_is_masked_and_nothing_else() -> None:
    values = np.array([[1.0, np.nan], [np.inf, -np.inf]], np.float32)
    drawable = finite_or_masked(values)
    assert np.ma.getmaskarray(drawable).tolist() == [[False, True], [True, True]]
    assert drawable[0, 0] == 1.0


def test_masking_leaves_the_array_as_it_was() -> None:
    values = np.array([[1.0, np.nan]])
    finite_or_masked(values)
    np.testing.assert_array_equal(values, [[1.0, np.nan]])


@pytest.mark.parametrize(
    ("dtype", "drawn_as"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.float16, np.float32),
        (np.uint8, np.float32),
        (np.bool_, np.float32),
    ],
)
def test_values_of_any_dtype_become_floats_that_can_be_drawn(dtype: type, drawn_as: type) -> None:
    drawable = finite_or_masked(np.array([[0, 1]], dtype))
    assert drawable.dtype == drawn_as
    assert drawable.tolist() == [[0.0, 1.0]]


def cell(
    picture: np.ndarray, shape: tuple[int, int, int], columns: int, channel: int
) -> np.ndarray:
    height, width, _ = shape
    row, column = divmod(channel, columns)
    top, left = row * (height + 1), column * (width + 1)
    return picture[top : top + height, left : left + width]


@pytest.mark.parametrize(
    ("shape", "columns", "rows"),
    [
        ((4, 6, 1), 1, 1),
        ((4, 6, 12), 4, 3),
        ((4, 6, 11), 4, 3),
        ((4, 6, 9), 4, 3),
        ((4, 6, 5), 5, 1),
        ((1, 1, 7), 3, 3),
        ((9, 2, 6), 1, 6),
    ],
)
def test_each_tile_is_its_channel(shape: tuple[int, int, int], columns: int, rows: int) -> None:
    height, width, channels = shape
    activation = RNG.normal(size=shape).astype(np.float32)
    picture = tile(activation, columns)
    assert picture.shape == (rows * (height + 1) - 1, columns * (width + 1) - 1)
    assert picture.dtype == np.float32
    for channel in range(channels):
        np.testing.assert_array_equal(
            cell(picture, shape, columns, channel), activation[..., channel]
        )
    # All else, between the tiles and after the last one, is NaN.
    assert np.isfinite(picture).sum() == activation.size


@pytest.mark.parametrize(
    ("shape", "tiled"),
    [((4, 4, 16), (19, 19)), ((4, 4, 15), (19, 19)), ((4, 4, 10), (14, 19)), ((4, 4, 2), (4, 9))],
)
def test_square_maps_are_tiled_into_about_a_square(
    shape: tuple[int, int, int], tiled: tuple[int, int]
) -> None:
    assert tile(np.zeros(shape)).shape == tiled


@pytest.mark.parametrize("shape", [(40, 10, 64), (10, 40, 64)])
def test_long_maps_too_are_tiled_into_about_a_square(shape: tuple[int, int, int]) -> None:
    height, width = tile(np.zeros(shape)).shape
    assert 2 / 3 < height / width < 3 / 2


def test_no_row_is_longer_than_there_are_channels() -> None:
    assert tile(np.zeros((4, 6, 3)), columns=10).shape == (4, 20)


@pytest.mark.parametrize("dtype", [np.float16, np.uint8, np.bool_, np.int64])
def test_channels_of_any_dtype_can_be_tiled(dtype: type) -> None:
    picture = tile(np.ones((2, 2, 3), dtype), columns=2)
    assert np.nansum(picture) == 12
    assert np.isnan(picture[2]).all()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 5.0, -2.0], (-5.0, 5.0)),
        ([-7.0, 5.0], (-7.0, 7.0)),
        ([0.0, 0.0], (-1.0, 1.0)),
        ([3.0, 3.0], (-3.0, 3.0)),
        ([np.nan, np.inf, -2.0], (-2.0, 2.0)),
        ([np.nan], (-1.0, 1.0)),
        ([1e308 * 1.7], (-0.5 * np.finfo(float).max, 0.5 * np.finfo(float).max)),
    ],
)
def test_a_symmetric_scale_has_zero_in_its_middle(
    values: list[float], expected: tuple[float, float]
) -> None:
    low, high = limits(np.array([values]), symmetric=True)
    assert (low, high) == expected
    assert math.isfinite(high - low)


@pytest.mark.parametrize("clip", [0.0, 1.0, 5.0, 25.0, 49.9])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int16])
def test_clipping_leaves_out_no_more_than_its_share_at_each_end(clip: float, dtype: type) -> None:
    values = (RNG.standard_cauchy((40, 50)) * 10).clip(-1e4, 1e4).astype(dtype)
    low, high = limits(values, clip=clip)
    assert limits(values)[0] <= low < high <= limits(values)[1]
    counts = outside(values, low, high)
    assert counts.below <= math.ceil(clip / 100 * values.size)
    assert counts.above <= math.ceil(clip / 100 * values.size)
    if clip >= 1 and dtype == np.float64:
        assert counts.below >= math.floor(clip / 100 * values.size) - 1


def test_a_nearly_dead_map_is_not_clipped_to_nothing() -> None:
    values = np.zeros((20, 20))
    values[3, 4] = 7
    assert limits(values, clip=1) == (0, 7)


def test_percentiles_of_half_precision_do_not_overflow() -> None:
    values = np.array([-65504.0, 65504.0] * 50, np.float16)
    assert limits(values, clip=1) == (-65504, 65504)


@pytest.mark.parametrize("clip", [-1, 50, 99])
def test_a_share_that_leaves_nothing_is_refused(clip: float) -> None:
    with pytest.raises(ValueError, match=f"clip is {clip}; a percentage of 0 up to 50"):
        limits(np.zeros(3), clip=clip)
    with pytest.raises(ValueError, match="clip is"):
        ColorScale(clip=clip)


def test_a_scale_is_of_the_channel_of_the_layer_or_fixed() -> None:
    activation = np.arange(12.0).reshape(2, 2, 3)
    one = activation[..., 1]
    assert ColorScale().limits(one, activation) == limits(one) == (1, 10)
    assert ColorScale("layer").limits(one, activation) == limits(activation) == (0, 11)
    assert ColorScale("fixed", (-1, 2)).limits(one, activation) == (-1, 2)
    assert ColorScale(symmetric=True).limits(one, activation) == (-10, 10)
    assert ColorScale("layer", clip=10).limits(one, activation) == limits(activation, clip=10)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"scope": "picture"}, "scope is 'picture'; choose one of"),
        ({"scope": "fixed"}, "fixed is None; with scope='fixed' two limits are wanted"),
        ({"scope": "fixed", "fixed": (1,)}, r"fixed is \(1,\)"),
        ({"scope": "fixed", "fixed": (2.0, 2.0)}, "limits are 2 and 2; two finite numbers"),
        ({"scope": "fixed", "fixed": (3.0, 1.0)}, "the lower one first"),
        ({"scope": "fixed", "fixed": (0.0, np.inf)}, "limits are 0 and inf"),
        ({"scope": "fixed", "fixed": (np.nan, 1.0)}, "limits are nan and 1"),
    ],
)
def test_a_wrong_scale_is_said_in_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ColorScale(**given)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_a_scale_does_not_show_is_counted(dtype: type) -> None:
    values = np.array([[-3, -1, 0, 1, 2], [np.nan, np.inf, -np.inf, -np.inf, 5]], dtype)
    counts = outside(values, -1, 1)
    assert counts == Outside(below=1, above=2, nan=1, infinite=3)
    assert str(counts) == (
        "1 below the scale (cyan), 2 above it (green), 1 NaN (pink), 3 infinite (pink)"
    )
    assert str(Outside(0, 2, 0, 0)) == "2 above it (green)"
    assert str(Outside(0, 0, 0, 0)) == ""


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.bool_])
def test_whole_numbers_are_counted_too(dtype: type) -> None:
    values = np.array([0, 1, 1], dtype)
    assert outside(values, 0.5, 0.75) == Outside(1, 2, 0, 0)
    assert outside(values, *limits(values)) == Outside(0, 0, 0, 0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_limit_is_not_overstepped_by_rounding(dtype: type) -> None:
    assert outside(np.array([0.1, 0.7], np.float32), 0.1, 0.7) == Outside(0, 0, 0, 0)
    values = np.array([1, 65504], dtype)
    with np.errstate(all="raise"):
        assert outside(values, -1e300, 1e300) == Outside(0, 0, 0, 0)


@pytest.mark.parametrize("name", ["viridis", "magma", "cividis", "gray", "coolwarm", "RdBu_r"])
def test_marks_are_told_from_every_colour_of_the_scale_and_from_each_other(name: str) -> None:
    colors = color_map(name, mark_outside=True)
    marks = np.array([colors.get_bad(), colors.get_under(), colors.get_over()])[:, :3]
    scale = mpl.colormaps[name](np.linspace(0, 1, 256))[:, :3]
    others = np.concatenate([scale, marks])
    for mark in marks:
        distances = np.linalg.norm(others - mark, axis=1)
        assert np.sort(distances)[1] > 0.4
    plain = color_map(name)
    np.testing.assert_array_equal(plain.get_under(), plain(0.0))
    np.testing.assert_array_equal(plain.get_over(), plain(1.0))
