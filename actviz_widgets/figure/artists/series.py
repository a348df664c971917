"""A series, as lines over time or as an image, in the figure's left panel."""

from __future__ import annotations

import math
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from ...feature_maps import color_scale
from .axes import AxesLimits, drawable
from .scripts import write

MOST_LINES = 12
"""Channels that can still be told apart as lines."""

# Okabe and Ito's colours, which colour-blind people can tell apart, without the yellow, which is
# hardly seen on white; they come twice, as solid lines and as dashed ones.
_LINE_COLORS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
_LINE_STYLES = ("solid", (0, (4, 2)))
# More points than any screen has pixels; above, Agg may refuse a line as too complex.
_MOST_PIECES = 4096
_MOST_VALUES_TOLD = 4


class SeriesLines:
    """The few channels of a series, each a line over time.

    Args:
        axes: Where to draw them.
    """

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

    def show(self, values: np.ndarray, label: str) -> Mapping[Axes, AxesLimits]:
        """Sets the series, and gives the axes with the limits that show all of it."""
        self._values = values
        points = drawable(values)
        self._lines.set_segments(list(_lines(points)))
        write(self.axes.xaxis.label, label)
        low, high = color_scale.limits(points)
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


class SeriesRows:
    """The many channels of a series, each a row of an image.

    Args:
        axes: Where to draw it.
        colors: The image's colours.
    """

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

    def show(self, values: np.ndarray, label: str) -> Mapping[Axes, AxesLimits]:
        """Sets the series, and gives the axes with the limits that show all of it."""
        self._values = values
        steps, channels = values.shape
        whole = ((-0.5, steps - 0.5), (channels - 0.5, -0.5))
        self._image.set_data(color_scale.finite_or_masked(values.T))
        self._image.set_clim(*color_scale.limits(values))
        self._image.set_extent((*whole[0], *whole[1]))
        write(self.axes.xaxis.label, label)
        return {self.axes: whole}

    def set_colors(self, colors: mpl.colors.Colormap) -> None:
        """Takes other colours."""
        if colors is not self._image.get_cmap():
            self._image.set_cmap(colors)

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
