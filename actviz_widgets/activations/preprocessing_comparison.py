"""Which preprocessing a classifier was trained with, as far as running it in the usual ways tells.

A network that is given pictures in another range, or with the colours in another order, than it was
trained with runs all the same, and is wrong without a word. What tells it is how often it is right
where the classes of the pictures are known, and otherwise, less surely, how sure it is, and how
much of its first layers lies at an end of their activation functions.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from PIL import Image

from ..model import backends
from ..model.activation_model import ActivationModel
from ..model.outputs import Output
from ..pictures.labels import checked
from ..pictures.model_input import ModelInput
from ..pictures.pictures import Picture
from ..pictures.preprocessing import Preprocessing
from ..views import PictureView
from .declared_inputs import declared_inputs
from .explored import Explored
from .one_picture import OnePicture

MOST_PICTURES = 32
"""Pictures that are run at most: the first ones."""

_FIRST_LAYERS = 3  # with an activation function that has an end
_NEAR = 0.01  # of the range of a function, where values count as being at its end
_CAFFE = np.array([123.68, 116.779, 103.939], np.float32)
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)

_OF_COLOURS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("less the means of caffe", lambda x: x - _CAFFE),
    ("mean and deviation of ImageNet", lambda x: (x / 255 - _MEAN) / _DEVIATION),
)
_OF_ANY: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("0 to 255", lambda x: x),
    ("0 to 1", lambda x: x / 255),
    ("-1 to 1", lambda x: x / 127.5 - 1),
)


@dataclass(frozen=True)
class TriedWay:
    """One way of preprocessing, and what the model made of the pictures.

    Attributes:
        name: What was done to pixels of 0 to 255.
        colors: The order of the colours, `"RGB"` or `"BGR"`; empty where there is but one.
        accuracy: Share of the pictures whose class is known that the model got right, 0 to 1;
            `None` where no class is known.
        confidence: The mean of what the model gives to the class it predicts, 0 to 1; `None` where
            it puts out NaN.
        saturated: Share of the values of the first layers that lie at an end of their activation
            function, 0 to 1; `None` where none of them has an end.
    """

    name: str
    colors: str
    accuracy: float | None
    confidence: float | None
    saturated: float | None


@dataclass(frozen=True)
class PreprocessingComparison:
    """What a classifier makes of the same pictures, preprocessed in the usual ways.

    A notebook shows it as a table.

    Attributes:
        ways: The ways; the first is how the explorer does it now.
        pictures: How many pictures were run.
        labelled: Of how many of these the class is known.
    """

    ways: tuple[TriedWay, ...]
    pictures: int
    labelled: int

    def table(self) -> dict[str, list[Any]]:
        """Gives the columns by name, as `pandas.DataFrame` takes them."""
        columns = ("name", "colors", "accuracy", "confidence", "saturated")
        return {column: [getattr(way, column) for way in self.ways] for column in columns}

    @property
    def verdict(self) -> str:
        """Says in a sentence what the table tells, and what not."""
        if self.labelled:
            best = max(way.accuracy or 0.0 for way in self.ways)
            there = [way for way in self.ways if way.accuracy == best]
            told = f"Most right, {best:.0%} of {self.labelled} pictures: {_listed(there)}."
            if len(there) == len(self.ways):
                told = f"All ways are right on {best:.0%} of {self.labelled} pictures."
            return told
        sure = [way.confidence for way in self.ways if way.confidence is not None]
        if not sure:
            return "The model puts out NaN whichever way the pictures go in."
        # As close as the table tells them apart.
        there = [way for way in self.ways if round(way.confidence or 0, 3) == round(max(sure), 3)]
        return (
            f"The model is surest with: {_listed(there)}. That proves nothing, as no class of the "
            "pictures is known: give labels=, a class for each picture."
        )

    def __str__(self) -> str:
        rows = [_HEAD, *(self._cells(way) for way in self.ways)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, self.verdict])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{cell}</th>" for cell in _HEAD)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in self._cells(way))}</tr>"
            for way in self.ways
        )
        return f"<table><tr>{head}</tr>{body}</table><p>{html.escape(self.verdict)}</p>"

    @staticmethod
    def _cells(way: TriedWay) -> tuple[str, ...]:
        shares = (way.accuracy, way.confidence, way.saturated)
        return way.name, way.colors, *("–" if one is None else f"{one:.1%}" for one in shares)


_HEAD = ("pixels", "colours", "right", "sure", "saturated first layers")


def why_not_compared(explored: Explored) -> str:
    """Says why preprocessing cannot be compared; empty if it can."""
    outputs = explored.outputs
    if not next(iter(explored.by_epoch.values())).runs_model:
        return "Of a training only activations are kept: open the explorer on the model itself."
    if len(outputs) != 1 or outputs[0].places or not outputs[0].may_be_classes:
        return (
            "The model is not known to be a classifier, whose being right or sure could tell one "
            "preprocessing from another. If it is one, give class_names."
        )
    declared = declared_inputs(explored.activation_model)
    if not isinstance(declared, ModelInput) or not explored.takes_pictures:
        return "The model takes no picture, or several inputs: there are no usual ways for them."
    if declared.height_width_channels[2] not in (None, 1, 3):
        return "The usual ways are for pictures of one or three colours; the model takes others."
    return ""


def known_classes(explored: Explored, labels: Any) -> Sequence[Hashable | None]:
    """Gives the class of each picture: as a user says it, or else as it came with the pictures.

    Args:
        explored: The model and the pictures.
        labels: A number or a name for each picture, `None` for one that is not known; or `None`.

    Raises:
        TypeError: If `labels` is no list of numbers or names.
        ValueError: If there are not as many as pictures, or one of them is no class of the model.
    """
    if labels is None:
        return explored.labels
    given = checked(labels, len(explored.images))
    if why_not_compared(explored):  # which is said there
        return given
    for name, label in zip(explored.images, given, strict=True):
        if label is not None and _class_of(label, explored) is None:
            count = explored.outputs[0].class_count or 1
            names = f" or one of {list(explored.class_names)}" if explored.class_names else ""
            raise ValueError(
                f"labels has {label!r} for the picture {name!r}, which is no class of the model. "
                f"Give its number, 0 to {count - 1}{names}, or None."
            )
    return given


def compared_preprocessing(
    explored: Explored, labels: Sequence[Hashable | None]
) -> PreprocessingComparison:
    """Runs a classifier on the pictures at hand, preprocessed in the usual ways.

    Args:
        explored: The model and the pictures; the first `MOST_PICTURES` are run.
        labels: The class of each picture, a number or a name; `None` where it is not known.

    Raises:
        ValueError: If the model is no classifier of pictures, or no picture has known pixels.
    """
    reason = why_not_compared(explored)
    if reason:
        raise ValueError(reason)
    declared = declared_inputs(explored.activation_model)
    assert isinstance(declared, ModelInput)
    there: list[tuple[Picture, int | None]] = []
    for index in range(min(len(explored.images), MOST_PICTURES)):
        try:
            picture = explored.pictures.load(index)
        except ValueError:
            continue
        if isinstance(picture.view, PictureView) and "stretched" not in picture.how:
            there.append((picture, _class_of(labels[index], explored)))
    if not there:
        raise ValueError(
            "Of these pictures the pixels from 0 to 255 are not known: they were given as floats "
            "of another range. Give files, or arrays of uint8."
        )
    trial = _Trial(explored.activation_model, explored.outputs[0], [known for _, known in there])
    ways = [trial.run("as now", "", [picture.model_input for picture, _ in there])]
    for name, colors, function in _ways(declared):
        way = Preprocessing(declared, function)
        inputs = [_made(way, picture) for picture, _ in there]
        ways.append(trial.run(name, colors, inputs))
    return PreprocessingComparison(
        tuple(ways), len(there), sum(known is not None for _, known in there)
    )


def _ways(declared: ModelInput) -> Iterator[tuple[str, str, Callable[[np.ndarray], np.ndarray]]]:
    """Gives the usual ways, each with the order of its colours, as functions of pixels."""
    is_grey = declared.height_width_channels[2] == 1
    for name, scale in _OF_ANY if is_grey else (*_OF_ANY, *_OF_COLOURS):
        for colors in ("",) if is_grey else ("RGB", "BGR"):

            def run(
                values: np.ndarray,
                scale: Callable[[np.ndarray], np.ndarray] = scale,
                colors: str = colors,
            ) -> np.ndarray:
                scaled = scale(values)
                scaled = scaled[..., ::-1] if colors == "BGR" else scaled
                if declared.shape is not None and len(declared.shape) == 2:
                    return scaled[..., 0]
                return np.moveaxis(scaled, -1, 1) if declared.channels_first else scaled

            yield name, colors, run


def _made(way: Preprocessing, picture: Picture) -> np.ndarray:
    assert isinstance(picture.view, PictureView)
    return way.run(picture.name, Image.fromarray(picture.view.pixels)).model_input


def _class_of(label: Hashable | None, explored: Explored) -> int | None:
    """Gives the index of a picture's class; `None` where it is not known."""
    count, names = explored.outputs[0].class_count or 0, explored.class_names or ()
    if isinstance(label, str):
        return list(names).index(label) if label in names else None
    is_index = isinstance(label, int | np.integer) and 0 <= int(label) < count
    return int(label) if is_index else None  # type: ignore[call-overload]


class _Trial:
    """Runs a classifier on the same pictures, again and again.

    Args:
        model: The model.
        output: Its one output.
        classes: The class of each picture; `None` where it is not known.
    """

    def __init__(
        self, model: ActivationModel, output: Output, classes: Sequence[int | None]
    ) -> None:
        self._model, self._output, self._classes = model, output, classes
        self._one = OnePicture(model.model)
        bounded = (
            info.path
            for info in model.captured
            if model.has_ends(info.path) and info.output_shape != output.shape
        )
        self._layers = [path for path, _ in zip(bounded, range(_FIRST_LAYERS), strict=False)]

    def run(self, name: str, colors: str, inputs: Sequence[np.ndarray]) -> TriedWay:
        """Gives what the model makes of the pictures."""
        right: list[bool] = []
        sure: list[float] = []
        flat = values = 0
        for model_input, known in zip(inputs, self._classes, strict=True):
            row, at_ends, count = self._pass(model_input)
            flat, values = flat + at_ends, values + count
            chances = _chances(row, self._output)
            if known is not None:
                right.append(chances is not None and int(chances.argmax()) == known)
            if chances is not None:
                sure.append(float(chances.max()))
        return TriedWay(
            name,
            colors,
            float(np.mean(right)) if right else None,
            float(np.mean(sure)) if sure else None,
            flat / values if values else None,
        )

    def _pass(self, model_input: np.ndarray) -> tuple[np.ndarray, int, int]:
        batch = self._one.repeated(model_input.astype(np.float32, copy=False))
        with backends.without_gradients():
            forward = self._model.forward_pass(batch, self._layers, of_those_called=True)
        flat = count = 0
        for path, tensor in forward.activations.items():
            array = backends.as_array(tensor).astype(np.float32)
            flat += int(_at_ends(array, self._model.activation_bounds(path)).sum())
            count += array.size
        (predictions,) = keras.tree.flatten(forward.predictions)
        return backends.as_array(predictions)[0], flat, count


def _at_ends(values: np.ndarray, bounds: tuple[float | None, float] | None) -> np.ndarray:
    """Says which values lie at an end of an activation function: the 0 of a ReLU is one."""
    if bounds is None:
        return np.asarray(values <= 0)
    low, high = 0.0 if bounds[0] is None else bounds[0], bounds[1]
    near = _NEAR * (high - low)
    at_low = values <= 0 if bounds[0] is None else values <= low + near
    return np.asarray(at_low | (values >= high - near))


def _chances(row: np.ndarray, output: Output) -> np.ndarray | None:
    """Gives what the classes get, 0 to 1 each; `None` if the output is not finite."""
    values = row.astype(np.float64)
    if not np.isfinite(values).all():
        return None
    is_probability = output.probability(row, 0) is not None
    if values.size == 1 or output.kind == "any classes":
        shares = values if is_probability else 1 / (1 + np.exp(-values))
        return np.array([1 - shares[0], shares[0]]) if values.size == 1 else shares
    if is_probability:
        return values
    weights = np.exp(values - values.max())
    return np.asarray(weights / weights.sum())


def _listed(ways: Sequence[TriedWay]) -> str:
    return ", ".join(f"{way.name}{f' ({way.colors})' if way.colors else ''}" for way in ways)
