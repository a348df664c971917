"""The mouse over the figure: what a position sees is framed and told, and a click chooses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from matplotlib.backend_bases import MouseEvent

from ..scenes.compare import compared
from ..scenes.map_places import MapPlaces
from ..scenes.selected import Selected
from ..scenes.shown import Shown
from ..views import PixelBox, Place
from ..widgets.owner_thread import OwnerThread
from .chosen import Chosen
from .screen import Screen
from .traits import SelectionError


class Pointer:
    """Turns the mouse's moves and clicks over the figure into what they stand for.

    Args:
        chosen: What is chosen, `position` among it.
        screen: The figure.
        places: Where maps lie on the picture, and what their positions see.
        owner: The thread to work on.
        on_screen: Gives what the figure shows; `None` before the first picture.
        choose: Sets a trait by its name.
    """

    def __init__(
        self,
        chosen: Chosen,
        screen: Screen,
        places: MapPlaces,
        owner: OwnerThread,
        on_screen: Callable[[], Shown | None],
        choose: Callable[[str, object], object],
    ) -> None:
        self._chosen = chosen
        self._screen = screen
        self._places = places
        self._owner = owner
        self._on_screen = on_screen
        self._choose = choose
        self._pointed_at: tuple[int, int] | None = None
        self._mouse: tuple[int, int] | None = None
        screen.figure.place_note = self.note
        screen.canvas.mpl_connect("motion_notify_event", self._on_move)
        screen.canvas.mpl_connect("figure_leave_event", lambda _: self._on_leave())
        screen.canvas.mpl_connect("button_press_event", self._on_press)

    def frame(self) -> None:
        """Frames the position and its receptive field on the picture; nothing where none is."""
        shown, position, figure = self._on_screen(), self._chosen.position, self._screen.figure
        if shown is None:
            return
        if position is None:
            figure.mark_position(None, None)
            figure.frame_pixels(None)
            return
        row, column = (int(place) for place in position)
        _, box = self._field(shown.selected, row, column)
        other_box = None
        if shown.look.view == "compare":
            other = compared(shown)
            if other.activation is not None and other.layout == shown.selected.layout:
                there = replace(shown.selected, kept_pass=other.kept_pass)
                _, other_box = self._field(there, row, column)
        figure.mark_position(row, column)
        figure.frame_pixels(box, other_box)

    def note(self, row: int, column: int) -> str:
        """Says what a position of the map can see; it is asked for while the mouse moves."""
        shown = self._on_screen()
        if shown is None:
            return ""
        try:
            return self._field(shown.selected, row, column)[0]
        except Exception:  # no place for errors
            return ""

    def check(self, position: tuple[float, float] | None) -> None:
        """Checks that the map on show has a position.

        Raises:
            SelectionError: If it has not.
        """
        shown = self._on_screen()
        if position is None or shown is None or shown.selected.activation is None:
            return
        selected = shown.selected
        row, column = (int(place) for place in position)
        if selected.layout.element(row, column, selected.channel, selected.slice_index) is None:
            raise SelectionError(
                f"position was set to {position}, but the map of {selected.layer!r} has no such "
                "row and column."
            )

    def tell_again(self) -> None:
        """Tells what is under the mouse now, for the figure shows something else than it did."""
        if self._mouse is not None:
            canvas = self._screen.canvas
            canvas.toolbar.mouse_move(MouseEvent("motion_notify_event", canvas, *self._mouse))

    def _field(self, selected: Selected, row: int, column: int) -> tuple[str, PixelBox | None]:
        """Gives the receptive field of a position, in words and as pixels of the picture."""
        field, box = self._places.field(
            selected.layer,
            selected.picture,
            selected.layout,
            row,
            column,
            selected.channel,
            selected.slice_index,
        )
        words = self._places.words(field)
        if box is None:
            return words, None
        # From its edges to the first and the last pixel in it.
        (top, bottom), (left, right) = box
        return words, ((top + 0.5, bottom - 0.5), (left + 0.5, right - 0.5))

    def _on_leave(self) -> None:
        self._mouse = None
        self._screen.canvas.toolbar.set_message("")
        self._go_to(None)

    def _on_move(self, event: Any) -> None:
        self._mouse = event.x, event.y
        if event.buttons:  # the mouse zooms or pans
            return
        place = self._screen.figure.place_at(event)
        position = None
        if place is not None and place.kind in ("map", "tile"):
            row, column = place.row, place.column
            position = None if row is None or column is None else (row, column)
        self._go_to(position)

    def _go_to(self, place: tuple[int, int] | None) -> None:
        if place == self._pointed_at:
            return
        self._pointed_at = place
        try:
            self._chosen.position = place
        except SelectionError:  # on the second of two maps, where that is the larger one
            self._chosen.position = None

    def _on_press(self, event: Any) -> None:
        # While the toolbar zooms or pans, the mouse is the toolbar's.
        if event.button != 1 or self._screen.canvas.toolbar.mode:
            return
        place = self._screen.figure.place_at(event)
        if place is not None:
            with self._owner.handling_a_message():
                self._take(place, is_double=bool(event.dblclick))

    def _take(self, place: Place, *, is_double: bool) -> None:
        if place.layer is not None:
            self._choose("layer", place.layer)
        if place.channel is not None:
            self._choose("channel", place.channel)
        if is_double and place.kind in ("tile", "strip"):
            self._choose("view", "channel")
