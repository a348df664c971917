"""The canvas given another size: the figure's pixels, and a page that follows."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.backend_bases import ResizeEvent
from matplotlib.figure import Figure

from actviz_widgets.widgets.canvas import FigureCanvas
from actviz_widgets.widgets.owner_thread import OwnerThread
from tests.widgets.test_canvas import Browser, drawn_in_full, set_image


class ResizingBrowser(Browser):
    """A page that asks for all of the figure when it has taken over a size, as ipympl's does."""

    def __init__(self, canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[tuple[float, float]] = []
        super().__init__(canvas, monkeypatch)

    def _take(self, content: dict[str, str], buffers: object = None) -> None:
        if '"resize"' in content["data"]:
            self.sizes.append(tuple(self.canvas._size))
            self.shown = np.zeros((0, 0, 4), np.uint8)
            self.send("refresh")
        super()._take(content, buffers)


@pytest.fixture
def canvas() -> Iterator[FigureCanvas]:
    figure = Figure(figsize=(2, 1), dpi=100)
    figure.add_axes((0.2, 0.2, 0.5, 0.7)).imshow(np.eye(4))
    canvas = FigureCanvas(figure, OwnerThread())
    yield canvas
    canvas.close()


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_the_page_shows_the_figure_at_each_of_its_sizes(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    browser = ResizingBrowser(canvas, monkeypatch)
    browser.begin()
    browser.send("set_device_pixel_ratio", device_pixel_ratio=ratio)
    # 113 and 207 are lengths of which matplotlib makes one pixel less when told them in inches.
    for width, height in ((300, 200), (113, 207), (207, 80), (500, 250)):
        canvas.resize_to(width, height)
        assert browser.sizes[-1] == (width, height)
        assert browser.shown.shape == (int(height * ratio), int(width * ratio), 4)
        assert np.array_equal(browser.shown, drawn_in_full(canvas))
        set_image(canvas, np.random.default_rng(width).random((4, 4)))
        canvas.draw_idle()
        assert np.array_equal(browser.shown, drawn_in_full(canvas))
    assert canvas.figure.dpi == 100 * ratio


def test_no_frame_is_lost_that_the_page_has_asked_for_before(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = ResizingBrowser(canvas, monkeypatch)
    browser.begin()
    canvas.draw()
    browser._waits_for_a_frame = True
    browser.send("draw")  # kept until there is something to draw
    canvas.resize_to(300, 200)
    set_image(canvas, 1 - np.eye(4))
    canvas.draw_idle()
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_before_a_page_is_there_only_the_figure_changes(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(canvas, "send", lambda content, buffers=None: sent.append(content["data"]))
    canvas.resize_to(113, 207)
    assert sent == []
    assert tuple(int(side) for side in canvas.figure.bbox.size) == (113, 207)
    monkeypatch.undo()
    browser = ResizingBrowser(canvas, monkeypatch)
    browser.begin()
    assert browser.shown.shape == (207, 113, 4)
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


def test_the_size_that_it_has_sends_and_draws_nothing(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = ResizingBrowser(canvas, monkeypatch)
    browser.begin()
    canvas.resize_to(113, 207)
    sizes, frames = len(browser.sizes), len(browser.frames)
    canvas.resize_to(113, 207)
    assert (len(browser.sizes), len(browser.frames)) == (sizes, frames)


def test_who_listens_hears_of_the_new_size(canvas: FigureCanvas) -> None:
    heard: list[tuple[int, int]] = []

    def hear(event: ResizeEvent) -> None:
        heard.append((int(event.width), int(event.height)))

    canvas.mpl_connect("resize_event", hear)
    canvas.resize_to(300, 207)
    assert heard == [(300, 207)]


def test_the_page_s_own_resizing_goes_on_working(
    canvas: FigureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = ResizingBrowser(canvas, monkeypatch)
    browser.begin()
    canvas.resize_to(300, 200)
    browser.send("resize", width=250, height=150)
    assert browser.shown.shape == (150, 250, 4)
    canvas.resize_to(300, 200)
    assert browser.shown.shape == (200, 300, 4)
    assert np.array_equal(browser.shown, drawn_in_full(canvas))


@pytest.mark.parametrize(("width", "height"), [(0, 100), (100, -3)])
def test_a_size_of_nothing_is_refused(canvas: FigureCanvas, width: int, height: int) -> None:
    with pytest.raises(ValueError, match="Give a width and a height of at least 1"):
        canvas.resize_to(width, height)


def test_another_thread_s_wish_waits_for_the_owner(canvas: FigureCanvas) -> None:
    other = threading.Thread(target=lambda: canvas.resize_to(300, 200))
    other.start()
    other.join()
    assert canvas.get_width_height() == (200, 100)
    canvas._owner.catch_up()
    assert canvas.get_width_height() == (300, 200)


def test_what_a_click_brings_about_is_drawn_in_answer(canvas: FigureCanvas) -> None:
    seen: list[bool] = []
    canvas.mpl_connect("button_press_event", lambda _: seen.append(canvas._owner.answers_a_message))
    canvas._handle_message(
        canvas,
        {"type": "button_press", "x": 5, "y": 5, "button": 0, "buttons": 1, "modifiers": []},
        None,
    )
    assert seen == [True]
    assert not canvas._owner.answers_a_message
