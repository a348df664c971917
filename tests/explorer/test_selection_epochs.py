from __future__ import annotations

import numpy as np
import pytest

from actviz_widgets.explorer.selection import Selection
from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout_of import layout_of

LAYOUTS = {"conv": layout_of((8, 8, 4), LayerRole(), "float32")}


def selection_of(*epochs: int) -> Selection:
    selection = Selection()
    selection.offer(1, LAYOUTS, epochs)
    selection.epoch = epochs[-1]
    return selection


def test_without_a_training_there_is_epoch_0_alone() -> None:
    selection = Selection()
    selection.offer(1, LAYOUTS)
    assert selection.epoch == 0
    with pytest.raises(ValueError, match=r"epoch was set to 1; there is only epoch 0\."):
        selection.epoch = 1
    assert selection.epoch == 0


def test_an_epoch_that_is_kept_can_be_chosen() -> None:
    selection = selection_of(0, 4, 8, 9)
    selection.epoch = np.int64(4)
    assert selection.epoch == 4
    assert type(selection.epoch) is int


@pytest.mark.parametrize(
    ("epoch", "sentence"),
    [
        (-1, "there are epochs 0 to 9"),
        (10, "there are epochs 0 to 9"),
        (5, "not every epoch is kept, and the nearest are 4 and 8"),
    ],
)
def test_an_epoch_that_is_not_kept_is_refused_with_the_nearest(epoch: int, sentence: str) -> None:
    selection = selection_of(0, 4, 8, 9)
    with pytest.raises(ValueError, match=rf"epoch was set to {epoch}; {sentence}\."):
        selection.epoch = epoch
    assert selection.epoch == 9


def test_an_epoch_is_a_whole_number() -> None:
    with pytest.raises(TypeError, match=r"'epoch' was set to 1\.5; an index"):
        selection_of(0, 1).epoch = 1.5


def test_epoch_and_the_rest_do_not_change_with_each_other() -> None:
    selection = selection_of(0, 4, 8, 9)
    selection.layer, selection.channel = "conv", 3
    selection.epoch = 4
    assert (selection.image, selection.layer, selection.channel) == (0, "conv", 3)
    selection.channel = 0
    assert selection.epoch == 4
