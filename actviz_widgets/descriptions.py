"""What the explorer says in words: titles, entries of dropdowns, lines of the status."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from . import feature_maps
from .predictions import strongest_class


def layer_entry(path: str, class_name: str, output_shape: tuple[int | None, ...]) -> str:
    """Describes a layer to choose: `conv2d_3 · Conv2D · 34 × 34 × 128`."""
    sizes = " × ".join("?" if size is None else str(size) for size in output_shape[1:])
    return f"{path} · {class_name} · {sizes or 'a number'}"


def map_title(path: str, shape: tuple[int, ...], channel: int) -> str:
    """Says which map is shown: `conv2d_3 · channel 17 of 128`."""
    noun, count = feature_maps.channel_noun(shape), feature_maps.channel_count(shape)
    return f"{path} · {noun} {channel} of {count}"


def layer_line(path: str, activation: np.ndarray, channel: int) -> str:
    """Says which map is shown, and what its values come to."""
    noun = feature_maps.channel_noun(activation.shape)
    count = feature_maps.channel_count(activation.shape)
    parts = [f"{path}, {noun} {channel} of {count} (0–{count - 1})"]
    values = activation
    if noun == "unit":
        parts.append(f"value {float(activation.reshape(-1)[channel]):.4g}; all units")
    elif activation.ndim == 2:
        values = activation[:, channel]
    else:
        values = feature_maps.feature_map(activation, channel)
        parts += [f"slice {size // 2} of {size}" for size in activation.shape[:-3]]
    numbers = feature_maps.statistics(values)
    parts += [
        f"min {numbers.minimum:.4g}",
        f"mean {numbers.mean:.4g}",
        f"max {numbers.maximum:.4g}",
        f"{numbers.zeros:.1%} zeros",
    ]
    if numbers.not_finite:
        parts.append(f"{numbers.not_finite} NaN or infinite")
    return " · ".join(parts)


def refusal(name: str, model_input: np.ndarray, error: Exception) -> str:
    """Says that a model cannot take an input, with the first lines of its own reason."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    reason = " ".join(lines[:2]) or type(error).__name__
    return (
        f"The model cannot take the picture {name!r}, given as {model_input.shape} "
        f"{model_input.dtype}: {reason}"
    )


def class_line(
    predictions: np.ndarray | None,
    class_names: Sequence[str] | None,
    activation_function: str | None,
) -> str:
    """Says which class the model predicts, or the number it gives; empty if it gives neither."""
    if predictions is None:
        return ""
    prediction = strongest_class(predictions, class_names, activation_function)
    if prediction is not None:
        return f"The model predicts {prediction}."
    return f"The model puts out {float(predictions[0]):.4g}." if predictions.shape == (1,) else ""
