"""Controls side by side and one below the other, which are freed together."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as widgets

from .own_thread import close_all, close_one

LABEL, SHORT_LABEL = "3.5rem", "2.75rem"
"""CSS widths of a control's label. Controls begin narrow, so that two rows hold those of each view
in a window of 1,280 pixels, and share what room there is beside."""


class Row(widgets.HBox):  # type: ignore[misc]  # ipywidgets is untyped
    """Controls side by side, one under the other where the window is narrow."""

    def __init__(self, controls: Sequence[widgets.Widget]) -> None:
        super().__init__(controls, layout=widgets.Layout(flex_flow="row wrap", width="100%"))

    def close(self) -> None:
        """Frees the row and the controls in it."""
        close_all(self.children)
        close_one(super(), self)


class Panel(widgets.VBox):  # type: ignore[misc]
    """Rows of controls, one below the other, which `close` frees."""

    def close(self) -> None:
        """Frees the panel and all in it."""
        close_all(self.children)
        close_one(super(), self)
