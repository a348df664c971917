"""Pictures and labels out of what people train with, of whichever library it is.

`tf.data` datasets, Keras's `PyDataset` and the iterators of its `ImageDataGenerator`, data sets by
index, loaders and generators of batches, and one batch or example of such, `(x, y)` or by name:
each gives elements of pictures, alone, with labels, or by name. None of it is used up or moved on
by more than the pictures that are taken.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from . import pixels, structures
from .model_input import Inputs, ModelInput

_INPUT_NAMES = (
    *("image", "images", "picture", "pictures", "img", "pixel_values", "text", "texts"),
    *("x", "input", "inputs", "data", "features"),
)
_LABEL_NAMES = ("label", "labels", "class", "classes", "category", "target", "targets", "y")
_MOST_AROUND = 50  # datasets that one is made of, each of the one before


class TrainingData:
    """Elements of training data, read again from the first each time, and none read twice for it.

    Args:
        elements: Gives all of them; called once.
        class_names: What the data calls the classes, by number.
        count: How many there are. Defaults to `None`, not known: one more is drawn than is taken
            to see whether there is one, from what can be read anew.
        is_used_up: Whether an element can be drawn but once. Defaults to `False`.
    """

    def __init__(
        self,
        elements: Iterator[Any],
        class_names: tuple[str, ...] = (),
        *,
        count: int | None = None,
        is_used_up: bool = False,
    ) -> None:
        self._left = elements
        self._drawn: list[Any] = []
        self._count, self._is_used_up = count, is_used_up
        self.class_names = class_names

    @property
    def can_end(self) -> bool:
        """Whether it may be asked whether there is more, which draws an element if there is."""
        if self._count is not None:
            return len(self._drawn) >= self._count
        return not self._is_used_up

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
        is_one = _are_x_and_y(images, inputs)
        return TrainingData(iter([(images[0], _as_labels(images[1]))])) if is_one else None
    if isinstance(images, Mapping):
        is_one = _is_one_by_name(images, inputs)
        return TrainingData(iter([dict(images)]), _class_names(images)) if is_one else None
    is_plain = isinstance(images, str | bytes | bytearray | memoryview | Path | Image.Image)
    if is_plain or isinstance(images, list | set | frozenset):
        return None
    if hasattr(images, "as_numpy_iterator"):
        return TrainingData(images.as_numpy_iterator(), _class_names(images))
    if hasattr(images, "__array__") or isinstance(images, range):
        return None
    if _is_indexed(images):
        count = _count_of(images)
        return TrainingData(
            _by_index(images, count), _class_names(images), count=count, is_used_up=True
        )
    if hasattr(images, "__next__"):
        return TrainingData(images, _class_names(images), is_used_up=True)
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
    names = [name for name in (wanted.name, *_INPUT_NAMES) if name in given]
    fitting = [name for name, value in given.items() if _may_go_in(value, wanted)]
    # Where none fits, the error is to be of its shape.
    arrays = [name for name in names if hasattr(given[name], "__array__")]
    named = [name for name in names if name in fitting] or arrays
    if not named and len(fitting) != 1:
        raise TypeError(
            f"The dataset gives dicts of {', '.join(repr(name) for name in given)}, and it cannot "
            f"be told which goes into the model, which takes {wanted.in_words}. Map it to "
            "(input, label) first."
        )
    chosen = (named or fitting)[0]
    return given[chosen], labels_by_name(given) if labels is None else labels


def labels_by_name(element: Mapping[Any, Any]) -> Any:
    """Gives the labels of a dict of arrays; `None` if nothing in it is called so."""
    return _as_labels(next((element[name] for name in _LABEL_NAMES if name in element), None))


def _may_go_in(value: Any, wanted: ModelInput) -> bool:
    """Whether a part of an element is what goes into the model, or several of such."""
    if isinstance(value, list) and value and not isinstance(value[0], int | float | np.number):
        return _may_go_in(value[0], wanted)
    if isinstance(value, str):
        return wanted.takes_text or (wanted.is_picture and pixels.exists(Path(value)))
    if isinstance(value, Path | Image.Image):
        return wanted.is_picture
    try:
        array = np.asarray(value)
    except ValueError:  # parts of unequal shapes
        return False
    if (array.dtype.kind in "USO") != wanted.takes_text:
        return False
    shapes = [array.shape, array.shape[1:]]
    if not wanted.takes_text and wanted.is_picture and wanted.height_width_channels[2] == 1:
        # Grey pictures are often kept without their one channel.
        where = -3 if wanted.channels_first else -1
        shapes += [np.expand_dims(array, where).shape[skip:] for skip in (0, 1) if array.ndim > 1]
    if wanted.shape is not None and any(wanted.fits(shape) for shape in shapes):
        return True
    if wanted.takes_text:
        return wanted.shape in (None, (), (1,)) and array.ndim <= 1
    has_pixels = array.dtype.kind in "fiub" and array.shape[-1:] in ((1,), (3,), (4,))
    return wanted.is_picture and array.ndim in (3, 4) and has_pixels


def _is_one_by_name(images: Mapping[Any, Any], inputs: Inputs) -> bool:
    """Whether a dict is a batch or an example by the names of its parts, labels among them."""
    named = [name for name in _LABEL_NAMES if name in images]
    if not named:
        return False
    if not isinstance(inputs, ModelInput):
        wanted = set(_names_of(inputs))
        return wanted < set(images) and not wanted & set(named)
    others = [value for name, value in images.items() if name not in _LABEL_NAMES]
    are_labels = not any(_may_go_in(images[name], inputs) for name in named)
    return are_labels and any(_may_go_in(value, inputs) for value in others)


def _are_x_and_y(images: tuple[Any, ...], inputs: Inputs) -> bool:
    """Whether a tuple is inputs and what is to be predicted for each, rather than examples."""
    if len(images) not in (2, 3):
        return False
    x, y = images[0], images[1]
    if not isinstance(inputs, ModelInput):
        return _is_whole(x, inputs) and not _is_whole(y, inputs)
    is_text = isinstance(x, str | bytes)
    if _is_label(y) and not is_text:
        return _is_example(x, inputs)
    if not hasattr(x, "__array__") or isinstance(x, Image.Image):
        return False
    is_list = isinstance(y, list) and all(np.ndim(label) == 0 for label in y)
    if not (hasattr(y, "__array__") or is_list) or isinstance(y, Image.Image):
        return False
    shape, of_targets = np.shape(x), np.shape(y)
    if not shape or not of_targets or shape[0] != of_targets[0]:
        # What stands beside a single example may be a row of units.
        return len(of_targets) == 1 and inputs.is_picture and _is_example(x, inputs)
    rank = 3 if inputs.shape is None else len(inputs.shape)
    if inputs.is_picture and rank == 3:
        is_grey = inputs.height_width_channels[2] == 1 and shape[-1] not in (1, 3, 4)
        is_batch = len(shape) == 4 or (len(shape) == 3 and is_grey and len(of_targets) == 1)
    else:
        is_batch = len(shape) == rank + 1 and (inputs.shape is None or inputs.fits(shape[1:]))
    is_another_example = of_targets == shape and shape[0] == 1
    return is_batch and not is_another_example


def _is_label(y: Any) -> bool:
    """Whether this is a class on its own: a number or a name."""
    if isinstance(y, Image.Image | Path):
        return False
    return np.isscalar(y) or (hasattr(y, "__array__") and np.ndim(y) == 0)


def _is_example(x: Any, wanted: ModelInput) -> bool:
    """Whether this is one picture, or other input."""
    if isinstance(x, Image.Image | Path):
        return wanted.is_picture
    if not hasattr(x, "__array__"):
        return False
    if not wanted.is_picture:
        return wanted.shape is not None and wanted.fits(np.shape(x))
    return np.ndim(x) in (2, 3)


def _is_whole(given: Any, inputs: Inputs) -> bool:
    """Whether there is something for each of several inputs, of the rank that it takes."""
    if not isinstance(given, Mapping | list | tuple):
        return False
    found = structures.matched(inputs, _names_of(inputs), given)
    if found is None:
        return False
    wanted: list[ModelInput] = structures.leaves(inputs)
    return all(
        not isinstance(one, Mapping | tuple)
        and (each.shape is None or np.ndim(one) in (len(each.shape), len(each.shape) + 1))
        for one, each in zip(found, wanted, strict=True)
    )


def _names_of(inputs: Inputs) -> list[str]:
    wanted: list[ModelInput] = structures.leaves(inputs)
    names = [one.name for one in wanted]
    is_dict = isinstance(inputs, Mapping) and len(inputs) == len(wanted)
    return [str(name) for name in inputs] if is_dict and isinstance(inputs, Mapping) else names


def _as_labels(given: Any) -> Any:
    is_list = isinstance(given, list | tuple) and all(np.ndim(label) == 0 for label in given)
    return np.asarray(given) if is_list else given


def _is_indexed(images: Any) -> bool:
    """Whether elements are had by index, without drawing others before them."""
    if not hasattr(images, "__getitem__"):
        return False
    names = {kind.__name__ for kind in type(images).__mro__}
    if names & {"PyDataset", "Sequence"}:
        return True
    return hasattr(images, "__len__") and ("Iterator" in names or not hasattr(images, "__iter__"))


def _count_of(batches: Any) -> int | None:
    """Counts the elements of data by index; `None` where they have no end."""
    try:
        count: int | None = batches.num_batches if hasattr(batches, "num_batches") else len(batches)
    except (NotImplementedError, TypeError):
        return None
    return count


def _by_index(batches: Any, count: int | None) -> Iterator[Any]:
    """Gives the batches of a `PyDataset` by index, of a copy: it counts those it has given."""
    with contextlib.suppress(Exception):  # what cannot be copied is read as it is
        batches = copy.copy(batches)
    for index in itertools.count() if count is None else range(count):
        with _random_numbers_kept():
            try:
                batch = batches[index]
            except IndexError:
                return
        yield batch


@contextlib.contextmanager
def _random_numbers_kept() -> Iterator[None]:
    """Leaves the numbers that are drawn next as they are: iterators shuffle and turn by them."""
    state = np.random.get_state()  # theirs, and the user's, are the old ones
    plain_state = random.getstate()
    try:
        yield
    finally:
        np.random.set_state(state)
        random.setstate(plain_state)


def _class_names(data: Any) -> tuple[str, ...]:
    """Gives the names of the classes by number, of the data or of what it was made from."""
    for _ in range(_MOST_AROUND):
        names = _own_class_names(data)
        # Mapped, batched and prefetched, a tf.data.Dataset keeps names in what it was made from,
        # which it tells under this private name alone; a loader has its data set.
        data = getattr(data, "_input_dataset", getattr(data, "dataset", None))
        if names or data is None:
            return names
    return ()


def _own_class_names(data: Any) -> tuple[str, ...]:
    for name in ("class_indices", "class_to_idx"):
        numbers = getattr(data, name, None)
        if isinstance(numbers, Mapping) and sorted(numbers.values()) == list(range(len(numbers))):
            return tuple(str(one) for one in sorted(numbers, key=lambda one: numbers[one]))
    found = [getattr(data, name, None) for name in ("class_names", "classes", "target_names")]
    features = getattr(data, "features", None)
    if isinstance(features, Mapping):
        labels = next((features[name] for name in _LABEL_NAMES if name in features), None)
        found.append(getattr(labels, "names", None))
    for names in found:
        is_list = isinstance(names, Iterable) and not isinstance(names, str | bytes | Mapping)
        listed = list(names) if is_list and names is not None else []
        if listed and all(isinstance(one, str) for one in listed):
            return tuple(str(one) for one in listed)
    return ()


def _as_arrays(element: Any) -> Any:
    """Gives an element with numpy's arrays for those of other libraries; a pair as a tuple."""
    is_pair = isinstance(element, list) and len(element) in (2, 3)
    if is_pair and any(hasattr(part, "__array__") for part in element):
        element = tuple(element)
    leaves = [
        np.asarray(leaf)
        if hasattr(leaf, "__array__") and not isinstance(leaf, Image.Image)
        else leaf
        for leaf in structures.leaves(element)
    ]
    return structures.packed(element, leaves)
