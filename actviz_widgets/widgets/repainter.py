"""Draws of a figure only what has changed, to the same pixels as if all of it were drawn.

What a figure shows is painted by its artists one over the other. Those that change from one slider
step to the next are few, and most of the time goes into the others: the numbers beside the axes.
So the pixels are kept as they are before the first of the changing artists, and from there these
alone are painted again. An artist that lies over one of them is painted along with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import DrawEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# At 100 dots per inch.
_MARGIN = 2  # pixels by which lines and letters may reach beyond their bounds
_LONGEST_TICK = 10  # pixels
_EFFECT = 6  # points that an outline may add
_MOST_LEVELS = 4
# To paint the numbers beside axes takes some ten times as long as to paint a line or a title.
_AXIS, _IMAGE, _OTHER, _WORTH_A_LEVEL = 10, 6, 1, 10


@dataclass(frozen=True)
class _Level:
    """The pixels as they are before some artists are painted.

    Attributes:
        artists: Those artists, in their order.
        pixels: `(height, width, 4)`; `None` for the empty canvas.
        wanted: The artists that the level was made for; the others lie over them.
        above: Bounds of what is painted here already, though the figure paints it after some of the
            artists, and how many those are: none of them may meet it.
    """

    artists: tuple[Artist, ...]
    pixels: np.ndarray | None = None
    wanted: frozenset[Artist] = frozenset()
    above: tuple[tuple[int, Bbox], ...] = ()


class Repainter:
    """Keeps an Agg canvas in step with its figure.

    Args:
        canvas: The canvas. Whatever else draws the figure is noticed, and all is painted anew then.
    """

    def __init__(self, canvas: FigureCanvasAgg) -> None:
        self._canvas = canvas
        self._levels: list[_Level] = []
        # How the artists looked when they were last painted.
        self._places: dict[Axes, tuple[object, ...]] = {}
        self._views: dict[Axes, tuple[object, ...]] = {}
        self._visible: dict[Artist, bool] = {}
        self._changed_last: frozenset[Artist] = frozenset()
        self._renderer: Any = None
        self._is_painting = False
        canvas.mpl_connect("draw_event", lambda _: None if self._is_painting else self.forget())

    def forget(self) -> None:
        """Has all painted anew the next time."""
        self._levels.clear()

    def paint(self) -> np.ndarray:
        """Brings the canvas up to date.

        Returns:
            Its pixels, `(height, width, 4)`, 0 to 255. They are the canvas's own memory.
        """
        figure, canvas = self._canvas.figure, self._canvas
        renderer = canvas.renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        pixels = np.asarray(renderer.buffer_rgba())
        if renderer is not self._renderer:
            self._renderer = renderer
            self.forget()
        self._is_painting = True
        try:
            # Gives axes their places, as matplotlib does before it draws.
            figure._get_draw_artists(renderer)  # type: ignore[attr-defined]
            changed = self._find_changed(figure, renderer)
            if changed:
                self._paint(changed, renderer, pixels)
            figure.stale = False
            if changed:
                DrawEvent("draw_event", canvas, renderer)._process()  # type: ignore[attr-defined]
        except BaseException:
            self.forget()
            raise
        finally:
            self._is_painting = False
        return pixels

    def _find_changed(self, figure: Figure, renderer: Any) -> frozenset[Artist]:
        """Gives the artists that would not look as they did when they were painted."""
        every_axes, owners = _every_axes(figure), dict(_in_order(figure))
        artists = tuple(owners)
        places, views, visible = self._places, self._views, self._visible
        self._places = {axes: _place_of(axes) for axes in every_axes}
        self._views = {axes: tuple(axes.viewLim.frozen().extents) for axes in every_axes}
        self._visible = {artist: artist.get_visible() for artist in artists}
        is_new = not self._levels or self._levels[0].artists != artists
        for axes in every_axes:
            if axes.get_visible():
                _place_titles(axes, renderer)
        if is_new:
            self._levels[:] = [_Level(artists)]
            return frozenset(artists)
        moved = {axes for axes in every_axes if self._places[axes] != places.get(axes)}
        zoomed = {axes for axes in every_axes if self._views[axes] != views.get(axes)}
        return frozenset(
            artist
            for artist in artists
            if self._visible[artist] != visible[artist]
            or (
                self._visible[artist]
                and (
                    artist.stale
                    or owners[artist] in moved
                    or (owners[artist] in zoomed and _goes_with_data(artist))
                )
            )
        )

    def _paint(self, changed: frozenset[Artist], renderer: Any, pixels: np.ndarray) -> None:
        levels = self._levels
        while not changed.issubset(levels[-1].artists):
            levels.pop()
        all_artists = len(levels[0].artists)
        wanted = changed
        if len(changed) == all_artists:
            # Chances are that the next steps change what the last ones did.
            wanted = self._changed_last.intersection(levels[0].artists)
        else:
            self._changed_last = changed
        spared = _effort(levels[-1].artists) - _effort(wanted)
        if wanted and spared >= _WORTH_A_LEVEL and levels[-1].wanted != wanted:
            self._split(wanted, renderer, pixels)
        else:
            _restore(pixels, levels[-1].pixels)
        while True:
            level = levels[-1]
            for artist in level.artists:
                artist.draw(renderer)
                artist.stale = False
            if not _reaches_above(level, changed, renderer):
                return
            # Grown into what should be painted over it.
            levels.pop()
            _restore(pixels, levels[-1].pixels)

    def _split(self, wanted: frozenset[Artist], renderer: Any, pixels: np.ndarray) -> None:
        """Keeps the pixels as they are before the artists wanted, and those over them."""
        level = self._levels[-1]
        _restore(pixels, level.pixels)
        boxes = {artist: _bounds(artist, renderer) for artist in level.artists}
        upper: list[Artist] = []
        above: list[tuple[int, Bbox]] = []
        for artist in level.artists:
            box = boxes[artist]
            if artist in wanted or _meet(box, [boxes[other] for other in upper]):
                upper.append(artist)
            elif upper and box is not None:
                above.append((len(upper), box))
        if len(upper) == len(level.artists) or len(self._levels) == _MOST_LEVELS:
            return
        for artist in level.artists:
            if artist not in upper:
                artist.draw(renderer)
                artist.stale = False
        above += [
            (sum(artist in upper for artist in level.artists[:count]), box)
            for count, box in level.above
        ]
        self._levels.append(_Level(tuple(upper), pixels.copy(), wanted, tuple(above)))


def _place_titles(axes: Axes, renderer: Any) -> None:
    """Moves titles up from what is above the axes, as matplotlib does before it draws."""
    titles = (axes.title, axes._left_title, axes._right_title)  # type: ignore[attr-defined]
    before = [(title.get_position(), title.stale) for title in titles]
    axes._update_title_position(renderer)  # type: ignore[attr-defined]
    for title, (position, was_stale) in zip(titles, before, strict=True):
        if title.get_position() == position:
            title.stale = was_stale


def _effort(artists: Iterable[Artist]) -> int:
    """Estimates how long it takes to paint artists, against a title."""
    return sum(
        _AXIS if isinstance(artist, Axis) else _IMAGE if isinstance(artist, AxesImage) else _OTHER
        for artist in artists
        if artist.get_visible()
    )


def _every_axes(figure: Figure) -> list[Axes]:
    found = [*figure.axes]
    for axes in found:
        found += [child for child in axes.child_axes if isinstance(child, Axes)]
    return found


def _in_order(figure: Figure) -> Iterator[tuple[Artist, Axes | None]]:
    """Gives the artists that are painted, in their order, each with the axes that it is in."""
    yield figure.patch, None
    for artist in _sorted(figure.get_children(), figure.patch):
        yield from _parts(artist, None)


def _parts(artist: Artist, owner: Axes | None) -> Iterator[tuple[Artist, Axes | None]]:
    if not isinstance(artist, Axes):
        yield artist, owner
        return
    if not artist.get_visible():
        return
    hidden: set[Artist] = set()
    if not (artist.axison and artist.get_frame_on()):
        hidden |= {*artist.spines.values()}
    else:
        yield artist.patch, artist
    if not artist.axison:
        hidden |= {artist.xaxis, artist.yaxis}
    for child in _sorted(artist.get_children(), artist.patch):
        if child not in hidden:
            yield from _parts(child, artist)


def _sorted(children: Iterable[Artist], patch: Artist) -> list[Artist]:
    shown = [child for child in children if child is not patch and not child.get_animated()]
    return sorted(shown, key=attrgetter("zorder"))


def _place_of(axes: Axes) -> tuple[object, ...]:
    return axes.get_visible(), *axes.bbox.extents


def _goes_with_data(artist: Artist) -> bool:
    """Whether a zoom moves an artist."""
    axes = artist.axes
    return axes is not None and (
        isinstance(artist, Axis)
        # Along x or y alone too, as the sides of a frame.
        or any(artist.get_transform().contains_branch_seperately(axes.transData))
    )


def _restore(pixels: np.ndarray, kept: np.ndarray | None) -> None:
    # As Agg clears its canvas: white that lets all through.
    pixels[...] = np.array((255, 255, 255, 0), np.uint8) if kept is None else kept


def _bounds(artist: Artist, renderer: Any) -> Bbox | None:
    """Gives the pixels that an artist may paint; `None` if it paints none."""
    if not artist.get_visible():
        return None
    if isinstance(artist, AxesImage):
        left, bottom, right, top = artist.axes.bbox.extents
        return Bbox.from_extents(left - 1, bottom - 1, right + 1, top + 1)
    if isinstance(artist, Text) and not artist.get_text():
        return None
    box = artist.get_tightbbox(renderer)
    if isinstance(artist, Axis):
        # The box is that of the labels; the ticks' marks are at the edge of the axes, or across.
        inside = artist.axes.bbox.padded(_LONGEST_TICK * renderer.dpi / 100)
        box = inside if box is None else Bbox.union([box, inside])
    if box is None:
        return None
    if not np.isfinite(box.extents).all():
        return Bbox.from_extents(-np.inf, -np.inf, np.inf, np.inf)
    return box.padded(_margin(artist) * renderer.dpi / 100)


def _margin(artist: Artist) -> float:
    """Gives the pixels, at 100 dots per inch, by which an artist may reach beyond its bounds."""
    width = getattr(artist, "get_linewidth", lambda: 0)()
    points = float(np.max(width, initial=0)) + (_EFFECT if artist.get_path_effects() else 0)
    return _MARGIN + points * 100 / 72


def _reaches_above(level: _Level, changed: frozenset[Artist], renderer: Any) -> bool:
    """Whether an artist has grown into what should be painted over it."""
    return any(
        artist in changed
        and _meet(_bounds(artist, renderer), [box for count, box in level.above if index < count])
        for index, artist in enumerate(level.artists)
        if any(index < count for count, _ in level.above)
    )


def _meet(box: Bbox | None, others: Iterable[Bbox | None]) -> bool:
    return box is not None and any(
        other is not None
        and box.x0 < other.x1
        and other.x0 < box.x1
        and box.y0 < other.y1
        and other.y0 < box.y1
        for other in others
    )
