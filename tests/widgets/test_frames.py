"""What is sent puts the browser right, whichever of the last frames it has lost."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.widgets import frames
from actviz_widgets.widgets.frames import Frames


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


class Page:
    """What a browser shows, that takes frames in or loses them."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.shown = np.zeros((*size, 4), np.uint8)

    def take(self, frame: bytes, *, whole: bool) -> None:
        pixels = opened(frame)
        if whole:
            self.shown = pixels.copy()
        height, width = pixels.shape[:2]
        seen = pixels[..., 3] > 0
        self.shown[:height, :width][seen] = pixels[seen]


def opened(frame: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(frame)).convert("RGBA"))


def canvas_of(seed: int, size: tuple[int, int] = (40, 60)) -> np.ndarray:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 4), np.uint8)
    pixels[..., 3] = 255
    return pixels


def test_the_first_frame_is_whole_and_exact() -> None:
    frame, is_whole = Frames().next(canvas_of(0))
    assert is_whole
    assert np.array_equal(opened(frame), canvas_of(0))


def test_a_later_frame_covers_what_changed_and_no_more() -> None:
    clock = Clock()
    sender, pixels = Frames(clock), canvas_of(0)
    for _ in range(3):
        sender.next(pixels)
        clock.time += 5
    pixels[10:20, 30:35, 0] ^= 255
    frame, is_whole = sender.next(pixels)
    assert not is_whole
    seen = opened(frame)[..., 3] > 0
    assert seen.shape == (20, 35)
    assert seen.sum() == seen[10:, 30:].sum() == 50


def test_a_frame_of_no_change_is_a_speck() -> None:
    clock = Clock()
    sender, pixels = Frames(clock), canvas_of(0)
    for _ in range(4):
        frame, _ = sender.next(pixels)
        clock.time += 5
    assert opened(frame).shape == (1, 1, 4)
    assert opened(frame)[0, 0, 3] == 0


@pytest.mark.parametrize("seed", range(20))
def test_frames_lost_within_a_moment_are_made_good_by_the_next(seed: int) -> None:
    order = np.random.default_rng(seed)
    clock = Clock()
    sender, pixels = Frames(clock), canvas_of(seed)
    page = Page((40, 60))
    frame, whole = sender.next(pixels)
    page.take(frame, whole=whole)
    for _ in range(60):
        clock.time += order.choice([0.02, 0.1, 0.3, 3.0])
        row, column = order.integers(0, 30, 2)
        pixels[row : row + 9, column : column + 9, :3] = order.integers(0, 256, 3)
        before, frame_and_kind = clock.time, sender.next(pixels)
        # One that was lost is followed by one that is not, within the moment.
        if order.random() < 0.6:
            clock.time = before + order.uniform(0, 0.9)
            pixels[:3, :3, :3] = order.integers(0, 256, 3)
            frame_and_kind = sender.next(pixels)
        page.take(frame_and_kind[0], whole=frame_and_kind[1])
        assert np.array_equal(page.shown, pixels)


def test_another_size_and_a_new_page_get_all_of_it() -> None:
    sender = Frames()
    sender.next(canvas_of(0))
    frame, is_whole = sender.next(canvas_of(1, (30, 80)))
    assert is_whole
    assert np.array_equal(opened(frame), canvas_of(1, (30, 80)))
    sender.forget()
    frame, is_whole = sender.next(canvas_of(1, (30, 80)))
    assert is_whole
    assert opened(frame).shape == (30, 80, 4)


def test_a_canvas_that_lets_through_is_sent_whole() -> None:
    sender = Frames()
    pixels = canvas_of(0)
    sender.next(pixels)
    pixels[3, 4, 3] = 100
    frame, is_whole = sender.next(pixels)
    assert is_whole
    assert opened(frame)[3, 4, 3] == 100


@pytest.mark.parametrize("missing", ["the encoder", "the room"])
def test_where_webp_cannot_be_it_is_a_png(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, value = ("_HAS_WEBP", False) if missing == "the encoder" else ("_LARGEST_WEBP", 20)
    monkeypatch.setattr(frames, name, value)
    frame, _ = Frames().next(canvas_of(0))
    assert Image.open(io.BytesIO(frame)).format == "PNG"
    assert np.array_equal(opened(frame), canvas_of(0))


def test_it_is_webp_where_it_can_be() -> None:
    frame, _ = Frames().next(canvas_of(0))
    assert Image.open(io.BytesIO(frame)).format == "WEBP"
