"""The kernel's end of the link to the page: what it makes of messages, and what it sends."""

from __future__ import annotations

import contextlib
import gc
import re
import threading
import weakref
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import traitlets
from ipywidgets.widgets.widget import _instances

import actviz_widgets
from actviz_widgets.widgets.owner_thread import OwnerThread
from actviz_widgets.widgets.page_link import PageLink


class Link:
    """A link, what it has sent, and what it has called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.owner = OwnerThread()
        self.link = PageLink(self.owner)
        self.sent: list[tuple[dict[str, Any], list[bytes] | None]] = []
        self.called: list[tuple[object, ...]] = []
        monkeypatch.setattr(
            self.link, "send", lambda content, buffers=None: self.sent.append((content, buffers))
        )
        self.link.on_key(lambda name, steps: self.note("key", name, steps))
        self.link.on_width(lambda width: self.note("width", width))
        self.link.on_tick(lambda: self.note("tick"))

    def note(self, *what: object) -> None:
        assert self.owner.is_current()
        assert self.owner.answers_a_message
        self.called.append(what)

    def receive(self, kind: str = "news", page: str = "a", **content: object) -> None:
        data = {"method": "custom", "content": {"kind": kind, "page": page, **content}}
        self.link._handle_msg({"content": {"data": data}, "buffers": []})

    def play(self) -> None:
        self.link.playing = True


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> Iterator[Link]:
    link = Link(monkeypatch)
    yield link
    link.link.close()


def answer(page: str = "a") -> tuple[dict[str, str], None]:
    return {"kind": "answer", "page": page}, None


def test_keys_arrive_as_a_name_and_signed_steps_in_the_order_pressed(link: Link) -> None:
    link.receive(steps={"layer": -2, "channel": 3, "image": 0})
    assert link.called == [("key", "layer", -2), ("key", "channel", 3)]
    assert link.sent == [answer()]


def test_what_came_together_is_handled_together_and_answered_once(link: Link) -> None:
    link.play()
    link.receive(width=640, steps={"image": 1}, tick=True)
    assert link.called == [("width", 640), ("key", "image", 1), ("tick",)]
    assert link.sent == [answer()]


def test_the_answer_comes_after_what_was_asked_for_meanwhile(link: Link) -> None:
    order: list[str] = []
    link.link.on_key(lambda *_: link.owner.run_soon(lambda: order.append(f"{len(link.sent)}")))
    link.receive(steps={"channel": 1})
    assert order == ["0"]
    assert link.sent == [answer()]


def test_a_page_is_answered_though_its_message_has_failed(link: Link) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such layer")

    link.link.on_key(fail)
    with contextlib.suppress(RuntimeError):  # ipywidgets may show it or hand it on
        link.receive(steps={"channel": 1})
    assert link.sent == [answer()]


def test_nothing_is_called_that_nobody_has_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    link = Link(monkeypatch)
    link.link._step = link.link._tick = link.link._fit = None
    link.play()
    link.receive(width=640, steps={"image": 1}, tick=True)
    assert (link.called, link.sent) == ([], [answer()])
    link.link.close()


def test_messages_of_another_thread_wait_for_the_owner(link: Link) -> None:
    def send() -> None:
        for steps in range(1, 6):
            link.receive(steps={"channel": steps})

    other = threading.Thread(target=send)
    other.start()
    other.join()
    assert link.called == []
    link.owner.catch_up()
    assert link.called == [("key", "channel", steps) for steps in range(1, 6)]
    assert link.sent == [answer()] * 5


def test_there_are_no_ticks_but_while_it_plays(link: Link) -> None:
    link.receive(tick=True)
    link.play()
    link.receive(tick=True)
    link.link.playing = False
    link.receive(tick=True)
    assert link.called == [("tick",)]
    assert link.sent == [answer()] * 3


def test_of_several_pages_one_ticks_until_it_stops(link: Link) -> None:
    link.play()
    for page in ("a", "b", "b", "a"):
        link.receive(page=page, tick=True)
    assert link.called == [("tick",)] * 2
    assert link.sent == [answer("a"), answer("b"), answer("b"), answer("a")]
    link.link.playing = False
    link.play()
    link.receive(page="b", tick=True)
    assert link.called == [("tick",)] * 3


def test_the_page_can_stop_it(link: Link) -> None:
    link.play()
    data = {"method": "update", "state": {"playing": False}, "buffer_paths": []}
    link.link._handle_msg({"content": {"data": data}, "buffers": []})
    assert not link.link.playing


def test_an_interval_is_at_least_a_millisecond(link: Link) -> None:
    link.link.interval = 1
    with pytest.raises(traitlets.TraitError, match="should not be less than 1"):
        link.link.interval = 0


def test_a_file_goes_to_the_first_page_that_asks_and_to_no_other(link: Link) -> None:
    link.link.download("map.npy", b"\x00\xff", "application/octet-stream")
    assert link.sent == [({"kind": "offer", "file": 0}, None)]
    for page in ("b", "a"):
        link.receive("take", page, file=0)
    saved = {"kind": "save", "page": "b", "name": "map.npy", "mime": "application/octet-stream"}
    assert link.sent[1:] == [(saved, [b"\x00\xff"])]


def test_files_that_nobody_asks_for_are_kept_in_bounds(link: Link) -> None:
    for number in range(20):
        link.link.download(f"{number}.bin", bytes([number]), "application/octet-stream")
    for number in range(20):
        link.receive("take", file=number)
    saved = [buffers for content, buffers in link.sent if content["kind"] == "save"]
    assert saved == [[bytes([number])] for number in range(12, 20)]


def test_it_takes_no_room_from_the_first_moment_on(link: Link) -> None:
    assert link.link.layout.display == "none"


def test_the_page_s_part_comes_with_the_package_and_asks_nothing_of_the_network() -> None:
    for name in ("page_link.js", "page_link.css"):
        text = files(actviz_widgets).joinpath("widgets", name).read_text(encoding="utf-8")
        assert not re.search(r"://|@import|\bimport\b|\bfetch\b", text.replace("!important", ""))
    assert "initialize" in PageLink._esm
    assert ":focus-visible" in PageLink._css


def test_closing_leaves_nothing_registered_and_frees_it() -> None:
    before = set(_instances)
    link = PageLink(OwnerThread())
    assert len(set(_instances) - before) == 2  # its layout is one
    link.download("a", b"a", "text/plain")
    link.close()
    link.close()
    assert set(_instances) == before
    freed = weakref.ref(link)
    del link
    gc.collect()
    assert freed() is None


def test_what_comes_after_closing_calls_nothing(link: Link) -> None:
    link.play()
    link.link.download("a", b"a", "text/plain")
    link.link.close()
    link.sent.clear()
    link.receive(width=640, steps={"image": 1}, tick=True)
    link.receive("take", file=0)
    assert link.called == []
    assert not any(content["kind"] == "save" for content, _ in link.sent)


@pytest.mark.parametrize(
    "news",
    [
        {"width": 10_000_000},
        {"width": -1},
        {"width": None},
        {"width": "wide"},
        {"width": float("nan")},
        {"width": True},
        {"steps": None},
        {"steps": [1]},
        {"steps": {"channel": None}},
        {"steps": {"channel": float("inf")}},
        {"steps": {"channel": 1e300}},
        {"steps": {"close": 1}},
        {"steps": {"channel": "1"}},
    ],
)
def test_what_no_page_can_mean_is_passed_over_and_answered(link: Link, news: Any) -> None:
    link.receive(**news)
    assert link.called == []
    assert link.sent == [answer()]
