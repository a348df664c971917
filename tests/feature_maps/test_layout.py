from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout_of import layout_of
from actviz_widgets.feature_maps.layouts import MOST_BARS, FeatureMaps, Series, Value, Volume
from actviz_widgets.views import MapView

from .laying_out import FIRST, RNG, SCORES, TOKENS, layout_for


@pytest.mark.parametrize(
    ("shape", "role"),
    [
        ((4, 6, 2), LayerRole()),
        ((2, 4, 6), FIRST),
        ((7, 4, 6, 2), LayerRole()),
        ((2, 7, 4, 6), FIRST),
        ((5, 2), LayerRole()),
        ((2, 5), FIRST),
        ((3, 9, 9), SCORES),
        ((17, 2), TOKENS),
        ((16,), LayerRole()),
    ],
)
def test_a_map_is_a_view_and_costs_no_memory(shape: tuple[int, ...], role: LayerRole) -> None:
    activation = np.zeros(shape)
    layout = layout_for(activation, role)
    assert np.shares_memory(layout.feature_map(activation, 1, 0), activation)


@pytest.mark.parametrize(
    ("shape", "role", "chosen", "nearest"),
    [
        ((4, 6, 3), LayerRole(), (1, 0), (1, 0)),
        ((4, 6, 3), LayerRole(), (3, 5), (2, 0)),
        ((4, 6, 3), FIRST, (9, 0), (3, 0)),
        ((7, 4, 6, 3), LayerRole(), (2, 6), (2, 6)),
        ((7, 4, 6, 3), LayerRole(), (3, 7), (2, 6)),
        ((10,), LayerRole(), (100, 100), (9, 0)),
        ((9, 12), SCORES, (4, 0), (0, 0)),
        ((), LayerRole(), (17, 3), (0, 0)),
        ((0, 4, 3), LayerRole(), (2, 0), (0, 0)),
    ],
)
def test_the_nearest_choice_is_the_same_one_or_the_last_there_is(
    shape: tuple[int, ...], role: LayerRole, chosen: tuple[int, int], nearest: tuple[int, int]
) -> None:
    assert layout_of(shape, role, "float32").nearest(*chosen) == nearest


ROLES = [
    LayerRole(),
    FIRST,
    SCORES,
    TOKENS,
    LayerRole(may_be_tokens=True, grid=(2, 3), channels_first=True),
]


@pytest.mark.parametrize("role", ROLES)
def test_every_choice_there_is_has_a_view_whatever_the_shape(role: LayerRole) -> None:
    dtypes: list[Any] = [np.float32, np.float16, np.int32, np.bool_]
    for rank in range(7):
        for _ in range(12):
            shape = tuple(int(size) for size in RNG.integers(1, 8, rank))
            if role.is_attention and rank not in (2, 3):
                continue
            activation = RNG.integers(0, 2, shape).astype(RNG.choice(dtypes))
            layout = layout_for(activation, role)
            assert layout.count is not None
            assert layout.slice_count is not None
            for channel, at in {
                (0, 0),
                (layout.count - 1, layout.slice_count - 1),
                (layout.count // 2, layout.slice_count // 2),
            }:
                shown = layout.feature_map(activation, channel, at)
                view = layout.view(activation, channel, at, None)
                assert shown.ndim == 2
                assert layout.channel_values(activation, channel, at).size
                if isinstance(view, MapView):
                    np.testing.assert_array_equal(view.values, shown)
                    assert view.place(shown.shape[0] - 1, shown.shape[1] - 1)
                layout.caption(activation, channel, None)


@pytest.mark.parametrize(
    ("shape", "role", "channel", "slice_index"),
    [
        ((4, 6, 3), LayerRole(), 2, 0),
        ((4, 6, 3), FIRST, 3, 0),
        ((5, 4, 6, 3), LayerRole(), 1, 3),
        ((3, 5, 4, 6), FIRST, 2, 4),
        ((2, 5, 4, 6, 3), LayerRole(), 1, 7),
        ((3, 2, 5, 4, 6), FIRST, 1, 7),
        ((MOST_BARS,), LayerRole(), 5, 0),
        ((100,), LayerRole(), 5, 0),
        ((64,), LayerRole(), 5, 0),
        ((5, 8), LayerRole(), 3, 0),
        ((5, 8), FIRST, 3, 0),
        ((16, 8), TOKENS, 3, 0),
        ((17, 8), TOKENS, 7, 0),
        ((3, 5, 5), SCORES, 2, 0),
        ((5, 6), SCORES, 0, 0),
        ((2, 3, 5, 6), SCORES, 4, 0),
        ((1, 1, 1), LayerRole(), 0, 0),
    ],
)
def test_the_element_at_a_place_has_the_value_shown_there(
    shape: tuple[int, ...], role: LayerRole, channel: int, slice_index: int
) -> None:
    activation = np.arange(1, 1 + np.prod(shape), dtype=np.float32).reshape(shape)
    layout = layout_for(activation, role)
    shown = layout.feature_map(activation, channel, slice_index)
    for (row, column), value in np.ndenumerate(shown):
        element = layout.element(row, column, channel, slice_index)
        if np.isnan(value):
            assert element is None
        else:
            assert element is not None
            assert activation[element] == value
    for row, column in ((-1, 0), (0, -1), (shown.shape[0], 0), (0, shown.shape[1])):
        assert layout.element(row, column, channel, slice_index) is None
    if layout.noun == "unit" or isinstance(layout, Series):
        return  # all channels are on show, whichever is chosen
    assert layout.element(0, 0, layout.count or 0, slice_index) is None
    if isinstance(layout, Volume):
        assert layout.element(0, 0, channel, layout.slice_count or 0) is None


def test_what_is_said_in_words_has_no_elements_and_open_sizes_no_end() -> None:
    assert Value((3, 0)).element(0, 0, 0, 0) is None
    assert Value(()).element(0, 0, 0, 0) is None
    assert FeatureMaps((None, None, 3)).element(500, 700, 2, 0) == (500, 700, 2)
    assert Volume((None, 4, 6, 3)).element(1, 2, 0, 90) == (90, 1, 2, 0)
    assert Volume((2, None, 4, 6, 3)).element(1, 2, 0, 1) is None
