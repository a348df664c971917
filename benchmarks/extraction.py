"""A new picture, every activation as arrays, against the bare compiled forward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from actviz_widgets import ActivationExplorer, ActivationModel, get_activations, samples
from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.activations.extraction import Extraction
from actviz_widgets.explorer.explorer import MEMORY_BUDGET
from actviz_widgets.pictures.pictures import Pictures
from tests.explorer import driver

from .networks import CATS_AND_DOGS, NETWORKS, noise, tutorial_model
from .rows import Measured, Row
from .timing import in_milliseconds, interleaved, medians

ROUNDS = {CATS_AND_DOGS: 60, "VGG16": 12, "ResNet50": 12, "EfficientNetB0": 12}


def run(quick: bool) -> Measured:
    """Measures the networks; quickly, the smallest one alone."""
    rows: list[Row] = []
    for name, rounds in ROUNDS.items():
        if not quick or name == CATS_AND_DOGS:
            rows += _new_picture(name, NETWORKS[name](), 3 if quick else rounds)
            keras.utils.clear_session()
    rows.append(_already_seen())
    return Measured(rows)


def _new_picture(name: str, model: keras.Model, rounds: int) -> list[Row]:
    pictures = noise(model, 4)
    tensor = tf.constant(pictures[:1])
    compiled = tf.function(lambda inputs: model(inputs, training=False))
    tutorial = tutorial_model(model)
    extraction, new_picture = _explorers_own_way(model, pictures)
    rivals: dict[str, Callable[[], object]] = {
        "explorer": new_picture,
        "bare compiled pass": lambda: compiled(tensor),
        "`predict`": lambda: tutorial.predict(pictures[:1], verbose=0),
    }
    if name == CATS_AND_DOGS:  # with the large ones, seconds go into finding their layers
        rivals["`get_activations`"] = lambda: get_activations(model, pictures[:1])
    figures = medians(interleaved(rivals, rounds, before_each=extraction.activations.clear))
    ours, bare, predict = (
        figures[rival] for rival in ("explorer", "bare compiled pass", "`predict`")
    )
    own = figures.pop("`get_activations`", None)
    what = f"new picture, every activation, {name}"
    rows = [
        Row(
            f"{what}, against the bare compiled pass",
            ours / bare,
            at_most=1.25,
            figures=in_milliseconds(figures),
        ),
        Row(
            f"{what}, times faster than the tutorial's `predict`",
            predict / ours,
            at_least=15 if name == CATS_AND_DOGS else None,
            figures=in_milliseconds({"explorer": ours, "`predict`": predict}),
        ),
    ]
    if own is not None:
        rows.append(
            Row(
                f"{what}, `get_activations` called once against the bare compiled pass",
                own / bare,
                figures=in_milliseconds({"`get_activations`": own, "bare compiled pass": bare}),
            )
        )
    return rows


def _explorers_own_way(
    model: keras.Model, pictures: np.ndarray
) -> tuple[Extraction, Callable[[], Any]]:
    """Gives what an explorer does for a picture that it has not seen, up to the drawing."""
    activation_model = ActivationModel(model)
    extraction = Extraction(
        activation_model, Pictures(pictures, declared_inputs(activation_model)), MEMORY_BUDGET
    )
    first = next(iter(extraction.layers))
    turn = 0

    def new_picture() -> object:
        nonlocal turn
        turn += 1
        return extraction.get(turn % len(pictures), first)

    missing = set(extraction.layers) - set(extraction.get(0, first).activations)
    if missing:
        raise ValueError(f"{model.name} has more activations than an explorer keeps by default.")
    return extraction, new_picture


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
