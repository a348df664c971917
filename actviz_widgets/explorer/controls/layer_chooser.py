"""The control that chooses a layer, usable with a thousand of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import ipywidgets as widgets

from ...widgets.own_thread import Checkbox, Dropdown, TextBox, close_all, close_one
from ...widgets.owner_thread import OwnerThread
from ...widgets.rows import SHORT_LABEL
from ...widgets.tie import Tie

FEW_ENOUGH_TO_SCAN = 12
"""Layers up to which there is no need to search among them."""


class LayerEntry(NamedTuple):
    """A layer to choose.

    Attributes:
        text: What it is called.
        is_minor: Whether it puts out what it is given, and is offered only when asked for.
    """

    text: str
    is_minor: bool = False


class LayerChooser(widgets.HBox):  # type: ignore[misc]  # ipywidgets is untyped
    """A labelled dropdown of layers, with a box to narrow it down and one to offer all.

    Layers that pass on what they are given are left out until they are searched for, all are
    asked for, or one of them is chosen from code. The chosen layer is always among those offered.

    Args:
        entries: The layers.
        owner: The thread to answer on.
    """

    def __init__(self, entries: Sequence[LayerEntry], owner: OwnerThread) -> None:
        self._entries = tuple(entries)
        self._choose: Callable[[int], object] | None = None
        self._index = 0
        minor = sum(entry.is_minor for entry in entries)
        self.dropdown = Dropdown(
            description="Layer",
            owner=owner,
            layout=widgets.Layout(width="auto", flex="1 1 10rem", min_width="10rem"),
            style={"description_width": SHORT_LABEL},
        )
        self.filter_box = TextBox(
            description="Find",
            placeholder=f"in {len(entries):,} layers",
            tooltip="Parts of a path, a type or a size, such as: block3 conv",
            owner=owner,
            layout=widgets.Layout(width="9rem", flex="0 1 9rem", min_width="8rem"),
            style={"description_width": "2rem"},
        )
        self.matches = widgets.HTML(layout=widgets.Layout(flex="0 0 auto", margin="2px 0.25rem"))
        self.all_box = Checkbox(
            description=f"all {len(entries):,}",
            tooltip=f"Offer the {minor} layers too that pass on what they are given, as Dropout",
            indent=False,
            owner=owner,
            layout=widgets.Layout(width="auto", flex="0 0 auto", margin="2px 0.25rem"),
        )
        children: list[widgets.Widget] = [self.dropdown]
        if len(entries) > FEW_ENOUGH_TO_SCAN:
            children += [self.filter_box, self.matches]
        if minor:
            children.append(self.all_box)
        width = 10 + 9 * (len(entries) > FEW_ENOUGH_TO_SCAN) + 5 * bool(minor)
        super().__init__(
            children,
            # What room there is, is for the paths more than for anything else.
            layout=widgets.Layout(flex=f"3 1 {width}rem", max_width="100%", flex_flow="row wrap"),
        )
        self._tie = Tie(self.dropdown, lambda: self._index, self._chosen)
        self._offer()
        self.filter_box.observe(lambda _: self._offer(), names="value")
        self.all_box.observe(lambda _: self._offer(), names="value")

    def extend(self, entries: Sequence[LayerEntry]) -> None:
        """Offers more layers, after those there are."""
        self._entries += tuple(entries)
        self.filter_box.placeholder = f"in {len(self._entries):,} layers"
        self.all_box.description = f"all {len(self._entries):,}"
        self._offer()

    @property
    def count(self) -> int:
        """The number of layers, offered or not."""
        return len(self._entries)

    def on_choice(self, choose: Callable[[int], object]) -> None:
        """Calls `choose` with the index of the layer that the user picks."""
        self._choose = choose

    def show(self, index: int) -> None:
        """Shows a layer as chosen."""
        if index != self._index:
            self._index = index
            self._offer()

    @property
    def offered(self) -> tuple[int, ...]:
        """Indices of the layers that the dropdown has now."""
        return tuple(index for _, index in self.dropdown.options)

    def close(self) -> None:
        """Frees the control's widgets."""
        close_all([self.dropdown, self.filter_box, self.matches, self.all_box])
        close_one(super(), self)

    def _offer(self) -> None:
        """Fills the dropdown with what matches."""
        words = self.filter_box.value.casefold().split()
        matching = [
            index
            for index, entry in enumerate(self._entries)
            if all(word in entry.text.casefold() for word in words)
            and (words or self.all_box.value or not entry.is_minor)
        ]
        said = f"{len(matching):,} match{'es' * (len(matching) != 1)}" if words else ""
        if self.matches.value != said:
            self.matches.value = said
        # All layers are searched anyway, and there is room for one of the two.
        self.all_box.layout.display = "none" if words else None
        self.matches.layout.display = None if words else "none"
        offered = sorted({*matching, self._index})
        with self.dropdown.hold_sync():
            self._tie.offer([(self._entries[index].text, index) for index in offered])
            # Of a long path the room may be for the beginning alone.
            self.dropdown.tooltip = self._entries[self._index].text

    def _chosen(self, index: int) -> None:
        # Already chosen for the next one that is picked, which may come before `show`.
        self._index = index
        if self._choose is not None:
            self._choose(index)
        self._offer()
