"""Models that compute in fewer bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers

from .making import Made, in_turn, with_weights
from .plain import PICTURES

EPSILON = {"float16": 2.0**-10, "bfloat16": 2.0**-7}


def of_policy(policy: str, last: str | None = None) -> Made:
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3, activation="relu", dtype=policy, name="conv"),
            layers.BatchNormalization(dtype=policy, name="norm"),
            layers.GlobalAveragePooling2D(dtype=policy, name="pooled"),
            layers.Dense(2, dtype=last or policy, name="dense"),
        ]
    )
    with_weights(model)
    tolerance = 4 * EPSILON[policy.removeprefix("mixed_")]
    return Made(model, PICTURES, lambda x: in_turn(x, *model.layers), tolerance)


def mixed_float16() -> Made:
    return of_policy("mixed_float16", last="float32")


def mixed_bfloat16() -> Made:
    return of_policy("mixed_bfloat16", last="float32")


def float16() -> Made:
    return of_policy("float16")


def quantized() -> Made:
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.Flatten(name="flatten"),
            layers.Dense(6, activation="relu", name="hidden"),
            layers.Dense(2, name="dense"),
        ]
    )
    with_weights(model)
    model.quantize("int8")

    def by_hand(x: Any) -> Iterator[Any]:
        yield from in_turn(x, *model.layers)

    # A value rounded to another of 256 levels is off by one of them.
    return Made(model, PICTURES, by_hand, 1 / 128)
