"""What the layers of a model put out for a batch, as arrays, for scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from . import model_files, wrong_batches
from .activation_model import ActivationModel, check_built
from .backends import as_array, read_only
from .shared_pass import shared_pass


def get_activations(
    model: keras.Model, x: Any, layers: Sequence[str] | None = None
) -> dict[str, np.ndarray]:
    """Gives what the layers of a model put out for a batch, as arrays.

    In a loop over one model it costs little more than the bare compiled forward pass: the pass is
    compiled from the third batch of a shape on, kept as long as the model, and follows its weights.

    Args:
        model: A built Keras model, or the path of a `.keras` or `.h5` file.
        x: A batch of model inputs, such as pictures `(batch_size, height, width, channels)`.
        layers: Layer paths. Defaults to `None`, every layer call.

    Returns:
        `{layer path: activation}`, each activation an array with the batch axis first. The arrays
        are read-only, since they look into the memory of the backend's tensors: write into a copy,
        as `activations["conv"].copy()` gives.

    Raises:
        TypeError: If `model` is not a Keras model.
        ValueError: If `model` is not built, has no layer of a path in `layers`, or cannot take the
            batch.
    """
    model = model_files.opened(model)
    if isinstance(model, ActivationModel):
        layers = model.chosen if layers is None else layers
        model = model.model
    check_built(model)
    if isinstance(layers, str):
        layers = [layers]
    chosen = tuple(layers) if isinstance(layers, Iterable) else layers
    if chosen is not None and not _are_paths(chosen):
        ActivationModel(model, chosen)  # which says what is wrong with them
    one = wrong_batches.why_one_example(model, x)
    if one:
        raise ValueError(one)
    try:
        forward = shared_pass(model).run(
            model, lambda: ActivationModel(model, chosen), x, chosen, chosen=chosen
        )
    except Exception as error:  # what a model can raise is open-ended
        raise ValueError(wrong_batches.why_refused(model, x, error)) from error
    # Of a view: the tensor's own array stays as it is.
    return {
        path: read_only(as_array(tensor, shared=True)[...])
        for path, tensor in forward.activations.items()
    }


def _are_paths(chosen: Any) -> bool:
    return isinstance(chosen, tuple) and all(isinstance(path, str) for path in chosen)
