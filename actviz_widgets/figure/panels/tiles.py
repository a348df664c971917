"""Feature maps of many channels as tiles, in the figure's right panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from ...views import Place, TilesView
from ..artists.axes import COLOR_BAR_GAP, COLOR_BAR_WIDTH, AxesLimits, Beside
from ..artists.color_bar import ColorBar
from ..artists.lettering import width_of
from ..artists.outlines import add_outline
from ..artists.palette import Palette
from ..artists.scripts import write
from ..artists.tile_grid import MOST_LABELS, TileGrid, arrange
from ..artists.tile_image import TileImage, limits_of_each
from .panel import Panel

_WHOLE = ((0.0, 1.0), (1.0, 0.0))
_LABEL_BASELINE = 3  # pixels above a tile
_WIDE = 260  # pixels in which a legend has room for whole words
_LEGEND = 4  # pixels below the tiles
# Ends of the lines over a tile, in shares of it: a cross, and a plus.
_CROSS = (((0.2, 0.2), (0.8, 0.8)), ((0.2, 0.8), (0.8, 0.2)))
_PLUS = (((0.5, 0.15), (0.5, 0.85)), ((0.15, 0.5), (0.85, 0.5)))


class TilesPanel(Panel):
    """Tiles in rows, as large as there is room for, the chosen one framed, and a colour bar.

    Where tiles are large enough, the channel stands above each, and whether it is dead or
    saturated; else a cross over a tile says that it is dead, and a plus that it is saturated.

    Args:
        axes: Where to draw them; the colour bar's axes are added to them.
        palette: The tiles' colours.

    Attributes:
        axes: Those of the tiles. Both of their coordinates are shares of all tiles, 0 to 1.
        color_bar_axes: Those of the colour bar.
        color_bar: The colour bar: of all tiles, or of the chosen one.
    """

    def __init__(self, axes: Axes, palette: Palette) -> None:
        self.axes = axes
        self._palette = palette
        axes.set_axis_off()
        self._image = TileImage(axes, palette.plain)
        self._image.set_clip_path(axes.patch)
        self._image.mouseover = False
        axes.add_image(self._image)
        self._marks = [
            LineCollection([], colors=color, linewidths=width, linestyles="solid", zorder=1.5)
            for color, width in (("black", 2.4), ("white", 1.0))
        ]
        for lines in self._marks:
            axes.add_collection(lines, autolim=False)
        self._frame = add_outline(axes, beyond=True)
        self._labels: list[Text] = []
        below = axes.transAxes + ScaledTranslation(0, -_LEGEND / 100, axes.figure.dpi_scale_trans)
        self._legend = axes.text(
            0, 0, "", transform=below, va="top", fontsize="small", usetex=False, parse_math=False
        )
        self._scale = ScalarMappable(Normalize(0, 1), palette.plain)
        self.color_bar_axes = axes.inset_axes((1.03, 0, 0.05, 1))
        self.color_bar = ColorBar(self.color_bar_axes, self._scale)
        self.color_bar.keep_to(Beside(axes, lambda: COLOR_BAR_GAP, COLOR_BAR_WIDTH))
        self._view: TilesView | None = None
        self._grid = TileGrid(1, 1, 1, 1, 1, 0, 0)
        self._own_limits = np.zeros((0, 2))
        self._own_limits_of: np.ndarray | None = None
        self._marked: tuple[object, ...] = ()
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, view: TilesView) -> Mapping[Axes, AxesLimits]:
        """Sets the tiles, and gives the axes with the limits that show all of them."""
        self._view = view
        count = len(view.channels)
        chosen = view.channels.index(view.chosen) if view.chosen in view.channels else None
        if self._image.get_visible() != bool(view.maps.size):
            self._image.set_visible(bool(view.maps.size))
        if view.limits is not None:
            limits = np.tile(np.array([view.limits], np.float64), (count, 1))
        else:
            if self._own_limits_of is not view.maps:
                self._own_limits, self._own_limits_of = limits_of_each(view.maps), view.maps
            limits = self._own_limits.copy()
            if chosen is not None:
                limits[chosen] = view.chosen_limits
        if view.maps.size:
            self._image.set_tiles(view.maps, limits)
        of_scale = view.limits or view.chosen_limits
        if of_scale != self._scale.get_clim():
            self._scale.set_clim(*of_scale)
        self.color_bar.set_label(
            f"all {view.noun}s" if view.limits is not None else f"{view.noun} {view.chosen}"
        )
        self.fit()
        return {self.axes: _WHOLE}

    def fit(self) -> None:
        """Lays the tiles out in the room that the axes have."""
        view = self._view
        if view is None:
            return
        box = self.axes.get_position(original=True)
        inches = self.axes.figure.get_size_inches()  # type: ignore[union-attr]
        grid = arrange(
            len(view.channels),
            (view.maps.shape[0], view.maps.shape[1]),
            100 * box.width * inches[0],
            100 * box.height * inches[1],
        )
        self._grid = grid
        self._image.set_grid(grid)
        aspect = grid.rows * grid.height / (grid.columns * grid.width)
        if aspect != self.axes.get_aspect():
            self.axes.set_aspect(aspect)
        is_seen = view.chosen in view.channels
        if self._frame.get_visible() != is_seen:
            self._frame.set_visible(is_seen)
        if is_seen:
            bounds = grid.bounds(view.channels.index(view.chosen))
            if self._frame.get_bbox().bounds != bounds:
                self._frame.set_bounds(*bounds)
        marked = (grid, view.channels, view.dead, view.saturated)
        if marked != self._marked:
            self._marked = marked
            self._mark(view, grid)

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        if self._palette.plain is not self._scale.get_cmap():
            self._scale.set_cmap(self._palette.plain)
            self._image.set_colors(self._palette.plain)

    def place_at(self, x: float, y: float) -> Place | None:
        """Gives the tile at these data coordinates, and the position of its map, if any."""
        found = self._grid.find(x, y) if self._view is not None else None
        if found is None or self._view is None:
            return None
        index, along_rows, along_columns = found
        channel = self._view.channels[index]
        if not (0 <= along_rows <= 1 and 0 <= along_columns <= 1):
            return Place("tile", channel=channel)
        height, width = self._view.maps.shape[:2]
        row, column = min(int(along_rows * height), height - 1), int(along_columns * width)
        return Place("tile", row=row, column=min(column, width - 1), channel=channel)

    def _describe(self, x: float, y: float) -> str:
        place, view = self.place_at(x, y), self._view
        if place is None or view is None or place.channel is None:
            return ""
        told = f"{view.noun} {place.channel}"
        if place.channel in view.dead:
            told += " (dead)"
        elif place.channel in view.saturated:
            told += " (saturated)"
        if place.row is None or place.column is None:
            return told
        value = view.maps[place.row, place.column, view.channels.index(place.channel)]
        return f"{told}, row {place.row}, column {place.column}: {float(value):.6g}"

    def _mark(self, view: TilesView, grid: TileGrid) -> None:
        """Writes the channels, and says which of them are dead or saturated."""
        names = [str(channel) for channel in view.channels]
        states = {
            **dict.fromkeys(view.saturated, "sat."),
            **dict.fromkeys(view.dead, "dead"),
        }
        words = [
            f"{name} {states[channel]}" if channel in states else name
            for name, channel in zip(names, view.channels, strict=True)
        ]
        if grid.label and words:
            self._add_labels(len(words))
            points = self._labels[0].get_fontproperties().get_size_in_points()
            has_room = max((width_of(word, points) for word in words), default=0) <= grid.width
        else:
            has_room = False
        left, _, top, _ = grid.edges
        baseline = top - _LABEL_BASELINE / grid.height
        for index, label in enumerate(self._labels):
            is_seen = bool(grid.label) and index < len(words)
            if label.get_visible() != is_seen:
                label.set_visible(is_seen)
            if is_seen:
                row, column = divmod(index, grid.columns)
                write(label, (words if has_room else names)[index])
                label.set_position(((column + left) / grid.columns, (row + baseline) / grid.rows))
        dead, saturated = (
            [] if has_room else [view.channels.index(one) for one in group if one in view.channels]
            for group in (view.dead, view.saturated - view.dead)
        )
        segments = [*_lines(grid, dead, _CROSS), *_lines(grid, saturated, _PLUS)]
        for lines in self._marks:
            lines.set_segments(segments)
        is_wide = grid.columns * grid.width > _WIDE
        told = ["× dead"] * bool(dead)
        told += ["+ saturated" if is_wide else "+ sat."] * bool(saturated)
        self._legend.set_text("   ".join(told))

    def _add_labels(self, count: int) -> None:
        for _ in range(len(self._labels), min(count, MOST_LABELS)):
            label = self.axes.text(
                0,
                0,
                "",
                va="baseline",
                fontsize="x-small",
                clip_on=True,
                usetex=False,
                parse_math=False,
            )
            self._labels.append(label)


def _lines(
    grid: TileGrid,
    tiles: Iterable[int],
    pattern: tuple[tuple[tuple[float, float], tuple[float, float]], ...],
) -> list[list[tuple[float, float]]]:
    """Gives the ends of lines that are a mark over each of some tiles."""
    found = []
    for tile in tiles:
        left, top, width, height = grid.bounds(tile)
        found += [[(left + x * width, top + y * height) for x, y in ends] for ends in pattern]
    return found
