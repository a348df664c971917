"""Models without models in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from .making import Made, in_turn, numbers, tokens, with_weights

PICTURES = numbers(2, 12, 12, 3)


def chain(*parts: Any, inputs: np.ndarray = PICTURES, **settings: Any) -> Made:
    """A `Sequential` of layers without layers in them."""
    settings = {"shape": inputs.shape[1:], "dtype": str(inputs.dtype)} | settings
    model = with_weights(keras.Sequential([keras.Input(**settings), *parts]))
    return Made(model, inputs, lambda x: in_turn(x, *model.layers))


def sequential() -> Made:
    return chain(
        layers.Conv2D(4, 3, activation="relu", name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.MaxPooling2D(name="pool"),
        layers.Dropout(0.5, name="dropout"),
        layers.Flatten(name="flatten"),
        layers.Dense(3, activation="softmax", name="dense"),
    )


def functional() -> Made:
    picture = keras.Input((12, 12, 3), name="picture")
    left = layers.Conv2D(4, 3, padding="same", activation="relu", name="left")
    right = layers.DepthwiseConv2D(3, padding="same", name="right")
    joined = layers.Concatenate(name="joined")
    pooled = layers.GlobalAveragePooling2D(name="pooled")
    out = layers.Dense(1, activation="sigmoid", name="out")
    outputs = out(pooled(joined([left(picture), right(picture)])))
    model = with_weights(keras.Model(picture, outputs))

    def by_hand(x: Any) -> Iterator[Any]:
        sides = left(x), right(x)
        yield from (x, *sides)
        yield from in_turn(list(sides), joined, pooled, out)

    return Made(model, PICTURES, by_hand)


class ByHand(keras.Model):  # type: ignore[misc]
    """A `call` with a loop and a condition in Python."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = layers.Conv2D(4, 3, name="conv")
        self.mix = layers.Conv2D(4, 1, activation="relu", name="mix")
        self.wide = layers.MaxPooling2D(name="wide")
        self.narrow = layers.AveragePooling2D(2, name="narrow")
        self.dense = layers.Dense(2, name="dense")

    def call(self, x: Any) -> Any:
        x = self.conv(x)
        for _ in range(2):
            x = self.mix(x)
        x = self.wide(x) if x.shape[2] > 8 else self.narrow(x)
        return self.dense(ops.mean(x, axis=(1, 2)))


def subclassed() -> Made:
    model = ByHand()
    model(PICTURES)
    with_weights(model)

    def by_hand(x: Any) -> Iterator[Any]:
        x = yield from in_turn(x, model.conv, model.mix, model.mix, model.wide)
        yield model.dense(ops.mean(x, axis=(1, 2)))

    return Made(model, PICTURES, by_hand)


def open_sizes() -> Made:
    return chain(
        layers.Conv2D(4, 3, name="conv"),
        layers.UpSampling2D(2, name="up"),
        layers.GlobalMaxPooling2D(name="pooled"),
        shape=(None, None, 3),
    )


def embedding() -> Made:
    return chain(
        layers.Embedding(20, 6, mask_zero=True, name="embedding"),
        layers.LSTM(5, name="lstm"),
        layers.Dense(1, name="out"),
        inputs=tokens(2, 7, most=20),
    )


def conv_1d() -> Made:
    return chain(
        layers.Conv1D(4, 3, name="conv"),
        layers.MaxPooling1D(name="pool"),
        layers.Dense(2, name="dense"),
        inputs=numbers(2, 10, 3),
    )


def conv_3d() -> Made:
    return chain(
        layers.Conv3D(4, 2, name="conv"),
        layers.MaxPooling3D(name="pool"),
        layers.GlobalAveragePooling3D(name="pooled"),
        inputs=numbers(2, 5, 6, 7, 1),
    )


def channels_first() -> Made:
    return chain(
        layers.Conv2D(4, 3, data_format="channels_first", name="conv"),
        layers.BatchNormalization(axis=1, name="norm"),
        layers.MaxPooling2D(data_format="channels_first", name="pool"),
        layers.GlobalAveragePooling2D(data_format="channels_first", name="pooled"),
        inputs=numbers(2, 3, 12, 10),
    )


def preprocessing() -> Made:
    model = with_weights(
        keras.Sequential(
            [
                keras.Input((12, 12, 3)),
                layers.RandomFlip(name="flip"),
                layers.RandomRotation(0.2, name="rotate"),
                layers.Rescaling(1 / 255, name="rescale"),
                layers.GaussianNoise(0.5, name="noise"),
                layers.Conv2D(4, 3, name="conv"),
            ]
        )
    )
    rescale, conv = model.get_layer("rescale"), model.get_layer("conv")

    def by_hand(x: Any) -> Iterator[Any]:
        scaled = rescale(x)
        yield from (x, x, scaled, scaled, conv(scaled))

    return Made(model, 255 * PICTURES, by_hand)


def activity_regularizer() -> Made:
    return chain(
        layers.Conv2D(2, 3, activity_regularizer="l2", name="conv"),
        layers.ActivityRegularization(0.1, name="regularization"),
        layers.Flatten(name="flatten"),
        layers.Dense(2, kernel_regularizer="l1", name="dense"),
    )


def spectral_normalization() -> Made:
    made = chain(
        layers.SpectralNormalization(layers.Conv2D(2, 3, name="conv"), name="spectral"),
        layers.Flatten(name="flatten"),
    )
    spectral, flatten = made.model.layers

    def by_hand(x: Any) -> Iterator[Any]:
        x = spectral.layer(x)
        yield from (x, x, flatten(x))

    return Made(made.model, made.inputs, by_hand)


@keras.saving.register_keras_serializable(package="tests")
class Scale(layers.Layer):  # type: ignore[misc]
    """A layer of one's own, with a weight and a layer in it."""

    def build(self, shape: Any) -> None:
        self.factor = self.add_weight(shape=(shape[-1],), name="factor")
        self.activation = layers.LeakyReLU(0.1, name="leaky")

    def call(self, x: Any) -> Any:
        return self.activation(x * self.factor) + 1


def custom_layer() -> Made:
    made = chain(Scale(name="scale"), layers.Conv2D(2, 3, name="conv"))
    scale, conv = made.model.layers

    def by_hand(x: Any) -> Iterator[Any]:
        leaky = scale.activation(x * scale.factor)
        yield from (leaky, leaky + 1, conv(leaky + 1))

    return Made(made.model, made.inputs, by_hand)


def lambda_layer() -> Made:
    return chain(
        layers.Lambda(lambda x: ops.square(x) - 1, name="square"),
        layers.Conv2D(2, 3, name="conv"),
        layers.Lambda(lambda x: ops.mean(x, axis=(1, 2)), name="mean"),
    )


def ops_in_the_graph() -> Made:
    picture = keras.Input((12, 12, 3), name="picture")
    conv = layers.Conv2D(4, 3, padding="same", name="conv")
    dense = layers.Dense(2, name="dense")
    x = conv(picture * 2 - 1)
    x = ops.concatenate([ops.relu(x), ops.relu(-x)], axis=-1)
    model = with_weights(keras.Model(picture, dense(ops.mean(x, axis=(1, 2))) ** 2))

    def by_hand(picture: Any) -> Iterator[Any]:
        x = conv(picture * 2 - 1)
        yield from (picture, x)
        yield dense(ops.mean(ops.concatenate([ops.relu(x), ops.relu(-x)], axis=-1), axis=(1, 2)))

    return Made(model, PICTURES, by_hand)


def bytes_in() -> Made:
    return chain(
        layers.Rescaling(1 / 255, name="rescale"),
        layers.Conv2D(2, 3, name="conv"),
        inputs=(255 * PICTURES).astype(np.uint8),
    )


def grey() -> Made:
    return chain(
        layers.Reshape((20, 20, 1), name="channel"),
        layers.Conv2D(2, 3, name="conv"),
        inputs=numbers(2, 20, 20),
    )


class OddValues(layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return (
            x > 0.5,
            ops.cast(10 * x, "int32"),
            ops.where(x > 0.5, float("nan"), x),
            ops.where(x > 0.5, float("inf"), x),
            ops.mean(x, axis=(1, 2, 3)),
        )


def odd_values() -> Made:
    picture = keras.Input((12, 12, 3), name="picture")
    odd, flatten = OddValues(name="odd"), layers.Flatten(name="flatten")
    model = keras.Model(picture, flatten(odd(picture)[1]))

    def by_hand(x: Any) -> Iterator[Any]:
        parts = odd(x)
        yield from (x, *parts, flatten(parts[1]))

    return Made(model, PICTURES, by_hand)


class Largest(layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return ops.max(x)


def one_for_the_batch() -> Made:
    """A layer that puts out a single number for the whole batch, as one of a loss does."""
    picture = keras.Input((12, 12, 3), name="picture")
    largest, flatten = Largest(name="largest"), layers.Flatten(name="flatten")
    model = keras.Model(picture, flatten(picture - largest(picture)))
    return Made(model, PICTURES, lambda x: iter([x, ops.max(x), flatten(x - ops.max(x))]))


def double_precision() -> Made:
    return chain(
        layers.Conv2D(2, 3, dtype="float64", name="conv"),
        layers.Flatten(dtype="float64", name="flatten"),
        dtype="float64",
    )
