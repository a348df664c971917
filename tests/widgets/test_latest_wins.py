"""One run covers all that was asked for before it, and the last run shows the last state."""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from actviz_widgets.widgets import latest_wins, owner_thread
from actviz_widgets.widgets.latest_wins import LatestWins
from actviz_widgets.widgets.owner_thread import OwnerThread

from .threads import PATIENCE, in_a_loop, on_another_thread


async def settled(shown: list[int], last: int) -> None:
    """Lets the event loop run until `last` is shown, and all else that it has been handed."""
    while shown[-1:] != [last]:
        await asyncio.sleep(0)
    await handed_over()


async def handed_over() -> None:
    """Lets the event loop run what it has been handed by now."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


class Display:
    """Something to keep up to date: its action shows the state of the moment."""

    def __init__(self) -> None:
        self.state = 0
        self.shown: list[int] = []
        self.threads: set[int] = set()
        self.owner = OwnerThread()
        self.latest = LatestWins(self.show, self.owner)

    def show(self) -> None:
        self.shown.append(self.state)
        self.threads.add(threading.get_ident())

    def choose(self, state: int) -> None:
        self.state = state
        self.latest.request()

    def drag(self) -> None:
        for state in range(1, 51):
            self.choose(state)


# -------------------------------------------------------------------------- a script without a loop


def test_in_a_script_a_request_runs_at_once() -> None:
    display = Display()
    display.choose(1)
    assert display.shown == [1]
    display.choose(2)
    assert display.shown == [1, 2]


def test_in_a_script_what_another_thread_asks_for_waits_for_the_owner() -> None:
    display = Display()
    on_another_thread(display.drag)
    assert display.shown == []
    display.owner.catch_up()
    assert display.shown == [50]
    assert display.threads == {threading.get_ident()}


def test_in_a_script_the_owners_next_request_covers_those_of_other_threads() -> None:
    display = Display()
    on_another_thread(display.drag)
    display.choose(51)
    assert display.shown == [51]


def test_a_request_made_during_the_action_leads_to_another_run_in_a_script() -> None:
    shown: list[int] = []
    owner = OwnerThread()

    def show() -> None:
        shown.append(len(shown))
        if len(shown) < 3:
            latest.request()

    latest = LatestWins(show, owner)
    latest.request()
    assert shown == [0, 1, 2]


def test_other_threads_do_not_catch_up() -> None:
    display = Display()

    def ask() -> None:
        display.choose(1)
        display.owner.catch_up()

    on_another_thread(ask)
    assert display.shown == []


# -------------------------------------------------------------------------------------- with a loop


def test_fifty_requests_of_another_thread_are_one_run_of_the_last_state() -> None:
    async def scenario() -> None:
        display = Display()
        on_another_thread(display.drag)
        assert display.shown == []
        await settled(display.shown, 50)
        assert display.shown == [50]
        assert display.threads == {threading.get_ident()}

    in_a_loop(scenario())


def test_fifty_requests_of_the_owner_are_one_run_of_the_last_state() -> None:
    async def scenario() -> None:
        display = Display()
        display.drag()
        assert display.shown == []
        await settled(display.shown, 50)
        assert display.shown == [50]

    in_a_loop(scenario())


def test_requests_of_many_threads_at_once_all_run_on_the_owners() -> None:
    async def scenario() -> None:
        display = Display()
        await asyncio.gather(*(asyncio.to_thread(display.drag) for _ in range(8)))
        display.choose(99)
        await settled(display.shown, 99)
        assert display.shown[-1] == 99
        assert display.threads == {threading.get_ident()}

    in_a_loop(scenario())


def test_a_request_made_during_the_action_leads_to_another_run() -> None:
    async def scenario() -> None:
        shown: list[int] = []
        state = [1]

        def show() -> None:
            shown.append(state[0])
            if state[0] == 1:
                state[0] = 2
                on_another_thread(latest.request)

        latest = LatestWins(show, OwnerThread())
        latest.request()
        await settled(shown, 2)
        assert shown == [1, 2]

    in_a_loop(scenario())


def test_what_was_flushed_is_not_run_again() -> None:
    async def scenario() -> None:
        display = Display()
        display.choose(1)
        display.latest.flush()
        assert display.shown == [1]
        await handed_over()
        assert display.shown == [1]

    in_a_loop(scenario())


def test_nothing_is_flushed_that_was_not_asked_for() -> None:
    display = Display()
    display.latest.flush()
    assert display.shown == []


def test_a_request_that_was_cancelled_is_not_run_and_later_ones_are() -> None:
    async def scenario() -> None:
        display = Display()
        on_another_thread(lambda: display.choose(1))
        display.latest.cancel()
        await handed_over()
        assert display.shown == []
        on_another_thread(lambda: display.choose(2))
        await settled(display.shown, 2)
        assert display.shown == [2]

    in_a_loop(scenario())


def test_a_loop_newer_than_the_owner_is_used() -> None:
    display = Display()

    async def scenario() -> None:
        display.drag()
        assert display.shown == []
        await settled(display.shown, 50)
        assert display.shown == [50]

    in_a_loop(scenario())
    display.choose(51)
    assert display.shown == [50, 51]


def test_after_its_loop_has_ended_the_owner_runs_at_once_again() -> None:
    displays: list[Display] = []

    async def scenario() -> None:
        displays.append(Display())

    in_a_loop(scenario())
    (display,) = displays
    display.choose(1)
    assert display.shown == [1]
    on_another_thread(lambda: display.choose(2))
    display.owner.catch_up()
    assert display.shown == [1, 2]


def halting_at(step: int, halt: Callable[[], object]) -> Callable[..., Any]:
    """Gives a trace function that halts before the line of a request of this number in turn."""
    steps = itertools.count(1)

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        if frame.f_code.co_filename not in (latest_wins.__file__, owner_thread.__file__):
            return None
        if event == "line" and next(steps) == step:
            halt()
        return trace

    return trace


@pytest.mark.parametrize("step", range(1, 16))
def test_a_run_that_begins_in_the_middle_of_a_request_silences_none_after_it(step: int) -> None:
    display = Display()
    halted, go_on = threading.Event(), threading.Event()

    def halt() -> None:
        halted.set()
        # Where a lock is held here the owner waits for it, and this goes on by itself.
        go_on.wait(0.2)

    def second_request() -> None:
        sys.settrace(halting_at(step, halt))
        display.choose(2)
        sys.settrace(None)
        halted.set()

    on_another_thread(lambda: display.choose(1))
    second = threading.Thread(target=second_request, daemon=True)
    second.start()
    assert halted.wait(PATIENCE)
    display.owner.catch_up()
    go_on.set()
    second.join(PATIENCE)

    on_another_thread(lambda: display.choose(3))
    display.owner.catch_up()
    assert display.shown[-1] == 3
