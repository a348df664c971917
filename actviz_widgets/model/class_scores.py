"""The score that a model gives to a class: what comes before its softmax or sigmoid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras

from . import backends
from .layer_roles import own_class
from .outputs import Output, leaf_of


class LastCall(NamedTuple):
    """The innermost layer call that made a tensor."""

    layer: Any
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    outputs: Any


class ClassScore(NamedTuple):
    """The score of a class, as a tensor `(batch_size,)`, with the output it is of."""

    score: Any
    is_logit: bool
    predictions: Any


_TO_PROBABILITIES = ("sigmoid", "softmax")
_WITH_ACTIVATION = frozenset(
    {"Dense", "EinsumDense"}
    | {f"Conv{rank}D{kind}" for rank in (1, 2, 3) for kind in ("", "Transpose")}
)
_KEEPS_UNITS = ("Flatten", "Reshape")


def class_score(
    made_by: Callable[[Any], LastCall | None],
    outputs: Any,
    class_index: int,
    described: Sequence[Output] = (),
    output: int = 0,
    place: tuple[int, ...] | None = None,
) -> ClassScore:
    """Gives the score of a class from what a model put out.

    Args:
        made_by: Gives what made a tensor; `None` where that is not known.
        outputs: Of the model, for a batch.
        class_index: The class, from 0; of an output that is no classes, the unit.
        described: What the outputs are. Defaults to nothing known.
        output: Which of them the class is of, from 0. Defaults to the first.
        place: Of a map or a sequence, an index along each axis. Defaults to `None`: the mean over
            all places.

    Raises:
        ValueError: If there is no such output, class or place.
    """
    try:
        predictions = leaf_of(outputs, described, output)
    except ValueError as error:
        raise backends.said_in_full(error) from None
    shape = tuple(predictions.shape)
    first = output < len(described) and described[output].channels_first and len(shape) > 2
    count = shape[1 if first else -1] if len(shape) > 1 else 0
    if not count:
        raise _refused(
            f"The model is no classifier: it has an output of shape {shape}, not "
            "(batch_size, classes). Give a model with one unit for each class."
        )
    classes = max(count, 2)
    if not 0 <= class_index < classes:
        raise _refused(
            f"The model has {classes} classes, 0 to {classes - 1}; there is no class {class_index}."
        )
    logits = _logits(made_by, predictions)
    values = _at(predictions if logits is None else logits, first, place)
    if count == 1:
        score = values[:, 0] if class_index else -values[:, 0]
    else:
        score = values[:, class_index]
    return ClassScore(score, logits is not None, _at(predictions, first, place))


def _at(values: Any, channels_first: bool, place: tuple[int, ...] | None) -> Any:
    """Gives the units `(batch_size, units)` at a place of maps, or their mean over all places."""
    rank = len(values.shape)
    if rank == 2:
        return values
    if channels_first:
        values = keras.ops.moveaxis(values, 1, -1)
    if place is None:
        # In half precision a mean over many places would lose itself.
        wide = keras.ops.cast(values, "float32")
        return keras.ops.mean(wide, axis=tuple(range(1, rank - 1)))
    sizes = tuple(values.shape[1:-1])
    if len(place) != len(sizes) or not all(
        0 <= at < size for at, size in zip(place, sizes, strict=True)
    ):
        raise _refused(f"The output has {sizes} places; there is no place {place}.")
    return values[(slice(None), *place)]


def _logits(made_by: Callable[[Any], LastCall | None], predictions: Any) -> Any:
    """Gives what is computed before the softmax or sigmoid at the end; `None` if there is neither.

    A layer without any activation function puts out logits.
    """
    last_call = made_by(predictions)
    if last_call is None or last_call.outputs is not predictions or not last_call.args:
        return None  # something is computed behind the last layer
    layer, args, kwargs, _ = last_call
    kind = own_class(layer)
    if kind is None:
        return None
    if kind.__name__ in _KEEPS_UNITS:
        logits = _logits(made_by, args[0])
        return None if logits is None else layer(logits)
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", "linear" if function is None else "")
    if kind.__name__ == "Softmax" or (kind.__name__ == "Activation" and name in _TO_PROBABILITIES):
        return args[0]
    if kind.__name__ not in _WITH_ACTIVATION:
        return None
    if name == "linear":
        return predictions
    if name not in _TO_PROBABILITIES:
        return None
    # A second layer over the same weights: that of the user's model is left alone.
    twin = object.__new__(type(layer))
    vars(twin).update(vars(layer))
    object.__setattr__(twin, "activation", None)
    return twin(*args, **kwargs)


def _refused(sentence: str) -> ValueError:
    return backends.said_in_full(ValueError(sentence))
