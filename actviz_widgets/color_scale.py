"""Colour limits and tiling of feature maps, safe for constant, NaN and infinite ones."""

from __future__ import annotations

import math
import sys

import matplotlib as mpl
import numpy as np

_NOT_FINITE_COLOR = "#ff2fd6"  # in none of the perceptual colour maps


def limits(values: np.ndarray) -> tuple[float, float]:
    """Gives the values at which a colour scale begins and ends.

    Args:
        values: A feature map, of any shape and numeric dtype.

    Returns:
        The smallest and the largest finite value. Where they are the same, as in a dead map, that
        value and one above it, so that a dead map has the scale's lowest colour. `(0.0, 1.0)` if
        no value is finite.
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    # Values so close that a scale between them has no room for distinct ticks count as the same.
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        return low, min(low + (abs(low) or 1.0), sys.float_info.max)
    return low, high


def finite_or_masked(values: np.ndarray) -> np.ma.MaskedArray:
    """Masks NaN and infinite values, and gives floats that matplotlib can draw."""
    drawable = values if values.dtype in (np.float32, np.float64) else values.astype(np.float32)
    low, high = limits(drawable)
    if high - low > float(
        np.finfo(np.float32).max
    ):  # matplotlib would overflow in computing with it
        drawable = drawable.astype(np.float64)
    return np.ma.masked_invalid(drawable, copy=False)


def tile(activation: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Lays all channels of an activation out in one picture, row by row, a pixel apart.

    Args:
        activation: `(height, width, channels)`.
        columns: Number of maps in a row. Defaults to `None`: about as many rows as columns.

    Returns:
        `(rows * (height + 1) - 1, columns * (width + 1) - 1)`, floats, NaN between the maps and
        where the last row is not full.
    """
    height, width, channels = activation.shape
    columns = min(columns or math.ceil(math.sqrt(channels * height / width)), channels)
    rows = math.ceil(channels / columns)
    dtype = np.result_type(activation.dtype, np.float32)
    tiles = np.full((rows * columns, height + 1, width + 1), np.nan, dtype=dtype)
    tiles[:channels, :height, :width] = np.moveaxis(activation, -1, 0)
    picture = tiles.reshape(rows, columns, height + 1, width + 1).swapaxes(1, 2)
    return picture.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]


def color_map(cmap: str | mpl.colors.Colormap) -> mpl.colors.Colormap:
    """Gives a colour map that marks NaN and infinite values.

    Raises:
        ValueError: If there is no colour map of that name.
    """
    if isinstance(cmap, str) and cmap not in mpl.colormaps:
        raise ValueError(
            f"There is no colour map {cmap!r}. Choose one of matplotlib's, such as 'viridis', "
            "'magma', 'gray' or 'coolwarm'."
        )
    if not isinstance(cmap, str | mpl.colors.Colormap):
        raise TypeError(
            f"cmap is of type {type(cmap).__name__}; the name of a colour map is wanted, such as "
            "'viridis'."
        )
    colors = mpl.colormaps[cmap] if isinstance(cmap, str) else cmap
    return colors.with_extremes(bad=_NOT_FINITE_COLOR)
