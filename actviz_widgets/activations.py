"""Activations of the pictures at hand, computed once and kept within a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

PictureT = TypeVar("PictureT")


@dataclass
class Seen(Generic[PictureT]):
    """What is kept of one picture that has gone through the model.

    Attributes:
        picture: The picture itself.
        predictions: What the model puts out for it, without batch axis.
        activations: By layer path, without batch axis.
        other_bytes: Size of all but the activations.
    """

    picture: PictureT
    predictions: np.ndarray | None
    activations: dict[str, np.ndarray]
    other_bytes: int = 0

    @property
    def nbytes(self) -> int:
        """Bytes that all of it takes."""
        return self.other_bytes + sum(array.nbytes for array in self.activations.values())


class Activations(Generic[PictureT]):
    """Activations by picture and layer: one forward pass per picture while they fit.

    The pictures looked at last are kept. Where the layers of a single picture are too large
    together, the one asked for and those that come after it are kept, as many as fit.

    Args:
        run: Runs the model on the picture of an index, and gives the activations of these layer
            paths.
        sizes: Bytes that each layer's activation is expected to take, by layer path, in the order
            in which the layers run; 0 where that is not known yet.
        memory_budget: Bytes that may be kept.
    """

    def __init__(
        self,
        run: Callable[[int, Sequence[str]], Seen[PictureT]],
        sizes: Mapping[str, int],
        memory_budget: int,
    ) -> None:
        self._run = run
        self._layer_paths = tuple(sizes)
        self._sizes = dict(sizes)
        self._memory_budget = memory_budget
        self._kept: OrderedDict[int, Seen[PictureT]] = OrderedDict()
        self.forward_passes = 0

    def get(self, picture: int, layer_path: str) -> Seen[PictureT]:
        """Gives what is known of a picture, the activation of `layer_path` included."""
        seen = self._kept.get(picture)
        if seen is None or layer_path not in seen.activations:
            seen = self._compute(picture, layer_path)
        self._kept[picture] = seen
        self._kept.move_to_end(picture)
        while len(self._kept) > 1 and self.nbytes > self._memory_budget:
            self._kept.popitem(last=False)
        return seen

    def kept(self, picture: int, layer_path: str) -> Seen[PictureT] | None:
        """Gives what is kept of a picture, if `layer_path` is, from any thread."""
        seen = self._kept.get(picture)
        return seen if seen is not None and layer_path in seen.activations else None

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        return sum(seen.nbytes for seen in self._kept.values())

    @property
    def is_whole(self) -> bool:
        """Whether the layers of one picture fit in the budget together."""
        return sum(self._sizes.values()) <= self._memory_budget

    def clear(self) -> None:
        """Lets go of everything kept."""
        self._kept.clear()

    def _compute(self, picture: int, layer_path: str) -> Seen[PictureT]:
        self._kept.pop(picture, None)
        self.forward_passes += 1
        seen = self._run(picture, self._paths_that_fit(layer_path))
        self._sizes.update({path: array.nbytes for path, array in seen.activations.items()})
        keep = set(self._paths_that_fit(layer_path))
        seen.activations = {path: array for path, array in seen.activations.items() if path in keep}
        return seen

    def _paths_that_fit(self, layer_path: str) -> list[str]:
        first = self._layer_paths.index(layer_path)
        in_turn = self._layer_paths[first:] + self._layer_paths[:first]
        chosen = [layer_path]
        room = self._memory_budget - self._sizes[layer_path]
        for path in in_turn[1:]:
            room -= self._sizes[path]
            if room < 0:
                break
            chosen.append(path)
        return chosen
