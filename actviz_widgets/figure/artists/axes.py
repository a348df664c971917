"""What axes need besides matplotlib's own: a place beside others, numbers and values that fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from ...views import LONG

AxesLimits = tuple[tuple[float, float], tuple[float, float]]
"""The limits of axes along x and along y."""

COLOR_BAR_GAP, COLOR_BAR_WIDTH = 10, 16
"""Where the colour bar of a map is beside it, in pixels at 100 dots per inch."""

LEAST_SEEN = 60
"""Pixels, at 100 dots per inch, that a picture or map is wide and high at the least."""

_LARGEST = 1e300  # differences of larger values overflow


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


def seen_aspect(
    axes: Axes, height: float, width: float, least: float = LEAST_SEEN
) -> float | Literal["auto"]:
    """Gives the aspect at which a picture or a map is seen, whatever its proportions.

    That is the true one, 1, where its shorter side then is long enough; else that is what it is
    stretched to. What is all length fills the room that the axes have.

    Args:
        axes: What it is shown in.
        height: Of what is shown, in pixels or positions.
        width: Likewise.
        least: Pixels, at 100 dots per inch, that the shorter side is to have.
    """
    if max(height, width) > LONG * min(height, width):
        return "auto"
    box = axes.get_position(original=True)
    inches = axes.figure.get_size_inches()  # type: ignore[union-attr]
    across, up = 100 * box.width * inches[0], 100 * box.height * inches[1]
    scale = min(across / width, up / height)
    if scale * min(height, width) >= least:
        return 1.0
    if width > height:
        return float(max(min(least, up) / (scale * height), 1.0))
    return float(min(scale * width / min(least, across), 1.0))


def set_seen_aspect(axes: Axes, height: float, width: float, least: float = LEAST_SEEN) -> None:
    """Sets the aspect at which a picture or a map is seen; see `seen_aspect`."""
    aspect = seen_aspect(axes, height, width, least)
    if aspect != axes.get_aspect():
        axes.set_aspect(aspect)


class SpacedLocator(MaxNLocator):
    """Finds round numbers, fewer of them along short axes.

    Args:
        most_steps: Between the numbers, however long the axes are.
        room: How many steps of the room for two or three digits are left out. Defaults to 0; 1 for
            longer numbers.
        **options: Those of `matplotlib.ticker.MaxNLocator`.
    """

    def __init__(self, most_steps: int, *, room: int = 0, **options: Any) -> None:
        super().__init__(most_steps, **options)
        self._most_steps, self._room = most_steps, room

    def __call__(self) -> Any:
        """Gives the places of the numbers, as matplotlib asks for them."""
        space = self.axis.get_tick_space() - self._room  # type: ignore[union-attr]
        self.set_params(nbins=min(max(space, 1), self._most_steps))
        return super().__call__()


def drawable(values: np.ndarray) -> np.ndarray:
    """Gives float64 values that lines can be drawn through, NaN where they are not finite.

    Args:
        values: Of any shape and numeric dtype.
    """
    floats = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    return np.clip(floats, -_LARGEST, _LARGEST)
