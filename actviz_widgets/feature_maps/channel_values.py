"""The values of an activation by channel, in blocks, so that no copy of all of them is made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .layout import Layout
from .layouts import Attention, FeatureMaps, Series, Tokens, Value
from .slice_layouts import Heads

_BLOCK = 1 << 20
"""Values that are looked at in one go."""


def values_by_channel(layout: Layout, activation: np.ndarray) -> np.ndarray:
    """Gives the values of an activation, those of a channel in each column.

    Args:
        layout: How the activation is laid out.
        activation: Without batch axis, of any numeric dtype.

    Returns:
        `(places, channels)`, a view where numpy can make one.
    """
    if isinstance(layout, Value):
        return activation.reshape(-1, 1)
    if isinstance(layout, Attention):
        heads = activation.reshape(-1, activation.shape[-2] * activation.shape[-1])
        return heads.T
    if isinstance(layout, FeatureMaps | Series) and layout.channels_first:
        return activation.reshape(len(activation), -1).T
    if isinstance(layout, FeatureMaps | Series | Tokens | Heads):
        return activation.reshape(-1, activation.shape[-1])
    return activation.reshape(1, -1)


def in_blocks(values: np.ndarray) -> Iterator[np.ndarray]:
    """Gives the values of all channels block by block.

    Args:
        values: `(places, channels)`.

    Yields:
        Views of the next places, `(some_places, channels)`; a single empty one if there are none.
    """
    places, channels = values.shape
    step = max(_BLOCK // max(channels, 1), 1)
    for start in range(0, max(places, 1), step):
        yield values[start : start + step]
