from __future__ import annotations

import numpy as np
import pytest

from actviz_widgets.feature_maps.channel_values import in_blocks, values_by_channel
from actviz_widgets.feature_maps.layout import Layout

from .laying_out import ONE_OF_EACH_KIND, every_kind


@pytest.mark.parametrize(("places", "blocks"), [(1, 1), (3, 1), (4, 2), (10, 4)])
def test_blocks_are_views_of_all_places_in_turn(
    places: int, blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actviz_widgets.feature_maps.channel_values._BLOCK", 7)
    values = np.arange(2 * places).reshape(places, 2)
    made = list(in_blocks(values))
    assert len(made) == blocks
    assert all(np.shares_memory(block, values) for block in made)
    np.testing.assert_array_equal(np.concatenate(made), values)


def test_a_place_of_more_channels_than_a_block_takes_is_one_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("actviz_widgets.feature_maps.channel_values._BLOCK", 7)
    assert [len(block) for block in in_blocks(np.zeros((3, 20)))] == [1, 1, 1]


def test_of_no_places_there_is_one_empty_block() -> None:
    (block,) = in_blocks(np.zeros((0, 5)))
    assert block.shape == (0, 5)


@pytest.mark.parametrize("kind", every_kind())
def test_of_each_kind_of_layout_a_channel_has_the_values_that_its_maps_show(
    kind: type[Layout],
) -> None:
    layout = ONE_OF_EACH_KIND[kind]
    activation = np.arange(float(np.prod(layout.shape))).reshape(layout.shape)  # type: ignore[arg-type]
    by_channel = values_by_channel(layout, activation)
    assert by_channel.shape[1] == layout.count
    assert sorted(by_channel.ravel()) == sorted(activation.ravel())
    for channel in range(layout.count if layout.has_feature_maps else 0):
        shown = {
            value
            for slice_index in range(layout.slice_count or 1)
            for value in layout.feature_map(activation, channel, slice_index).ravel()
        }
        assert shown <= {*by_channel[:, channel]}
