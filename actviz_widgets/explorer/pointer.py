"""What the mouse over the figure brings about: receptive fields, and choices by a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.backend_bases import MouseEvent

from ..figure.figure import ActivationFigure
from ..views import Place
from ..widgets.canvas import FigureCanvas


class Pointing:
    """Turns the mouse's moves and clicks over the figure into what they stand for.

    Args:
        view: The figure.
        canvas: Its canvas.
        point: Called with the row and column of a map that the mouse has moved to, or `None` when
            it has left it.
        choose: Called with the place that was clicked, and whether it was a double click.
    """

    def __init__(
        self,
        view: ActivationFigure,
        canvas: FigureCanvas,
        point: Callable[[tuple[int, int] | None], object],
        choose: Callable[[Place, bool], object],
    ) -> None:
        self._view = view
        self._canvas = canvas
        self._point = point
        self._choose = choose
        self._pointed_at: tuple[int, int] | None = None
        self._mouse: tuple[int, int] | None = None
        canvas.mpl_connect("motion_notify_event", self._on_move)
        canvas.mpl_connect("figure_leave_event", lambda _: self._on_leave())
        canvas.mpl_connect("button_press_event", self._on_press)

    def tell_again(self) -> None:
        """Tells what is under the mouse now, for the figure shows something else than it did."""
        if self._mouse is not None:
            event = MouseEvent("motion_notify_event", self._canvas, *self._mouse)
            self._canvas.toolbar.mouse_move(event)

    def _on_leave(self) -> None:
        self._mouse = None
        self._canvas.toolbar.set_message("")
        self._go_to(None)

    def _on_move(self, event: Any) -> None:
        self._mouse = event.x, event.y
        if event.buttons:  # the mouse zooms or pans
            return
        place = self._view.place_at(event)
        position = None
        if place is not None and place.kind in ("map", "tile"):
            row, column = place.row, place.column
            position = None if row is None or column is None else (row, column)
        self._go_to(position)

    def _go_to(self, place: tuple[int, int] | None) -> None:
        if place != self._pointed_at:
            self._pointed_at = place
            self._point(place)

    def _on_press(self, event: Any) -> None:
        # While the toolbar zooms or pans, the mouse is the toolbar's.
        if event.button != 1 or self._canvas.toolbar.mode:
            return
        place = self._view.place_at(event)
        if place is not None:
            self._choose(place, bool(event.dblclick))
