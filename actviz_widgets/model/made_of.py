"""What a model is made of, so that a pass compiled of it can be told to be out of date."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any


class MadeOf:
    """The layers, activation functions and variables of a model, at one moment.

    Their values may change: a compiled pass follows these. None of them is held.

    Args:
        model: The model.
    """

    def __init__(self, model: Any) -> None:
        self._parts = [_reference(part) for part in _parts(model)]

    def is_still(self, model: Any) -> bool:
        """Whether the model is made of the same."""
        parts = list(_parts(model))
        return len(parts) == len(self._parts) and all(
            known() is part for known, part in zip(self._parts, parts, strict=True)
        )


def _parts(model: Any) -> Iterator[Any]:
    for layer in model._flatten_layers(include_self=False):
        yield layer
        yield getattr(layer, "activation", None)
        yield getattr(layer, "dtype_policy", None)  # which quantizing changes
    yield from model.variables


def _reference(part: Any) -> Callable[[], Any]:
    """Gives what gives a part, for as long as it lives."""
    if hasattr(part, "__func__"):  # a method of an object is made anew each time it is asked for
        return lambda: None
    try:
        return weakref.ref(part)
    except TypeError:  # `None`, or what is built in and never goes
        return lambda: part
