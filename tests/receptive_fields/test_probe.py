"""What stands before a layer and leaves positions in place hides no receptive field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.receptive_fields.receptive_fields import ReceptiveFields

L, ops = keras.layers, keras.ops


class Scaling(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return ops.clip(x / 127.5 - 1, -1, 1)


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
    "a channel more": L.Lambda(lambda x: ops.concatenate([x, x[..., :1]], axis=-1)),
}
MOVING: dict[str, Callable[[Any], Any]] = {
    "mirrored": L.Lambda(lambda x: ops.flip(x, 2)),
    "mirrored by an index": lambda x: x[:, :, ::-1],
    "blurred": Blur(),
    "blurred in part": L.Lambda(blurred_where_large),
    "standardised": L.Lambda(lambda x: x - ops.mean(x, axis=(1, 2), keepdims=True)),
    "turned": L.Lambda(lambda x: ops.transpose(x, (0, 2, 1, 3))),
    "random": L.Lambda(lambda x: x + keras.random.uniform((1, 1, 1, 1))),
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


def test_a_function_with_weights_is_not_tried_for_they_may_be_zero() -> None:
    class Residual(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.gain = self.add_weight(shape=(), initializer="zeros", name="gain")

        def call(self, x: Any) -> Any:
            return x + self.gain * ops.roll(x, 1, axis=1)

    assert not field(Residual()).is_known
