from __future__ import annotations

import numpy as np
import pytest

from actviz_widgets.feature_maps.color_scale import limits
from actviz_widgets.feature_maps.comparison import compare

RNG = np.random.default_rng(0)


def test_both_maps_are_on_one_scale_and_the_difference_on_its_own_about_zero() -> None:
    first, second = np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[5.0, 1.0], [-1.0, 3.0]])
    comparison = compare(first, second)
    assert comparison.limits == (-1, 5)
    assert comparison.difference is not None
    np.testing.assert_array_equal(comparison.difference, [[5, 0], [-3, 0]])
    assert comparison.difference_limits == (-5, 5)
    assert comparison.largest_difference == 5
    assert comparison.note == ""
    assert comparison.first is first
    assert comparison.second is second


def test_turned_round_only_the_sign_of_the_difference_changes() -> None:
    first, second = RNG.normal(size=(2, 7, 9)).astype(np.float32)
    one, other = compare(first, second), compare(second, first)
    assert one.limits == other.limits
    assert one.difference_limits == other.difference_limits
    assert one.difference is not None
    assert other.difference is not None
    np.testing.assert_array_equal(one.difference, -other.difference)
    np.testing.assert_allclose(first + one.difference, second, atol=1e-6)


def test_equal_maps_differ_by_zero_in_the_middle_of_the_scale() -> None:
    values = RNG.normal(size=(4, 4))
    comparison = compare(values, values.copy())
    assert comparison.limits == limits(values)
    assert comparison.largest_difference == 0
    assert comparison.difference_limits == (-1, 1)


def test_maps_of_unlike_size_share_a_scale_and_say_why_they_have_no_difference() -> None:
    comparison = compare(np.zeros((14, 12)), np.full((7, 6), 2.0))
    assert comparison.limits == (0, 2)
    assert comparison.difference is None
    assert comparison.difference_limits is None
    assert comparison.largest_difference is None
    assert comparison.note.startswith("The maps are 14 × 12 and 7 × 6, so they have no difference")


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (("uint8", "uint8"), "float32"),
        (("bool", "bool"), "float32"),
        (("int8", "float16"), "float32"),
        (("float16", "float16"), "float32"),
        (("float32", "float64"), "float64"),
        (("int32", "float32"), "float64"),
    ],
)
def test_no_dtype_wraps_round_or_overflows(dtypes: tuple[str, str], expected: str) -> None:
    first, second = (np.array([[1, 0]]).astype(dtype) for dtype in dtypes)
    comparison = compare(first, second[:, ::-1])
    assert comparison.difference is not None
    np.testing.assert_array_equal(comparison.difference, [[-1, 1]])
    assert comparison.difference.dtype == expected


def test_half_precision_is_subtracted_at_a_higher_one() -> None:
    first, second = np.full((2, 2), -65504, np.float16), np.full((2, 2), 65504, np.float16)
    assert compare(first, second).largest_difference == 131008


def test_what_is_not_finite_is_kept_out_of_the_scales() -> None:
    first = np.array([[np.nan, np.inf, np.inf, 1.0]])
    second = np.array([[1.0, np.inf, -np.inf, 3.0]])
    with np.errstate(all="raise"):
        comparison = compare(first, second)
    assert comparison.limits == (1, 3)
    assert comparison.difference is not None
    np.testing.assert_array_equal(comparison.difference, [[np.nan, np.nan, -np.inf, 2]])
    assert comparison.difference_limits == (-2, 2)
    nothing = compare(first[:, :1], second[:, :1])
    assert nothing.largest_difference is None
    assert nothing.difference_limits == (-1, 1)


def test_clipping_and_symmetry_are_those_of_the_shared_scale() -> None:
    first, second = RNG.normal(size=(2, 30, 30))
    both = np.stack([first, second])
    assert compare(first, second, clip=2).limits == limits(both, clip=2)
    assert compare(first, second, symmetric=True).limits == limits(both, symmetric=True)
    clipped, whole = compare(first, second, clip=2), compare(first, second)
    assert clipped.difference_limits is not None
    assert whole.difference_limits is not None
    assert clipped.difference_limits[1] < whole.difference_limits[1]
    with pytest.raises(ValueError, match="clip is 60"):
        compare(first, second, clip=60)
