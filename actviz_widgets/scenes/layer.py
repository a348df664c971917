"""The layer view: the maps of all channels of a layer, page by page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..feature_maps.layout import Layout
from ..feature_maps.layouts import FeatureMaps
from ..views import TilesView
from .channel import channel_scene, marked, outside_line
from .scene import Scene, page_of
from .shown import Shown


def layer_scene(shown: Shown) -> Scene:
    """Shows the picture, and the maps of a page of channels."""
    selected, look, order = shown.selected, shown.look, shown.order
    activation = selected.activation
    if activation is None or not selected.layout.has_feature_maps:
        return channel_scene(shown)
    layout, picture = selected.layout, selected.picture
    page = page_of(order, selected.channel, look.tiles, f"{layout.noun}s")
    first = page.number * look.tiles
    channels = tuple(int(channel) for channel in order[first : first + look.tiles])
    maps = _maps(layout, activation, channels, selected.slice_index)
    chosen = layout.feature_map(activation, selected.channel, selected.slice_index)
    limits = look.scale.limits(chosen, activation)
    is_shared = look.scale.scope != "channel"
    view = TilesView(
        maps,
        channels,
        selected.channel,
        limits,
        limits if is_shared else None,
        *marked(shown),
        layout.noun,
    )
    title = f"{selected.layer} · {page.text}"
    scale = (
        "one colour scale for all"
        if is_shared
        else f"each on its own colour scale, the bar is of {layout.noun} {selected.channel}"
    )
    lines = (page.sentence, outside_line(chosen, limits))
    return Scene(picture.view, picture.title, view, title, scale, lines=lines, page=page)


def _maps(
    layout: Layout, activation: np.ndarray, channels: Sequence[int], slice_index: int
) -> np.ndarray:
    """Gives the maps of some channels, `(height, width, maps)`, a view where that can be."""
    first, last = channels[0], channels[-1]
    is_run = tuple(channels) == tuple(range(first, last + 1))
    if is_run and type(layout) is FeatureMaps and not layout.channels_first:
        view: np.ndarray = activation[:, :, first : last + 1]
        return view
    each = [layout.feature_map(activation, channel, slice_index) for channel in channels]
    return np.stack(each, axis=-1)
