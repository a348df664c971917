"""What a channel step costs in the kernel, as layers, pictures and channels become more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from actviz_widgets import ActivationExplorer

from .rows import Measured, Row
from .timing import in_milliseconds, interleaved, medians

LAYERS, PICTURES, CHANNELS = (8, 91, 1041), (1, 14, 200), (16, 181, 2048)
FLAT = 1.25
"""Medians of neighbouring runs of the same work differ by up to a quarter on a shared machine."""

_SIZE = 32


def run(quick: bool) -> Measured:
    """Measures the three; quickly, with fewer steps."""
    rounds = 3 if quick else 40
    return Measured(
        [
            _row("layers", LAYERS, lambda count: _explorer(layers=count), rounds),
            _row("pictures", PICTURES, lambda count: _explorer(pictures=count), rounds),
            _row("channels", CHANNELS, lambda count: _explorer(channels=count), rounds),
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
