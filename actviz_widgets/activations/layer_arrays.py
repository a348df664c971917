"""What the layers put out for one picture, by path; each becomes an array when it is looked at.

A pass of hundreds of layers gives as many tensors, and of most of them nobody ever looks at more
than their size.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Unmade:
    """An array that is not made yet.

    Attributes:
        make: Makes it.
        nbytes: Bytes that it will take.
    """

    make: Callable[[], np.ndarray]
    nbytes: int


class LayerArrays(Mapping[str, np.ndarray]):
    """Arrays by layer path.

    Args:
        arrays: The arrays, or what makes them.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray | Unmade]) -> None:
        given = arrays._arrays if isinstance(arrays, LayerArrays) else arrays
        self._arrays: dict[str, np.ndarray | Unmade] = dict(given)

    def __getitem__(self, path: str) -> np.ndarray:
        array = self._arrays[path]
        if isinstance(array, Unmade):
            # Two threads at once make it twice, of the same values.
            array = self._arrays[path] = array.make()
        return array

    def __contains__(self, path: object) -> bool:
        return path in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes that each array takes, made or not."""
        return {path: array.nbytes for path, array in self._arrays.items()}

    @property
    def nbytes(self) -> int:
        """Bytes that all of them take, made or not."""
        return sum(array.nbytes for array in self._arrays.values())

    def of(self, paths: Collection[str]) -> LayerArrays:
        """Gives those of some paths, as far as they are there, in the order of these paths."""
        there = self._arrays
        return LayerArrays({path: there[path] for path in paths if path in there})

    def joined(self, others: LayerArrays) -> LayerArrays:
        """Gives these along with others, which count where both have a path."""
        return LayerArrays({**self._arrays, **others._arrays})
