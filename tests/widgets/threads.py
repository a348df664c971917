"""Work on other threads and in event loops, which none may hang in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

PATIENCE = 10
"""Seconds until a thread that should have answered counts as hung."""


def on_another_thread(work: Callable[[], object]) -> None:
    """Runs work on a thread of its own, to its end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def in_a_loop(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, PATIENCE))
