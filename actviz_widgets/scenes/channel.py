"""The channel view: the picture, and the map of one channel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..feature_maps import color_scale
from ..views import MapView, WordsView
from .scene import Scene
from .shown import Shown


def channel_scene(shown: Shown) -> Scene:
    """Shows the picture, and the map of one channel with its histogram."""
    selected = shown.selected
    picture = selected.picture
    title = selected.title_with(shown.class_names)
    dead, saturated = marked(shown)
    if selected.channel in dead:
        title = f"{title} · dead"
    elif selected.channel in saturated:
        title = f"{title} · saturated"
    scene = Scene(picture.view, picture.title, None, title)
    activation = selected.activation
    if activation is None:
        return replace(scene, right=WordsView(selected.why_not()))
    layout = selected.layout
    names = selected.unit_names(shown.class_names)
    view = layout.view(activation, selected.channel, selected.slice_index, names)
    lines: tuple[str, ...] = ()
    if isinstance(view, MapView):
        limits = shown.look.scale.limits(view.values, activation)
        view = replace(view, limits=limits, has_histogram=True)
        lines = (outside_line(_without_unused(view), limits),)
    caption = layout.caption(activation, selected.channel, names)
    return replace(scene, right=view, caption=caption, lines=lines)


def marked(shown: Shown) -> tuple[frozenset[int], frozenset[int]]:
    """Gives the dead and the saturated channels, once all pictures were looked at."""
    survey, layer = shown.survey, shown.selected.layer
    if not survey.is_complete(layer):
        return frozenset(), frozenset()
    return survey.dead(layer), survey.saturated(layer)


def outside_line(values: np.ndarray, limits: tuple[float, float]) -> str:
    """Counts what has no colour of the scale; empty if there is nothing of the kind."""
    counts = str(color_scale.outside(values, *limits))
    return f"Not on the colour scale: {counts}." if counts else ""


def _without_unused(view: MapView) -> np.ndarray:
    if view.unused is None:
        return view.values
    return view.values.reshape(-1)[: -view.unused.width]
