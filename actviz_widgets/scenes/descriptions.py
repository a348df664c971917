"""What the explorer says in words: titles, entries of dropdowns, lines of the status."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from ..feature_maps.layout import Layout
from ..feature_maps.layouts import Value
from ..feature_maps.map_statistics import statistics
from ..model.outputs import Output

_MOST_CLASSES = 5  # that are named of several


def layer_entry(path: str, class_name: str, shape: tuple[int | None, ...]) -> str:
    """Describes a layer to choose: `conv2d_3 · Conv2D · 34 × 34 × 128`."""
    sizes = " × ".join("?" if size is None else str(size) for size in shape)
    return f"{path} · {class_name} · {sizes or 'a number'}"


def map_title(
    path: str,
    layout: Layout,
    channel: int,
    slice_index: int,
    names: Sequence[str] | None = None,
) -> str:
    """Says which map is shown: `conv2d_3 · channel 17 of 128`; `names` are those of channels."""
    if isinstance(layout, Value):
        return path
    title = f"{path} · {layout.noun} {channel} of {layout.count}"
    if names is not None and layout.noun != "unit":
        title += f" · {names[channel]}"
    if (layout.slice_count or 1) > 1:
        title += f" · slice {slice_index} of {layout.slice_count}"
    return title


def layer_line(
    path: str,
    layout: Layout,
    activation: np.ndarray,
    channel: int,
    slice_index: int,
    names: Sequence[str] | None = None,
) -> str:
    """Says which map is shown, and what its values come to; `names` are of units or channels."""
    if isinstance(layout, Value) and not (activation.size and activation.dtype.kind in "fiub"):
        return f"{path}, shape {activation.shape}, {activation.dtype}"
    parts = [path]
    if not isinstance(layout, Value):
        parts[0] += f", {layout.noun} {channel} of {layout.count} (0–{(layout.count or 1) - 1})"
        if names is not None and layout.noun != "unit":
            parts[0] += f", {names[channel]}"
    if (layout.slice_count or 1) > 1:
        parts.append(f"slice {slice_index} of {layout.slice_count}")
    if layout.noun == "unit":
        name = f"{names[channel]}: " if names else ""
        parts.append(f"{name}value {float(activation.reshape(-1)[channel]):.4g}; all units")
    numbers = statistics(layout.channel_values(activation, channel, slice_index))
    parts += [
        f"min {numbers.minimum:.4g}",
        f"mean {numbers.mean:.4g}",
        f"max {numbers.maximum:.4g}",
        f"{numbers.zeros:.1%} zeros",
    ]
    if numbers.not_finite:
        parts.append(f"{numbers.not_finite} NaN or infinite")
    return " · ".join(parts)


def class_line(
    predictions: Any, outputs: Sequence[Output], class_names: Sequence[str] | None
) -> str:
    """Says which class the model predicts, or what else it puts out; empty if neither is known.

    Args:
        predictions: What the model puts out for one picture.
        outputs: What its outputs are.
        class_names: A name per class, if they have names.
    """
    if isinstance(predictions, dict | list | tuple):
        return (
            f"The model has {len(predictions)} outputs; each is a layer to choose, and "
            "explorer.output says which one the view why explains."
        )
    if not isinstance(predictions, np.ndarray) or predictions.dtype.kind not in "fiub":
        return ""
    if len(outputs) != 1 or predictions.ndim != 1 or not predictions.size:
        return ""
    output = outputs[0]
    if not np.isfinite(predictions).all():
        return f"The model puts out {not_finite(predictions)}, which speaks for no class."
    predicted = output.predicted(predictions, class_names)
    if predicted:
        told = [str(one) for one in predicted[:_MOST_CLASSES]]
        more = len(predicted) - len(told)
        if more:
            told.append(f"{more} more")
        return f"The model predicts {_listed(told)}."
    if output.is_classes:
        most = _strongest(output, predictions, class_names)
        return f"The model predicts none of its {predictions.size} classes: {most}."
    if predictions.size == 1:
        return f"The model puts out {float(predictions[0]):.4g}."
    return f"The model puts out {predictions.size:,} numbers; {no_classes(output)}."


def label_line(
    label: Hashable | None, outputs: Sequence[Output], class_names: Sequence[str] | None
) -> str:
    """Says which class a picture came with; empty if that is not known.

    Args:
        label: A number or a name.
        outputs: What the model's outputs are.
        class_names: A name per class, if they have names.
    """
    if label is None:
        return ""
    is_index = isinstance(label, int) and len(outputs) == 1 and outputs[0].may_be_classes
    name = class_name(label, class_names) if is_index and isinstance(label, int) else label
    return f"Labelled {name}."


def no_classes(output: Output) -> str:
    """Says, as the end of a sentence, why an output is not called classes."""
    what = "its channels" if output.places else "they"
    if output.kind == "unknown":
        return (
            f"whether {what} stand for classes is not known: {output.reason}. Give class_names if "
            "they do"
        )
    return f"{what} are no classes: {output.reason}"


def not_finite(values: np.ndarray) -> str:
    """Names what of some values is not finite: `NaN`, `infinite values`."""
    if np.isnan(values).any():
        return "NaN" if not np.isinf(values).any() else "NaN and infinite values"
    return "infinite values"


def _strongest(output: Output, row: np.ndarray, class_names: Sequence[str] | None) -> str:
    index = int(np.argmax(row))
    value = float(row[index])
    probability = output.probability(row, index)
    told = f"{value:.4g}" if probability is None else f"{probability:.1%}"
    return f"the most, {told}, goes to {class_name(index, class_names)}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def class_name(
    class_index: int, class_names: Sequence[str] | None, output: Output | None = None
) -> str:
    """Names a class: `dog`, or `class 1` where they have no names; `unit 1` of what is no class."""
    if class_names is not None and 0 <= class_index < len(class_names):
        return class_names[class_index]
    if output is not None and not output.may_be_classes:
        if output.unit_count == 1 and output.name:
            return output.name if class_index else f"less {output.name}"
        return f"unit {class_index}"
    return f"class {class_index}"


def evidence_line(name: str, probability: float | None, score: float, *, is_logit: bool) -> str:
    """Says how much the model gives to a class.

    Args:
        name: Of the class.
        probability: 0 to 1; `None` if the model's output is known not to be one.
        score: What the gradient is of.
        is_logit: Whether that is what comes before the softmax or sigmoid.
    """
    kind = "logit" if is_logit and probability is not None else "score"
    likely = "" if probability is None else f"probability {probability:.1%}, "
    return f"Evidence for {name}: {likely}{kind} {score:.4g}."


def survey_line(
    noun: str,
    count: int,
    dead: int,
    saturated: int,
    pictures: tuple[int, int],
    note: str,
    *,
    is_complete: bool = True,
) -> str:
    """Says how many channels are dead or saturated over the pictures.

    Args:
        noun: What there are several of: `channel`, `unit` or `head`.
        count: How many there are.
        dead: How many of them are zero on every picture counted.
        saturated: How many lie at a bound of their activation function.
        pictures: How many pictures were counted, and how many there are.
        note: What else to say; empty if nothing.
        is_complete: Whether no more pictures will be counted. Before, no channel is called dead.
    """
    counted, there = pictures
    on = f"On all {there} pictures" if counted == there > 1 else f"On {counted} of {there} pictures"
    on = "On this one picture" if there == 1 else on
    what = "dead" if is_complete else "zero everywhere"
    line = f"{on}: {dead} of {count} {noun}s {what}, {saturated} saturated."
    return f"{line} {note}".strip()
