"""What a model gets, as what it is: a picture, lines over time, a table, tokens or a text."""

from __future__ import annotations

import textwrap

import numpy as np

from ..views import InputView, PictureView, SeriesView, WordsView
from . import pixels
from .flat_pictures import square_side
from .model_input import ModelInput

_MOST_IN_A_TABLE = 25  # numbers
_COLUMNS = 40
"""Characters in a line of tokens or text."""


def view_of(array: np.ndarray, model_input: ModelInput) -> tuple[InputView, str]:
    """Gives the view of one input.

    Args:
        array: What goes into the model, without the batch axis.
        model_input: What the model takes there.

    Returns:
        The view, and in words, what of the array it shows differently or not at all; empty if
        nothing.
    """
    if array.dtype.kind in "USO":
        return WordsView(_wrapped(array)), ""
    is_grey = array.ndim == 2 and model_input.shape is not None
    if model_input.is_picture and (is_grey or array.ndim == 3):
        return _picture(array, model_input.channels_first)
    if array.ndim == 4:
        return _middle_slice(array, model_input)
    if array.ndim == 2:
        values = array.T if model_input.data_format == "channels_first" else array
        return SeriesView(values.astype(np.uint8) if values.dtype.kind == "b" else values), ""
    if array.ndim <= 1:
        is_tokens = array.ndim == 1 and (array.dtype.kind in "iu" or model_input.takes_integers)
        if array.dtype == np.uint8 and not model_input.takes_integers:
            is_tokens = False  # pixels in a row
        if array.ndim == 1 and not is_tokens and len(array) > _MOST_IN_A_TABLE:
            return _long_row(array)
        return WordsView(_tokens(array) if is_tokens else _table(array)), ""
    return _summary(array)


def words_of(text: str) -> WordsView:
    """Gives the view of a text."""
    return WordsView(_wrapped(np.array(text)))


def _picture(array: np.ndarray, channels_first: bool) -> tuple[PictureView, str]:
    if array.dtype in (np.uint8, np.bool_):
        shown = pixels.as_uint8(array, "picture")
        if shown.ndim == 3 and channels_first:
            shown = np.moveaxis(shown, 0, -1)
        stretched = False
        if shown.ndim == 2:
            shown = shown[..., None]
        if shown.shape[-1] not in (3, 4):
            shown = np.repeat(shown[..., :1], 3, axis=-1)
        shown = shown[..., :3]
    else:
        shown, stretched = pixels.shown_from_floats(array, channels_first)
    note = "its values are stretched for showing" if stretched else ""
    height, width = shown.shape[:2]
    return PictureView(pixels.scaled_down(shown), (height, width)), note


def _long_row(array: np.ndarray) -> tuple[InputView, str]:
    """Shows many numbers in a row as the square picture that they are, or else as a line."""
    side = square_side(array)
    if side is None:
        values = array.astype(np.uint8) if array.dtype.kind == "b" else array
        return SeriesView(values[:, None], "value"), ""
    view, note = _picture(array.reshape(side, side), False)
    folded = f"shown in {side} rows of {side}, as the square picture that they make"
    return view, "; ".join(filter(None, [folded, note]))


def _middle_slice(array: np.ndarray, model_input: ModelInput) -> tuple[InputView, str]:
    """Shows a volume, or a film, by the picture in its middle."""
    if model_input.data_format is None:
        channels_first = array.shape[-1] not in (1, 3, 4)
    else:
        channels_first = model_input.data_format == "channels_first"
    if array.shape[0 if channels_first else -1] not in (1, 3, 4):
        return _summary(array)
    count = array.shape[1 if channels_first else 0]
    middle = array.take(count // 2, axis=1 if channels_first else 0)
    view, note = _picture(middle, channels_first)
    return view, "; ".join(filter(None, [f"shown is slice {count // 2} of {count}", note]))


def _summary(array: np.ndarray) -> tuple[WordsView, str]:
    sizes = " × ".join(str(size) for size in array.shape)
    lines = [
        sizes,
        str(array.dtype),
        f"values {float(array.min()):.4g} to {float(array.max()):.4g}",
    ]
    return WordsView("\n".join(lines)), "shown are its size and values in short"


def _table(array: np.ndarray) -> str:
    if array.ndim == 0:
        return f"{float(array):.4g}"
    digits = len(str(len(array) - 1))
    # The space is that of a minus sign.
    return "\n".join(f"{index:>{digits}}  {float(value): .4g}" for index, value in enumerate(array))


def _tokens(array: np.ndarray) -> str:
    is_whole = array.dtype.kind in "iub"
    words = [str(int(token)) if is_whole else f"{float(token):.6g}" for token in array]
    return textwrap.fill(" ".join(words), _COLUMNS)


def _wrapped(texts: np.ndarray) -> str:
    lines = [line for text in texts.reshape(-1) for line in str(text).splitlines() or [""]]
    return "\n".join(textwrap.fill(line, _COLUMNS) for line in lines)
