from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationModel
from actviz_widgets.model.outputs import Output
from actviz_widgets.model.predictions import Prediction

L, ops = keras.layers, keras.ops


def described(end: Callable[[Any], Any], loss: Any = None, size: int = 8) -> Output:
    """Says what the one output of a model is that ends in these layers."""
    inputs = keras.Input((12, 12, 3))
    x = L.GlobalAveragePooling2D()(L.Conv2D(size, 3, activation="relu")(inputs))
    model = keras.Model(inputs, end(x))
    if loss is not None:
        model.compile(loss=loss)
    (output,) = ActivationModel(model).described_outputs()
    return output


def mask(activation: str, channels: int = 3, loss: Any = None, **given: Any) -> Output:
    inputs = keras.Input((12, 16, 1), **given)
    model = keras.Model(
        inputs, L.Conv2D(channels, 3, padding="same", activation=activation)(inputs)
    )
    if loss is not None:
        model.compile(loss=loss)
    (output,) = ActivationModel(model).described_outputs()
    return output


@pytest.mark.parametrize(
    "end",
    [
        lambda x: L.Dense(4, activation="softmax")(x),
        lambda x: L.Activation("softmax")(L.Dense(4)(x)),
        lambda x: L.Softmax()(L.Dense(4)(x)),
        lambda x: ops.softmax(L.Dense(4)(x)),
        lambda x: L.Dropout(0.3)(L.Dense(4, activation="softmax")(x)),
        lambda x: L.Reshape((4,))(L.Dense(4, activation="softmax")(x)),
        lambda x: keras.Sequential([keras.Input((8,)), L.Dense(4, activation="softmax")])(x),
        lambda x: L.Softmax()(L.Flatten()(L.Conv2D(4, 1)(L.Reshape((1, 1, 8))(x)))),
    ],
)
def test_a_softmax_is_one_class_of_several_however_it_is_written(end: Any) -> None:
    output = described(end)
    assert (output.kind, output.function, output.class_count) == ("one class", "softmax", 4)


@pytest.mark.parametrize(
    ("end", "loss", "kind", "reason"),
    [
        (lambda x: L.Dense(30)(x), "mse", "numbers", "trained with mean squared error"),
        (
            lambda x: L.Dense(4, activation="sigmoid")(x),
            keras.losses.MeanAbsoluteError(),
            "numbers",
            "mean absolute error",
        ),
        (lambda x: L.Dense(12)(x), keras.losses.huber, "numbers", "the Huber loss"),
        (lambda x: L.UnitNormalization()(L.Dense(16)(x)), None, "numbers", "UnitNormalization"),
        (lambda x: x, None, "numbers", "GlobalAveragePooling2D"),
        (lambda x: L.Dense(5, activation="tanh")(x), None, "numbers", "function is tanh"),
        (lambda x: L.Dense(1)(x), None, "numbers", "a single number"),
        (lambda x: L.Dense(16)(x), None, "unknown", "no softmax or sigmoid"),
        (lambda x: L.Dense(4)(x), "sparse_categorical_crossentropy", "one class", ""),
        (
            lambda x: L.Dense(4)(x),
            keras.losses.CategoricalCrossentropy(from_logits=True),
            "one class",
            "",
        ),
        (lambda x: L.Dense(4, activation="sigmoid")(x), None, "any classes", ""),
        (lambda x: L.Dense(4)(x), "binary_crossentropy", "any classes", ""),
        (lambda x: L.Dense(1, activation="sigmoid")(x), None, "any classes", ""),
        (lambda x: L.Dense(4, activation="softmax")(x), "mse", "one class", ""),
    ],
)
def test_the_loss_the_activation_and_the_last_layer_tell(
    end: Any, loss: Any, kind: str, reason: str
) -> None:
    output = described(end, loss)
    assert output.kind == kind
    assert reason in output.reason
    assert output.is_classes == (not output.reason)


def test_an_autoencoder_puts_out_what_goes_in() -> None:
    model = keras.Sequential(
        [keras.Input((20,)), L.Dense(4, activation="relu"), L.Dense(20, activation="sigmoid")]
    )
    model.compile(loss="binary_crossentropy")
    (output,) = ActivationModel(model).described_outputs()
    assert (output.kind, output.is_classes) == ("unknown", False)
    assert output.predicted(np.full(20, 0.9)) == ()


def test_the_channels_of_a_mask_are_classes_at_each_place() -> None:
    output = mask("softmax")
    assert (output.kind, output.class_count, output.places) == ("one class", 3, (12, 16))
    assert mask("sigmoid", 2).kind == "any classes"
    # As many channels as the picture has, and a sigmoid: a mask, or a picture.
    assert mask("sigmoid", 1).kind == "unknown"
    assert mask("sigmoid", 1, loss="dice").kind == "any classes"
    assert mask("tanh", 1).kind == "numbers"


def test_the_units_of_a_map_are_those_at_a_place_or_their_mean() -> None:
    values = np.arange(24.0).reshape(2, 4, 3)
    last = Output("", (None, 2, 4, 3), "one class", "softmax")
    np.testing.assert_array_equal(last.at(values, (1, 2)), values[1, 2])
    np.testing.assert_allclose(last.at(values), values.mean((0, 1)))
    first = Output("", (None, 3, 2, 4), "one class", "softmax", channels_first=True)
    np.testing.assert_array_equal(first.at(np.moveaxis(values, -1, 0), (1, 2)), values[1, 2])
    assert (first.unit_count, first.places) == (3, (2, 4))


def test_several_sigmoids_name_all_from_a_half_up_or_none() -> None:
    output, names = Output("", (None, 3), "any classes", "sigmoid"), ("cat", "dog", "indoor")
    assert output.predicted(np.array([0.5, 0.1, 0.75]), names) == (
        Prediction("indoor", 0.75, True),
        Prediction("cat", 0.5, True),
    )
    assert output.predicted(np.array([0.4, 0.1, 0.2]), names) == ()


def test_a_sum_of_1_tells_where_nothing_else_does() -> None:
    output = described(lambda x: L.Lambda(lambda t: ops.softmax(t))(L.Dense(4)(x)))
    assert (output.kind, output.function) == ("unknown", None)
    assert output.predicted(np.array([0.1, 0.2, 0.7]))[0].class_name == "class 2"
    assert output.predicted(np.array([0.1, 0.2, 0.9])) == ()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_speaks_for_no_class(value: float) -> None:
    assert Output("", (None, 2), "one class", "softmax").predicted(np.array([value, 0.5])) == ()


def test_names_for_the_classes_say_that_they_are_classes() -> None:
    model = keras.Sequential([keras.Input((5,)), L.Dense(1)])
    assert ActivationModel(model).described_outputs()[0].kind == "numbers"
    (output,) = ActivationModel(model).described_outputs(has_names=True)
    assert output.predicted(np.array([2.0]), ("cat", "dog")) == (Prediction("dog", 2.0, False),)
    assert described(lambda x: L.Dense(4)(x)).with_names().kind == "one class"


@pytest.mark.parametrize("is_dict", [True, False])
def test_each_of_several_outputs_has_its_name_and_its_loss(is_dict: bool) -> None:
    inputs = keras.Input((5,))
    age = L.Dense(1, name="age")(inputs)
    gender = L.Dense(1, activation="sigmoid", name="gender")(inputs)
    points = L.Dense(3, name="points")(inputs)
    outputs: Any = [age, gender, points]
    if is_dict:
        outputs = {"points": points, "age": age, "gender": gender}
    model = keras.Model(inputs, outputs)
    model.compile(loss={"age": "mae", "gender": "binary_crossentropy", "points": "mse"})
    kinds = {one.name: one.kind for one in ActivationModel(model).described_outputs()}
    assert kinds == {"age": "numbers", "gender": "any classes", "points": "numbers"}


def test_what_a_model_in_a_file_was_trained_with_is_read(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((5,)), L.Dense(4)])
    for loss, kind in (("mse", "numbers"), (keras.losses.CategoricalHinge(), "one class")):
        model.compile(loss=loss)
        model.save(tmp_path / "model.keras")
        (output,) = ActivationModel(str(tmp_path / "model.keras")).described_outputs()
        assert output.kind == kind


class WithDropout(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    def __init__(self, is_on: bool, **options: Any) -> None:
        super().__init__(**options)
        self.drop, self.is_on = L.Dropout(0.5, name="drop"), is_on

    def call(self, x: Any) -> Any:
        return self.drop(x, training=True) if self.is_on else self.drop(x)


@pytest.mark.parametrize("is_on", [True, False])
def test_a_dropout_that_is_on_does_something(is_on: bool) -> None:
    inputs = keras.Input((5,))
    activation_model = ActivationModel(keras.Model(inputs, WithDropout(is_on, name="own")(inputs)))
    assert activation_model.role("own/drop").passes_on == (not is_on)
