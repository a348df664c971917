"""What a small model is made of, the same on any backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

AnyModel = TypeVar("AnyModel")


@dataclass(frozen=True)
class Made:
    """A model, and what each of its layer calls should put out.

    Attributes:
        model: The model.
        inputs: A batch of two, or an array each in the structure of the model's inputs.
        by_hand: Calls the layers one after the other on such a batch, as tensors, and yields what
            each puts out, in the order in which they should come.
        tolerance: How far the values of a compiled pass may be off, relative to the largest.
    """

    model: Any
    inputs: Any
    by_hand: Callable[[Any], Iterator[Any]]
    tolerance: float = 1e-5


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    """Gives floats of 0 to 1, the same ones each time."""
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def tokens(*shape: int, most: int) -> np.ndarray:
    """Gives whole numbers of 1 to below `most`, the last of each row 0."""
    rows = np.random.default_rng(0).integers(1, most, shape).astype(np.int32)
    rows[..., -1] = 0
    return rows


def with_weights(model: AnyModel, seed: int = 1) -> AnyModel:
    """Gives all weights of a model values that no initializer gives, the same on any backend."""
    rng = np.random.default_rng(seed)
    for variable in model.weights:  # type: ignore[attr-defined]
        values = rng.normal(0, 0.4, tuple(variable.shape))
        name = getattr(variable, "path", variable.name)
        if "variance" in name:
            values = 0.5 + np.abs(values)
        elif "gamma" in name or "scale" in name:
            values = 1 + values
        variable.assign(values.astype(np.float32))
    return model


def in_turn(x: Any, *layers: Any) -> Iterator[Any]:
    """Yields what each layer puts out, given what the one before it did; returns the last."""
    for layer in layers:
        x = layer(x)
        yield x
    return x
