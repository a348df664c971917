"""How many values of a map lie where on its colour scale, beside the colour bar."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from .axes import AxesLimits, Beside

_WIDTH, _GAP = 40, 3  # pixels at 100 dots per inch; the gap is the one to the colour bar
_SHORTEST = 3 / _WIDTH
BINS = 48


class Histogram:
    """A map's finite values as bars that grow away from the colour bar, which says their values.

    Bars are as long as the square root of the count, and never too short to be seen, so that many
    zeros leave the others in sight.
    Values outside of the limits are in the bars at the ends.

    Args:
        axes: Where to draw it, as high as the map and the colour bar.
        map_axes: Those of the map.
        gap: Gives how far from the map it begins, in pixels at 100 dots per inch.

    Attributes:
        axes: Those of the histogram: along y shares of the colour scale, along x of the longest
            bar.
    """

    ROOM = _WIDTH + _GAP
    """What it takes beside the map, in pixels at 100 dots per inch."""

    def __init__(self, axes: Axes, map_axes: Axes, gap: Callable[[], float]) -> None:
        self.axes = axes
        axes.set_axis_off()
        axes.set_axes_locator(Beside(map_axes, gap, _WIDTH))
        self._edges = np.linspace(0, 1, BINS + 1)
        self._bars = axes.stairs(
            np.zeros(BINS),
            self._edges,
            orientation="horizontal",
            fill=True,
            color="#666666",
            linewidth=0,
        )
        # Its limits are always the same: to zoom in would take it out of step with the bar.
        axes.can_zoom = axes.can_pan = lambda: False  # type: ignore[method-assign]
        axes.format_coord = self._describe  # type: ignore[method-assign]
        self._counts = np.zeros(BINS, int)
        self._outside = (0, 0)
        self._limits = (0.0, 1.0)

    def show(self, values: np.ndarray, limits: tuple[float, float]) -> AxesLimits:
        """Counts the values, and gives the limits of the axes.

        Args:
            values: Of any shape and numeric dtype.
            limits: Where the colour scale begins and ends.
        """
        self._limits = limits
        self._counts, self._outside = counted(values, *limits)
        most = max(int(self._counts.max()), 1)
        lengths = np.maximum(np.sqrt(self._counts / most), _SHORTEST * (self._counts > 0))
        self._bars.set_data(lengths)
        return (1.0, 0.0), (0.0, 1.0)

    def _describe(self, x: float, y: float) -> str:  # noqa: ARG002
        if not 0 <= y <= 1:
            return ""
        index = min(int(y * BINS), BINS - 1)
        low, high = self._limits
        start, end = (
            low * (1 - share) + high * share for share in self._edges[index : index + 2].tolist()
        )
        below, above = self._outside
        beyond = below * (index == 0) + above * (index == BINS - 1)
        count = int(self._counts[index]) - beyond
        told = f"{count} value{'' if count == 1 else 's'} between {start:.4g} and {end:.4g}"
        for outside, at, where in ((below, 0, "below"), (above, BINS - 1, "above")):
            if outside and index == at:
                told += f", {outside} {where}"
        return told


def counted(values: np.ndarray, low: float, high: float) -> tuple[np.ndarray, tuple[int, int]]:
    """Counts the finite values in each part of a colour scale.

    Args:
        values: Of any shape and numeric dtype.
        low: Where the scale begins.
        high: Where it ends.

    Returns:
        Counts, `(BINS,)`, from the lowest values to the highest, those outside being in the first
        and the last; and how many these are, below and above.
    """
    finite = values.ravel().astype(np.float64)
    if values.dtype.kind == "f":
        finite = finite[np.isfinite(finite)]
    below, above = np.count_nonzero(finite < low), np.count_nonzero(finite > high)
    if not np.isfinite(high - low) or (finite.size and np.abs(finite).max() > 1e307):
        # The range, or a value's distance from it, would overflow.
        finite, low, high = finite / 4, low / 4, high / 4
    shares = np.clip((finite - low) / (high - low), 0, 1)
    places = np.minimum((shares * BINS).astype(np.intp), BINS - 1)
    return np.bincount(places, minlength=BINS), (int(below), int(above))
