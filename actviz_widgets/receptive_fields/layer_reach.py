"""Which pixels the output of a layer call can see, from what it was called with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from ..model import layer_roles
from ..model.layer_roles import own_class
from .branches import joined
from .layer_rules import Sizes, reach_through_layer
from .reach import Reach
from .sampling import Window

_MERGING = frozenset(
    {"Add", "Average", "CustomScaleLayer", "Maximum", "Minimum", "Multiply", "Subtract"}
)
_POINTWISE_OPERATIONS = frozenset(
    {"Absolute", "Add", "Cast", "Ceil", "Clip", "Divide", "Exp", "Floor", "FloorDivide", "Gelu"}
    | {"Greater", "GreaterEqual", "HardSigmoid", "HardSilu", "HardTanh", "LeakyRelu", "Less"}
    | {"LessEqual", "Log", "Log10", "Log1p", "Log2", "Maximum", "Minimum", "Mod", "Multiply"}
    | {"NanToNum", "Negative", "Power", "Reciprocal", "Relu", "Relu6", "Round", "Rsqrt", "Selu"}
    | {"Sigmoid", "Sign", "Silu", "Softplus", "Sqrt", "Square", "Subtract", "Tanh", "TrueDivide"}
    | {"Where"}
)


def reach_through(
    layer: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    reach_of: Callable[[Any], Reach | None],
    output_shape: Sizes,
) -> Reach | None:
    """Gives the reach of what one layer call puts out.

    Args:
        layer: The layer that was called.
        args: What it was called with, by position.
        kwargs: What it was called with, by name.
        reach_of: Gives the reach of a tensor that it was called with; `None` if it is not known.
        output_shape: The shape of what it puts out, the batch axis first.

    Returns:
        `None` where the layer does not tell, or what it was given is not known.
    """
    kind = own_class(layer)
    if kind is None:
        return None
    if kind.__name__ in layer_roles.ATTENTION:
        return _attention(layer, args, kwargs, reach_of, output_shape)
    inputs, *options = (*args, *kwargs.values())
    if kind.__name__ in ("Attention", "AdditiveAttention"):
        return _attention(layer, inputs, dict(enumerate(options)), reach_of, output_shape)
    # Any option, such as `training=True` or a mask, may change what the layer computes.
    if any(value is not None and value is not False for value in options):
        return None
    reaches = [reach_of(tensor) for tensor in keras.tree.flatten(inputs)]
    known = [reach for reach in reaches if reach is not None]
    if not known or len(known) < len(reaches):
        return None
    if kind.__name__ in _MERGING:
        return joined(known)
    if kind.__name__ == "Concatenate":
        return _concatenated(layer, known, output_shape)
    return reach_through_layer(layer, known[0], output_shape) if len(known) == 1 else None


def reach_through_operation(
    operation: Any, args: Sequence[Any], reach_of: Callable[[Any], Reach | None]
) -> Reach | None:
    """Gives the reach of what an operation puts out that stands between the layers of a model.

    Args:
        operation: A Keras `Operation` that is no layer, such as a sum written with `+`.
        args: What it was called with: tensors and numbers.
        reach_of: Gives the reach of a tensor; `None` if it is not known.

    Returns:
        `None` for all operations but those that make each value from the ones at its place, cut a
        part out, or put tensors one behind the other.
    """
    if type(operation).__module__.split(".")[0] != "keras":
        return None
    if type(operation).__name__ == "Stack":
        return _stacked(operation, [reach_of(tensor) for tensor in args[0]])
    if type(operation).__name__ == "GetItem":
        reach = reach_of(args[0])
        return None if reach is None else _cut_out(reach, args[1])
    if type(operation).__name__ not in _POINTWISE_OPERATIONS:
        return None
    constants = [
        value
        for node in operation._inbound_nodes
        for value in node.arguments.args
        if not isinstance(value, keras.KerasTensor)
    ]
    reaches = [
        reach_of(value)
        for value in args
        if not (
            value is None
            or isinstance(value, int | float | np.generic | np.ndarray)
            or any(value is one for one in constants)
        )
    ]
    known = [reach for reach in reaches if reach is not None]
    return joined(known) if known and len(known) == len(reaches) else None


def _concatenated(layer: Any, reaches: Sequence[Reach], shape: Sizes) -> Reach | None:
    """Joins branches side by side: a position sees what it sees in any of its channels."""
    axis = layer.axis % len(shape)
    if any(len(reach.axes) != len(shape) or reach.has_places(axis) for reach in reaches):
        return None
    return joined([reach.replaced(axis, shape[axis]) for reach in reaches])


def _stacked(operation: Any, reaches: Sequence[Reach | None]) -> Reach | None:
    """Joins tensors along a new axis, such as the colours of a picture in another order."""
    known = [reach for reach in reaches if reach is not None]
    made = joined(known) if known and len(known) == len(reaches) else None
    if made is None:
        return None
    rank = len(made.axes)
    axis = operation.axis % (rank + 1)
    order = [*range(axis), rank, *range(axis, rank)]
    return made.with_axis_behind(len(known)).permuted(order) if axis else None


def _cut_out(reach: Reach, key: Any) -> Reach | None:
    """Gives the reach of a part of a tensor, `x[:, 60:140, :, ::-1]`; mirrored it is not known."""
    keys = list(key) if isinstance(key, tuple | list) else [key]
    rank = len(reach.axes)
    if any(one is Ellipsis for one in keys):
        at = next(at for at, one in enumerate(keys) if one is Ellipsis)
        keys[at : at + 1] = [slice(None)] * (rank - len(keys) + 1)
    keys += [slice(None)] * (rank - len(keys))
    if len(keys) != rank or keys[0] != slice(None):
        return None
    made: Reach | None = reach
    gone = []
    for axis, one in enumerate(keys[1:], 1):
        if made is None or not (isinstance(one, slice) or type(one) is int):
            return None
        if isinstance(one, int):
            gone.append(axis)
        elif one != slice(None):
            first, last, step = one.indices(reach.shape[axis - 1])
            count = len(range(first, last, step))
            if not reach.has_places(axis):
                made = made.replaced(axis, count)
            elif count and step > 0:
                made = made.resampled(axis, Window(1, step, 1, -first), count)
            else:
                return None
    if made is None or any(reach.has_places(axis) for axis in gone):
        return None
    return made.removed(gone)


def _attention(
    layer: Any,
    args: Sequence[Any],
    kwargs: Mapping[Any, Any],
    reach_of: Callable[[Any], Reach | None],
    shape: Sizes,
) -> Reach | None:
    """Lets each query see itself, and all keys and values."""
    given = dict(zip(("query", "value", "key"), args, strict=False)) | dict(kwargs)
    tensors = [given.pop(name) for name in ("query", "value", "key") if name in given]
    options = [*args[3:], *given.values()]
    # A mask would hide some of them; scores are another tensor.
    if len(tensors) < 2 or any(value is not None and value is not False for value in options):
        return None
    query, *others = (reach_of(tensor) for tensor in tensors if tensor is not None)
    attended = getattr(layer, "_attention_axes", None)
    rank = len(shape)
    if query is None or len(query.axes) != rank or (attended and len(attended) != rank - 2):
        return None
    reaches = [query.replaced(rank - 1, shape[-1])]
    for other in others:
        if other is None or len(other.axes) != rank:
            return None
        for axis in range(1, rank):
            other = other.replaced(axis, 1)
        reaches.append(other)
    return joined(reaches)
