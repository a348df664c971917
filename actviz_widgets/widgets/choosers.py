"""The explorer's labelled controls, which answer on the thread that owns the figure.

Each control has a value that can be set without it answering back: what the user changes arrives
through `on_choice`, on the owner's thread, and what the explorer shows is set with `show`.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import ipywidgets as widgets

from .owner_thread import OwnerThread

Choose = Callable[[int], object]

LABEL, SHORT_LABEL = "3.5rem", "2.75rem"
"""CSS widths of a control's label. Controls begin narrow, so that two rows hold those of each view
in a window of 1,280 pixels, and share what room there is beside."""


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
        if data.get("method") == "update" and data.get("state"):
            in_turn = {name for name in data["state"] if not self._is_overtaken(name, msg)}
            if not in_turn:
                return
            data["state"] = {name: data["state"][name] for name in in_turn}
        with self._owner.handling_a_message():
            super()._handle_msg(msg)

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


class _Slider(OwnThreadMessages, widgets.IntSlider):  # type: ignore[misc]
    pass


class _NumberBox(OwnThreadMessages, widgets.BoundedIntText):  # type: ignore[misc]
    pass


class _Button(OwnThreadMessages, widgets.Button):  # type: ignore[misc]
    pass


class Chooser(widgets.HBox):  # type: ignore[misc]
    """A labelled dropdown, with buttons for the previous and the next entry where asked for.

    Args:
        label: What is chosen.
        entries: The entries' texts.
        owner: The thread to answer on.
        steps: Whether to have the two buttons.
        width: CSS width of the dropdown.
    """

    def __init__(
        self,
        label: str,
        entries: Sequence[str],
        owner: OwnerThread,
        *,
        steps: bool = False,
        width: str = "auto",
    ) -> None:
        self._choose: Choose | None = None
        self.dropdown = Dropdown(
            # Pairs, since two entries may have the same text.
            options=[(text, index) for index, text in enumerate(entries)],
            description=label,
            owner=owner,
            layout=widgets.Layout(width=width, flex="1 1 5rem", min_width="7rem"),
            style={"description_width": SHORT_LABEL},
        )
        self.dropdown.observe(lambda change: self._chosen(change["new"]), names="value")
        self.previous_button = _step_button("Previous", label, owner)
        self.next_button = _step_button("Next", label, owner)
        self.previous_button.on_click(lambda _: self._chosen(self.dropdown.value - 1))
        self.next_button.on_click(lambda _: self._chosen(self.dropdown.value + 1))
        children = [self.dropdown]
        if steps:
            children += [self.previous_button, self.next_button]
        super().__init__(children, layout=widgets.Layout(flex="1 1 15.5rem", max_width="100%"))
        self._count = len(entries)

    def on_choice(self, choose: Choose) -> None:
        """Calls `choose` with the index of the entry that the user picks."""
        self._choose = choose

    def extend(self, entries: Sequence[str]) -> None:
        """Offers more entries, after those there are."""
        added = enumerate(entries, start=self._count)
        value = self.dropdown.value
        with self.dropdown.hold_sync():
            self.dropdown.options = (
                *self.dropdown.options,
                *((text, index) for index, text in added),
            )
            self.dropdown.value = value
        self._count += len(entries)

    def show(self, index: int) -> None:
        """Shows an entry as chosen."""
        self.dropdown.value = index
        self.previous_button.disabled = index <= 0
        self.next_button.disabled = index >= self._count - 1

    def close(self) -> None:
        """Frees the control's widgets."""
        close_all([self.dropdown, self.previous_button, self.next_button])
        close_one(super(), self)

    def _chosen(self, index: int) -> None:
        if self._choose is not None and 0 <= index < self._count:
            self._choose(index)


class NumberChooser(widgets.HBox):  # type: ignore[misc]
    """A labelled number box with a slider, for one number among many.

    The slider has a step for each number that there is, in the order in which they are given. A
    number typed that is not among them stands for the nearest one, the one shown aside, in the
    direction of the change: so the arrows of the box get on too. The number box has the label: the
    browser's slider takes no accessible name.

    Args:
        owner: The thread to answer on.
    """

    def __init__(self, owner: OwnerThread) -> None:
        self._choose: Choose | None = None
        self._numbers: Sequence[int] = (0,)
        self.number_box = _NumberBox(
            value=0,
            min=0,
            max=0,
            owner=owner,
            layout=widgets.Layout(width="8rem", flex="0 0 auto"),
            style={"description_width": LABEL},
        )
        self.slider = _Slider(
            value=0,
            min=0,
            max=0,
            readout=False,
            owner=owner,
            layout=widgets.Layout(width="auto", flex="1 1 auto", min_width="4rem"),
        )
        self.number_box.observe(self._on_typed, names="value")
        self.slider.observe(lambda change: self._chosen(self._numbers[change["new"]]), "value")
        super().__init__(
            [self.number_box, self.slider],
            layout=widgets.Layout(flex="1 1 13rem", max_width="100%"),
        )

    def on_choice(self, choose: Choose) -> None:
        """Calls `choose` with the number that the user picks."""
        self._choose = choose

    def show(self, label: str, value: int, numbers: Sequence[int]) -> None:
        """Shows a number as chosen.

        Args:
            label: What is chosen.
            value: The number.
            numbers: All that there are, in the order to go through them, `value` among them.
        """
        self._numbers = numbers
        first, last = min(numbers), max(numbers)
        self.number_box.description = label.capitalize()
        for control in (self.number_box, self.slider):
            control.disabled = len(numbers) <= 1
            control.tooltip = f"{label} {first} to {last}"
        _show_within(self.number_box, value, first, last)
        _show_within(self.slider, numbers.index(value), 0, len(numbers) - 1)

    def close(self) -> None:
        """Frees the control's widgets."""
        close_all([self.number_box, self.slider])
        close_one(super(), self)

    def _on_typed(self, change: dict[str, Any]) -> None:
        before, typed = change["old"], change["new"]
        if typed in self._numbers:
            self._chosen(typed)
            return
        onward = [
            number
            for number in self._numbers
            if number != before and (number > before) == (typed > before)
        ]
        self._chosen(min(onward or self._numbers, key=lambda number: abs(number - typed)))

    def _chosen(self, value: int) -> None:
        if self._choose is not None:
            self._choose(value)


def _show_within(control: Any, value: int, first: int, last: int) -> None:
    # In this order the value is never clamped on the way to its new range.
    if value > control.max:
        control.max = last
    if value < control.min:
        control.min = first
    control.value = value
    control.min, control.max = first, last


class Row(widgets.HBox):  # type: ignore[misc]
    """Controls side by side, one under the other where the window is narrow."""

    def __init__(self, controls: Sequence[widgets.Widget]) -> None:
        super().__init__(controls, layout=widgets.Layout(flex_flow="row wrap", width="100%"))

    def close(self) -> None:
        """Frees the row and the controls in it."""
        close_all(self.children)
        close_one(super(), self)


class StatusLine(widgets.HTML):  # type: ignore[misc]
    """Says in words what is shown, and what is wrong."""

    def __init__(self) -> None:
        super().__init__(layout=widgets.Layout(max_width="100%", margin="0 0 0 0.5rem"))
        self.sentences: tuple[str, ...] = ()

    def show(self, lines: Iterable[str], problems: Iterable[str] = ()) -> None:
        """Shows lines of plain text; problems stand first and are marked as such.

        Args:
            lines: What is shown.
            problems: What is wrong with it, or went wrong.
        """
        marked = [f"⚠ {problem}" for problem in problems if problem]
        plain = [line for line in lines if line]
        self.sentences = (*marked, *plain)
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


def _step_button(step: str, label: str, owner: OwnerThread) -> _Button:
    # In words, since an icon would be all of the button's accessible name.
    return _Button(
        description=step,
        tooltip=f"{step} {label.lower()}",
        owner=owner,
        layout=widgets.Layout(width="auto", flex="0 0 auto"),
    )
