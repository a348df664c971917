"""Which kind of layout an activation has, by its shape, its dtype and the layer's role."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from .layer_role import USUAL_EXTRAS, LayerRole
from .layout import Layout, Shape
from .layouts import Attention, FeatureMaps, Series, Tokens, Units, Value, Volume
from .slice_layouts import GridMaps, Heads


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
        return _rows(shape, role)
    if len(shape) == 3 and role.is_heads:
        each = (shape[0], shape[2])
        return Heads(shape, _rows(each, replace(role, channels_first=False)))
    if all(size == 1 for size in (shape[1:] if first else shape[:-1])):
        return Units(shape)
    if len(shape) == 3:
        return FeatureMaps(shape, first)
    return GridMaps(shape) if role.is_on_grid and not first else Volume(shape, first)


def _rows(shape: Shape, role: LayerRole) -> Tokens | Series:
    """Folds rows back to the grid that they were cut from, where that is known."""
    count, grid = shape[0], role.grid
    if role.may_be_tokens and count is not None and grid is not None and math.prod(grid) > 1:
        rest = count - math.prod(grid)
        if role.extra is not None and 0 <= role.extra <= rest:
            return Tokens(shape, grid, role.extra)
        if role.extra is None and rest in USUAL_EXTRAS:
            return Tokens(shape, grid, rest)
    return Series(shape, bool(role.channels_first), role.is_time)


def _is_numeric(dtype: str | np.dtype) -> bool:
    # These numpy knows, if at all, as no numbers; they come as float32.
    if str(dtype) == "bfloat16" or str(dtype).startswith("float8"):
        return True
    try:
        return np.dtype(dtype).kind in "fiub"
    except TypeError:
        return False
