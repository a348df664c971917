"""What users hand in as pictures, one at a time, checked and named."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from . import datasets, picture_files, pixels
from . import labels as picture_labels
from .model_input import Inputs, ModelInput, not_finite_sentence, shape_in_words
from .training_data import parts_of
from .whole_numbers import FILE_CHANNELS, WholeNumbers, of_another_size, whole_numbers

_Array: TypeAlias = np.ndarray | WholeNumbers
Source: TypeAlias = Path | Image.Image | bytes | _Array

_WANTED = (
    "a path, a folder, a PIL image, an array (height, width, channels) or "
    "(count, height, width, channels), a list or dict of these, or training data: a "
    "tf.data.Dataset, a PyDataset, an iterator of batches, or (pictures, labels)"
)


def are_pictures(images: object, inputs: Inputs) -> bool:
    """Whether what was handed in for the inputs of a model is pictures, or meant to be.

    Args:
        images: What was handed in.
        inputs: What the model takes. Where that may be a picture and may be none, what was handed
            in decides.
    """
    if not isinstance(inputs, ModelInput) or inputs.takes_text:
        return False
    if inputs.shape is None:
        items = list(_items(images, inputs))
        return not items or not all(_is_no_picture(item, inputs) for item in items)
    if inputs.is_picture or len(inputs.shape) != 2:
        return inputs.is_picture
    return any(
        isinstance(item, str | Path | Image.Image) or getattr(item, "dtype", None) == np.uint8
        for item in _items(images, inputs)
    )


def one_by_one(images: object) -> Iterator[object]:
    """Gives what was handed in so that each picture named on its own can be wrong on its own.

    An array of several, a folder and a dataset stay whole.
    """
    if isinstance(images, Mapping):
        yield from ({name: image} for name, image in images.items())
    elif isinstance(images, list | tuple):
        yield from ([image] for image in images)
    else:
        yield images


class PictureSources:
    """The pictures that a user handed in, as files, PIL images and arrays.

    Args:
        images: What was handed in; see `Pictures`.
        model_input: What the model takes, which tells one float array from many.
        most_bytes: Bytes that may be taken from a dataset; at least one picture is. Defaults to
            `None`, any number.
        first_number: What pictures without a name are numbered from. Defaults to 0.
        has_preprocess: Whether a function of the user's makes model input. Defaults to `False`.

    Attributes:
        names: What to call each picture.
        sources: Each picture: the path of a file, the bytes of one, a PIL image, pixels of any
            integer dtype, whole numbers that are none, or floats of the model's shape.
        labels: The class of each, as a dataset or the folders that they lie in tell it; else
            `None`.
        note: In words, which of the pictures were taken, where not all were.

    Raises:
        TypeError: If `images` or one of them is nothing that can be a picture.
        ValueError: If there is none, or one is missing, unreadable, or of no fitting shape.
    """

    def __init__(
        self,
        images: object,
        model_input: ModelInput,
        most_bytes: int | None = None,
        first_number: int = 0,
        *,
        has_preprocess: bool = False,
    ) -> None:
        self._model_input = model_input
        self._has_preprocess = has_preprocess
        self._most_bytes = most_bytes
        self._first_number = first_number
        self.note = ""
        self.labels: picture_labels.Labels = ()
        named = list(self._collect(images))
        if not named:
            raise ValueError(f"There are no pictures: images is empty. Give {_WANTED}.")
        self.names = [name for name, _ in named]
        self.sources = [source for _, source in named]
        self.labels = self.labels or (None,) * len(named)

    def _collect(self, images: object) -> Iterator[tuple[str, Source]]:
        if isinstance(images, str) and (not images or "://" in images):
            raise ValueError(
                f"images is {images!r}; the path of a file or a folder is wanted. Pictures from "
                "the web have to be downloaded first."
            )
        if isinstance(images, str | Path):
            named = picture_files.named_files(images)
            self.labels = picture_labels.by_folder([name for name, _ in named])
            yield from named
        elif isinstance(images, Mapping):
            for name, image in images.items():
                yield str(name), self._one(image, str(name))
        elif isinstance(images, list | tuple):
            for index, image in enumerate(images):
                yield self._name_of(image, index), self._one(image, self._name_of(image, index))
        elif datasets.is_dataset(images):
            taken, self.note = datasets.first_of(
                self._in_dataset(images),
                lambda picture: _bytes_of(picture[0]),
                self._most_bytes,
                "pictures",
                can_end=lambda: datasets.can_end(images),
            )
            self.labels = tuple(label for _, label in taken)
            yield from (
                (self._name_of(source, index), source) for index, (source, _) in enumerate(taken)
            )
        elif isinstance(images, Image.Image | bytes | bytearray | memoryview):
            yield self._name_of(images, 0), self._one(images, self._name_of(images, 0))
        elif hasattr(images, "__array__"):
            for index, array in enumerate(self._split(np.asarray(images), "images")):
                yield self._name_of(array, index), array
        else:
            raise TypeError(f"images is of type {type(images).__name__}; give {_WANTED}.")

    def _one(self, image: object, name: str) -> Source:
        """Checks one picture that was named on its own."""
        if isinstance(image, str | Path):
            path = Path(image)
            if pixels.is_folder(path):
                raise ValueError(
                    f"{path} is a folder, where one picture is wanted. Give a folder alone, not in "
                    "a list: ActivationExplorer(model, folder)."
                )
            pixels.open_file(path)
            return path
        if isinstance(image, Image.Image):
            return image
        if isinstance(image, bytes | bytearray | memoryview):
            # Kept as they are: what is in them takes many times as much.
            data = bytes(image)
            pixels.open_bytes(data, name)
            return data
        if not hasattr(image, "__array__"):
            raise TypeError(
                f"The picture {name!r} is of type {type(image).__name__}; give a path, a PIL image "
                "or an array (height, width, channels)."
            )
        arrays = self._split(np.asarray(image), name)
        if len(arrays) != 1:
            raise ValueError(
                f"The picture {name!r} is an array of {len(arrays)} pictures, shape "
                f"{np.shape(image)}; one picture (height, width, channels) is wanted here. Give "
                "an array of several on its own, not in a list or dict."
            )
        return arrays[0]

    def _in_dataset(self, dataset: Any) -> Iterator[tuple[Source, Hashable | None]]:
        for element in datasets.elements(dataset):
            given, given_labels = parts_of(element, self._model_input)
            sources = self._in_element(given)
            labels = picture_labels.in_dataset(given_labels, len(sources))
            for source, label in zip(sources, labels, strict=True):
                # A part of a batch would keep all of it in memory.
                if isinstance(source, WholeNumbers):
                    yield WholeNumbers(source.values.copy()), label
                elif not isinstance(source, np.ndarray):
                    yield source, label
                elif source.dtype.kind == "f" or source.dtype == np.uint16:
                    yield source.copy(), label
                else:
                    yield pixels.as_uint8(source, "dataset").copy(), label

    def _in_element(self, given: Any) -> Sequence[Source]:
        """Checks the pictures of one element of training data."""
        if isinstance(given, np.ndarray):
            return self._split(given, "dataset")
        if isinstance(given, bytes) and pixels.exists(path := Path(os.fsdecode(given))):
            given = path  # as tf.data lists files
        if isinstance(given, list):
            return [self._one(one, self._name_of(one, index)) for index, one in enumerate(given)]
        if not isinstance(given, str | Path | Image.Image | bytes):
            raise TypeError(
                f"The dataset gives elements of type {type(given).__name__}; pictures, or "
                "(pictures, labels), are wanted. Map it to that first."
            )
        return [self._one(given, self._name_of(given, 0))]

    def _split(self, array: np.ndarray, name: str) -> Sequence[_Array]:
        """Checks an array, and gives the pictures in it, which share its memory."""
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"{name!r} is an array of dtype {array.dtype}; numbers are wanted: uint8 from 0 to "
                "255, or floats as the model takes them."
            )
        if array.size == 0:
            raise ValueError(f"{name!r} is an array of shape {array.shape}, which is empty.")
        if array.dtype.kind == "f":
            return self._split_floats(array, name)
        numbers = whole_numbers(array, self._model_input, self._has_preprocess, name)
        if numbers is not None:
            return numbers
        # The pixels that this gives are dropped: what is not kept here costs no memory.
        pixels.as_uint8(array, name)
        return self._split_pixels(array, name)

    def _split_floats(self, array: np.ndarray, name: str) -> list[np.ndarray]:
        if not np.isfinite(array).all():
            raise ValueError(not_finite_sentence(f"{name!r}", array))
        wanted = self._model_input
        may_lack_channel = wanted.shape is not None and self._takes_grey()
        examples = wanted.examples_in(array, may_lack_channel=may_lack_channel)
        if examples is not None:
            return examples
        if self._has_preprocess and (others := of_another_size(array, wanted)) is not None:
            return others
        takes = shape_in_words(wanted.shape or ("height", "width", "channels"))
        raise ValueError(
            f"{name!r} is a float array of shape {array.shape}; the model takes {takes}. Resize it "
            "to that, or give it as uint8 with values of 0 to 255, which is resized for you."
        )

    def _split_pixels(self, array: np.ndarray, name: str) -> list[np.ndarray]:
        channels = self._model_input.height_width_channels[2]
        if self._model_input.channels_first and array.shape[-3:-2] == (channels,):
            array = np.moveaxis(array, -3, -1)
        if array.ndim == 2 or (array.ndim == 3 and array.shape[-1] in (1, 2, 3, 4)):
            return [array]
        has_channels = array.ndim == 4 and array.shape[-1] in (1, 2, 3, 4)
        if has_channels or (array.ndim == 3 and self._takes_grey()):
            return list(array)
        if channels not in (None, *FILE_CHANNELS):
            takes = shape_in_words(self._model_input.shape or ())
            raise ValueError(
                f"{name!r} is a {array.dtype} array of shape {array.shape}; the model takes "
                f"{takes}, with the count of several in front. Bring it to that shape."
            )
        raise ValueError(
            f"{name!r} is a {array.dtype} array of shape {array.shape}; a picture is "
            "(height, width), (height, width, 1), (height, width, 3) or (height, width, 4), and "
            "several have their count in front."
        )

    def _takes_grey(self) -> bool:
        return self._model_input.height_width_channels[2] == 1

    def _name_of(self, image: object, index: int) -> str:
        if isinstance(image, Image.Image):
            image = getattr(image, "filename", "")
        if isinstance(image, str | Path) and str(image):
            return Path(image).name
        return f"picture {self._first_number + index}"


def _bytes_of(source: Source) -> int:
    """Counts the bytes that a picture takes while it is not looked at."""
    if isinstance(source, Image.Image):
        return source.width * source.height * len(source.getbands())
    if isinstance(source, Path):
        return 0
    array = source.values if isinstance(source, WholeNumbers) else source
    return len(array) if isinstance(array, bytes) else array.nbytes


def _items(images: Any, wanted: ModelInput) -> Iterator[object]:
    """Gives what was handed in one by one; of a dataset, the first element tells enough."""
    if datasets.is_dataset(images):
        for element in datasets.elements(images):
            yield parts_of(element, wanted)[0]
            return
    elif isinstance(images, Mapping):
        yield from images.values()
    elif isinstance(images, list | tuple):
        yield from images
    else:
        yield images


def _is_no_picture(item: object, unknown: ModelInput) -> bool:
    """Whether an item, for a model that does not tell its input, can only go in as it is."""
    if isinstance(item, str | Path | Image.Image) or not hasattr(item, "__array__"):
        return False
    array = np.asarray(item)
    if array.dtype in (np.uint8, np.uint16, np.bool_) or array.ndim == 4:
        return False
    if array.dtype.kind not in "fiu" or array.ndim != 3:
        return True
    return array.shape[0 if unknown.channels_first else -1] not in (1, 3, 4)
