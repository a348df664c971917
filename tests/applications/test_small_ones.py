"""The smaller architectures, every layer equal in each run; of the others, the page says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationModel
from actviz_widgets.model.activation_model import ForwardPass

from .check import Comparison, build, check, constructors, layer_paths, picture
from .kerashub import compare
from .table import ALL_EQUAL, rows_of

PAGE = Path(__file__).parents[2] / "docs" / "applications.md"

# One of each family, at a size below its own; InceptionV3 and Xception go no lower.
SMALL = {
    "ConvNeXtTiny": 32,
    "DenseNet121": 32,
    "EfficientNetB0": 64,
    "EfficientNetV2B0": 64,
    "InceptionV3": 75,
    "MobileNet": 64,
    "MobileNetV2": 64,
    "MobileNetV3Small": 64,
    "NASNetMobile": 64,
    "ResNet50V2": 32,
    "VGG16": 32,
    "Xception": 71,
}
PICTURE = np.random.default_rng(0).random((1, 8, 8, 3), dtype=np.float32)


def checked(name: str, size: int) -> Comparison:
    model = build(name, (size, size, 3))
    return check(model, picture(name, model))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), SMALL.items())
def test_every_layer_of_a_small_architecture_is_equal_to_the_last_bit(name: str, size: int) -> None:
    comparison = checked(name, size)
    assert comparison.faults == []
    assert comparison.layer_calls > 20
    # Of values all alike, being equal would say little.
    assert comparison.constant == []
    assert comparison.not_finite == []


@pytest.mark.slow
def test_layers_of_nested_models_are_among_those_compared() -> None:
    model = build("ConvNeXtTiny", (32, 32, 3))
    paths = list(layer_paths(model))
    assert "convnext_tiny_stem/convnext_tiny_stem_conv" in paths
    assert sum("/" in path for path in paths) == 8


def nested_model() -> keras.Model:
    inputs = keras.Input((8, 8, 3), name="picture")
    inner = keras.Sequential([keras.layers.Conv2D(4, 3, name="conv")], name="inner")
    return keras.Model(inputs, keras.layers.Flatten(name="flatten")(inner(inputs)))


def alter_the_last_bits(forward: ForwardPass) -> None:
    # With an operation of Keras, as making the activation model runs this on symbols too.
    forward.activations["inner/conv"] *= np.nextafter(np.float32(1), np.float32(2))


def leave_one_out(forward: ForwardPass) -> None:
    del forward.activations["inner/conv"]


def give_one_more(forward: ForwardPass) -> None:
    forward.activations["flatten#2"] = forward.activations["flatten"]


def leave_nothing_wrong(forward: ForwardPass) -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "faults"),
    [
        (leave_nothing_wrong, []),
        (alter_the_last_bits, ["1 unequal: inner/conv"]),
        (leave_one_out, ["1 not captured: inner/conv"]),
        (give_one_more, ["1 captured, but no layer call: flatten#2"]),
    ],
)
def test_the_check_sees_what_is_wrong_with_a_pass(
    spoil: Callable[[ForwardPass], None], faults: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = ActivationModel.forward_pass

    def spoilt(self: ActivationModel, *args: object) -> ForwardPass:
        result = forward(self, *args)
        spoil(result)
        return result

    monkeypatch.setattr(ActivationModel, "forward_pass", spoilt)
    assert check(nested_model(), PICTURE).faults == faults
    assert compare("Nested", nested_model()).faults == faults  # with the layers' own calls


def test_the_check_sees_a_weight_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = ActivationModel.forward_pass

    def meddling(self: ActivationModel, *args: object) -> ForwardPass:
        result = forward(self, *args)
        weight = self.model.weights[0]
        weight.assign(weight + 1)
        return result

    monkeypatch.setattr(ActivationModel, "forward_pass", meddling)
    assert "1 changed: weights" in check(nested_model(), PICTURE).faults


def test_the_page_has_a_row_for_every_architecture_and_in_each_all_is_equal() -> None:
    rows = rows_of(PAGE.read_text(encoding="utf-8"))
    assert list(rows) == list(constructors())
    assert {name: row["Equal"] for name, row in rows.items()} == dict.fromkeys(rows, ALL_EQUAL)


def test_the_page_says_of_the_models_of_keras_hub_that_all_is_equal() -> None:
    rows = rows_of(PAGE.read_text(encoding="utf-8"), of_hub=True)
    assert len(rows) >= 30
    assert {name: row["Equal"] for name, row in rows.items()} == dict.fromkeys(rows, ALL_EQUAL)
