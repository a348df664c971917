"""Receptive fields, against the support of the gradient: the pixels that a position hangs on."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.receptive_fields.receptive_field import ReceptiveField
from actviz_widgets.receptive_fields.receptive_fields import ReceptiveFields

L = keras.layers
RANDOM_INPUTS = 12
FUZZED = 6
"""Models of chance; several hundred have been tried."""
INPUTS_OF_MAXIMA = 100
"""With these, the largest value of each window lies once at each of its edges."""


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy(policy)


def functional(shape: tuple[int, ...], make: Callable[[Any], Any]) -> keras.Model:
    x = keras.Input(shape)
    return keras.Model(x, make(x))


def sequential(*layers: Any, shape: tuple[int, ...] = (17, 20, 2)) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *layers])


def residual(x: Any) -> Any:
    x = L.Conv2D(3, 3, padding="same", activation="relu")(x)
    y = L.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(x)
    y = L.Activation("relu")(L.BatchNormalization()(y))
    y = L.Conv2D(4, 3, padding="same")(y)
    x = L.Add()([y, L.Conv2D(4, 1, strides=2, padding="same")(x)])
    return L.ReLU()(x)


def inception(x: Any) -> Any:
    x = L.Conv2D(3, 3, strides=2)(x)
    branches = [
        L.Conv2D(2, 1)(x),
        L.Conv2D(2, 5, padding="same")(L.Conv2D(2, 1)(x)),
        L.Conv2D(2, (1, 7), padding="same")(x),
        L.AveragePooling2D(3, strides=1, padding="same")(x),
    ]
    return L.Conv2D(2, 2)(L.Concatenate()(branches))


def unet(x: Any) -> Any:
    a = L.Conv2D(2, 3, padding="same")(x)
    b = L.Conv2D(3, 3, padding="same")(L.MaxPooling2D()(a))
    c = L.Conv2D(4, 3, padding="same")(L.MaxPooling2D()(b))
    b = L.Concatenate()([b, L.UpSampling2D()(c)])
    b = L.Conv2D(3, 3, padding="same")(b)
    a = L.Concatenate()([a, L.Conv2DTranspose(2, 2, strides=2)(b)])
    return L.Conv2D(2, 3, padding="same")(a)


def unlike_branches(x: Any) -> Any:
    """Joins branches that lie apart, and of which each sees nothing at other edges."""
    one = L.ZeroPadding2D(((4, 0), (4, 0)))(x)
    other = L.ZeroPadding2D(((0, 4), (0, 4)))(x)
    across = L.ZeroPadding2D(((4, 0), (0, 4)))(x)
    return L.Conv2D(2, 2, strides=2)(L.Add()([one, L.Average()([other, across])]))


def operators(x: Any) -> Any:
    y = L.Conv2D(2, 3, padding="same")(x)
    y = keras.ops.relu(y * 2.0 + 1.0) + x
    return L.Conv2D(2, 3, strides=2)(keras.ops.maximum(y, x))


def nested(x: Any) -> Any:
    block = functional((None, None, 2), lambda y: L.Add()([L.Conv2D(2, 3, padding="same")(y), y]))
    inner = keras.Sequential([L.Conv2D(2, 3, strides=2, padding="same"), L.AveragePooling2D(2, 1)])
    return block(inner(block(x)))


def shared(x: Any) -> Any:
    conv = L.Conv2D(2, 3, strides=2, padding="same")
    return conv(conv(x))


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.one = L.Conv2D(2, 3, strides=2, padding="same")
        self.other = L.DepthwiseConv2D(3, padding="same")
        self.join = L.Add()

    def call(self, x: Any) -> Any:
        x = self.one(x)
        return self.join([self.other(x), self.other(self.other(x))])


def subclassed() -> keras.Model:
    model = Subclassed()
    model(np.zeros((1, 17, 20, 2)))
    return model


MODELS: dict[str, Callable[[], keras.Model]] = {
    "strides, valid": lambda: sequential(L.Conv2D(2, 3, strides=2), L.Conv2D(2, 2, strides=3)),
    "strides, same": lambda: sequential(
        L.Conv2D(2, 3, strides=2, padding="same"),
        L.Conv2D(2, 4, strides=2, padding="same"),
        L.Conv2D(2, 3, padding="same"),
    ),
    "strides, same, even size": lambda: sequential(
        L.Conv2D(2, 3, strides=2, padding="same"),
        L.Conv2D(2, (2, 5), strides=(3, 2), padding="same"),
        L.Conv2D(2, 3, padding="same"),
        shape=(18, 24, 2),
    ),
    "what no window reaches": lambda: sequential(
        L.Conv2D(2, 3, strides=2), L.Conv2D(2, 3, padding="same"), shape=(8, 8, 2)
    ),
    "dilation": lambda: sequential(
        L.Conv2D(2, 3, dilation_rate=4, padding="same"),
        L.Conv2D(2, 3, dilation_rate=(2, 3)),
        L.Conv2D(2, 2, dilation_rate=2, padding="same"),
    ),
    "strided, then dilated": lambda: sequential(
        L.Conv2D(2, 1, strides=3), L.Conv2D(2, 2, dilation_rate=5, padding="same")
    ),
    "max pooling": lambda: sequential(
        L.Conv2D(2, 3, padding="same", activation="relu"),
        L.MaxPooling2D(3, strides=2, padding="same"),
        L.MaxPooling2D(2),
    ),
    "average pooling": lambda: sequential(
        L.AveragePooling2D(3, strides=2, padding="same"),
        L.Conv2D(2, 3, padding="same"),
        L.AveragePooling2D((2, 3), strides=(1, 2)),
    ),
    "transposed": lambda: sequential(
        L.Conv2D(2, 3, strides=3),
        L.Conv2DTranspose(2, 3, strides=2, padding="same"),
        L.Conv2DTranspose(2, 4, strides=2),
        L.Conv2DTranspose(2, 3, padding="same"),
    ),
    "transposed, with gaps": lambda: sequential(
        L.Conv2DTranspose(2, 1, strides=3, use_bias=False), L.Conv2D(2, 3), shape=(6, 5, 2)
    ),
    "transposed, of a chosen size": lambda: sequential(
        L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0),
        L.Conv2DTranspose(2, 3, strides=3, output_padding=1),
        shape=(6, 5, 2),
    ),
    "depthwise": lambda: sequential(
        L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2),
        L.DepthwiseConv2D(5, padding="same"),
    ),
    "separable": lambda: sequential(
        L.SeparableConv2D(3, 3, padding="same"), L.SeparableConv2D(2, 3, strides=2)
    ),
    "grouped": lambda: sequential(L.Conv2D(4, 3, groups=2), L.Conv2D(4, 3, groups=2)),
    "padding and cropping": lambda: sequential(
        L.ZeroPadding2D(((3, 1), (0, 2))),
        L.Conv2D(2, 3, strides=2),
        L.Cropping2D(((1, 2), (2, 0))),
        L.Conv2D(2, 3, padding="same"),
    ),
    "what lies in padding alone": lambda: sequential(
        L.ZeroPadding2D(5), L.Conv2D(2, 3), shape=(6, 7, 2)
    ),
    "center crop": lambda: sequential(L.CenterCrop(10, 9), L.Conv2D(2, 3, padding="same")),
    "upsampling": lambda: sequential(
        L.Conv2D(2, 3, strides=2),
        L.UpSampling2D((2, 3)),
        L.Conv2D(2, 3, padding="same"),
        L.UpSampling2D(2, interpolation="bilinear"),
    ),
    "resizing": lambda: sequential(
        L.Resizing(9, 30, interpolation="nearest"), L.Conv2D(2, 3), L.Resizing(14, 8)
    ),
    "pointwise": lambda: sequential(
        L.Rescaling(0.5),
        L.Normalization(mean=[0.0, 0.0], variance=[1.0, 1.0]),
        L.RandomFlip(),
        L.Conv2D(3, 3, activation="softmax"),
        L.LayerNormalization(),
        L.Dropout(0.5),
        L.PReLU(),
        L.LeakyReLU(),
        L.Dense(4, activation="gelu"),
        L.EinsumDense("bhwc,cd->bhwd", output_shape=(None, None, 2)),
        L.Softmax(),
        L.Conv2D(2, 2, activation=L.ReLU()),
    ),
    "a layer that mixes a row": lambda: sequential(
        L.Conv2D(2, 3, strides=2), L.Softmax(axis=2), L.Conv2D(2, 3)
    ),
    "permuted": lambda: sequential(
        L.Conv2D(2, (5, 3)), L.Permute((2, 1, 3)), L.Conv2D(2, (1, 4), strides=2)
    ),
    "reshaped to tokens and back": lambda: sequential(
        L.Conv2D(3, 3, strides=2),
        L.Reshape((72, 3)),
        L.Dense(4),
        L.Reshape((8, 9, 2, 2)),
        L.Reshape((8, 9, 4)),
        L.Conv2D(2, 3),
    ),
    "residual": lambda: functional((17, 20, 2), residual),
    "inception": lambda: functional((17, 20, 2), inception),
    "u-net": lambda: functional((16, 20, 2), unet),
    "branches that lie apart": lambda: functional((7, 7, 2), unlike_branches),
    "operators": lambda: functional((17, 20, 2), operators),
    "nested": lambda: functional((17, 20, 2), nested),
    "shared": lambda: functional((17, 20, 2), shared),
    "subclassed": subclassed,
}


def make_linear(model: keras.Model) -> None:
    """Gives all kernels positive values, so that no path of a gradient cancels another."""
    random = np.random.default_rng(1)
    for weight in model.weights:
        if "kernel" in weight.path:
            values = random.uniform(0.5, 1.5, weight.shape) / max(np.prod(weight.shape[:-1]), 1)
            weight.assign(values)


def supports(
    activation_model: ActivationModel, layer: str, places: list[tuple[int, ...]], size: Any
) -> list[np.ndarray]:
    """Gives the pixels that have a gradient, `(height, width)`, for each place in an activation.

    The last axis of the activation is summed over, with weights of chance.
    """
    random = np.random.default_rng(2)
    has_maxima = any("Max" in info.class_name for info in activation_model.captured)
    count = INPUTS_OF_MAXIMA if has_maxima else RANDOM_INPUTS
    count = min(count, 500_000 // (len(places) * math.prod(size)) + 2)
    batch = random.uniform(0.5, 1.5, (count, *size)).repeat(len(places), axis=0)
    x = tf.constant(batch)
    index = [(number, *places[number % len(places)]) for number in range(len(batch))]
    with tf.GradientTape() as tape:
        tape.watch(x)
        activation = activation_model.forward_pass(x, [layer]).activations[layer]
        chosen = tf.gather_nd(activation, index)
        total = tf.reduce_sum(chosen * random.uniform(0.5, 1.5, chosen.shape))
    gradient = tape.gradient(total, x)
    if gradient is None:
        return [np.zeros(size[:2], bool)] * len(places)
    by_place = gradient.numpy().reshape(count, len(places), *size)
    return list((by_place != 0).any(axis=(0, -1)))


def box_of(support: np.ndarray) -> tuple[Any, Any]:
    if not support.any():
        return None, None
    rows, columns = np.nonzero(support.any(axis=1))[0], np.nonzero(support.any(axis=0))[0]
    return (rows[0], rows[-1]), (columns[0], columns[-1])


def some_of(length: int) -> list[int]:
    return sorted({0, min(1, length - 1), length // 2, max(length - 2, 0), length - 1})


def fields_of(model: keras.Model, *shapes: tuple[int, ...], picture: int = 0) -> ReceptiveFields:
    inputs: Any = [np.zeros((1, *shape), "float32") for shape in shapes]
    activation_model = ActivationModel(model)
    return ReceptiveFields(activation_model, inputs if len(shapes) > 1 else inputs[0], picture)


def check(model: keras.Model, size: tuple[int, ...], layers: list[str] | None = None) -> None:
    make_linear(model)
    activation_model = ActivationModel(model)
    shapes = {
        path: activation.shape[1:]
        for path, activation in activation_model(np.zeros((1, *size))).items()
    }
    fields = ReceptiveFields(activation_model, np.zeros((1, *size)))
    maps = layers or [path for path, shape in shapes.items() if len(shape) == 3]
    assert maps
    for path in maps:
        places = list(product(*(some_of(length) for length in shapes[path][:2])))
        found = supports(activation_model, path, places, size)
        for place, support in zip(places, found, strict=True):
            field = fields.of_element(path, (*place, 0))
            assert field.is_known, path
            assert (field.rows, field.columns) == box_of(support), (path, place)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_field_is_the_box_around_the_pixels_that_have_a_gradient(name: str) -> None:
    model = MODELS[name]()
    shape = model.inputs[0].shape[1:] if getattr(model, "inputs", None) else (17, 20, 2)
    check(model, tuple(shape))


def any_layer(random: np.random.Generator, x: Any) -> Any:
    """Puts a layer of chance behind a tensor."""

    def number(low: int, high: int) -> int:
        return int(random.integers(low, high + 1))

    padding = str(random.choice(["valid", "same"]))
    size, stride = (number(1, 4), number(1, 4)), number(1, 3)
    dilation = number(1, 3) if stride == 1 else 1
    windowed = {"padding": padding, "strides": stride}
    makers: list[Callable[[], Any]] = [
        lambda: L.Conv2D(2, size, dilation_rate=dilation, **windowed)(x),
        lambda: L.DepthwiseConv2D(size[0], dilation_rate=dilation, **windowed)(x),
        lambda: L.SeparableConv2D(2, size, **windowed)(x),
        lambda: L.AveragePooling2D(size, **windowed)(x),
        lambda: L.Conv2DTranspose(2, size, **windowed)(x),
        lambda: L.ZeroPadding2D(((number(0, 4), number(0, 4)), (number(0, 4), number(0, 4))))(x),
        lambda: L.Cropping2D(((number(0, 1), number(0, 1)), (number(0, 1), number(0, 1))))(x),
        lambda: L.UpSampling2D((number(1, 3), number(1, 3)))(x),
        lambda: L.UpSampling2D(2, interpolation="bilinear")(x),
        lambda: L.Resizing(number(3, 15), number(3, 15), interpolation="nearest")(x),
        lambda: L.Add()([L.Conv2D(x.shape[-1], size, padding="same")(x), L.ReLU()(x)]),
        lambda: L.Concatenate()([L.Conv2D(2, 1, **windowed)(x), L.Conv2D(1, 1, **windowed)(x)]),
    ]
    return makers[number(0, len(makers) - 1)]()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FUZZED))
def test_models_of_chance_have_the_fields_of_their_gradients(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = (int(random.integers(7, 14)), int(random.integers(7, 14)), 2)
    x = inputs = keras.Input(size)
    for _ in range(5):
        with contextlib.suppress(ValueError):  # the maps are smaller than the window
            made = any_layer(random, x)
            x = made if all(0 < side <= 40 for side in made.shape[1:3]) else x
    if x is not inputs:
        check(keras.Model(inputs, x), size)


@pytest.mark.slow
def test_the_fields_of_a_mobilenet_and_of_a_resnet_are_those_of_their_gradients() -> None:
    mobilenet = keras.applications.MobileNetV2(
        input_shape=(48, 48, 3), alpha=0.35, weights=None, include_top=False
    )
    check(mobilenet, (48, 48, 3), ["Conv1_relu", "block_1_pad", "block_3_project", "block_5_add"])
    resnet = keras.applications.ResNet50V2(input_shape=(39, 41, 3), weights=None, include_top=False)
    make_linear(resnet)
    # The maxima of its pooling layer hide pixels that other pictures would show.
    stem = keras.Model(resnet.inputs, resnet.get_layer("conv1_conv").output)
    check(stem, (39, 41, 3))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["InceptionResNetV2", "MobileNetV3Small", "ConvNeXtTiny"])
def test_every_layer_of_an_application_is_known(name: str) -> None:
    keras.config.set_dtype_policy("float32")
    make = getattr(keras.applications, name)
    model = make(weights=None, include_top=False, input_shape=(96, 96, 3))
    fields = fields_of(model, (96, 96, 3))
    for info in ActivationModel(model).captured:
        assert fields.of_element(info.path, (0,) * len(info.activation_shape)).is_known, info.path


def test_a_layer_that_takes_all_positions_together_sees_the_whole_picture() -> None:
    def make(x: Any) -> Any:
        x = L.Conv2D(2, 3, padding="same")(x)
        return [
            L.GlobalAveragePooling2D()(x),
            L.Dense(3)(L.Flatten()(x)),
            L.GroupNormalization(1)(x),
            L.LayerNormalization(axis=(1, 2, 3))(x),
            L.Multiply()([x, L.Reshape((1, 1, 2))(L.GlobalMaxPooling2D()(x))]),
            L.MultiHeadAttention(2, 2)(*[L.Reshape((63, 2))(x)] * 2),
            L.Attention()([L.Reshape((63, 2))(x)] * 2),
            L.Softmax(axis=(1, 2))(x),
        ]

    model = functional((7, 9, 2), make)
    fields = fields_of(model, (7, 9, 2))
    for symbol in model.outputs:
        layer = symbol._keras_history.operation.name
        field = (
            fields.of_element(layer, (2,) * (len(symbol.shape) - 1))
            if (symbol.shape[-1] > 2)
            else fields.of_element(layer, (1,) * (len(symbol.shape) - 1))
        )
        assert field.is_whole_picture, layer
        assert str(field) == "the whole picture"
        assert field.unclipped_rows is None


def test_all_positions_together_see_no_pixel_that_none_of_them_sees() -> None:
    model = sequential(L.Conv2D(2, 3, strides=2), L.GlobalAveragePooling2D(), shape=(8, 9, 1))
    field = fields_of(model, (8, 9, 1)).of_element(model.layers[1].name, (1,))
    assert (field.rows, field.columns) == ((0, 6), (0, 8))
    assert not field.is_whole_picture
    assert str(field) == "rows 0 to 6, columns 0 to 8"


def test_a_flattened_unit_has_the_field_of_its_place() -> None:
    model = sequential(L.Conv2D(2, 3), L.Flatten(), shape=(8, 9, 1))
    fields = fields_of(model, (8, 9, 1))
    unit = int(np.ravel_multi_index((4, 5, 1), (6, 7, 2)))
    conv, flat = (layer.name for layer in model.layers)
    assert fields.of_element(flat, (unit,)) == fields.of_element(conv, (4, 5, 0))
    assert fields.of_element(conv, (4, 5, 0)).rows == (4, 6)


class Halved(L.Layer):
    """Computes something between the layers that it calls."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = L.Conv2D(2, 3), L.Conv2D(2, 3)

    def call(self, x: Any) -> Any:
        return self.after(self.before(x)[:, ::2, ::2])


class Rolled(L.Conv2D):
    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        return keras.ops.roll(super().convolution_op(inputs, kernel), 3, 1)


class Doubled(L.ReLU):
    def call(self, x: Any) -> Any:
        return keras.ops.flip(super().call(x), 1)


class Renamed(L.Conv2D):
    """Changes nothing of what is computed."""

    def __init__(self, filters: int) -> None:
        super().__init__(filters, 3)


def flipped(x: Any) -> Any:
    return keras.ops.flip(x, 1)


NOT_TOLD = {
    "a Lambda": lambda: L.Lambda(flipped),
    "a convolution of the user's": lambda: Rolled(2, 3),
    "an activation of the user's": lambda: Doubled(),
    "an activation function of the user's": lambda: L.Conv2D(2, 3, activation=flipped),
    "code between layers": Halved,
    "a resizing that crops": lambda: L.Resizing(5, 5, crop_to_aspect_ratio=True),
    "a resizing of another kind": lambda: L.Resizing(5, 5, interpolation="lanczos3"),
    "rows cut apart": lambda: L.Reshape((2, 4, 9, 2)),
}


@pytest.mark.parametrize("name", NOT_TOLD)
def test_what_a_layer_does_not_tell_is_not_known_from_there_on(name: str) -> None:
    layer = NOT_TOLD[name]()
    rest = [L.GlobalAveragePooling2D()] if name != "rows cut apart" else [L.Flatten()]
    model = sequential(L.Conv2D(2, 1), layer, L.ReLU(), *rest, shape=(8, 9, 2))
    fields = fields_of(model, (8, 9, 2))
    assert fields.of_element(model.layers[0].name, (0, 0, 0)).is_known
    for later in model.layers[1:]:
        field = fields.of_element(later.name, (0,) * (len(later.output.shape) - 1))
        assert not field.is_known
        assert (str(field), field.rows, field.columns) == ("not known", None, None)
        assert not field.is_whole_picture
        assert fields.centres(later.name) is None


def test_a_class_derived_without_changing_what_is_computed_is_known() -> None:
    check(sequential(Renamed(2), shape=(8, 9, 2)), (8, 9, 2))


def test_statistics_of_the_batch_are_not_known() -> None:
    model = functional((8, 9, 2), lambda x: L.BatchNormalization(name="bn")(x, training=True))
    inside = Subclassed()

    class Training(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.bn = L.BatchNormalization(name="bn")

        def call(self, x: Any) -> Any:
            return self.bn(x, training=True)

    inside = Training()
    inside(np.zeros((1, 8, 9, 2), "float32"))
    assert not fields_of(inside, (8, 9, 2)).of_element("bn", (0, 0, 0)).is_known
    # A functional model hands its own `training` on, so here it is inference after all.
    assert fields_of(model, (8, 9, 2)).of_element("bn", (0, 0, 0)).rows == (0, 0)


def test_masked_attention_is_not_known() -> None:
    def make(x: Any) -> Any:
        x = L.Reshape((72, 2))(x)
        return L.MultiHeadAttention(2, 2, name="attention")(x, x, use_causal_mask=True)

    fields = fields_of(functional((8, 9, 2), make), (8, 9, 2))
    assert not fields.of_element("attention", (71, 0)).is_known


def test_of_several_inputs_each_is_followed_by_itself() -> None:
    one, other = keras.Input((8, 9, 2), name="one"), keras.Input((8, 9, 2), name="other")
    a, b = L.Conv2D(2, 3, name="a")(one), L.Conv2D(2, 5, name="b")(other)
    add = L.Add(name="add")([a, L.ZeroPadding2D(1)(b)])
    model = keras.Model([one, other], add)
    first = fields_of(model, (8, 9, 2), (8, 9, 2))
    second = fields_of(model, (8, 9, 2), (8, 9, 2), picture=1)
    assert str(first.of_element("b", (0, 0, 0))) == "nothing of the picture"
    assert first.of_element("a", (2, 3, 0)) == first.of_element("add", (2, 3, 0))
    assert second.of_element("add", (2, 3, 0)).rows == (1, 5)
    assert str(second.of_element("add", (0, 0, 0))) == "nothing of the picture"


@pytest.mark.parametrize("size", [(17, 20), (18, 31)])
def test_a_model_of_open_size_is_followed_for_the_size_at_hand(size: tuple[int, int]) -> None:
    model = sequential(
        L.Conv2D(2, 3, strides=2, padding="same"),
        L.Conv2D(2, 3, strides=2, padding="same"),
        shape=(None, None, 2),
    )
    check(model, (*size, 2))


def test_what_lies_beyond_the_edges_is_told_without_clipping() -> None:
    model = sequential(
        L.Conv2D(2, 3, padding="same"),
        L.MaxPooling2D(2),
        L.Conv2D(2, 3, padding="same"),
        shape=(12, 12, 1),
    )
    field = fields_of(model, (12, 12, 1)).of_element(model.layers[-1].name, (0, 5, 0))
    # 3 + 1 + 2 * 2 pixels, as Araujo et al. have it.
    assert (field.unclipped_rows, field.unclipped_columns) == ((-3, 4), (7, 14))
    assert (field.rows, field.columns) == ((0, 4), (7, 11))


def test_centres_lie_amid_the_fields_that_no_edge_cuts_off() -> None:
    for name in (
        "strides, same",
        "residual",
        "dilation",
        "padding and cropping",
        "average pooling",
    ):
        model = MODELS[name]()
        size = model.inputs[0].shape[1:]
        fields = fields_of(model, size)
        layer = ActivationModel(model).captured[-1].path
        centres = fields.centres(layer)
        assert centres is not None
        for row, column in ((0, 0), (1, 2), (2, 1)):
            field = fields.of_element(layer, (row, column, 0))
            assert field.unclipped_rows is not None
            assert field.unclipped_columns is not None
            for position, span, offset, stride in zip(
                (row, column),
                (field.unclipped_rows, field.unclipped_columns),
                *centres,
                strict=True,
            ):
                assert sum(span) / 2 == offset + stride * position


def test_an_upsampled_map_lies_where_the_one_before_does() -> None:
    model = sequential(
        L.AveragePooling2D(2),
        L.UpSampling2D(2),
        L.Conv2DTranspose(1, 2, strides=2),
        shape=(8, 8, 1),
    )
    fields = fields_of(model, (8, 8, 1))
    pooled, same_again, finer = (fields.centres(layer.name) for layer in model.layers)
    assert pooled == ((0.5, 0.5), (2, 2))
    assert same_again == ((0, 0), (1, 1))
    assert finer == ((-0.25, -0.25), (0.5, 0.5))
    assert pooled is not None
    assert pooled.extent(4, 4) == same_again.extent(8, 8) == (-0.5, 7.5, 7.5, -0.5)


def test_branches_of_unlike_strides_have_no_centres_but_fields() -> None:
    def make(x: Any) -> Any:
        return L.Add(name="add")([L.Conv2D(2, 1, strides=2)(x), L.Cropping2D(((0, 4), (0, 4)))(x)])

    model = functional((8, 8, 2), make)
    fields = fields_of(model, (8, 8, 2))
    assert fields.centres("add") is None
    assert fields.of_element("add", (3, 3, 0)).rows == (3, 6)


def test_only_maps_whose_rows_are_those_of_the_picture_have_centres() -> None:
    def make(x: Any) -> Any:
        x = L.AveragePooling2D(2, name="maps")(x)
        tokens = L.Reshape((5 * 4, 2), name="tokens")(x)
        return [
            L.MultiHeadAttention(1, 2, name="attended")(tokens, tokens),
            L.Permute((2, 1, 3), name="turned")(x),
            L.Reshape((5, 4 * 2), name="rows")(x),
            L.Reshape((4 * 5, 2), name="column_by_column")(L.Permute((2, 1, 3))(x)),
            L.Flatten(name="flat")(tokens),
        ]

    fields = fields_of(functional((10, 8, 2), make), (10, 8, 2))
    sizes = {path: fields.map_size(path) for path in ("maps", "tokens", "attended")}
    assert sizes == dict.fromkeys(sizes, (5, 4))
    assert fields.centres("maps") == ((0.5, 0.5), (2, 2))
    assert {fields.centres(path) for path in sizes} == {fields.centres("maps")}
    for path in ("turned", "rows", "column_by_column", "flat"):
        assert fields.map_size(path) is fields.centres(path) is None


def test_channels_first_is_followed_along_its_own_axes() -> None:
    model = functional(
        (2, 9, 12),
        lambda x: L.AveragePooling2D((2, 3), data_format="channels_first", name="pool")(
            L.ZeroPadding2D(((1, 0), (0, 0)), data_format="channels_first")(x)
        ),
    )
    field = fields_of(model, (2, 9, 12)).of_element("pool", (0, 0, 3))
    assert (field.rows, field.columns) == ((0, 0), (9, 11))
    assert field.picture_size == (9, 12)


def test_half_precision_changes_nothing() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    half = MODELS["nested"]()
    fields = fields_of(half, (17, 20, 2))
    last = ActivationModel(half).captured[-1].path
    keras.config.set_dtype_policy("float32")
    full = MODELS["nested"]()
    assert fields.of_element(last, (3, 4, 0)).is_known
    assert fields.of_element(last, (3, 4, 0)) == fields_of(full, (17, 20, 2)).of_element(
        ActivationModel(full).captured[-1].path, (3, 4, 0)
    )


class OnRealValues(L.Layer):
    def call(self, x: Any) -> Any:
        float(np.asarray(x).max())
        return x


def test_a_model_that_runs_on_real_values_alone_is_followed_too() -> None:
    class ByHand(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.look, self.conv = OnRealValues(), L.Conv2D(2, 3, name="conv")

        def call(self, x: Any) -> Any:
            return self.conv(self.look(x))

    model = ByHand()
    model(np.zeros((1, 8, 9, 2)))
    assert fields_of(model, (8, 9, 2)).of_element("conv", (1, 2, 0)).rows == (1, 3)


def test_a_model_of_tf_keras_is_followed() -> None:
    import tf_keras

    legacy = tf_keras.layers
    model = tf_keras.Sequential(
        [
            legacy.Input((9, 10, 2)),
            legacy.Conv2D(2, 3, strides=2, padding="same"),
            legacy.BatchNormalization(),
            legacy.MaxPooling2D(2),
            legacy.Flatten(),
            legacy.Dense(2),
        ]
    )
    fields = fields_of(model, (9, 10, 2))
    conv, _, pool, _, dense = (layer.name for layer in model.layers)
    assert fields.of_element(conv, (0, 1, 0)).rows == (0, 1)
    assert fields.of_element(pool, (0, 0, 0)).columns == (0, 4)
    assert fields.of_element(dense, (1,)).rows == (0, 7)


def test_nothing_of_the_model_is_changed() -> None:
    model = MODELS["nested"]()
    before = [weight.numpy() for weight in model.weights]
    calls = keras.Layer.__call__, keras.Operation.__call__
    fields_of(model, (17, 20, 2))
    assert (keras.Layer.__call__, keras.Operation.__call__) == calls
    for weight, value in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)


def test_what_is_asked_for_wrongly_is_said_in_a_sentence() -> None:
    model = sequential(L.Conv2D(2, 3, name="conv"), L.Flatten(name="flat"), shape=(8, 9, 2))
    fields = fields_of(model, (8, 9, 2))
    with pytest.raises(ValueError, match="no layer 'convolution'"):
        fields.of_element("convolution", (0, 0, 0))
    with pytest.raises(ValueError, match=r"shape \(6, 7, 2\); there is no element \(6, 0, 0\)"):
        fields.of_element("conv", (6, 0, 0))
    table = functional((4,), L.Dense(2))
    with pytest.raises(ValueError, match=r"Input 0 has shape \(4,\)"):
        fields_of(table, (4,))


def test_a_field_says_what_it_is() -> None:
    box = ReceptiveField(True, (0, 4), (2, 3), (-1, 4), (2, 3), (9, 9))
    assert str(box) == "rows 0 to 4, columns 2 to 3"
    assert str(box._replace(rows=None, columns=None)) == "nothing of the picture"
    assert str(box._replace(rows=(0, 8), columns=(0, 8))) == "the whole picture"
