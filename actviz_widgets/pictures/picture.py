"""One picture, or other input, as the user sees it and as the model does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..views import InputView, PictureView, SeriesView, WordsView
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
        of_each: Of several inputs, the view of each and what is said of it in `how`. Defaults to
            `()`, there is one.
        shown_input: Which of several the view is of.
    """

    name: str
    view: InputView
    model_input: Any
    how: str
    warning: str
    input_names: tuple[str, ...] = ()
    of_each: tuple[tuple[InputView, str], ...] = ()
    shown_input: int = 0

    def of_input(self, index: int) -> Picture:
        """Gives the same with another of several inputs shown.

        Args:
            index: Which, in the order in which the model declares them.
        """
        if index == self.shown_input or not self.of_each:
            return self
        view, how = self.of_each[index]
        return replace(self, view=view, how=how, shown_input=index)

    def without_time(self) -> Picture:
        """Gives the same for a model whose rows are not known to be steps of time."""
        of_each = tuple((_in_rows(view), how) for view, how in self.of_each)
        view = of_each[self.shown_input][0] if of_each else _in_rows(self.view)
        return replace(self, view=view, of_each=of_each)

    @property
    def title(self) -> str:
        """What to call what is shown: of several inputs, with the name of that one."""
        if not self.input_names:
            return self.name
        return f"{self.name} · {self.input_names[self.shown_input]}"

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
        # Of the inputs that are not shown, words are short.
        others = [
            view
            for index, (view, _) in enumerate(self.of_each)
            if index != self.shown_input and not isinstance(view, WordsView)
        ]
        return sum(map(_view_bytes, [self.view, *others])) + sum(each.nbytes for each in arrays)


def _shape_and_dtype(array: np.ndarray) -> str:
    return f"{array.shape} {'string' if given_arrays.is_text(array) else array.dtype}"


def _values_in_words(array: np.ndarray) -> str:
    if given_arrays.is_text(array):
        return _shape_and_dtype(array)
    low, high = float(array.min()), float(array.max())
    return f"{_shape_and_dtype(array)}, values {low:.4g} to {high:.4g}"


def _in_rows(view: InputView) -> InputView:
    if isinstance(view, SeriesView) and view.rows == "time step":
        return replace(view, rows="row")
    return view


def _view_bytes(view: InputView) -> int:
    if isinstance(view, PictureView):
        return view.pixels.nbytes
    return view.values.nbytes if isinstance(view, SeriesView) else len(view.text)
