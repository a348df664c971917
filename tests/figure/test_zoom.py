"""Picture and map show the same region, whichever is moved, and by whatever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backend_bases import MouseEvent

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import BarsView, MapView, OverlayView, PictureView, WordsView
from actviz_widgets.widgets.canvas import FigureCanvas
from actviz_widgets.widgets.owner_thread import OwnerThread

from .figure_drawing import GREY, axes_of, drawn, new_figure

EXTENT = (-2.0, 58.0, 37.0, 1.0)  # 9 rows and 15 columns, each of 4 pixels
RNG = np.random.default_rng(0)
MAP = MapView(RNG.random((9, 15)))
WHOLE_PICTURE = ((-0.5, 59.5), (39.5, -0.5))
WHOLE_MAP = ((-0.5, 14.5), (8.5, -0.5))
OVERLAY = OverlayView(GREY, MAP.values, EXTENT, (0.0, 1.0))


def linked(extent: tuple[float, float, float, float] | None = EXTENT) -> ActivationFigure:
    figure = new_figure()
    figure.show_input(GREY, "grey")
    figure.show_activation(MAP, "map")
    figure.link_zoom(extent)
    return figure


def limits(axes: Axes) -> tuple[tuple[float, float], tuple[float, float]]:
    return axes.get_xlim(), axes.get_ylim()


def test_the_map_follows_the_picture() -> None:
    figure = linked()
    figure.picture_axes.set_xlim(10, 30)
    figure.picture_axes.set_ylim(29, 9)
    assert figure.map_axes.get_xlim() == pytest.approx((12 / 4 - 0.5, 32 / 4 - 0.5))
    assert figure.map_axes.get_ylim() == pytest.approx((28 / 4 - 0.5, 8 / 4 - 0.5))


def test_the_picture_follows_the_map() -> None:
    figure = linked()
    figure.map_axes.set_xlim(2, 6)
    figure.map_axes.set_ylim(5, 1)
    assert limits(figure.map_axes) == ((2, 6), (5, 1))
    assert figure.picture_axes.get_xlim() == pytest.approx((-2 + 2.5 * 4, -2 + 6.5 * 4))
    assert figure.picture_axes.get_ylim() == pytest.approx((1 + 5.5 * 4, 1 + 1.5 * 4))


def test_where_the_one_shows_all_so_does_the_other() -> None:
    figure = linked()
    assert limits(figure.picture_axes) == WHOLE_PICTURE
    assert limits(figure.map_axes) == WHOLE_MAP
    for axes, whole in ((figure.picture_axes, WHOLE_PICTURE), (figure.map_axes, WHOLE_MAP)):
        figure.picture_axes.set(xlim=(10, 30), ylim=(29, 9))
        axes.set(xlim=whole[0], ylim=whole[1])
        assert limits(figure.picture_axes) == WHOLE_PICTURE
        assert limits(figure.map_axes) == WHOLE_MAP


def test_not_linked_each_is_zoomed_by_itself() -> None:
    figure = linked(None)
    figure.picture_axes.set_xlim(10, 30)
    assert limits(figure.map_axes) == WHOLE_MAP
    figure.link_zoom(EXTENT)
    assert figure.map_axes.get_xlim() == pytest.approx((2.5, 7.5))
    figure.link_zoom(None)
    figure.picture_axes.set_xlim(0, 4)
    assert figure.map_axes.get_xlim() == pytest.approx((2.5, 7.5))


def test_the_axes_that_were_moved_are_exactly_there_and_nothing_drifts() -> None:
    figure = linked((-1 / 3, 59.1, 37.7, 1.3))
    for step in range(300):
        moved, other = (
            (figure.picture_axes, figure.map_axes)
            if step % 2
            else (figure.map_axes, figure.picture_axes)
        )
        low = float(RNG.random() * 5)
        wanted = (low, low + 0.1 + float(RNG.random() * 7))
        moved.set_xlim(wanted)
        moved.set_ylim(wanted[::-1])
        assert limits(moved) == (wanted, wanted[::-1])
        before = limits(other)
        for axes in (figure.picture_axes, figure.map_axes, figure.picture_axes):
            axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
        figure.show_activation(MapView(RNG.random((9, 15))), f"step {step}")
        assert limits(moved) == (wanted, wanted[::-1])
        assert limits(other) == before


def test_the_region_of_the_picture_stays_when_the_layer_changes() -> None:
    figure = linked()
    figure.picture_axes.set(xlim=(10, 30), ylim=(29, 9))
    figure.show_activation(MapView(np.zeros((20, 30))), "next layer")
    assert figure.link_zoom((-0.5, 59.5, 39.5, -0.5)) is True
    assert limits(figure.picture_axes) == ((10, 30), (29, 9))
    assert figure.map_axes.get_xlim() == pytest.approx((10.5 / 2 - 0.5, 30.5 / 2 - 0.5))
    figure.show_activation(BarsView(np.ones(2), ("a", "b"), 0), "dense")
    figure.link_zoom(None)
    assert limits(figure.picture_axes) == ((10, 30), (29, 9))
    figure.show_activation(MAP, "back")
    figure.link_zoom(EXTENT)
    assert limits(figure.picture_axes) == ((10, 30), (29, 9))
    assert figure.map_axes.get_xlim() == pytest.approx((2.5, 7.5))


def test_a_zoom_that_the_map_was_moved_to_stays_when_the_layer_changes() -> None:
    figure = linked()
    figure.map_axes.set(xlim=(2, 6), ylim=(5, 1))
    before = limits(figure.picture_axes)
    figure.show_activation(MapView(np.zeros((20, 30))), "next layer")
    figure.link_zoom((-0.5, 59.5, 39.5, -0.5))
    assert limits(figure.picture_axes) == before


def test_another_picture_of_the_same_size_keeps_the_region_and_one_of_another_does_not() -> None:
    figure = linked()
    figure.picture_axes.set(xlim=(10, 30), ylim=(29, 9))
    figure.show_input(PictureView(GREY.pixels + np.uint8(1), (40, 60)), "next")
    assert limits(figure.picture_axes) == ((10, 30), (29, 9))
    assert figure.map_axes.get_xlim() == pytest.approx((2.5, 7.5))
    figure.show_input(PictureView(GREY.pixels[:, :50], (40, 50)), "other")
    assert limits(figure.picture_axes) == ((-0.5, 49.5), (39.5, -0.5))
    assert limits(figure.map_axes) == WHOLE_MAP


def test_a_map_over_the_picture_goes_with_the_picture() -> None:
    figure = linked()
    figure.picture_axes.set(xlim=(10, 30), ylim=(29, 9))
    figure.show_activation(OVERLAY, "overlay")
    overlay = axes_of(figure, "overlay")
    assert limits(overlay) == ((10, 30), (29, 9))
    overlay.set(xlim=(5, 25))
    assert figure.picture_axes.get_xlim() == (5, 25)
    figure.show_activation(MAP, "map")
    assert figure.map_axes.get_xlim() == pytest.approx((7 / 4 - 0.5, 27 / 4 - 0.5))


def test_what_explains_the_picture_keeps_its_region() -> None:
    figure = linked()
    figure.picture_axes.set(xlim=(10, 30), ylim=(29, 9))
    before = limits(figure.map_axes)
    figure.show_input(OVERLAY, "Grad-CAM")
    overlay = axes_of(figure, "overlay of the input")
    assert limits(overlay) == ((10, 30), (29, 9))
    assert limits(figure.map_axes) == before
    overlay.set(xlim=(5, 25))
    assert figure.map_axes.get_xlim() == pytest.approx((7 / 4 - 0.5, 27 / 4 - 0.5))
    figure.show_input(GREY, "grey")
    assert limits(figure.picture_axes) == ((5, 25), (29, 9))


def test_what_is_no_picture_is_not_linked() -> None:
    figure = linked()
    figure.show_input(WordsView("tokens"), "text")
    figure.map_axes.set_xlim(2, 6)
    assert limits(figure.picture_axes) == WHOLE_PICTURE
    figure.show_activation(OVERLAY, "overlay")
    axes_of(figure, "overlay").set_xlim(2, 6)
    drawn(figure)


@pytest.mark.parametrize("extent", [(3.0, 3.0, 37.0, 1.0), (-2.0, 58.0, 1.0, 1.0)])
def test_a_map_without_any_extent_is_not_linked(extent: Any) -> None:
    figure = linked(extent)
    figure.map_axes.set_xlim(2, 6)
    assert limits(figure.picture_axes) == WHOLE_PICTURE


# -------------------------------------------------------------------------------------- the toolbar


def with_toolbar(figure: ActivationFigure) -> Any:
    canvas = FigureCanvas(figure.figure, OwnerThread())
    canvas.set_home(figure.full_limits)
    canvas.draw()
    return canvas


def dragged(canvas: Any, axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags the mouse from one place to another, in data coordinates."""
    places = axes.transData.transform([start, end])
    for name, (x, y), button in (
        ("button_press_event", places[0], 1),
        ("motion_notify_event", places[1], None),
        ("button_release_event", places[1], 1),
    ):
        buttons = [1] if name == "motion_notify_event" else None
        MouseEvent(name, canvas, x, y, button, buttons=buttons)._process()  # type: ignore[attr-defined]


def test_the_toolbars_rectangle_zooms_both_and_its_buttons_go_back_and_forth() -> None:
    figure = linked()
    canvas = with_toolbar(figure)
    toolbar = canvas.toolbar
    toolbar.zoom()
    dragged(canvas, figure.map_axes, (2, 1), (6, 5))
    first = limits(figure.map_axes), limits(figure.picture_axes)
    assert first[0][0] == pytest.approx((2, 6), abs=0.1)
    assert first[1][0] == pytest.approx((-2 + 2.5 * 4, -2 + 6.5 * 4), abs=0.4)
    canvas.draw()
    dragged(canvas, figure.picture_axes, (12, 10), (18, 16))
    second = limits(figure.map_axes), limits(figure.picture_axes)
    assert second != first
    for _ in range(3):
        toolbar.back()
        assert (limits(figure.map_axes), limits(figure.picture_axes)) == first
        toolbar.back()
        assert (limits(figure.map_axes), limits(figure.picture_axes)) == (WHOLE_MAP, WHOLE_PICTURE)
        toolbar.forward()
        toolbar.forward()
        assert (limits(figure.map_axes), limits(figure.picture_axes)) == second
    toolbar.home()
    assert (limits(figure.map_axes), limits(figure.picture_axes)) == (WHOLE_MAP, WHOLE_PICTURE)
    canvas.close()


def test_the_toolbars_pan_moves_both() -> None:
    figure = linked()
    figure.picture_axes.set(xlim=(10, 30), ylim=(29, 9))
    canvas = with_toolbar(figure)
    canvas.toolbar.pan()
    dragged(canvas, figure.picture_axes, (15, 15), (20, 18))
    assert figure.picture_axes.get_xlim() == pytest.approx((5, 25), abs=0.1)  # whole pixels
    assert figure.picture_axes.get_ylim() == pytest.approx((26, 6), abs=0.1)
    assert figure.map_axes.get_xlim() == pytest.approx((7 / 4 - 0.5, 27 / 4 - 0.5), abs=0.03)
    assert figure.map_axes.get_ylim() == pytest.approx((25 / 4 - 0.5, 5 / 4 - 0.5), abs=0.03)
    canvas.close()


def test_home_is_told_while_zoomed_and_the_zoom_stays() -> None:
    figure = linked()
    figure.map_axes.set(xlim=(2, 6), ylim=(5, 1))
    before = limits(figure.map_axes), limits(figure.picture_axes)
    canvas = with_toolbar(figure)
    assert (limits(figure.map_axes), limits(figure.picture_axes)) == before
    canvas.toolbar.home()
    assert (limits(figure.map_axes), limits(figure.picture_axes)) == (WHOLE_MAP, WHOLE_PICTURE)
    canvas.toolbar.back()
    assert (limits(figure.map_axes), limits(figure.picture_axes)) == before
    canvas.close()
