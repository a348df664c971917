"""What any layer puts out, as channels of two-dimensional maps with their statistics.

An activation here is what one layer call puts out for one picture, without batch axis.
`(height, width, channels)` has a feature map per channel. What is not two-dimensional is laid out
so that all of it can be seen: the units of a dense layer are folded into rows, and a sequence
`(time, channels)` is a map of its own; the chosen unit or channel is then marked in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_LONGEST_ROW_OF_UNITS = 32


@dataclass(frozen=True)
class Region:
    """A rectangle of a map, in rows and columns."""

    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class Statistics:
    """What the values of a feature map come to.

    Attributes:
        minimum: Smallest finite value; NaN if there is none, as for mean and maximum.
        mean: Mean of the finite values.
        maximum: Largest finite value.
        zeros: Share of values that are exactly zero, 0 to 1.
        not_finite: Number of values that are NaN or infinite.
    """

    minimum: float
    mean: float
    maximum: float
    zeros: float
    not_finite: int


def channel_noun(shape: tuple[int | None, ...]) -> str:
    """Says what the channels of an activation of this shape are called: `channel` or `unit`."""
    return "unit" if len(shape) == 1 else "channel"


def channel_count(shape: tuple[int | None, ...]) -> int:
    """Counts the channels of an activation of this shape: the size of its last axis."""
    return (shape[-1] or 1) if shape else 1


def has_feature_maps(shape: tuple[int | None, ...]) -> bool:
    """Whether an activation of this shape is `(height, width, channels)`."""
    return len(shape) == 3


def feature_map(activation: np.ndarray, channel: int) -> np.ndarray:
    """Gives the map to show for one channel.

    Args:
        activation: What a layer puts out for one picture, without batch axis.
        channel: Index along the last axis.

    Returns:
        `(height, width)`: of a 2-D layer the feature map of the channel; of units the rows they
        are folded into, NaN where the last row is not full; of a sequence `(time, channels)` all
        of it; of more axes the middle of those in front.

    Raises:
        ValueError: If the activation is empty or holds something other than numbers.
    """
    if activation.dtype.kind not in "fiub" or activation.size == 0:
        raise ValueError(
            f"The activation has shape {activation.shape} and dtype {activation.dtype}; there are "
            "no numbers in it to show."
        )
    if activation.ndim == 0:
        return activation.reshape(1, 1)
    if activation.ndim == 1:
        return _fold(activation)
    while activation.ndim > 3:
        activation = activation[len(activation) // 2]
    return activation if activation.ndim == 2 else activation[:, :, channel]


def marked_region(shape: tuple[int, ...], channel: int) -> Region | None:
    """Gives the part of a map that the chosen channel takes up, where that is not all of it."""
    if len(shape) == 1 and shape[0] > 1:
        row, column = divmod(channel, _row_length(shape[0]))
        return Region(row, column, 1, 1)
    if len(shape) == 2 and shape[1] > 1:
        return Region(0, channel, shape[0], 1)
    return None


def place(shape: tuple[int, ...], row: int, column: int) -> str:
    """Says in words which part of the activation is at a row and column of its map."""
    if len(shape) == 1:
        unit = row * _row_length(shape[0]) + column
        return f"unit {unit}" if unit < shape[0] else "no unit"
    if len(shape) == 2:
        return f"step {row}, channel {column}"
    return f"row {row}, column {column}"


def statistics(values: np.ndarray) -> Statistics:
    """Computes smallest, mean and largest value, share of zeros, and what is not finite.

    Args:
        values: Of any shape and numeric dtype, not empty. Sums are made in float64, so that
            half-precision values do not overflow.
    """
    finite = values[np.isfinite(values)].astype(np.float64)
    if finite.size == 0:
        return Statistics(math.nan, math.nan, math.nan, 0.0, values.size)
    return Statistics(
        minimum=float(finite.min()),
        mean=float(finite.mean()),
        maximum=float(finite.max()),
        zeros=float(np.count_nonzero(values == 0) / values.size),
        not_finite=int(values.size - finite.size),
    )


def _row_length(units: int) -> int:
    """Chooses how many units stand in a row: a round number, for about twice as wide as high."""
    if units <= _LONGEST_ROW_OF_UNITS:
        return units
    return 1 << round(math.log2(math.sqrt(2 * units)))


def _fold(units: np.ndarray) -> np.ndarray:
    columns = _row_length(len(units))
    rows = math.ceil(len(units) / columns)
    if rows * columns == len(units):
        return units.reshape(rows, columns)
    folded = np.full(rows * columns, np.nan, dtype=np.result_type(units.dtype, np.float32))
    folded[: len(units)] = units
    return folded.reshape(rows, columns)
