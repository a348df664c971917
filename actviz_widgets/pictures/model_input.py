"""What a model takes for an input, and when what it was given cannot be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

_SCALED = 20.0
"""Largest value of pixels that have been scaled."""
_PIXELS = 255.0

LEAST_PICTURE_SIZE = 16
"""Smallest height and width at which floats without a channel axis are taken for a picture."""


@dataclass(frozen=True)
class ModelInput:
    """One input of a model.

    Attributes:
        shape: Without the batch axis, such as `(150, 150, 3)`; `None` for sizes left open. `None`
            altogether where the model does not tell.
        dtype: Such as `"float32"`, or `"string"`.
        scaling: Path of the layer that scales the pixels, if the model does that before its first
            kernel, empty where it is arithmetic between layers; and the largest value it is made
            for, such as 255, 1, or infinity where it takes pixels of any scale. `None` where the
            model does none of this, or that cannot be told.
        data_format: `"channels_first"` or `"channels_last"`, as the model's own layers have it.
            Defaults to `None`, not known: it is guessed from the shape.
        name: What the model calls the input. Defaults to `""`, nothing.
        is_sought: Whether `scaling` was looked for in the model: without one, what values it was
            trained on is then known not to be known. Defaults to `False`.
    """

    shape: tuple[int | None, ...] | None
    dtype: str = "float32"
    scaling: tuple[str, float] | None = None
    data_format: str | None = None
    name: str = ""
    is_sought: bool = False

    @property
    def takes_pixels(self) -> bool:
        """Whether the model itself scales pixels of 0 to 255."""
        return self.scaling is not None and self.scaling[1] > _SCALED

    @property
    def in_words(self) -> str:
        """Shape and dtype of what goes in: `(150, 150, 3) float32`."""
        return f"{shape_in_words(self.shape) if self.shape is not None else 'arrays'} {self.dtype}"

    @property
    def takes_text(self) -> bool:
        """Whether strings go in."""
        return self.dtype == "string"

    @property
    def takes_integers(self) -> bool:
        """Whether whole numbers go in, such as tokens."""
        return self.dtype.startswith(("int", "uint"))

    @property
    def is_picture(self) -> bool:
        """Whether numbers that go in are a picture, as far as the model tells.

        Without a channel axis, what is smaller than `LEAST_PICTURE_SIZE` or of open size is a
        series over time.
        """
        if self.takes_text:
            return False
        if self.shape is None or len(self.shape) == 3:
            return True
        may_be_grey = self.dtype == "uint8" or not self.takes_integers
        return (
            may_be_grey
            and len(self.shape) == 2
            and all(size is not None and size >= LEAST_PICTURE_SIZE for size in self.shape)
        )

    @property
    def channels_first(self) -> bool:
        """Whether the channels come before height and width."""
        if self.data_format is not None:
            return self.data_format == "channels_first"
        shape = self.shape
        return (
            shape is not None
            and len(shape) == 3
            and shape[0] in (1, 3, 4)
            and shape[2] not in (1, 3, 4)
        )

    @property
    def height_width_channels(self) -> tuple[int | None, int | None, int | None]:
        """Height, width and channels, `None` where open; one channel where there is no axis."""
        if self.shape is None:
            return None, None, None
        if len(self.shape) == 2:
            return self.shape[0], self.shape[1], 1
        if len(self.shape) != 3:
            raise ValueError(
                f"The model takes inputs of shape {self.shape}, which is not a picture. Give "
                f"float arrays of that shape."
            )
        if self.channels_first:
            return self.shape[1], self.shape[2], self.shape[0]
        return self.shape[0], self.shape[1], self.shape[2]

    def examples_in(self, array: np.ndarray, *, may_lack_channel: bool) -> list[np.ndarray] | None:
        """Gives the examples in an array of the input's own shape, with a batch axis or without.

        Args:
            array: One of them, or several.
            may_lack_channel: Whether grey pictures may come without their one channel, as they are
                often kept.

        Returns:
            `None` if the array has another shape.
        """
        candidates = [array]
        if may_lack_channel and array.ndim >= 2:
            candidates.append(np.expand_dims(array, -3 if self.channels_first else -1))
        for candidate in candidates:
            if self.fits(candidate.shape):
                return [candidate]
            if self.fits(candidate.shape[1:]):
                return list(candidate)
        return None

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape, without batch axis, can go in."""
        if self.shape is None:
            return len(shape) == 3
        return len(shape) == len(self.shape) and all(
            wanted in (None, given) for wanted, given in zip(self.shape, shape, strict=True)
        )

    def warning(self, values: np.ndarray, *, are_pixels: bool = False) -> str:
        """Says what cannot be right about the values of a picture; empty if nothing.

        Args:
            values: What the model saw.
            are_pixels: Whether they were made of a picture's pixels, divided by 255 or not.
        """
        low, high = float(values.min()), float(values.max())
        if self.scaling is not None:
            return self._unlike_scaling(*self.scaling, low, high, are_pixels=are_pixels)
        if np.dtype(self.dtype).kind != "f" or low < 0 or high <= _SCALED:
            return ""
        lacks = (
            "and what stands before its first kernel does not tell that it is made for them"
            if self.is_sought
            else "and begins with no layer that scales them"
        )
        return (
            f"The model saw values of {low:.4g} to {high:.4g}, {lacks}. Most such models are "
            "trained on 0 to 1: check how this one was."
        )

    def _unlike_scaling(
        self, path: str, made_for: float, low: float, high: float, *, are_pixels: bool
    ) -> str:
        """Says how the values that the model saw differ from those that it is made for."""
        largest = max(abs(low), abs(high))
        is_own = ""
        who = f"The layer {path!r}" if path else "What stands before the first kernel"
        if self.takes_pixels:
            is_own = "This model scales pixels itself: "
            who = f"its layer {path!r}" if path else "what stands before its first kernel"
        full = _PIXELS if self.takes_pixels else 1.0
        note, remedy = "", "Bring them to that range first."
        if made_for <= _SCALED < high:
            if high <= _PIXELS + 1 and 0.4 < made_for < 4:
                remedy = "Divide the pixels by 255."
        elif are_pixels:
            if not 4 * full < made_for < np.inf:
                return ""
            remedy = "Give arrays of values up to that, or preprocess= that makes them."
        elif self.takes_pixels and 0 < largest <= 5 and made_for < np.inf:
            note = ", scaled already"
            remedy = f"Give it values of 0 to {max(_PIXELS, made_for):.5g}."
        elif not (self.takes_pixels and largest > max(4 * made_for, _PIXELS)):
            return ""
        return (
            f"{is_own}{who} is made for values up to {made_for:.5g}, but the model saw {low:.4g} "
            f"to {high:.4g}{note}. {remedy}"
        )


Inputs: TypeAlias = "ModelInput | Sequence[Inputs] | Mapping[str, Inputs]"
"""The one input of a model, or several in the lists and dicts that the model declares them in."""


def shape_in_words(shape: Iterable[object]) -> str:
    """Writes a shape with `any` for the sizes left open: `(any, any, 3)`."""
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else "(" + ", ".join(sizes) + ")"


def not_finite_sentence(what: str, array: np.ndarray) -> str:
    """Counts the NaN and infinite values of an array, and says what to do about them."""
    not_numbers = int(np.isnan(array).sum())
    infinite = int(np.isinf(array).sum())
    return (
        f"{what} has {not_numbers} NaN and {infinite} infinite values among its {array.size}; only "
        "finite numbers can go through a model. Look where they come from, or replace them with "
        "numpy.nan_to_num."
    )
