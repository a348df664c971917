"""What users call an image, as the picture to show beside the input that the model gets.

Two rules keep preprocessing from fooling anyone. Float arrays of the model's input shape are taken
to be model input already and go in untouched. Everything else is a picture with values of 0 to 255:
it is resized to the model's input size, and `preprocess` (or a division by 255) makes model input
of it. Either way the picture shown is the user's own, not what became of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from . import pixels
from .model_input import ModelInput, shape_in_words

Preprocess = Callable[[np.ndarray], Any]

MOST_FROM_A_DATASET = 100
"""Pictures taken from a `tf.data.Dataset`, which may have no end."""

_WANTED = (
    "a path, a folder, a PIL image, an array (height, width, channels) or "
    "(count, height, width, channels), a list or dict of these, or a tf.data.Dataset"
)


@dataclass(frozen=True)
class Picture:
    """One picture, as the user sees it and as the model does.

    Attributes:
        name: What to call it.
        shown: The user's picture, `(height, width, 3)`, uint8, scaled down where it is very large.
        size: Height and width of the user's picture, in pixels.
        model_input: What the model gets, batch axis of 1 first.
        how: In words, how the model input was made.
        warning: In words, what cannot be right about the model input; empty if nothing.
    """

    name: str
    shown: np.ndarray
    size: tuple[int, int]
    model_input: np.ndarray
    how: str
    warning: str

    @property
    def saw(self) -> str:
        """What the model saw, in words: shape, dtype, smallest and largest value."""
        array = self.model_input
        values = f"values {array.min():.4g} to {array.max():.4g}"
        return f"{array.shape} {array.dtype}, {values}, {self.how}"


class Pictures:
    """The pictures a user handed in, read when they are asked for.

    Files named one by one, and arrays, are checked at once; the files of a folder when they are
    looked at, so that one broken file does not close a folder of thousands.

    Args:
        images: One picture or many: an array `(height, width, channels)` or
            `(count, height, width, channels)`, a path, a PIL image, a list or `{name: picture}` of
            these, a folder, or a `tf.data.Dataset` of pictures or of pictures with labels.
        model_input: What the model takes.
        preprocess: Makes model input of a picture: called with a float32 array
            `(1, height, width, channels)`, values 0 to 255, of the model's input size. Not called
            for float arrays, which go in as they are. Defaults to `None`: values are divided by
            255, unless the model begins with a layer that scales them itself.

    Raises:
        TypeError: If `images` or one of them is nothing that can be a picture.
        ValueError: If there is no picture, a file is missing or cannot be read, a shape does not
            fit the model, or values are NaN or infinite.
    """

    def __init__(
        self, images: object, model_input: ModelInput, preprocess: Preprocess | None = None
    ) -> None:
        if preprocess is not None and not callable(preprocess):
            raise TypeError(
                f"preprocess is of type {type(preprocess).__name__}; a function is wanted, from a "
                "float32 array (1, height, width, channels) of 0 to 255 to model input."
            )
        self._model_input = model_input
        self._preprocess = preprocess
        self.note = ""
        named = list(self._collect(images))
        if not named:
            raise ValueError(f"There are no pictures: images is empty. Give {_WANTED}.")
        self.names = tuple(_distinct([name for name, _ in named]))
        self._sources = [source for _, source in named]

    def __len__(self) -> int:
        return len(self._sources)

    def first_readable(self) -> int:
        """Gives the index of the first picture whose file can be read.

        Raises:
            ValueError: If there is none; it names the first one.
        """
        failures = []
        for index, source in enumerate(self._sources):
            try:
                if isinstance(source, Path):
                    pixels.open_file(source)
                return index
            except ValueError as error:
                failures.append(error)
        raise failures[0]

    def load(self, index: int) -> Picture:
        """Reads one picture and makes the model input.

        Raises:
            ValueError: If its file cannot be read, or `preprocess` fails or gives something that
                the model cannot take. The message names the picture.
        """
        name, source = self.names[index], self._sources[index]
        if isinstance(source, np.ndarray) and source.dtype.kind == "f":
            return self._from_model_input(name, source)
        image = (
            pixels.open_file(source) if isinstance(source, Path) else pixels.as_image(source, name)
        )
        return self._from_image(name, image)

    def _from_model_input(self, name: str, array: np.ndarray) -> Picture:
        if not np.isfinite(array).all():
            raise ValueError(_not_finite_sentence(f"The picture {name!r}", array))
        shown, stretched = pixels.shown_from_floats(array, self._model_input.channels_first)
        how = "given as floats, so untouched" + (
            " (preprocess not called)" * bool(self._preprocess)
        )
        if stretched:
            how += "; its values are stretched for showing"
        model_input = array[None]
        return Picture(
            name,
            pixels.scaled_down(shown),
            shown.shape[:2],
            model_input,
            how,
            self._model_input.warning(model_input),
        )

    def _from_image(self, name: str, image: Image.Image) -> Picture:
        shown = np.asarray(pixels.flattened(image))
        values = self._resized(image)
        dtype = np.dtype(self._model_input.dtype)
        if self._preprocess is not None:
            model_input = self._run_preprocess(name, values)
            how = "made by preprocess"
        elif self._model_input.scaling is not None or dtype.kind in "iu":
            model_input, how = values, "0-255, as the model scales pixels itself"
        else:
            model_input, how = values / np.float32(255), "pixels divided by 255"
        if self._preprocess is None:
            if self._model_input.shape is not None and len(self._model_input.shape) == 2:
                model_input = model_input[..., 0]
            elif self._model_input.channels_first:
                model_input = np.moveaxis(model_input, -1, 1)
            if dtype.kind in "iu":
                model_input = model_input.round().astype(dtype)
        warning = self._model_input.warning(model_input)
        return Picture(name, pixels.scaled_down(shown), shown.shape[:2], model_input, how, warning)

    def _resized(self, image: Image.Image) -> np.ndarray:
        """Gives the picture at the model's input size, `(1, height, width, channels)`, 0 to 255."""
        height, width, channels = self._model_input.height_width_channels
        modes = {None: "RGB", 1: "L", 3: "RGB", 4: "RGBA"}
        if channels not in modes:
            raise ValueError(
                f"The model takes {channels} channels, which no picture file has. Give float "
                f"arrays of shape {self._model_input.shape}."
            )
        if modes[channels] == "RGBA":
            fitting = pixels.eight_bit(image).convert("RGBA")
        else:
            fitting = pixels.flattened(image).convert(modes[channels])
        own_width, own_height = fitting.size
        if height is None and width is not None:
            height = max(1, round(own_height * width / own_width))
        elif width is None and height is not None:
            width = max(1, round(own_width * height / own_height))
        if height is not None and width is not None and fitting.size != (width, height):
            fitting = fitting.resize((width, height), Image.Resampling.BILINEAR)
        values = np.asarray(fitting, dtype=np.float32)
        return values.reshape(1, fitting.height, fitting.width, -1)

    def _run_preprocess(self, name: str, values: np.ndarray) -> np.ndarray:
        assert self._preprocess is not None
        given = f"an array {values.shape}, float32, 0 to 255"
        try:
            # A copy, since many such functions work in place.
            result = np.asarray(self._preprocess(values.copy()))
        except Exception as error:
            raise ValueError(
                f"preprocess raised {type(error).__name__} for the picture {name!r}, given "
                f"{given}: {error}"
            ) from error
        wanted = (1, *(self._model_input.shape or values.shape[1:]))
        if result.dtype.kind not in "fiub":
            raise ValueError(
                f"preprocess gave an array of dtype {result.dtype} for the picture {name!r}; "
                f"numbers of shape {shape_in_words(wanted)} are wanted."
            )
        if result.shape[:1] != (1,) or not self._model_input.fits(result.shape[1:]):
            raise ValueError(
                f"preprocess gave shape {result.shape} for the picture {name!r}; the model takes "
                f"{shape_in_words(wanted)}, batch axis first. It was given {given}."
            )
        if result.dtype.kind == "f" and not np.isfinite(result).all():
            raise ValueError(_not_finite_sentence(f"What preprocess made of {name!r}", result))
        return result

    # ------------------------------------------------------------------------- what was handed in

    def _collect(self, images: object) -> Iterator[tuple[str, Path | Image.Image | np.ndarray]]:
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
            raise ValueError(_not_finite_sentence(f"{name!r}", array))
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


def _not_finite_sentence(what: str, array: np.ndarray) -> str:
    not_numbers = int(np.isnan(array).sum())
    infinite = int(np.isinf(array).sum())
    return (
        f"{what} has {not_numbers} NaN and {infinite} infinite values among its {array.size}; only "
        "finite numbers can go through a model. Look where they come from, or replace them with "
        "numpy.nan_to_num."
    )
