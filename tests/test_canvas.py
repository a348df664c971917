"""The canvas: messages on one thread, whole frames, and what ipympl is expected to do."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.figure import Figure
from PIL import Image

from actviz_widgets.canvas import Canvas, FigureCanvas
from actviz_widgets.latest_wins import OwnerThread


@pytest.fixture
def canvas() -> Iterator[FigureCanvas]:
    figure = Figure(figsize=(2, 1), dpi=100)
    figure.add_axes((0, 0, 1, 1)).imshow(np.eye(4))
    canvas = FigureCanvas(figure, OwnerThread())
    yield canvas
    canvas.close()


def frames_sent(canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    frames: list[np.ndarray] = []

    def keep(content: object, buffers: Any = None) -> None:
        if buffers:
            png = Image.open(io.BytesIO(bytes(buffers[0])))
            frames.append(np.asarray(png.convert("RGBA")))

    monkeypatch.setattr(canvas, "send", keep)
    return frames


def test_the_private_names_of_ipympl_that_it_uses_are_there() -> None:
    for name in ("_handle_message", "_handle_msg", "_repr_mimebundle_"):
        assert callable(getattr(Canvas, name))
    assert "_force_full" in Canvas.__dict__


def test_each_frame_is_whole_whatever_came_before(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = frames_sent(canvas, monkeypatch)
    canvas._handle_message(canvas, {"type": "initialized"}, None)
    image = canvas.figure.axes[0].images[0]
    for values in (np.eye(4), 1 - np.eye(4), np.eye(4)[::-1]):
        image.set_data(values)
        canvas._handle_message(canvas, {"type": "draw"}, None)
        expected = np.asarray(canvas.get_renderer().buffer_rgba())
        assert np.array_equal(frames[-1], expected)
    assert len(frames) == 3


def test_a_message_from_another_thread_waits_for_the_owner(canvas: FigureCanvas) -> None:
    import threading

    drawn: list[threading.Thread] = []
    canvas.figure.draw = lambda renderer: drawn.append(threading.current_thread())  # type: ignore[method-assign]
    other = threading.Thread(target=lambda: canvas._handle_message(canvas, {"type": "draw"}, None))
    other.start()
    other.join()
    assert drawn == []
    canvas._owner.catch_up()
    assert drawn == [threading.current_thread()]


def test_home_goes_to_the_limits_it_was_given_and_a_zoom_stays(canvas: FigureCanvas) -> None:
    axes = canvas.figure.axes[0]
    home = {axes: ((-0.5, 3.5), (3.5, -0.5))}
    axes.set_xlim(1, 2)
    canvas.set_home(home)
    assert axes.get_xlim() == (1, 2)
    canvas.toolbar.home()
    assert (axes.get_xlim(), axes.get_ylim()) == home[axes]


def test_matplotlib_s_own_shortcuts_are_off(canvas: FigureCanvas) -> None:
    axes = canvas.figure.axes[0]
    for kind in ("key_press", "key_release"):
        canvas._handle_message(canvas, {"type": kind, "key": "kg", "guiEvent": {}}, None)
    assert not any(line.get_visible() for line in axes.xaxis.get_gridlines())


def test_closing_frees_its_widgets() -> None:
    before = set(_instances)
    canvas = FigureCanvas(Figure(), OwnerThread())
    assert set(_instances) != before
    canvas.close()
    canvas.close()
    assert set(_instances) == before
