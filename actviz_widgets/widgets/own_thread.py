"""The widgets that a user works with, each answering on the thread that owns the figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import ipywidgets as widgets
import traitlets

from .owner_thread import OwnerThread


class OwnThreadMessages(widgets.Widget):  # type: ignore[misc]  # ipywidgets is untyped
    """A widget that handles the browser's messages on one thread, in the order they were sent.

    A kernel that gets many messages at once may hand them on out of turn (seen with ipykernel 7.4
    on a subshell): a slider would then rest on a value that the mouse has long left. So a value is
    passed over when a later one of the same sender has been set.

    Args:
        owner: That thread.
    """

    def __init__(self, *args: Any, owner: OwnerThread, **kwargs: Any) -> None:
        # Set first: the base class opens the channel that messages come through.
        self._owner = owner
        self._sent_last: dict[tuple[str, str], datetime] = {}
        super().__init__(*args, **kwargs)

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        self._owner.run(lambda: self._handle_in_turn(msg))

    def _handle_in_turn(self, msg: dict[str, Any]) -> None:
        data = msg["content"]["data"]
        if data.get("method") == "update" and not isinstance(data.get("state"), dict):
            return
        if data.get("method") == "update" and data.get("state"):
            in_turn = {name for name in data["state"] if not self._is_overtaken(name, msg)}
            if not in_turn:
                return
            data["state"] = {name: data["state"][name] for name in in_turn}
        with self._owner.handling_a_message():
            super()._handle_msg(msg)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Takes what the page has set; a value that the control cannot have changes nothing."""
        try:
            super().set_state(sync_data)
        except traitlets.TraitError:
            self.send_state(list(sync_data))

    def _is_overtaken(self, name: str, msg: dict[str, Any]) -> bool:
        header = msg.get("header", {})
        sent, sender = header.get("date"), (header.get("session", ""), name)
        if not isinstance(sent, datetime):
            return False
        last = self._sent_last.get(sender)
        # Much earlier is a clock that was set back, not a message that was overtaken.
        if last is not None and timedelta(0) < last - sent < timedelta(seconds=10):
            return True
        self._sent_last[sender] = sent
        return False


class Dropdown(OwnThreadMessages, widgets.Dropdown):  # type: ignore[misc]
    """A dropdown that answers on its owner's thread."""

    options: Any

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Takes what the page has set; of a dropdown with nothing chosen, that is nothing."""
        if "index" in sync_data and sync_data["index"] is None:
            sync_data = {name: value for name, value in sync_data.items() if name != "index"}
            self.send_state("index")
        super().set_state(sync_data)

    def offer(self, options: Sequence[tuple[str, Any]], value: Any) -> None:
        """Offers something, and shows a value as chosen, with nothing else chosen in between.

        By itself a dropdown goes to its first entry when it gets new ones, which nobody chose; with
        none chosen it stays so.

        Args:
            options: Pairs of a text and a value.
            value: The value to show. One that is not among them, as a colour map of the user's own,
                becomes an entry too.
        """
        entries = tuple(options)
        if not any(value is entry or value == entry for _, entry in entries):
            entries += ((str(getattr(value, "name", value)), value),)
        with self.hold_sync():
            if entries != tuple(self.options):
                self.index = None
                self.options = entries
            self.value = value


class Slider(OwnThreadMessages, widgets.IntSlider):  # type: ignore[misc]
    """A slider over whole numbers, which answers on its owner's thread."""


class FloatSlider(OwnThreadMessages, widgets.FloatSlider):  # type: ignore[misc]
    """A slider over a range, which answers on its owner's thread."""


class NumberBox(OwnThreadMessages, widgets.BoundedIntText):  # type: ignore[misc]
    """A box for a whole number, which answers on its owner's thread."""


class FloatBox(OwnThreadMessages, widgets.BoundedFloatText):  # type: ignore[misc]
    """A box for a number, which answers on its owner's thread."""


class TextBox(OwnThreadMessages, widgets.Text):  # type: ignore[misc]
    """A box for a line of text, which answers on its owner's thread."""


class Checkbox(OwnThreadMessages, widgets.Checkbox):  # type: ignore[misc]
    """A checkbox that answers on its owner's thread."""


class Button(OwnThreadMessages, widgets.Button):  # type: ignore[misc]
    """A button that answers on its owner's thread."""


class ToggleButton(OwnThreadMessages, widgets.ToggleButton):  # type: ignore[misc]
    """A button that stays pressed, and answers on its owner's thread."""


class FileUpload(OwnThreadMessages, widgets.FileUpload):  # type: ignore[misc]
    """A button to choose files, whose contents come to its owner's thread."""


def close_all(controls: Iterable[widgets.Widget]) -> None:
    """Frees widgets along with their layouts and styles, which they leave registered."""
    for control in controls:
        if type(control).close is widgets.Widget.close:
            close_one(control, control)
        else:  # it knows its parts
            control.close()


def close_one(closer: Any, widget: widgets.Widget) -> None:
    """Frees a widget with its layout and style; `closer` has the `close` to call."""
    if widget.comm is None:
        return
    for part in (widget.layout, getattr(widget, "style", None)):
        if part is not None:
            part.close()
    widget.unobserve_all()
    closer.close()
