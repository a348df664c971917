"""Why a classifier says what it says: the gradient of a class's score at a layer.

The score of a class is what the last layer computes before its softmax or sigmoid, as in the paper
of Grad-CAM: after a softmax, a class also scores by what speaks against the others. A single
sigmoid unit stands for two classes, whose scores are its own and that with the sign turned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from . import backends
from .activation_model import ActivationModel
from .class_scores import ClassScore, LastCall, class_score
from .layer_calls import Recording, listening
from .layer_paths import unknown_layer_sentence
from .predictions import strongest_class
from .symbolic_inputs import in_structure


@dataclass(frozen=True, eq=False)
class ClassEvidence:
    """What speaks for a class at a layer, for each picture of a batch.

    Attributes:
        layer: The layer path.
        class_index: The class.
        score: Of the class, `(batch_size,)`.
        is_logit: Whether the score is what the last layer computes before its softmax or sigmoid.
            If not, it is the model's output itself: the last layer has another function, or does
            not tell what it computes.
        predictions: The model's output, `(batch_size, units)`.
        probability: Of the class, `(batch_size,)`, 0 to 1; `None` if the output is known not to be
            one.
        activation: What the layer puts out, batch axis first, float32.
        gradient: Of the score with respect to the activation, of the same shape.
        channels_first: Whether the channels stand right behind the batch axis, rather than last.
    """

    layer: str
    class_index: int
    score: np.ndarray
    is_logit: bool
    predictions: np.ndarray
    probability: np.ndarray | None
    activation: np.ndarray
    gradient: np.ndarray
    channels_first: bool = False

    def grad_cam(self) -> np.ndarray:
        """Gives the class activation map of the layer: Grad-CAM.

        Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
        Localization" (2017): the channels are summed up, each with the mean of its gradient as its
        weight, and what is below zero is left out.

        Returns:
            `(batch_size, height, width)`, float32, from 0 up, in units of the score; for tokens
            `(batch_size, tokens)`.

        Raises:
            ValueError: If the layer has no maps: its activation is a row of units.
        """
        if self.activation.ndim < 3:
            raise ValueError(
                f"The activation of {self.layer!r} is a row of units, {self.activation.shape[1:]}; "
                "Grad-CAM is a map. Choose a layer that has feature maps, such as the last "
                "convolution."
            )
        channel_axis = 1 if self.channels_first else self.activation.ndim - 1
        positions = tuple(axis for axis in range(1, self.activation.ndim) if axis != channel_axis)
        weights = self.gradient.mean(axis=positions, keepdims=True)
        weighted = (weights * self.activation).sum(axis=channel_axis)
        cam: np.ndarray = np.maximum(weighted, 0)
        return cam


def class_evidence(
    activation_model: ActivationModel, inputs: Any, layer: str, class_index: int
) -> ClassEvidence:
    """Runs the model once and back, and gives what speaks for a class at a layer.

    Nested, shared and subclassed layers are taken like all others, for the layer's tensor is
    watched as the model runs. The model is not changed.

    Args:
        activation_model: Of the classifier.
        inputs: A batch of model inputs.
        layer: A layer path.
        class_index: The class, from 0.

    Raises:
        TypeError: If the layer puts out no floats, which have no gradient.
        ValueError: If the model is no classifier, has no such layer or class, or computes the
            score without that layer.
    """
    model = activation_model.model
    outcomes: list[tuple[_Watching, ClassScore]] = []

    def run(watch: Callable[[Any], Any]) -> tuple[Any, Any]:
        recording = _Watching(model, frozenset([layer]), watch=watch)

        def run_model() -> Any:
            with listening(recording):
                outputs = model(in_structure(model, inputs), training=False)
            outcomes.append((recording, class_score(recording.last_call, outputs, class_index)))
            return outcomes[-1][1].score

        score = backends.without_trace(model, run_model)
        recording.check_watched(layer)
        return keras.ops.sum(score), recording.activations[layer]

    gradient = backends.gradient(run)
    if gradient is None:
        raise ValueError(
            f"The score of class {class_index} is computed without {layer!r}: the layer comes "
            "after the score, or stands beside the way to it. Choose an earlier layer."
        )
    recording, scored = outcomes[0]
    roles = {call.info.path: call.role for call in recording.settled_calls()}
    predictions = _float32(scored.predictions)
    return ClassEvidence(
        layer,
        class_index,
        _float32(scored.score),
        scored.is_logit,
        predictions,
        _probability(predictions, class_index, activation_model.last_activation_function()),
        _float32(recording.activations[layer]),
        _float32(gradient),
        bool(roles[layer].channels_first),
    )


@dataclass
class _Watching(Recording):
    """A recording that has the one tensor that is wanted watched as it is made.

    Attributes:
        watch: Is given the tensor; the model goes on with what it returns.
        last_call: What made the latest tensor.
    """

    watch: Callable[[Any], Any] = field(default=lambda tensor: tensor)
    last_call: LastCall | None = None
    _watched: list[tuple[Any, Any]] = field(default_factory=list)
    _goes_on: bool = False

    def around(
        self, layer: Any, run: Callable[[], Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Runs one layer call, and goes on with the watched tensor in place of its own."""
        outputs = super().around(layer, run, args, kwargs)
        for made, watched in self._watched:
            if watched is not made and any(one is made for one in keras.tree.flatten(outputs)):
                outputs = keras.tree.map_structure(
                    lambda one, made=made, watched=watched: watched if one is made else one,
                    outputs,
                )
                self._goes_on = True
        return outputs

    def ended(
        self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any], outputs: Any
    ) -> None:
        """Remembers the call, if it is not one around the last."""
        if self.last_call is None or outputs is not self.last_call.outputs:
            self.last_call = LastCall(layer, args, kwargs, outputs)

    def check_watched(self, layer: str) -> None:
        """Checks that the tensor wanted was met, and that the model went on with it."""
        if layer not in self.activations:
            known = [call.info.path for call in self.calls]
            raise ValueError(unknown_layer_sentence(layer, known))
        if not self._watched:
            dtype = backends.dtype_name(self.activations[layer])
            raise TypeError(
                f"{layer!r} puts out {dtype}, which has no gradient. Choose a layer that puts out "
                "floats."
            )
        made, watched = self._watched[0]
        if watched is not made and not self._goes_on:
            raise ValueError(
                f"{layer!r} stands for an input of the model, which this backend computes no "
                "gradient of. Choose a layer after it."
            )

    def _keep(self, layer: Any, path: str, outputs: Any) -> None:
        known = set(self.activations)
        super()._keep(layer, path, outputs)
        for entry in set(self.activations) - known:
            tensor = self.activations[entry]
            if "float" in backends.dtype_name(tensor):
                self._watched.append((tensor, self.watch(tensor)))


def _probability(
    predictions: np.ndarray, class_index: int, activation_function: str | None
) -> np.ndarray | None:
    said = [strongest_class(row, None, activation_function) for row in predictions]
    if not all(prediction is not None and prediction.is_probability for prediction in said):
        return None
    if predictions.shape[1] == 1:
        return predictions[:, 0] if class_index else 1 - predictions[:, 0]
    column: np.ndarray = predictions[:, class_index]
    return column


def _float32(tensor: Any) -> np.ndarray:
    if hasattr(tensor, "detach"):
        tensor = tensor.detach()
    return backends.as_array(tensor).astype(np.float32)
