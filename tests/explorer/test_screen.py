"""The figure takes the room of its page."""

from __future__ import annotations

from actviz_widgets.explorer.screen import Screen
from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.widgets.canvas import FigureCanvas
from actviz_widgets.widgets.owner_thread import OwnerThread


def made() -> tuple[ActivationFigure, FigureCanvas, Screen]:
    screen = Screen("viridis", OwnerThread())
    return screen.figure, screen.canvas, screen


def test_the_height_goes_with_the_width() -> None:
    figure, canvas, screen = made()
    for width in (320, 700, 1000):
        screen.fit(width)
        assert canvas.get_width_height() == (width, figure.preferred_height(width))


def test_without_a_page_the_size_stays() -> None:
    _, canvas, screen = made()
    before = canvas.get_width_height()
    screen.suit()
    assert canvas.get_width_height() == before


def test_a_size_that_was_dragged_to_stays_until_another_view_wants_its_own() -> None:
    figure, canvas, screen = made()
    screen.fit(800)
    canvas.resize_to(640, 400)
    screen.suit()
    assert canvas.get_width_height() == (640, 400)
    screen.fit(700)
    assert canvas.get_width_height() == (700, figure.preferred_height(700))


def test_the_toolbar_goes_above_a_narrow_figure() -> None:
    _, canvas, screen = made()
    for width, place in ((400, "top"), (900, "left"), (559, "top"), (560, "left")):
        screen.fit(width)
        screen.take_size()
        assert canvas.toolbar_position == place
