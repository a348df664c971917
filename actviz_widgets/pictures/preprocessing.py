"""Model input made of pictures: resized to what the model takes, and preprocessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from PIL import Image

from . import pixels
from .model_input import ModelInput, not_finite_sentence, shape_in_words

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
    """

    def __init__(self, model_input: ModelInput, preprocess: Preprocess | None) -> None:
        self._model_input = model_input
        self._preprocess = preprocess

    def run(self, name: str, image: Image.Image) -> Made:
        """Makes model input of one picture.

        Raises:
            ValueError: If the model takes no picture, or `preprocess` fails or gives something
                that the model cannot take. The message names the picture.
        """
        values = self._resized(image)
        dtype = np.dtype(self._model_input.dtype)
        if self._preprocess is not None:
            model_input = self._run_preprocess(name, values)
            how = "made by preprocess"
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
        return Made(model_input, how, warning)

    def run_values(self, name: str, values: np.ndarray, given_as: str) -> Made:
        """Makes model input of values that have the model's shape and are no 8-bit picture.

        Args:
            name: What the picture is called.
            values: Without batch axis; `uint8`, other whole numbers, or floats.
            given_as: In words, what they are.

        Raises:
            ValueError: If `preprocess` fails or gives something that the model cannot take.
        """
        batch, wanted = values[None], np.dtype(self._model_input.dtype)
        if self._preprocess is not None:
            if self._model_input.channels_first and batch.ndim == 4:
                batch = np.moveaxis(batch, 1, -1)
            made = self._run_preprocess(name, batch.astype(np.float32))
            return Made(
                made,
                f"made by preprocess of {given_as}",
                self._model_input.warning(made) or _unlike_pixels(batch),
            )
        if values.dtype == np.uint8 and wanted.kind == "f" and not self._model_input.takes_pixels:
            made, how = batch / np.float32(255), "values divided by 255"
        else:
            made = batch.astype(wanted if wanted.kind in "iu" else np.float32)
            how = f"given as {given_as}, so untouched"
        return Made(made, how, self._model_input.warning(made))

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
        low, high = float(values.min()), float(values.max())
        are_pixels = low >= 0 and high <= 255
        range_in_words = "0 to 255" if are_pixels else f"{low:.4g} to {high:.4g}"
        given = f"an array {values.shape}, float32, {range_in_words}"
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


def _unlike_pixels(values: np.ndarray) -> str:
    """Says that floats are no pixels, which is what preprocess is made for."""
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind != "f" or (low >= 0 and high > 1) or low == high == 0:
        return ""
    return (
        f"preprocess was given floats of {low:.4g} to {high:.4g}, and is given pixels of 0 to 255 "
        "of all other pictures. If these are model input already, leave preprocess= out."
    )
