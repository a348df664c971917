"""Has the figure take the room that there is on the page."""

from __future__ import annotations

from ..figure.figure import ActivationFigure
from ..widgets.canvas import FigureCanvas


class PageFit:
    """Gives a figure the width of its page, and the height that suits what it shows.

    Args:
        view: The figure.
        canvas: Its canvas.
    """

    def __init__(self, view: ActivationFigure, canvas: FigureCanvas) -> None:
        self._view = view
        self._canvas = canvas
        self._width: int | None = None
        self._suited = (0, 0)

    def fit(self, width: int) -> None:
        """Takes the width that there is, in CSS pixels."""
        self._width = width
        self.suit()

    def suit(self) -> None:
        """Takes the height that suits what is shown; a page that told no width leaves it be."""
        if self._width is None:
            return
        suited = self._width, self._view.preferred_height(self._width)
        if suited != self._suited:  # a size that was dragged to stays until then
            self._suited = suited
            self._canvas.resize_to(*suited)

    def take_size(self) -> None:
        """Follows a size that the figure has taken."""
        self._canvas.toolbar_position = "top" if self._view.is_narrow else "left"
        self._canvas.set_home(self._view.full_limits)
