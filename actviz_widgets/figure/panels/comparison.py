"""The whole figure: two feature maps on one colour scale, and their difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ...views import ComparisonView, MapView, PictureView, PixelBox, Place, WordsView
from ..artists.axes import AxesLimits, set_seen_aspect
from ..artists.lettering import HINTING, shortened
from ..artists.outlines import PictureBox
from ..artists.palette import Palette
from ..artists.scripts import write
from .layout import NARROW, TOOLBAR_ABOVE
from .map import MapPanel
from .panel import NewAxes, Note, WholePanel
from .words import WordsPanel

# In pixels at 100 dots per inch.
_LEFT, _NARROW_LEFT, _BETWEEN, _COLOR_BAR, _TOP, _BOTTOM = 72, 44, 44, 78, 30, 40
_MOST_FOR_PICTURES, _LEAST_FOR_PICTURES, _GAP = 110, 48, 10
_TITLES = ("first", "second", "second − first")


class ComparisonPanel(WholePanel):
    """Two maps, their difference and, where there is room, the pictures that they are of.

    Args:
        new_axes: Gives new axes to furnish, by their label.
        palette: The colours of the maps.

    Attributes:
        note: What else there is to tell of a row and column of the first map; `None` for nothing.
    """

    def __init__(self, new_axes: NewAxes, palette: Palette) -> None:
        self.note: Note | None = None
        self._maps: list[MapPanel] = []
        for name in ("first map", "second map", "difference"):
            with new_axes(name) as axes:
                self._maps.append(MapPanel(axes, new_axes, palette))
            axes.set_title("", fontsize="medium", loc="center", y=1.0)
        # One colour bar is for both.
        self._maps[0].color_bar_axes.set_visible(False)
        self._pictures: list[_Thumbnail] = []
        for name in ("first picture", "second picture"):
            with new_axes(name) as axes:
                self._pictures.append(_Thumbnail(axes))
        with new_axes("no difference") as axes:
            self._words = WordsPanel(axes)
        self._view: ComparisonView | None = None
        self._size = (850.0, 425.0)
        for panel in self._maps:
            panel.note = self._others
            for dimension, signal in enumerate(("xlim_changed", "ylim_changed")):
                panel.axes.callbacks.connect(
                    signal, lambda axes, dimension=dimension: self._follow(axes, dimension)
                )

    def show(self, view: ComparisonView) -> Mapping[Axes, AxesLimits]:
        """Sets maps and pictures, and gives their axes with the limits that show all of them."""
        self._view = view
        shown: dict[Axes, AxesLimits] = {}
        for panel, values in zip(self._maps, (view.first, view.second), strict=False):
            shown |= panel.show(
                MapView(values, place=view.place, is_square=view.is_square, limits=view.limits)
            )
        if view.difference is not None:
            shown |= self._maps[2].show(
                MapView(
                    view.difference,
                    place=view.place,
                    is_square=view.is_square,
                    limits=view.difference_limits,
                    is_signed=True,
                )
            )
        else:
            shown |= self._words.show(WordsView(view.note))
        if self._room_for_pictures() > 0:
            for thumbnail, picture in zip(self._pictures, view.pictures, strict=True):
                if picture is not None:
                    shown |= thumbnail.show(picture)
        self.place(*self._size)
        return shown

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        for panel in self._maps:
            panel.recolor()

    def place(self, width: float, height: float) -> Mapping[Axes, AxesLimits]:
        """Gives all axes their places in a figure of this size, in pixels at 100 dots per inch."""
        self._size = width, height
        if width < NARROW:
            across = max(width - _NARROW_LEFT - _COLOR_BAR, 1)
            each = (height - TOOLBAR_ABOVE) / 3
            boxes: list[tuple[float, float, float, float]] = [
                (_NARROW_LEFT, row * each + _BOTTOM, across, each - _TOP - _BOTTOM)
                for row in (2, 1, 0)
            ]
        else:
            across = max((width - _LEFT - 2 * _BETWEEN - 2 * _COLOR_BAR) / 3, 1)
            pictures = self._room_for_pictures()
            down = height - _TOP - _BOTTOM - (pictures + _GAP if pictures else 0)
            lefts = (_LEFT, _LEFT + across + _BETWEEN, width - _COLOR_BAR - across)
            boxes = [(left, _BOTTOM, across, down) for left in lefts]
            for thumbnail, (left, *_) in zip(self._pictures, boxes, strict=False):
                box = (left, height - _TOP - pictures, across, max(pictures, 1))
                _put(thumbnail.axes, box, width, height)
                thumbnail.fit()
        for panel, box in zip(self._maps, boxes, strict=True):
            _put(panel.axes, box, width, height)
            panel.fit()
        _put(self._words.axes, boxes[2], width, height)
        self._words.fit()
        self._write_titles(across)
        return {}

    def place_at(self, axes: Axes, x: float, y: float) -> Place | None:
        """Gives the position of a map, or the pixel of a picture, at these data coordinates."""
        for panel in self._maps:
            if panel.axes is axes:
                return panel.place_at(x, y)
        return None

    def frame_pixels(self, first: PixelBox | None, second: PixelBox | None) -> None:
        """Frames pixels of the two pictures; none for `None`."""
        for thumbnail, box in zip(self._pictures, (first, second), strict=True):
            thumbnail.box.show(box)

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames a position of the maps, or none."""
        is_alike = self._view is not None and self._view.difference is not None
        self._maps[0].mark_position(row, column)
        for panel in self._maps[1:]:
            panel.mark_position(*((row, column) if is_alike else (None, None)))

    @staticmethod
    def preferred_height(width: float) -> int:
        """Gives the height that suits a figure of some width, both in pixels at 100 per inch."""
        if width < NARROW:
            across = width - _NARROW_LEFT - _COLOR_BAR
            return round(TOOLBAR_ABOVE + 3 * (across + _TOP + _BOTTOM))
        return 425

    def _room_for_pictures(self) -> float:
        """Gives the height of the pictures; 0 if there is no room, or are none."""
        width, height = self._size
        if width < NARROW or self._view is None or not any(self._view.pictures):
            return 0
        across = (width - _LEFT - 2 * _BETWEEN - 2 * _COLOR_BAR) / 3
        rest = height - _TOP - _BOTTOM - _GAP - across
        room = min(max(rest, _LEAST_FOR_PICTURES), _MOST_FOR_PICTURES)
        return room if height >= 300 else 0

    def _write_titles(self, across: float) -> None:
        if self._view is None:
            return
        titles = (*self._view.titles, _TITLES[2])
        has_pictures = self._room_for_pictures() > 0
        for index, (panel, title) in enumerate(zip(self._maps, titles, strict=True)):
            points = panel.axes.title.get_fontproperties().get_size_in_points()
            title = shortened(title, HINTING * (across + _BETWEEN - 8), points, keep_end=True)
            over_picture = has_pictures and index < 2 and self._view.pictures[index] is not None
            write(panel.axes.title, "" if over_picture else title)
            if index < 2:
                write(self._pictures[index].axes.title, title if over_picture else "")

    def _follow(self, axes: Axes, dimension: int) -> None:
        """Has maps of the same size show the same part."""
        view = self._view
        if view is None or view.difference is None:
            return
        limits = axes.get_xlim() if dimension == 0 else axes.get_ylim()
        for panel in self._maps:
            there = panel.axes.get_xlim() if dimension == 0 else panel.axes.get_ylim()
            if there == limits:  # also those that this has come from
                continue
            if dimension == 0:
                panel.axes.set_xlim(limits)
            else:
                panel.axes.set_ylim(limits)

    def _others(self, row: int, column: int) -> str:
        """Tells all values at a place, whichever map the mouse is over."""
        view = self._view
        if view is None or view.difference is None:
            return ""
        first, second = float(view.first[row, column]), float(view.second[row, column])
        said = f"first {first:.6g}, second {second:.6g}"
        return f"{said}, {self.note(row, column)}" if self.note is not None else said


class _Thumbnail:
    """A small picture."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self._image: Any = axes.imshow(
            np.zeros((1, 1, 3), np.uint8), origin="upper", aspect="equal", interpolation="auto"
        )
        self._image.mouseover = False
        axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        axes.set_title("", fontsize="medium", loc="center", y=1.0)
        axes.format_coord = lambda x, y: ""  # type: ignore[method-assign]  # noqa: ARG005
        self._shown: PictureView | None = None
        self.box = PictureBox(axes)

    def show(self, picture: PictureView) -> Mapping[Axes, AxesLimits]:
        """Sets the picture."""
        height, width = picture.size
        whole = ((-0.5, width - 0.5), (height - 0.5, -0.5))
        if picture is not self._shown:
            self._shown = picture
            self._image.set_data(picture.pixels)
            self._image.set_extent((*whole[0], *whole[1]))
            self.box.set_size((height, width))
        return {self.axes: whole}

    def fit(self) -> None:
        """Stretches a picture that could not be seen at its true proportions."""
        if self._shown is not None:
            set_seen_aspect(self.axes, *self._shown.size)


def _put(axes: Axes, box: tuple[float, float, float, float], width: float, height: float) -> None:
    left, bottom, across, up = box
    axes.set_position((left / width, bottom / height, max(across, 1) / width, max(up, 1) / height))
