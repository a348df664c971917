"""Where things lie in a figure: axes beside others, and what the limits of axes are."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.transforms import Bbox

Limits = tuple[tuple[float, float], tuple[float, float]]
"""The limits of axes along x and along y."""

COLOR_BAR_GAP, COLOR_BAR_WIDTH = 10, 16
"""Where the colour bar of a map is beside it, in pixels at 100 dots per inch."""


class Beside:
    """Places axes to the right of others, as high as those are, some pixels away.

    Args:
        axes: The others.
        gap: Gives how far away, in pixels at 100 dots per inch.
        width: How wide to be, in the same pixels.
    """

    def __init__(self, axes: Axes, gap: Callable[[], float], width: float) -> None:
        self._axes = axes
        self._gap = gap
        self._width = width

    def __call__(self, *_: Artist | RendererBase | None) -> Bbox:
        """Gives the place, in shares of the figure."""
        self._axes.apply_aspect()
        box = self._axes.get_position()
        figure_width = 100 * self._axes.figure.get_figwidth()  # type: ignore[union-attr]
        return Bbox.from_bounds(
            box.x1 + self._gap() / figure_width, box.y0, self._width / figure_width, box.height
        )
