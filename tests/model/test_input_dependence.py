"""Which inputs of a model reach each layer call."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.model.input_dependence import Dependence

L, ops = keras.layers, keras.ops
SHAPE = (8, 8, 3)


def reached(model: Any, path: str, run: Any = None) -> tuple[list[int], bool]:
    activation_model = ActivationModel(model)
    if run is not None:
        activation_model(run)
    dependence = activation_model.dependence(path)
    return sorted(dependence.inputs), dependence.is_known


def tower() -> keras.Model:
    return keras.Sequential(
        [keras.Input(SHAPE), L.Conv2D(4, 3, name="conv"), L.GlobalAveragePooling2D(name="pool")],
        name="tower",
    )


def siamese() -> keras.Model:
    left, right = keras.Input(SHAPE, name="left"), keras.Input(SHAPE, name="right")
    shared = tower()
    distance = ops.abs(shared(left) - shared(right * 2.0 - 1.0))
    return keras.Model([left, right], L.Dense(1, name="same")(distance))


def test_a_shared_tower_depends_on_the_input_of_each_call() -> None:
    model = siamese()
    assert reached(model, "tower/conv") == ([0], True)
    assert reached(model, "tower#2/conv") == ([1], True)
    assert reached(model, "tower#2/pool") == ([1], True)
    assert reached(model, "right") == ([1], True)
    assert reached(model, "same") == ([0, 1], True)


def test_a_model_within_of_several_inputs_is_followed() -> None:
    a, b = keras.Input(SHAPE, name="a"), keras.Input(SHAPE, name="b")
    one, other = L.Conv2D(2, 3, name="of_a")(a), L.Conv2D(2, 3, name="of_b")(b)
    inner = keras.Model([a, b], [one, L.Add(name="sum")([one, other])], name="inner")
    x, y = keras.Input(SHAPE, name="x"), keras.Input(SHAPE, name="y")
    first, both = inner([y, x])
    model = keras.Model(
        [x, y], [L.ReLU(name="of_first")(first), L.ReLU(name="of_both")(both)], name="outer"
    )
    assert reached(model, "inner/of_a") == ([1], True)
    assert reached(model, "inner/of_b") == ([0], True)
    assert reached(model, "inner/sum") == ([0, 1], True)
    assert reached(model, "of_first") == ([1], True)
    assert reached(model, "of_both") == ([0, 1], True)


def test_keys_of_a_dict_are_counted_as_keras_flattens_them() -> None:
    x, y = keras.Input(SHAPE, name="z"), keras.Input((5,), name="a")
    joined = L.Concatenate(name="joined")([L.Flatten(name="flat")(x), L.Dense(2, name="meta")(y)])
    model = keras.Model({"z": x, "a": y}, L.Dense(1)(joined))
    order = keras.tree.flatten({"z": "z", "a": "a"})
    assert reached(model, "flat") == ([order.index("z")], True)
    assert reached(model, "meta") == ([order.index("a")], True)
    assert reached(model, "joined") == ([0, 1], True)


def test_layers_over_time_depend_on_what_their_wrapper_is_given() -> None:
    film, words = keras.Input((4, 8, 8, 3), name="film"), keras.Input((6, 5), name="words")
    frames = L.TimeDistributed(tower(), name="frames")(film)
    read = L.LSTM(3, name="read")(words)
    model = keras.Model([film, words], L.Concatenate(name="both")([L.Flatten()(frames), read]))
    within = [call.path for call in ActivationModel(model).captured if call.path[:7] == "frames/"]
    assert within
    assert all(reached(model, path) == ([0], True) for path in within)
    assert reached(model, "read") == ([1], True)
    assert reached(model, "both") == ([0, 1], True)


class ByHand(keras.Model):  # type: ignore[misc]  # keras is untyped
    """Calls a tower on each picture, and something on what it makes of both."""

    def __init__(self) -> None:
        super().__init__()
        self.tower, self.scaled = tower(), L.Conv2D(2, 3, name="scaled")
        self.same = L.Dense(1, name="same")

    def call(self, inputs: Any) -> Any:
        left, right = inputs
        distance = ops.abs(self.tower(left) - self.tower(right))
        self.scaled(right * 2.0)
        return self.same(distance)


def test_what_a_model_written_by_hand_makes_between_its_layers_is_not_known() -> None:
    model, pictures = (
        ByHand(),
        [np.zeros((1, *SHAPE), np.float32), np.ones((1, *SHAPE), np.float32)],
    )
    model(pictures)
    assert reached(model, "tower/conv", pictures) == ([0], True)
    assert reached(model, "tower#2/conv", pictures) == ([1], True)
    assert reached(model, "scaled", pictures) == ([0, 1], False)
    assert reached(model, "same", pictures) == ([0, 1], False)


class Scales(L.Layer):  # type: ignore[misc]  # keras is untyped
    """A layer written by hand."""

    def __init__(self) -> None:
        super().__init__(name="scales")
        self.inner = L.Conv2D(2, 3, name="inner")

    def call(self, x: Any) -> Any:
        return self.inner(x * 2.0)


def test_within_a_layer_that_is_given_one_input_there_is_but_that() -> None:
    x, y = keras.Input(SHAPE, name="x"), keras.Input(SHAPE, name="y")
    model = keras.Model([x, y], [L.ReLU(name="of_y")(Scales()(y)), L.ReLU(name="of_x")(x)])
    assert reached(model, "scales/inner") == ([1], True)
    assert reached(model, "of_y") == ([1], True)
    assert reached(model, "of_x") == ([0], True)


def test_of_a_single_input_all_layers_depend_on_it() -> None:
    x = keras.Input(SHAPE)
    model = keras.Model(x, L.Dense(2, name="out")(L.Flatten(name="flat")(x / 2.0)))
    assert reached(model, "flat") == reached(model, "out") == ([0], True)


def test_what_is_surely_reached_by_all_is_known() -> None:
    both, some = Dependence(frozenset({0, 1})), Dependence(frozenset({0, 1}), is_known=False)
    assert both.joined(some) == both
    assert not Dependence(frozenset({0})).joined(some).is_known
