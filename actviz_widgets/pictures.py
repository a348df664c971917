"""What users call an image, as the picture to show beside the input that the model gets.

Two rules keep preprocessing from fooling anyone. Float arrays of the model's input shape are taken
to be model input already and go in untouched. Everything else is a picture with values of 0 to 255:
it is resized to the model's input size, and `preprocess` (or a division by 255) makes model input
of it. Either way the picture shown is the user's own, not what became of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from . import pixels
from .model_input import ModelInput, shape_in_words
from .picture_sources import PictureSources, not_finite_sentence

Preprocess = Callable[[np.ndarray], Any]


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
        sources = PictureSources(images, model_input)
        self.names = sources.names
        self.note = sources.note
        self._sources = sources.sources

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
            raise ValueError(not_finite_sentence(f"The picture {name!r}", array))
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
        # A picture that is nearly black has small values, and is right all the same.
        warning = self._model_input.warning(model_input, are_pixels=self._preprocess is None)
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
            raise ValueError(not_finite_sentence(f"What preprocess made of {name!r}", result))
        return result
