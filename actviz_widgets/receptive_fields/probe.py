"""Whether a function that does not tell what it computes leaves each position where it is.

That is tried out: the values at one position are changed, and it is looked at where the output
becomes another. A weight that happens to be zero would hide what it is for; so weights are given
other values for as long as it takes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ..model import backends
from .reach import Reach

_MOST_VALUES = 1 << 22
"""Values of an input, or weights, beyond which nothing is tried."""


@dataclass(frozen=True)
class Unseen:
    """A call that could not be seen through.

    Attributes:
        number: Which call it is.
        layer: The layer that was called; `None` where it was none.
        run: Calls it on one tensor.
        reach: Of the tensor that it was given.
        shape: Of what it puts out, the batch axis first.
        dtype: Of the tensor that it was given.
    """

    number: int
    layer: Any
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


def may_be_tried(layer: Any) -> bool:
    """Whether a layer can be given other weights for a try."""
    weights = getattr(layer, "weights", None) or []
    if weights and backends.is_legacy(layer):
        return False
    return sum(int(np.prod(weight.shape)) for weight in weights) <= _MOST_VALUES


def keeps_in_place(unseen: Unseen, model: Any) -> bool:
    """Whether changes at a position reach that position alone, as far as a few changes show.

    Args:
        unseen: The call.
        model: That it belongs to, which is left as it is.
    """
    shape = unseen.reach.shape
    axes = [axis for axis in range(len(shape)) if unseen.reach.has_places(axis + 1)]
    is_float = unseen.dtype in ("float16", "float32", "float64")
    if not axes or np.prod(shape) > _MOST_VALUES or not is_float:
        return False

    def run() -> bool:
        with _other_weights(unseen.layer):
            return _keeps_in_place(unseen, axes)

    try:
        with backends.without_gradients(), backends.seeds_kept(), np.errstate(all="ignore"):
            return bool(backends.without_trace(model, run))
    except Exception:  # what a function of the user's can raise is open-ended
        return False


def _other_weights(layer: Any) -> Any:
    """Gives a layer weights of 0.5 to 1.5 for as long as a block takes."""
    weights = getattr(layer, "weights", None) or []
    if not weights:
        return contextlib.nullcontext()
    random = np.random.default_rng(1)
    others = [
        (weight, keras.ops.convert_to_tensor(random.uniform(0.5, 1.5, weight.shape), weight.dtype))
        for weight in weights
        if "float" in weight.dtype
    ]
    return keras.StatelessScope(state_mapping=others, collect_losses=False)


def _keeps_in_place(unseen: Unseen, axes: Sequence[int]) -> bool:
    shape = unseen.reach.shape
    random = np.random.default_rng(0)
    values = random.uniform(0, 255, (1, *shape)).astype(unseen.dtype)
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
    return True


def _output(unseen: Unseen, values: np.ndarray) -> np.ndarray:
    made = keras.ops.convert_to_numpy(unseen.run(keras.ops.convert_to_tensor(values)))
    if made.shape[1:] != tuple(unseen.shape[1:]):
        raise ValueError(f"It puts out {made.shape}, where {unseen.shape} was expected.")
    return np.asarray(made)
