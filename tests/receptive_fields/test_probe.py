"""What stands before a layer and leaves positions in place hides no receptive field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.receptive_fields import receptive_fields
from actviz_widgets.receptive_fields.receptive_fields import ReceptiveFields

L, ops = keras.layers, keras.ops


class Scaling(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return ops.clip(x / 127.5 - 1, -1, 1)


class OwnScale(keras.layers.Layer):  # type: ignore[misc]
    def build(self, shape: Any) -> None:
        self.mean = self.add_weight(shape=(shape[-1],), trainable=False, initializer="zeros")
        self.scale = self.add_weight(shape=(shape[-1],), initializer="zeros")

    def call(self, x: Any) -> Any:
        return (x - self.mean) * self.scale


class Blur(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return x + ops.roll(x, 1, axis=2)


def blurred_where_large(x: Any) -> Any:
    return ops.where(x > 200, x, ops.roll(x, 1, axis=1))


IN_PLACE: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: x / 127.5 - 1,
    "mean and deviation": lambda x: (
        (x / 255 - np.array([0.4, 0.5, 0.6])) / np.array([0.2, 0.2, 0.3])
    ),
    "lambda": L.Lambda(lambda x: x * 2 - 1),
    "layer": Scaling(),
    "caffe": lambda x: keras.applications.vgg16.preprocess_input(x),
    "tf": lambda x: keras.applications.mobilenet_v2.preprocess_input(x),
    "torch": lambda x: keras.applications.densenet.preprocess_input(x),
    "colours flipped, then a lambda": lambda x: L.Lambda(lambda y: y - 3)(x[..., ::-1]),
    "clipped": lambda x: ops.clip(x / 255, 0.0, 1.0) ** 2.2,
    "one colour": lambda x: x[..., 1:2],
    "small ones set to 0": lambda x: ops.where(x > 3, x, 0.0),
    "weights of its own, though zero": OwnScale(),
    "a channel more": L.Lambda(lambda x: ops.concatenate([x, x[..., :1]], axis=-1)),
}
MOVING: dict[str, Callable[[Any], Any]] = {
    "mirrored": L.Lambda(lambda x: ops.flip(x, 2)),
    "mirrored by an index": lambda x: x[:, :, ::-1],
    "blurred": Blur(),
    "blurred in part": L.Lambda(blurred_where_large),
    "standardised": L.Lambda(lambda x: x - ops.mean(x, axis=(1, 2), keepdims=True)),
    "turned": L.Lambda(lambda x: ops.transpose(x, (0, 2, 1, 3))),
    "random": L.Lambda(lambda x: x + keras.random.uniform((1, 1, 1, 1)), output_shape=(12, 12, 3)),
}


def field(make: Callable[[Any], Any]) -> Any:
    picture = keras.Input((12, 12, 3))
    model = keras.Model(picture, L.Conv2D(2, 3, name="conv")(make(picture)))
    fields = ReceptiveFields(ActivationModel(model), np.zeros((1, 12, 12, 3), np.float32))
    return fields.of_element("conv", (4, 5, 0))


@pytest.mark.parametrize("name", IN_PLACE)
def test_the_field_is_known_behind_what_leaves_positions_in_place(name: str) -> None:
    found = field(IN_PLACE[name])
    assert found.is_known
    assert (found.rows, found.columns) == ((4, 6), (5, 7))


@pytest.mark.parametrize("name", MOVING)
def test_the_field_is_not_known_behind_what_moves_or_mixes_positions(name: str) -> None:
    assert not field(MOVING[name]).is_known


def test_a_function_with_weights_is_tried_with_others_for_they_may_be_zero() -> None:
    class Residual(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.gain = self.add_weight(shape=(), initializer="zeros", name="gain")

        def call(self, x: Any) -> Any:
            return x + self.gain * ops.roll(x, 1, axis=1)

    assert not field(Residual()).is_known


def test_a_part_that_is_cut_out_lies_where_it_was() -> None:
    picture = keras.Input((12, 12, 3))
    outputs = L.Conv2D(2, 3, name="conv")(picture[:, 3:11, ::2] / 255.0)
    activation_model = ActivationModel(keras.Model(picture, outputs))
    fields = ReceptiveFields(activation_model, np.zeros((1, 12, 12, 3), np.float32))
    found = fields.of_element("conv", (1, 2, 0))
    assert (found.rows, found.columns) == ((4, 6), (4, 8))


class ByHand(keras.Model):  # type: ignore[misc]
    def __init__(self, first: Callable[[Any], Any]) -> None:
        super().__init__()
        self.first = first
        self.conv = L.Conv2D(2, 3, name="conv")
        self.top = L.Conv2D(2, 3, name="top")

    def call(self, x: Any) -> Any:
        return self.top(self.conv(self.first(x)))


class Composite(keras.layers.Layer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(name="stem")
        self.conv = L.Conv2D(2, 3, name="conv")

    def call(self, x: Any) -> Any:
        return self.conv(x / 255.0)


def field_of_top(model: keras.Model) -> Any:
    model(np.zeros((1, 12, 12, 3), np.float32))
    fields = ReceptiveFields(ActivationModel(model), np.zeros((1, 12, 12, 3), np.float32))
    return fields.of_element("top", (4, 5, 0))


@pytest.mark.parametrize("first", [lambda x: x / 127.5 - 1.0, lambda x: ops.flip(x, -1)])
def test_arithmetic_at_the_beginning_of_a_model_written_by_hand_hides_nothing(
    first: Callable[[Any], Any],
) -> None:
    found = field_of_top(ByHand(first))
    assert (found.rows, found.columns) == ((4, 8), (5, 9))


def test_arithmetic_within_a_layer_hides_nothing() -> None:
    picture = keras.Input((12, 12, 3))
    model = keras.Model(picture, L.Conv2D(2, 3, name="top")(Composite()(picture)))
    assert field_of_top(model).rows == (4, 8)


@pytest.mark.parametrize("first", [lambda x: ops.flip(x, 1), lambda x: x - ops.mean(x)])
def test_a_beginning_that_moves_or_mixes_positions_is_not_known(
    first: Callable[[Any], Any],
) -> None:
    assert not field_of_top(ByHand(first)).is_known


def test_weights_used_out_of_hearing_are_not_passed_over() -> None:
    class Gated(ByHand):
        def __init__(self) -> None:
            super().__init__(lambda x: x)
            self.gate = self.add_weight(shape=(), initializer="zeros")

        def call(self, x: Any) -> Any:
            return super().call(x + self.gate * ops.flip(x, 1))

    assert not field_of_top(Gated()).is_known


def test_many_functions_take_no_run_each(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    followed_once = receptive_fields._followed_once
    monkeypatch.setattr(
        receptive_fields,
        "_followed_once",
        lambda *args, **kwargs: (runs.append(1), followed_once(*args, **kwargs))[1],
    )
    picture = keras.Input((12, 12, 3))
    x = picture
    for _ in range(5):
        x = L.Lambda(lambda y: y * 0.9)(L.Conv2D(3, 1)(x))
    model = keras.Model(picture, L.Conv2D(2, 3, name="top")(x))
    assert field_of_top(model).rows == (4, 6)
    assert len(runs) == 1


def test_a_try_leaves_no_trace() -> None:
    class Noisy(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.seeds = keras.random.SeedGenerator(3)

        def call(self, x: Any) -> Any:
            return x + keras.random.uniform((1, 1, 1, 1), seed=self.seeds)

    layer = Noisy()
    own = OwnScale()
    picture = keras.Input((12, 12, 3))
    model = keras.Model(picture, L.Conv2D(2, 3, name="top")(own(layer(picture))))
    before = [ops.convert_to_numpy(one) + 0 for one in (layer.seeds.state, *own.weights)]
    fields = ReceptiveFields(ActivationModel(model), np.zeros((1, 12, 12, 3), np.float32))
    assert not fields.of_element("top", (4, 5, 0)).is_known
    after = [ops.convert_to_numpy(one) for one in (layer.seeds.state, *own.weights)]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_legacy_arithmetic_hides_nothing() -> None:
    import tf_keras as legacy

    picture = legacy.Input((12, 12, 3))
    scaled = legacy.layers.Lambda(lambda x: x - 1)(picture[..., ::-1] / 127.5)
    model = legacy.Model(picture, legacy.layers.Conv2D(2, 3, name="conv")(scaled))
    fields = ReceptiveFields(ActivationModel(model), np.zeros((1, 12, 12, 3), np.float32))
    assert fields.of_element("conv", (4, 5, 0)).rows == (4, 6)
