from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.activations.explored import Explored, explored_model
from actviz_widgets.activations.preprocessing_comparison import (
    PreprocessingComparison,
    TriedWay,
    compared_preprocessing,
    known_classes,
    why_not_compared,
)

L = keras.layers
# Two pictures, one red and one blue, neither of them pure.
PICTURES = np.full((2, 8, 8, 3), 60, np.uint8)
PICTURES[0, ..., 0] = PICTURES[1, ..., 2] = 200


def classifier(bias: float = 0.0) -> keras.Model:
    """Gives a model of which a class is known that takes 0 to 1, blue first."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Conv2D(3, 1, activation="tanh", name="colors"),
            L.GlobalAveragePooling2D(),
            L.Dense(2, activation="softmax"),
        ]
    )
    model.set_weights(
        [
            np.eye(3, dtype=np.float32)[None, None],
            np.full(3, bias, np.float32),
            np.array([[0, 9], [0, 0], [9, 0]], np.float32),
            np.zeros(2, np.float32),
        ]
    )
    return model


def opened(model: Any, images: Any = PICTURES, **options: Any) -> Explored:
    return explored_model(model, images, None, None, 2**28, options.pop("labels", None))


def by_name(comparison: PreprocessingComparison) -> dict[tuple[str, str], TriedWay]:
    return {(way.name, way.colors): way for way in comparison.ways}


def test_where_the_classes_are_known_the_right_order_of_the_colours_shows() -> None:
    explored = opened(classifier(), labels=[0, 1])
    ways = by_name(compared_preprocessing(explored, explored.labels))
    assert ways["0 to 1", "BGR"].accuracy == 1
    assert ways["0 to 1", "RGB"].accuracy == ways["as now", ""].accuracy == 0
    assert len(ways) == 1 + 5 * 2


def test_each_way_is_what_it_is_called() -> None:
    model = classifier()
    ways = by_name(compared_preprocessing(opened(model), [None, None]))
    pixels = PICTURES.astype(np.float32)
    mean = np.array([0.485, 0.456, 0.406])
    deviation = np.array([0.229, 0.224, 0.225])
    by_hand = {
        ("0 to 255", "RGB"): pixels,
        ("0 to 1", "RGB"): pixels / 255,
        ("-1 to 1", "RGB"): pixels / 127.5 - 1,
        ("less the means of caffe", "BGR"): pixels[..., ::-1] - [103.939, 116.779, 123.68],
        ("mean and deviation of ImageNet", "RGB"): (pixels / 255 - mean) / deviation,
    }
    for name, values in by_hand.items():
        values = values.astype(np.float32)
        sure = np.asarray(model(values)).max(-1).mean()
        ends = np.abs(np.tanh(values)) >= 0.98
        assert ways[name].accuracy is None
        assert ways[name].confidence == pytest.approx(sure, abs=1e-5)
        assert ways[name].saturated == pytest.approx(ends.mean(), abs=1e-6)


def test_without_known_classes_the_table_says_that_it_proves_nothing() -> None:
    comparison = compared_preprocessing(opened(classifier()), [None, None])
    assert comparison.labelled == 0
    assert "That proves nothing" in comparison.verdict
    assert comparison.verdict in str(comparison)
    assert comparison._repr_html_().count("<tr>") == 1 + len(comparison.ways)
    assert set(comparison.table()) == {"name", "colors", "accuracy", "confidence", "saturated"}


def test_grey_pictures_have_no_order_of_colours() -> None:
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), L.Flatten(), L.Dense(1, activation="sigmoid")]
    )
    ways = compared_preprocessing(opened(model, PICTURES[..., :1]), [0, 1]).ways
    assert [way.name for way in ways] == ["as now", "0 to 255", "0 to 1", "-1 to 1"]
    assert {way.colors for way in ways} == {""}
    assert {way.saturated for way in ways} == {None}


def test_what_cannot_be_compared_is_said_in_a_sentence() -> None:
    maps = keras.Sequential([keras.Input((8, 8, 3)), L.Conv2D(2, 3)])
    assert "not known to be a classifier" in why_not_compared(opened(maps))
    assert why_not_compared(opened(classifier())) == ""
    floats = opened(classifier(), PICTURES.astype(np.float32) / 127.5 - 1)
    with pytest.raises(ValueError, match="Give files, or arrays of uint8"):
        compared_preprocessing(floats, floats.labels)


@pytest.mark.parametrize("label", [9, -1, "cat"])
def test_a_label_that_is_no_class_is_named_and_not_passed_over(label: Hashable) -> None:
    explored = opened(classifier())
    assert known_classes(explored, None) == explored.labels
    assert known_classes(explored, [0, None]) == (0, None)
    with pytest.raises(ValueError, match=f"labels has {label!r} for the picture .* no class"):
        known_classes(explored, [0, label])
