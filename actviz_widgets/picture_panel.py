"""The figure's left panel: what goes into the model, as a picture or as values over time.

Artists are made once. To show something is to set their data; which axes are seen, and how far
they are zoomed in, is the figure's to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

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
        axes: Where to draw pictures; the axes for series are added to its figure.
        colors: The colours of a series drawn as an image.

    Attributes:
        axes: Those of pictures.
        lines_axes: Those of series of up to 12 channels.
        rows_axes: Those of series of more channels.
    """

    def __init__(self, axes: Axes, colors: mpl.colors.Colormap) -> None:
        self.axes = axes
        self._picture = axes.imshow(
            np.zeros((1, 1, 3), np.uint8), origin="upper", aspect="equal", interpolation="auto"
        )
        axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        figure = axes.figure
        self.lines_axes = figure.add_axes((0, 0, 0.5, 1), label="series as lines")
        self._lines = LineCollection(
            [],
            colors=_LINE_COLORS * 2,
            linestyles=[style for style in _LINE_STYLES for _ in _LINE_COLORS],
            linewidths=1.2,
            antialiaseds=True,
        )
        self.lines_axes.add_collection(self._lines, autolim=False)
        self.lines_axes.yaxis.set_major_locator(MaxNLocator(6))
        self.lines_axes.yaxis.set_major_formatter(ScalarFormatter())
        # Short labels: powers of ten, and what all values share, go above the axis.
        self.lines_axes.yaxis.get_major_formatter().set_powerlimits((-3, 4))  # type: ignore[attr-defined]
        self.lines_axes.yaxis.get_offset_text().set_fontsize("small")
        self.rows_axes = figure.add_axes((0, 0, 0.5, 1), label="series as rows")
        self._rows = self.rows_axes.imshow(
            np.zeros((1, 1)),
            cmap=colors,
            norm=Normalize(0, 1),
            origin="upper",
            aspect="auto",
            interpolation="auto",
        )
        self.rows_axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        self.rows_axes.set_ylabel("channel", fontsize="small", labelpad=2)
        for over_time in (self.lines_axes, self.rows_axes):
            over_time.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
            over_time.tick_params(labelsize="small")
            over_time.set_xlabel("", fontsize="small", labelpad=2)
        for image in (self._picture, self._rows):
            image.mouseover = False  # the axes' own format_coord says place and value
        self._size = (0, 0)
        self._values = np.zeros((0, 0))
        self.axes.format_coord = self._describe_pixel  # type: ignore[method-assign]
        self.lines_axes.format_coord = self._describe_step  # type: ignore[method-assign]
        self.rows_axes.format_coord = self._describe_value  # type: ignore[method-assign]

    def show_picture(self, view: PictureView) -> Mapping[Axes, Limits]:
        """Sets the picture, and gives the axes it is in with the limits that show all of it."""
        self._size = height, width = view.size
        self._picture.set_data(view.pixels)
        self._picture.set_extent((-0.5, width - 0.5, height - 0.5, -0.5))
        return {self.axes: ((-0.5, width - 0.5), (height - 0.5, -0.5))}

    def show_series(self, view: SeriesView) -> Mapping[Axes, Limits]:
        """Sets the series, and gives the axes it is in with the limits that show all of it."""
        self._values = values = view.values
        steps, channels = values.shape
        over_time = (-0.5, steps - 0.5)
        unseen = int(values.size - np.count_nonzero(np.isfinite(values)))
        label = f"time step · {unseen} values not finite" if unseen else "time step"
        if channels > _MOST_LINES:
            self._rows.set_data(color_scale.finite_or_masked(values.T))
            self._rows.set_clim(*color_scale.limits(values))
            self._rows.set_extent((*over_time, channels - 0.5, -0.5))
            self.rows_axes.xaxis.label.set_text(label)
            return {self.rows_axes: (over_time, (channels - 0.5, -0.5))}
        drawable = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
        drawable = np.clip(drawable, -_LARGEST, _LARGEST)
        self._lines.set_segments(list(_lines(drawable)))
        self.lines_axes.xaxis.label.set_text(label)
        low, high = color_scale.limits(drawable)
        room = 0.05 * (high - low)
        return {self.lines_axes: (over_time, (low - room, high + room))}

    def _describe_pixel(self, x: float, y: float) -> str:
        row, column = round(y), round(x)
        height, width = self._size
        if not (0 <= row < height and 0 <= column < width):
            return ""
        return f"picture: row {row}, column {column}"

    def _describe_step(self, x: float, y: float) -> str:  # noqa: ARG002
        step = round(x)
        steps, channels = self._values.shape
        if not 0 <= step < steps:
            return ""
        told = ", ".join(f"{float(value):.6g}" for value in self._values[step, :_MOST_VALUES_TOLD])
        rest = channels - _MOST_VALUES_TOLD
        return f"step {step}: {told}" + (f", … ({rest} more)" if rest > 0 else "")

    def _describe_value(self, x: float, y: float) -> str:
        step, channel = round(x), round(y)
        steps, channels = self._values.shape
        if not (0 <= step < steps and 0 <= channel < channels):
            return ""
        return f"step {step}, channel {channel}: {float(self._values[step, channel]):.6g}"


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
