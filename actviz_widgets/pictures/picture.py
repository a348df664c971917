"""One picture, or other input of a model, beside what the model gets of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..views import InputView, PictureView, SeriesView
from . import given_arrays, structures


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture, or other input, as the user sees it and as the model does.

    Attributes:
        name: What to call it.
        view: What the user handed in, as what it is.
        model_input: What the model gets, batch axis of 1 first: an array, or for several inputs
            arrays in the structure that the model declares.
        how: In words, how the model input was made, and what of it is shown.
        warning: In words, what cannot be right about the model input; empty if nothing.
        input_names: What to call each of several inputs. Defaults to `()`, there is one.
    """

    name: str
    view: InputView
    model_input: Any
    how: str
    warning: str
    input_names: tuple[str, ...] = ()

    @property
    def saw(self) -> str:
        """What the model saw, in words: shape, dtype, smallest and largest value."""
        if not self.input_names:
            return f"{_values_in_words(self.model_input)}, {self.how}"
        arrays = zip(self.input_names, structures.leaves(self.model_input), strict=True)
        return "; ".join([*(f"{name} {_values_in_words(each)}" for name, each in arrays), self.how])

    @property
    def shapes(self) -> str:
        """Shape and dtype of what the model gets, in words."""
        arrays = structures.leaves(self.model_input)
        if not self.input_names:
            return _shape_and_dtype(arrays[0])
        named = zip(self.input_names, arrays, strict=True)
        return "; ".join(f"{name} {_shape_and_dtype(array)}" for name, array in named)

    @property
    def nbytes(self) -> int:
        """Bytes that view and model input take."""
        arrays: list[np.ndarray] = structures.leaves(self.model_input)
        return _view_bytes(self.view) + sum(array.nbytes for array in arrays)


def _shape_and_dtype(array: np.ndarray) -> str:
    return f"{array.shape} {'string' if given_arrays.is_text(array) else array.dtype}"


def _values_in_words(array: np.ndarray) -> str:
    if given_arrays.is_text(array):
        return _shape_and_dtype(array)
    low, high = float(array.min()), float(array.max())
    return f"{_shape_and_dtype(array)}, values {low:.4g} to {high:.4g}"


def _view_bytes(view: InputView) -> int:
    if isinstance(view, PictureView):
        return view.pixels.nbytes
    return view.values.nbytes if isinstance(view, SeriesView) else len(view.text)
