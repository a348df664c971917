"""What values a model is made for, judged by what it makes of a picture of 0 to 255 and of 0 to 1.

What is subtracted tells most: it brings the middle of the values that a model was made for to zero,
however narrow or wide they become. Without it the width tells: kernels are trained on values of a
size of about 1. Pixels that are passed on as they are, or nearly so, tell nothing.
"""

from __future__ import annotations

import math

import numpy as np

_SAME = 0.1  # of the standard deviation: what a small constant in a standardisation may leave
_MOST_VALUES = 1 << 16
"""Values that are looked at, of what reaches a kernel."""
_LEAST, _USUAL, _MOST = 0.4, 6.0, 600.0
"""Widths of what reaches a kernel: below the first and beyond the last none is trained."""
_PIXELS, _UNITS = (25.0, 260.0), (0.1, 1.5)
"""Where the middle of values of 0 to 255 lies, or the white of negatives; and of 0 to 1."""


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
        what is subtracted or divided by tells another one, such as 4095; `None` where what comes
        out does not tell, as when pixels are passed on as they are.
    """
    # Of large ones evenly spaced values, by a step that meets all rows, columns and channels.
    step = max(1, of_pixels.size // _MOST_VALUES) | 1
    zeros, pixels, units = (
        array.reshape(-1)[::step].astype(np.float64) for array in (of_zeros, of_pixels, of_units)
    )
    # A border of zeros, or channels of coordinates, are not made of the picture.
    of_picture = ~(pixels == zeros)
    if not of_picture.any():
        return None
    zeros, pixels, units = (array[of_picture] for array in (zeros, pixels, units))
    if not (np.isfinite(pixels).all() and np.isfinite(units).all()):
        return None
    if np.abs(pixels - units).mean() <= _SAME * pixels.std():
        return math.inf
    if not np.isfinite(zeros).all():
        return None
    changes = pixels - zeros
    widest = float(changes[np.argmax(np.abs(changes))])
    if min(-changes.min(), changes.max()) > 0.1 * abs(widest):
        return None  # differences of neighbours, for one: brighter is more here, and less there
    is_affine = np.abs(changes - 255 * (units - zeros)).max() <= 0.1 * abs(widest)
    return (
        _by_line(float(np.median(zeros)), widest) if is_affine else _by_ranges(zeros, pixels, units)
    )


def _by_line(at_zero: float, change: float) -> float | None:
    """Tells it by a straight line: what becomes of 0, and how much more of 255."""
    width, middle = abs(change), -255 * at_zero / change
    if middle < -5:
        return None  # something is added, which makes 0 to 1 of -1 to 1, for one
    if _PIXELS[0] <= middle <= _PIXELS[1]:
        return 255.0
    if middle > _PIXELS[1] or (middle > _UNITS[1] and width > _USUAL):
        return middle if change < 0 else 2 * middle
    if _UNITS[0] <= middle <= _UNITS[1] and width >= 12:
        return 1.0
    if width < _LEAST:
        return 255 / width
    if width <= _USUAL:
        return 255.0
    return 1.0 if width > _MOST else None


def _by_ranges(zeros: np.ndarray, pixels: np.ndarray, units: np.ndarray) -> float | None:
    """Tells it by the ranges that the values come to: what saturates, or is cut to whole ones."""
    may_be_pixels, may_be_units = _may_be(zeros, pixels), _may_be(zeros, units)
    if may_be_pixels != may_be_units:
        return 255.0 if may_be_pixels else 1.0
    # Both may be: what sets off the zero of such a picture is made for it.
    return 1.0 if may_be_units and abs(float(np.median(zeros))) > 0.05 else None


def _may_be(zeros: np.ndarray, values: np.ndarray) -> bool:
    """Whether kernels may be trained on values of this range, with that of zeros."""
    low, high = (float(pick([pick(zeros), pick(values)])) for pick in (np.min, np.max))
    is_around_zero = abs(low + high) / 2 <= 0.75 * (high - low)
    return is_around_zero and _LEAST <= high - low <= _MOST
