"""An ipympl canvas for a figure, drawn on the thread that owns the figure.

ipympl is used without pyplot and without `%matplotlib widget`: the figure belongs to the explorer,
and the user's backend stays what it was. What is drawn and what is sent are only what has changed.

By ipympl's rules the kernel says that there is something to draw, the browser asks for it when it
has nothing else to show, and the kernel draws: a whole round trip before the first line is drawn.
So a request of the browser is kept until there is something to draw, and what the browser itself
has brought about, by a slider, is sent without any: a slider waits for its answer before it sends
the next value, so that frames never pile up.

Private names of ipympl are used here (`_handle_message`, `_handle_msg`, `_repr_mimebundle_`,
`_force_full`, `_data_url`, `_size`), and some more on the page (`frames.js`, which does without
where they are not found); the version is bounded for them, and the tests of the canvas and of its
frames in a browser hold what they are expected to do.
"""

from __future__ import annotations

import itertools
import json
import math
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import ResizeEvent
from matplotlib.figure import Figure

from .frames import Frames, png_of
from .owner_thread import OwnerThread
from .repainter import Repainter
from .sound_messages import is_sound


@contextmanager
def _backend_left_alone() -> Iterator[None]:
    """Keeps an import from choosing the backend of everything that the user draws."""
    use = mpl.use
    mpl.use = lambda *_, **__: None
    try:
        yield
    finally:
        mpl.use = use


with _backend_left_alone():  # `import ipympl` calls `matplotlib.use`
    from ipympl.backend_nbagg import Canvas, FigureManager

if TYPE_CHECKING:
    AxesLimits = tuple[tuple[float, float], tuple[float, float]]

_numbers = itertools.count(1)


def _inches(pixels: float, dpi: float) -> float:
    """Gives a length that matplotlib, which cuts off, makes so many pixels of and not one less."""
    inches = pixels / dpi
    while inches * dpi < pixels:
        inches = math.nextafter(inches, math.inf)
    return inches


class FigureCanvas(Canvas):  # type: ignore[misc]  # ipympl is untyped
    """A canvas whose messages are all handled on one thread.

    Args:
        figure: The figure to draw.
        owner: The thread that owns it.
    """

    def __init__(self, figure: Figure, owner: OwnerThread) -> None:
        self._owner = owner
        self._frames = Frames()
        self._has_page = False
        self._is_due = False
        self._is_asked = False
        self._is_whole = True
        super().__init__(figure)
        self._repainter = Repainter(self)
        manager = FigureManager(self, next(_numbers))
        manager.set_window_title("activations")
        # Left on, matplotlib's shortcuts answer to every key typed over the figure.
        self.mpl_disconnect(manager.key_press_handler_id)
        self.header_visible = False
        self.toolbar_visible = True
        # The canvas does not shrink with the window: where it is too wide, it is scrolled.
        self.layout.overflow = "auto"
        self.layout.max_width = "100%"

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        self._owner.run(lambda: self._is_open() and super(FigureCanvas, self)._handle_msg(msg))

    def _handle_message(self, widget: object, content: dict[str, Any], buffers: Any) -> None:
        # The toolbar's messages come in here, past `_handle_msg`.
        def handle() -> None:
            ratio = self.device_pixel_ratio
            size = tuple(side / ratio for side in self.figure.bbox.size)
            if self._is_open() and is_sound(content, (size[0], size[1]), ratio):
                with self._owner.handling_a_message():
                    super(FigureCanvas, self)._handle_message(widget, content, buffers)

        self._owner.run(handle)

    def _is_open(self) -> bool:
        # What another thread has handed over may be run when all is closed.
        return self.manager is not None

    def draw(self) -> None:
        """Draws all of the figure, and sends what has changed if there is a page to show it.

        For changes that matplotlib takes no note of, such as another colour of a tick's label.
        """
        self._repainter.forget()
        self._redraw()

    def _redraw(self) -> None:
        """Draws what has changed, and sends it."""
        if not self._is_open():
            return
        self._repainter.paint()
        self._is_due = self._is_asked = False
        if self._has_page:
            self.send_binary(self.get_diff_image())

    def draw_idle(self) -> None:
        """Draws when the browser asks for it."""
        self._is_due = True
        if self._is_asked:
            self._owner.run(self._redraw)
        else:
            super().draw_idle()

    def draw_in_answer(self) -> None:
        """Draws at once what a message from the browser has brought about."""
        if self._has_page:
            self._redraw()
        else:
            self.draw_idle()

    def handle_draw(self, event: object) -> None:  # noqa: ARG002
        """Meets the browser's request for a frame, or keeps it until there is something new."""
        if self._is_due or self.figure.stale:
            self._redraw()
        else:
            self._is_asked = True

    def handle_refresh(self, event: dict[str, Any]) -> None:
        """Begins anew with a page that shows nothing yet."""
        self._has_page, self._is_asked = True, False
        super().handle_refresh(event)

    def resize_to(self, width: int, height: int) -> None:
        """Gives the figure another size, and has the page follow if there is one.

        Args:
            width: In CSS pixels, from 1.
            height: Likewise.

        Raises:
            ValueError: If one of them is less than 1.
        """
        if width < 1 or height < 1:
            raise ValueError(
                f"A canvas of {width} x {height} pixels was asked for. Give a width and a height "
                "of at least 1."
            )
        self._owner.run(lambda: self._resize_to(int(width), int(height)))

    def _resize_to(self, width: int, height: int) -> None:
        ratio, dpi = self.device_pixel_ratio, self.figure.dpi
        inches = tuple(_inches(pixels * ratio, dpi) for pixels in (width, height))
        manager = self.manager
        if manager is None or inches == tuple(self.figure.get_size_inches()):
            return
        self.figure.set_size_inches(*inches, forward=False)
        self.callbacks.process("resize_event", ResizeEvent("resize_event", self))
        if self._has_page:
            # The page takes the size over, and then asks for all of the figure.
            manager.resize(width * ratio, height * ratio)
            self.draw_in_answer()

    def get_diff_image(self) -> bytes:
        """Gives the frame that brings the browser up to date; see `Frames`."""
        if self._force_full:
            self._force_full: bool = False
            self._frames.forget()
        frame, self._is_whole = self._frames.next(np.asarray(self.buffer_rgba()))
        self.set_image_mode("full" if self._is_whole else "diff")
        return frame

    def send_binary(self, data: bytes) -> None:
        """Sends a frame. ipympl would encode it a second time before the first page is there."""
        # The image mode, which ipympl's page code goes by, may be another when it is decoded.
        message = json.dumps({"type": "binary", "whole": self._is_whole})
        self.send({"data": message}, buffers=[data])

    def png(self) -> str:
        """Gives the figure as it is now, as a base64-encoded PNG."""
        if self.device_pixel_ratio != 1:
            return str(super()._repr_mimebundle_()["image/png"])
        # What is painted for it serves the first frame, too.
        pixels = self._repainter.paint()
        if (pixels[..., 3] == 255).all():
            pixels = pixels[..., :3]
        # It is taken or thrown away with the cell's output: time counts for more than bytes.
        picture = b64encode(png_of(pixels)).decode("ascii")
        # What a page with the widget's state, and no kernel, shows.
        self._data_url = f"data:image/png;base64,{picture}"
        self._size = self.get_width_height()
        return picture

    def set_home(self, limits: Mapping[Axes, AxesLimits]) -> None:
        """Makes these x and y limits the ones that the toolbar's home button goes back to.

        The limits on show stay; if they are others, the back button leads home too.
        """
        on_show = {axes: (axes.get_xlim(), axes.get_ylim()) for axes in limits}
        self.toolbar.update()
        self._push_view(limits)
        if on_show != dict(limits):
            self._push_view(on_show)

    def _push_view(self, limits: Mapping[Axes, AxesLimits]) -> None:
        for axes, (x_limits, y_limits) in limits.items():
            axes.set_xlim(x_limits)
            axes.set_ylim(y_limits)
        self.toolbar.push_current()

    def close(self) -> None:
        """Frees the canvas, its toolbar and the browser's copies of both."""
        toolbar = self.toolbar
        if toolbar is None:
            return
        # ipympl's own `destroy` leaves the layouts, and through them the figure, registered.
        toolbar.layout.close()
        toolbar.close()
        self.layout.close()
        super().close()
        self.manager = None
