"""One redraw for many requests: one asked for and not begun covers all that are made meanwhile."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from .owner_thread import OwnerThread

_CALM = 0.1  # seconds without a run, after which a request is no part of a burst
_LONGEST_PAUSE = 0.002  # seconds in which the next message of a burst comes


class LatestWins:
    """Runs an action once for all the requests made before it begins.

    The first request after a calm is met at once. In a burst, as from a dragged slider, messages
    may still be queued in the kernel when the action could begin again: so it waits as long as
    newer requests keep coming, but no longer than it last took itself.

    Args:
        action: What to run; it reads the current state itself, so that the last run shows the last
            state. Errors are its own to handle.
        owner: The thread to run it on.
    """

    def __init__(self, action: Callable[[], object], owner: OwnerThread) -> None:
        self._action = action
        self._owner = owner
        self._lock = threading.Lock()
        self._requests = 0
        self._pending = False
        self._last_end = -math.inf
        self._last_duration = 0.0

    def request(self) -> None:
        """Asks for a run; returns at once, from any thread."""
        with self._lock:
            first = not self._pending
            self._pending = True
            self._requests += 1
        if first:
            self._owner.run_soon(self._begin)
        elif self._owner.is_current():
            self._owner.catch_up()
            if not self._owner.has_loop():
                # What was asked for in a loop that has ended would wait for ever.
                self.flush()

    def flush(self) -> None:
        """Runs the action now if it has been asked for. Call it on the owner's thread."""
        if not self._take():
            return
        start = time.monotonic()
        try:
            self._action()
        finally:
            self._last_end = time.monotonic()
            self._last_duration = self._last_end - start

    def cancel(self) -> None:
        """Forgets what has been asked for."""
        self._take()

    def _take(self) -> bool:
        # Taken before the action runs: a request made while it runs is for a newer state.
        with self._lock:
            taken, self._pending = self._pending, False
        return taken

    def _begin(self) -> None:
        now = time.monotonic()
        if now - self._last_end > max(_CALM, self._last_duration):
            self.flush()
        else:
            self._settle(self._requests - 1, now)

    def _settle(self, seen: int, since: float) -> None:
        if not self._pending:
            return
        waited = time.monotonic() - since
        if self._requests == seen or waited >= self._last_duration:
            self.flush()
        else:
            seen = self._requests
            pause = min(self._last_duration / 4, _LONGEST_PAUSE)
            self._owner.run_later(pause, lambda: self._settle(seen, since))
