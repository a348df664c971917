"""A number per row of a map, as a line beside it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from ...feature_maps import color_scale
from .axes import Beside, drawable
from .scripts import write

_GAP, _WIDTH = 8, 60  # pixels at 100 dots per inch


class Profile:
    """A line beside a map, with a point per row.

    Args:
        axes: Where to draw it.
        map_axes: Those of the map.

    Attributes:
        axes: Those of the line. Their rows are the map's.
    """

    ROOM = _GAP + _WIDTH
    """What it takes beside the map, in pixels at 100 dots per inch."""

    def __init__(self, axes: Axes, map_axes: Axes) -> None:
        self.axes = axes
        axes.sharey(map_axes)
        (self._line,) = axes.plot(
            [], [], color="#0072B2", linestyle="-", linewidth=1.2, marker="None", markersize=4
        )
        axes.tick_params(
            left=False, labelleft=False, right=False, labelright=False, labelbottom=False
        )
        # Two lines say from where to where: numbers at the ticks would run into each other.
        axes.set_xlabel("", fontsize="x-small", labelpad=1, linespacing=1.0)
        axes.set_axes_locator(Beside(map_axes, lambda: _GAP, _WIDTH))
        self._values = np.zeros(0)
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, values: np.ndarray) -> tuple[float, float]:
        """Sets the line, and gives the limits that show all of its values."""
        self._values = values
        points = drawable(values)
        self._line.set_data(points, np.arange(len(points)))
        self._line.set_marker("o" if len(points) == 1 else "None")
        finite = points[np.isfinite(points)]
        low, high = color_scale.limits(points)
        ends = [finite.min(), finite.max()] if finite.size else []
        self.axes.xaxis.set_major_locator(FixedLocator(ends))
        # Zero is added for the sake of "-0".
        text = f"{ends[0] + 0:.3g}\nto {ends[1] + 0:.3g}" if ends else "not\nfinite"
        write(self.axes.xaxis.label, text)
        room = 0.08 * (high - low)
        return low - room, high + room

    def _describe(self, x: float, y: float) -> str:  # noqa: ARG002
        row = round(y)
        if not 0 <= row < len(self._values):
            return ""
        return f"row {row}: {float(self._values[row]):.6g}"
