"""A feature map over the picture, where it truly lies, in either panel of the figure."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from ...feature_maps import color_scale
from ...views import OverlayView, PixelBox, Place
from ..artists.axes import COLOR_BAR_GAP, COLOR_BAR_WIDTH, AxesLimits, Beside, set_seen_aspect
from ..artists.color_bar import ColorBar
from ..artists.outlines import PictureBox, add_outline
from ..artists.palette import Palette, Scale
from .panel import Note, Panel

_ROUNDING = 1e-3
"""Share of the scale by which matplotlib's interpolation may be off."""


class OverlayPanel(Panel):
    """A picture, over it a feature map that lets it through, and the map's colour bar.

    Between the centres of its positions the map is interpolated. It ends where the cells of its
    outermost positions end; beyond is the picture alone.

    Args:
        axes: Where to draw them; the colour bar's axes are added to them.
        palette: The map's colours.

    Attributes:
        axes: Those of the picture and the map.
        color_bar_axes: Those of the colour bar.
        color_bar: The colour bar.
        note: Says what else there is to tell of a row and column of the map under the cursor.
    """

    is_in_pixels = True

    def __init__(self, axes: Axes, palette: Palette) -> None:
        self.axes = axes
        self.note: Note | None = None
        self._palette = palette
        self._picture = axes.imshow(
            np.zeros((1, 1, 3), np.uint8), origin="upper", aspect="equal", interpolation="auto"
        )
        self._map = AxesImage(
            axes,
            cmap=palette.plain,
            # What is interpolated are shares of the scale: matplotlib does that with an error in
            # proportion to the values, which may be all large and close to one another.
            norm=Scale(_ROUNDING),
            origin="upper",
            interpolation="bilinear",
            interpolation_stage="data",
        )
        self._map.set_data(np.zeros((1, 1)))
        self._map.set_clip_path(axes.patch)
        axes.add_image(self._map)
        self._picture.set_zorder(0.5)
        self._map.set_zorder(1)
        axes.set_axisbelow(True)
        for image in (self._picture, self._map):
            image.mouseover = False  # the axes' own format_coord says place and value
        axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        self._box = PictureBox(axes)
        self._position: Rectangle | None = None
        self._marked: tuple[int | None, int | None] = (None, None)
        self.color_bar_axes = axes.inset_axes((1.03, 0, 0.05, 1))
        self._scale = ScalarMappable(Scale(), palette.plain)
        self.color_bar = ColorBar(self.color_bar_axes, self._scale)
        self.color_bar.keep_to(Beside(axes, lambda: COLOR_BAR_GAP, COLOR_BAR_WIDTH))
        self._view: OverlayView | None = None
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, view: OverlayView) -> Mapping[Axes, AxesLimits]:
        """Sets picture and map, and gives the axes with the limits that show all the picture."""
        before, self._view = self._view, view
        height, width = view.picture.size
        whole = ((-0.5, width - 0.5), (height - 0.5, -0.5))
        if before is None or view.picture is not before.picture:
            self._picture.set_data(view.picture.pixels)
            self._picture.set_extent((*whole[0], *whole[1]))
            self._box.set_size(view.picture.size)
        if view.limits != self._scale.get_clim():
            self._scale.set_clim(*view.limits)
        self._map.set_data(self._scale.norm(color_scale.finite_or_masked(view.values)))
        if tuple(self._map.get_extent()) != tuple(view.extent):
            self._map.set_extent(view.extent)
        if view.opacity != self._map.get_alpha():
            self._map.set_alpha(view.opacity)
        self.recolor()
        self.mark_position(*self._marked)
        self.fit()
        return {self.axes: whole}

    def fit(self) -> None:
        """Stretches a picture that could not be seen at its true proportions."""
        if self._view is not None:
            set_seen_aspect(self.axes, *self._view.picture.size)

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        colors = self._palette.of(self._view is not None and self._view.is_signed)
        if colors is not self._map.get_cmap():
            self._map.set_cmap(colors)
            self._scale.set_cmap(colors)

    def frame_pixels(self, box: PixelBox | None) -> None:
        """Frames pixels of the picture, or none."""
        self._box.show(box)

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames one position of the map, or none."""
        self._marked = row, column
        is_seen = row is not None and column is not None and self._view is not None
        if self._position is None:
            if not is_seen:
                return
            self._position = add_outline(self.axes, beyond=True, linewidth=1.0)
        if self._position.get_visible() != is_seen:
            self._position.set_visible(is_seen)
        if row is not None and column is not None and self._view is not None:
            left, right, bottom, top = self._view.extent
            height, width = self._view.values.shape
            down, across = (bottom - top) / height, (right - left) / width
            bounds = (left + column * across, top + row * down, across, down)
            if self._position.get_bbox().bounds != bounds:
                self._position.set_bounds(*bounds)

    def place_at(self, x: float, y: float) -> Place | None:
        """Gives the position of the map at these data coordinates, or else the picture's pixel."""
        if self._view is None:
            return None
        left, right, bottom, top = self._view.extent
        height, width = self._view.values.shape
        row = math.floor((y - top) / (bottom - top) * height)
        column = math.floor((x - left) / (right - left) * width)
        if 0 <= row < height and 0 <= column < width:
            return Place("map", row=row, column=column)
        return self.pixel_at(x, y)

    def pixel_at(self, x: float, y: float) -> Place | None:
        """Gives the picture's pixel at these data coordinates; `None` outside of it."""
        row, column = round(y), round(x)
        height, width = self._view.picture.size if self._view is not None else (0, 0)
        if not (0 <= row < height and 0 <= column < width):
            return None
        return Place("picture", row=row, column=column)

    def _describe(self, x: float, y: float) -> str:
        place = self.place_at(x, y)
        if self._view is None or place is None or place.row is None or place.column is None:
            return ""
        row, column = place.row, place.column
        if place.kind == "picture":
            return f"picture: row {row}, column {column}"
        told = f"{self._view.place(row, column)}: {float(self._view.values[row, column]):.6g}"
        note = self.note(row, column) if self.note else ""
        return f"{told} · {note}" if note else told
