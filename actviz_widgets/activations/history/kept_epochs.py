"""What is kept of each epoch of a training, thinned out evenly when it would take too much."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class HasSize(Protocol):
    """Anything that says how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes that all of it takes."""


EntryT = TypeVar("EntryT", bound=HasSize)


class KeptEpochs(Generic[EntryT]):
    """One entry per epoch, within a number of bytes.

    Kept are every n-th epoch, the first and the newest. When a new one does not fit, n is doubled
    until it does, so that what is left is spread evenly over the training.

    Args:
        every: n to begin with.
        most_bytes: Bytes that all entries may take.
    """

    def __init__(self, every: int, most_bytes: int) -> None:
        self.every = every
        self._most_bytes = most_bytes
        self._entries: dict[int, EntryT] = {}
        self.epoch_count = 0

    @property
    def entries(self) -> dict[int, EntryT]:
        """What is kept now, by epoch, in their order."""
        return dict(self._entries)

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        return sum(entry.nbytes for entry in self._entries.values())

    @property
    def newest_bytes(self) -> int:
        """Bytes that the newest entry takes; 0 if there is none."""
        return self._entries[max(self._entries)].nbytes if self._entries else 0

    def make_room(self, size: int) -> bool:
        """Thins out what is kept, until an entry of `size` bytes fits beside it.

        Returns:
            Whether it does: the first epoch always stays.
        """
        self._keep_every_nth()
        while self.nbytes + size > self._most_bytes and len(self._entries) > 1:
            self.every *= 2
            self._keep_every_nth()
        return self.nbytes + size <= self._most_bytes

    def add(self, epoch: int, entry: EntryT) -> None:
        """Keeps the entry of an epoch later than all before, if there is room for it."""
        self.epoch_count += 1
        if self.make_room(entry.nbytes):
            self._entries[epoch] = entry

    def in_words(self) -> str:
        """Says how many epochs are left out, and which ones; empty if none."""
        kept, count = len(self._entries), self.epoch_count
        if kept == count:
            return ""
        which = f"every {_ordinal(self.every)}, the first and the newest"
        return f"Kept are {kept} of {count} epochs: {which}."

    def _keep_every_nth(self) -> None:
        first = min(self._entries, default=0)
        for epoch in [epoch for epoch in self._entries if epoch % self.every]:
            if epoch != first:
                del self._entries[epoch]


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
