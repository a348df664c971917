"""What users hand in as images, one picture at a time, checked and named."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from . import pixels
from .model_input import ModelInput, shape_in_words

MOST_FROM_A_DATASET = 100
"""Pictures taken from a `tf.data.Dataset`, which may have no end."""

_WANTED = (
    "a path, a folder, a PIL image, an array (height, width, channels) or "
    "(count, height, width, channels), a list or dict of these, or a tf.data.Dataset"
)


class PictureSources:
    """The pictures that a user handed in, as files, PIL images and arrays.

    Args:
        images: What was handed in; see `Pictures`.
        model_input: What the model takes, which tells one float array from many.

    Attributes:
        names: What to call each picture; no two are the same.
        sources: Each picture: the path of a file, a PIL image, uint8 pixels, or floats that are
            model input already.
        note: In words, which of the pictures were taken, where not all were.

    Raises:
        TypeError: If `images` or one of them is nothing that can be a picture.
        ValueError: If there is none, or one is missing, unreadable, or of no fitting shape.
    """

    def __init__(self, images: object, model_input: ModelInput) -> None:
        self._model_input = model_input
        self.note = ""
        named = list(self._collect(images))
        if not named:
            raise ValueError(f"There are no pictures: images is empty. Give {_WANTED}.")
        self.names = tuple(_distinct([name for name, _ in named]))
        self.sources = [source for _, source in named]

    def _collect(self, images: object) -> Iterator[tuple[str, Path | Image.Image | np.ndarray]]:
        if isinstance(images, str) and (not images or "://" in images):
            raise ValueError(
                f"images is {images!r}; the path of a file or a folder is wanted. Pictures from "
                "the web have to be downloaded first."
            )
        if isinstance(images, str | Path):
            yield from self._from_path(Path(images))
        elif isinstance(images, Mapping):
            for name, image in images.items():
                yield str(name), self._one(image, str(name))
        elif isinstance(images, list | tuple):
            for index, image in enumerate(images):
                yield _name_of(image, index), self._one(image, _name_of(image, index))
        elif hasattr(images, "as_numpy_iterator"):
            yield from self._from_dataset(images)
        elif isinstance(images, Image.Image):
            yield _name_of(images, 0), self._one(images, _name_of(images, 0))
        elif hasattr(images, "__array__"):
            for index, array in enumerate(self._split(np.asarray(images), "images")):
                yield f"picture {index}", array
        else:
            raise TypeError(f"images is of type {type(images).__name__}; give {_WANTED}.")

    def _one(self, image: object, name: str) -> Path | Image.Image | np.ndarray:
        """Checks one picture that was named on its own."""
        if isinstance(image, str | Path):
            path = Path(image)
            if path.is_dir():
                raise ValueError(
                    f"{path} is a folder, where one picture is wanted. Give a folder alone, not in "
                    "a list: ActivationExplorer(model, folder)."
                )
            pixels.open_file(path)
            return path
        if isinstance(image, Image.Image):
            return image
        if not hasattr(image, "__array__"):
            raise TypeError(
                f"The picture {name!r} is of type {type(image).__name__}; give a path, a PIL image "
                "or an array (height, width, channels)."
            )
        arrays = self._split(np.asarray(image), name)
        if len(arrays) != 1:
            raise ValueError(
                f"The picture {name!r} is an array of {len(arrays)} pictures, shape "
                f"{np.shape(arrays)}; one picture (height, width, channels) is wanted here. Give "
                "an array of several on its own, not in a list or dict."
            )
        return arrays[0]

    def _from_path(self, path: Path) -> Iterator[tuple[str, Path]]:
        if not path.is_dir():
            pixels.open_file(path)
            yield path.name, path
            return
        files = pixels.picture_files(path.iterdir()) or pixels.picture_files(
            file
            for file in path.rglob("*")
            if not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
        if not files:
            raise ValueError(
                f"The folder {path} holds no pictures: no file in it ends in "
                f"{', '.join(pixels.FILE_SUFFIXES)}."
            )
        for file in files:
            yield file.relative_to(path).as_posix(), file

    def _from_dataset(self, dataset: Any) -> Iterator[tuple[str, np.ndarray]]:
        count = 0
        for element in dataset.as_numpy_iterator():
            pictures = element[0] if isinstance(element, tuple) and element else element
            if not isinstance(pictures, np.ndarray):
                raise TypeError(
                    f"The dataset gives elements of type {type(pictures).__name__}; pictures, or "
                    "(pictures, labels), are wanted. Map it to that first."
                )
            for array in self._split(pictures, "dataset"):
                if count == MOST_FROM_A_DATASET:
                    self.note = f"the first {MOST_FROM_A_DATASET} pictures of the dataset"
                    return
                yield f"picture {count}", array
                count += 1

    def _split(self, array: np.ndarray, name: str) -> list[np.ndarray]:
        """Checks an array, and gives the pictures in it, as floats or as uint8."""
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"{name!r} is an array of dtype {array.dtype}; numbers are wanted: uint8 from 0 to "
                "255, or floats as the model takes them."
            )
        if array.size == 0:
            raise ValueError(f"{name!r} is an array of shape {array.shape}, which is empty.")
        if array.dtype.kind == "f":
            return self._split_floats(array, name)
        return self._split_pixels(pixels.as_uint8(array, name), name)

    def _split_floats(self, array: np.ndarray, name: str) -> list[np.ndarray]:
        if not np.isfinite(array).all():
            raise ValueError(not_finite_sentence(f"{name!r}", array))
        wanted = self._model_input
        for candidate in (array, array[..., None]):
            # Grey pictures are often kept without their one channel.
            if wanted.fits(candidate.shape):
                return [candidate]
            if wanted.fits(candidate.shape[1:]):
                return list(candidate)
            if wanted.shape is None or wanted.shape[-1] != 1:
                break
        takes = shape_in_words(wanted.shape or ("height", "width", "channels"))
        raise ValueError(
            f"{name!r} is a float array of shape {array.shape}; the model takes {takes}. Resize it "
            "to that, or give it as uint8 with values of 0 to 255, which is resized for you."
        )

    def _split_pixels(self, array: np.ndarray, name: str) -> list[np.ndarray]:
        if array.ndim == 2 or (array.ndim == 3 and array.shape[-1] in (1, 2, 3, 4)):
            return [array]
        shape = self._model_input.shape
        grey = shape is not None and (len(shape) == 2 or shape[-1] == 1)
        if (array.ndim == 4 and array.shape[-1] in (1, 2, 3, 4)) or (array.ndim == 3 and grey):
            return list(array)
        raise ValueError(
            f"{name!r} is a {array.dtype} array of shape {array.shape}; a picture is "
            "(height, width), (height, width, 1), (height, width, 3) or (height, width, 4), and "
            "several have their count in front."
        )


def _name_of(image: object, index: int) -> str:
    if isinstance(image, Image.Image):
        image = getattr(image, "filename", "")
    if isinstance(image, str | Path) and str(image):
        return Path(image).name
    return f"picture {index}"


def _distinct(names: list[str]) -> list[str]:
    """Numbers the names that stand for more than one picture."""
    distinct: dict[str, None] = {}
    for name in names:
        numbered = (f"{name} ({number})" for number in itertools.count(2))
        distinct[
            name if name not in distinct else next(n for n in numbered if n not in distinct)
        ] = None
    return list(distinct)


def not_finite_sentence(what: str, array: np.ndarray) -> str:
    """Counts the NaN and infinite values of an array, and says what to do about them."""
    not_numbers = int(np.isnan(array).sum())
    infinite = int(np.isinf(array).sum())
    return (
        f"{what} has {not_numbers} NaN and {infinite} infinite values among its {array.size}; only "
        "finite numbers can go through a model. Look where they come from, or replace them with "
        "numpy.nan_to_num."
    )
