"""The figure's right panel: what a layer puts out, as a map or as bars.

Artists are made once, when they are first needed. To show something is to set their data; which
axes are seen, and how far they are zoomed in, is the figure's to say.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import Normalize
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    MaxNLocator,
)
from matplotlib.transforms import Bbox

from . import color_scale
from .cell_image import CellImage
from .color_bar import ColorBar
from .views import BarsView, MapView

Limits = tuple[tuple[float, float], tuple[float, float]]

# All lengths are in pixels at 100 dots per inch, as the fonts are.
_PROFILE_WIDTH = 60
_PROFILE_GAP = 8
_BAR_OF_COLORS_GAP, _BAR_OF_COLORS_WIDTH = 10, 16
_TICK = 12  # a tick and what is between it and its label
HINTING = 1.08  # small letters are drawn wider than they are, a whole number of pixels each
_LARGEST = 1e300  # differences of larger values overflow
_SMALLEST = 1e-280  # matplotlib takes shorter ranges for none


class MapPanel:
    """A feature map with its colour bar, and a number per row as a line between them.

    Args:
        axes: Where to draw the map; the colour bar's axes are added to them.
        new_axes: Gives the line's axes, by their label, when the first one is shown.
        colors: The map's colours.

    Attributes:
        axes: Those of the map.
        profile_axes: Those of the line; `None` before the first one.
        color_bar_axes: Those of the colour bar.
        color_bar: The colour bar.
        profile_room: Pixels, at 100 dots per inch, that the line needs beside the map.
    """

    def __init__(
        self,
        axes: Axes,
        new_axes: Callable[[str], AbstractContextManager[Axes]],
        colors: mpl.colors.Colormap,
    ) -> None:
        self.axes = axes
        self.profile_axes: Axes | None = None
        self.profile_room = 0
        self._new_axes = new_axes
        self._image = CellImage(axes, cmap=colors, norm=Normalize(0, 1), origin="upper")
        self._image.set_data(np.zeros((1, 1)))
        self._image.set_clip_path(axes.patch)
        axes.add_image(self._image)
        # Under the map, ticks need not be painted again for each.
        axes.set_axisbelow(True)
        self._image.set_zorder(1)
        axes.set_aspect("equal")
        self._image.mouseover = False  # the axes' own format_coord says place and value
        # White on white: cells that are no part of the map look like none.
        self._unused = Rectangle((0, 0), 1, 1, facecolor=axes.get_facecolor(), edgecolor="none")
        self._mark = Rectangle((0, 0), 1, 1, fill=False, edgecolor="white", linewidth=1.5)
        self._mark.set_path_effects([withStroke(linewidth=3.5, foreground="black")])
        for patch in (self._unused, self._mark):
            patch.set_visible(False)
            axes.add_patch(patch)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes.tick_params(labelsize="small")
        self._add_color_bar()
        self._values = np.zeros((0, 0))
        self._profile: _Profile | None = None
        self._place: Callable[[int, int], str] = lambda row, column: f"row {row}, column {column}"
        axes.format_coord = self._describe_value  # type: ignore[method-assign]

    def show(self, view: MapView) -> Mapping[Axes, Limits]:
        """Sets the map, and gives the axes it is in with the limits that show all of it."""
        self._values, self._place = view.values, view.place
        self._image.set_data(color_scale.finite_or_masked(view.values))
        limits = color_scale.limits(view.values)
        if limits != self._image.get_clim():
            self._image.set_clim(*limits)
        for patch, region in ((self._unused, view.unused), (self._mark, view.mark)):
            patch.set_visible(region is not None)
            if region is not None:
                corner = (region.column - 0.5, region.row - 0.5)
                patch.set_bounds(*corner, region.width, region.height)
        height, width = view.values.shape
        # A map that is all length would be a hair's breadth at its true proportions.
        is_long = max(height, width) > 8 * min(height, width)
        aspect: float | Literal["auto"] = 1.0 if view.is_square and not is_long else "auto"
        if aspect != self.axes.get_aspect():
            self.axes.set_aspect(aspect)
        whole = ((-0.5, width - 0.5), (height - 0.5, -0.5))
        if tuple(self._image.get_extent()) != (*whole[0], *whole[1]):
            self._image.set_extent((*whole[0], *whole[1]))
        self.profile_room = 0
        if view.profile is None:
            return {self.axes: whole}
        self.profile_room = _PROFILE_GAP + _PROFILE_WIDTH
        if self._profile is None:
            with self._new_axes("profile") as self.profile_axes:
                self._profile = _Profile(self.profile_axes, self.axes)
        return {self.axes: whole, self._profile.axes: (self._profile.show(view.profile), whole[1])}

    def _add_color_bar(self) -> None:
        self.color_bar_axes = self.axes.inset_axes((1.03, 0, 0.05, 1))
        # Placed by the map's own box, the bar keeps to the map whatever its proportions.
        self.color_bar_axes.set_axes_locator(
            _Beside(self.axes, lambda: _BAR_OF_COLORS_GAP + self.profile_room, _BAR_OF_COLORS_WIDTH)
        )
        self.color_bar = ColorBar(self.color_bar_axes, self._image)

    def _describe_value(self, x: float, y: float) -> str:
        row, column = round(y), round(x)
        if not (0 <= row < self._values.shape[0] and 0 <= column < self._values.shape[1]):
            return ""
        return f"{self._place(row, column)}: {float(self._values[row, column]):.6g}"


class _Profile:
    """A number per row of a map, as a line beside it."""

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
        axes.set_axes_locator(_Beside(map_axes, lambda: _PROFILE_GAP, _PROFILE_WIDTH))
        self._values = np.zeros(0)
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, values: np.ndarray) -> tuple[float, float]:
        """Sets the line, and gives the limits that show all of its values."""
        self._values = values
        drawable = _drawable(values)
        self._line.set_data(drawable, np.arange(len(drawable)))
        self._line.set_marker("o" if len(drawable) == 1 else "None")
        finite = drawable[np.isfinite(drawable)]
        low, high = color_scale.limits(drawable)
        ends = [finite.min(), finite.max()] if finite.size else []
        self.axes.xaxis.set_major_locator(FixedLocator(ends))
        # Zero is added for the sake of "-0".
        text = f"{ends[0] + 0:.3g}\nto {ends[1] + 0:.3g}" if ends else "not\nfinite"
        self.axes.xaxis.label.set_text(text)
        room = 0.08 * (high - low)
        return low - room, high + room

    def _describe(self, x: float, y: float) -> str:  # noqa: ARG002
        row = round(y)
        if not 0 <= row < len(self._values):
            return ""
        return f"row {row}: {float(self._values[row]):.6g}"


class BarsPanel:
    """Units as bars, the first one on top, the chosen one framed.

    Args:
        axes: Where to draw them.

    Attributes:
        axes: Those of the bars.
        label_room: Pixels, at 100 dots per inch, that the labels take.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        line_color = mpl.rcParams["axes.edgecolor"]
        self._bars = axes.stairs(
            [0], [-0.4, 0.4], orientation="horizontal", fill=True, color="#0072B2", linewidth=0
        )
        self._frame = Rectangle((0, 0), 1, 1, linewidth=1.5, edgecolor=line_color)
        self._frame.set(facecolor="#E69F0040", linestyle="-", zorder=0.5)
        self._frame.set_transform(axes.get_yaxis_transform())
        axes.add_patch(self._frame)
        axes.axvline(0, color=line_color, linewidth=1, linestyle="-", marker="None")
        self._number = axes.text(
            0, 0, "", va="center_baseline", usetex=False, parse_math=False, clip_on=True
        )
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:.6g}".replace("-", "−"))
        )
        axes.tick_params(axis="x", labelsize="small")
        axes.tick_params(axis="y", length=0)
        self._values = np.zeros(0)
        self._names: tuple[str, ...] = ()
        self._written: tuple[object, ...] = ()
        self.label_room = 0.0
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, view: BarsView) -> Mapping[Axes, Limits]:
        """Sets the bars, and gives their axes with the limits that show all of them."""
        self._values, self._names = view.values, view.labels
        values = _drawable(view.values)
        count = len(values)
        # Edges of the bars and, at zero, of the gaps between them.
        edges = (np.arange(count)[:, None] + (-0.4, 0.4)).reshape(-1)
        lengths = np.zeros(2 * count - 1)
        lengths[::2] = values
        self._bars.set_data(lengths, edges)
        self._frame.set_bounds(0, view.chosen - 0.5, 1, 1)
        finite = values[np.isfinite(values)]
        low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
        span = high - low if high - low > _SMALLEST else 1.0
        self._number.set_text("")
        if finite.size:
            strongest = int(np.nanargmax(values))
            self._number.set_text(f" {float(view.values[strongest]):.3g}")
            self._number.set_position((max(values[strongest], 0.0), strongest))
        # On the right there is room for the strongest one's value.
        return {self.axes: ((low - 0.04 * span, high + 0.25 * span), (count - 0.5, -0.5))}

    def write_labels(self, height: float, room: float) -> float:
        """Writes the labels as large as the bars allow, shortened to what there is room for.

        Args:
            height: Of the bars' axes, in pixels at 100 dots per inch.
            room: For the labels, in the same pixels.

        Returns:
            How much of the room they take.
        """
        known = tuple(
            "" if np.isfinite(value) else f" = {float(value):g}" for value in self._values
        )
        wanted = (self._names, known, height, room)
        if wanted == self._written:
            return self.label_room
        self._written = wanted
        count = max(len(self._names), 1)
        small = FontProperties(size="small").get_size_in_points()
        points = max(min(small, 0.66 * height / count), 3.0)
        labels = [
            shortened(name, room - _TICK - width_of(value, points), points) + value
            for name, value in zip(self._names, known, strict=True)
        ]
        self.axes.yaxis.set_major_locator(FixedLocator(list(range(len(labels)))))
        self.axes.yaxis.set_major_formatter(FixedFormatter(labels))
        self.axes.tick_params(axis="y", labelsize=points)
        self._number.set_fontsize(points)
        for tick in self.axes.yaxis.get_major_ticks(len(labels)):
            tick.label1.set_usetex(False)
            tick.label1.set_parse_math(False)  # class names may hold dollar signs
        widest = max((width_of(label, points) for label in labels), default=0.0)
        self.label_room = widest + _TICK
        return self.label_room

    def _describe(self, x: float, y: float) -> str:  # noqa: ARG002
        index = round(y)
        if not 0 <= index < len(self._values):
            return ""
        return f"{self._names[index]}: {float(self._values[index]):.6g}"


class _Beside:
    """Places axes to the right of others, as high as those are, some pixels away."""

    def __init__(self, axes: Axes, gap: Callable[[], float], width: float) -> None:
        self._axes = axes
        self._gap = gap
        self._width = width

    def __call__(self, *_: Artist | RendererBase | None) -> Bbox:
        self._axes.apply_aspect()
        box = self._axes.get_position()
        figure_width = 100 * self._axes.figure.get_figwidth()  # type: ignore[union-attr]
        return Bbox.from_bounds(
            box.x1 + self._gap() / figure_width, box.y0, self._width / figure_width, box.height
        )


def width_of(text: str, points: float) -> float:
    """Measures a text of this font size, in pixels at 100 dots per inch."""
    width, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(size=points), False
    )
    return HINTING * float(width) * 100 / 72


def shortened(text: str, room: float, points: float, *, keep_end: bool = False) -> str:
    """Cuts a text where the room ends, in pixels at 100 dots per inch, and says so by an `…`.

    Line breaks become spaces.
    """
    text = " ".join(text.splitlines())
    if width_of(text, points) <= room:
        return text

    def cut(length: int) -> str:
        return "…" + text[len(text) - length :] if keep_end else text[:length].rstrip() + "…"

    lengths = range(1, len(text))
    return cut(bisect.bisect_right(lengths, room, key=lambda n: width_of(cut(n), points)))


def _drawable(values: np.ndarray) -> np.ndarray:
    floats = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    return np.clip(floats, -_LARGEST, _LARGEST)
