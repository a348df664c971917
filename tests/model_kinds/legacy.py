"""Models of the legacy Keras 2, `tf_keras`, which is there beside TensorFlow alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tf_keras
from tf_keras import layers

from .making import Made, in_turn, numbers, with_weights
from .plain import PICTURES


def sequential() -> Made:
    model = with_weights(
        tf_keras.Sequential(
            [
                tf_keras.Input((12, 12, 3)),
                layers.Conv2D(4, 3, activation="relu", name="conv"),
                layers.BatchNormalization(name="norm"),
                layers.Dropout(0.5, name="dropout"),
                layers.Flatten(name="flatten"),
                layers.Dense(3, activation="softmax", name="dense"),
            ]
        )
    )
    return Made(model, PICTURES, lambda x: in_turn(x, *model.layers))


def nested() -> Made:
    inner_entry = tf_keras.Input((12, 12, 3), name="entry")
    conv = layers.Conv2D(3, 3, padding="same", activation="relu", name="conv")
    norm = layers.BatchNormalization(name="norm")
    inner = tf_keras.Model(inner_entry, norm(conv(inner_entry)), name="inner")
    picture = tf_keras.Input((12, 12, 3), name="picture")
    pool = layers.MaxPooling2D(name="pool")
    backbone = tf_keras.Model(picture, pool(inner(picture)), name="backbone")
    flatten = layers.Flatten(name="flatten")
    model = with_weights(tf_keras.Sequential([tf_keras.Input((12, 12, 3)), backbone, flatten]))

    def by_hand(x: Any) -> Iterator[Any]:
        yield from (x, x)
        x = yield from in_turn(x, conv, norm)
        yield x
        x = yield from in_turn(x, pool)
        yield from (x, flatten(x))

    return Made(model, PICTURES, by_hand)


def shared() -> Made:
    picture = tf_keras.Input((12, 12, 3), name="picture")
    conv = layers.Conv2D(3, 3, padding="same", activation="tanh", name="conv")
    tower = tf_keras.Sequential(
        [tf_keras.Input((12, 12, 3)), conv, layers.ReLU(name="relu")], name="tower"
    )
    model = with_weights(tf_keras.Model(picture, conv(tower(tower(picture)))))

    def by_hand(x: Any) -> Iterator[Any]:
        yield x
        for _ in range(2):
            x = yield from in_turn(x, *tower.layers)
            yield x
        yield conv(x)

    return Made(model, PICTURES, by_hand)


class ByHand(tf_keras.Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.conv = layers.Conv2D(3, 1, name="conv")
        self.wide = layers.MaxPooling2D(name="wide")
        self.narrow = layers.AveragePooling2D(name="narrow")
        self.pooled = layers.GlobalAveragePooling2D(name="pooled")

    def call(self, x: Any) -> Any:
        for _ in range(2):
            x = self.conv(x)
        x = self.wide(x) if x.shape[2] > 8 else self.narrow(x)
        return self.pooled(x)


def subclassed() -> Made:
    model = ByHand()
    model(PICTURES)
    with_weights(model)
    parts = model.conv, model.conv, model.wide, model.pooled
    return Made(model, PICTURES, lambda x: in_turn(x, *parts))


def rnns() -> Made:
    model = with_weights(
        tf_keras.Sequential(
            [
                tf_keras.Input((5, 3)),
                layers.LSTM(4, return_sequences=True, name="lstm"),
                layers.GRU(3, name="gru"),
                layers.Dense(1, activity_regularizer="l2", name="dense"),
            ]
        )
    )
    return Made(model, numbers(2, 5, 3), lambda x: in_turn(x, *model.layers))


def several_inputs() -> Made:
    picture, table = tf_keras.Input((12, 12, 3), name="picture"), tf_keras.Input((4,), name="table")
    pooled = layers.GlobalAveragePooling2D(name="pooled")
    joined = layers.Concatenate(name="joined")
    out = layers.Dense(2, name="out")
    model = tf_keras.Model([picture, table], out(joined([pooled(picture), table])))
    with_weights(model)

    def by_hand(x: Any) -> Iterator[Any]:
        picture, table = x
        means = pooled(picture)
        both = joined([means, table])
        yield from (picture, table, means, both, out(both))

    return Made(model, [PICTURES, numbers(2, 4)], by_hand)
