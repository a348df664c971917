"""Controls that are each in step with one trait, on the thread that owns the figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import traitlets

from .own_thread import Checkbox, Dropdown, FloatBox, FloatSlider
from .owner_thread import OwnerThread
from .rows import LABEL, Row
from .tie import Tie

Set = Callable[[str, object], object]
"""Sets a trait by its name; what it does with an error is its own affair."""


class TiedControls:
    """Controls and the traits that they are in step with.

    What the user changes sets the trait; a value that the trait refuses is taken back. `show`
    brings the controls in step with traits set from elsewhere.

    Args:
        owner: The thread that controls answer on.
        traits: Where the traits are.
        set_trait: Sets one.
    """

    def __init__(self, owner: OwnerThread, traits: traitlets.HasTraits, set_trait: Set) -> None:
        self._owner = owner
        self._traits = traits
        self._set = set_trait
        self._ties: list[Tie] = []

    def tie(
        self,
        control: Any,
        trait: str,
        to_trait: Callable[[Any], Any] = lambda value: value,
        to_control: Callable[[Any], Any] = lambda value: value,
    ) -> Any:
        """Ties a control to a trait, and gives the control.

        Args:
            control: A widget with a `value`.
            trait: The name of the trait.
            to_trait: Makes the trait's value of the control's.
            to_control: Makes the control's value of the trait's, one that the control can have.
        """
        tie = Tie(
            control,
            lambda: to_control(getattr(self._traits, trait)),
            lambda value: self._set(trait, to_trait(value)),
        )
        self._ties.append(tie)
        tie.show()
        return control

    def value(self, trait: str) -> Any:
        """Gives the value of a trait."""
        return getattr(self._traits, trait)

    def show(self) -> None:
        """Brings all controls in step with their traits."""
        for tie in self._ties:
            tie.show()

    def offer(self, dropdown: Dropdown, options: Sequence[tuple[str, Any]]) -> None:
        """Has a dropdown offer something else; its trait stays."""
        for tie in self._ties:
            if tie.control is dropdown:
                tie.offer(options)

    def dropdown(
        self,
        label: str,
        trait: str,
        options: list[tuple[str, Any]],
        tooltip: str,
        width: str,
        label_width: str = LABEL,
    ) -> Any:
        """Gives a labelled dropdown over pairs of a text and the trait's value.

        Args:
            label: Its label.
            trait: The trait it is tied to.
            options: The pairs.
            tooltip: What it is for.
            width: Its CSS width, with the label.
            label_width: That of the label.
        """
        control = Dropdown(
            description=label,
            options=options,
            tooltip=tooltip,
            owner=self._owner,
            layout=widgets.Layout(width=width, flex="0 1 auto"),
            style={"description_width": label_width},
        )
        return self.tie(control, trait)

    def checkbox(self, label: str, trait: str, tooltip: str) -> Any:
        """Gives a labelled checkbox for a trait that is on or off."""
        control = Checkbox(
            description=label,
            tooltip=tooltip,
            indent=False,
            owner=self._owner,
            layout=widgets.Layout(width="auto", flex="0 0 auto", margin="2px 0.75rem"),
        )
        return self.tie(control, trait)

    def float_box(
        self, label: str, trait: str, low: float, high: float, step: float, tooltip: str
    ) -> Any:
        """Gives a labelled box for a number from `low` to `high`."""
        control = FloatBox(
            min=low,
            max=high,
            value=getattr(self._traits, trait),
            step=step,
            description=label,
            tooltip=tooltip,
            owner=self._owner,
            layout=widgets.Layout(width="8rem", flex="0 0 auto"),
            style={"description_width": LABEL},
        )
        return self.tie(control, trait)

    def slider(
        self, label: str, trait: str, low: float, high: float, step: float, tooltip: str
    ) -> Row:
        """Gives a labelled box with a slider, for a number from `low` to `high`."""
        slider = FloatSlider(
            min=low,
            max=high,
            step=step,
            value=getattr(self._traits, trait),
            readout=False,
            tooltip=tooltip,
            owner=self._owner,
            layout=widgets.Layout(width="auto", flex="1 1 5rem", min_width="5rem"),
        )
        row = Row([self.float_box(label, trait, low, high, step, tooltip), self.tie(slider, trait)])
        row.layout.width, row.layout.flex = "auto", "0 1 14.5rem"
        return row
