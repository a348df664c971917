"""What is handed to the owner's thread runs there, in its order, and gives back what it gives."""

from __future__ import annotations

import asyncio
import threading

import pytest

from actviz_widgets.widgets.owner_thread import OwnerThread

from .threads import in_a_loop, on_another_thread


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
