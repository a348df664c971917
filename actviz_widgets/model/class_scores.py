"""The score that a classifier gives to a class: what comes before its softmax or sigmoid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras

from . import backends
from .layer_roles import own_class
from .predictions import class_count


class LastCall(NamedTuple):
    """The last layer call so far that made a tensor of its own."""

    layer: Any
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    outputs: Any


class ClassScore(NamedTuple):
    """The score of a class, as a tensor `(batch_size,)`, with the model's output."""

    score: Any
    is_logit: bool
    predictions: Any


_TO_PROBABILITIES = ("sigmoid", "softmax")


def class_score(last_call: LastCall | None, outputs: Any, class_index: int) -> ClassScore:
    """Gives the score of a class from what a classifier put out.

    Args:
        last_call: What made the output.
        outputs: Of the model, for a batch.
        class_index: The class, from 0.

    Raises:
        ValueError: If the model is no classifier, or has no such class.
    """
    tensors = keras.tree.flatten(outputs)
    shape = tuple(tensors[0].shape) if len(tensors) == 1 else None
    count = class_count(shape)
    if count is None:
        puts_out = f"an output of shape {shape}" if shape else f"{len(tensors)} outputs"
        raise backends.said_in_full(
            ValueError(
                f"The model is no classifier: it has {puts_out}, not (batch_size, classes). Give a "
                "model with one output for each class."
            )
        )
    if not 0 <= class_index < count:
        raise backends.said_in_full(
            ValueError(
                f"The model has {count} classes, 0 to {count - 1}; there is no class {class_index}."
            )
        )
    predictions = tensors[0]
    logits = _logits(last_call, predictions)
    values = predictions if logits is None else logits
    if predictions.shape[1] == 1:
        score = values[:, 0] if class_index else -values[:, 0]
    else:
        score = values[:, class_index]
    return ClassScore(score, logits is not None, predictions)


def _logits(last_call: LastCall | None, predictions: Any) -> Any:
    """Gives what the last layer computes before its softmax or sigmoid; `None` if it has neither.

    A layer without any activation function puts out logits.
    """
    if last_call is None or last_call.outputs is not predictions:
        return None  # something is computed behind the last layer
    layer, args, kwargs, _ = last_call
    kind = own_class(layer)
    if kind is None or not args:
        return None
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", "linear" if function is None else "")
    if kind.__name__ == "Softmax" or (kind.__name__ == "Activation" and name in _TO_PROBABILITIES):
        return args[0]
    if kind.__name__ not in ("Dense", "EinsumDense"):
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
