"""The widgets that a user works with: which messages they take in, and on which thread."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from actviz_widgets.widgets import own_thread
from actviz_widgets.widgets.own_thread import Dropdown, OwnThreadMessages, Slider, close_all
from actviz_widgets.widgets.owner_thread import OwnerThread

from .threads import on_another_thread

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def receive(
    control: Any, seconds: float | None = None, session: str = "a", **state: object
) -> None:
    """Has a control handle a message of the browser, sent some seconds after noon."""
    header = {"session": session}
    if seconds is not None:
        header["date"] = NOON + timedelta(seconds=seconds)  # type: ignore[assignment]
    data = {"method": "update", "state": state, "buffer_paths": []}
    control._handle_msg({"header": header, "content": {"data": data}, "buffers": []})


@pytest.fixture
def slider() -> Slider:
    return Slider(max=99, owner=OwnerThread())


def dropdown() -> Dropdown:
    return Dropdown(options=[("a", 1), ("b", 2), ("c", 3)], owner=OwnerThread())


def test_the_private_names_of_ipywidgets_that_it_uses_are_there() -> None:
    assert callable(ipywidgets.Widget._handle_msg)


def own_widgets() -> list[type]:
    return [
        kind
        for kind in vars(own_thread).values()
        if isinstance(kind, type)
        and issubclass(kind, OwnThreadMessages)
        and kind is not OwnThreadMessages
    ]


@pytest.mark.parametrize("kind", own_widgets())
def test_messages_of_another_thread_wait_for_the_owner(kind: type) -> None:
    owner = OwnerThread()
    control = kind(owner=owner)
    threads: list[threading.Thread] = []
    control.observe(lambda _: threads.append(threading.current_thread()), "disabled")
    on_another_thread(lambda: receive(control, disabled=True))
    assert threads == []
    owner.catch_up()
    assert threads == [threading.current_thread()]


@pytest.mark.parametrize("kind", own_widgets())
def test_the_page_takes_each_for_what_it_is_of_ipywidgets(kind: Any) -> None:
    control = kind(owner=OwnerThread())
    theirs = kind.__mro__[2]
    assert theirs.__module__.startswith("ipywidgets")
    assert control._model_name == theirs._model_name.default_value
    assert control._view_name == theirs._view_name.default_value


def test_what_a_message_sets_is_known_to_be_an_answer_to_it(slider: Slider) -> None:
    answers: list[bool] = []
    slider.observe(lambda _: answers.append(slider._owner.answers_a_message), "value")
    receive(slider, value=5)
    slider.value = 6
    assert answers == [True, False]


def test_a_value_is_passed_over_when_a_later_one_was_set(slider: Slider) -> None:
    receive(slider, 2, value=20)
    receive(slider, 1, value=10)
    assert slider.value == 20
    receive(slider, 3, value=30)
    assert slider.value == 30


def test_what_no_later_message_has_set_is_taken_from_an_overtaken_one(slider: Slider) -> None:
    receive(slider, 2, value=20)
    receive(slider, 1, value=10, disabled=True)
    assert (slider.value, slider.disabled) == (20, True)


def test_each_sender_has_its_own_order(slider: Slider) -> None:
    receive(slider, 2, session="a", value=20)
    receive(slider, 1, session="b", value=10)
    assert slider.value == 10


def test_a_clock_that_was_set_back_silences_nobody(slider: Slider) -> None:
    receive(slider, 3600, value=20)
    receive(slider, 1, value=10)
    receive(slider, value=11)
    assert slider.value == 11


def test_what_is_offered_anew_is_never_chosen_in_between() -> None:
    control, seen = dropdown(), []
    control.value = 2
    control.observe(lambda change: seen.append(change["new"]), "value")
    control.offer([("x", 5), ("b", 2)], 2)
    assert [value for value in seen if value is not None] == [2]
    assert (control.value, control.label, control.index) == (2, "b", 1)


def test_what_is_offered_anew_reaches_the_page_in_one_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    control, sent = dropdown(), []
    control.value = 3
    monkeypatch.setattr(control, "send_state", lambda key: sent.append(control.get_state(key)))
    control.offer([("x", 5), ("y", 6), ("c", 3)], 3)
    assert [state for state in sent if state] == [{"_options_labels": ("x", "y", "c"), "index": 2}]
    sent.clear()
    control.offer(control.options, 3)
    assert [state for state in sent if state] == []


def test_a_value_that_is_not_offered_becomes_an_entry() -> None:
    control = dropdown()
    control.offer(control.options, 9)
    assert control.value == 9
    assert control.options == (("a", 1), ("b", 2), ("c", 3), ("9", 9))


def test_freed_widgets_leave_nothing_behind() -> None:
    before = set(_instances)
    closed = [kind(owner=OwnerThread()) for kind in own_widgets()]
    assert set(_instances) != before
    close_all(closed)
    close_all(closed)
    assert set(_instances) == before


def test_what_a_broken_page_sets_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = OwnerThread()
    chosen = Dropdown(options=[("a", 1), ("b", 2), ("c", 3)], value=2, owner=owner)
    slider = Slider(min=0, max=9, value=4, owner=owner)
    told: list[object] = []
    for control in (chosen, slider):
        monkeypatch.setattr(control, "send_state", lambda key=None: told.append(key))
    for control, state in (
        (chosen, {"index": None}),
        (chosen, {"index": 17}),
        (chosen, {"index": -1}),
        (chosen, {"index": "a"}),
        (chosen, None),
        (slider, {"value": None}),
        (slider, {"value": "4"}),
        (slider, [5]),
    ):
        data = {"method": "update", "state": state}
        control._handle_msg({"content": {"data": data}, "buffers": []})
        assert (chosen.value, slider.value) == (2, 4), state
    assert told == ["index", ["index"], ["index"], ["index"], ["value"]]
