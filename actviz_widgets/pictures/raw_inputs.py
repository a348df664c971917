"""Texts, and what goes with them, for a model that makes its inputs of them itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from . import datasets, given_arrays, structures
from . import labels as picture_labels
from .array_inputs import input_names
from .model_input import Inputs, ModelInput
from .own_preprocessor import OwnPreprocessor
from .training_data import labels_by_name, parts_of

_TEXT = ModelInput((), "string")


@dataclass(frozen=True, eq=False)
class Raw:
    """One example as its preprocessor takes it.

    Attributes:
        value: A text, a tuple of texts, or a dict of texts and arrays.
    """

    value: Any

    @property
    def batch(self) -> Any:
        """It as a batch of one."""
        return _batch(self.value)

    @property
    def words(self) -> str:
        """The texts in it."""
        if isinstance(self.value, Mapping):
            return "\n".join(
                f"{name}: {text}" for name, text in self.value.items() if isinstance(text, str)
            )
        return self.value if isinstance(self.value, str) else "\n".join(self.value)

    @property
    def picture(self) -> np.ndarray | None:
        """The first picture in it, `(height, width, channels)`; `None` if there is none."""
        values = self.value.values() if isinstance(self.value, Mapping) else ()
        arrays = (np.asarray(value) for value in values if not isinstance(value, str))
        return next((array for array in arrays if array.ndim == 3), None)


class RawInputs:
    """The examples that a user handed in for a model that preprocesses them itself.

    Args:
        images: What was handed in: a text, a list, array or `{name: text}` of texts, a tuple of
            texts that belong together or of lists of such, a dict as the preprocessor takes it, or
            training data of these.
        own: Makes model input of them.
        most_bytes: Bytes that may be taken from a dataset; at least one example is. Defaults to
            `None`, any number.

    Attributes:
        names: What to call each example.
        sources: Each example.
        labels: The class of each, as training data tells it; else `None`.
        note: In words, which of the examples were taken, where not all were.

    Raises:
        TypeError: If something is no text.
        ValueError: If there is nothing.
    """

    def __init__(
        self,
        images: Any,
        own: OwnPreprocessor,
        most_bytes: int | None = None,
    ) -> None:
        self._own = own
        self.note = ""
        names: list[str] = []
        taken: list[tuple[Raw, Hashable | None]]
        if datasets.is_dataset(images):
            taken, self.note = datasets.first_of(
                self._in_dataset(images),
                lambda example: len(example[0].words),
                most_bytes,
                "inputs",
                can_end=lambda: datasets.can_end(images),
            )
        elif isinstance(images, Mapping) and not self._is_one(images):
            names = [str(name) for name in images]
            taken = [(self._one(text, str(name)), None) for name, text in images.items()]
        else:
            taken = list(self._labelled(images))
        if not taken:
            raise ValueError(
                "There are no inputs: images is empty. Give a text, or a list of texts."
            )
        self.sources = [raw for raw, _ in taken]
        self.labels: picture_labels.Labels = tuple(label for _, label in taken)
        self.names = names or [f"input {index}" for index in range(len(taken))]

    def _in_dataset(self, dataset: Any) -> Iterator[tuple[Raw, Hashable | None]]:
        for element in datasets.elements(dataset):
            yield from self._labelled(element)

    def _labelled(self, given: Any) -> Iterator[tuple[Raw, Hashable | None]]:
        """Gives the examples in an element of training data, or in what is like one."""
        labels = None
        if isinstance(given, tuple) and len(given) in (2, 3) and not has_text(given[1]):
            given, labels = given[0], given[1]
        elif isinstance(given, Mapping):
            labels = labels_by_name(given)
            if labels is not None and not self._takes(given):
                given, labels = parts_of(given, _TEXT)
        examples = list(self._split(given))
        yield from zip(examples, picture_labels.in_dataset(labels, len(examples)), strict=True)

    def _split(self, given: Any) -> Iterator[Raw]:
        if isinstance(given, np.ndarray) and given.ndim:
            given = [_as_text(text) for text in given.reshape(-1)]
        if isinstance(given, list):
            yield from (self._one(text, f"input {index}") for index, text in enumerate(given))
        elif _is_batch(given):
            parts = list(given.values()) if isinstance(given, Mapping) else list(given)
            for values in zip(*parts, strict=True):
                whole = (
                    dict(zip(given, values, strict=True)) if isinstance(given, Mapping) else values
                )
                yield self._one(whole, "dataset")
        else:
            yield self._one(given, "input 0")

    def _one(self, given: Any, name: str) -> Raw:
        if isinstance(given, Mapping):
            return Raw({key: _as_text(value) for key, value in given.items()})
        value = tuple(map(_as_text, given)) if isinstance(given, tuple) else _as_text(given)
        parts = value if isinstance(value, tuple) else (value,)
        if not all(isinstance(part, str) for part in parts):
            raise TypeError(
                f"{name!r} is of type {type(given).__name__}; a text is wanted, as "
                f"{self._own.in_words}, takes it."
            )
        return Raw(value)

    def _is_one(self, given: Mapping[Any, Any]) -> bool:
        """Whether a dict is an example or a batch, and not examples by their names."""
        labels = labels_by_name(given)
        return (labels is not None and not has_text(labels)) or self._takes(given)

    def _takes(self, given: Mapping[Any, Any]) -> bool:
        """Whether this is one example, or a batch of such, by the names of the preprocessor."""
        try:
            first = next(iter(self._split(given)))
            self._own.run(first.batch)
        except Exception:  # what a preprocessor raises for the wrong names is open-ended
            return False
        return True


def has_text(given: Any) -> bool:
    """Whether there are texts in what was handed in, however nested."""
    if datasets.is_dataset(given):
        return any(has_text(element) for element in _first(datasets.elements(given)))
    if isinstance(given, Image.Image):
        return False
    if isinstance(given, Mapping):
        return any(has_text(value) for value in given.values())
    if isinstance(given, list | tuple):
        return any(has_text(value) for value in given)
    if isinstance(given, str | bytes):
        return True
    return hasattr(given, "__array__") and given_arrays.is_text(np.asarray(given))


def in_structure(made: Any, inputs: Inputs) -> Any:
    """Gives what a preprocessor made in the structure and the dtypes that the model declares.

    Args:
        made: Arrays, batch axis of 1 first.
        inputs: What the model takes.

    Raises:
        ValueError: If there is not something for each input.
    """
    names = input_names(inputs)
    if isinstance(made, Mapping) and set(names) < set(made):
        made = {name: made[name] for name in names}
    found = structures.matched(inputs, names, made)
    if found is None:
        given = ", ".join(map(repr, made)) if isinstance(made, Mapping) else type(made).__name__
        raise ValueError(f"it gave {given}, and the model takes {', '.join(map(repr, names))}.")
    wanted: list[ModelInput] = structures.leaves(inputs)
    return structures.packed(
        inputs,
        [
            array if given_arrays.is_text(array) else array.astype(each.dtype, copy=False)
            for array, each in zip(map(np.asarray, found), wanted, strict=True)
        ],
    )


def _first(elements: Iterator[Any]) -> Iterator[Any]:
    for element in elements:
        yield element
        return


def _is_batch(given: Any) -> bool:
    """Whether this is several examples in parts of one length: lists of texts that go together."""
    parts = given.values() if isinstance(given, Mapping) else given
    if not isinstance(given, Mapping | tuple):
        return False
    return all(
        isinstance(part, list) or (isinstance(part, np.ndarray) and part.ndim > 0) for part in parts
    ) and any(has_text(part) for part in parts)


def _as_text(given: Any) -> Any:
    if isinstance(given, np.ndarray) and given.ndim == 0:
        given = given.item()
    if isinstance(given, bytes):
        return given.decode("utf-8", errors="replace")
    return str(given) if isinstance(given, str) else given


def _batch(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _batch(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(_batch(part) for part in value)
    return [value] if isinstance(value, str) else np.asarray(value)[None]
