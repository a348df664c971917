"""What one layer makes of a picture, in short: its strongest channels, its zeros, its mean."""

from __future__ import annotations

import numpy as np

from ..views import LayerStrip
from .channel_values import in_blocks, values_by_channel
from .layout import Layout
from .layouts import Units, Value

MOST_MAPS = 8
"""Maps in a strip."""

_LARGEST_SIDE = 64  # cells of a map; on the screen it has fewer pixels


def strip_of(
    layer: str,
    text: str,
    layout: Layout,
    activation: np.ndarray,
    slice_index: int = 0,
    most: int = MOST_MAPS,
) -> LayerStrip:
    """Gives the strip of a layer.

    The strongest channels are those with the largest finite value, the first ones where that is the
    same. Zeros and mean are of all that the layer puts out.

    Args:
        layer: The layer path.
        text: Its type and size.
        layout: How the activation is laid out.
        activation: What the layer puts out for one picture, without batch axis.
        slice_index: Which slice of a volume to show. Defaults to 0.
        most: How many channels to show. Defaults to `MOST_MAPS`.

    Returns:
        The strip; its maps are copies, of no more than 64 cells a side.
    """
    if isinstance(layout, Value) and not (activation.size and activation.dtype.kind in "fiub"):
        return no_strip(layer, text, "no numbers")
    zeros, mean, strongest = _summary(values_by_channel(layout, activation))
    if isinstance(layout, Units):
        return LayerStrip(layer, text, units=activation.reshape(-1).copy(), zeros=zeros, mean=mean)
    if isinstance(layout, Value):
        return LayerStrip(layer, text, zeros=zeros, mean=mean, note="a number")
    if not layout.has_feature_maps:
        whole = layout.feature_map(activation, 0, 0)
        return LayerStrip(layer, text, (_small(whole),), (0,), zeros=zeros, mean=mean)
    order = np.argsort(-strongest, kind="stable")[:most]
    channels = tuple(int(channel) for channel in order)
    _, slice_index = layout.nearest(0, slice_index)
    maps = tuple(
        _small(layout.feature_map(activation, channel, slice_index)) for channel in channels
    )
    return LayerStrip(layer, text, maps, channels, zeros=zeros, mean=mean)


def no_strip(layer: str, text: str, why: str) -> LayerStrip:
    """Gives the strip of a layer whose activation is not known.

    Args:
        layer: The layer path.
        text: Its type and size.
        why: Why not, in a few words.
    """
    return LayerStrip(layer, text, note=why)


def _summary(values: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Gives share of zeros, mean and, of each column, the largest finite value."""
    strongest = np.full(values.shape[1], -np.inf)
    zeros, count, total = 0, 0, 0.0
    for block in in_blocks(values):
        if not block.size:
            continue
        zeros += block.size - int(np.count_nonzero(block))
        if block.dtype.kind == "f":
            block_total = float(block.sum(dtype=np.float64))
            if not np.isfinite(block_total):
                finite = np.isfinite(block)
                count += int(np.count_nonzero(finite))
                total += float(block.sum(dtype=np.float64, where=finite))
                largest = np.where(finite, block, -np.inf).max(axis=0)
                strongest = np.maximum(strongest, largest)
                continue
        else:
            block_total = float(block.sum(dtype=np.float64))
        count, total = count + block.size, total + block_total
        strongest = np.maximum(strongest, block.max(axis=0))
    mean = total / count if count else float("nan")
    return zeros / max(values.size, 1), mean, strongest


def _small(values: np.ndarray) -> np.ndarray:
    """Gives a copy, of a large map by taking cells from it."""
    height, width = values.shape
    rows, columns = (
        np.linspace(0, size - 1, min(size, _LARGEST_SIDE)).round().astype(int)
        for size in (height, width)
    )
    small: np.ndarray = values[np.ix_(rows, columns)]
    return small
