"""Another model, or another state of the same one, that looks at the same pictures."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import keras

from ..model import backends, model_files
from ..model.activation_model import ActivationModel, LayerInfo
from ..model.layer_paths import unknown_layer_sentence
from ..pictures.pictures import Picture
from ..pictures.shared_inputs import check_same, scaling_note
from .cache import KeptPass
from .declared_inputs import declared_inputs
from .explored import Explored
from .extraction import Extraction
from .model_preprocessor import own_preprocessor
from .shared_budget import Share

_WEIGHTS = ".weights.h5"


class SecondModel:
    """Another model on the pictures of a first one, layer by layer of the first.

    Layers are found by their path. Where the paths of the two differ and both call layers of the
    same classes and shapes in the same order, as two models made by the same code in one session
    do, whose names Keras numbers on, a layer is the one at the same place.

    Args:
        activation_model: The other model.
        explored: What the first is opened on; its pictures are used, also those added later.
        memory_budget: Bytes of pictures and activations that may be kept for it.
        name: What to call it.
        share: What the explorer keeps beside others. Defaults to `None`: one of its own.

    Attributes:
        activation_model: The other model.
        extraction: Where its activations come from.
        name: What to call it.
        note: In words, in what it takes pictures otherwise than the first; empty if in nothing.

    Raises:
        ValueError: If the two take different inputs, or share no layer.
    """

    def __init__(
        self,
        activation_model: ActivationModel,
        explored: Explored,
        memory_budget: int,
        name: str,
        share: Share | None = None,
    ) -> None:
        self.activation_model = activation_model
        self.name = name
        self._first = explored.activation_model
        first_inputs, inputs = declared_inputs(self._first), declared_inputs(activation_model)
        check_same(first_inputs, inputs)
        notes = (
            scaling_note(first_inputs, inputs),
            _preprocessor_note(self._first, activation_model),
        )
        self.note = " ".join(filter(None, notes))
        self.extraction = Extraction(activation_model, explored.pictures, memory_budget, share)
        self._layer_counts = 0, 0
        self._paths: dict[str, str] = {}
        if not self.layers:
            raise ValueError(self._nothing_shared())

    @property
    def layers(self) -> tuple[str, ...]:
        """The paths of the first model's layers that this one has too."""
        paths = self._matched()
        return tuple(info.path for info in self._first.captured if info.path in paths)

    def path_of(self, layer: str) -> str:
        """Gives this model's own path of a layer.

        Args:
            layer: The path in the first model.

        Raises:
            ValueError: If this model has no such layer.
        """
        paths = self._matched()
        if layer not in paths:
            known = tuple(paths)
            raise ValueError(unknown_layer_sentence(layer, known, "second model"))
        return paths[layer]

    def get(self, image: int, layer: str) -> tuple[Extraction, KeptPass[Picture]]:
        """Gives what this model makes of a picture.

        Args:
            image: Index of the picture.
            layer: The path of the layer in the first model.

        Returns:
            Where the activations come from, and what is known of the picture: the activation is at
            `path_of(layer)`.

        Raises:
            ValueError: If this model has no such layer, the picture cannot be read, or the model
                cannot take it.
        """
        return self.extraction, self.extraction.get(image, self.path_of(layer))

    def _matched(self) -> dict[str, str]:
        """Gives this model's path for each path of the first, as far as they are known by now."""
        ones, others = self._first.every_call, self.activation_model.every_call
        if (len(ones), len(others)) != self._layer_counts:
            self._layer_counts = len(ones), len(others)
            self._paths = _matching(ones, others)
        return self._paths

    def _nothing_shared(self) -> str:
        one, other = (
            ", ".join(repr(info.path) for info in model.every_call[:4])
            for model in (self._first, self.activation_model)
        )
        return (
            f"The second model, {self.name!r}, shares no layer with the first: its layers are "
            f"{other}, ..., those of the first {one}, ... Give a model of the same architecture, "
            "or one whose layers have the same names."
        )


def _preprocessor_note(first: ActivationModel, second: ActivationModel) -> str:
    """Says which of two models has a preprocessor of its own, if not both have the same kind."""
    names = [own.name if (own := own_preprocessor(one.model)) else "" for one in (first, second)]
    if names[0] == names[1]:
        return ""
    who, name = ("second", names[1]) if names[1] else ("first", names[0])
    return (
        f"The {who} model has a preprocessor of its own, {name}; both see what was made of the "
        "pictures for the first."
    )


def second_model(
    model: Any, explored: Explored, memory_budget: int, share: Share | None = None
) -> SecondModel:
    """Opens another model, or another state of the first, on the pictures of the first.

    Args:
        model: A built Keras model; the path of a `.keras` or `.h5` file; or that of a
            `.weights.h5` file, with weights for a copy of the first model, which is left as it is.
        explored: What the first model is opened on.
        memory_budget: Bytes of pictures and activations that may be kept for it.
        share: What the explorer keeps beside others. Defaults to `None`: one of its own.

    Raises:
        TypeError: If `model` is neither.
        ValueError: If there is no such file, it cannot be read, its weights do not fit, the model
            is not built, it takes other inputs than the first, or shares no layer with it.
    """
    is_file = isinstance(model, str | Path)
    if is_file and str(model).endswith(_WEIGHTS):
        opened = _with_weights(explored.activation_model.model, Path(model))
    else:
        opened = model_files.opened(model)
    name = Path(model).name if is_file else str(opened.name)
    return SecondModel(ActivationModel(opened), explored, memory_budget, name, share)


def _with_weights(first: Any, path: Path) -> Any:
    """Gives a copy of a model with the weights in a file.

    Raises:
        ValueError: If there is no such file, the model cannot be copied, or the weights do not fit.
    """
    if not path.is_file():
        raise model_files.MissingModelError(
            f"There is no file {str(path)!r}; a file of weights is wanted. Check the path."
        )
    if backends.is_legacy(first) or not backends.runs_its_graph(first):
        raise ValueError(
            f"The weights in {str(path)!r} are for a copy of the first model, {first.name!r}, and "
            "only Sequential and functional models of Keras 3 can be copied. Make a second one by "
            "the same code, call its load_weights, and give that."
        )
    # Its layers draw first weights, which are of no use, from Python's own random numbers.
    state = random.getstate()
    try:
        copy = keras.models.clone_model(first)
    except Exception as error:  # what layers can raise is open-ended
        raise ValueError(
            f"The first model, {first.name!r}, cannot be copied for the weights in {str(path)!r}: "
            f"{backends.first_lines(error, 300)} Make a second one by the same code, call its "
            "load_weights, and give that."
        ) from error
    finally:
        random.setstate(state)
    try:
        copy.load_weights(path)
    except Exception as error:  # what a file can be wrong in is open-ended
        raise ValueError(
            f"The weights in {str(path)!r} do not go into a copy of the first model, "
            f"{first.name!r}: {backends.first_lines(error, 300)}"
        ) from error
    return copy


def _matching(ones: tuple[LayerInfo, ...], others: tuple[LayerInfo, ...]) -> dict[str, str]:
    """Finds the path among the others of each of these layers, by path or by place."""
    known = {info.path for info in others}
    if any(info.path not in known for info in ones) and _kinds(ones) == _kinds(others):
        return {one.path: other.path for one, other in zip(ones, others, strict=True)}
    return {info.path: info.path for info in ones if info.path in known}


def _kinds(calls: tuple[LayerInfo, ...]) -> list[tuple[str, tuple[int | None, ...]]]:
    return [(info.class_name, info.output_shape) for info in calls]
