"""The class that a model's output speaks for, with its probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """The class a classifier gives the most to.

    Attributes:
        class_name: Its name.
        score: Its probability, 0 to 1, or where the model puts out no probabilities the bare value.
        is_probability: Whether `score` is a probability.
    """

    class_name: str
    score: float
    is_probability: bool

    def __str__(self) -> str:
        if self.is_probability:
            return f"{self.class_name} ({self.score:.1%})"
        return f"{self.class_name} (score {self.score:.4g}; the model gives no probabilities)"


def class_count(output_shape: tuple[int | None, ...] | None) -> int | None:
    """Counts the classes that an output has room for, from its shape, batch axis first.

    Returns:
        The number of units, or of channels of a map or sequence; two for a single one, which says
        one class or the other. `None` if the output has no units.
    """
    if output_shape is None or len(output_shape) < 2 or not output_shape[-1]:
        return None
    return max(output_shape[-1], 2)


def check_class_names(
    class_names: Sequence[str] | None, output_shape: tuple[int | None, ...] | None
) -> tuple[str, ...] | None:
    """Checks that there is a name for each class.

    Raises:
        TypeError: If `class_names` is one string.
        ValueError: If their number is not the number of classes.
    """
    if class_names is None:
        return None
    if isinstance(class_names, Mapping):
        raise TypeError(
            "class_names is a dict; a list of names in the order of the labels is wanted, such as "
            "['cat', 'dog']."
        )
    if isinstance(class_names, str):
        raise TypeError(
            f"class_names is the text {class_names[:50]!r}; a list of names is wanted, such as "
            "['cat', 'dog']."
        )
    kind = type(class_names).__name__
    if isinstance(class_names, Set | bytes | bytearray):
        why = "a set, which has no order" if isinstance(class_names, Set) else f"of type {kind}"
        raise TypeError(
            f"class_names is {why}; a list of names in the order of the labels is wanted, such as "
            "['cat', 'dog']."
        )
    try:
        given = tuple(class_names)
    except TypeError:
        raise TypeError(f"class_names is of type {kind}; a list of names is wanted.") from None
    nameless = next((name for name in given if not _is_name(name)), "")
    if not _is_name(nameless):
        raise TypeError(
            f"A name in class_names is of type {type(nameless).__name__}; a text, or a number, is "
            "wanted for each class."
        )
    names = tuple(str(name) for name in given)
    count = class_count(output_shape)
    if count is None or output_shape is None:
        puts_out = f"the shape {output_shape}" if output_shape else "several parts"
        raise ValueError(
            f"class_names has {len(names)} names, but the model is no classifier: its output has "
            f"{puts_out}, not (batch_size, classes). Leave class_names out."
        )
    if len(names) != count:
        noun = "unit" if len(output_shape) == 2 else "channel"
        one = f"1 {noun}, which stands for 2 classes"
        units = one if output_shape[-1] == 1 else f"{count} {noun}s"
        raise ValueError(
            f"class_names has {len(names)} names, {names[:5]}{' ...' if len(names) > 5 else ''}; "
            f"the model's output has {units}. Give {count} names, in the order of the labels it "
            "was trained with."
        )
    return names


def _is_name(value: Any) -> bool:
    return isinstance(value, str | Number | np.generic)


def strongest_class(
    predictions: np.ndarray,
    class_names: Sequence[str] | None = None,
    activation_function: str | None = None,
) -> Prediction | None:
    """Finds the class that a classifier's output speaks for.

    Args:
        predictions: The output for one picture, `(units,)`.
        class_names: A name per class. Defaults to `None`: `class 0`, `class 1`, ...
        activation_function: Name of the output layer's, such as `"softmax"`, where it is known.

    Returns:
        The class with the largest output. A single unit counts as two classes: from 0.5 up, the
        second one. `None` if the output is not a row of finite units, or a single one that is
        no probability and has no class names: a number, not a class.
    """
    if predictions.ndim != 1 or predictions.size == 0 or not np.isfinite(predictions).all():
        return None
    values = predictions.astype(np.float64)
    # Where the function is not known, as after a bare `keras.ops.softmax`, a sum of 1 tells.
    is_probability = bool((values >= 0).all() and (values <= 1).all()) and (
        activation_function in ("sigmoid", "softmax", "hard_sigmoid")
        or (activation_function is None and values.size == 1)
        or (values.size > 1 and bool(np.isclose(values.sum(), 1, atol=1e-2)))
    )
    if values.size == 1 and not is_probability and class_names is None:
        return None  # a regression, for all that can be known
    if values.size == 1:
        # Without a sigmoid the unit is a logit, whose middle is 0.
        second = values[0] >= (0.5 if is_probability else 0.0)
        index = int(second)
        score = values[0] if second or not is_probability else 1 - values[0]
    else:
        index = int(values.argmax())
        score = values[index]
    name = class_names[index] if class_names is not None else f"class {index}"
    return Prediction(name, float(score), is_probability)
