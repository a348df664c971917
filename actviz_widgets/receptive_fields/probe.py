"""Whether a function that does not tell what it computes leaves each position where it is.

That is tried out: the values at one position are changed, and it is looked at where the output
becomes another. Only functions without weights are tried: a weight that happens to be zero would
hide what it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from .reach import Reach

_MOST_VALUES = 1 << 22
"""Values of an input beyond which nothing is tried."""


@dataclass(frozen=True)
class Unseen:
    """A call that could not be seen through.

    Attributes:
        key: The layer or operation that was called.
        run: Calls it on one tensor.
        reach: Of the tensor that it was given.
        shape: Of what it puts out, the batch axis first.
        dtype: Of the tensor that it was given.
    """

    key: Any
    run: Callable[[Any], Any]
    reach: Reach
    shape: tuple[int, ...]
    dtype: str


def kept_in_place(reach: Reach, shape: Sequence[int]) -> Reach | None:
    """Gives the reach of a tensor whose positions are those of another, if it may be one.

    Args:
        reach: Of the other.
        shape: Of the tensor, the batch axis first.

    Returns:
        `None` if rows and columns are not on the same axes, as many of each. The last axis may be
        left out, as where one colour is taken.
    """
    last = len(reach.axes) - 1
    if len(shape) == last and not reach.has_places(last):
        reach = reach.removed([last])
    if len(shape) != len(reach.axes):
        return None
    for axis in range(1, len(shape)):
        if reach.shape[axis - 1] == shape[axis]:
            continue
        if reach.has_places(axis):
            return None
        reach = reach.replaced(axis, shape[axis])
    return reach


def keeps_in_place(unseen: Unseen) -> bool:
    """Whether changes at a position reach that position alone, as far as a few changes show."""
    shape = unseen.reach.shape
    axes = [axis for axis in range(len(shape)) if unseen.reach.has_places(axis + 1)]
    if not axes or np.prod(shape) > _MOST_VALUES or "float" not in unseen.dtype:
        return False
    random = np.random.default_rng(0)
    values = random.uniform(0, 255, (1, *shape)).astype(unseen.dtype)
    try:
        before = _output(unseen, values)
        if not np.array_equal(before, _output(unseen, values), equal_nan=True):
            return False  # it is random
        # Off the diagonals, where rows and columns could be exchanged unseen.
        for shares in ((0.0, 0.9), (0.3, 0.45), (0.6, 0.2), (1.0, 0.0)):
            place: list[Any] = [slice(None)] * (len(shape) + 1)
            for axis, share in zip(axes, shares, strict=False):
                place[axis + 1] = round(share * (shape[axis] - 1))
            for change in (1e4, -1e4):
                changed = values.copy()
                changed[tuple(place)] += change
                after = _output(unseen, changed)
                differs = ~((after == before) | (np.isnan(after) & np.isnan(before)))
                differs[tuple(place[: differs.ndim])] = False
                if differs.any():
                    return False
    except Exception:  # what a function of the user's can raise is open-ended
        return False
    return True


def _output(unseen: Unseen, values: np.ndarray) -> np.ndarray:
    made = keras.ops.convert_to_numpy(unseen.run(keras.ops.convert_to_tensor(values)))
    if made.shape[1:] != tuple(unseen.shape[1:]):
        raise ValueError(f"It puts out {made.shape}, where {unseen.shape} was expected.")
    return np.asarray(made)
