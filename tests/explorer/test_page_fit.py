"""The figure takes the room of its page."""

from __future__ import annotations

from actviz_widgets.explorer.screen import PageFit
from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.widgets.canvas import FigureCanvas
from actviz_widgets.widgets.owner_thread import OwnerThread


def made() -> tuple[ActivationFigure, FigureCanvas, PageFit]:
    view = ActivationFigure()
    canvas = FigureCanvas(view.figure, OwnerThread())
    return view, canvas, PageFit(view, canvas)


def test_the_height_goes_with_the_width() -> None:
    view, canvas, fit = made()
    for width in (320, 700, 1000):
        fit.fit(width)
        assert canvas.get_width_height() == (width, view.preferred_height(width))


def test_without_a_page_the_size_stays() -> None:
    _, canvas, fit = made()
    before = canvas.get_width_height()
    fit.suit()
    assert canvas.get_width_height() == before


def test_a_size_that_was_dragged_to_stays_until_another_view_wants_its_own() -> None:
    view, canvas, fit = made()
    fit.fit(800)
    canvas.resize_to(640, 400)
    fit.suit()
    assert canvas.get_width_height() == (640, 400)
    fit.fit(700)
    assert canvas.get_width_height() == (700, view.preferred_height(700))


def test_the_toolbar_goes_above_a_narrow_figure() -> None:
    _, canvas, fit = made()
    for width, place in ((400, "top"), (900, "left"), (559, "top"), (560, "left")):
        fit.fit(width)
        fit.take_size()
        assert canvas.toolbar_position == place
