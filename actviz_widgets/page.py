"""The explorer's link to the page it is on: keys, names for screen readers, width, time, files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from .controls import OwnThreadMessages, close_one
from .latest_wins import OwnerThread

_HERE = Path(__file__).parent


class PageLink(OwnThreadMessages, anywidget.AnyWidget):  # type: ignore[misc]  # is untyped
    """What of the page no control tells. It is part of the explorer's widgets, and not seen itself.

    It speaks for the closest widget around it that has the class `actviz-explorer`.

    Args:
        owner: The thread to answer on.

    Attributes:
        playing: Whether the page is to tick. It stops by itself when nobody can see it.
        interval: Milliseconds between two ticks. After one there is none before it was answered.
        canvas_label: What the figure shows, for those who cannot see it.
    """

    _esm = _HERE / "page.js"
    _css = _HERE / "page.css"

    playing = traitlets.Bool(False).tag(sync=True)
    interval = traitlets.Int(500).tag(sync=True)
    canvas_label = traitlets.Unicode("").tag(sync=True)

    def __init__(self, owner: OwnerThread) -> None:
        super().__init__(owner=owner, layout=widgets.Layout(display="none"))
        self._step: Callable[[str, int], object] | None = None
        self._tick: Callable[[], object] | None = None
        self._fit: Callable[[int], object] | None = None
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

        Args:
            name: The name of the file.
            data: Its contents.
            mime: Their type, such as `image/png`.
        """
        self.send({"kind": "download", "name": name, "mime": mime}, buffers=[data])

    def close(self) -> None:
        """Frees the widget."""
        self._step = self._tick = self._fit = None
        close_one(super(), self)

    def _on_message(self, _: object, content: dict[str, Any], __: object) -> None:
        kind = content.get("kind")
        try:
            if kind == "key" and self._step is not None:
                self._step(str(content["name"]), int(content["steps"]))
            elif kind == "tick" and self._tick is not None and self.playing:
                self._tick()
            elif kind == "width" and self._fit is not None:
                self._fit(int(content["width"]))
        finally:
            if kind in ("key", "tick"):
                self.send({"kind": "answered", "what": kind})
