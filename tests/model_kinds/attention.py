"""Models of layers that attend, and of tensors without a batch axis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers, ops

from .making import Made, numbers, tokens, with_weights
from .plain import PICTURES

SERIES = numbers(2, 5, 8)


def multi_head_attention() -> Made:
    series = keras.Input((5, 8), name="series")
    mha = layers.MultiHeadAttention(2, 4, name="mha")
    out = layers.Dense(1, name="out")
    attended, _ = mha(series, series, return_attention_scores=True)
    mha._softmax.name = "softmax"  # which Keras leaves to a counter
    model = with_weights(keras.Model(series, out(attended)))

    def by_hand(x: Any) -> Iterator[Any]:
        query, key, value = mha.query_dense(x), mha.key_dense(x), mha.value_dense(x)
        attended, scores = mha(x, x, return_attention_scores=True)
        yield from (x, query, key, value, scores, attended, attended, scores, out(attended))

    return Made(model, SERIES, by_hand)


def attention() -> Made:
    series = keras.Input((5, 8), name="series")
    attend = layers.Attention(name="attend")
    out = layers.Dense(1, name="out")
    attended, _ = attend([series, series], return_attention_scores=True)
    model = with_weights(keras.Model(series, out(attended)))

    def by_hand(x: Any) -> Iterator[Any]:
        attended, scores = attend([x, x], return_attention_scores=True)
        yield from (x, attended, scores, out(attended))

    return Made(model, SERIES, by_hand)


class ClassToken(layers.Layer):  # type: ignore[misc]
    def build(self, shape: Any) -> None:
        self.token = self.add_weight(shape=(1, 1, shape[-1]), name="token")

    def call(self, x: Any) -> Any:
        token = ops.broadcast_to(self.token, (ops.shape(x)[0], 1, x.shape[-1]))
        return ops.concatenate([token, x], axis=1)


class Positions(layers.Layer):  # type: ignore[misc]
    """Adds an embedding of the positions, a table that has no batch axis."""

    def __init__(self, count: int, size: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.count = count
        self.table = layers.Embedding(count, size, name="table")

    def build(self, _: Any) -> None:
        self.table.build(())

    def call(self, x: Any) -> Any:
        return x + self.table(ops.arange(self.count))


def vision_transformer() -> Made:
    picture = keras.Input((12, 12, 3), name="picture")
    patches = layers.Conv2D(8, 4, strides=4, name="patches")
    flat = layers.Reshape((9, 8), name="flat")
    token, positions = ClassToken(name="token"), Positions(10, 8, name="positions")
    norm = layers.LayerNormalization(name="norm")
    mha = layers.MultiHeadAttention(2, 4, name="mha")
    sum_ = layers.Add(name="sum")
    head = layers.Dense(3, name="head")
    x = positions(token(flat(patches(picture))))
    normal = norm(x)
    x = sum_([x, mha(normal, normal)])
    model = with_weights(keras.Model(picture, head(x[:, 0])))

    def by_hand(x: Any) -> Iterator[Any]:
        yield x
        for layer in (patches, flat, token):
            x = layer(x)
            yield x
        table = positions.table(ops.arange(10))
        x = x + table
        normal = norm(x)
        yield from (table, x, normal)
        yield from (mha.query_dense(normal), mha.key_dense(normal), mha.value_dense(normal))
        attended = mha(normal, normal)
        added = sum_([x, attended])
        yield from (attended, attended, added, head(added[:, 0]))

    return Made(model, PICTURES, by_hand)


def without_batch_axis() -> Made:
    entry = keras.Input((6,), dtype="int32", name="tokens")
    words = layers.Embedding(20, 4, name="words")
    positions = Positions(6, 4, name="positions")
    out = layers.Flatten(name="out")
    model = with_weights(keras.Model(entry, out(positions(words(entry)))))

    def by_hand(x: Any) -> Iterator[Any]:
        found, table = words(x), positions.table(ops.arange(6))
        yield from (x, found, table, found + table, out(found + table))

    return Made(model, tokens(2, 6, most=20), by_hand)
