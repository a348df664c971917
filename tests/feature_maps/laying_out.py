"""What the tests of layouts share: roles, and layouts for activations at hand."""

from __future__ import annotations

import numpy as np

from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout import Layout
from actviz_widgets.feature_maps.layout_of import layout_of
from actviz_widgets.feature_maps.layouts import (
    Attention,
    FeatureMaps,
    Series,
    Tokens,
    Units,
    Value,
    Volume,
)
from actviz_widgets.feature_maps.slice_layouts import GridMaps, Heads
from actviz_widgets.views import MapView

RNG = np.random.default_rng(0)
FIRST = LayerRole(channels_first=True)
SCORES = LayerRole(is_attention=True)
TOKENS = LayerRole(may_be_tokens=True, grid=(4, 4))


def layout_for(activation: np.ndarray, role: LayerRole = LayerRole()) -> Layout:  # noqa: B008
    return layout_of(activation.shape, role, activation.dtype)


def values(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def map_view(layout: Layout, activation: np.ndarray, channel: int = 0, at: int = 0) -> MapView:
    view = layout.view(activation, channel, at, None)
    assert isinstance(view, MapView)
    return view


# One of each kind; a kind that has none here fails the tests of all kinds.
ONE_OF_EACH_KIND: dict[type[Layout], Layout] = {
    Attention: Attention((3, 4, 5)),
    FeatureMaps: FeatureMaps((4, 6, 3)),
    GridMaps: GridMaps((4, 6, 2, 3)),
    Heads: Heads((5, 2, 3), Series((5, 3))),
    Series: Series((5, 3)),
    Tokens: Tokens((7, 3), (2, 3), 1),
    Units: Units((5,)),
    Value: Value((1,)),
    Volume: Volume((2, 4, 6, 3)),
}


def every_kind(kind: type[Layout] = Layout) -> list[type[Layout]]:
    """Gives all kinds of layout that there are, each after what it is derived from."""
    derived = [each for base in kind.__subclasses__() for each in (base, *every_kind(base))]
    return list(dict.fromkeys(derived))
