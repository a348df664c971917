"""The thread that owns the figure, as the place to run things.

JupyterLab delivers widget messages on threads of their own (kernel subshells), and matplotlib is
not made for that: two threads in one figure end in blank canvases. So the thread that builds an
explorer owns it, and what arrives elsewhere is handed to the owner's event loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")

_PATIENCE = 30  # seconds that another thread waits for the owner's


class OwnerThread:
    """The thread that creates this object, as the place to run things.

    In a notebook that thread has an event loop, which runs what other threads hand over as soon as
    the cell at work has ended. In a plain script it has none: there, what other threads hand over
    waits until the owner's thread next calls `catch_up`.
    """

    def __init__(self) -> None:
        self._thread = threading.current_thread()
        self._loop = _running_loop()
        self._waiting: deque[Callable[[], object]] = deque()
        self.answers_a_message = False

    def is_current(self) -> bool:
        """Whether the caller is on the owner's thread."""
        if not self._thread.is_alive():
            # Nobody is left to hand things to: who asks is the owner from now on.
            self._thread = threading.current_thread()
        return threading.current_thread() is self._thread

    def has_loop(self) -> bool:
        """Whether the owner's thread has a running event loop."""
        return self._live_loop() is not None

    @contextmanager
    def handling_a_message(self) -> Iterator[None]:
        """Marks what runs in the block as the answer to a message from the browser."""
        before, self.answers_a_message = self.answers_a_message, True
        try:
            yield
        finally:
            self.answers_a_message = before

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

    def run_later(self, seconds: float, callback: Callable[[], object]) -> None:
        """Runs `callback` after a while; at once if there is no event loop. For its own thread."""
        loop = self._live_loop()
        if loop is None:
            callback()
        else:
            loop.call_later(seconds, callback)

    def call(self, function: Callable[[], Result]) -> Result:
        """Calls `function` on the owner's thread, waits, and gives what it returns or raises.

        Where the owner's thread has no event loop, nothing would ever wake it: the caller's own
        thread does the work.

        Raises:
            TimeoutError: If the owner's thread stays busy, as it does when it waits for the caller.
        """
        loop = self._live_loop()
        if self.is_current() or loop is None:
            return function()
        outcome: Future[Result] = Future()

        def work() -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            try:
                outcome.set_result(function())
            except BaseException as error:
                outcome.set_exception(error)

        loop.call_soon_threadsafe(work)
        try:
            return outcome.result(_PATIENCE)
        except TimeoutError:
            outcome.cancel()
            raise TimeoutError(
                f"The thread that built this explorer has been busy for {_PATIENCE} s, and what "
                "was asked for is its work. Ask again when its cell has ended, or ask there."
            ) from None

    def catch_up(self) -> None:
        """Runs what other threads left waiting, if this is the owner's thread."""
        while self.is_current() and self._waiting:
            self._waiting.popleft()()

    def _live_loop(self) -> asyncio.AbstractEventLoop | None:
        # An explorer made in a script can be used from `asyncio.run` later, in a loop newer than
        # itself.
        loop = (_running_loop() or self._loop) if self.is_current() else self._loop
        return loop if loop is not None and loop.is_running() else None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
