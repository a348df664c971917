"""What the user makes of a control is reported, once; what is shown is not."""

from __future__ import annotations

from typing import Any

import pytest

from actviz_widgets.widgets.own_thread import Dropdown, FloatSlider
from actviz_widgets.widgets.owner_thread import OwnerThread
from actviz_widgets.widgets.tie import Tie


class Source:
    """A value that lies elsewhere, and what was reported of it; it takes no negative one."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.reported: list[float] = []

    def choose(self, value: float) -> None:
        self.reported.append(value)
        if value >= 0:
            self.value = value


def tied(control: Any, value: float) -> tuple[Source, Tie]:
    source = Source(value)
    tie = Tie(control, lambda: source.value, source.choose)
    tie.show()
    return source, tie


def controls() -> list[Any]:
    options = [(str(value), value) for value in (0, 1, 2, 3, -1)]
    owner = OwnerThread()
    return [FloatSlider(min=-10, max=10, owner=owner), Dropdown(options=options, owner=owner)]


@pytest.mark.parametrize("control", controls(), ids=["slider", "dropdown"])
def test_what_the_user_chooses_is_reported_and_what_is_shown_is_not(control: Any) -> None:
    source, tie = tied(control, 1)
    assert (control.value, source.reported) == (1, [])
    control.value = 3
    assert source.reported == [3]
    source.value = 2
    tie.show()
    assert (control.value, source.reported) == (2, [3])


@pytest.mark.parametrize("control", controls(), ids=["slider", "dropdown"])
def test_a_refused_value_is_taken_back_and_that_is_not_reported(control: Any) -> None:
    source, _ = tied(control, 2)
    control.value = -1
    assert (control.value, source.value, source.reported) == (2, 2, [-1])


@pytest.mark.parametrize("control", controls(), ids=["slider", "dropdown"])
def test_there_and_back_again_are_both_reported(control: Any) -> None:
    source, _ = tied(control, 1)
    control.value = 3
    control.value = 1
    assert (source.value, source.reported) == (1, [3, 1])


def test_what_is_offered_anew_is_nobodys_choice() -> None:
    _, dropdown = controls()
    source, tie = tied(dropdown, 2)
    tie.offer([("seven", 7), ("two", 2)])
    tie.offer([("seven", 7), ("eight", 8)])
    assert [value for _, value in dropdown.options] == [7, 8, 2]
    assert (dropdown.value, source.value, source.reported) == (2, 2, [])
