"""The networks that are measured, with random weights where the trained ones are a download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from actviz_widgets import samples

CATS_AND_DOGS = "the cats-and-dogs net"


def _of_keras(name: str) -> Callable[[], keras.Model]:
    return lambda: getattr(keras.applications, name)(weights=None)


NETWORKS: dict[str, Callable[[], keras.Model]] = {
    CATS_AND_DOGS: samples.cats_and_dogs_model,
    **{name: _of_keras(name) for name in ("VGG16", "ResNet50", "EfficientNetB0", "EfficientNetB7")},
}


def noise(model: keras.Model, count: int) -> np.ndarray:
    """Makes pictures of a model's input size, floats that go in as they are."""
    shape: tuple[int, ...] = tuple(model.inputs[0].shape[1:])
    return np.random.default_rng(0).random((count, *shape), np.float32)


def tutorial_model(model: keras.Model) -> keras.Model:
    """Makes the multi-output model that the tutorials make."""
    outputs: list[Any] = [
        layer.output for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)
    ]
    return keras.Model(model.inputs, outputs)
