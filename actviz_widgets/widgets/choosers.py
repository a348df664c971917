"""Choosers of one thing among many: a picture by its name, a channel by its number.

What the user chooses arrives through `on_choice`, on the owner's thread; what the explorer shows is
set with `show`, which reports nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from .own_thread import Button, Dropdown, NumberBox, Slider, close_all, close_one
from .owner_thread import OwnerThread
from .rows import LABEL, SHORT_LABEL
from .tie import Tie

Choose = Callable[[int], object]


class Chooser(widgets.HBox):  # type: ignore[misc]  # ipywidgets is untyped
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
        self._index = 0
        self._count = len(entries)
        self.dropdown = Dropdown(
            # Pairs, since two entries may have the same text.
            options=[(text, index) for index, text in enumerate(entries)],
            description=label,
            owner=owner,
            layout=widgets.Layout(width=width, flex="1 1 5rem", min_width="7rem"),
            style={"description_width": SHORT_LABEL},
        )
        self._tie = Tie(self.dropdown, lambda: self._index, self._chosen)
        self.previous_button = _step_button("Previous", label, owner)
        self.next_button = _step_button("Next", label, owner)
        self.previous_button.on_click(lambda _: self._chosen(self._index - 1))
        self.next_button.on_click(lambda _: self._chosen(self._index + 1))
        children = [self.dropdown]
        if steps:
            children += [self.previous_button, self.next_button]
        super().__init__(children, layout=widgets.Layout(flex="1 1 15.5rem", max_width="100%"))

    def on_choice(self, choose: Choose) -> None:
        """Calls `choose` with the index of the entry that the user picks."""
        self._choose = choose

    def extend(self, entries: Sequence[str]) -> None:
        """Offers more entries, after those there are."""
        added = ((text, index) for index, text in enumerate(entries, start=self._count))
        self._tie.offer((*self.dropdown.options, *added))
        self._count += len(entries)

    def show(self, index: int) -> None:
        """Shows an entry as chosen."""
        self._index = index
        self._tie.show()
        self.previous_button.disabled = index <= 0
        self.next_button.disabled = index >= self._count - 1

    def close(self) -> None:
        """Frees the control's widgets."""
        close_all([self.dropdown, self.previous_button, self.next_button])
        close_one(super(), self)

    def _chosen(self, index: int) -> None:
        if 0 <= index < self._count:
            # Already chosen for the next one that is picked, which may come before `show`.
            self._index = index
            if self._choose is not None:
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
        self._number = 0
        self._numbers: Sequence[int] = (0,)
        self.number_box = NumberBox(
            value=0,
            min=0,
            max=0,
            owner=owner,
            layout=widgets.Layout(width="8rem", flex="0 0 auto"),
            style={"description_width": LABEL},
        )
        self.slider = Slider(
            value=0,
            min=0,
            max=0,
            readout=False,
            owner=owner,
            layout=widgets.Layout(width="auto", flex="1 1 auto", min_width="4rem"),
        )
        self._box_tie = Tie(self.number_box, lambda: self._number, self._typed)
        self._slider_tie = Tie(
            self.slider,
            lambda: self._numbers.index(self._number),
            lambda place: self._chosen(self._numbers[place]),
        )
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
        self._number, self._numbers = value, numbers
        first, last = min(numbers), max(numbers)
        self.number_box.description = label.capitalize()
        for control in (self.number_box, self.slider):
            control.disabled = len(numbers) <= 1
            control.tooltip = f"{label} {first} to {last}"
        _show_within(self._box_tie, first, last)
        _show_within(self._slider_tie, 0, len(numbers) - 1)

    def close(self) -> None:
        """Frees the control's widgets."""
        close_all([self.number_box, self.slider])
        close_one(super(), self)

    def _typed(self, typed: int) -> None:
        before = self._number
        if typed in self._numbers:
            self._chosen(typed)
            return
        onward = [
            number
            for number in self._numbers
            if number != before and (number > before) == (typed > before)
        ]
        self._chosen(min(onward or self._numbers, key=lambda number: abs(number - typed)))

    def _chosen(self, number: int) -> None:
        # Already chosen for the next one that is picked, which may come before `show`.
        self._number = number
        if self._choose is not None:
            self._choose(number)


def _show_within(tie: Tie, first: int, last: int) -> None:
    # In this order no value is ever clamped, neither the old one nor the new.
    tie.control.max = max(tie.control.max, last)
    tie.control.min = min(tie.control.min, first)
    tie.show()
    tie.control.min, tie.control.max = first, last


def _step_button(step: str, label: str, owner: OwnerThread) -> Button:
    # In words, since an icon would be all of the button's accessible name.
    return Button(
        description=step,
        tooltip=f"{step} {label.lower()}",
        owner=owner,
        layout=widgets.Layout(width="auto", flex="0 0 auto"),
    )
