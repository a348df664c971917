"""What a position of the map can see of the picture, framed and told."""

from __future__ import annotations

from typing import Any

from ..figure.figure import ActivationFigure
from ..scenes.selected import Selected
from .appearance import Look
from .presenter import Showing


class SeenField:
    """Frames a position of the map that is shown, and its receptive field on the picture.

    Args:
        view: The figure.
        showing: What knows the receptive fields.
    """

    def __init__(self, view: ActivationFigure, showing: Showing) -> None:
        self._view = view
        self._showing = showing
        self._selected: Selected | None = None

    def frame(self, selected: Selected, look: Look, chosen: Any) -> None:
        """Frames both for what is chosen; nothing where no position is.

        Args:
            selected: What is shown.
            look: How.
            chosen: The traits, `position` among them.
        """
        self._selected = selected
        if chosen.position is None:
            self._view.mark_position(None, None)
            self._view.frame_pixels(None)
            return
        row, column = (int(place) for place in chosen.position)
        _, box = self._showing.field(selected, row, column)
        other_box = None
        if look.view == "compare":
            other_box = self._showing.other_field(selected, look, chosen, row, column)
        self._view.mark_position(row, column)
        self._view.frame_pixels(box, other_box)

    def note(self, row: int, column: int) -> str:
        """Says what a position of the map can see; it is asked for while the mouse moves."""
        if self._selected is None:
            return ""
        try:
            return self._showing.field(self._selected, row, column)[0]
        except Exception:  # no place for errors
            return ""
