"""Pictures and labels out of what people train with, of whichever library it is.

`tf.data` datasets, Keras's `PyDataset` and the iterators of its `ImageDataGenerator`, loaders and
generators of batches, and `(x, y)` arrays: each gives elements of pictures, alone, with labels, or
by name. None of it is used up or moved on by more than the pictures that are taken.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from . import structures
from .model_input import Inputs, ModelInput

_PICTURE_NAMES = ("image", "images", "picture", "pictures", "img", "pixel_values", "x", "input")
_LABEL_NAMES = ("label", "labels", "class", "classes", "category", "target", "targets", "y")


class TrainingData:
    """Elements of training data, read again from the first each time, and none read twice for it.

    Args:
        elements: Gives all of them; called once.
        class_names: What the data calls the classes, by number.
        can_end: Whether one more element may be asked for than is taken, to see whether there is
            one.
    """

    def __init__(
        self, elements: Iterator[Any], class_names: tuple[str, ...] = (), *, can_end: bool = True
    ) -> None:
        self._left = elements
        self._drawn: list[Any] = []
        self.class_names = class_names
        self.can_end = can_end

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Gives the elements, as a `tf.data.Dataset` does."""
        for index in itertools.count():
            if index == len(self._drawn):
                try:
                    self._drawn.append(_as_arrays(next(self._left)))
                except StopIteration:
                    return
            yield self._drawn[index]


def training_data(images: Any, inputs: Inputs) -> TrainingData | None:
    """Takes what was handed in as training data, if it is some.

    Args:
        images: What was handed in.
        inputs: What the model takes.

    Returns:
        `None` for pictures, arrays, and lists or dicts of them.
    """
    if isinstance(images, TrainingData):
        return images
    if isinstance(images, tuple):
        if not _are_x_and_y(images, inputs):
            return None
        return TrainingData(iter([(images[0], np.asarray(images[1]))]))
    is_plain = isinstance(images, str | bytes | bytearray | memoryview | Path | Image.Image)
    if is_plain or isinstance(images, Mapping | list | set | frozenset):
        return None
    if hasattr(images, "as_numpy_iterator"):
        return TrainingData(images.as_numpy_iterator(), _class_names(images))
    if hasattr(images, "__array__") or isinstance(images, range):
        return None
    if _is_indexed(images):
        return TrainingData(_by_index(images), _class_names(images))
    if hasattr(images, "__next__"):
        return TrainingData(images, _class_names(images), can_end=False)
    if hasattr(images, "__iter__"):
        return TrainingData(iter(images), _class_names(images))
    return None


def parts_of(element: Any, wanted: ModelInput) -> tuple[Any, Any]:
    """Tells the input from the labels in an element of training data, for a model of one input.

    Args:
        element: An array, `(x, y)`, `(x, y, weights)`, or a dict of arrays.
        wanted: What the model takes.

    Returns:
        The input, and its labels; `None` where there are none.

    Raises:
        TypeError: If it is a dict, and neither names nor shapes tell which of it is the input.
    """
    given, labels = element, None
    if isinstance(element, tuple) and element:
        given, labels = element[0], element[1] if element[1:] else None
    if not isinstance(given, Mapping):
        return given, labels
    names = [name for name in (wanted.name, *_PICTURE_NAMES) if name in given]
    fitting = [name for name, value in given.items() if _may_go_in(value, wanted)]
    named = [name for name in names if name in fitting] or names
    if not named and len(fitting) != 1:
        raise TypeError(
            f"The dataset gives dicts of {', '.join(repr(name) for name in given)}, and it cannot "
            f"be told which goes into the model, which takes {wanted.in_words}. Map it to "
            "(input, label) first."
        )
    chosen = (named or fitting)[0]
    if labels is None:
        labels = next((given[name] for name in _LABEL_NAMES if name in given), None)
    return given[chosen], labels


def _may_go_in(value: Any, wanted: ModelInput) -> bool:
    shape = np.shape(value)
    if wanted.shape is not None and (wanted.fits(shape) or wanted.fits(shape[1:])):
        return True
    has_pixels = np.asarray(value).dtype.kind in "fiub" and shape[-1:] in ((1,), (3,), (4,))
    return wanted.is_picture and len(shape) in (3, 4) and has_pixels


def _are_x_and_y(images: tuple[Any, ...], inputs: Inputs) -> bool:
    """Whether a tuple is arrays of inputs and of what is to be predicted for each."""
    if not isinstance(inputs, ModelInput) or len(images) not in (2, 3):
        return False
    x, y = images[0], images[1]
    if not hasattr(x, "__array__") or isinstance(x, Image.Image):
        return False
    is_list = isinstance(y, list) and all(np.ndim(label) == 0 for label in y)
    if not (hasattr(y, "__array__") or is_list) or isinstance(y, Image.Image):
        return False
    shape, of_targets = np.shape(x), np.shape(y)
    if not shape or not of_targets or shape[0] != of_targets[0]:
        return False
    rank = 3 if inputs.shape is None else len(inputs.shape)
    if inputs.is_picture and rank == 3:
        is_grey = inputs.height_width_channels[2] == 1 and shape[-1] not in (1, 3, 4)
        is_batch = len(shape) == 4 or (len(shape) == 3 and is_grey and len(of_targets) == 1)
    else:
        is_batch = len(shape) == rank + 1 and (inputs.shape is None or inputs.fits(shape[1:]))
    is_another_example = of_targets == shape and shape[0] == 1
    return is_batch and not is_another_example


def _is_indexed(images: Any) -> bool:
    names = {kind.__name__ for kind in type(images).__mro__}
    return hasattr(images, "__getitem__") and bool(names & {"PyDataset", "Sequence", "Iterator"})


def _by_index(batches: Any) -> Iterator[Any]:
    """Gives the batches of a `PyDataset` by index, of a copy: it counts those it has given."""
    with contextlib.suppress(Exception):  # what cannot be copied is read as it is
        batches = copy.copy(batches)
    try:
        count = batches.num_batches if hasattr(batches, "num_batches") else len(batches)
    except (NotImplementedError, TypeError):
        count = None
    for index in itertools.count() if count is None else range(count):
        with _random_numbers_kept():
            try:
                batch = batches[index]
            except IndexError:
                return
        yield batch


@contextlib.contextmanager
def _random_numbers_kept() -> Iterator[None]:
    """Leaves the numbers that numpy draws next as they are: iterators shuffle and turn by them."""
    state = np.random.get_state()  # theirs, and the user's, are the old ones
    try:
        yield
    finally:
        np.random.set_state(state)


def _class_names(data: Any) -> tuple[str, ...]:
    """Gives the names of the classes by number, as directories of pictures bring them."""
    by_name = getattr(data, "class_indices", None)
    if isinstance(by_name, Mapping) and sorted(by_name.values()) == list(range(len(by_name))):
        return tuple(str(name) for name in sorted(by_name, key=lambda name: by_name[name]))
    names = getattr(data, "class_names", None)
    is_list = isinstance(names, Iterable) and not isinstance(names, str | bytes | Mapping)
    return tuple(str(name) for name in names) if is_list and names is not None else ()


def _as_arrays(element: Any) -> Any:
    """Gives an element with numpy's arrays for those of other libraries; a pair as a tuple."""
    if isinstance(element, list) and len(element) in (2, 3):
        element = tuple(element)
    leaves = [
        np.asarray(leaf)
        if hasattr(leaf, "__array__") and not isinstance(leaf, Image.Image)
        else leaf
        for leaf in structures.leaves(element)
    ]
    return structures.packed(element, leaves)
