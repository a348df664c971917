"""Very wide or tall pictures and maps are stretched to be seen, in every view."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import ComparisonView, MapView, OverlayView, PictureView

from .figure_drawing import axes_of, drawn, new_figure

SIZES = [(12, 1000), (1000, 12), (20, 100), (150, 30), (40, 60)]


def picture(size: tuple[int, int]) -> PictureView:
    return PictureView(np.full((*size, 3), 90, np.uint8), size)


def over(size: tuple[int, int]) -> OverlayView:
    height, width = size
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    return OverlayView(picture(size), np.ones((2, 3)), extent, (0, 1))


def sides(figure: ActivationFigure, label: str) -> tuple[float, float]:
    """Gives height and width of axes as they are drawn, in pixels at 100 dots per inch."""
    box = axes_of(figure, label).get_window_extent()
    return box.height, box.width


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", [850, 560, 480])
def test_a_picture_an_overlay_and_grad_cam_are_at_least_60_pixels_high_and_wide(
    size: tuple[int, int], width: int
) -> None:
    figure = new_figure(width)
    shown: list[tuple[Any, str]] = [
        (picture(size), "picture"),
        (over(size), "overlay of the input"),
        (MapView(np.ones(size)), "map of the input"),
    ]
    for view, label in shown:
        figure.show_input(view, "input")
        figure.show_activation(over(size), "overlay")
        drawn(figure)
        assert min(sides(figure, label)) >= 59.5
        assert min(sides(figure, "overlay")) >= 59.5


def test_what_can_be_seen_keeps_its_proportions() -> None:
    figure = new_figure()
    figure.show_input(picture((40, 60)), "input")
    figure.show_activation(over((40, 60)), "overlay")
    drawn(figure)
    for label in ("picture", "overlay"):
        height, width = sides(figure, label)
        assert width / height == pytest.approx(1.5, abs=0.01)


def test_a_figure_made_wider_gives_a_picture_its_proportions_back() -> None:
    figure = new_figure(560)
    figure.show_input(picture((20, 120)), "input")
    drawn(figure)
    assert axes_of(figure, "picture").get_aspect() > 1
    figure.figure.set_size_inches(14, 6)
    figure.figure.canvas.callbacks.process("resize_event", None)
    assert axes_of(figure, "picture").get_aspect() == 1


def test_the_pictures_of_a_comparison_are_seen() -> None:
    figure = new_figure()
    size = (12, 1000)
    view = ComparisonView(
        np.zeros(size),
        np.ones(size),
        (0, 1),
        np.ones(size),
        (-1, 1),
        "",
        ("one", "other"),
        (picture(size), picture(size)),
    )
    figure.show_whole(view, "both")
    drawn(figure)
    for label in ("first picture", "first map", "difference"):
        assert min(sides(figure, label)) >= 45
