"""Activations of the pictures at hand, computed once and kept within a number of bytes."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np

from .layer_arrays import LayerArrays
from .shared_budget import Share

MEMORY_BUDGET = 256 * 2**20
"""Bytes that are kept unless told otherwise; a Binder session has 2 GB in all."""

PictureT = TypeVar("PictureT")

Fit = Callable[[Mapping[str, int], int], tuple[str, ...]]
"""Chooses the layers to keep, of the bytes that each takes and those that the picture takes."""


@dataclass(frozen=True)
class KeptPass(Generic[PictureT]):
    """What is kept of one picture that has gone through the model.

    Attributes:
        picture: The picture itself.
        predictions: What the model puts out for it, without batch axis; of several outputs all, in
            their structure. `None` if that takes more than may be kept.
        activations: By layer path, without batch axis.
        sizes: Bytes that the activation of each layer takes, by layer path, whether it is kept or
            not; 0 where that is not known.
        other_bytes: Size of all but the activations.
        not_called: Paths of layers that were asked for, and that the model did not call for it.
    """

    picture: PictureT
    predictions: Any
    activations: Mapping[str, np.ndarray]
    sizes: Mapping[str, int] = field(default_factory=dict)
    other_bytes: int = 0
    not_called: frozenset[str] = frozenset()

    @property
    def nbytes(self) -> int:
        """Bytes that all of it takes."""
        return self.other_bytes + self.arrays.nbytes

    @property
    def arrays(self) -> LayerArrays:
        """The activations, whose sizes are known without looking at them."""
        given = self.activations
        return given if isinstance(given, LayerArrays) else LayerArrays(given)


class Activations(Generic[PictureT]):
    """Activations by picture and layer: one forward pass per picture while they fit.

    Where the layers of a single picture are too large together, they fall into parts, each of
    layers that run one after the other, and a part is computed when one of its layers is asked for.
    The parts looked at last are kept.

    Args:
        run: Loads the picture of an index, asks which of its layers to keep, and runs the model.
        memory_budget: Bytes that may be kept.
        share: What the explorer keeps beside others. Defaults to `None`: there is none.
    """

    def __init__(
        self,
        run: Callable[[int, Fit], KeptPass[PictureT]],
        memory_budget: int,
        share: Share | None = None,
    ) -> None:
        self._share = Share(memory_budget) if share is None else share
        self._share.add(self)
        self._run = run
        self.memory_budget = memory_budget
        self._kept: dict[int, KeptPass[PictureT]] = {}
        self._parts: OrderedDict[tuple[int, tuple[str, ...]], None] = OrderedDict()
        self.forward_passes = 0

    def get(self, picture: int, layer_path: str) -> KeptPass[PictureT]:
        """Gives what is known of a picture.

        The activation of `layer_path` is among it, unless it is larger than the budget by itself,
        or the model did not call that layer.
        """
        self._share.look()
        kept_pass = self._kept.get(picture)
        if kept_pass is None or not self._is_known(kept_pass, layer_path):
            kept_pass = self._compute(picture, layer_path)
            self._share.make_room()
        for key in [key for key in self._parts if key[0] == picture and layer_path in key[1]]:
            self._parts.move_to_end(key)
        return kept_pass

    def kept(self, picture: int, layer_path: str) -> KeptPass[PictureT] | None:
        """Gives what is kept of a picture, if `layer_path` is, from any thread."""
        kept_pass = self._kept.get(picture)
        return kept_pass if kept_pass is not None and layer_path in kept_pass.activations else None

    def pictures_with(self, layer_path: str) -> tuple[int, ...]:
        """Gives the pictures of which the activation of a layer is kept."""
        kept = list(self._kept.items())
        return tuple(picture for picture, kept_pass in kept if layer_path in kept_pass.activations)

    def glance(self, picture: int, layer_path: str) -> KeptPass[PictureT] | None:
        """Gives what is known of a picture, `layer_path` included, and lets go of nothing for it.

        A pass for it keeps all layers where they fit beside what is kept, and then what is kept is
        let go of before anything that was looked at. Where they do not, what is given has this
        layer alone, and is not kept.

        Returns:
            `None` if the activation is larger than the budget by itself. The model may still not
            have called the layer.
        """
        kept_pass = self._kept.get(picture)
        if kept_pass is not None and self._is_known(kept_pass, layer_path):
            return None if self.is_too_large(kept_pass, layer_path) else kept_pass
        is_whole = False

        def fit(sizes: Mapping[str, int], other_bytes: int) -> tuple[str, ...]:
            nonlocal is_whole
            if sizes.get(layer_path, 0) > self.memory_budget:
                raise _TooLargeError
            is_whole = picture not in self._kept and self._fits(sum(sizes.values()) + other_bytes)
            self.forward_passes += 1
            return tuple(sizes) if is_whole else (layer_path,)

        try:
            new = self._run(picture, fit)
        except _TooLargeError:
            return None
        new = replace(new, sizes={**new.sizes, **new.arrays.sizes})
        if self.is_too_large(new, layer_path):
            return None
        if is_whole and self._fits(new.nbytes):
            self._kept[picture] = new
            key = picture, tuple(new.sizes)
            self._parts[key] = None
            self._parts.move_to_end(key, last=False)
            self._share.make_room()
        return new

    def is_too_large(self, kept_pass: KeptPass[PictureT], layer_path: str) -> bool:
        """Whether one layer's activation alone takes more than may be kept."""
        return kept_pass.sizes.get(layer_path, 0) > self.memory_budget

    def part_count(self, kept_pass: KeptPass[PictureT]) -> int:
        """Counts the passes that all layers of a picture take."""
        return len(self._split(kept_pass.sizes, self._room_beside(kept_pass.other_bytes)))

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        return sum(kept_pass.nbytes for kept_pass in self._kept.values())

    def clear(self) -> None:
        """Lets go of everything kept."""
        self._kept.clear()
        self._parts.clear()

    def _is_known(self, kept_pass: KeptPass[PictureT], layer_path: str) -> bool:
        return (
            layer_path in kept_pass.activations
            or layer_path in kept_pass.not_called
            or self.is_too_large(kept_pass, layer_path)
        )

    def _fits(self, size: int) -> bool:
        return self.nbytes + size <= self.memory_budget

    def _compute(self, picture: int, layer_path: str) -> KeptPass[PictureT]:
        self.forward_passes += 1
        part: tuple[str, ...] = ()

        def fit(sizes: Mapping[str, int], other_bytes: int) -> tuple[str, ...]:
            nonlocal part
            parts = self._split(sizes, self._room_beside(other_bytes))
            part = next((part for part in parts if layer_path in part), ())
            self._make_room(sum(sizes[path] for path in part) + other_bytes)
            return part

        new = self._run(picture, fit)
        actual = new.arrays.sizes
        before = self._kept.get(picture)
        # What a pass has shown of a size that was not known holds for the next one too.
        shown = (
            {} if before is None else {path: size for path, size in before.sizes.items() if size}
        )
        sizes = {**new.sizes, **shown, **actual}
        room = self._room_beside(new.other_bytes)
        if sum(actual.values()) > room:
            # Larger than was known beforehand.
            part = next((part for part in self._split(sizes, room) if layer_path in part), ())
        keep = new.arrays.of(part)
        self._make_room(keep.nbytes + new.other_bytes)
        before = self._kept.get(picture)
        merged, not_called = keep, new.not_called
        if before is not None:
            merged = before.arrays.joined(keep)
            not_called = before.not_called | new.not_called
        kept_pass = replace(new, activations=merged, sizes=sizes, not_called=not_called)
        self._kept[picture] = kept_pass
        self._parts[picture, part] = None
        return kept_pass

    def _room_beside(self, other_bytes: int) -> int:
        return max(self.memory_budget - other_bytes, 0)

    def _split(self, sizes: Mapping[str, int], room: int) -> list[tuple[str, ...]]:
        if sum(sizes.values()) <= room:
            return [tuple(sizes)]
        parts: list[list[str]] = []
        left = 0
        for path, size in sizes.items():
            if size > self.memory_budget:
                continue
            if not parts or size > left:
                parts.append([])
                # Half the budget, so that the same layers of two pictures fit side by side.
                left = room // 2
            parts[-1].append(path)
            left -= size
        return [tuple(part) for part in parts]

    def _make_room(self, size: int) -> None:
        while self._parts and self.nbytes + size > self.memory_budget:
            (picture, _), _ = self._parts.popitem(last=False)
            kept_pass = self._kept[picture]
            rest = [paths for index, paths in self._parts if index == picture]
            if not rest:
                del self._kept[picture]
                continue
            left = {path for paths in rest for path in paths}
            kept = kept_pass.arrays.of([path for path in kept_pass.activations if path in left])
            self._kept[picture] = replace(kept_pass, activations=kept)


class _TooLargeError(Exception):
    """Ends a pass before it begins, for a layer that could not be kept."""


def checked_budget(memory_budget: Any) -> int:
    """Gives a number of bytes that a user asked for as an int.

    Raises:
        TypeError: If it is no whole number.
        ValueError: If it is less than 1.
    """
    try:
        if isinstance(memory_budget, bool):
            raise TypeError
        size = operator.index(memory_budget)
    except TypeError:
        raise TypeError(
            f"memory_budget is {memory_budget!r}; a number of bytes is wanted, such as 2**28."
        ) from None
    if size < 1:
        raise ValueError(f"memory_budget is {size} bytes; 1 or more is wanted.")
    return size
