"""What a model takes for an input, and when what it was given cannot be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ModelInput:
    """What a model takes.

    Attributes:
        shape: Without the batch axis, such as `(150, 150, 3)`; `None` for sizes left open. `None`
            altogether where the model does not tell.
        dtype: Such as `"float32"`.
        scaling: Path of the layer that scales the pixels, if the model begins with one, and the
            largest value that layer is made for; else `None`.
    """

    shape: tuple[int | None, ...] | None
    dtype: str = "float32"
    scaling: tuple[str, float] | None = None

    @property
    def channels_first(self) -> bool:
        """Whether the channels come before height and width."""
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

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape, without batch axis, can go in."""
        if self.shape is None:
            return len(shape) == 3
        return len(shape) == len(self.shape) and all(
            wanted in (None, given) for wanted, given in zip(self.shape, shape, strict=True)
        )

    def warning(self, values: np.ndarray, *, are_pixels: bool = False) -> str:
        """Says what cannot be right about the values of an input; empty if nothing."""
        low, high = float(values.min()), float(values.max())
        scaling = self.scaling
        if scaling is not None:
            path, made_for = scaling
            if made_for > 20 and 0 < max(abs(low), abs(high)) <= 5 and not are_pixels:
                return (
                    f"This model scales pixels itself: its layer {path!r} is made for values up to "
                    f"{made_for:.4g}, but the model saw {low:.4g} to {high:.4g}, scaled already. "
                    "Give it values of 0 to 255."
                )
            if made_for < 20 < high:
                return (
                    f"The layer {path!r} is made for values up to {made_for:.4g}, but the model "
                    f"saw {low:.4g} to {high:.4g}. Divide the pixels by 255."
                )
        elif np.dtype(self.dtype).kind == "f" and low >= 0 and high > 20:
            return (
                f"The model saw values of {low:.4g} to {high:.4g}, and begins with no layer that "
                "scales them. Most such models are trained on 0 to 1: check how this one was."
            )
        return ""


def shape_in_words(shape: Iterable[object]) -> str:
    """Writes a shape with `any` for the sizes left open: `(any, any, 3)`."""
    return "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
