"""The lines under the figure that say in words what is shown, and what is wrong."""

from __future__ import annotations

import html
from collections.abc import Iterable

import ipywidgets as widgets

from .own_thread import close_one


class StatusLine(widgets.HTML):  # type: ignore[misc]  # ipywidgets is untyped
    """Says in words what is shown, and what is wrong."""

    def __init__(self) -> None:
        super().__init__(layout=widgets.Layout(max_width="100%", margin="0 0 0 0.5rem"))

    def show(self, lines: Iterable[str], problems: Iterable[str] = ()) -> None:
        """Shows lines of plain text; problems stand first and are marked as such.

        Args:
            lines: What is shown.
            problems: What is wrong with it, or went wrong.
        """
        marked = [f"⚠ {problem}" for problem in problems if problem]
        plain = [line for line in lines if line]
        paragraphs = [
            f'<div style="color: var(--jp-error-color0, #b71c1c)">{html.escape(text)}</div>'
            for text in marked
        ] + [f"<div>{html.escape(text)}</div>" for text in plain]
        self.value = (
            '<div role="status" style="line-height: 1.5; white-space: normal">'
            f"{''.join(paragraphs)}</div>"
        )

    def close(self) -> None:
        """Frees the widget."""
        close_one(super(), self)
