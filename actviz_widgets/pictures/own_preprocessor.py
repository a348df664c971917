"""What some models bring along: their own way from a raw picture or text to model input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np


@dataclass(frozen=True)
class OwnPreprocessor:
    """What a model does to all that it is asked to predict of, before its first layer.

    Attributes:
        name: Of its class.
        run: From a batch of one, as the user has it (a float32 array `(1, height, width, channels)`
            of 0 to 255, or a list of texts), to model input as arrays.
        fitting: What it does to a picture of another shape than the model's: cuts its edges off,
            or puts edges around it. Defaults to `""`: it stretches it, or that is not known.
    """

    name: str
    run: Callable[[Any], Any]
    fitting: Literal["crop", "pad", ""] = ""

    @property
    def in_words(self) -> str:
        """What to call it: `the model's own preprocessor, BertTextClassifierPreprocessor`."""
        return f"the model's own preprocessor, {self.name}"

    @property
    def at_first(self) -> str:
        """The same as a sentence begins."""
        return f"T{self.in_words[1:]}"

    def seen(self, picture: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, str]:
        """Gives what is seen of a picture, in its own pixels, in the shape of the model's input.

        Args:
            picture: `(height, width, channels)`.
            size: Height and width of the model's input.

        Returns:
            The picture without what is cut off, or with what is put around it; and in words, which
            of the two; empty where it is all of it.
        """
        (height, width), (tall, wide) = picture.shape[:2], size
        if self.fitting == "crop":
            rows = max(min(height, int(width * tall / wide)), 1)
            columns = max(min(width, int(height * wide / tall)), 1)
            top, left = (height - rows) // 2, (width - columns) // 2
            cut = picture[top : top + rows, left : left + columns]
            return cut, "" if cut.shape == picture.shape else "shown without the edges it cuts off"
        if self.fitting == "pad":
            rows, columns = (
                max(height, int(width * tall / wide)),
                max(width, int(height * wide / tall)),
            )
            around = np.zeros((rows, columns, picture.shape[2]), picture.dtype)
            top, left = (rows - height) // 2, (columns - width) // 2
            around[top : top + height, left : left + width] = picture
            is_whole = around.shape == picture.shape
            return around, "" if is_whole else "shown with the edges it puts around it"
        return picture, ""
