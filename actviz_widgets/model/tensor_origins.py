"""Which axes of a tensor stand for the places of a picture, followed from layer to layer.

A tensor is known by being the very same object that a layer put out. What is made of it in between,
within a layer written by hand, is not seen; then nothing is known of it, which is not the same as
knowing that its rows are no places.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import keras
import numpy as np

from ..feature_maps.layer_role import USUAL_EXTRAS

Shape = tuple[int | None, ...]
Grid = tuple[int, int]

_ORDERED = frozenset({"Permute", "Transpose", "Swapaxes", "Moveaxis"})
_RESHAPED = frozenset({"Reshape", "Squeeze", "ExpandDims"})
_MIXED = frozenset({"Dot", "Einsum", "Matmul", "Tensordot", "Embedding", "RepeatVector"})


@dataclass(frozen=True)
class Origin:
    """What is known of the axes of a tensor, the batch axis left out.

    Attributes:
        form: `maps`: the first two axes, or the two behind the channels, are a grid of places.
            `rows`: the first axis is, row by row; `columns`: the second of two is. `heads`: the
            first is, or may be, and behind it are heads and their size. `none`: none is.
        shape: The tensor's.
        grid: Height and width of the grid; `None` where they are open, or not known.
        channels_first: Whether the channels stand before the grid.
        extra: Rows before those of the grid.
    """

    form: Literal["maps", "rows", "columns", "heads", "none"]
    shape: Shape
    grid: Grid | None = None
    channels_first: bool = False
    extra: int = 0


class Origins:
    """The origins of the tensors of one run, which are not kept alive for it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Callable[[], Any], Origin]] = {}

    def of(self, tensor: Any) -> Origin | None:
        """Gives what is known of a tensor; `None` if it was never seen."""
        reference, origin = self._known.get(id(tensor), (None, None))
        return origin if reference is not None and reference() is tensor else None

    def note(self, tensor: Any, origin: Origin | None) -> None:
        """Writes down what is known of a tensor."""
        if tensor is None or origin is None:
            return
        try:
            reference: Callable[[], Any] = weakref.ref(tensor)
        except TypeError:  # a symbol, which takes no memory
            reference = lambda: tensor  # noqa: E731
        self._known[id(tensor)] = reference, origin

    def of_all(self, arguments: Sequence[Any]) -> list[Origin]:
        """Gives what is known of the tensors among the arguments of a call, in their order."""
        found = [self.of(leaf) for leaf in keras.tree.flatten(list(arguments))]
        return [origin for origin in found if origin is not None]


def tensors_in(arguments: Sequence[Any]) -> list[Any]:
    """Gives the tensors among the arguments of a call, in their order."""
    return [leaf for leaf in keras.tree.flatten(list(arguments)) if hasattr(leaf, "shape")]


def matched_rows(count: int | None, grid: Grid | None) -> bool:
    """Whether so many rows are the places of a grid, and as many more as there usually are."""
    return (
        count is not None
        and grid is not None
        and math.prod(grid) > 1
        and count - math.prod(grid) in USUAL_EXTRAS
    )


def origin_through(
    layer: Any, names: frozenset[str], given: Sequence[Origin], shape: Shape, *, is_own: bool
) -> Origin | None:
    """Gives the origin of what a layer, or an operation, makes of the tensors it was given.

    Args:
        layer: The layer or operation.
        names: Of its class and base classes.
        given: The origins of what it was called with.
        shape: Of what it puts out, without the batch axis.
        is_own: Whether it computes what its class in Keras does, and no class of the user's.

    Returns:
        `None` where that is not known: nothing is known of what it was given, or the layer may have
        done anything.
    """
    if not given:
        return None
    none = Origin("none", shape)
    if names & _ORDERED:
        return _ordered(layer, given[0], shape) or none
    if "Concatenate" in names and is_own:
        return _concatenated(layer, given, shape) or none
    first = _leading(given, shape, is_own=is_own)
    if first.form == "none":
        return none if len(shape) != 3 else None
    is_free = not is_own or bool(names & _MIXED)
    if first.form == "maps":
        return _from_maps(first, names, shape, is_free=is_free)
    if first.form == "columns":
        kept = len(shape) == 2 and shape[0] == first.shape[0] and not names & _RESHAPED
        return replace(first, shape=shape) if kept else none
    return _from_rows(first, layer, names, shape, is_free=is_free)


def _leading(given: Sequence[Origin], shape: Shape, *, is_own: bool) -> Origin:
    """Gives the origin that what is put out takes after.

    That is the first; of tensors that are added to each other, the first with places. A layer of
    the user's may take after either.
    """
    same = [origin for origin in given if origin.shape == shape]
    with_places = [origin for origin in same if origin.form != "none"]
    if not is_own:
        return next((origin for origin in same if origin.form == "none"), given[0])
    return with_places[0] if given[0].form == "none" and with_places else given[0]


def _from_maps(first: Origin, names: frozenset[str], shape: Shape, *, is_free: bool) -> Origin:
    rank, old = len(shape), first.shape
    none = Origin("none", shape)
    if names & _RESHAPED or (is_free and rank != len(old)):
        if rank == 2:
            return _unfolded(first, shape, is_free=is_free) or none
        if rank < 2 or first.channels_first:
            return none
        is_kept = shape[:2] == old[:2] and (
            first.grid is not None
            or (None not in old[2:] and math.prod(_known(old[2:])) == math.prod(_known(shape[2:])))
        )
        return replace(first, shape=shape) if is_kept else none
    if rank != len(old) or (is_free and rank > 3 and shape[:2] != old[:2]):
        return none
    return replace(first, shape=shape, grid=grid_of(shape, first.channels_first))


def _unfolded(first: Origin, shape: Shape, *, is_free: bool) -> Origin | None:
    """Gives the rows that maps are made into, if each is a place."""
    grid, old = first.grid, first.shape
    count, size = shape
    if grid is None:
        return None
    if first.channels_first:
        is_columns = len(old) == 3 and (count, size) == (old[0], math.prod(grid))
        return Origin("columns", shape, grid) if is_columns else None
    if count == math.prod(grid) and not (is_free and size == count):
        return Origin("rows", shape, grid)
    if is_free and (patches := _patches(old, shape)) is not None:
        return Origin("rows", shape, patches)
    return None


def _patches(old: Shape, shape: Shape) -> Grid | None:
    """Finds the grid of square patches that a picture was cut into, each value in one of them."""
    if len(old) != 3 or None in old or None in shape:
        return None
    height, width, channels = _known(old)
    count, size = _known(shape)
    side = math.isqrt(size // channels) if channels else 0
    if side < 2 or side * side * channels != size or height % side or width % side:
        return None
    grid = height // side, width // side
    return grid if math.prod(grid) == count > 1 else None


def _from_rows(
    first: Origin, layer: Any, names: frozenset[str], shape: Shape, *, is_free: bool
) -> Origin | None:
    rank, count = len(shape), first.shape[0]
    none = Origin("none", shape)
    if rank == 2:
        if shape[0] == count:
            may_be_turned = is_free and shape[1] == count and not is_block(layer)
            return none if may_be_turned else replace(first, form="rows", shape=shape)
        is_told = "GetItem" in names or (is_free and _may_add(layer, first, shape))
        return _with_other_extras(first, shape) if is_told else none
    if rank == 3:
        if first.grid is not None and shape[:2] == first.grid and not first.extra:
            return Origin("maps", shape, first.grid)
        if shape[0] == count and shape[1] != 1:
            return replace(first, form="heads", shape=shape)
        return none if first.form == "heads" or names & _RESHAPED else None
    return none


def is_block(layer: Any) -> bool:
    """Whether other layers work within a layer; such a one is no mere transposition."""
    return bool(getattr(layer, "_layers", None))


def _may_add(layer: Any, first: Origin, shape: Shape) -> bool:
    """Whether a layer may put tokens beside rows: learned ones that are as few, or none learned.

    A layer that learns all the rows that it puts out, such as queries, has no places in them.
    """
    weights = [tuple(weight.shape) for weight in getattr(layer, "weights", None) or ()]
    if not weights or shape[0] is None or first.shape[0] is None:
        return True
    added = shape[0] - first.shape[0]
    rows = [math.prod(size[:-1]) for size in weights if size[-1:] == shape[1:]]
    return any(0 < count <= added for count in rows)


def _with_other_extras(first: Origin, shape: Shape) -> Origin:
    """Gives the rows after some were put in front of those of the grid, or taken from there."""
    count, before = shape[0], first.shape[0]
    if count is None or before is None or first.grid is None:
        return Origin("none", shape)
    extra = first.extra + count - before
    cells = math.prod(first.grid)
    is_all = before == first.extra + cells
    if is_all and extra in USUAL_EXTRAS and count == extra + cells:
        return replace(first, shape=shape, extra=extra)
    return Origin("none", shape)


def _concatenated(layer: Any, given: Sequence[Origin], shape: Shape) -> Origin | None:
    axis = getattr(layer, "axis", -1)
    axis = axis % (len(shape) + 1) - 1 if isinstance(axis, int) else -1
    known = [origin for origin in given if origin.form != "none"]
    if not known or any(len(origin.shape) != len(shape) for origin in given):
        return None
    first = known[0]
    if first.form == "maps":
        return replace(first, shape=shape, grid=grid_of(shape, first.channels_first))
    if first.form != "rows" or axis != 0:
        return replace(first, shape=shape) if axis == len(shape) - 1 else None
    sizes = [origin.shape[0] for origin in given]
    total, before = shape[0], sizes[: [origin is first for origin in given].index(True)]
    if len(known) > 1 or None in sizes or total != sum(_known(tuple(sizes))):
        return None  # rows of several pictures, or of something that was not seen
    return replace(first, shape=shape, extra=first.extra + sum(_known(tuple(before))))


def _ordered(layer: Any, first: Origin, shape: Shape) -> Origin | None:
    """Gives the origin after the axes were put in another order."""
    order = order_of(layer, len(shape))
    if order is None or len(first.shape) != len(order):
        return None
    if order == tuple(range(len(order))):
        return first
    if order == (1, 0):
        if first.form in ("rows", "columns") and first.grid is not None:
            form: Literal["rows", "columns"] = "columns" if first.form == "rows" else "rows"
            count = shape[0] if form == "rows" else math.prod(first.grid) + first.extra
            is_whole = count is not None and count == math.prod(first.grid) + first.extra
            return replace(first, form=form, shape=shape) if is_whole else None
        return None
    if first.form == "maps" and len(order) == 3:
        if order == (1, 2, 0) and first.channels_first:
            return replace(first, shape=shape, channels_first=False)
        if order == (2, 0, 1) and not first.channels_first:
            return replace(first, shape=shape, channels_first=True)
        if order == (1, 0, 2) and not first.channels_first:
            return replace(first, shape=shape, grid=grid_of(shape, False))
    return None


def order_of(layer: Any, rank: int) -> tuple[int, ...] | None:
    """Gives the order into which a layer or operation puts the axes behind the batch axis.

    Returns:
        `None` where that is not told, or the batch axis is moved.
    """
    axes = np.arange(rank + 1)
    try:
        if hasattr(layer, "dims"):
            order = [0, *layer.dims]
        elif hasattr(layer, "axis1"):
            order = list(axes)
            order[layer.axis1], order[layer.axis2] = order[layer.axis2], order[layer.axis1]
        elif hasattr(layer, "source"):
            moved = np.moveaxis(
                np.empty(tuple(range(1, rank + 2))), layer.source, layer.destination
            )
            order = [size - 1 for size in moved.shape]
        else:
            order = list(axes[::-1] if layer.axes is None else layer.axes)
    except (AttributeError, IndexError, TypeError, ValueError):
        return None
    if len(order) != rank + 1 or order[0] != 0:
        return None
    return tuple(int(axis) % (rank + 1) - 1 for axis in order[1:])


def grid_of(shape: Shape, channels_first: bool) -> Grid | None:
    """Gives height and width of maps; `None` where they are open."""
    height, width = shape[1:3] if channels_first else shape[:2]
    return (height, width) if height and width else None


def _known(sizes: Shape) -> list[int]:
    return [size or 0 for size in sizes]
