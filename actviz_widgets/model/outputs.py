"""What the outputs of a model are: classes or something else, as far as that can be known.

All that speaks of classes asks here: the status line, the why view, the contrast between classes,
the names of the classes. What tells is, in this order, the user's own names for the classes, the
activation function, the loss that the model was trained with, and the layer that comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from .output_makers import Made
from .predictions import Prediction, strongest_class

Shape = tuple[int | None, ...]

_SOFTMAX = frozenset({"softmax", "log_softmax"})
_SIGMOID = frozenset({"sigmoid", "hard_sigmoid", "sparse_sigmoid", "log_sigmoid"})
# Losses by their names in lower case, without anything between the words.
_OF_ONE_CLASS = frozenset(
    {"categoricalcrossentropy", "sparsecategoricalcrossentropy"}
    | {"categoricalfocalcrossentropy", "categoricalhinge", "ctc"}
)
_OF_EACH_CLASS = frozenset(
    {"binarycrossentropy", "binaryfocalcrossentropy", "hinge", "squaredhinge"}
)
_OF_MASKS = frozenset({"dice", "tversky"})
_OF_NUMBERS = {
    "meansquarederror": "mean squared error",
    "meanabsoluteerror": "mean absolute error",
    "meanabsolutepercentageerror": "mean absolute percentage error",
    "meansquaredlogarithmicerror": "mean squared logarithmic error",
    "huber": "the Huber loss",
    "logcosh": "the log-cosh loss",
    "poisson": "the Poisson loss",
    "cosinesimilarity": "cosine similarity",
    "circle": "the circle loss",
}
_SHORT = {
    "mse": "meansquarederror",
    "mae": "meanabsoluteerror",
    "mape": "meanabsolutepercentageerror",
    "msle": "meansquaredlogarithmicerror",
    "bce": "binarycrossentropy",
}

Kind = Literal["one class", "any classes", "numbers", "unknown"]


@dataclass(frozen=True)
class Output:
    """One output of a model.

    Attributes:
        name: What it is called; empty where the model has but one.
        shape: Its shape, batch axis first.
        kind: What its units, or those at each place of a map or sequence, are. `"one class"`: a
            class each, of which one holds; `"any classes"`: a class each, of which several or none
            may hold, or a single unit for two classes; `"numbers"`: no classes; or `"unknown"`.
        function: Name of its activation function, such as `"softmax"`; `None` where not known.
        reason: Where it is not known to be classes, what tells so, as the end of a sentence.
        channels_first: Whether the units of a map stand right behind the batch axis.
    """

    name: str
    shape: Shape
    kind: Kind
    function: str | None
    reason: str = ""
    channels_first: bool = False

    @property
    def is_classes(self) -> bool:
        """Whether it is known to be classes."""
        return self.kind in ("one class", "any classes")

    @property
    def may_be_classes(self) -> bool:
        """Whether it is known to be classes, or what it is for a picture may tell."""
        return self.is_classes or (self.kind == "unknown" and self.function is None)

    @property
    def unit_count(self) -> int | None:
        """The number of its units, at each place where it has several; `None` if not known."""
        if len(self.shape) < 2:
            return None
        return self.shape[1 if self._units_first else -1] or None

    @property
    def class_count(self) -> int | None:
        """The number of classes that its units can stand for: a single one stands for two."""
        return None if self.unit_count is None else max(self.unit_count, 2)

    @property
    def shape_units_last(self) -> Shape:
        """Its shape with the units behind everything else."""
        if not self._units_first:
            return self.shape
        return (self.shape[0], *self.shape[2:], self.shape[1])

    @property
    def places(self) -> Shape:
        """How many places it has, along each axis; `()` for a row of units."""
        if len(self.shape) < 3:
            return ()
        return self.shape[2:] if self._units_first else self.shape[1:-1]

    def at(self, values: np.ndarray, place: tuple[int, ...] | None = None) -> np.ndarray:
        """Gives the units at a place, or their mean over all.

        Args:
            values: What the output is for one picture, without batch axis.
            place: An index for each of `places`. Defaults to `None`, the mean over all.
        """
        if not self.places:
            return values
        values = np.moveaxis(values, 0, -1) if self._units_first else values
        if place is not None:
            row: np.ndarray = values[place]
            return row
        mean: np.ndarray = values.reshape(-1, values.shape[-1]).astype(np.float64).mean(axis=0)
        return mean

    def check_place(self, place: tuple[int, ...], shape: tuple[int, ...]) -> None:
        """Checks that there is such a place in what the output is for a picture.

        Args:
            place: An index along each axis.
            shape: Of the output for the picture, without batch axis.

        Raises:
            ValueError: If there is not.
        """
        sizes = shape[1:] if self._units_first else shape[:-1]
        if not self.places:
            raise ValueError(f"The output is one row of units; there is no place {place} in it.")
        if len(place) != len(sizes) or not all(
            0 <= at < size for at, size in zip(place, sizes, strict=True)
        ):
            has = " × ".join(str(size) for size in sizes)
            raise ValueError(
                f"The output has {has} places for this picture, counted from 0; there is no place "
                f"{place if len(place) > 1 else place[0]}."
            )

    def predicted(
        self, row: np.ndarray, class_names: Sequence[str] | None = None
    ) -> tuple[Prediction, ...]:
        """Gives the classes that the output speaks for, the strongest first.

        Args:
            row: The units, `(units,)`.
            class_names: A name per class. Defaults to `None`: `class 0`, `class 1`, ...

        Returns:
            Of units that are a class each, independent of each other, all from a probability of
            0.5 up, which may be none. Empty too where the output is no classes, or not finite.
        """
        if row.ndim != 1 or row.dtype.kind not in "fiub":
            return ()
        if self.kind == "unknown" and self.function is None and row.size > 1:
            found = strongest_class(row, class_names)
            return (found,) if found is not None and found.is_probability else ()
        if not self.is_classes or not np.isfinite(row).all():
            return ()
        # A name of `None` makes a single unit a number.
        names = class_names or tuple(f"class {index}" for index in range(max(row.size, 2)))
        if self.kind == "one class" or row.size == 1:
            strongest = strongest_class(row, names, self.function)
            return () if strongest is None else (strongest,)
        is_probability = self.function in _SIGMOID
        middle = 0.5 if is_probability else 0.0
        order = np.argsort(-row.astype(np.float64), kind="stable")
        return tuple(
            Prediction(names[index], float(row[index]), is_probability)
            for index in order
            if row[index] >= middle
        )

    def probability(self, row: np.ndarray, class_index: int) -> float | None:
        """Gives the probability of a class, 0 to 1; `None` if the units are known not to be one."""
        values = row.astype(np.float64)
        if not ((values >= 0) & (values <= 1)).all():
            return None
        sums_up = values.size > 1 and bool(np.isclose(values.sum(), 1, atol=1e-2))
        is_known = self.function in ("softmax", "sigmoid", "hard_sigmoid")
        if not (sums_up and self.kind != "numbers") and not (is_known and self.is_classes):
            return None
        if values.size == 1:
            return float(values[0] if class_index else 1 - values[0])
        return float(values[class_index])

    def with_names(self) -> Output:
        """Gives what it is where the user has names for its classes."""
        if self.is_classes:
            return self
        is_any = self.unit_count == 1 or self.function in _SIGMOID
        return replace(self, kind="any classes" if is_any else "one class", reason="")

    @property
    def _units_first(self) -> bool:
        return self.channels_first and len(self.shape) > 2


def outputs_of(
    made: Sequence[Made], loss: Any, input_shapes: Sequence[Shape], *, has_names: bool = False
) -> tuple[Output, ...]:
    """Says what each output of a model is.

    Args:
        made: How each came to be.
        loss: What the model was compiled with; `None` if it was not.
        input_shapes: Those of the model's inputs, batch axis first.
        has_names: Whether the user has given names for the classes of the one output.
    """
    names = [one.name for one in made]
    losses = [_loss_of(loss, index, name, len(made)) for index, name in enumerate(names)]
    outputs = tuple(
        _output(one, told, input_shapes) for one, told in zip(made, losses, strict=True)
    )
    if has_names and len(outputs) == 1:
        return (outputs[0].with_names(),)
    return outputs


def leaves(structure: Any) -> Iterator[tuple[str, Any]]:
    """Gives what is in a structure of outputs, each with its name; that of a list is its index."""
    if isinstance(structure, Mapping):
        items: Any = structure.items()
    elif isinstance(structure, list | tuple):
        items = enumerate(structure)
    else:
        yield "", structure
        return
    for key, part in items:
        for name, leaf in leaves(part):
            yield f"{key}/{name}" if name else str(key), leaf


def leaf_of(structure: Any, outputs: Sequence[Output], index: int) -> Any:
    """Gives one of several outputs, by its name where the structure has names.

    Raises:
        ValueError: If there is no such output.
    """
    named = list(leaves(structure))
    if not 0 <= index < len(named):
        raise ValueError(f"The model has {len(named)} outputs; there is no output {index}.")
    if index < len(outputs) and isinstance(structure, Mapping):  # its order may be another
        return dict(named).get(outputs[index].name, named[index][1])
    return named[index][1]


def _output(made: Made, loss: str, input_shapes: Sequence[Shape]) -> Output:
    kind, reason = _kind(made, loss, input_shapes)
    return Output(made.name, made.shape, kind, made.function, reason, made.channels_first)


def _kind(made: Made, loss: str, input_shapes: Sequence[Shape]) -> tuple[Kind, str]:
    """Says what an output is, and, where it is not classes, what tells so."""
    shape, function = made.shape, made.function
    if len(shape) < 2:
        return "numbers", "it has no units"
    units = shape[1 if made.channels_first and len(shape) > 2 else -1]
    if function in _SOFTMAX or loss in _OF_ONE_CLASS:
        return "one class", ""
    if loss in _OF_MASKS:
        return "any classes", ""
    if loss in _OF_NUMBERS:
        return "numbers", f"it is trained with {_OF_NUMBERS[loss]}"
    if function in _SIGMOID or loss in _OF_EACH_CLASS:
        if any(shape[1:] == given[1:] for given in input_shapes):
            return "unknown", "it has the shape of the input, as that of an autoencoder has"
        if len(shape) > 2 and loss not in _OF_EACH_CLASS and not _is_mask(units, input_shapes):
            return "unknown", "it may be a picture as well"
        return "any classes", ""
    if made.is_features:
        return "numbers", f"its last layer is a {made.class_name}, which puts out features"
    if function not in (None, "linear"):
        return "numbers", f"its last activation function is {function}"
    if units == 1:
        return "numbers", "it is a single number, with no sigmoid and no loss that tells"
    return "unknown", "there is no softmax or sigmoid at the end, and no loss that tells"


def _is_mask(units: int | None, input_shapes: Sequence[Shape]) -> bool:
    """Whether maps of so many channels, made of an input, have other channels than a picture."""
    maps = [shape for shape in input_shapes if len(shape) > 2]
    return bool(maps) and all(units not in (shape[1], shape[-1]) for shape in maps)


def _loss_of(loss: Any, index: int, name: str, count: int) -> str:
    """Names the loss of one output, in lower case without anything between the words."""
    if isinstance(loss, Mapping):
        loss = loss.get(name, next(iter(loss.values())) if count == 1 and loss else None)
    elif isinstance(loss, list | tuple):
        loss = loss[index] if index < len(loss) else None
    if loss is None:
        return ""
    known = _OF_ONE_CLASS | _OF_EACH_CLASS | _OF_MASKS | set(_OF_NUMBERS)
    bases = [base.__name__ for base in type(loss).__mro__]
    for told in (loss, getattr(loss, "__name__", ""), *bases):
        words = str(told).lower().replace("_", "").replace(" ", "")
        words = _SHORT.get(words, words)
        if words in known:
            return words
    return ""
