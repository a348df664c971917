"""Models that come from files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from .making import Made, in_turn
from .nested import functional_in_functional_in_sequential
from .plain import PICTURES, custom_layer


def loaded(model: keras.Model, ending: str, times: int = 1) -> keras.Model:
    with tempfile.TemporaryDirectory() as folder:
        for index in range(times):
            file = Path(folder, f"{index}{ending}")
            model.save(file)
            model = keras.models.load_model(file)
    return model


def nested_from(ending: str, times: int = 1) -> Made:
    model = loaded(functional_in_functional_in_sequential().model, ending, times)
    backbone, flatten, dense = model.layers
    block = backbone.get_layer("block1")

    def by_hand(x: Any) -> Iterator[Any]:
        yield from (x, x)
        x = yield from in_turn(x, *block.layers[1:])
        yield x
        x = yield from in_turn(x, backbone.get_layer("pool"))
        yield x
        yield from in_turn(x, flatten, dense)

    return Made(model, PICTURES, by_hand)


def from_keras_file() -> Made:
    return nested_from(".keras")


def from_h5_file() -> Made:
    return nested_from(".h5")


def saved_again() -> Made:
    return nested_from(".keras", times=3)


def custom_from_file() -> Made:
    model = loaded(custom_layer().model, ".keras")
    scale, conv = model.layers

    def by_hand(x: Any) -> Iterator[Any]:
        leaky = scale.activation(x * scale.factor)
        yield from (leaky, leaky + 1, conv(leaky + 1))

    return Made(model, PICTURES, by_hand)
