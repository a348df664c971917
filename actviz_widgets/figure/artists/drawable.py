"""Numbers that can be drawn as lines and bars."""

from __future__ import annotations

import numpy as np

_LARGEST = 1e300  # differences of larger values overflow


def drawable(values: np.ndarray) -> np.ndarray:
    """Gives float64 values that lines can be drawn through, NaN where they are not finite.

    Args:
        values: Of any shape and numeric dtype.
    """
    floats = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    return np.clip(floats, -_LARGEST, _LARGEST)
