"""The overlay view: the map of one channel over the picture, where it truly lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..feature_maps import color_scale
from ..views import MapView, OverlayView, PictureView, WordsView
from .channel import channel_scene
from .scene import Scene
from .shown import Shown

NO_PLACE = (
    "It is not known where this map lies on the picture: the layers before it do not tell, or "
    "mix all positions. The channel view shows it by itself."
)


def overlay_scene(shown: Shown) -> Scene:
    """Shows the picture, and the map of one channel over it."""
    scene = channel_scene(shown)
    is_picture = isinstance(shown.selected.picture.view, PictureView)
    if not isinstance(scene.right, MapView) or not is_picture:
        return replace(scene, lines=(*scene.lines, "There is no map to lay over a picture."))
    limits = scene.right.limits or color_scale.limits(scene.right.values)
    over = over_picture(shown, scene.right.values, limits)
    lines = scene.lines if over is None else (*scene.lines, bare_border_line(over))
    return replace(scene, right=over or WordsView(NO_PLACE), caption="", lines=lines)


def over_picture(
    shown: Shown, values: np.ndarray, limits: tuple[float, float]
) -> OverlayView | None:
    """Lays a map of the chosen layer over the picture.

    Args:
        shown: What is looked at, and how.
        values: The map, `(height, width)`.
        limits: Of its colour scale.

    Returns:
        `None` where there is no picture, or it is not known where the map lies on it.
    """
    selected = shown.selected
    picture = selected.picture
    if not isinstance(picture.view, PictureView):
        return None
    height, width = values.shape
    extent = shown.places.extent(selected.layer, picture, (height, width))
    if extent is None:
        return None
    place = selected.layout.place
    return OverlayView(picture.view, values, extent, limits, shown.look.opacity, place)


def bare_border_line(view: OverlayView) -> str:
    """Says why a part of the picture is left bare; empty if the map reaches all of it."""
    height, width = view.picture.size
    left, right, bottom, top = view.extent
    # Less than a pixel is nothing to be seen.
    bare = max(left + 0.5, width - 0.5 - right, top + 0.5, height - 0.5 - bottom)
    if bare < 1:
        return ""
    return (
        "Each value lies at the centre of what it sees: no position of this map is centred on the "
        "bare border of the picture, though the outermost ones see it."
    )
