"""What speaks for a class, picture by picture: computed once, kept in bounds, laid out as maps."""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tf_keras_vis.gradcam import Gradcam

from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.activations.explanations import Explanations
from actviz_widgets.activations.extraction import Extraction
from actviz_widgets.feature_maps.layout import Layout
from actviz_widgets.feature_maps.layouts import (
    Attention,
    FeatureMaps,
    Series,
    Tokens,
    Units,
    Value,
    Volume,
)
from actviz_widgets.model import backends
from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.model.class_evidence import ClassEvidence
from actviz_widgets.model.layer_catalog import LayerCatalog
from actviz_widgets.pictures.pictures import Pictures

L = keras.layers
PICTURES = np.random.default_rng(0).normal(size=(3, 16, 18, 3)).astype("float32")


def functional(shape: tuple[int, ...], make: Callable[[Any], Any], **options: Any) -> keras.Model:
    keras.utils.set_random_seed(3)
    x = keras.Input(shape, **options)
    return keras.Model(x, make(x))


def body(x: Any) -> Any:
    x = L.Conv2D(6, 3, activation="tanh", name="first")(x)
    x = L.Conv2D(6, 3, padding="same", activation="relu", name="second")(x)
    return L.MaxPooling2D(name="pool")(x)


def classifier(units: int = 4, activation: str | None = "softmax", **options: Any) -> keras.Model:
    def make(x: Any) -> Any:
        x = L.Dense(8, "relu", name="dense")(L.Flatten()(body(x)))
        return L.Dense(units, activation, name="predictions")(x)

    return functional((16, 18, 3), make, **options)


class Opened:
    """A model opened on pictures, and what speaks for its classes."""

    def __init__(
        self, model: Any, images: Any = PICTURES, budget: int = 2**28, **options: Any
    ) -> None:
        self.model = ActivationModel(model)
        pictures = Pictures(images, declared_inputs(self.model))
        self.extraction = Extraction(self.model, pictures, budget)
        self.explanations = Explanations(self.extraction, self.model, **options)

    def layout(self, layer: str, image: int = 0) -> Layout:
        return self.extraction.layout(self.extraction.get(image, layer), layer)

    def cam(self, image: int, layer: str, class_index: int) -> np.ndarray:
        evidence = self.explanations.evidence(image, layer, class_index)
        return self.explanations.grad_cam_map(evidence, self.layout(layer, image))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each run forward and back."""
    noted: list[str] = []
    gradient, record = backends.gradient, LayerCatalog._record

    def count_gradient(run: Any) -> Any:
        noted.append("forward and back")
        return gradient(run)

    def count_pass(self: LayerCatalog, recording: Any, inputs: Any) -> Any:
        noted.append("forward")
        return record(self, recording, inputs)

    monkeypatch.setattr(backends, "gradient", count_gradient)
    monkeypatch.setattr(LayerCatalog, "_record", count_pass)
    return noted


@pytest.mark.parametrize("layer", ["first", "second", "pool"])
def test_the_map_is_that_of_an_independent_implementation(layer: str) -> None:
    model = classifier()
    logits = keras.models.clone_model(model)
    logits.set_weights(model.get_weights())
    logits.layers[-1].activation = keras.activations.linear
    opened = Opened(model)
    for image, class_index in ((0, 1), (2, 3)):
        maps = Gradcam(logits)(
            lambda outputs, at=class_index: outputs[:, at],
            PICTURES[image : image + 1],
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )
        expected = np.asarray(maps)[0]
        assert expected.max() > 0
        cam = opened.cam(image, layer, class_index)
        np.testing.assert_allclose(cam, expected, rtol=1e-4, atol=1e-6)


def test_a_layer_of_a_nested_model_has_the_map_of_gradients_by_hand() -> None:
    keras.utils.set_random_seed(5)
    conv, rest = L.Conv2D(4, 3, activation="relu", name="conv"), L.Conv2D(5, 3, activation="tanh")
    inner = keras.Sequential([keras.Input((16, 18, 3)), conv, rest], name="inner")
    outer = keras.Sequential([keras.Input((16, 18, 3)), inner, L.MaxPooling2D()], name="outer")
    dense = L.Dense(3)
    model = keras.Sequential(
        [keras.Input((16, 18, 3)), outer, L.GlobalAveragePooling2D(), dense, L.Softmax()]
    )
    opened = Opened(model)
    evidence = opened.explanations.evidence(1, "outer/inner/conv", 2)
    activation = tf.convert_to_tensor(conv(PICTURES[1:2]))
    with tf.GradientTape() as tape:
        tape.watch(activation)
        score = dense(model.layers[1](outer.layers[1](rest(activation))))[0, 2]
    gradient = tape.gradient(score, activation).numpy()[0]
    activation = activation.numpy()[0]
    cam = np.maximum((gradient.mean((0, 1)) * activation).sum(-1), 0)
    assert cam.max() > 0
    layout = opened.layout("outer/inner/conv")
    made = opened.explanations.grad_cam_map(evidence, layout)
    np.testing.assert_allclose(made, cam, rtol=1e-3, atol=1e-7)
    for channel in range(4):
        by_hand = gradient[..., channel] * activation[..., channel]
        of_channel = opened.explanations.gradient_map(evidence, layout, channel)
        np.testing.assert_allclose(of_channel, by_hand, rtol=1e-3, atol=1e-7)
    assert evidence.score == pytest.approx(float(score), rel=1e-4)
    assert evidence.probability is not None
    assert evidence.probability[0] == pytest.approx(float(model(PICTURES)[1, 2]), rel=1e-4)


def test_each_picture_layer_and_class_takes_one_run_and_none_when_seen(runs: list[str]) -> None:
    opened = Opened(classifier())
    for image in range(3):
        opened.extraction.get(image, "first")
    runs.clear()
    wanted = [(0, "second", 1), (0, "pool", 1), (1, "pool", 1), (1, "pool", 2)]
    for number, key in enumerate(wanted, 1):
        opened.explanations.evidence(*key)
        assert runs == ["forward and back"] * number
    kept = [opened.explanations.evidence(*key) for key in wanted]
    for evidence, (image, layer, class_index) in zip(kept, wanted, strict=True):
        assert (evidence.layer, evidence.class_index) == (layer, class_index)
        activation = opened.extraction.get(image, layer).activations[layer]
        np.testing.assert_allclose(evidence.activation[0], activation, rtol=1e-4, atol=1e-6)
        opened.explanations.grad_cam_map(evidence, opened.layout(layer))
        opened.explanations.gradient_map(evidence, opened.layout(layer), 0)
    assert runs == ["forward and back"] * len(wanted)
    opened.explanations.clear()
    assert opened.explanations.nbytes == 0
    opened.explanations.evidence(0, "second", 1)
    assert len(runs) == len(wanted) + 1


def test_what_cannot_be_had_is_not_tried_twice(runs: list[str]) -> None:
    opened = Opened(classifier())
    opened.extraction.get(0, "first")
    runs.clear()
    for _ in range(3):
        with pytest.raises(ValueError, match="computed without 'predictions'"):
            opened.explanations.evidence(0, "predictions", 1)
    assert runs == ["forward and back"]


def test_what_is_let_go_of_is_freed() -> None:
    opened = Opened(classifier())
    with contextlib.suppress(ValueError):
        opened.explanations.evidence(0, "predictions", 1)
    held = weakref.ref(opened.explanations.evidence(0, "first", 1).gradient)
    gc.collect()
    assert held() is not None
    opened.explanations.clear()
    gc.collect()
    assert held() is None


def test_what_is_kept_stays_within_its_bytes_the_latest_first() -> None:
    size = 2 * 14 * 16 * 6 * 4  # activation and gradient of the first two layers
    opened = Opened(classifier(), most_bytes=2 * size)
    first, second = (opened.explanations.evidence(0, "first", index) for index in (0, 1))
    assert opened.explanations.nbytes == 2 * size
    assert opened.explanations.evidence(0, "first", 0) is first
    opened.explanations.evidence(0, "second", 0)
    assert opened.explanations.nbytes == 2 * size
    assert opened.explanations.evidence(0, "first", 0) is first
    assert opened.explanations.evidence(0, "first", 1) is not second
    tight = Opened(classifier(), most_bytes=10)
    one = tight.explanations.evidence(0, "first", 0)
    assert tight.explanations.evidence(0, "first", 0) is one
    tight.explanations.evidence(0, "first", 1)
    assert tight.explanations.nbytes == size


def test_what_is_handed_out_cannot_be_written_to() -> None:
    evidence = Opened(classifier()).explanations.evidence(0, "first", 0)
    for array in (evidence.activation, evidence.gradient, evidence.score, evidence.predictions):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_the_predicted_class_is_the_one_with_the_largest_output(runs: list[str]) -> None:
    model = classifier()
    opened = Opened(model)
    expected = np.asarray(model(PICTURES)).argmax(axis=-1)
    assert [opened.explanations.predicted_class(image) for image in range(3)] == list(expected)
    runs.clear()
    for image in range(3):
        opened.explanations.predicted_class(image)
    assert runs == []


def test_the_predicted_class_of_a_picture_kept_in_part_takes_no_pass() -> None:
    opened = Opened(classifier(), budget=9000)
    opened.extraction.get(0, "pool")
    assert opened.extraction.activations.kept(0, "first") is None
    passes = opened.extraction.activations.forward_passes
    opened.explanations.predicted_class(0)
    assert opened.extraction.activations.forward_passes == passes


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_a_single_unit_stands_for_two_classes(activation: str | None) -> None:
    model = classifier(1, activation)
    for bias, expected in ((50.0, 1), (-50.0, 0)):
        model.layers[-1].bias.assign([bias])
        # Without a sigmoid it is a number, unless there are names for two classes.
        opened = Opened(model, has_names=activation is None)
        assert opened.explanations.predicted_class(0) == expected
    first, second = (opened.explanations.evidence(0, "pool", index) for index in (0, 1))
    np.testing.assert_array_equal(first.gradient, -second.gradient)
    if activation:
        assert first.probability is not None
        assert first.probability[0] == pytest.approx(1)


def test_a_model_of_a_fixed_batch_has_the_evidence_of_one_picture() -> None:
    fixed, free = Opened(classifier(batch_size=3)), Opened(classifier())
    for image, layer in ((0, "second"), (2, "pool"), (1, "dense")):
        one = fixed.explanations.evidence(image, layer, 2)
        other = free.explanations.evidence(image, layer, 2)
        assert one.activation.shape == one.gradient.shape == other.gradient.shape
        assert one.activation.base is None
        np.testing.assert_allclose(one.activation, other.activation, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(one.gradient, other.gradient, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(one.score, other.score, rtol=1e-4)
        assert one.score.shape == (1,)
        assert one.probability is not None
        np.testing.assert_allclose(one.probability, other.probability, rtol=1e-4)


def test_windows_that_stand_where_the_batch_was_are_all_of_one_picture() -> None:
    class Windows(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return keras.ops.reshape(x, (4, 8, 9, 3))

        def compute_output_shape(self, shape: Any) -> Any:
            return (4, 8, 9, 3)

    class Together(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return keras.ops.reshape(x, (1, 16 * 18 * 3))

    def make(x: Any) -> Any:
        return L.Dense(3, name="predictions")(Together()(Windows(name="windows")(x)))

    opened = Opened(functional((16, 18, 3), make, batch_size=1))
    activation = opened.extraction.get(0, "windows").activations["windows"]
    evidence = opened.explanations.evidence(0, "windows", 1)
    assert evidence.activation.shape == (1, *activation.shape) == (1, 4, 8, 9, 3)
    layout = opened.layout("windows")
    cam = opened.explanations.grad_cam_map(evidence, layout, slice_index=2)
    kernel = opened.model.model.layers[-1].kernel.numpy()[:, 1].reshape(4, 8, 9, 3)
    expected = np.maximum((kernel.mean((0, 1, 2)) * activation).sum(-1), 0)[2]
    np.testing.assert_allclose(cam, expected, rtol=1e-4, atol=1e-7)


def evidence_of(*shape: int) -> ClassEvidence:
    """Makes up the evidence of a layer, for one picture."""
    rng = np.random.default_rng(1)
    activation, gradient = rng.normal(size=(2, 1, *shape)).astype("float32")
    one = np.ones((1, 3), "float32")
    return ClassEvidence("layer", 0, one[:, 0], True, one, None, activation, gradient)


@pytest.mark.parametrize(
    ("layout", "channel_axis", "slice_index"),
    [
        (FeatureMaps((4, 6, 3)), 2, 0),
        (FeatureMaps((4, 6, 3), channels_first=True), 0, 0),
        (FeatureMaps((1, 1, 5)), 2, 0),
        (Volume((5, 4, 6, 3)), 3, 3),
        (Volume((3, 5, 4, 6), channels_first=True), 0, 4),
        (Attention((3, 4, 5)), 0, 0),
    ],
)
def test_maps_are_laid_out_as_feature_maps_are(
    layout: Layout, channel_axis: int, slice_index: int
) -> None:
    evidence = evidence_of(*(size or 0 for size in layout.shape))
    activation = np.moveaxis(evidence.activation[0], channel_axis, -1)
    gradient = np.moveaxis(evidence.gradient[0], channel_axis, -1)
    weights = gradient.reshape(-1, gradient.shape[-1]).mean(axis=0)
    cam = np.maximum((weights * activation).sum(-1), 0)
    product = gradient * activation
    if isinstance(layout, Volume):
        cam, product = cam[slice_index], product[slice_index]
    made = Explanations.grad_cam_map(evidence, layout, slice_index)
    np.testing.assert_allclose(made, cam, rtol=1e-4, atol=1e-6)
    assert made.ndim == 2
    assert made.dtype == np.float32
    for channel in range(product.shape[-1]):
        of_channel = Explanations.gradient_map(evidence, layout, channel, slice_index)
        np.testing.assert_array_equal(of_channel, product[..., channel])


def test_heads_on_several_axes_are_summed_up_together() -> None:
    evidence = evidence_of(2, 3, 4, 5)
    flat = replace(
        evidence,
        activation=evidence.activation.reshape(1, 6, 4, 5),
        gradient=evidence.gradient.reshape(1, 6, 4, 5),
    )
    np.testing.assert_array_equal(
        Explanations.grad_cam_map(evidence, Attention((2, 3, 4, 5))),
        Explanations.grad_cam_map(flat, Attention((6, 4, 5))),
    )


def test_the_class_token_is_left_out_of_map_and_weights() -> None:
    layout = Tokens((7, 4), grid=(2, 3), extra=1)
    evidence = evidence_of(7, 4)
    weights = evidence.gradient[0, 1:].mean(axis=0)
    cam = np.maximum((weights * evidence.activation[0, 1:]).sum(-1), 0).reshape(2, 3)
    np.testing.assert_allclose(Explanations.grad_cam_map(evidence, layout), cam, rtol=1e-4)
    product = (evidence.gradient * evidence.activation)[0, 1:, 3].reshape(2, 3)
    np.testing.assert_array_equal(Explanations.gradient_map(evidence, layout, 3), product)


def test_units_and_series_have_all_of_their_values_in_the_map() -> None:
    evidence = evidence_of(100)
    layout = Units((100,))
    shown = Explanations.gradient_map(evidence, layout, 7)
    product = (evidence.gradient * evidence.activation)[0]
    for (row, column), value in np.ndenumerate(shown):
        element = layout.element(row, column, 7, 0)
        assert np.isnan(value) if element is None else value == product[element]
    series = evidence_of(5, 8)
    expected = (series.gradient * series.activation)[0]
    np.testing.assert_array_equal(
        Explanations.gradient_map(series, Series((5, 8), channels_first=True), 2), expected.T
    )


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (Units((9,)), r"'layer' is no map, of shape \(9,\)"),
        (Series((9, 4)), r"'layer' is a series, of shape \(9, 4\)"),
        (Value(()), "'layer' is no map"),
    ],
)
def test_what_has_no_map_has_no_class_activation_map(layout: Layout, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Explanations.grad_cam_map(evidence_of(*(size or 0 for size in layout.shape)), layout)


def test_a_channel_or_slice_that_is_not_there_is_said_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="has 3 channels, 0 to 2; there is no -1"):
        Explanations.gradient_map(evidence_of(4, 5, 3), FeatureMaps((4, 5, 3)), -1)
    evidence, volume = evidence_of(2, 4, 5, 3), Volume((2, 4, 5, 3))
    with pytest.raises(ValueError, match="has 2 slices, 0 to 1; there is no 2"):
        Explanations.gradient_map(evidence, volume, 0, 2)
    with pytest.raises(ValueError, match="has 2 slices, 0 to 1; there is no 2"):
        Explanations.grad_cam_map(evidence, volume, 2)


def test_what_cannot_be_explained_is_said_in_a_sentence() -> None:
    opened = Opened(classifier())
    with pytest.raises(ValueError, match="no layer 'secnod'; the nearest are 'second'"):
        opened.explanations.evidence(0, "secnod", 0)
    with pytest.raises(ValueError, match="4 classes, 0 to 3; there is no class 4"):
        opened.explanations.evidence(0, "second", 4)
    maps = Opened(functional((16, 18, 3), body))
    assert maps.explanations.predicted_class(0) is None
    with pytest.raises(ValueError, match=r"has 7 × 8 places for this picture, .* no place"):
        maps.explanations.predicted_class(0, place=(7, 0))
    with pytest.raises(ValueError, match="has 1 outputs; there is no output 1"):
        maps.explanations.evidence(0, "first", 0, output=1)
    small = Opened(classifier(), budget=5000)
    with pytest.raises(ValueError, match=r"^second puts out 14 × 16 × 6 values"):
        small.explanations.evidence(0, "second", 0)


def test_whole_numbers_have_no_gradient() -> None:
    def make(x: Any) -> Any:
        x = L.Embedding(9, 3, name="embedding")(x)
        return L.Dense(2)(L.Flatten()(x))

    opened = Opened(
        functional((5,), make, dtype="int32", name="words"), np.arange(5, dtype=np.int32)[None]
    )
    assert opened.explanations.evidence(0, "embedding", 0).gradient.shape == (1, 5, 3)
    with pytest.raises(TypeError, match="'words' puts out int32, which has no gradient"):
        opened.explanations.evidence(0, "words", 0)
    with pytest.raises(TypeError, match="'words' puts out int32, which has no gradient"):
        opened.explanations.evidence(0, "words", 0)


def test_a_model_of_several_inputs_is_explained_too() -> None:
    picture, meta = keras.Input((16, 18, 3), name="picture"), keras.Input((3,), name="meta")
    x = L.Concatenate()([L.Flatten()(body(picture)), meta])
    model = keras.Model({"picture": picture, "meta": meta}, L.Dense(3, "softmax")(x))
    opened = Opened(model, {"picture": PICTURES, "meta": np.ones((3, 3), "f")})
    predictions = model({"picture": PICTURES, "meta": np.ones((3, 3), "f")})
    evidence = opened.explanations.evidence(1, "pool", 2)
    np.testing.assert_allclose(evidence.predictions[0], predictions[1], rtol=1e-4)
    assert opened.cam(1, "pool", 2).shape == (7, 8)


def test_half_precision_and_nan_make_maps_too() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        opened = Opened(classifier())
    finally:
        keras.config.set_dtype_policy("float32")
    assert opened.cam(0, "second", 1).dtype == np.float32
    evidence = evidence_of(4, 5, 3)
    evidence.activation[0, 1, 2, 0] = np.nan
    cam = Explanations.grad_cam_map(evidence, FeatureMaps((4, 5, 3)))
    assert np.isnan(cam[1, 2])
    assert np.isfinite(cam).sum() == 19
