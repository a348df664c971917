"""The network view: a strip for each layer."""

from __future__ import annotations

from ..feature_maps.layer_strips import no_strip, strip_of
from ..views import LayerStrip, NetworkView, PictureView
from . import descriptions
from .scene import Scene, page_of
from .shown import Shown


def network_scene(shown: Shown) -> Scene:
    """Shows a strip for each layer of a page."""
    selected = shown.selected
    paths = layers_worth_a_strip(shown)
    page = page_of(paths, selected.layer, shown.strips_per_page, "layers")
    first = page.number * shown.strips_per_page
    strips = tuple(_strip(shown, path) for path in paths[first : first + shown.strips_per_page])
    picture = selected.picture.view
    view = NetworkView(
        strips, selected.layer, picture if isinstance(picture, PictureView) else None
    )
    return Scene(whole=view, lines=(page.sentence,), page=page)


def layers_worth_a_strip(shown: Shown) -> list[str]:
    """Gives the layers that put out something new, and the chosen one."""
    model, selected = shown.explored.activation_model, shown.selected
    return [
        path
        for path in selected.source.layers
        if path == selected.layer or not model.role(path).passes_on
    ]


def _strip(shown: Shown, path: str) -> LayerStrip:
    info = shown.selected.source.layers[path]
    text = descriptions.layer_entry("", info.class_name, info.activation_shape)[3:]
    try:
        selected = shown.selected.at_layer(path)
    except ValueError:
        return no_strip(path, text, "not shown")
    if selected.activation is None:
        return no_strip(path, text, selected.why_not())
    return strip_of(path, text, selected.layout, selected.activation, selected.slice_index)
