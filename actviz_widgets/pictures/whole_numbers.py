"""Whole numbers of the model's own shape that are no picture of 8 or 16 bits: bands, counts, scans.

What scale they are on is known to whoever made them, or to the model, and never guessed here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .model_input import ModelInput

FILE_CHANNELS = (1, 3, 4)
"""Channels that picture files have, which are resized and scaled as such."""

_MOST_IN_PIXELS = 300.0


@dataclass(frozen=True, eq=False)
class WholeNumbers:
    """One example.

    Attributes:
        values: In the shape that the model takes, without batch axis.
    """

    values: np.ndarray


def whole_numbers(
    array: np.ndarray, wanted: ModelInput, has_preprocess: bool, name: str
) -> list[WholeNumbers] | None:
    """Takes an array of whole numbers as what the model gets, where it is no picture.

    Of another size than the model's only where a function of the user's makes model input of it.

    Args:
        array: One example, or several with their count in front.
        wanted: What the model takes.
        has_preprocess: Whether a function of the user's makes model input of them.
        name: What to call the array in an error.

    Returns:
        `None` where it is a picture, or of another shape than the model's.

    Raises:
        ValueError: If it has the model's shape, and nothing tells what scale it is on.
    """
    if wanted.shape is None or array.dtype.kind not in "iu":
        return None
    examples = wanted.examples_in(array, may_lack_channel=wanted.height_width_channels[2] == 1)
    if examples is None and has_preprocess and array.dtype.kind == "i":
        examples = of_another_size(array, wanted)
    if examples is None:
        return None
    is_8_bit = array.dtype == np.uint8
    takes_these = np.dtype(wanted.dtype).kind in "iu" and wanted.dtype != "uint8"
    channels = wanted.height_width_channels[2] or examples[0].shape[-1]
    if channels in FILE_CHANNELS:
        made_for = 0.0 if wanted.scaling is None else wanted.scaling[1]
        is_own_scale = takes_these or made_for > _MOST_IN_PIXELS
        is_beyond = array.dtype != np.uint16 and bool(array.min() < 0 or array.max() > 255)
        if is_8_bit or not (is_own_scale or (is_beyond and has_preprocess)):
            return None
    elif not (is_8_bit or takes_these or wanted.takes_pixels or has_preprocess):
        raise ValueError(
            f"{name!r} is an array of dtype {array.dtype} and of shape {array.shape}, with values "
            f"of {array.min()} to {array.max()}; it has the model's shape, but neither tells what "
            "these are to be divided by. Give floats as the model was trained on, or preprocess=, "
            "which is given these values as float32."
        )
    return [WholeNumbers(example) for example in examples]


def of_another_size(array: np.ndarray, wanted: ModelInput) -> list[np.ndarray] | None:
    """Gives the examples in an array that has the model's channels, and any height and width.

    Args:
        array: One example, `(height, width, channels)`, or several with their count in front; for
            a grey one the axis of the channels may be missing.
        wanted: What the model takes.

    Returns:
        `None` if it has other axes or channels.
    """
    channels = wanted.height_width_channels[2]
    has_channels = array.shape[-1:] in ([(1,), (3,), (4,)] if channels is None else [(channels,)])
    rank = array.ndim if has_channels and array.ndim > 2 else array.ndim + 1
    if rank not in (3, 4) or (rank != array.ndim and channels != 1):
        return None
    return [array] if rank == 3 else list(array)


def too_dark(values: np.ndarray, name: str, *, has_preprocess: bool = False) -> str:
    """Says that pixels of 16 bits use few of them, as scans of 12 bits do; empty if they do not.

    Args:
        values: The pixels.
        name: What the picture is called.
        has_preprocess: Whether a function of the user's is given them. Defaults to `False`.
    """
    high = int(values.max())
    bits = max(8, high.bit_length())
    if high <= 0 or bits > 14:
        return ""
    most = 2**bits - 1
    saw = "preprocess was given" if has_preprocess else "the model saw"
    return (
        f"The pixels of {name!r} are of 16 bits and go up to {high:,} alone, of 65,535 that white "
        f"would have. If they are of {bits} bits, {saw} them nearly black: give floats, such as "
        f"array / {most} for a model that takes 0 to 1, or preprocess=lambda x: x * 257 / {most}."
    )
