"""Traits that say how the explorer shows what is chosen, and what they refuse."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from actviz_widgets.explorer.appearance import VIEWS, Appearance
from actviz_widgets.feature_maps.color_scale import ColorScale
from actviz_widgets.model.outputs import Output


@pytest.fixture
def appearance() -> Appearance:
    appearance = Appearance()
    appearance.offer_to_compare(3, (0, 2, 5), has_other_model=True)
    appearance.offer_outputs((Output("", (None, 4), "one class", "softmax"),))
    return appearance


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        *(("view", view) for view in VIEWS),
        ("order", "contrast"),
        ("opacity", 0.25),
        ("tiles", 7),
        ("color_scale", "layer"),
        ("color_limits", (-1.0, 2.0)),
        ("symmetric", True),
        ("clip", 2.5),
        ("cmap", "cividis"),
        ("cmap", mpl.colormaps["magma"]),
        ("class_index", 3),
        ("class_index", None),
        ("other_image", 2),
        ("other_model", True),
        ("other_epoch", 5),
        ("position", (3, 4)),
        ("play_over", "image"),
        ("speed", 4.0),
    ],
)
def test_what_there_is_can_be_set(appearance: Appearance, trait: str, value: Any) -> None:
    setattr(appearance, trait, value)
    assert getattr(appearance, trait) == value


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("view", "chanel", "'chanel'; choose one of 'channel', 'layer'"),
        ("view", 3, "3; choose one of"),
        ("order", "loudest", "'index', 'max', 'mean'"),
        ("opacity", 1.5, "choose 0 to 1"),
        ("opacity", "half", "a number from 0 to 1"),
        ("opacity", float("nan"), "choose 0 to 1"),
        ("tiles", 0, "choose 1 or more"),
        ("color_scale", "row", "'channel', 'layer', 'fixed'"),
        ("color_limits", (2, 1), "the lower limit comes first"),
        ("color_limits", (0, float("inf")), "have to be finite"),
        ("color_limits", (-1e308, 1e308), "no larger than 1e+300"),
        ("color_limits", (0, 10**400), "two numbers are wanted"),
        ("symmetric", np.array([True, False]), "True or False is wanted"),
        ("symmetric", object(), "set to <object object>; True or False"),
        ("opacity", np.array([0.1, 0.2]), "a number from 0 to 1"),
        ("view", "x" * 5000, "x…; choose one of"),
        ("view", "a\nb", "'a\\nb'; choose one of"),
        ("color_limits", 3, "two numbers are wanted"),
        ("symmetric", "no", "True or False is wanted"),
        ("clip", 50, "choose 0 to 49"),
        ("cmap", "viridris", "no colour map 'viridris'"),
        ("cmap", 3, "type int"),
        ("class_index", 4, "there are 4 classes, so choose 0 to 3"),
        ("class_index", 1.5, "an index"),
        ("other_image", 3, "there are 3 pictures, so choose 0 to 2"),
        ("other_image", -1, "choose 0 to 2"),
        ("other_epoch", 1, "choose one of 0, 2, 5"),
        ("position", "left", "two numbers are wanted"),
        ("play_over", "epochs", "'channel', 'layer', 'image'"),
        ("speed", 0, "choose 0.1 to 20"),
    ],
)
def test_what_there_is_not_is_refused_in_a_sentence(
    appearance: Appearance, trait: str, value: Any, said: str
) -> None:
    before = getattr(appearance, trait)
    with pytest.raises((TypeError, ValueError)) as error:
        setattr(appearance, trait, value)
    assert said in str(error.value)
    assert trait in str(error.value) or trait == "cmap"
    assert getattr(appearance, trait) == before


def test_a_second_model_and_a_class_are_chosen_only_where_there_are_some() -> None:
    appearance = Appearance()
    with pytest.raises(ValueError, match="compare_with=other_model"):
        appearance.other_model = True
    with pytest.raises(ValueError, match="no classifier"):
        appearance.class_index = 0


def test_the_look_has_the_scale_that_the_traits_say(appearance: Appearance) -> None:
    appearance.color_scale = "fixed"
    # Until limits are given, each channel keeps its own scale.
    assert appearance.look().scale == ColorScale("channel")
    appearance.color_limits = (0, 2)
    assert appearance.look().scale == ColorScale("fixed", (0.0, 2.0))
    appearance.color_scale, appearance.clip, appearance.symmetric = "layer", 1, True
    assert appearance.look().scale == ColorScale("layer", None, 1.0, True)
