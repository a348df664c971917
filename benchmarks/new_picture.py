"""A new picture through a model, every activation as arrays, on the backend that Keras runs on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from actviz_widgets import ActivationModel, get_activations
from actviz_widgets.activations.cache import MEMORY_BUDGET
from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.activations.extraction import Extraction
from actviz_widgets.pictures.pictures import Pictures

from .networks import noise
from .rows import Row
from .timing import in_milliseconds, interleaved, medians

BARE = {
    "tensorflow": "bare compiled pass",
    "jax": "bare `jax.jit`",
    "torch": "bare pass without gradients",
}
"""What the limit is called, by backend."""


def rows(
    name: str,
    model: keras.Model,
    rounds: int,
    *,
    explorer_bound: float,
    loop_bound: float | None,
    rivals: dict[str, Callable[[], object]] | None = None,
) -> tuple[list[Row], dict[str, float]]:
    """Measures the explorer and `get_activations` in a loop by turns with the bare pass.

    Args:
        name: What to call the model.
        model: The model.
        rounds: How often each is run.
        explorer_bound: That of the explorer's way.
        loop_bound: That of the loop; `None` for none.
        rivals: What else is run by turns with these, by name.

    Returns:
        The rows, and the medians of all in milliseconds, by name.
    """
    pictures = noise(model, 4)
    extraction, new_picture = _explorers_own_way(model, pictures)
    bare_name = BARE[keras.backend.backend()]
    figures = medians(
        interleaved(
            {
                "explorer": new_picture,
                "`get_activations`": lambda: get_activations(model, pictures[:1]),
                bare_name: _bare(model, pictures[:1]),
                **(rivals or {}),
            },
            rounds,
            before_each=extraction.activations.clear,
        )
    )
    what = f"new picture, every activation, {name}"
    bare = figures[bare_name]
    return [
        Row(
            f"{what}, {way} against the {bare_name}",
            figures[ours] / bare,
            at_most=bound,
            figures=in_milliseconds({ours: figures[ours], bare_name: bare}),
        )
        for way, ours, bound in (
            ("explorer", "explorer", explorer_bound),
            ("`get_activations` in a loop", "`get_activations`", loop_bound),
        )
    ], figures


def _bare(model: keras.Model, picture: np.ndarray) -> Callable[[], object]:
    """Gives the pass alone, as fast as the backend runs it, until its output is there."""
    tensor = keras.ops.convert_to_tensor(picture)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        compiled = tf.function(lambda inputs: model(inputs, training=False))
        return lambda: compiled(tensor)
    if keras.backend.backend() == "jax":
        import jax

        run = jax.jit(
            lambda trained, others, inputs: model.stateless_call(
                trained, others, inputs, training=False
            )[0]
        )
        weights = [
            [variable.value for variable in variables]
            for variables in (model.trainable_variables, model.non_trainable_variables)
        ]
        return lambda: run(*weights, tensor).block_until_ready()
    import torch

    def without_gradients() -> object:
        with torch.no_grad():
            return model(tensor, training=False)

    return without_gradients


def _explorers_own_way(
    model: keras.Model, pictures: np.ndarray
) -> tuple[Extraction, Callable[[], Any]]:
    """Gives what an explorer does for a picture that it has not seen, up to the drawing."""
    activation_model = ActivationModel(model)
    extraction = Extraction(
        activation_model, Pictures(pictures, declared_inputs(activation_model)), MEMORY_BUDGET
    )
    first, last = next(iter(extraction.layers)), next(reversed(extraction.layers))
    turn = 0

    def new_picture() -> object:
        nonlocal turn
        turn += 1
        kept_pass = extraction.get(turn % len(pictures), first)
        # The first is looked at, and the last: by then all of the pass has run.
        return kept_pass, kept_pass.activations[first], kept_pass.activations[last]

    missing = set(extraction.layers) - set(extraction.get(0, first).activations)
    if missing:
        raise ValueError(f"{model.name} has more activations than an explorer keeps by default.")
    return extraction, new_picture
