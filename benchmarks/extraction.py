"""A new picture, every activation as arrays, against the bare compiled forward pass."""

from __future__ import annotations

import statistics
import subprocess
import sys

import keras

from actviz_widgets import ActivationExplorer, ActivationModel, samples
from tests.explorer import driver

from . import new_picture
from .networks import CATS_AND_DOGS, NETWORKS, noise, tutorial_model
from .rows import Measured, Row
from .timing import in_milliseconds, interleaved

ROUNDS = {CATS_AND_DOGS: 60, "VGG16": 12, "ResNet50": 12, "EfficientNetB0": 12}
EXPLORER = {"EfficientNetB0": 1.35}
"""Bounds that are not 1.25, by network."""
LOOP = (CATS_AND_DOGS, "ResNet50")
_PREDICTED = 200  # pictures


def run(quick: bool) -> Measured:
    """Measures the networks; quickly, the smallest one alone."""
    rows: list[Row] = []
    for name, rounds in ROUNDS.items():
        if not quick or name == CATS_AND_DOGS:
            rows += _of_network(name, NETWORKS[name](), 3 if quick else rounds)
            keras.utils.clear_session()
    rows.append(_predict(3 if quick else 10))
    rows.append(_already_seen())
    rows.append(_from_nothing(1 if quick else 7))
    return Measured(rows)


def _of_network(name: str, model: keras.Model, rounds: int) -> list[Row]:
    tutorial, picture = tutorial_model(model), noise(model, 1)
    rows, figures = new_picture.rows(
        name,
        model,
        rounds,
        explorer_bound=EXPLORER.get(name, 1.25),
        loop_bound=1.35 if name in LOOP else None,
        rivals={"`predict`": lambda: tutorial.predict(picture, verbose=0)},
    )
    ours = {each: figures[each] for each in ("explorer", "`predict`")}
    times = figures["`predict`"] / figures["explorer"]
    what = f"new picture, every activation, {name}, times faster than the tutorial's `predict`"
    return [*rows, Row(what, times, figures=in_milliseconds(ours))]


def _predict(rounds: int) -> Row:
    """Measures many pictures at once, the fastest of the rounds: the rest is the machine's."""
    model = samples.cats_and_dogs_model()
    activation_model, tutorial = ActivationModel(model), tutorial_model(model)
    pictures = noise(model, _PREDICTED)
    times = interleaved(
        {
            "`ActivationModel.predict`": lambda: activation_model.predict(pictures, verbose=0),
            "`keras.Model.predict`": lambda: tutorial.predict(pictures, verbose=0),
        },
        rounds,
        warm_ups=1,
    )
    fastest = {name: min(values) for name, values in times.items()}
    ours, theirs = fastest.values()
    return Row(
        f"`ActivationModel.predict` of {_PREDICTED} pictures, {CATS_AND_DOGS}, against "
        "`keras.Model.predict`",
        ours / theirs,
        at_most=1.1,
        figures=in_milliseconds(fastest),
    )


_FROM_NOTHING = """
import time
import anywidget, ipympl.backend_nbagg, ipywidgets, keras, matplotlib.figure, PIL.Image, tensorflow
start = time.perf_counter()
from actviz_widgets import ActivationExplorer, samples
explorer = ActivationExplorer(samples.cats_and_dogs_model(), samples.images())
explorer._repr_mimebundle_()
print(time.perf_counter() - start)
"""


def _from_nothing(rounds: int) -> Row:
    """Measures what is ours from the imports of others to the first picture, in new processes."""
    times = []
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, "-c", _FROM_NOTHING], capture_output=True, text=True, check=True
        )
        times.append(float(done.stdout.split()[-1]))
    return Row(
        "from `import keras` to the first picture, what is ours, seconds",
        statistics.median(times),
        at_most=0.4,
        figures={"fastest, s": min(times), "slowest, s": max(times)},
    )


def _already_seen() -> Row:
    """Counts the passes for pictures, layers and channels that were looked at before."""
    explorer = ActivationExplorer(samples.cats_and_dogs_model(), samples.images())
    activations = driver.cache_of(explorer)
    passes = []
    for _ in range(2):
        before = activations.forward_passes
        for image in range(len(explorer.images)):
            explorer.image = image
            for info in explorer.layers:
                explorer.layer = info.path
                for channel in {0, (info.activation_shape[-1] or 1) - 1}:
                    explorer.channel = channel
                    _ = explorer.activation
        passes.append(activations.forward_passes - before)
    images = len(explorer.images)
    explorer.close()
    return Row(
        "picture, layer or channel already seen, forward passes",
        passes[1],
        at_most=0,
        figures={"pictures": images, "passes to see them first": passes[0] + 1},
    )
