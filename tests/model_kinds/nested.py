"""Models and layers within others, and shared ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers, ops

from .making import Made, in_turn, numbers, with_weights
from .plain import PICTURES, ByHand


def conv(filters: int = 3, name: str = "conv") -> keras.Layer:
    return layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)


def functional_of(*parts: keras.Layer, name: str, shape: tuple[int, ...] = (12, 12, 3)) -> Any:
    x = entry = keras.Input(shape, name="entry")
    for part in parts:
        x = part(x)
    return keras.Model(entry, x, name=name)


class Block(layers.Layer):  # type: ignore[misc]
    """A layer of one's own around a `Sequential`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.tower = keras.Sequential(
            [conv(), layers.BatchNormalization(name="norm")], name="tower"
        )
        self.add = layers.Add(name="add")

    def build(self, shape: Any) -> None:
        self.tower.build(shape)

    def call(self, x: Any) -> Any:
        return self.add([x, self.tower(x)])

    def by_hand(self, x: Any) -> Iterator[Any]:
        last = yield from in_turn(x, *self.tower.layers)
        sum_ = self.add([x, last])
        yield from (last, sum_, sum_)
        return sum_


def functional_in_functional_in_sequential() -> Made:
    block = functional_of(conv(), layers.BatchNormalization(name="norm"), name="block1")
    backbone = functional_of(block, layers.MaxPooling2D(name="pool"), name="backbone")
    flatten, dense = layers.Flatten(name="flatten"), layers.Dense(2, name="dense")
    model = with_weights(keras.Sequential([keras.Input((12, 12, 3)), backbone, flatten, dense]))

    def by_hand(x: Any) -> Iterator[Any]:
        yield from (x, x)
        x = yield from in_turn(x, *block.layers[1:])
        yield x
        x = yield from in_turn(x, backbone.get_layer("pool"))
        yield x
        yield from in_turn(x, flatten, dense)

    return Made(model, PICTURES, by_hand)


def sequential_in_subclassed_in_functional() -> Made:
    block = Block(name="block1")
    backbone = functional_of(block, layers.MaxPooling2D(name="pool"), name="backbone")
    head = layers.GlobalAveragePooling2D(name="head")
    model = with_weights(functional_of(backbone, head, name="whole"))

    def by_hand(x: Any) -> Iterator[Any]:
        yield from (x, x)
        x = yield from block.by_hand(x)
        x = yield from in_turn(x, backbone.get_layer("pool"))
        yield from (x, head(x))

    return Made(model, PICTURES, by_hand)


def subclassed_in_functional() -> Made:
    inner = ByHand()
    inner.name = "inner"
    model = functional_of(inner, layers.Softmax(name="softmax"), name="whole")
    with_weights(model)

    def by_hand(x: Any) -> Iterator[Any]:
        yield x
        x = yield from in_turn(x, inner.conv, inner.mix, inner.mix, inner.wide)
        x = inner.dense(ops.mean(x, axis=(1, 2)))
        yield from (x, x, model.layers[-1](x))

    return Made(model, PICTURES, by_hand)


class Around(keras.Model):  # type: ignore[misc]
    """A model by hand around functional ones, which it keeps in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = [functional_of(conv(name="conv"), name=f"stage{index}") for index in range(2)]
        self.head = layers.Flatten(name="head")

    def call(self, x: Any) -> Any:
        for stage in self.stages:
            x = x + stage(x)
        return self.head(x)


def functional_in_subclassed() -> Made:
    model = Around()
    model(PICTURES)
    with_weights(model)

    def by_hand(x: Any) -> Iterator[Any]:
        for stage in model.stages:
            out = stage.layers[1](x)
            yield from (x, out, out)
            x = x + out
        yield model.head(x)

    return Made(model, PICTURES, by_hand)


def shared_layer() -> Made:
    twice = layers.Conv2D(3, 3, padding="same", activation="tanh", name="conv")
    pool = layers.MaxPooling2D(name="pool")
    model = with_weights(functional_of(twice, pool, twice, twice, name="whole"))

    def by_hand(x: Any) -> Iterator[Any]:
        yield x
        yield from in_turn(x, twice, pool, twice, twice)

    return Made(model, PICTURES, by_hand)


def shared_submodel() -> Made:
    left, right = keras.Input((12, 12, 3), name="left"), keras.Input((12, 12, 3), name="right")
    tower = keras.Sequential(
        [keras.Input((12, 12, 3)), conv(), layers.Flatten(name="flatten")], name="tower"
    )
    difference = layers.Subtract(name="difference")
    model = with_weights(keras.Model([left, right], difference([tower(left), tower(right)])))

    def by_hand(x: Any) -> Iterator[Any]:
        yield from x
        ends = []
        for side in x:
            ends.append((yield from in_turn(side, *tower.layers)))
            yield ends[-1]
        yield difference(ends)

    return Made(model, [PICTURES, numbers(2, 12, 12, 3, seed=1)], by_hand)


def shared_in_both() -> Made:
    """A layer that both the model and a model in it call."""
    mix = conv(name="mix")
    inner = functional_of(mix, layers.ReLU(name="relu"), name="inner")
    model = with_weights(functional_of(mix, inner, inner, name="whole"))

    def by_hand(x: Any) -> Iterator[Any]:
        yield x
        x = yield from in_turn(x, mix)
        for _ in range(2):
            yield x
            x = yield from in_turn(x, mix, inner.layers[-1])
            yield x

    return Made(model, PICTURES, by_hand)
