"""Receptive fields and class evidence on the backend at hand, which `KERAS_BACKEND` names."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.model.class_evidence import class_evidence
from actviz_widgets.receptive_fields.receptive_fields import ReceptiveFields

L = keras.layers
PICTURES = np.random.default_rng(0).normal(size=(2, 16, 19, 3)).astype("float32")


class ByHand(keras.Model):
    """Nests a functional model, and computes between the layers."""

    def __init__(self) -> None:
        super().__init__()
        x = inputs = keras.Input((16, 19, 3))
        y = L.Conv2D(4, 3, strides=2, padding="same", name="conv")(x)
        y = L.Conv2D(4, 3, padding="same", name="again")(L.BatchNormalization()(y))
        x = L.Add(name="sum")([y, L.Conv2D(4, 1, strides=2, padding="same")(x)])
        self.inner = keras.Model(inputs, x * 2.0 + 1.0, name="inner")
        self.last = L.DepthwiseConv2D(3, name="last")
        self.dense = L.Dense(3, activation="softmax", name="dense")

    def call(self, x: Any) -> Any:
        x = self.last(self.inner(x))
        return self.dense(keras.ops.mean(x, axis=(1, 2)))


@pytest.fixture(scope="module")
def activation_model() -> ActivationModel:
    keras.utils.set_random_seed(0)
    model = ByHand()
    model(PICTURES)
    return ActivationModel(model)


def test_fields_are_followed_through_nested_models_and_operators(
    activation_model: ActivationModel,
) -> None:
    fields = ReceptiveFields(activation_model, PICTURES[:1])
    corner, edge, inside = (
        fields.of_element("last", (*place, 0)) for place in ((0, 0), (5, 7), (2, 3))
    )
    assert (corner.rows, corner.columns) == ((0, 8), (0, 7))
    assert (edge.rows, edge.columns) == ((8, 15), (11, 18))
    assert (inside.rows, inside.columns) == ((2, 12), (3, 13))
    assert fields.of_element("inner/sum", (4, 0, 0)).columns == (0, 3)
    assert not fields.of_element("dense", (0,)).is_known  # a mean that no layer takes
    centres = fields.centres("last")
    assert centres is not None
    assert centres.stride == (2, 2)


# Tensors of PyTorch alone can be written to in place.
@pytest.mark.parametrize("writes", [False, True][: 1 + (keras.backend.backend() == "torch")])
def test_a_tensor_is_followed_unless_it_was_written_to_in_place(writes: bool) -> None:
    class InPlace(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = L.Conv2D(2, 3, name="first"), L.Conv2D(2, 3, name="last")

        def call(self, x: Any) -> Any:
            x = self.first(x)
            if writes:
                x[:, 0] = x[:, -1]
            return self.last(x)

    model = InPlace()
    model(PICTURES)
    fields = ReceptiveFields(ActivationModel(model), PICTURES[:1])
    assert fields.of_element("last", (0, 0, 0)).is_known is not writes


def test_the_gradient_before_a_mean_and_a_dense_layer_is_its_kernel(
    activation_model: ActivationModel,
) -> None:
    evidence = class_evidence(activation_model, PICTURES, "last", 2)
    kernel, bias = (keras.ops.convert_to_numpy(w) for w in activation_model.model.dense.weights)
    _, height, width, _ = evidence.activation.shape
    expected = np.broadcast_to(kernel[:, 2] / (height * width), evidence.activation.shape)
    np.testing.assert_allclose(evidence.gradient, expected, rtol=1e-4)
    assert evidence.is_logit
    np.testing.assert_allclose(
        evidence.score, (evidence.activation.mean((1, 2)) @ kernel + bias)[:, 2], rtol=1e-3
    )
    assert evidence.probability is not None


def test_the_gradient_within_a_nested_model_is_the_slope_of_the_score(
    activation_model: ActivationModel,
) -> None:
    evidence = class_evidence(activation_model, PICTURES, "inner/sum", 1)
    add = activation_model.model.last, activation_model.model.dense
    kernel, bias = (keras.ops.convert_to_numpy(w) for w in add[1].weights)
    step = np.random.default_rng(1).normal(size=evidence.activation.shape).astype("float32")

    def score(activation: np.ndarray) -> np.ndarray:
        after = keras.ops.convert_to_numpy(add[0](activation * 2 + 1))
        return (after.mean((1, 2)) @ kernel + bias)[:, 1]

    slope = score(evidence.activation + step) - score(evidence.activation)
    np.testing.assert_allclose(
        (evidence.gradient * step).sum((1, 2, 3)), slope, rtol=1e-3, atol=1e-4
    )


def test_a_layer_that_the_model_does_not_call_is_named(activation_model: ActivationModel) -> None:
    with pytest.raises(ValueError, match="no layer 'inner/summ'; the nearest are 'inner/sum'"):
        class_evidence(activation_model, PICTURES, "inner/summ", 0)
