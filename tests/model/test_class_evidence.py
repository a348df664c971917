"""Grad-CAM and gradient times activation, against tf-keras-vis and against gradients by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tf_keras_vis.gradcam import Gradcam

from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.model.class_evidence import class_evidence

L = keras.layers
PICTURES = np.random.default_rng(0).normal(size=(2, 16, 18, 3)).astype("float32")


def functional(*head: Any) -> keras.Model:
    keras.utils.set_random_seed(3)
    x = inputs = keras.Input((16, 18, 3))
    x = L.Conv2D(6, 3, activation="tanh", name="first")(x)
    y = L.Conv2D(6, 3, padding="same", activation="relu", name="second")(x)
    x = L.Add(name="sum")([x, y])
    x = L.MaxPooling2D(name="pool")(x)
    for layer in head:
        x = layer(x)
    return keras.Model(inputs, x)


def softmax_model() -> keras.Model:
    return functional(L.Flatten(), L.Dense(8, "relu"), L.Dense(4, activation="softmax"))


def by_others(model: keras.Model, layer: str, class_index: int) -> np.ndarray:
    """Gives the Grad-CAM of tf-keras-vis for a model whose output is the score."""
    gradcam = Gradcam(model)
    return np.asarray(
        gradcam(
            lambda outputs: outputs[:, class_index],
            PICTURES,
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )
    )


def without_activation(model: keras.Model) -> keras.Model:
    """Gives a copy of a model that puts out its logits."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.layers[-1].activation = keras.activations.linear
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["first", "second", "sum", "pool"])
@pytest.mark.parametrize("class_index", [0, 3])
def test_grad_cam_is_that_of_an_independent_implementation(layer: str, class_index: int) -> None:
    model = softmax_model()
    evidence = class_evidence(ActivationModel(model), PICTURES, layer, class_index)
    expected = by_others(without_activation(model), layer, class_index)
    assert expected.max() > 0
    np.testing.assert_allclose(evidence.grad_cam(), expected, rtol=1e-4, atol=1e-6)
    assert evidence.grad_cam().shape == expected.shape
    assert evidence.is_logit


def test_grad_cam_of_the_softmax_itself_would_be_another() -> None:
    model = softmax_model()
    evidence = class_evidence(ActivationModel(model), PICTURES, "sum", 0)
    assert not np.allclose(evidence.grad_cam(), by_others(model, "sum", 0), rtol=0.1)


HEADS: dict[str, Callable[[], list[Any]]] = {
    "softmax of its own layer": lambda: [
        L.Flatten(),
        L.Dense(4, name="logits"),
        L.Activation("softmax"),
    ],
    "a Softmax layer": lambda: [L.Flatten(), L.Dense(4, name="logits"), L.Softmax()],
    "dropout in between": lambda: [
        L.GlobalAveragePooling2D(),
        L.Dense(4, name="logits"),
        L.Dropout(0.5),
        L.Softmax(),
        L.Dropout(0.5),
    ],
    "several labels": lambda: [
        L.Flatten(),
        L.Dense(4, name="logits"),
        L.Activation("sigmoid"),
    ],
    "logits": lambda: [L.Flatten(), L.Dense(4, name="logits")],
}


@pytest.mark.parametrize("name", HEADS)
def test_the_score_is_the_one_before_the_activation_function(name: str) -> None:
    model = functional(*HEADS[name]())
    logits = keras.Model(model.inputs[0], model.get_layer("logits").output)
    evidence = class_evidence(ActivationModel(model), PICTURES, "second", 1)
    assert evidence.is_logit
    np.testing.assert_allclose(evidence.score, logits(PICTURES)[:, 1], rtol=1e-4, atol=1e-6)
    expected = by_others(logits, "second", 1)
    np.testing.assert_allclose(evidence.grad_cam(), expected, rtol=1e-4, atol=1e-6)


def test_one_sigmoid_unit_speaks_for_two_classes() -> None:
    model = functional(L.Flatten(), L.Dense(1, activation="sigmoid"))
    activation_model = ActivationModel(model)
    first, second = (class_evidence(activation_model, PICTURES, "sum", i) for i in (0, 1))
    logit = without_activation(model)
    np.testing.assert_allclose(second.grad_cam(), by_others(logit, "sum", 0), rtol=1e-4, atol=1e-6)
    turned = keras.Model(logit.inputs, -logit.output)
    np.testing.assert_allclose(first.grad_cam(), by_others(turned, "sum", 0), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(first.gradient, -second.gradient)
    assert first.probability is not None
    assert second.probability is not None
    np.testing.assert_allclose(first.probability + second.probability, 1, rtol=1e-6)
    np.testing.assert_allclose(second.probability, model(PICTURES)[:, 0], rtol=1e-4)


def test_an_output_computed_behind_the_last_layer_is_the_score_itself() -> None:
    x = inputs = keras.Input((16, 18, 3))
    x = L.Conv2D(4, 3, name="conv")(x)
    x = keras.ops.softmax(L.Dense(3)(L.Flatten()(x)))
    model = keras.Model(inputs, x)
    evidence = class_evidence(ActivationModel(model), PICTURES, "conv", 2)
    assert not evidence.is_logit
    np.testing.assert_allclose(evidence.score, model(PICTURES)[:, 2], rtol=1e-5)
    np.testing.assert_allclose(
        evidence.grad_cam(), by_others(model, "conv", 2), rtol=1e-3, atol=1e-7
    )


def gradient_by_hand(lower: Any, upper: Any, class_index: int) -> tuple[Any, Any]:
    """Gives the activation between two halves of a model, and the gradient of a logit there."""
    activation = tf.convert_to_tensor(lower(PICTURES))
    with tf.GradientTape() as tape:
        tape.watch(activation)
        score = upper(activation)[:, class_index]
    return activation.numpy(), tape.gradient(score, activation).numpy()


def test_a_layer_deep_within_nested_models_is_as_if_the_model_were_cut_there() -> None:
    keras.utils.set_random_seed(5)
    conv, rest = L.Conv2D(4, 3, activation="relu", name="conv"), L.Conv2D(5, 3, activation="tanh")
    dense = L.Dense(3)
    inner = keras.Sequential([keras.Input((16, 18, 3)), conv, rest], name="inner")
    outer = keras.Sequential([keras.Input((16, 18, 3)), inner, L.BatchNormalization()], name="o")
    model = keras.Sequential(
        [keras.Input((16, 18, 3)), outer, L.GlobalAveragePooling2D(), dense, L.Softmax()]
    )
    evidence = class_evidence(ActivationModel(model), PICTURES, "o/inner/conv", 2)

    def upper(activation: Any) -> Any:
        return dense(model.layers[1](outer.layers[1](rest(activation), training=False)))

    activation, gradient = gradient_by_hand(conv, upper, 2)
    np.testing.assert_allclose(evidence.activation, activation, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(evidence.gradient, gradient, rtol=1e-4, atol=1e-7)
    cam = np.maximum((gradient.mean((1, 2), keepdims=True) * activation).sum(-1), 0)
    assert cam.max() > 0
    np.testing.assert_allclose(evidence.grad_cam(), cam, rtol=1e-3, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["block_6_expand_relu", "block_16_project_BN", "out_relu"])
def test_a_nested_mobilenet_has_the_map_that_others_give_for_it_laid_flat(layer: str) -> None:
    keras.utils.set_random_seed(0)
    base = keras.applications.MobileNetV2(
        input_shape=(64, 64, 3), alpha=0.35, weights=None, include_top=False
    )
    dense = L.Dense(5, activation="softmax")
    nested = keras.Sequential(
        [keras.Input((64, 64, 3)), base, L.GlobalAveragePooling2D(), dense], name="nested"
    )
    linear = L.Dense(5)
    flat = keras.Model(base.inputs, linear(L.GlobalAveragePooling2D()(base.output)))
    linear.set_weights(dense.get_weights())
    pictures = np.random.default_rng(1).normal(size=(1, 64, 64, 3)).astype("float32")
    path = f"{base.name}/{layer}"
    evidence = class_evidence(ActivationModel(nested), pictures, path, 3)
    expected = Gradcam(flat)(
        lambda outputs: outputs[:, 3],
        pictures,
        penultimate_layer=layer,
        seek_penultimate_conv_layer=False,
        activation_modifier=None,
        expand_cam=False,
        normalize_cam=False,
    )
    # With weights of chance all may speak against the class: what is cut off is compared too.
    scale = np.abs(expected).max()
    assert scale > 0
    weights = evidence.gradient.mean(axis=(1, 2), keepdims=True)
    uncut = (weights * evidence.activation).sum(axis=-1)
    np.testing.assert_allclose(uncut / scale, expected / scale, atol=1e-4)
    np.testing.assert_array_equal(evidence.grad_cam(), np.maximum(uncut, 0))


class ByHand(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.conv = L.Conv2D(4, 3, activation="relu", name="conv")
        self.dense = L.Dense(3, activation="softmax")

    def call(self, x: Any) -> Any:
        x = self.conv(x)
        return self.dense(keras.ops.mean(x[:, ::2] * 2, axis=(1, 2)))


def test_a_model_written_by_hand_has_evidence_too() -> None:
    model = ByHand()
    model(PICTURES)
    evidence = class_evidence(ActivationModel(model), PICTURES, "conv", 1)
    kernel, bias = (weight.numpy() for weight in model.dense.weights)

    def upper(activation: Any) -> Any:
        return tf.reduce_mean(activation[:, ::2] * 2, axis=(1, 2)) @ kernel + bias

    _, gradient = gradient_by_hand(model.conv, upper, 1)
    np.testing.assert_allclose(evidence.gradient, gradient, rtol=1e-4, atol=1e-8)
    assert evidence.is_logit


def test_each_call_of_a_shared_layer_has_evidence_of_its_own() -> None:
    x = inputs = keras.Input((16, 18, 3))
    shared = L.Conv2D(3, 3, padding="same", name="conv")
    x = L.GlobalAveragePooling2D()(shared(L.ReLU()(shared(x))))
    model = keras.Model(inputs, L.Dense(2)(x))
    activation_model = ActivationModel(model)
    one, other = (class_evidence(activation_model, PICTURES, p, 0) for p in ("conv", "conv#2"))
    assert np.ptp(other.gradient, axis=(1, 2)).max() < 1e-9
    assert np.ptp(one.gradient, axis=(1, 2)).max() > 1e-4


def test_gradient_times_activation_adds_up_to_the_score_of_a_linear_head() -> None:
    model = functional(L.Flatten(), L.Dense(3, use_bias=False, activation="softmax"))
    evidence = class_evidence(ActivationModel(model), PICTURES, "pool", 1)
    total = (evidence.gradient * evidence.activation).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(total, evidence.score, rtol=1e-4, atol=1e-5)


def test_units_and_tokens_have_evidence_as_far_as_it_goes() -> None:
    x = inputs = keras.Input((16, 18, 3))
    x = L.Reshape((72, 5), name="tokens")(L.Conv2D(5, 2, strides=2)(x))
    x = L.Dense(4, name="units")(L.GlobalAveragePooling1D()(L.MultiHeadAttention(1, 2)(x, x)))
    activation_model = ActivationModel(keras.Model(inputs, L.Dense(2)(x)))
    tokens = class_evidence(activation_model, PICTURES, "tokens", 0)
    weights = tokens.gradient.mean(axis=1, keepdims=True)
    assert tokens.grad_cam().shape == (2, 72)
    np.testing.assert_allclose(
        tokens.grad_cam(), np.maximum((weights * tokens.activation).sum(-1), 0), rtol=1e-5
    )
    units = class_evidence(activation_model, PICTURES, "units", 0)
    assert units.gradient.shape == (2, 4)
    with pytest.raises(ValueError, match=r"row of units, \(4,\)"):
        units.grad_cam()


def test_channels_that_come_first_are_summed_along_their_own_axis() -> None:
    x = inputs = keras.Input((3, 16, 18))
    x = L.AveragePooling2D(2, data_format="channels_first", name="pool")(x)
    model = keras.Model(inputs, L.Dense(2)(L.Flatten(data_format="channels_first")(x)))
    evidence = class_evidence(ActivationModel(model), np.moveaxis(PICTURES, -1, 1), "pool", 0)
    assert evidence.grad_cam().shape == (2, 8, 9)
    weights = evidence.gradient.mean(axis=(2, 3), keepdims=True)
    expected = np.maximum((weights * evidence.activation).sum(axis=1), 0)
    np.testing.assert_allclose(evidence.grad_cam(), expected, rtol=1e-5)


def test_the_probability_of_the_class_stands_beside_it() -> None:
    model = softmax_model()
    evidence = class_evidence(ActivationModel(model), PICTURES, "first", 2)
    np.testing.assert_allclose(evidence.predictions, model(PICTURES), rtol=1e-4)
    assert evidence.probability is not None
    np.testing.assert_allclose(evidence.probability, model(PICTURES)[:, 2], rtol=1e-4)
    logits = class_evidence(ActivationModel(without_activation(model)), PICTURES, "first", 2)
    assert logits.probability is None


def test_half_precision_gives_float32() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = softmax_model()
        evidence = class_evidence(ActivationModel(model), PICTURES, "second", 1)
    finally:
        keras.config.set_dtype_policy("float32")
    assert evidence.gradient.dtype == evidence.activation.dtype == np.float32
    assert np.isfinite(evidence.grad_cam()).all()
    full = softmax_model()
    full.set_weights(model.get_weights())
    expected = class_evidence(ActivationModel(full), PICTURES, "second", 1).grad_cam()
    np.testing.assert_allclose(evidence.grad_cam(), expected, rtol=0.05, atol=0.02)


def test_a_model_of_tf_keras_has_evidence_too() -> None:
    import tf_keras

    legacy = tf_keras.layers
    conv = legacy.Conv2D(4, 3, activation="relu", name="conv")
    model = tf_keras.Sequential(
        [
            legacy.Input((16, 18, 3)),
            conv,
            legacy.GlobalAveragePooling2D(),
            legacy.Dense(3, activation="softmax"),
        ]
    )
    kernel, bias = (weight.numpy() for weight in model.layers[-1].weights)
    evidence = class_evidence(ActivationModel(model), PICTURES, "conv", 1)
    _, gradient = gradient_by_hand(
        conv, lambda activation: tf.reduce_mean(activation, (1, 2)) @ kernel + bias, 1
    )
    np.testing.assert_allclose(evidence.gradient, gradient, rtol=1e-4, atol=1e-8)
    assert model.layers[-1].activation.__name__ == "softmax"


def test_the_model_is_left_as_it_was() -> None:
    model = functional(
        L.Flatten(), L.Dense(4, "softmax", activity_regularizer="l2", name="predictions")
    )
    model(PICTURES)
    before = [weight.numpy() for weight in model.weights]
    losses = [float(loss) for loss in model.losses]
    last = model.get_layer("predictions")
    attributes, calls = set(vars(last)), (keras.Layer.__call__, keras.Operation.__call__)
    tracked = [id(variable) for variable in last.variables]
    class_evidence(ActivationModel(model), PICTURES, "second", 1)
    assert last.activation.__name__ == "softmax"
    assert set(vars(last)) == attributes
    assert [id(variable) for variable in last.variables] == tracked
    assert [float(loss) for loss in model.losses] == losses
    assert (keras.Layer.__call__, keras.Operation.__call__) == calls
    for weight, value in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)


def test_what_cannot_be_had_is_said_in_a_sentence() -> None:
    activation_model = ActivationModel(softmax_model())
    with pytest.raises(ValueError, match="no layer 'secnod'; the nearest are 'second'"):
        class_evidence(activation_model, PICTURES, "secnod", 0)
    with pytest.raises(ValueError, match="4 classes, 0 to 3; there is no class 4"):
        class_evidence(activation_model, PICTURES, "second", 4)
    last = activation_model.captured[-1].path
    with pytest.raises(ValueError, match=f"computed without '{last}'"):
        class_evidence(activation_model, PICTURES, last, 0)
    with pytest.raises(ValueError, match="has 1 outputs; there is no output 1"):
        class_evidence(activation_model, PICTURES, "second", 0, output=1)
    maps = ActivationModel(functional())
    with pytest.raises(ValueError, match=r"places; there is no place \(99, 0\)"):
        class_evidence(maps, PICTURES, "second", 0, place=(99, 0))


def test_whole_numbers_have_no_gradient() -> None:
    x = inputs = keras.Input((5,), dtype="int32", name="words")
    x = L.Flatten()(L.Embedding(9, 3, name="embedding")(x))
    activation_model = ActivationModel(keras.Model(inputs, L.Dense(2)(x)))
    words = np.arange(10).reshape(2, 5).astype("int32") % 9
    assert class_evidence(activation_model, words, "embedding", 0).gradient.shape == (2, 5, 3)
    with pytest.raises(TypeError, match="'words' puts out int32, which has no gradient"):
        class_evidence(activation_model, words, "words", 0)
