"""Colour limits and tiling of feature maps, safe for constant, NaN and infinite ones."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Literal, NamedTuple

import matplotlib as mpl
import numpy as np

_NOT_FINITE_COLOR = "#ff2fd6"  # in none of the perceptual colour maps
_BELOW_COLOR = "#00ffff"
_ABOVE_COLOR = "#00ff00"  # these two are the farthest from all their colours


def limits(
    values: np.ndarray, *, clip: float = 0.0, symmetric: bool = False
) -> tuple[float, float]:
    """Gives the values at which a colour scale begins and ends.

    Args:
        values: A feature map, or all that share a scale; of any shape and numeric dtype.
        clip: Percentage of the finite values that may lie outside at each end, 0 up to 50. Where
            the values that are left are all the same, as the zeros of a nearly dead map, nothing
            is clipped. Defaults to 0, nothing.
        symmetric: Whether zero is to be in the middle. Defaults to `False`.

    Returns:
        The smallest and the largest finite value. Where they are the same, as in a dead map, that
        value and one above it, so that a dead map has the scale's lowest colour. `(0.0, 1.0)` if
        no value is finite. With zero in the middle, the larger of the two in size on both sides,
        1 for a map of zeros.

    Raises:
        ValueError: If `clip` is not 0 up to 50.
    """
    _check_clip(clip)
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return (-1.0, 1.0) if symmetric else (0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    if clip:
        if finite.dtype == np.float16:  # would overflow where values are interpolated
            finite = finite.astype(np.float32)
        clipped = np.percentile(finite, (clip, 100 - clip))
        if clipped[0] < clipped[1]:
            low, high = float(clipped[0]), float(clipped[1])
    if symmetric:
        most = min(max(abs(low), abs(high)) or 1.0, sys.float_info.max / 2)
        return -most, most
    # Values so close that a scale between them has no room for distinct ticks count as the same.
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        return low, min(low + (abs(low) or 1.0), sys.float_info.max)
    return low, high


@dataclass(frozen=True)
class ColorScale:
    """Where the colour scale of a feature map begins and ends.

    Attributes:
        scope: What shares a scale: the values of a `"channel"`, all those of a `"layer"`, or
            everything, at limits that are `"fixed"`. Defaults to `"channel"`.
        fixed: Those limits, `(low, high)`. Defaults to `None`: wanted with `"fixed"` alone.
        clip: See `limits`. Has no effect on fixed limits.
        symmetric: See `limits`. Has no effect on fixed limits.

    Raises:
        ValueError: If there is no such scope, or limits are missing or wrong.
    """

    scope: Literal["channel", "layer", "fixed"] = "channel"
    fixed: tuple[float, float] | None = None
    clip: float = 0.0
    symmetric: bool = False

    def __post_init__(self) -> None:
        _check_clip(self.clip)
        if self.scope not in ("channel", "layer", "fixed"):
            raise ValueError(
                f"scope is {self.scope!r}; choose one of 'channel', 'layer' and 'fixed'."
            )
        if self.scope != "fixed":
            return
        if self.fixed is None or len(self.fixed) != 2:
            raise ValueError(
                f"fixed is {self.fixed!r}; with scope='fixed' two limits are wanted, such as "
                "(0.0, 1.0)."
            )
        low, high = self.fixed
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(
                f"The limits are {low:g} and {high:g}; two finite numbers are wanted, the lower "
                "one first."
            )

    def limits(self, feature_map: np.ndarray, *activations: np.ndarray) -> tuple[float, float]:
        """Gives the values at which the scale begins and ends.

        Args:
            feature_map: The map to show; of several on one scale, the values of all.
            *activations: All that the layer puts out for the picture; of several, for each.
        """
        if self.scope == "fixed" and self.fixed is not None:
            return float(self.fixed[0]), float(self.fixed[1])
        values = feature_map
        if self.scope == "layer":
            first, *others = activations
            values = np.concatenate([np.ravel(one) for one in activations]) if others else first
        return limits(values, clip=self.clip, symmetric=self.symmetric)


class Outside(NamedTuple):
    """How many values a colour scale does not show as they are.

    Attributes:
        below: Finite values below its lower limit.
        above: Finite values above its upper limit.
        nan: Values that are NaN.
        infinite: Values that are infinite.
    """

    below: int
    above: int
    nan: int
    infinite: int

    def __str__(self) -> str:
        # With the colours that mark them.
        kinds = ("below the scale (cyan)", "above it (green)", "NaN (pink)", "infinite (pink)")
        counts = zip(self, kinds, strict=True)
        return ", ".join(f"{count} {what}" for count, what in counts if count)


def outside(values: np.ndarray, low: float, high: float) -> Outside:
    """Counts the values that a colour scale from `low` to `high` does not show as they are.

    Args:
        values: Of any shape and numeric dtype.
        low: Where the scale begins.
        high: Where it ends.
    """
    infinite = np.isinf(values)
    if values.dtype == np.float16:
        values = values.astype(np.float32)
    with np.errstate(over="ignore"):  # limits are compared with at the precision of the values
        below, above = values < low, values > high
    return Outside(
        below=int(np.count_nonzero(below & ~infinite)),
        above=int(np.count_nonzero(above & ~infinite)),
        nan=int(np.count_nonzero(np.isnan(values))),
        infinite=int(np.count_nonzero(infinite)),
    )


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


def color_map(
    cmap: str | mpl.colors.Colormap, *, mark_outside: bool = False
) -> mpl.colors.Colormap:
    """Gives a colour map that marks NaN and infinite values.

    Args:
        cmap: The name of one of matplotlib's colour maps, or one itself.
        mark_outside: Whether values outside of the limits have colours of their own too, rather
            than those of the limits. Defaults to `False`.

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
    if mark_outside:
        return colors.with_extremes(bad=_NOT_FINITE_COLOR, under=_BELOW_COLOR, over=_ABOVE_COLOR)
    return colors.with_extremes(bad=_NOT_FINITE_COLOR)


def _check_clip(clip: float) -> None:
    if not 0 <= clip < 50:
        raise ValueError(
            f"clip is {clip:g}; a percentage of 0 up to 50 is wanted, which is left out at each "
            "end of the scale, such as 1."
        )
