"""The colours of the maps in a figure, and the scale from their values to them."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Normalize

from ...feature_maps import color_scale

_SIGNED = "RdBu_r"  # diverging, of perceptual order, and safe for colour-blind readers


class Palette:
    """The colour maps of a figure. They mark values that are not finite, or outside of the limits.

    Args:
        cmap: A matplotlib colour map or the name of one.

    Raises:
        ValueError: If there is no colour map of that name.
        TypeError: If it is no colour map at all.

    Attributes:
        plain: Of values whose signs do not matter.
        signed: Of those whose signs do, with zero in the middle.
    """

    def __init__(self, cmap: str | mpl.colors.Colormap) -> None:
        self.signed = color_scale.color_map(_SIGNED, mark_outside=True)
        self.set(cmap)

    def set(self, cmap: str | mpl.colors.Colormap) -> None:
        """Takes another colour map for values whose signs do not matter."""
        self.plain = color_scale.color_map(cmap, mark_outside=True)

    def of(self, is_signed: bool) -> mpl.colors.Colormap:
        """Gives the colour map of such values."""
        return self.signed if is_signed else self.plain


class Scale(Normalize):
    """Where values lie between the limits, from 0 to 1.

    Unlike matplotlib's own it takes no value for one outside that rounding has put there.

    Args:
        tolerance: How far outside, in shares of the scale, values may be that count as limits.
            Defaults to 0: they are compared with the limits at their own precision.
    """

    def __init__(self, tolerance: float = 0) -> None:
        super().__init__(0, 1)
        self._tolerance = tolerance

    def __call__(self, value: Any, clip: bool | None = None) -> Any:
        """Gives the shares of values; of those outside some that are below 0 or above 1."""
        shares = super().__call__(value, clip)
        if np.ndim(value) == 0 or self.vmin is None or self.vmax is None:
            return shares
        found = np.ma.getdata(shares)
        is_outside = (found < 0) | (found > 1)
        if not is_outside.any():
            return shares
        if self._tolerance:
            below, above = found < -self._tolerance, found > 1 + self._tolerance
        else:
            values = np.ma.getdata(value)
            with np.errstate(over="ignore"):
                below, above = values < self.vmin, values > self.vmax
        found[is_outside] = np.clip(found[is_outside], 0, 1)
        found[below & is_outside], found[above & is_outside] = -1, 2
        return shares
