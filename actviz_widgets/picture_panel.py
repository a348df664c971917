"""The figure's left panel: what goes into the model, as a picture or as values over time.

Artists are made once, when they are first needed. To show something is to set their data; which
axes are seen, and how far they are zoomed in, is the figure's to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from . import color_scale
from .views import PictureView, SeriesView

Limits = tuple[tuple[float, float], tuple[float, float]]

_MOST_LINES = 12
# Okabe and Ito's colours, which colour-blind people can tell apart, without the yellow, which is
# hardly seen on white; they come twice, as solid lines and as dashed ones.
_LINE_COLORS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
_LINE_STYLES = ("solid", (0, (4, 2)))
# More points than any screen has pixels; above, Agg may refuse a line as too complex.
_MOST_PIECES = 4096
_LARGEST = 1e300  # differences of larger values overflow
_MOST_VALUES_TOLD = 4


class PicturePanel:
    """A picture, or the channels of a series as lines, or as rows of an image if they are many.

    Args:
        axes: Where to draw pictures.
        new_axes: Gives the axes for a kind of series, by their label, when the first one is shown.
        colors: The colours of a series drawn as an image.

    Attributes:
        axes: Those of pictures.
    """

    def __init__(
        self,
        axes: Axes,
        new_axes: Callable[[str], AbstractContextManager[Axes]],
        colors: mpl.colors.Colormap,
    ) -> None:
        self.axes = axes
        self._new_axes = new_axes
        self._colors = colors
        self._picture = axes.imshow(
            np.zeros((1, 1, 3), np.uint8), origin="upper", aspect="equal", interpolation="auto"
        )
        self._picture.mouseover = False  # the axes' own format_coord says the place
        axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        self._size = (0, 0)
        self._lines: _SeriesLines | None = None
        self._rows: _SeriesRows | None = None
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show_picture(self, view: PictureView) -> Mapping[Axes, Limits]:
        """Sets the picture, and gives the axes it is in with the limits that show all of it."""
        self._size = height, width = view.size
        self._picture.set_data(view.pixels)
        self._picture.set_extent((-0.5, width - 0.5, height - 0.5, -0.5))
        return {self.axes: ((-0.5, width - 0.5), (height - 0.5, -0.5))}

    def show_series(self, view: SeriesView) -> Mapping[Axes, Limits]:
        """Sets the series, and gives the axes it is in with the limits that show all of it."""
        values = view.values
        unseen = int(values.size - np.count_nonzero(np.isfinite(values)))
        label = f"time step · {unseen} values not finite" if unseen else "time step"
        if values.shape[1] > _MOST_LINES:
            if self._rows is None:
                with self._new_axes("series as rows") as axes:
                    self._rows = _SeriesRows(axes, self._colors)
            return self._rows.show(values, label)
        if self._lines is None:
            with self._new_axes("series as lines") as axes:
                self._lines = _SeriesLines(axes)
        return self._lines.show(values, label)

    def _describe(self, x: float, y: float) -> str:
        row, column = round(y), round(x)
        height, width = self._size
        if not (0 <= row < height and 0 <= column < width):
            return ""
        return f"picture: row {row}, column {column}"


class _SeriesLines:
    """The few channels of a series, each a line over time."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self._lines = LineCollection(
            [],
            colors=_LINE_COLORS * 2,
            linestyles=[style for style in _LINE_STYLES for _ in _LINE_COLORS],
            linewidths=1.2,
            antialiaseds=True,
        )
        axes.add_collection(self._lines, autolim=False)
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.yaxis.set_major_formatter(ScalarFormatter())
        # Short labels: powers of ten, and what all values share, go above the axis.
        axes.yaxis.get_major_formatter().set_powerlimits((-3, 4))  # type: ignore[attr-defined]
        axes.yaxis.get_offset_text().set_fontsize("small")
        _lay_out_over_time(axes)
        self._values = np.zeros((0, 0))
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, values: np.ndarray, label: str) -> Mapping[Axes, Limits]:
        self._values = values
        drawable = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
        drawable = np.clip(drawable, -_LARGEST, _LARGEST)
        self._lines.set_segments(list(_lines(drawable)))
        self.axes.xaxis.label.set_text(label)
        low, high = color_scale.limits(drawable)
        room = 0.05 * (high - low)
        return {self.axes: ((-0.5, len(values) - 0.5), (low - room, high + room))}

    def _describe(self, x: float, y: float) -> str:  # noqa: ARG002
        step = round(x)
        steps, channels = self._values.shape
        if not 0 <= step < steps:
            return ""
        told = ", ".join(f"{float(value):.6g}" for value in self._values[step, :_MOST_VALUES_TOLD])
        rest = channels - _MOST_VALUES_TOLD
        return f"step {step}: {told}" + (f", … ({rest} more)" if rest > 0 else "")


class _SeriesRows:
    """The many channels of a series, each a row of an image."""

    def __init__(self, axes: Axes, colors: mpl.colors.Colormap) -> None:
        self.axes = axes
        self._image = axes.imshow(
            np.zeros((1, 1)),
            cmap=colors,
            norm=Normalize(0, 1),
            origin="upper",
            aspect="auto",
            interpolation="auto",
        )
        self._image.mouseover = False  # the axes' own format_coord says place and value
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes.set_ylabel("channel", fontsize="small", labelpad=2)
        _lay_out_over_time(axes)
        self._values = np.zeros((0, 0))
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, values: np.ndarray, label: str) -> Mapping[Axes, Limits]:
        self._values = values
        steps, channels = values.shape
        whole = ((-0.5, steps - 0.5), (channels - 0.5, -0.5))
        self._image.set_data(color_scale.finite_or_masked(values.T))
        self._image.set_clim(*color_scale.limits(values))
        self._image.set_extent((*whole[0], *whole[1]))
        self.axes.xaxis.label.set_text(label)
        return {self.axes: whole}

    def _describe(self, x: float, y: float) -> str:
        step, channel = round(x), round(y)
        steps, channels = self._values.shape
        if not (0 <= step < steps and 0 <= channel < channels):
            return ""
        return f"step {step}, channel {channel}: {float(self._values[step, channel]):.6g}"


def _lay_out_over_time(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    axes.tick_params(labelsize="small")
    axes.set_xlabel("", fontsize="small", labelpad=2)


def _lines(values: np.ndarray) -> np.ndarray:
    """Gives the points `(channels, points, 2)` of a line per channel of `(time, channels)`."""
    steps, channels = values.shape
    times = np.arange(steps, dtype=np.float64)
    if steps == 1:  # a line needs two ends
        times, values = np.array([-0.25, 0.25]), np.repeat(values, 2, axis=0)
    elif steps > 2 * _MOST_PIECES:
        # Of each piece the smallest and the largest value: looks the same, down to a single spike.
        length = math.ceil(steps / _MOST_PIECES)
        pieces = math.ceil(steps / length)
        padded = np.full((pieces * length, channels), np.nan)
        padded[:steps] = values
        padded = padded.reshape(pieces, length, channels)
        ends = np.stack([np.fmin.reduce(padded, axis=1), np.fmax.reduce(padded, axis=1)], axis=1)
        values = ends.reshape(2 * pieces, channels)
        starts = np.arange(pieces) * float(length)
        times = np.stack([starts, np.minimum(starts + length - 1, steps - 1)], axis=1).reshape(-1)
    points = np.empty((channels, len(times), 2))
    points[..., 0], points[..., 1] = times, values.T
    return points
