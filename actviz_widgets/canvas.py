"""An ipympl canvas for a figure, drawn on the thread that owns the figure.

ipympl is used without pyplot and without `%matplotlib widget`: the figure belongs to the explorer,
and the user's backend stays what it was. Three of ipympl's private names are used here
(`_handle_message`, `_handle_msg`, `_force_full`); the version is bounded for them, and
`tests/test_canvas.py` holds what they are expected to do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .latest_wins import OwnerThread


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
    Limits = tuple[tuple[float, float], tuple[float, float]]

_numbers = itertools.count(1)


class FigureCanvas(Canvas):  # type: ignore[misc]  # ipympl is untyped
    """A canvas whose messages are all handled on one thread.

    Args:
        figure: The figure to draw.
        owner: The thread that owns it.
    """

    def __init__(self, figure: Figure, owner: OwnerThread) -> None:
        self._owner = owner
        super().__init__(figure)
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
        self._owner.run(lambda: super(FigureCanvas, self)._handle_msg(msg))

    def _handle_message(self, widget: object, content: dict[str, Any], buffers: Any) -> None:
        # The toolbar's messages come in here, past `_handle_msg`.
        self._owner.run(lambda: super(FigureCanvas, self)._handle_message(widget, content, buffers))

    def draw(self) -> None:
        """Draws the figure and sends it whole.

        ipympl would send the difference to the frame before, and the browser holds one frame at a
        time: one that arrives while the last is still being decoded replaces it, and with
        differences the lost one would be missing from every later frame.
        """
        self._force_full = True
        super().draw()

    def png(self) -> str:
        """Gives the figure as it is now, as a base64-encoded PNG."""
        return str(super()._repr_mimebundle_()["image/png"])

    def set_home(self, limits: Mapping[Axes, Limits]) -> None:
        """Makes these x and y limits the ones that the toolbar's home button goes back to.

        The limits on show stay; if they are others, the back button leads home too.
        """
        on_show = {axes: (axes.get_xlim(), axes.get_ylim()) for axes in limits}
        self.toolbar.update()
        self._push_view(limits)
        if on_show != dict(limits):
            self._push_view(on_show)

    def _push_view(self, limits: Mapping[Axes, Limits]) -> None:
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
