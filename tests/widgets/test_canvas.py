"""The canvas: messages on one thread, frames that none is lost of, and what ipympl is to do."""

from __future__ import annotations

import io
import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from actviz_widgets.widgets.canvas import Canvas, FigureCanvas
from actviz_widgets.widgets.owner_thread import OwnerThread


class Browser:
    """What a page does with the messages of a canvas, as ipympl's own code does it."""

    def __init__(self, canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch) -> None:
        self.canvas = canvas
        self.shown = np.zeros((0, 0, 4), np.uint8)
        self.frames: list[np.ndarray] = []
        self.asks = 0
        self._waits_for_a_frame = False
        monkeypatch.setattr(canvas, "send", self._take)

    def begin(self) -> None:
        for kind in ("refresh", "send_image_mode", "initialized"):
            self.send(kind)

    def send(self, kind: str, **content: object) -> None:
        self.canvas._handle_message(self.canvas, {"type": kind, **content}, None)

    def _take(self, content: dict[str, str], buffers: Any = None) -> None:
        kind = json.loads(content["data"])["type"]
        if kind == "binary":
            self._waits_for_a_frame = False
            self._show(np.asarray(Image.open(io.BytesIO(bytes(buffers[0]))).convert("RGBA")))
        elif kind == "draw" and not self._waits_for_a_frame:
            self._waits_for_a_frame = True
            self.asks += 1
            self.send("draw")

    def _show(self, frame: np.ndarray) -> None:
        self.frames.append(frame)
        if self.canvas._image_mode == "full":
            self.shown = frame.copy()
        height, width = frame.shape[:2]
        seen = frame[..., 3] > 0
        self.shown[:height, :width][seen] = frame[seen]


@pytest.fixture
def canvas() -> Iterator[FigureCanvas]:
    figure = Figure(figsize=(2, 1), dpi=100)
    figure.add_axes((0.2, 0.2, 0.5, 0.7)).imshow(np.eye(4))
    canvas = FigureCanvas(figure, OwnerThread())
    yield canvas
    canvas.close()


@pytest.fixture
def browser(canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser(canvas, monkeypatch)
    browser.begin()
    return browser


def drawn_in_full(canvas: FigureCanvas) -> np.ndarray:
    """Gives the pixels of a drawing that the canvas does not notice."""
    canvas._repainter._is_painting = True
    FigureCanvasAgg.draw(canvas)  # type: ignore[no-untyped-call]
    canvas._repainter._is_painting = False
    return np.array(canvas.buffer_rgba())


def set_image(canvas: FigureCanvas, values: np.ndarray) -> None:
    canvas.figure.axes[0].images[0].set_data(values)


def test_the_private_names_of_ipympl_that_it_uses_are_there() -> None:
    for name in ("_handle_message", "_handle_msg", "_repr_mimebundle_"):
        assert callable(getattr(Canvas, name))
    for name in ("_force_full", "_data_url", "_size"):
        assert name in Canvas.__dict__
    assert Canvas(Figure()).syncing_data_url is True


def test_the_browser_shows_what_a_full_drawing_gives_after_each_step(
    canvas: FigureCanvas, browser: Browser
) -> None:
    for seed in range(6):
        set_image(canvas, np.random.default_rng(seed).random((4, 4)))
        canvas.figure.axes[0].set_title("abcdef"[: seed % 4])
        canvas.draw_idle()
        assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_a_step_sends_only_what_changed(canvas: FigureCanvas, browser: Browser) -> None:
    canvas._frames._now = lambda: 0.0
    canvas._frames._older[:] = canvas._frames._recent[:] = False
    set_image(canvas, 1 - np.eye(4))
    canvas.draw_idle()
    seen = browser.frames[-1][..., 3] > 0
    box = canvas.figure.axes[0].bbox
    assert 0 < seen.sum() <= (box.width + 2) * (box.height + 2)


def test_nothing_is_encoded_or_sent_before_a_page_is_there(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(canvas, "send", lambda content, buffers=None: sent.append(content["data"]))
    canvas.draw()
    canvas.draw_in_answer()
    assert not any("binary" in data for data in sent)
    assert canvas._data_url is None


def test_what_the_browser_brought_about_is_sent_without_its_asking(
    canvas: FigureCanvas, browser: Browser
) -> None:
    asks, frames = browser.asks, len(browser.frames)
    set_image(canvas, 1 - np.eye(4))
    canvas.draw_in_answer()
    assert (browser.asks, len(browser.frames)) == (asks, frames + 1)
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_a_request_with_nothing_to_draw_is_kept_for_the_next_change(
    canvas: FigureCanvas, browser: Browser
) -> None:
    canvas.draw()
    frames = len(browser.frames)
    browser._waits_for_a_frame = True
    browser.send("draw")
    assert len(browser.frames) == frames
    set_image(canvas, 1 - np.eye(4))
    canvas.draw_idle()  # which the page, waiting, would not answer
    assert len(browser.frames) == frames + 1
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_a_page_that_is_loaded_again_gets_all_of_it(canvas: FigureCanvas, browser: Browser) -> None:
    set_image(canvas, 1 - np.eye(4))
    canvas.draw_idle()
    browser.shown = np.zeros_like(browser.shown)
    browser._waits_for_a_frame = False
    browser.begin()
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_another_pixel_ratio_gets_all_of_it(canvas: FigureCanvas, browser: Browser) -> None:
    browser.send("set_device_pixel_ratio", device_pixel_ratio=2)
    assert browser.shown.shape == (200, 400, 4)
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_a_picture_saved_in_between_costs_no_change(canvas: FigureCanvas, browser: Browser) -> None:
    set_image(canvas, 1 - np.eye(4))
    canvas.png()
    canvas.draw_idle()
    assert np.array_equal(browser.shown, drawn_in_full(canvas))
    canvas.figure.savefig(io.BytesIO(), format="pdf")
    set_image(canvas, np.eye(4)[::-1])
    canvas.figure.savefig(io.BytesIO(), dpi=50)
    canvas.draw_idle()
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_page_without_a_kernel_shows_the_figure_at_its_size(
    canvas: FigureCanvas, browser: Browser, ratio: int
) -> None:
    browser.send("set_device_pixel_ratio", device_pixel_ratio=ratio)
    picture = canvas.png()
    assert canvas._data_url == f"data:image/png;base64,{picture}"
    assert tuple(canvas._size) == (200, 100)
    pixels = np.asarray(Image.open(io.BytesIO(b64decode(picture))).convert("RGBA"))
    assert pixels.shape == (100, 200, 4)
    if ratio == 1:
        assert np.array_equal(pixels, drawn_in_full(canvas))


def test_a_see_through_figure_is_sent_whole(canvas: FigureCanvas, browser: Browser) -> None:
    canvas.figure.patch.set_alpha(0.5)
    for values in (1 - np.eye(4), np.eye(4)):
        set_image(canvas, values)
        canvas.draw_idle()
        assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_a_message_from_another_thread_waits_for_the_owner(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[threading.Thread] = []
    monkeypatch.setattr(canvas, "_redraw", lambda: drawn.append(threading.current_thread()))
    other = threading.Thread(target=lambda: canvas._handle_message(canvas, {"type": "draw"}, None))
    other.start()
    other.join()
    assert drawn == []
    canvas._owner.catch_up()
    assert drawn == [threading.current_thread()]


def test_what_other_threads_have_left_is_passed_over_when_all_is_closed(
    canvas: FigureCanvas, browser: Browser
) -> None:
    def send() -> None:
        for kind in ("draw", "refresh", "send_image_mode"):
            canvas._handle_message(canvas, {"type": kind}, None)

    other = threading.Thread(target=send)
    other.start()
    other.join()
    canvas.close()
    frames = len(browser.frames)
    canvas._owner.catch_up()
    canvas.draw_idle()
    assert len(browser.frames) == frames


def test_draw_shows_what_matplotlib_takes_no_note_of(
    canvas: FigureCanvas, browser: Browser
) -> None:
    for label in canvas.figure.axes[0].get_xticklabels():
        label.set_color("red")
    canvas.draw()
    assert np.array_equal(browser.shown, drawn_in_full(canvas))
    assert (browser.shown[..., :3] == (255, 0, 0)).all(axis=-1).any()


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


MOUSE = {"x": 10, "y": 10, "button": 0, "buttons": 0, "modifiers": []}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "resize", "width": 1e9, "height": 1e9},
        {"type": "resize", "width": 10_000, "height": 10_000},
        {"type": "resize", "width": -5, "height": 100},
        {"type": "resize", "width": None, "height": 100},
        {"type": "resize"},
        {"type": "set_device_pixel_ratio", "device_pixel_ratio": -1},
        {"type": "set_device_pixel_ratio", "device_pixel_ratio": float("nan")},
        {"type": "set_dpi_ratio", "dpi_ratio": 0},
        {"type": "set_dpi_ratio", "dpi_ratio": "2"},
        {"type": "motion_notify", **MOUSE, "x": None},
        {"type": "motion_notify", **MOUSE, "y": float("inf")},
        {"type": "button_press", "x": 1, "y": 1},
        {"type": "scroll", **MOUSE, "step": float("nan")},
        {"type": "key_press", "key": None},
        {"type": "key_press", "key": "k" * 5000},
        {"type": "toolbar_button", "name": 3},
        {"type": "event"},
        {"type": "no such thing"},
        {"type": None},
        {},
        [],
        None,
    ],
)
def test_what_no_page_can_mean_changes_nothing(canvas: FigureCanvas, message: Any) -> None:
    def state() -> tuple[object, ...]:
        ratio = type(canvas).current_dpi_ratio
        return tuple(canvas.figure.get_size_inches()), canvas.device_pixel_ratio, ratio

    before = state()
    canvas._handle_message(canvas, message, [])
    assert state() == before


def test_what_a_page_can_mean_is_done(canvas: FigureCanvas) -> None:
    moves: list[object] = []
    canvas.mpl_connect("motion_notify_event", moves.append)
    canvas._handle_message(canvas, {"type": "motion_notify", **MOUSE}, [])
    canvas._handle_message(canvas, {"type": "resize", "width": 300, "height": 200}, [])
    assert len(moves) == 1
    assert tuple(canvas.figure.get_size_inches() * canvas.figure.dpi) == (300, 200)
