"""The parts of the benchmarks, each measured in a process of its own."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from .rows import Measured

PARTS = ("extraction", "jax", "torch", "drawing", "browser", "growth")

BACKENDS = ("jax", "torch")
"""Parts that each need an environment of its own, where Keras runs on another backend."""


def measure_alone(part: str, quick: bool) -> Measured:
    """Measures a part where no threads, caches or event loops of another one are."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measure, part, quick).result()


def _measure(part: str, quick: bool) -> Measured:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    module = "backends" if part in BACKENDS else part
    measured: Measured = import_module(f"{__package__}.{module}").run(quick)
    return measured
