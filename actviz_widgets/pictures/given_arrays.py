"""Arrays of numbers or text, out of whatever users hand in for one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def is_array(given: object) -> bool:
    """Whether this is an array of some library, and no PIL image."""
    return hasattr(given, "__array__") and not isinstance(given, Image.Image)


def is_file_or_image(given: object) -> bool:
    """Whether this can only be meant as a picture; a string can be a path."""
    return isinstance(given, str | Path | Image.Image)


def are_numbers(given: object) -> bool:
    """Whether this is a list of plain numbers."""
    return (
        isinstance(given, list | tuple)
        and bool(given)
        and all(isinstance(item, int | float | np.number) for item in given)
    )


def are_strings(given: object) -> bool:
    """Whether this is a list of strings."""
    return (
        isinstance(given, list | tuple)
        and bool(given)
        and all(isinstance(item, str | bytes) for item in given)
    )


def as_array(given: Any, name: str) -> np.ndarray:
    """Gives an array, a string, or a list of numbers or strings, as an array.

    Raises:
        TypeError: If it is none of these.
        ValueError: If it is a list of parts of unequal shapes.
    """
    if isinstance(given, bytes | str):
        return np.array(given, dtype=object)
    if isinstance(given, list | tuple):
        if are_strings(given):
            # As objects, each takes its own length and not that of the longest.
            return np.array(given, dtype=object)
        try:
            return np.array(given)
        except ValueError:
            raise ValueError(
                f"{name!r} is a {type(given).__name__} of parts of unequal shapes, which make no "
                "array. Pad them to one length, or give each as an array of its own."
            ) from None
    if not is_array(given):
        raise TypeError(f"{name!r} is of type {type(given).__name__}; an array is wanted.")
    return np.asarray(given)


def is_text(array: np.ndarray) -> bool:
    """Whether all in an array is strings."""
    return array.dtype.kind in "UST" or (
        array.dtype.kind == "O" and all(isinstance(item, str | bytes) for item in array.flat)
    )


def as_plain_text(array: np.ndarray) -> np.ndarray:
    """Gives strings of any kind as numpy's own; arrays of numbers as they are.

    Keras does not take arrays of objects.
    """
    if not is_text(array) or array.dtype.kind == "U":
        return array
    texts = [
        text.decode("utf-8", errors="replace") if isinstance(text, bytes) else str(text)
        for text in array.reshape(-1)
    ]
    return np.array(texts, dtype=np.str_).reshape(array.shape)
