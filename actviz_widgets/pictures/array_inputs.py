"""What users hand in for a model whose inputs are no pictures, one example at a time, checked."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from . import datasets, given_arrays, structures
from . import labels as picture_labels
from .model_input import Inputs, ModelInput, not_finite_sentence, shape_in_words
from .training_data import labels_by_name, parts_of

Example: TypeAlias = tuple[np.ndarray, ...]
"""An array for each input of the model, batch axis of 1 first, in the order declared."""


class ArrayInputs:
    """The examples that a user handed in as arrays, which go into the model as they are.

    Args:
        images: What was handed in. For one input: an array with the batch axis, one without it,
            strings, or a list or `{name: array}` of these. For several: an array each, with the
            batch axis, in the structure that the model declares, or as a flat list or dict by the
            names of the inputs; or a list or `{name: ...}` of such, an example each. Also a
            `tf.data.Dataset` of these, with labels or without.
        inputs: What the model takes.
        most_bytes: Bytes that may be taken from a dataset; at least one example is. Defaults to
            `None`, any number.

    Attributes:
        names: What to call each example.
        sources: Each example. The arrays share memory with those handed in.
        labels: The class of each, as a dataset tells it; else `None`.
        note: In words, which of the examples were taken, where not all were.
        input_names: What to call each input; one for each array of an example.

    Raises:
        TypeError: If something is no array, or one of a dtype that cannot go in.
        ValueError: If there is nothing, shapes or counts do not fit, or values are not finite.
    """

    def __init__(self, images: object, inputs: Inputs, most_bytes: int | None = None) -> None:
        self._structure = inputs
        self._wanted: list[ModelInput] = structures.leaves(inputs)
        self.input_names = input_names(inputs)
        self._is_single = isinstance(inputs, ModelInput)
        self.note = ""
        self.labels: picture_labels.Labels = ()
        if datasets.is_dataset(images):
            taken, self.note = datasets.first_of(
                self._in_dataset(images),
                lambda example: sum(array.nbytes for array in example[0]),
                most_bytes,
                "inputs",
                can_end=lambda: datasets.can_end(images),
            )
            self.sources = [example for example, _ in taken]
            self.labels = tuple(label for _, label in taken)
            self.names = [f"input {index}" for index in range(len(self.sources))]
        else:
            named = list(self._collect(images))
            self.names = [name for name, _ in named]
            self.sources = [example for _, example in named]
            self.labels = (None,) * len(named)
        if not self.sources:
            raise ValueError(f"There are no inputs: images is empty. {self._takes()}")

    def _collect(self, images: Any) -> Iterator[tuple[str, Example]]:
        one_by_one = self._one_by_one(images)
        if one_by_one is None:
            examples = self._split(images, "images")
            yield from ((f"input {index}", example) for index, example in enumerate(examples))
            return
        for name, image in one_by_one:
            examples = self._split(image, name, is_one=True)
            if len(examples) != 1:
                raise ValueError(
                    f"{name!r} has {len(examples)} inputs in it, where one is wanted. Give arrays "
                    "of several on their own, not in a list or dict of examples."
                )
            yield name, examples[0]

    def _one_by_one(self, images: Any) -> list[tuple[str, Any]] | None:
        """Gives the examples with their names, if they were handed in one by one."""
        if isinstance(images, Mapping):
            named = [(str(name), image) for name, image in images.items()]
        elif isinstance(images, list | tuple):
            named = [(f"input {index}", image) for index, image in enumerate(images)]
        else:
            return None
        if self._is_single:
            (wanted,) = self._wanted
            are_words = wanted.takes_text and wanted.shape not in (None, (), (1,))
            is_one_array = given_arrays.are_numbers(images) or (
                are_words and given_arrays.are_strings(images)
            )
            return None if is_one_array else named
        are_examples = all(self._is_whole(image) for _, image in named)
        if not self._is_whole(images):
            return named if are_examples else None
        if are_examples and not isinstance(images, Mapping):
            raise ValueError(
                f"'images' can be read as {len(named)} examples, or as an array for each input. "
                f"{self._takes()}"
            )
        return None

    def _is_whole(self, given: Any) -> bool:
        """Whether there is something for each of several inputs."""
        return (
            isinstance(given, Mapping | list | tuple)
            and structures.matched(self._structure, self.input_names, given) is not None
        )

    def _in_dataset(self, dataset: Any) -> Iterator[tuple[Example, Hashable | None]]:
        for element in datasets.elements(dataset):
            given, labels = element, None
            if self._is_single:
                given, labels = parts_of(element, self._wanted[0])
            elif isinstance(element, tuple) and element and self._is_whole(element[0]):
                given, labels = element[0], element[1] if element[1:] else None
            elif isinstance(element, Mapping) and set(self._keys()) < set(element):
                given, labels = {key: element[key] for key in self._keys()}, labels_by_name(element)
            examples = self._split(given, "dataset")
            of_each = picture_labels.in_dataset(labels, len(examples))
            for example, label in zip(examples, of_each, strict=True):
                # A part of a batch would keep all of it in memory.
                yield tuple(array.copy() for array in example), label

    def _split(self, given: Any, what: str, *, is_one: bool = False) -> list[Example]:
        """Checks an array for each input, and gives the examples in them."""
        arrays = [
            self._checked(image, wanted, what if self._is_single else name)
            for image, wanted, name in zip(
                self._matched(given, what), self._wanted, self.input_names, strict=True
            )
        ]
        arrays = self._with_batch_axes(arrays, what, is_one)
        counts = [len(array) for array in arrays]
        if len(set(counts)) > 1:
            each = " and ".join(
                f"{count} of {name!r}" for name, count in zip(self.input_names, counts, strict=True)
            )
            raise ValueError(
                f"{what!r} has {each}; the same number of each is wanted, as the first of one "
                "goes with the first of the others."
            )
        return [tuple(array[index : index + 1] for array in arrays) for index in range(counts[0])]

    def _matched(self, given: Any, what: str) -> list[Any]:
        if self._is_single:
            return [given]
        found = structures.matched(self._structure, self.input_names, given)
        if found is not None:
            return found
        if isinstance(given, Mapping):
            known = self._keys()
            parts = [f"no {name!r}" for name in known if name not in given]
            parts += [f"{name!r}, which is no input" for name in given if name not in known]
            raise ValueError(f"{what!r} has {' and '.join(parts)}. {self._takes()}")
        if isinstance(given, list | tuple):
            kind = type(given).__name__
            raise ValueError(f"{what!r} is a {kind} of length {len(given)}. {self._takes()}")
        if given_arrays.is_array(given):
            raise ValueError(f"{what!r} is one array, of shape {np.shape(given)}. {self._takes()}")
        error = ValueError if given_arrays.is_file_or_image(given) else TypeError
        raise error(f"{what!r} is of type {type(given).__name__}. {self._takes()}")

    def _keys(self) -> list[str]:
        """Gives the keys of a dict for several inputs."""
        if isinstance(self._structure, Mapping) and len(self._structure) == len(self._wanted):
            return list(self._structure)
        return self.input_names

    def _checked(self, given: Any, wanted: ModelInput, name: str) -> np.ndarray:
        """Gives an array as it is, if its values can go in."""
        is_word = isinstance(given, str) and wanted.takes_text
        if given_arrays.is_file_or_image(given) and not is_word:
            what = "a PIL image" if isinstance(given, Image.Image) else f"the path {str(given)!r}"
            reason = "which is no picture" if self._is_single else "and several inputs are no files"
            advice = "the text itself" if wanted.takes_text else "arrays, such as numpy.load reads"
            raise ValueError(
                f"{name!r} is {what}; the model takes {wanted.in_words}, {reason}. Give {advice}."
            )
        array = given_arrays.as_array(given, name)
        is_text = given_arrays.is_text(array)
        fits = wanted.takes_text if is_text else _are_numbers(array) and not wanted.takes_text
        if not fits and not (is_text and wanted.shape is None):
            kind = "strings" if wanted.takes_text else "numbers"
            raise TypeError(
                f"{name!r} is an array of dtype {array.dtype}; {kind} are wanted, as the model "
                f"takes {wanted.in_words}."
            )
        if array.size == 0:
            raise ValueError(f"{name!r} is an array of shape {array.shape}, which is empty.")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(not_finite_sentence(f"{name!r}", array))
        return array

    def _with_batch_axes(
        self, arrays: list[np.ndarray], what: str, is_one: bool
    ) -> list[np.ndarray]:
        """Gives the arrays with the batch axis in front, if their shapes fit."""
        for is_exact in (True, False):
            for has_batch_axis in (True, False):
                fitting = [
                    _fitting(array, wanted, has_batch_axis, is_exact, is_one)
                    for array, wanted in zip(arrays, self._wanted, strict=True)
                ]
                found = [array for array in fitting if array is not None]
                if len(found) == len(arrays):
                    return found
        given = zip(arrays, self._wanted, self.input_names, strict=True)
        array, wanted, name = next(
            (array, wanted, what if self._is_single else name)
            for array, wanted, name in given
            if _fitting(array, wanted, True, False, is_one) is None
        )
        with_count = shape_in_words(("count", *(wanted.shape or ())))
        raise ValueError(
            f"{name!r} is an array of shape {array.shape}; the model takes {wanted.in_words}. "
            f"Give {with_count}, batch axis first."
        )

    def _takes(self) -> str:
        if self._is_single:
            (wanted,) = self._wanted
            shape = shape_in_words(("count", *(wanted.shape or ("...",))))
            return (
                f"The model takes {wanted.in_words}: give an array {shape}, a list or dict of "
                "arrays, or a tf.data.Dataset."
            )
        each = [
            f"{name!r} {wanted.in_words}"
            for name, wanted in zip(self.input_names, self._wanted, strict=True)
        ]
        example = ", ".join(f"{name!r}: array_{i}" for i, name in enumerate(self.input_names))
        return (
            f"The model takes {len(each)} inputs, {', '.join(each[:-1])} and {each[-1]}: give an "
            "array for each, batch axis first, such as "
            f"ActivationExplorer(model, {{{example}}})."
        )


def input_names(inputs: Inputs) -> list[str]:
    """Gives what to call each input of a model: its own name, or where it is."""
    wanted: list[ModelInput] = structures.leaves(inputs)
    names = [one.name for one in wanted]
    if all(names) and len(set(names)) == len(names):
        return names
    return [place or "input" for place in structures.places(inputs)]


def _fitting(
    array: np.ndarray, wanted: ModelInput, has_batch_axis: bool, is_exact: bool, is_one: bool
) -> np.ndarray | None:
    if wanted.shape is None:
        # Only the batch axis can be told from the rest, and in a list of examples by its size.
        has_one = array.ndim >= 1 and (not is_one or (array.ndim > 1 and len(array) == 1))
        return array if has_one else array[None]
    candidates = [array]
    if not is_exact and wanted.shape[-1:] == (1,):
        # A last axis of one is often left out.
        candidates.append(array[..., None])
    for candidate in candidates:
        if has_batch_axis and candidate.ndim and wanted.fits(candidate.shape[1:]):
            return candidate
        if not has_batch_axis and wanted.fits(candidate.shape):
            return candidate[None]
    return None


def _are_numbers(array: np.ndarray) -> bool:
    return array.dtype.kind in "fiub"
