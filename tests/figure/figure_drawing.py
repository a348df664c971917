"""What the tests of the figure's parts share: a picture, and the pixels a figure is drawn in."""

from __future__ import annotations

import warnings

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import PictureView

GREY = PictureView(np.full((40, 60, 3), 128, np.uint8), (40, 60))


def new_figure(width: int = 850, height: int | None = None) -> ActivationFigure:
    """Makes a figure of this size in pixels; of the height that it prefers by default."""
    view = ActivationFigure()
    resize(view, width, height)
    return view


def resize(view: ActivationFigure, width: int, height: int | None = None) -> None:
    view.figure.set_size_inches(width / 100, (height or view.preferred_height(width)) / 100)
    view.figure.canvas.callbacks.process("resize_event", None)


def drawn(view: ActivationFigure) -> np.ndarray:
    """Draws a figure, a warning being an error, and gives its pixels, `(height, width, 3)`."""
    canvas = FigureCanvasAgg(view.figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(int)


def axes_of(view: ActivationFigure, label: str) -> Axes:
    (axes,) = (axes for axes in view.figure.axes if axes.get_label() == label)
    return axes


def pixel(pixels: np.ndarray, axes: Axes, x: float, y: float) -> np.ndarray:
    """Gives the colour that a place in axes is drawn in."""
    across, up = axes.transData.transform((x, y))
    color: np.ndarray = pixels[len(pixels) - 1 - int(up), int(across)]
    return color


def mouse_over(view: ActivationFigure, axes: Axes, x: float, y: float) -> MouseEvent:
    """Gives the event of a mouse over a place in axes, as matplotlib makes it."""
    across, up = axes.transData.transform((x, y))
    return MouseEvent("motion_notify_event", view.figure.canvas, across, up)
