"""Pictures for a model that takes their pixels in a row, such as 784 for `(28, 28)`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from .model_input import Inputs, ModelInput

LEAST_SIDE = 8
"""Smallest height and width of a picture whose pixels go in in a row."""

_BACKGROUND = 0.1  # share of the values


def as_picture(images: Any, inputs: Inputs) -> ModelInput | None:
    """Describes an input of numbers in a row as the picture that they are.

    Args:
        images: What was handed in: arrays or PIL images that have as many pixels as the model
            takes numbers, each of the same height and width.
        inputs: What the model takes.

    Returns:
        `None` where the model takes no numbers in a row, or these are no pictures of so many.
    """
    if not isinstance(inputs, ModelInput) or inputs.takes_text or inputs.takes_integers:
        return None
    if inputs.shape is None or len(inputs.shape) != 1 or inputs.shape[0] is None:
        return None
    items = list(images.values()) if isinstance(images, Mapping) else images
    items = list(items) if isinstance(items, list | tuple) else [items]
    shapes = {_picture_shape(item, inputs.shape[0]) for item in items}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None:
        return None
    return replace(inputs, shape=shape, data_format="channels_last")


def square_side(values: np.ndarray) -> int | None:
    """Gives the side of the square picture that numbers in a row are; `None` for none.

    Args:
        values: `(count,)`. A square number of them is a picture where none is negative or, as in
            one that was standardised, many are as small as the smallest: its background. Sound and
            measurements are neither.
    """
    side = math.isqrt(values.size)
    if side < LEAST_SIDE or side * side != values.size:
        return None
    low = values.min()
    return side if low >= 0 or np.mean(values == low) >= _BACKGROUND else None


def _picture_shape(item: Any, count: int) -> tuple[int, int, int] | None:
    """Gives height, width and channels of what has so many pixels; `None` if it is no picture."""
    if isinstance(item, Image.Image):
        shape: tuple[int, ...] = (item.height, item.width, len(item.getbands()))
    else:
        shape = tuple(getattr(item, "shape", ()))
    candidates = [(*shape, 1), shape, (*shape[1:], 1), shape[1:]]
    for candidate in candidates:
        if len(candidate) != 3 or math.prod(candidate) != count:
            continue
        height, width, channels = candidate
        if min(height, width) >= LEAST_SIDE and channels in (1, 3, 4):
            return height, width, channels
    return None
