"""The whole figure: a strip for each layer of a network, from the first to the last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ...feature_maps import color_scale
from ...views import LONG, LayerStrip, NetworkView, Place
from ..artists.axes import AxesLimits
from ..artists.cell_image import CellImage
from ..artists.lettering import shortened
from ..artists.outlines import add_outline
from ..artists.palette import Palette
from ..artists.scripts import write
from .layout import NARROW, TOOLBAR_ABOVE
from .panel import NewAxes, WholePanel

MOST_STRIPS = 12
"""Strips on a page."""

# In pixels at 100 dots per inch: the canvas's toolbar to the left, headings above.
_LEFT, _NARROW_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 30, 10
_STRIP, _GAP = 34, 4
_MEAN, _ZEROS, _ZEROS_NARROW = 72, 150, 50
_NUMBER = 46  # of the zeros, beside their bar
_BAR_COLOR, _BAR_EDGE = "#0072B2", "#767676"
_HEADINGS = ("strongest channels", "zeros", "mean")
_LEAST_UNIT = 3  # pixels


@dataclass(frozen=True)
class _Columns:
    """Where the columns of the strips begin, and how many maps there is room for."""

    labels: float
    maps: float
    map_count: int
    zeros: float
    zeros_bar: float
    mean: float
    end: float


class NetworkPanel(WholePanel):
    """Strips of layers, one below the other, in axes that are as many units as pixels.

    Args:
        new_axes: Gives new axes to furnish, by their label.
        palette: The colours of the maps.

    Attributes:
        axes: Those of the strips; x and y are pixels at 100 dots per inch, from the upper left.
    """

    def __init__(self, new_axes: NewAxes, palette: Palette) -> None:
        self._palette = palette
        self._view: NetworkView | None = None
        self._size = (850.0, 425.0)
        with new_axes("network strips") as axes:
            self.axes = axes
            axes.set_axis_off()
            self._mosaic = CellImage(axes, origin="upper")
            self._mosaic.set_data(np.zeros((1, 1, 4), np.uint8))
            self._mosaic.mouseover = False
            axes.add_image(self._mosaic)
            self._headings = [self._text("small", va="bottom") for _ in _HEADINGS]
            self._paths = [self._text("small", va="center_baseline") for _ in range(MOST_STRIPS)]
            self._texts = [
                self._text("x-small", va="center_baseline", color="#595959")
                for _ in range(MOST_STRIPS)
            ]
            self._notes = [self._text("small", va="center") for _ in range(MOST_STRIPS)]
            self._zeros = [self._text("small", va="center_baseline") for _ in range(MOST_STRIPS)]
            self._means = [self._text("small", va="center_baseline") for _ in range(MOST_STRIPS)]
            self._bars = [self._rectangle(_BAR_COLOR, "none") for _ in range(MOST_STRIPS)]
            self._frames = [self._rectangle("none", _BAR_EDGE) for _ in range(MOST_STRIPS)]
            self._chosen = add_outline(axes)
            axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, view: NetworkView) -> Mapping[Axes, AxesLimits]:
        """Sets the strips, and gives their axes with the limits that show all of them."""
        self._view = view
        self._write()
        return self._limits()

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        if self._view is not None:
            self._write()

    def place(self, width: float, height: float) -> Mapping[Axes, AxesLimits]:
        """Fills a figure of this size, in pixels at 100 dots per inch."""
        self._size = width, height
        self.axes.set_position((0, 0, 1, 1))
        if self._view is not None:
            self._write()
        return self._limits()

    def _limits(self) -> Mapping[Axes, AxesLimits]:
        width, height = self._size
        return {self.axes: ((0.0, width), (height, 0.0))}

    def place_at(self, axes: Axes, x: float, y: float) -> Place | None:
        """Gives the strip at these data coordinates, and its channel if there is a map."""
        if axes is not self.axes or self._view is None:
            return None
        index = int((y - self._top) // _STRIP)
        if not 0 <= index < len(self._view.strips) or x < self._left:
            return None
        strip, columns = self._view.strips[index], self._columns()
        map_index = int((x - columns.maps) // _STRIP)
        shown = strip.channels[: columns.map_count]
        has_map = 0 <= map_index < len(shown) and x < columns.zeros and bool(strip.maps)
        return Place("strip", layer=strip.layer, channel=shown[map_index] if has_map else None)

    @staticmethod
    def preferred_height(width: float) -> int:
        """Gives the height that suits a figure of some width, both in pixels at 100 per inch."""
        if width >= NARROW:
            return 425
        return TOOLBAR_ABOVE + _TOP + MOST_STRIPS * _STRIP + _BOTTOM

    @staticmethod
    def strips_that_fit(width: float, height: float) -> int:
        """Gives how many strips a figure of this size has room for."""
        above = _TOP + (TOOLBAR_ABOVE if width < NARROW else 0)
        return min(max(int((height - above - _BOTTOM) // _STRIP), 1), MOST_STRIPS)

    # ------------------------------------------------------------------------------------- writing

    @property
    def _top(self) -> float:
        """Where the strips begin."""
        return _TOP + (TOOLBAR_ABOVE if self._size[0] < NARROW else 0)

    @property
    def _left(self) -> float:
        return _NARROW_LEFT if self._size[0] < NARROW else _LEFT

    def _columns(self) -> _Columns:
        width = self._size[0]
        end = width - _RIGHT
        is_narrow = width < NARROW
        mean = end - _MEAN
        zeros = mean - (_ZEROS_NARROW if is_narrow else _ZEROS)
        labels = max(0.3 * (zeros - self._left), 90)
        count = max(int((zeros - self._left - labels - _GAP) // _STRIP), 1)
        count = min(count, 8)
        maps = zeros - _GAP - count * _STRIP
        return _Columns(
            self._left, maps, count, zeros, 0 if is_narrow else _ZEROS - _NUMBER - 14, mean, end
        )

    def _write(self) -> None:
        view, columns = self._view, self._columns()
        if view is None:
            return
        for heading, text, x in zip(
            self._headings, _HEADINGS, (columns.maps, columns.zeros, columns.mean), strict=True
        ):
            room = columns.zeros - columns.maps if x == columns.maps else _MEAN
            self._set(heading, shortened(text, room, _points(heading)), x + 2, self._top - 6)
        self._chosen.set_visible(False)
        for index in range(MOST_STRIPS):
            strip = view.strips[index] if index < len(view.strips) else None
            self._write_strip(index, strip, columns)
            if strip is not None and strip.layer == view.chosen:
                self._chosen.set_visible(True)
                bounds = (
                    self._left - 3,
                    self._top + index * _STRIP + 1,
                    columns.end - self._left + 6,
                    _STRIP - 2,
                )
                self._chosen.set_bounds(*bounds)
        self._draw_maps(view, columns)

    def _write_strip(self, index: int, strip: LayerStrip | None, columns: _Columns) -> None:
        top = self._top + index * _STRIP
        room = columns.maps - columns.labels - 8
        path, text = self._paths[index], self._texts[index]
        shown = "" if strip is None else strip.layer
        self._set(
            path,
            shortened(shown, room, _points(path), keep_end=True),
            columns.labels + 4,
            top + 12,
        )
        shown = "" if strip is None else strip.text
        self._set(text, shortened(shown, room, _points(text)), columns.labels + 4, top + 25)
        note = self._notes[index]
        said = "" if strip is None or strip.maps or strip.units is not None else strip.note
        room = columns.zeros - columns.maps - 8
        self._set(note, shortened(said, room, _points(note)), columns.maps + 4, top + _STRIP / 2)
        zeros = None if strip is None else strip.zeros
        bar = self._bars[index], self._frames[index]
        for one in bar:
            one.set_visible(zeros is not None and columns.zeros_bar > 0)
        across = columns.zeros_bar
        if zeros is not None and across > 0:
            bar[0].set_bounds(columns.zeros + 2, top + 11, zeros * across, 12)
            bar[1].set_bounds(columns.zeros + 2, top + 11, across, 12)
        beside = columns.zeros + 2 + (across + 6 if across else 0)
        said = "" if zeros is None else f"{zeros:.0%}" if zeros in (0, 1) else f"{zeros:.1%}"
        self._set(self._zeros[index], said, beside, top + _STRIP / 2)
        mean = None if strip is None else strip.mean
        self._set(
            self._means[index],
            "" if mean is None else f"{mean:.3g}".replace("-", "−"),
            columns.mean + 2,
            top + _STRIP / 2,
        )

    def _draw_maps(self, view: NetworkView, columns: _Columns) -> None:
        side = _STRIP - _GAP
        width, height = columns.map_count * _STRIP, len(view.strips) * _STRIP
        pixels = np.zeros((max(height, 1), max(width, 1), 4), np.uint8)
        for index, strip in enumerate(view.strips):
            top = index * _STRIP + _GAP // 2
            for place, values in enumerate(strip.maps[: columns.map_count]):
                across = _STRIP * place
                self._paint(pixels[top : top + side, across : across + side], values)
            if strip.units is not None:
                self._paint_units(pixels[top + 6 : top + side - 6], strip.units)
        self._mosaic.set_data(pixels)
        left, above = columns.maps, self._top
        self._mosaic.set_extent((left, left + pixels.shape[1], above + pixels.shape[0], above))

    def _paint(self, room: np.ndarray, values: np.ndarray) -> None:
        """Paints a map into its square, in its proportions."""
        high, wide = values.shape
        side = room.shape[0]
        # What is all length would be a hair's breadth.
        is_long = max(high, wide) > LONG * min(high, wide)
        down = side if is_long else max(round(side * min(high / wide, 1)), 3)
        across = side if is_long else max(round(side * min(wide / high, 1)), 3)
        rows, columns = _taken(high, down), _taken(wide, across)
        top, left = (side - down) // 2, (side - across) // 2
        room[top : top + down, left : left + across] = self._colors(values)[np.ix_(rows, columns)]

    def _paint_units(self, room: np.ndarray, units: np.ndarray) -> None:
        """Paints units as a row of cells; of many, those there is room for at even steps."""
        width = room.shape[1] - _GAP
        count = min(len(units), max(width // _LEAST_UNIT, 1))
        cells = self._colors(units[_taken(len(units), count)][None])[0]
        each = min(width // max(count, 1), _STRIP)
        room[:, : count * each] = np.repeat(cells, each, axis=0)

    def _colors(self, values: np.ndarray) -> Any:
        low, high = color_scale.limits(values)
        drawable = color_scale.finite_or_masked(values)
        with np.errstate(over="ignore", invalid="ignore"):
            shares = np.ma.clip((drawable - low) / (high - low), 0, 1)
        return self._palette.plain(shares, bytes=True)

    def _describe(self, x: float, y: float) -> str:
        place = self.place_at(self.axes, x, y)
        if place is None:
            return ""
        channel = "" if place.channel is None else f", channel {place.channel}"
        return f"{place.layer}{channel}"

    # -------------------------------------------------------------------------------- made but once

    def _text(self, size: str, va: Any, color: str | None = None) -> Any:
        return self.axes.text(
            0,
            0,
            "",
            fontsize=size,
            va=va,
            color=color or mpl.rcParams["text.color"],
            usetex=False,
            parse_math=False,
        )

    def _rectangle(self, face: str, edge: str) -> Rectangle:
        bar = Rectangle((0, 0), 1, 1, facecolor=face, edgecolor=edge, linewidth=0.8, linestyle="-")
        bar.set_visible(False)
        self.axes.add_patch(bar)
        return bar

    @staticmethod
    def _set(text: Any, shown: str, x: float, y: float) -> None:
        if text.get_text() != shown:
            write(text, shown)
        if text.get_position() != (x, y):
            text.set_position((x, y))


def _points(text: Any) -> float:
    return float(text.get_fontproperties().get_size_in_points())


def _taken(count: int, wanted: int) -> np.ndarray:
    """Gives which of so many cells to take, for so many that are wanted."""
    middles = (np.arange(wanted) + 0.5) * count / wanted
    taken: np.ndarray = np.minimum(middles.astype(int), count - 1)
    return taken
