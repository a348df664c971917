"""What was used last, kept up to a number of entries or of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


def _one(_: Any) -> int:
    return 1


class BoundedCache(Generic[KeyT, ValueT]):
    """Keeps the values that were used last, and lets go of the others.

    What was put in last always stays, also where it is larger than all that may be kept.

    Args:
        most: How much may be kept: a number of values, or of what `size_of` counts.
        size_of: Gives what a value takes now, such as its bytes. Defaults to 1 for each.
    """

    def __init__(self, most: int, size_of: Callable[[ValueT], int] = _one) -> None:
        self._most = most
        self._size_of = size_of
        self._values: OrderedDict[KeyT, ValueT] = OrderedDict()

    def __contains__(self, key: KeyT) -> bool:
        return key in self._values

    @property
    def size(self) -> int:
        """How much is kept now, counted as `most` is."""
        return sum(map(self._size_of, self._values.values()))

    def get(self, key: KeyT) -> ValueT | None:
        """Gives the value of a key, as the one that was used last; `None` if it is not kept."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def peek(self, key: KeyT) -> ValueT | None:
        """Gives the value of a key as `get` does, and leaves it as old as it is."""
        return self._values.get(key)

    def put(self, key: KeyT, value: ValueT) -> None:
        """Keeps a value as the one that was used last, in place of the key's value before."""
        self._values.pop(key, None)
        size = self._size_of(value)
        while self._values and self.size + size > self._most:
            self._values.popitem(last=False)
        self._values[key] = value

    def clear(self) -> None:
        """Lets go of everything kept."""
        self._values.clear()
