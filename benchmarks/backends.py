"""A new picture on JAX or PyTorch, against the bare pass of that backend."""

from __future__ import annotations

import keras

from . import new_picture
from .networks import CATS_AND_DOGS, NETWORKS
from .rows import Measured, Row

ROUNDS = {CATS_AND_DOGS: 40, "ResNet50": 10}


def run(quick: bool) -> Measured:
    """Measures the networks on the backend at hand; quickly, the smallest one alone."""
    is_jax = keras.backend.backend() == "jax"
    rows: list[Row] = []
    for name, rounds in ROUNDS.items():
        if not quick or name == CATS_AND_DOGS:
            found, _ = new_picture.rows(
                name,
                NETWORKS[name](),
                3 if quick else rounds,
                explorer_bound=1.3,
                loop_bound=1.35 if is_jax else None,
            )
            rows += found
    return Measured(rows)
