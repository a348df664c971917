"""What a channel step costs in the kernel, as layers, pictures and channels become more."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import psutil

from actviz_widgets import ActivationExplorer, get_activations

from .rows import Measured, Row
from .timing import in_milliseconds, interleaved, medians

LAYERS, PICTURES, CHANNELS = (8, 91, 1041), (1, 14, 200), (16, 181, 2048)
FLAT = 1.25
"""Medians of neighbouring runs of the same work differ by up to a quarter on a shared machine."""

DROPPED = 200
"""Models that are made, looked at and dropped, one after the other."""
LEFT_BEHIND = 0.1
"""Megabytes that each may leave; a pass of such a model that is kept takes more."""

_SIZE = 32


def run(quick: bool) -> Measured:
    """Measures the three; quickly, with fewer steps."""
    rounds = 3 if quick else 40
    return Measured(
        [
            _row("layers", LAYERS, lambda count: _explorer(layers=count), rounds),
            _row("pictures", PICTURES, lambda count: _explorer(pictures=count), rounds),
            _row("channels", CHANNELS, lambda count: _explorer(channels=count), rounds),
            _dropped_models(20 if quick else DROPPED),
        ]
    )


def _row(
    what: str, counts: tuple[int, ...], build: Callable[[int], ActivationExplorer], rounds: int
) -> Row:
    explorers = {f"{count:,} {what}": build(count) for count in counts}
    times = interleaved({name: _stepper(each) for name, each in explorers.items()}, rounds)
    for explorer in explorers.values():
        explorer.close()
    figures = medians(times)
    first, *_, last = figures.values()
    return Row(
        f"channel step in the kernel, {counts[-1]:,} {what} against {counts[0]}",
        last / first,
        at_most=FLAT,
        figures=in_milliseconds(figures),
    )


def _dropped_models(count: int) -> Row:
    """Counts the memory after many models, each looked at in a loop until its pass is compiled."""
    process = psutil.Process()
    picture = np.random.default_rng(0).random((1, _SIZE, _SIZE, 3), np.float32)

    def use_some(models: int) -> None:
        for _ in range(models):
            inputs = keras.Input((_SIZE, _SIZE, 3))
            maps = inputs
            for _ in range(8):
                maps = keras.layers.Conv2D(16, 3, padding="same", activation="relu")(maps)
            model = keras.Model(inputs, maps)
            for _ in range(4):
                get_activations(model, picture)
            del inputs, maps, model
            keras.backend.clear_session()
        gc.collect()

    use_some(count // 4)  # what a first few take is taken once
    before = process.memory_info().rss
    use_some(count)
    left = (process.memory_info().rss - before) / 2**20
    return Row(
        f"memory that each of {count} models leaves when it is dropped with its pass, MB",
        max(left / count, 0.0),
        at_most=LEFT_BEHIND,
        figures={"before, MB": before / 2**20, "more after, MB": left},
    )


def _explorer(layers: int = 8, pictures: int = 1, channels: int = 16) -> ActivationExplorer:
    # The first layer is the one looked at. The others stand side by side: of a chain as long Keras
    # itself makes no model, for the depth of its recursion.
    inputs = keras.Input((_SIZE, _SIZE, 3))
    maps = keras.layers.Conv2D(channels, 1, name="first")(inputs)
    heads = [keras.layers.Conv2D(2, 1)(maps) for _ in range(layers - 2)]
    model = keras.Model(inputs, keras.layers.Add()(heads))
    arrays = np.random.default_rng(0).random((pictures, _SIZE, _SIZE, 3), np.float32)
    explorer = ActivationExplorer(model, arrays)
    explorer.layer = "first"
    explorer.image = pictures - 1
    # What a browser says when it has shown the canvas: from then on, frames are what it asks for.
    _receive(explorer, "refresh")
    _receive(explorer, "initialized")
    return explorer


def _stepper(explorer: ActivationExplorer) -> Callable[[], None]:
    def step() -> None:
        # Those that every layer here has, with titles of one length.
        explorer.channel = (explorer.channel + 1) % 10
        _receive(explorer, "draw")  # the browser's answer to `draw_idle`

    return step


def _receive(explorer: ActivationExplorer, kind: str) -> None:
    canvas: Any = explorer.figure.canvas
    canvas._handle_message(canvas, {"type": kind}, None)
