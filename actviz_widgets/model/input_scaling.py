"""Which layer scales the pixels at the beginning of a model, and for what values it is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from .backends import as_array
from .layer_calls import LayerCall, Recording
from .layer_roles import class_names, passes_on

# What a picture passes, in inference, with the values it came with. A model is passed by the layers
# in it.
_SCALING = frozenset({"Rescaling", "Normalization"})
_KEEP_VALUES = frozenset(
    {"Model", "Resizing", "CenterCrop", "Cropping2D", "Permute", "ZeroPadding2D", "Pipeline"}
    | {"AveragePooling2D", "MaxPooling2D", "Reshape", "UpSampling2D"}
)


def leading_scaling(calls: Iterable[LayerCall]) -> tuple[str, float] | None:
    """Finds the layer that scales the pixels, if a model begins with one.

    Args:
        calls: The model's layer calls from the first on, as far as they are known.

    Returns:
        Its path, and the largest value it is made for (255 for `Rescaling(1/255)`); `None` where
        the model begins with anything else than a `Rescaling` or `Normalization`, augmentation and
        resizing aside.
    """
    for call in calls:
        if class_names(call.layer) & _SCALING:
            return call.info.path, _largest_value_expected(call.layer)
        if not keeps_values(call.layer):
            return None
    return None


def tells_the_input(recording: Recording) -> bool:
    """Whether the calls so far tell the data format of the input, and what scales it."""
    if recording.input_format() is None:
        return False
    layers = [call.layer for call in recording.calls]
    return any(class_names(layer) & _SCALING or not keeps_values(layer) for layer in layers)


def keeps_values(layer: Any) -> bool:
    """Whether pixels pass a layer, in inference, with the values they came with."""
    return passes_on(layer) or bool(class_names(layer) & _KEEP_VALUES)


def _largest_value_expected(layer: keras.Layer) -> float:
    """Gives the largest input that a scaling layer maps into the usual range of about -1 to 1."""
    if "Rescaling" in class_names(layer):
        scale, offset = np.min(np.abs(layer.scale)), np.max(layer.offset)
        return float((1 - offset) / scale) if scale else float("inf")
    mean = np.max(as_array(keras.ops.convert_to_tensor(layer.mean)))
    variance = np.max(as_array(keras.ops.convert_to_tensor(layer.variance)))
    return float(mean + 2 * np.sqrt(variance))
