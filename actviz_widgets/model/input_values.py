"""What values a model is made for, judged by what it makes of a picture of 0 to 255 and of 0 to 1.

Kernels are trained on values around zero, or from zero on, of a size of about 1; or, with the means
of caffe, of some hundreds around zero. A picture of the wrong scale comes out far from that: all at
one end, as `x / 127.5 - 1` gives -1 to -0.99 for one of 0 to 1, or thousands wide.
"""

from __future__ import annotations

import math

import numpy as np

_SAME = 0.1  # of the standard deviation: what a small constant in a standardisation may leave
_LEAST, _USUAL, _MOST = 0.3, 20.0, 600.0
"""Widths of what reaches a kernel: below the first and beyond the last none is trained."""


def largest_wanted(
    of_zeros: np.ndarray, of_pixels: np.ndarray, of_units: np.ndarray
) -> float | None:
    """Tells the largest value of the pictures that a model is made for.

    Args:
        of_zeros: What reaches the first kernel for a picture of zeros.
        of_pixels: The same for one of 0 to 255.
        of_units: The same for that one divided by 255.

    Returns:
        255 or 1; infinity where a picture of any scale comes out the same; another number where
        neither is near what kernels are trained on, and that one comes out as 1; `None` where what
        comes out does not tell, as when pixels are passed on as they are.
    """
    zeros, pixels, units = (
        np.asarray(array, np.float64) for array in (of_zeros, of_pixels, of_units)
    )
    if not (np.isfinite(pixels).all() and np.isfinite(units).all()):
        return None
    if np.abs(pixels - units).mean() <= _SAME * pixels.std():
        return math.inf if pixels.std() > 0 else None
    if not np.isfinite(zeros).all():
        return None
    range_of_pixels, range_of_units = _range(zeros, pixels), _range(zeros, units)
    if range_of_pixels is None:
        return None
    width = range_of_pixels[1] - range_of_pixels[0]
    if range_of_units is None:
        # Cut off to whole numbers, for one.
        return 255.0 if _may_be(range_of_pixels) else None
    if _may_be(range_of_pixels) and not _may_be(range_of_units):
        return 255.0
    if _may_be(range_of_units) and not _may_be(range_of_pixels):
        return 1.0
    if not _may_be(range_of_units):
        is_from_zero = _is_around_zero(range_of_pixels) and width < _LEAST
        return float(255 / width) if is_from_zero else None
    # Both may be: what sets off the zero of such a picture is made for it.
    is_shifted = abs(float(np.median(zeros[pixels != zeros]))) > 0.05
    return 1.0 if is_shifted and range_of_units[1] - range_of_units[0] <= _USUAL else None


def _range(zeros: np.ndarray, values: np.ndarray) -> tuple[float, float] | None:
    """Gives the range that values come to, with that of zeros, where the picture makes them.

    A border of zeros, which some models add, is left out.
    """
    of_picture = values != zeros
    if not of_picture.any():
        return None
    both = np.stack([zeros[of_picture], values[of_picture]])
    return float(both.min()), float(both.max())


def _is_around_zero(values: tuple[float, float]) -> bool:
    low, high = values
    return abs(low + high) / 2 <= 0.75 * (high - low)


def _may_be(values: tuple[float, float]) -> bool:
    """Whether kernels may be trained on values of this range."""
    return _is_around_zero(values) and _LEAST <= values[1] - values[0] <= _MOST
