"""Controls that are each in step with one trait, on the thread that owns the figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import ipywidgets as widgets
import traitlets

from .choosers import LABEL, Dropdown, OwnThreadMessages, Row, close_all, close_one
from .owner_thread import OwnerThread

Set = Callable[[str, object], object]
"""Sets a trait by its name; what it does with an error is its own affair."""


class Button(OwnThreadMessages, widgets.Button):  # type: ignore[misc]  # ipywidgets is untyped
    """A button that answers on its owner's thread."""


class ToggleButton(OwnThreadMessages, widgets.ToggleButton):  # type: ignore[misc]
    """A button that stays pressed, and answers on its owner's thread."""


class Checkbox(OwnThreadMessages, widgets.Checkbox):  # type: ignore[misc]
    """A checkbox that answers on its owner's thread."""


class FloatBox(OwnThreadMessages, widgets.BoundedFloatText):  # type: ignore[misc]
    """A box for a number, which answers on its owner's thread."""


class FloatSlider(OwnThreadMessages, widgets.FloatSlider):  # type: ignore[misc]
    """A slider over a range, which answers on its owner's thread."""


class FileUpload(OwnThreadMessages, widgets.FileUpload):  # type: ignore[misc]
    """A button to choose files, whose contents come to its owner's thread."""


class _Tie(NamedTuple):
    control: Any
    trait: str
    to_control: Callable[[Any], Any]


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
        self._ties: list[_Tie] = []
        self._is_showing = False

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
            to_control: Makes the control's value of the trait's.
        """
        tie = _Tie(control, trait, to_control)
        self._ties.append(tie)
        self._show(tie)

        def changed(change: dict[str, Any]) -> None:
            is_other = change["new"] != to_control(getattr(self._traits, trait))
            if is_other and not self._is_showing:
                self._set(trait, to_trait(change["new"]))
                self._show(tie)

        control.observe(changed, names="value")
        return control

    def show(self) -> None:
        """Brings all controls in step with their traits."""
        for tie in self._ties:
            self._show(tie)

    def offer(self, dropdown: Dropdown, options: Sequence[tuple[str, Any]]) -> None:
        """Has a dropdown offer something else; its trait stays."""
        # A dropdown goes to its first entry when it gets new ones; nobody chose that.
        self._is_showing = True
        try:
            dropdown.options = options
        finally:
            self._is_showing = False
        self.show()

    def _show(self, tie: _Tie) -> None:
        value = tie.to_control(getattr(self._traits, tie.trait))
        self._is_showing = True
        try:
            if isinstance(tie.control, Dropdown):
                _add_missing(tie.control, value)
            if tie.control.value != value:
                tie.control.value = value
        finally:
            self._is_showing = False

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


def _add_missing(dropdown: Dropdown, value: Any) -> None:
    """Adds an entry for a value that only code sets, as a colour map of the user's own."""
    if not any(value is entry or value == entry for _, entry in dropdown.options):
        text = str(getattr(value, "name", value))
        dropdown.options = (*dropdown.options, (text, value))


class Panel(widgets.VBox):  # type: ignore[misc]
    """Rows of controls, one below the other, which `close` frees."""

    def close(self) -> None:
        """Frees the panel and all in it."""
        close_all(self.children)
        close_one(super(), self)
