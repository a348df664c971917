"""What the tests of the figure's parts share: figures, and the pixels they are drawn in."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import ActivationView, LeftView, MapView, PictureView

from .views_at_hand import PICTURE, RAMP

GREY = PictureView(np.full((40, 60, 3), 128, np.uint8), (40, 60))


def new_figure(width: int = 850, height: int | None = None) -> ActivationFigure:
    """Makes a figure of this size in pixels; of the height that it prefers by default."""
    figure = ActivationFigure()
    resize(figure, width, height)
    return figure


def resize(figure: ActivationFigure, width: int, height: int | None = None) -> None:
    figure.figure.set_size_inches(width / 100, (height or figure.preferred_height(width)) / 100)
    figure.figure.canvas.callbacks.process("resize_event", None)


def drawn(figure: ActivationFigure) -> np.ndarray:
    """Draws a figure, a warning being an error, and gives its pixels, `(height, width, 3)`."""
    canvas = FigureCanvasAgg(figure.figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(int)


def axes_of(figure: ActivationFigure, label: str) -> Axes:
    (axes,) = (axes for axes in figure.figure.axes if axes.get_label() == label)
    return axes


def panel_of(figure: ActivationFigure, label: str) -> Any:
    """Gives the panel of the activation whose axes have this label, to look inside."""
    return figure._panels.activation_side.panels[label]


def pixel(pixels: np.ndarray, axes: Axes, x: float, y: float) -> np.ndarray:
    """Gives the colour that a place in axes is drawn in."""
    across, up = axes.transData.transform((x, y))
    color: np.ndarray = pixels[len(pixels) - 1 - int(up), int(across)]
    return color


def mouse_over(figure: ActivationFigure, axes: Axes, x: float, y: float) -> MouseEvent:
    """Gives the event of a mouse over a place in axes, as matplotlib makes it."""
    across, up = axes.transData.transform((x, y))
    return MouseEvent("motion_notify_event", figure.figure.canvas, across, up)


def made(values: np.ndarray = RAMP, title: str = "conv", **options: object) -> ActivationFigure:
    figure = ActivationFigure()
    figure.show_input(PictureView(PICTURE, (4, 6)), "tom.jpg")
    figure.show_activation(MapView(values, **options), title)  # type: ignore[arg-type]
    return figure


def color_at(figure: ActivationFigure, row: float, column: float) -> list[float]:
    """Gives the colour, 0 to 1, that a place of the map is drawn in."""
    pixels = drawn(figure)
    x, y = figure.map_axes.transData.transform((column, row))
    return [value / 255 for value in pixels[len(pixels) - 1 - round(y), round(x)].tolist()]


def close_to(color: object) -> object:
    """Stands for a colour to within the 8 bits that a figure is drawn with."""
    return pytest.approx(to_rgb(color), abs=1.01 / 255)  # type: ignore[arg-type]


def artists(figure: ActivationFigure) -> list[Artist]:
    return figure.figure.findobj(include_self=False)


def map_limits(figure: ActivationFigure) -> tuple[tuple[float, float], tuple[float, float]]:
    return figure.map_axes.get_xlim(), figure.map_axes.get_ylim()


def shown(
    activation: ActivationView, given: LeftView | None = None, caption: str = ""
) -> ActivationFigure:
    figure = ActivationFigure()
    figure.show_input(given or PictureView(PICTURE, (4, 6)), "tom.jpg")
    figure.show_activation(activation, "layer", caption)
    return figure


def seen_axes(figure: ActivationFigure) -> list[str]:
    return [str(axes.get_label()) for axes in figure.figure.axes if axes.get_visible()]


def texts(figure: ActivationFigure) -> list[str]:
    return [text.get_text() for text in figure.figure.findobj(Text)]
