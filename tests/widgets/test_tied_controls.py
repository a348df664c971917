"""Controls that are each in step with one trait, without kernel or browser."""

from __future__ import annotations

from typing import Any

import pytest
import traitlets

from actviz_widgets.widgets.own_thread import FloatBox
from actviz_widgets.widgets.owner_thread import OwnerThread
from actviz_widgets.widgets.tied_controls import TiedControls


class Traits(traitlets.HasTraits):
    """What controls set, and the errors that setting it raised."""

    opacity = traitlets.Float(0.6)
    is_on = traitlets.Bool(False)
    size = traitlets.Any(16)

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[str] = []

    @traitlets.validate("opacity")
    def _check_opacity(self, proposal: dict[str, Any]) -> float:
        if not 0 <= proposal["value"] <= 1:
            raise traitlets.TraitError("choose 0 to 1")
        return float(proposal["value"])

    def choose(self, name: str, value: object) -> None:
        try:
            setattr(self, name, value)
        except traitlets.TraitError as error:
            self.errors.append(str(error))


@pytest.fixture
def traits() -> Traits:
    return Traits()


@pytest.fixture
def tied(traits: Traits) -> TiedControls:
    return TiedControls(OwnerThread(), traits, traits.choose)


def sizes(tied: TiedControls) -> Any:
    return tied.dropdown("Size", "size", [("small", 4), ("large", 16)], "", "7rem")


def test_a_control_begins_with_the_value_of_its_trait(traits: Traits, tied: TiedControls) -> None:
    assert sizes(tied).value == 16
    assert tied.checkbox("On", "is_on", "").value is False
    assert not traits.errors


def test_a_control_sets_its_trait_and_the_trait_its_control(
    traits: Traits, tied: TiedControls
) -> None:
    size, switch = sizes(tied), tied.checkbox("On", "is_on", "")
    size.value, switch.value = 4, True
    assert (traits.size, traits.is_on) == (4, True)
    traits.size = 16
    tied.show()
    assert size.value == 16
    assert not traits.errors


def test_a_value_that_the_trait_refuses_is_taken_back(traits: Traits, tied: TiedControls) -> None:
    box = tied.float_box("Opacity", "opacity", 0, 10, 1, "")
    box.value = 7
    assert len(traits.errors) == 1
    assert "choose 0 to 1" in traits.errors[0]
    assert box.value == traits.opacity == 0.6


def test_two_controls_of_one_trait_go_together(traits: Traits, tied: TiedControls) -> None:
    row = tied.slider("Opacity", "opacity", 0, 1, 0.05, "")
    box, slider = row.children
    slider.value = 0.25
    tied.show()
    assert box.value == traits.opacity == 0.25


def test_a_control_may_have_other_values_than_its_trait(traits: Traits, tied: TiedControls) -> None:
    percent = FloatBox(max=100, owner=OwnerThread())
    tied.tie(percent, "opacity", lambda value: value / 100, lambda value: value * 100)
    assert percent.value == 60
    percent.value = 25
    assert traits.opacity == 0.25


def test_other_options_leave_the_trait_as_it_is(traits: Traits, tied: TiedControls) -> None:
    size, seen = sizes(tied), []
    traits.observe(lambda change: seen.append(change["new"]), "size")
    tied.offer(size, [("tiny", 1), ("small", 4), ("large", 16)])
    assert (size.value, traits.size, seen) == (16, 16, [])
    tied.offer(size, [("tiny", 1)])
    assert (size.value, size.options, seen) == (16, (("tiny", 1), ("16", 16)), [])
