"""The explorer's link to the page it is on: frames, keys, names for screen readers, time, files."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from .own_thread import OwnThreadMessages, close_one
from .owner_thread import OwnerThread
from .sound_messages import is_number, is_width

_HERE = Path(__file__).parent
STEPS = ("channel", "layer", "image")
"""What keys go on by."""
_FAR = 1_000_000  # steps at once
_MOST_OFFERS = 8  # files kept for pages that may still ask for them


class PageLink(OwnThreadMessages, anywidget.AnyWidget):  # type: ignore[misc]  # is untyped
    """What of the page no control tells. It is part of the explorer's widgets, and not seen itself.

    It speaks for the closest widget around it that has the class `actviz-explorer`.

    Args:
        owner: The thread to answer on.

    Attributes:
        playing: Whether the page is to tick. It stops by itself when nobody can see it.
        interval: Milliseconds between two ticks, from 1. After one there is none before it was
            answered.
        canvas_label: What the figure shows, for those who cannot see it.
        canvas: The canvas whose frames it shows. Defaults to `None`: it has nothing to do with any.
    """

    # As texts: files would be watched, and whatever is told of their changes is never freed.
    _esm = "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("frames.js", "page_link.js")
    )
    _css = (_HERE / "page_link.css").read_text(encoding="utf-8")

    playing = traitlets.Bool(False).tag(sync=True)
    interval = traitlets.Int(500, min=1).tag(sync=True)
    canvas_label = traitlets.Unicode("").tag(sync=True)
    canvas = traitlets.Instance(widgets.DOMWidget, allow_none=True).tag(
        sync=True, **widgets.widget_serialization
    )

    def __init__(self, owner: OwnerThread) -> None:
        super().__init__(owner=owner, layout=widgets.Layout(display="none"))
        self._step: Callable[[str, int], object] | None = None
        self._tick: Callable[[], object] | None = None
        self._fit: Callable[[int], object] | None = None
        # The page that the ticks come from, where the explorer is on several.
        self._player: str | None = None
        self._offers: dict[int, tuple[str, str, bytes]] = {}
        self._file_numbers = itertools.count()
        self.observe(self._on_playing, names="playing")
        self.on_msg(self._on_message)

    def on_key(self, step: Callable[[str, int], object]) -> None:
        """Calls `step` with `"channel"`, `"layer"` or `"image"`, and how many steps keys asked for.

        Steps back are negative. Keys pressed while one is answered come together, as one.
        """
        self._step = step

    def on_tick(self, tick: Callable[[], object]) -> None:
        """Calls `tick` at each interval while `playing`."""
        self._tick = tick

    def on_width(self, fit: Callable[[int], object]) -> None:
        """Calls `fit` with the width that there is for the figure, in CSS pixels, as it changes."""
        self._fit = fit

    def download(self, name: str, data: bytes, mime: str) -> None:
        """Has the browser save a file.

        Of all the pages that the explorer is on, one saves it. If there is none, nobody does.

        Args:
            name: The name of the file.
            data: Its contents.
            mime: Their type, such as `image/png`.
        """
        number = next(self._file_numbers)
        self._offers[number] = (name, mime, data)
        while len(self._offers) > _MOST_OFFERS:
            del self._offers[next(iter(self._offers))]
        self.send({"kind": "offer", "file": number})

    def close(self) -> None:
        """Frees the widget."""
        self._step = self._tick = self._fit = None
        self._offers.clear()
        close_one(super(), self)

    def _on_playing(self, _: object) -> None:
        self._player = None

    def _on_message(self, _: object, content: dict[str, Any], __: object) -> None:
        page = content.get("page")
        if content.get("kind") == "take":
            self._give(content.get("file"), page)
        elif content.get("kind") == "news":
            try:
                self._take_in(content, page)
            finally:
                # After the redraw that has been asked for, so that pages wait for that too.
                self._owner.run_soon(lambda: self.send({"kind": "answer", "page": page}))

    def _take_in(self, news: dict[str, Any], page: Any) -> None:
        width, asked = news.get("width"), news.get("steps")
        if self._fit is not None and width is not None and is_width(width):
            self._fit(int(width))
        for name, steps in asked.items() if isinstance(asked, dict) else ():
            is_sound = name in STEPS and is_number(steps, -_FAR, _FAR)
            if self._step is not None and is_sound and int(steps):
                self._step(name, int(steps))
        if self._tick is not None and self.playing and news.get("tick"):
            if self._player is None:
                self._player = page
            if self._player == page:
                self._tick()

    def _give(self, number: Any, page: Any) -> None:
        """Sends an offered file to the page that was the first to ask for it."""
        offer = self._offers.pop(number, None)
        if offer is not None:
            name, mime, data = offer
            self.send({"kind": "save", "page": page, "name": name, "mime": mime}, buffers=[data])
