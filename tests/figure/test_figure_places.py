"""What is under the mouse, and what is framed for it."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import BarsView, MapView, OverlayView, PictureView, Place
from actviz_widgets.widgets.repainter import Repainter

from .figure_drawing import GREY, axes_of, drawn, mouse_over, new_figure, pixel

MAP = MapView(np.arange(12.0).reshape(3, 4), has_histogram=True)
OVERLAY = OverlayView(GREY, MAP.values, (8.0, 48.0, 35.0, 5.0), (0.0, 11.0))


def shown(width: int = 850) -> ActivationFigure:
    figure = new_figure(width)
    figure.show_input(GREY, "grey")
    figure.show_activation(MAP, "map")
    drawn(figure)
    return figure


@pytest.mark.parametrize("width", [850, 340])
def test_every_panel_says_what_is_under_the_mouse(width: int) -> None:
    figure = shown(width)

    def at(label: str, x: float, y: float) -> Place | None:
        return figure.place_at(mouse_over(figure, axes_of(figure, label), x, y))

    assert at("feature map", 2.4, 0.6) == Place("map", row=1, column=2)
    assert at("picture", 33.2, 7.9) == Place("picture", row=8, column=33)
    assert at("histogram", 0.5, 0.5) is None
    figure.show_activation(OVERLAY, "overlay")
    drawn(figure)
    assert at("overlay", 27.9, 25.1) == Place("map", row=2, column=1)
    assert at("overlay", 3, 4) == Place("picture", row=4, column=3)
    figure.show_activation(BarsView(np.ones(3), ("a", "b", "c"), 0), "bars")
    drawn(figure)
    assert at("bars", 0.5, 2.2) == Place("bar", channel=2)
    figure.show_input(OVERLAY, "Grad-CAM")
    drawn(figure)
    assert at("overlay of the input", 27.9, 25.1) == Place("picture", row=25, column=28)


def test_between_the_panels_there_is_nothing() -> None:
    figure = shown()
    assert figure.place_at(MouseEvent("motion_notify_event", figure.figure.canvas, 1, 1)) is None


def test_zoomed_out_there_is_nothing_beyond_the_edge() -> None:
    figure = shown()
    figure.map_axes.set_xlim(-5, 10)
    figure.picture_axes.set_xlim(-20, 90)
    assert figure.place_at(mouse_over(figure, figure.map_axes, -2, 1)) is None
    assert figure.place_at(mouse_over(figure, figure.picture_axes, 80, 10)) is None


def test_what_else_there_is_to_tell_stands_behind_the_value() -> None:
    figure = shown()
    figure.place_note = lambda row, column: f"sees rows {row} to {row + 6}" if column else ""
    assert figure.map_axes.format_coord(2, 1) == "row 1, column 2: 6 · sees rows 1 to 7"
    assert figure.map_axes.format_coord(0, 1) == "row 1, column 0: 4"
    figure.place_note = None
    assert figure.map_axes.format_coord(2, 1) == "row 1, column 2: 6"


def frames_of(figure: ActivationFigure, label: str) -> list[tuple[float, ...]]:
    patches = axes_of(figure, label).patches
    return [
        tuple(patch.get_bbox().bounds)
        for patch in patches
        if isinstance(patch, Rectangle) and patch.get_visible()
    ]


def test_pixels_are_framed_on_the_picture_with_both_ends() -> None:
    figure = shown()
    figure.frame_pixels(((3, 9), (4, 10)))
    assert frames_of(figure, "picture") == [(3.5, 2.5, 7, 7)]
    pixels = drawn(figure)
    assert pixel(pixels, figure.picture_axes, 7, 2.5).tolist() == [255] * 3
    assert pixel(pixels, figure.picture_axes, 7, 6).tolist() == [128] * 3
    column = pixels[:, int(figure.picture_axes.transData.transform((7, 6))[0])]
    assert (column < 60).all(axis=-1).sum() >= 4  # above and below the white line, twice
    figure.frame_pixels(None)
    assert frames_of(figure, "picture") == []


def test_a_frame_ends_at_the_edge_of_the_picture_and_is_all_seen_there() -> None:
    figure = shown()
    figure.frame_pixels(((-9, 80), (-3, 100)))
    assert frames_of(figure, "picture") == [(-0.5, -0.5, 60, 40)]
    pixels = drawn(figure)
    box = figure.picture_axes.bbox.extents.round().astype(int)
    row = len(pixels) - (box[1] + box[3]) // 2
    for edge in (box[0], box[2]):
        across = pixels[row, edge - 4 : edge + 5]
        assert (across == 255).all(axis=-1).any()
        assert (across[:4] < 100).all(axis=-1).any()
        assert (across[5:] < 100).all(axis=-1).any()


def test_a_box_outside_of_the_picture_is_not_drawn() -> None:
    figure = shown()
    figure.frame_pixels(((50, 60), (3, 5)))
    assert frames_of(figure, "picture") == []


def test_the_box_is_on_every_picture_shown_and_goes_with_the_next_ones_size() -> None:
    figure = shown()
    figure.frame_pixels(((3, 45), (4, 10)))
    figure.show_activation(OVERLAY, "overlay")
    figure.show_input(OVERLAY, "Grad-CAM")
    for label in ("picture", "overlay", "overlay of the input"):
        assert (3.5, 2.5, 7, 37) in frames_of(figure, label)
    figure.frame_pixels(((0, 1), (0, 1)))
    for label in ("picture", "overlay", "overlay of the input"):
        assert (-0.5, -0.5, 2, 2) in frames_of(figure, label)
    figure.frame_pixels(((3, 45), (4, 10)))
    figure.show_input(PictureView(np.zeros((60, 60, 3), np.uint8), (60, 60)), "other")
    assert frames_of(figure, "picture") == [(3.5, 2.5, 7, 43)]


def test_the_position_is_framed_on_the_map_and_over_the_picture() -> None:
    figure = shown()
    figure.mark_position(2, 1)
    assert frames_of(figure, "feature map") == [(0.5, 1.5, 1, 1)]
    figure.show_activation(OVERLAY, "overlay")
    assert frames_of(figure, "overlay") == [(18, 25, 10, 10)]
    figure.mark_position(None, None)
    assert frames_of(figure, "feature map") == frames_of(figure, "overlay") == []


def test_only_the_frame_becomes_stale() -> None:
    figure = shown()
    figure.frame_pixels(((1, 2), (1, 2)))
    figure.mark_position(0, 0)
    painter = Repainter(FigureCanvasAgg(figure.figure))
    painter.paint()
    every = figure.figure.findobj(include_self=False)
    unseen = {one for one in every if one.stale}
    figure.frame_pixels(((3, 9), (4, 10)))
    figure.mark_position(1, 1)
    stale = [one for one in every if one.stale and one not in unseen and not one.get_children()]
    assert len(stale) == 2
    assert all(isinstance(one, Rectangle) for one in stale)
    assert len(figure.figure.findobj(include_self=False)) == len(every)
    painter.paint()
    figure.frame_pixels(((3, 9), (4, 10)))
    figure.mark_position(1, 1)
    assert {one for one in every if one.stale} <= unseen
