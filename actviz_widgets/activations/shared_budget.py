"""One memory for all explorers that are open: the largest of their budgets holds for all together.

A notebook keeps every explorer that a cell has made, and a cell is run again and again.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from typing import Protocol


class Keeps(Protocol):
    """What keeps arrays that can be computed again."""

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""

    def clear(self) -> None:
        """Lets go of them."""


class Shows(Protocol):
    """What shows such arrays, and holds some of them."""

    def give_up(self) -> None:
        """Lets go of them, and has the share clear the rest."""


class Share:
    """What one explorer keeps, beside the others.

    Args:
        budget: Bytes that it may keep by itself.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._kept: weakref.WeakSet[Keeps] = weakref.WeakSet()
        self._last_look = next(_looks)
        self._shows: weakref.ref[Shows] | None = None
        with _lock:
            _open.add(self)

    def add(self, keeps: Keeps) -> None:
        """Counts what something keeps among this explorer's."""
        self._kept.add(keeps)

    def on_give_up(self, shows: Shows) -> None:
        """Has what shows the arrays call `clear` by itself, where others need the room."""
        self._shows = weakref.ref(shows)

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        return sum(keeps.nbytes for keeps in list(self._kept))

    def clear(self) -> None:
        """Lets go of all that is kept; what is looked at again is computed again."""
        for keeps in list(self._kept):
            keeps.clear()

    def give_up(self) -> None:
        """Lets go of it, by way of what shows it."""
        shows = None if self._shows is None else self._shows()
        if shows is None:
            self.clear()
        else:
            shows.give_up()

    def look(self) -> None:
        """Notes that this explorer is the one looked at last."""
        self._last_look = next(_looks)

    def make_room(self) -> None:
        """Has the explorers that were looked at longest ago give up, if all keep too much."""
        with _lock:
            by_age = sorted(_open, key=lambda share: share._last_look)
        most = max(share.budget for share in by_age)
        sizes = [(share, share.nbytes) for share in by_age]
        total = sum(size for _, size in sizes)
        for share, size in sizes:
            if total <= most:
                return
            if share is not self and size:
                share.give_up()
                total -= size


_looks = itertools.count()
_lock = threading.Lock()
_open: weakref.WeakSet[Share] = weakref.WeakSet()
