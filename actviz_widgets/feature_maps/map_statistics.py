"""What the values of a feature map come to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


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
