"""A model's own preprocessor, as the models of KerasHub bring it along."""

from __future__ import annotations

from typing import Any, Literal

import keras
import numpy as np

from ..model import backends
from ..pictures.own_preprocessor import OwnPreprocessor


def own_preprocessor(model: Any) -> OwnPreprocessor | None:
    """Finds what a model does to all that it is asked to predict of, before its first layer.

    Not any attribute of the name is that: one that the model calls itself, among its layers, is a
    layer like others. Who has `preprocess_samples` beside it, as a task of KerasHub, runs it in
    `predict`, `fit` and `evaluate` alone.

    Args:
        model: The model.

    Returns:
        `None` if it does nothing.
    """
    preprocessor = getattr(model, "preprocessor", None)
    run = getattr(model, "preprocess_samples", None)
    if preprocessor is None or not callable(run):
        return None
    converter = getattr(preprocessor, "image_converter", None)
    channels_first = getattr(converter, "data_format", None) == "channels_first"

    def made(raw: Any) -> Any:
        if channels_first and isinstance(raw, np.ndarray):
            raw = np.moveaxis(raw, -1, 1)
        try:
            x, _, _ = keras.utils.unpack_x_y_sample_weight(run(raw))
        except Exception as error:  # what a preprocessor raises is open-ended
            # A KeyError, as of a part that is missing, writes its lines as one.
            reason = ValueError(*error.args) if isinstance(error, KeyError) else error
            raise ValueError(backends.first_lines(reason)) from error
        return keras.tree.map_structure(_as_array, x)

    return OwnPreprocessor(type(preprocessor).__name__, made, _fitting(converter))


def _fitting(converter: Any) -> Literal["crop", "pad", ""]:
    if getattr(converter, "image_size", None) is None:
        return ""
    if getattr(converter, "crop_to_aspect_ratio", False):
        return "crop"
    return "pad" if getattr(converter, "pad_to_aspect_ratio", False) else ""


def _as_array(tensor: Any) -> np.ndarray:
    # Where TensorFlow does it for another backend, it is no tensor of Keras's.
    return backends.as_array(tensor) if keras.ops.is_tensor(tensor) else np.asarray(tensor)
