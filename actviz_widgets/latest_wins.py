"""One redraw for many requests, on the thread that owns the figure.

JupyterLab delivers widget messages on threads of their own (kernel subshells), and matplotlib is
not made for that: two threads in one figure end in blank canvases. So the thread that builds an
explorer owns it. What arrives elsewhere is handed to the owner's event loop, and a redraw that has
been asked for but not begun covers every request made meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


class OwnerThread:
    """The thread that creates this object, as the place to run things.

    In a notebook that thread has an event loop, which runs what other threads hand over as soon as
    the cell at work has ended. In a plain script it has none: there, what other threads hand over
    waits until the owner's thread next calls `catch_up`.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._loop = _running_loop()
        self._waiting: deque[Callable[[], object]] = deque()

    def is_current(self) -> bool:
        """Whether the caller is on the owner's thread."""
        return threading.get_ident() == self._thread

    def run(self, callback: Callable[[], object]) -> None:
        """Runs `callback` at once if this is the owner's thread, else as soon as that is free."""
        if self.is_current():
            callback()
        else:
            self.run_soon(callback)

    def run_soon(self, callback: Callable[[], object]) -> None:
        """Runs `callback` after what the owner's thread is doing now.

        Without an event loop that is at once on the owner's thread, and at its next `catch_up`
        when another thread asks.
        """
        loop = self._live_loop()
        if loop is not None:
            loop.call_soon_threadsafe(callback)
        elif self.is_current():
            self.catch_up()
            callback()
        else:
            self._waiting.append(callback)

    def call(self, function: Callable[[], Result]) -> Result:
        """Calls `function` on the owner's thread, waits, and gives what it returns or raises.

        Where the owner's thread has no event loop, nothing would ever wake it: the caller's own
        thread does the work.
        """
        loop = self._live_loop()
        if self.is_current() or loop is None:
            return function()
        outcome: Future[Result] = Future()

        def work() -> None:
            try:
                outcome.set_result(function())
            except BaseException as error:
                outcome.set_exception(error)

        loop.call_soon_threadsafe(work)
        return outcome.result()

    def catch_up(self) -> None:
        """Runs what other threads left waiting, if this is the owner's thread."""
        while self.is_current() and self._waiting:
            self._waiting.popleft()()

    def _live_loop(self) -> asyncio.AbstractEventLoop | None:
        # An explorer made in a script can be used from `asyncio.run` later, in a loop newer than
        # itself.
        loop = (_running_loop() or self._loop) if self.is_current() else self._loop
        return loop if loop is not None and loop.is_running() else None


class LatestWins:
    """Runs an action once for all the requests made before it begins.

    Args:
        action: What to run; it reads the current state itself, so that the last run shows the last
            state. Errors are its own to handle.
        owner: The thread to run it on.
    """

    def __init__(self, action: Callable[[], object], owner: OwnerThread) -> None:
        self._action = action
        self._owner = owner
        self._pending = threading.Event()

    def request(self) -> None:
        """Asks for a run; returns at once, from any thread."""
        waiting = self._pending.is_set()
        self._pending.set()
        if not waiting or self._owner.is_current():
            self._owner.run_soon(self.flush)

    def flush(self) -> None:
        """Runs the action now if it has been asked for. Call it on the owner's thread."""
        if self._pending.is_set():
            # Cleared first: a request made while the action runs is for a newer state.
            self._pending.clear()
            self._action()

    def cancel(self) -> None:
        """Forgets what has been asked for."""
        self._pending.clear()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
