"""The values beyond which an activation function cannot go.

Layers and functions are known by the names of their classes and their own: the same ones for
Keras 3 on any backend and for the legacy `tf_keras`, without importing either.
"""

from __future__ import annotations

from typing import Any

_BOUNDS = {
    "hard_sigmoid": (0.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sparse_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}


def bounds_of(layer: Any) -> tuple[float | None, float] | None:
    """Gives the values beyond which a layer's activation function cannot go.

    Args:
        layer: A Keras layer.

    Returns:
        `(lower, upper)`, such as `(-1, 1)` for tanh; `None` if the function has no upper bound, or
        is a softmax, whose values bound each other. The lower one is `None` where it is the 0 of a
        ReLU: there a channel is dead, not saturated.
    """
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", "")
    if name == "relu6":
        return None, 6.0
    if name in _BOUNDS:
        return _BOUNDS[name]
    relu = next((one for one in (layer, function) if type(one).__name__ in ("ReLU", "ReLU6")), None)
    largest = getattr(relu, "max_value", None)
    return None if largest is None else (None, float(largest))
