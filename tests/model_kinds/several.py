"""Models of several inputs and outputs, and layers that return several tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import layers, ops

from .making import Made, in_turn, numbers, with_weights
from .plain import PICTURES, chain

Structure = Callable[[Any, Any], Any]


def several_inputs(structure: Structure) -> Made:
    picture, table = keras.Input((12, 12, 3), name="picture"), keras.Input((4,), name="table")
    conv = layers.Conv2D(4, 3, name="conv")
    pooled = layers.GlobalAveragePooling2D(name="pooled")
    joined = layers.Concatenate(name="joined")
    out = layers.Dense(2, name="out")
    outputs = out(joined([pooled(conv(picture)), table]))
    model = with_weights(keras.Model(structure(picture, table), outputs))

    def by_hand(x: Any) -> Iterator[Any]:
        picture, table = x
        maps = conv(picture)
        means = pooled(maps)
        both = joined([means, table])
        yield from (picture, table, maps, means, both, out(both))

    return Made(model, structure(PICTURES, numbers(2, 4)), by_hand)


def inputs_in_a_list() -> Made:
    return several_inputs(lambda picture, table: [picture, table])


def inputs_in_a_tuple() -> Made:
    return several_inputs(lambda picture, table: (picture, table))


def inputs_in_a_dict() -> Made:
    """A dict whose keys are not sorted."""
    subtract = layers.Subtract(name="subtract")
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="b_right")
    model = keras.Model({"left": left, "b_right": right}, subtract([left, right]))

    def by_hand(x: Any) -> Iterator[Any]:
        yield from (x["left"], x["b_right"], subtract([x["left"], x["b_right"]]))

    return Made(model, {"left": numbers(2, 4), "b_right": numbers(2, 4, seed=1)}, by_hand)


def inputs_inside() -> Made:
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    add, dense = layers.Add(name="add"), layers.Dense(3, name="dense")
    inner = keras.Model([left, right], add([left, right]), name="inner")
    entry = keras.Input((4,), name="entry")
    model = with_weights(keras.Model(entry, dense(inner([entry, 2 * entry]))))

    def by_hand(x: Any) -> Iterator[Any]:
        total = add([x, 2 * x])
        yield from (x, x, 2 * x, total, total, dense(total))

    return Made(model, numbers(2, 4), by_hand)


class ByHand(keras.Model):  # type: ignore[misc]
    """Takes a dict, and returns one."""

    def __init__(self) -> None:
        super().__init__()
        self.joined = layers.Concatenate(name="joined")
        self.out = layers.Dense(2, name="out")

    def call(self, inputs: Any) -> Any:
        both = self.joined([inputs["left"], inputs["a_right"]])
        return {"sum": ops.sum(both, axis=-1), "out": self.out(both)}


def subclassed() -> Made:
    model = ByHand()
    inputs = {"left": numbers(2, 4), "a_right": numbers(2, 3, seed=1)}
    model(inputs)
    with_weights(model)

    def by_hand(x: Any) -> Iterator[Any]:
        yield from in_turn([x["left"], x["a_right"]], model.joined, model.out)

    return Made(model, inputs, by_hand)


def scalars() -> Made:
    entry = keras.Input((), name="entry")
    dense = layers.Dense(3, name="dense")
    model = with_weights(keras.Model(entry, dense(ops.expand_dims(entry, -1))))
    return Made(model, numbers(2), lambda x: iter([x, dense(ops.expand_dims(x, -1))]))


def several_outputs(structure: Structure) -> Made:
    picture = keras.Input((12, 12, 3), name="picture")
    conv = layers.Conv2D(4, 3, name="conv")
    kind = layers.GlobalMaxPooling2D(name="kind")
    place = layers.Conv2D(1, 1, name="place")
    maps = conv(picture)
    model = with_weights(keras.Model(picture, structure(kind(maps), place(maps))))

    def by_hand(x: Any) -> Iterator[Any]:
        maps = conv(x)
        yield from (x, maps, place(maps), kind(maps))

    return Made(model, PICTURES, by_hand)


def outputs_in_a_list() -> Made:
    return several_outputs(lambda kind, place: [kind, place])


def outputs_in_a_dict() -> Made:
    return several_outputs(lambda kind, place: {"kind": kind, "place": place})


class Parts(layers.Layer):  # type: ignore[misc]
    """Returns its channels one by one, in a nested structure."""

    def call(self, x: Any) -> Any:
        return {"rest": [x[..., 1], (x[..., 2] * 2,)], "first": x[..., :1]}


def nested_structures() -> Made:
    picture = keras.Input((12, 12, 3), name="picture")
    parts, conv = Parts(name="parts"), layers.Conv2D(2, 3, name="conv")
    model = with_weights(keras.Model(picture, conv(parts(picture)["first"])))

    def by_hand(x: Any) -> Iterator[Any]:
        # Keras flattens dicts by their sorted keys.
        yield from (x, x[..., :1], x[..., 1], x[..., 2] * 2, conv(x[..., :1]))

    return Made(model, PICTURES, by_hand)


class Halves(layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return x[..., :2], x[..., 2:]


def several_tensors() -> Made:
    picture = keras.Input((12, 12, 3), name="picture")
    conv, halves = layers.Conv2D(4, 3, name="conv"), Halves(name="halves")
    left, right = halves(conv(picture))
    added = layers.Add(name="added")
    model = with_weights(keras.Model(picture, added([left, right])))

    def by_hand(x: Any) -> Iterator[Any]:
        maps = conv(x)
        yield from (x, maps, maps[..., :2], maps[..., 2:])
        yield added([maps[..., :2], maps[..., 2:]])

    return Made(model, PICTURES, by_hand)


def tabular() -> Made:
    return chain(
        layers.Normalization(mean=[0.5] * 4, variance=[0.25] * 4, name="normal"),
        layers.Dense(30, activation="gelu", name="hidden"),
        layers.LayerNormalization(name="norm"),
        layers.Dense(1, activation="sigmoid", name="out"),
        inputs=numbers(3, 4),
    )
