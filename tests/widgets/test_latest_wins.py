from __future__ import annotations

import asyncio
import itertools
import sys
import threading
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any

import pytest

from actviz_widgets.widgets import latest_wins
from actviz_widgets.widgets.latest_wins import LatestWins, OwnerThread

PATIENCE = 10
"""Seconds until a thread that should have answered counts as hung."""


def on_another_thread(work: Callable[[], object]) -> None:
    """Runs work on a thread of its own, to its end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


async def settled(shown: list[int], last: int) -> None:
    """Lets the event loop run until `last` is shown, and all else that it has been handed."""
    while shown[-1:] != [last]:
        await asyncio.sleep(0)
    await handed_over()


async def handed_over() -> None:
    """Lets the event loop run what it has been handed by now."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def in_a_loop(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, PATIENCE))


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


def test_callbacks_of_other_threads_run_in_the_order_they_came_in() -> None:
    owner, ran = OwnerThread(), []
    on_another_thread(lambda: [owner.run(lambda n=n: ran.append(n)) for n in range(5)])
    assert ran == []
    owner.catch_up()
    assert ran == [0, 1, 2, 3, 4]


def test_the_owner_runs_a_callback_at_once() -> None:
    owner, ran = OwnerThread(), []
    owner.run(lambda: ran.append(threading.get_ident()))
    assert ran == [threading.get_ident()]


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
    """Gives a trace function that halts before the line of `latest_wins` of this number in turn."""
    steps = itertools.count(1)

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        if frame.f_code.co_filename != latest_wins.__file__:
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


# -------------------------------------------------------------------------------------------- call


def test_a_call_from_another_thread_is_made_on_the_owners_and_gives_its_result() -> None:
    async def scenario() -> None:
        owner = OwnerThread()
        called_on = await asyncio.to_thread(owner.call, threading.get_ident)
        assert called_on == threading.get_ident()

    in_a_loop(scenario())


def test_a_call_from_another_thread_raises_there_what_it_raised_on_the_owners() -> None:
    async def scenario() -> None:
        owner = OwnerThread()
        error = ValueError("no such layer")

        def fail() -> None:
            raise error

        with pytest.raises(ValueError, match="no such layer") as info:
            await asyncio.to_thread(owner.call, fail)
        assert info.value is error

    in_a_loop(scenario())


def test_a_call_of_the_owner_is_made_at_once() -> None:
    async def scenario() -> None:
        assert OwnerThread().call(threading.get_ident) == threading.get_ident()

    in_a_loop(scenario())
    owner = OwnerThread()
    assert owner.call(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        owner.call(lambda: 1 // 0)


def test_where_the_owner_has_no_loop_a_call_does_not_wait_for_it() -> None:
    owner, results = OwnerThread(), []
    on_another_thread(lambda: results.append(owner.call(lambda: 7)))
    assert results == [7]


def test_each_thread_owns_what_is_made_on_it() -> None:
    owner, answers = OwnerThread(), []
    on_another_thread(lambda: answers.append(owner.is_current()))
    assert owner.is_current()
    assert answers == [False]


def test_what_was_made_on_a_thread_that_has_ended_belongs_to_who_asks_next() -> None:
    owners: list[OwnerThread] = []
    on_another_thread(lambda: owners.append(OwnerThread()))
    assert owners[0].is_current()
