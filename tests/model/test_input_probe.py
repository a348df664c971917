"""What a model makes of pixels before its first kernel."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.model import input_probe
from actviz_widgets.model.activation_model import ActivationModel

L, ops = keras.layers, keras.ops
Way = Callable[[Any], Any]


class OwnScaling(L.Layer):  # type: ignore[misc]  # keras is untyped
    def call(self, x: Any) -> Any:
        return ops.cast(x, "float32") / 127.5 - 1.0


class Refusing(L.Layer):  # type: ignore[misc]
    def compute_output_spec(self, x: Any) -> Any:
        return keras.KerasTensor(x.shape)

    def call(self, x: Any) -> Any:
        raise ValueError("no pixels here")


def batch_normalization(mean: float, variance: float) -> keras.Layer:
    layer = L.BatchNormalization(name="pixels")
    layer.build((None, 16, 16, 3))
    layer.moving_mean.assign([mean] * 3)
    layer.moving_variance.assign([variance] * 3)
    return layer


def standardised(x: Any) -> Any:
    centred = x - ops.mean(x, axis=(1, 2, 3), keepdims=True)
    return centred / ops.std(x, axis=(1, 2, 3), keepdims=True)


def model_of(way: Way, size: int | None = 16) -> keras.Model:
    inputs = keras.Input((size, size, 3))
    return keras.Model(inputs, L.GlobalAveragePooling2D()(L.Conv2D(2, 3)(way(inputs))))


WAYS: dict[str, tuple[Way, tuple[str, float] | None]] = {
    "arithmetic": (lambda x: x / 127.5 - 1.0, ("", 255)),
    "a function": (keras.applications.mobilenet_v2.preprocess_input, ("", 255)),
    "caffe": (keras.applications.resnet50.preprocess_input, ("", 255)),
    "mean and deviation": (keras.applications.densenet.preprocess_input, ("", 255)),
    "a Lambda": (L.Lambda(lambda x: x / 127.5 - 1.0, name="to_unit"), ("to_unit", 255)),
    "cut off": (
        lambda x: L.Lambda(lambda v: v / 255.0, name="to_unit")(L.Cropping2D(2)(x)),
        ("to_unit", 255),
    ),
    "a layer of one's own": (OwnScaling(name="own"), ("own", 255)),
    "values of 12 bits": (
        L.Normalization(mean=2000.0, variance=250_000.0, name="scan"),
        ("scan", 3000),
    ),
    "statistics of pixels": (batch_normalization(125.0, 3600.0), ("pixels", 255)),
    "padded behind": (lambda x: L.ZeroPadding2D(3)(x / 127.5 - 1.0), ("", 255)),
    "0 to 1 to -1 to 1": (lambda x: x * 2.0 - 1.0, ("", 1)),
    "the same as a layer": (L.Rescaling(2.0, offset=-1.0, name="twice"), ("twice", 1)),
    "statistics of 0 to 1": (batch_normalization(0.45, 0.08), ("pixels", 1)),
    "0 to 1, then caffe": (
        lambda x: keras.applications.resnet50.preprocess_input(L.Rescaling(255.0, name="up")(x)),
        ("up", 1),
    ),
    "each picture standardised": (standardised, ("", math.inf)),
    "layer normalization": (
        L.LayerNormalization(axis=(1, 2, 3), name="even"),
        ("even", math.inf),
    ),
    "nothing": (lambda x: x, None),
    "times one": (lambda x: x * 1.0, None),
    "a Rescaling by 1": (L.Rescaling(1.0), None),
    "a Normalization by nothing": (L.Normalization(mean=0.0, variance=1.0), None),
    "decibels": (L.Normalization(mean=-40.0, variance=400.0), None),
    "untrained batch normalization": (batch_normalization(0.0, 1.0), None),
}


@pytest.mark.parametrize("way", WAYS)
def test_scaling_is_seen_however_it_is_written(way: str) -> None:
    write, expected = WAYS[way]
    found = ActivationModel(model_of(write)).leading_scaling()
    assert found == (expected and (expected[0], pytest.approx(expected[1])))


def test_sizes_left_open_are_made_up() -> None:
    model = model_of(lambda x: x / 127.5 - 1.0, size=None)
    assert ActivationModel(model).leading_scaling() == ("", 255)


def test_a_nested_model_and_one_written_by_hand_are_seen_into() -> None:
    class ByHand(keras.Model):  # type: ignore[misc]
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def call(self, x: Any) -> Any:
            return self.inner(x / 255.0)

    inner = model_of(lambda x: x)
    by_hand = ByHand(inner)
    by_hand.build((None, 16, 16, 3))
    nested = model_of(keras.Sequential([keras.Input((16, 16, 3)), OwnScaling()]))
    assert ActivationModel(by_hand).leading_scaling() == ("", 255)
    found = ActivationModel(nested).leading_scaling()
    assert found is not None
    assert found[1] == 255


def test_each_of_several_inputs_is_told_on_its_own() -> None:
    inputs = [keras.Input((16, 16, 3)) for _ in range(3)]
    shared = L.Conv2D(2, 3)
    scaled = [inputs[0] / 127.5 - 1.0, inputs[1] * 2.0 - 1.0, inputs[2]]
    outputs = L.Concatenate()([L.GlobalAveragePooling2D()(shared(x)) for x in scaled])
    model = ActivationModel(keras.Model(inputs, outputs))
    assert [model.leading_scaling(index) for index in range(3)] == [("", 255), ("", 1), None]


def test_of_several_inputs_no_more_is_run_than_stands_before_the_kernel() -> None:
    inputs = [keras.Input((16, 16, 3), name=name) for name in ("left", "right")]
    calls: list[str] = []

    class Counted(L.Conv2D):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            if not isinstance(x, keras.KerasTensor):
                calls.append(self.name)
            return super().call(x)

    long_way = inputs[0] * 1.0
    for _ in range(3):
        long_way = Counted(2, 3, padding="same")(long_way)
    tower = keras.Sequential([keras.Input((16, 16, 3)), L.Rescaling(1 / 255), Counted(2, 3)])
    flat = [L.GlobalAveragePooling2D()(x) for x in (long_way, tower(inputs[1]))]
    model = keras.Model(dict(zip(("left", "right"), inputs, strict=True)), L.Add()(flat))
    calls.clear()
    assert [ActivationModel(model).leading_scaling(index) for index in (0, 1)] == [None, ("", 255)]
    assert calls == []


def test_the_scaling_of_one_input_is_not_taken_for_that_of_another() -> None:
    one, other = keras.Input((16, 16, 3)), keras.Input((16, 16, 3))
    maps = [L.Conv2D(2, 3)(one), L.Conv2D(2, 3)(L.Rescaling(1 / 255)(other))]
    model = ActivationModel(keras.Model([one, other], L.Add()(maps)))
    assert [model.leading_scaling(index) for index in (0, 1)] == [None, ("", 255)]


@pytest.mark.parametrize("shape", [(4, 16, 16, 3), (3, 4, 16, 16), (256,), (28, 28)])
def test_videos_and_flat_and_grey_pictures_are_looked_at_too(shape: tuple[int, ...]) -> None:
    inputs = keras.Input(shape)
    model = keras.Model(inputs, L.Dense(2)(L.Flatten()(inputs / 255.0)))
    assert ActivationModel(model).leading_scaling() == ("", 255)


def test_the_values_of_a_short_series_are_not_taken_for_pixels() -> None:
    inputs = keras.Input((24, 3))
    model = keras.Model(inputs, L.LSTM(2)(inputs / 255.0))
    assert ActivationModel(model).leading_scaling() is None


def test_a_functional_model_with_a_call_of_its_own_is_run_as_it_runs() -> None:
    class Scaled(keras.Model):  # type: ignore[misc]
        def call(self, x: Any, training: Any = None) -> Any:
            return super().call(x / 255.0, training=training)

    inputs = keras.Input((16, 16, 3))
    model = Scaled(inputs, L.Conv2D(2, 3)(inputs))
    assert ActivationModel(model).leading_scaling() == ("", 255)


def test_weights_that_a_model_uses_itself_are_not_passed_over() -> None:
    class Raw(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.kernel_of_its_own = self.add_weight(shape=(3, 3, 3, 8), initializer="ones")
            self.conv = L.Conv2D(2, 3)

        def call(self, x: Any) -> Any:
            return self.conv(ops.conv(x, self.kernel_of_its_own / 255.0) - 1.0)

    model = Raw()
    model(np.zeros((1, 16, 16, 3), np.float32))
    assert ActivationModel(model).leading_scaling() is None


@pytest.mark.parametrize(
    "way",
    [
        lambda x: x[:, 1:] - x[:, :-1],
        lambda x: x[:, :, 1:] - x[:, :, :-1],
        lambda x: x - L.AveragePooling2D(3, strides=1, padding="same")(x),
    ],
)
def test_differences_of_neighbours_are_no_scaling(way: Way) -> None:
    assert ActivationModel(model_of(way)).leading_scaling() is None


class Factor(L.Layer):  # type: ignore[misc]
    """Multiplies by weights that training changes, or does not."""

    def __init__(self, value: float, trainable: bool) -> None:
        super().__init__()
        self.factor = self.add_weight(
            shape=(3,), initializer=keras.initializers.Constant(value), trainable=trainable
        )

    def call(self, x: Any) -> Any:
        return x * self.factor - 1.0


@pytest.mark.parametrize("value", [-1.2, -0.8, 0.002, 1 / 127.5])
def test_weights_that_training_changes_tell_nothing_whatever_they_are(value: float) -> None:
    assert ActivationModel(model_of(Factor(value, trainable=True))).leading_scaling() is None
    fixed = ActivationModel(model_of(Factor(1 / 127.5, trainable=False))).leading_scaling()
    assert fixed is not None
    assert fixed[1] == 255


def test_legacy_models_are_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import tf_keras as legacy

    layers = legacy.layers
    inputs = legacy.Input((16, 16, 3))
    arithmetic = legacy.Model(inputs, layers.Conv2D(2, 3)(inputs / 127.5 - 1))
    found = ActivationModel(arithmetic).leading_scaling()
    assert found is not None
    assert found[1] == 255
    over_time = [
        legacy.Input((4, 16, 16, 3)),
        layers.TimeDistributed(layers.Conv2D(2, 3)),
        layers.TimeDistributed(layers.Flatten()),
        layers.LSTM(3),
    ]
    assert ActivationModel(legacy.Sequential(over_time)).leading_scaling() is None
    monkeypatch.setattr(input_probe, "_probed", lambda *_: pytest.fail("it ran"))
    plain = legacy.Sequential([legacy.Input((16, 16, 3)), layers.Conv2D(2, 3)])
    assert input_probe.probed(plain) is None


def test_what_holds_a_model_of_another_library_is_not_run() -> None:
    calls: list[Any] = []

    class TFSMLayer(L.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            calls.append(x)
            return x

    class Scaled(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.saved = TFSMLayer()

        def call(self, x: Any) -> Any:
            return self.saved(x / 255.0)

    model = Scaled()
    model(np.zeros((1, 16, 16, 3), np.float32))
    calls.clear()
    found = input_probe.probed(model)
    assert found is not None
    assert found.largest == 255
    assert calls == []


def test_where_a_kernel_comes_first_nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_probe, "_probed", lambda *_: pytest.fail("it ran"))
    inner = model_of(lambda x: L.ZeroPadding2D(1)(L.RandomFlip()(x)))
    inputs = keras.Input((16, 16, 3))
    assert input_probe.probed(keras.Model(inputs, inner(inputs))) is None


def test_a_model_that_raises_for_made_up_pictures_is_not_known() -> None:
    assert ActivationModel(model_of(Refusing())).leading_scaling() is None


def test_a_look_leaves_no_trace_on_the_model() -> None:
    model = model_of(batch_normalization(125.0, 3600.0))
    model(np.zeros((1, 16, 16, 3), np.float32), training=True)
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]
    ActivationModel(model).leading_scaling()
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), value)


def test_a_look_leaves_the_random_numbers_as_they_were() -> None:
    class Noisy(L.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            noise = random.random() + float(np.random.rand())
            return x / 255.0 + noise * 0.0

    model = model_of(Noisy())
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.rand()
    random.seed(1)
    np.random.seed(1)
    assert input_probe.probed(model) is not None
    assert (random.random(), np.random.rand()) == expected
