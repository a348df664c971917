"""Model input made of pictures: resized to what the model takes, and preprocessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from PIL import Image

from . import pixels, resize
from .model_input import ModelInput, not_finite_sentence, shape_in_words
from .own_preprocessor import OwnPreprocessor

NOT_TOLD = (
    " as most models want; what this one was trained on cannot be told from it, preprocess= says "
    "otherwise"
)
"""What to say where pixels are divided and nothing of the model asks for it."""

Preprocess: TypeAlias = Callable[[np.ndarray], Any]


class Made(NamedTuple):
    """What became of a picture.

    Attributes:
        model_input: What the model gets, batch axis of 1 first.
        how: In words, how it was made.
        warning: In words, what cannot be right about it; empty if nothing.
    """

    model_input: np.ndarray
    how: str
    warning: str


class Preprocessing:
    """Makes model input of pictures.

    Args:
        model_input: What the model takes.
        preprocess: The user's own function, if there is one; see `Pictures`.
        own: What the model itself does to raw pictures, which a function of the user's replaces.
            Defaults to `None`, nothing.
    """

    def __init__(
        self,
        model_input: ModelInput,
        preprocess: Preprocess | None,
        own: OwnPreprocessor | None = None,
    ) -> None:
        self._model_input = model_input
        self._own = own if preprocess is None else None
        self._preprocess = preprocess if self._own is None else self._own.run
        self._who = "preprocess" if self._own is None else self._own.in_words
        # As a sentence begins; a function keeps its name.
        self._at_first = "preprocess" if self._own is None else self._own.at_first

    def run(self, name: str, image: Image.Image) -> Made:
        """Makes model input of one picture.

        Raises:
            ValueError: If the model takes no picture, or `preprocess` fails or gives something
                that the model cannot take. The message names the picture.
        """
        raw = self._pixels(image)
        if self._own is not None:
            return Made(self._made_by_own(name, raw), f"made by {self._who}", "")
        values, note = self._resized(raw)
        dtype = np.dtype(self._model_input.dtype)
        if self._preprocess is not None:
            model_input = self._run_preprocess(name, values)
            how = f"made by {self._who}"
        elif self._model_input.takes_pixels or dtype.kind in "iu":
            model_input, how = values, "left to the model to scale"
        else:
            model_input, how = values / np.float32(255), "pixels divided by 255"
            if self._model_input.scaling is None and self._model_input.is_sought:
                how += NOT_TOLD
        if self._preprocess is None:
            if self._model_input.shape is not None and len(self._model_input.shape) == 2:
                model_input = model_input[..., 0]
            elif self._model_input.channels_first:
                model_input = np.moveaxis(model_input, -1, 1)
            if dtype.kind in "iu":
                model_input = model_input.round().astype(dtype)
        # A picture that is nearly black has small values, and is right all the same.
        warning = self._model_input.warning(model_input, are_pixels=self._preprocess is None)
        return Made(model_input, how + note, warning)

    def run_values(self, name: str, values: np.ndarray, given_as: str) -> Made:
        """Makes model input of values that are no 8-bit picture.

        Args:
            name: What the picture is called.
            values: Of the model's shape, without batch axis: `uint8`, other whole numbers, or
                floats. Where there is a `preprocess` also of another size,
                `(height, width, channels)`.
            given_as: In words, what they are.

        Raises:
            ValueError: If `preprocess` fails or gives something that the model cannot take.
        """
        batch, wanted = values[None], np.dtype(self._model_input.dtype)
        if self._preprocess is not None:
            made, note = self._preprocessed_values(name, values)
            warning = "" if self._own is not None else self._model_input.warning(made)
            return Made(
                made,
                f"made by {self._who} of {given_as}{note}",
                warning or self._unlike_pixels(values),
            )
        if values.dtype == np.uint8 and wanted.kind == "f" and not self._model_input.takes_pixels:
            made, how = batch / np.float32(255), "values divided by 255"
        else:
            made = batch.astype(wanted if wanted.kind in "iu" else np.float32)
            how = f"given as {given_as}, so untouched"
        return Made(made, how, self._model_input.warning(made))

    def seen(self, shown: np.ndarray, model_input: np.ndarray) -> tuple[np.ndarray, str]:
        """Gives what the model sees of a picture, in the picture's own pixels.

        Args:
            shown: The picture, `(height, width, 3)`.
            model_input: What was made of it.

        Returns:
            The picture, or what the model's own preprocessor leaves of it; and in words, what that
            does; empty where it is all of it.
        """
        if self._own is None:
            return shown, ""
        size = (
            model_input.shape[2:4] if self._model_input.channels_first else model_input.shape[1:3]
        )
        return self._own.seen(shown, (size[0], size[1]))

    def _pixels(self, image: Image.Image) -> np.ndarray:
        """Gives the pixels of a picture in the channels of the model, each 0 to 255."""
        channels = self._model_input.height_width_channels[2]
        modes = {None: "RGB", 1: "L", 3: "RGB", 4: "RGBA"}
        if channels not in modes:
            raise ValueError(
                f"The model takes {channels} channels, which no picture file has. Give float "
                f"arrays of shape {self._model_input.shape}."
            )
        if channels != 4 and (deep := pixels.deep_values(image)) is not None:
            return np.repeat(deep[..., None], channels or 3, axis=-1)
        if channels == 4:
            fitting = pixels.eight_bit(image).convert("RGBA")
        else:
            fitting = pixels.flattened(image).convert(modes[channels])
        return np.asarray(fitting).reshape(fitting.height, fitting.width, -1)

    def _resized(self, values: np.ndarray) -> tuple[np.ndarray, str]:
        """Gives a picture at the model's input size, batch axis first, and says so if it was not.

        Args:
            values: `(height, width, channels)`.
        """
        height, width, _ = self._model_input.height_width_channels
        own = values.shape[0], values.shape[1]
        size = resize.size_for(own, height, width)
        note = f"; resized from {own[0]} × {own[1]}, {resize.HOW}" if size != own else ""
        return resize.resized(values, *size)[None], note

    def _made_by_own(self, name: str, raw: np.ndarray) -> np.ndarray:
        """Gives what the model's own preprocessor makes of a picture, as it is or resized.

        One that resizes is given the whole picture, as by `predict`.
        """
        given = raw[None].astype(np.float32)
        result = self._called(name, given)
        if result.shape[:1] != (1,) or not self._model_input.fits(result.shape[1:]):
            given = self._resized(raw)[0]
            result = self._called(name, given)
        return self._checked(name, given, result)

    def _preprocessed_values(self, name: str, values: np.ndarray) -> tuple[np.ndarray, str]:
        """Gives what `preprocess` makes of values, resized where they have not the model's size."""
        wanted = self._model_input
        is_own_size = wanted.fits(values.shape)
        if is_own_size and wanted.channels_first and values.ndim == 3:
            values = np.moveaxis(values, 0, -1)
        if values.ndim == 2:
            values = values[..., None]
        if self._own is not None:
            return self._made_by_own(name, values), ""
        if is_own_size:
            return self._run_preprocess(name, values[None].astype(np.float32)), ""
        resized, note = self._resized(values)
        return self._run_preprocess(name, resized), note

    def _run_preprocess(self, name: str, values: np.ndarray) -> np.ndarray:
        return self._checked(name, values, self._called(name, values))

    def _called(self, name: str, values: np.ndarray) -> np.ndarray:
        assert self._preprocess is not None
        try:
            # A copy, since many such functions work in place.
            return np.asarray(self._preprocess(values.copy()))
        except Exception as error:
            raise ValueError(
                f"{self._at_first} raised {type(error).__name__} for the picture {name!r}, given "
                f"{_in_words(values)}: {error}"
            ) from error

    def _checked(self, name: str, values: np.ndarray, result: np.ndarray) -> np.ndarray:
        wanted = (1, *(self._model_input.shape or values.shape[1:]))
        if result.dtype.kind not in "fiub":
            raise ValueError(
                f"{self._at_first} gave an array of dtype {result.dtype} for the picture {name!r}; "
                f"numbers of shape {shape_in_words(wanted)} are wanted."
            )
        if result.shape[:1] != (1,) or not self._model_input.fits(result.shape[1:]):
            raise ValueError(
                f"{self._at_first} gave shape {result.shape} for the picture {name!r}; the model "
                f"takes {shape_in_words(wanted)}, batch axis first. It was given "
                f"{_in_words(values)}."
            )
        if result.dtype.kind == "f" and not np.isfinite(result).all():
            raise ValueError(not_finite_sentence(f"What {self._who} made of {name!r}", result))
        return result

    def _unlike_pixels(self, values: np.ndarray) -> str:
        """Says that floats are no pixels, which is what preprocess is made for."""
        low, high = float(values.min()), float(values.max())
        if values.dtype.kind != "f" or (low >= 0 and high > 1) or low == high == 0:
            return ""
        said = f"{self._at_first} was given floats of {low:.4g} to {high:.4g}"
        if self._own is not None:
            return f"{said}, as by predict; it is made for pixels of 0 to 255."
        return (
            f"{said}, and is given pixels of 0 to 255 of all other pictures. If these are model "
            "input already, leave preprocess= out."
        )


def _in_words(values: np.ndarray) -> str:
    low, high = float(values.min()), float(values.max())
    are_pixels = low >= 0 and high <= 255
    range_in_words = "0 to 255" if are_pixels else f"{low:.4g} to {high:.4g}"
    return f"an array {values.shape}, float32, {range_in_words}"
