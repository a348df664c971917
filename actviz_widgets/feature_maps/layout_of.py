"""Which kind of layout an activation has, by its shape, its dtype and the layer's role."""

from __future__ import annotations

import math

import numpy as np

from .layer_role import LayerRole
from .layout import Layout, Shape
from .layouts import Attention, FeatureMaps, Series, Tokens, Units, Value, Volume


def layout_of(shape: Shape, role: LayerRole, dtype: str | np.dtype) -> Layout:
    """Chooses how to lay an activation out.

    Args:
        shape: The activation's, without batch axis; `None` for sizes left open.
        role: What the layer tells.
        dtype: The activation's.
    """
    if not _is_numeric(dtype) or not shape or 0 in shape:
        return Value(shape)
    first = bool(role.channels_first)
    if role.is_attention:
        return Attention(shape)
    if len(shape) == 1:
        return Units(shape)
    if len(shape) == 2:
        folded = _patches(shape[0], role)
        return Tokens(shape, *folded) if folded else Series(shape, first)
    return FeatureMaps(shape, first) if len(shape) == 3 else Volume(shape, first)


def _patches(count: int | None, role: LayerRole) -> tuple[tuple[int, int], int] | None:
    """Finds the grid that so many tokens were cut from, and how many are none of its patches."""
    if not role.may_be_tokens or count is None:
        return None
    for extra in (0, 1, 2):
        if role.grid is not None and count - extra == math.prod(role.grid) > 1:
            return role.grid, extra
    for extra in (0, 1):
        side = math.isqrt(max(count - extra, 0))
        if side > 1 and side * side == count - extra:
            return (side, side), extra
    return None


def _is_numeric(dtype: str | np.dtype) -> bool:
    # These numpy knows, if at all, as no numbers; they come as float32.
    if str(dtype) == "bfloat16" or str(dtype).startswith("float8"):
        return True
    try:
        return np.dtype(dtype).kind in "fiub"
    except TypeError:
        return False
