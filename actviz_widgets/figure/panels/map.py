"""A feature map with its colour bar, in either panel of the figure.

Artists are made once, when they are first needed. To show something is to set their data; which
axes are seen, and how far they are zoomed in, is the figure's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ...feature_maps import color_scale
from ...views import MapView, Place
from ..artists.axes import (
    COLOR_BAR_GAP,
    COLOR_BAR_WIDTH,
    AxesLimits,
    Beside,
    SpacedLocator,
    set_seen_aspect,
)
from ..artists.cell_image import CellImage
from ..artists.color_bar import ColorBar
from ..artists.histogram import Histogram
from ..artists.outlines import add_outline
from ..artists.palette import Palette, Scale
from ..artists.profile import Profile
from .panel import NewAxes, Note, Panel

_MOST_STEPS = 5
_LEAST = 30


class MapPanel(Panel):
    """A feature map with its colour bar and, between them, a number per row and a histogram.

    Args:
        axes: Where to draw the map; the colour bar's axes are added to them.
        new_axes: Gives the axes between them, by their label, when they are first shown.
        palette: The map's colours.
        least: Pixels, at 100 dots per inch, that the shorter side of a map is to have.

    Attributes:
        axes: Those of the map.
        color_bar_axes: Those of the colour bar.
        color_bar: The colour bar.
        side_room: Pixels, at 100 dots per inch, that is needed between map and colour bar.
        note: Says what else there is to tell of a row and column under the cursor.
    """

    def __init__(
        self,
        axes: Axes,
        new_axes: NewAxes,
        palette: Palette,
        least: float = _LEAST,
    ) -> None:
        self.axes = axes
        self._least = least
        self.side_room = 0
        self.note: Note | None = None
        self._new_axes = new_axes
        self._palette = palette
        self._is_signed = False
        self._is_square = True
        self._image = CellImage(axes, cmap=palette.plain, norm=Scale(), origin="upper")
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
        self._unused.set_visible(False)
        axes.add_patch(self._unused)
        self._mark = add_outline(axes)
        self._position: Rectangle | None = None
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(SpacedLocator(_MOST_STEPS, integer=True, min_n_ticks=1))
        axes.tick_params(labelsize="small")
        self._add_color_bar()
        self._values = np.zeros((0, 0))
        self._profile: Profile | None = None
        self._histogram: Histogram | None = None
        self._histogram_gap = 0
        self._place: Callable[[int, int], str] = lambda row, column: f"row {row}, column {column}"
        axes.format_coord = self._describe_value  # type: ignore[method-assign]

    def show(self, view: MapView) -> Mapping[Axes, AxesLimits]:
        """Sets the map, and gives the axes it is in with the limits that show all of it."""
        self._values, self._place, self._is_signed = view.values, view.place, view.is_signed
        self._image.set_data(color_scale.finite_or_masked(view.values))
        limits = view.limits or color_scale.limits(view.values)
        if limits != self._image.get_clim():
            self._image.set_clim(*limits)
        self.recolor()
        for patch, region in ((self._unused, view.unused), (self._mark, view.mark)):
            patch.set_visible(region is not None)
            if region is not None:
                corner = (region.column - 0.5, region.row - 0.5)
                patch.set_bounds(*corner, region.width, region.height)
        height, width = view.values.shape
        self._is_square = view.is_square
        self.fit()
        whole = ((-0.5, width - 0.5), (height - 0.5, -0.5))
        if tuple(self._image.get_extent()) != (*whole[0], *whole[1]):
            self._image.set_extent((*whole[0], *whole[1]))
        return {self.axes: whole, **self._show_beside(view, limits, whole[1])}

    def fit(self) -> None:
        """Stretches a map that could not be seen at its true proportions."""
        height, width = self._values.shape
        if not height or not width:
            return
        if self._is_square:
            set_seen_aspect(self.axes, height, width, self._least)
        elif self.axes.get_aspect() != "auto":
            self.axes.set_aspect("auto")

    def _show_beside(
        self, view: MapView, limits: tuple[float, float], rows: tuple[float, float]
    ) -> dict[Axes, AxesLimits]:
        shown = {}
        self.side_room = 0
        if view.profile is not None:
            self.side_room += Profile.ROOM
            if self._profile is None:
                with self._new_axes("profile") as axes:
                    self._profile = Profile(axes, self.axes)
            shown[self._profile.axes] = (self._profile.show(view.profile), rows)
        if view.has_histogram:
            self._histogram_gap = COLOR_BAR_GAP + self.side_room
            self.side_room += Histogram.ROOM
            if self._histogram is None:
                with self._new_axes("histogram") as axes:
                    self._histogram = Histogram(axes, self.axes, lambda: self._histogram_gap)
            shown[self._histogram.axes] = self._histogram.show(view.values, limits)
        return shown

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        colors = self._palette.of(self._is_signed)
        if colors is not self._image.get_cmap():
            self._image.set_cmap(colors)

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames one position of the map, or none."""
        is_seen = row is not None and column is not None
        if self._position is None:
            if not is_seen:
                return
            self._position = add_outline(self.axes, beyond=True, linewidth=1.0)
        if self._position.get_visible() != is_seen:
            self._position.set_visible(is_seen)
        if row is not None and column is not None:
            bounds = (column - 0.5, row - 0.5, 1, 1)
            if self._position.get_bbox().bounds != bounds:
                self._position.set_bounds(*bounds)

    def place_at(self, x: float, y: float) -> Place | None:
        """Gives the position of the map at these data coordinates; `None` outside of it."""
        row, column = round(y), round(x)
        if not (0 <= row < self._values.shape[0] and 0 <= column < self._values.shape[1]):
            return None
        return Place("map", row=row, column=column)

    def _add_color_bar(self) -> None:
        self.color_bar_axes = self.axes.inset_axes((1.03, 0, 0.05, 1))
        self.color_bar = ColorBar(self.color_bar_axes, self._image)
        # Placed by the map's own box, the bar keeps to the map whatever its proportions.
        self.color_bar.keep_to(
            Beside(self.axes, lambda: COLOR_BAR_GAP + self.side_room, COLOR_BAR_WIDTH)
        )

    def _describe_value(self, x: float, y: float) -> str:
        place = self.place_at(x, y)
        if place is None or place.row is None or place.column is None:
            return ""
        row, column = place.row, place.column
        told = f"{self._place(row, column)}: {float(self._values[row, column]):.6g}"
        note = self.note(row, column) if self.note else ""
        return f"{told} · {note}" if note else told
