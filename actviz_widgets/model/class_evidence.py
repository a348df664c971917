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
from .layer_calls import Recording
from .layer_paths import unknown_layer_sentence
from .listening import listening
from .outputs import Output
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
    activation_model: ActivationModel,
    inputs: Any,
    layer: str,
    class_index: int,
    *,
    output: int = 0,
    place: tuple[int, ...] | None = None,
    has_names: bool = False,
) -> ClassEvidence:
    """Runs the model once and back, and gives what speaks for a class at a layer.

    Args:
        activation_model: Of the model.
        inputs: A batch of model inputs.
        layer: A layer path.
        class_index: The class, from 0; of an output that is no classes, the unit.
        output: Of several outputs, the one that the class is of, from 0. Defaults to the first.
        place: Of a map or a sequence, an index along each axis. Defaults to `None`: the mean over
            all places.
        has_names: Whether the user has names for the classes. Defaults to `False`.

    Raises:
        TypeError: If the layer puts out no floats, which have no gradient.
        ValueError: If the model has no such layer, output, place or class, computes the score
            without that layer, or Keras cannot compute its gradient.
    """
    model = activation_model.model
    outcomes: list[tuple[_Watching, ClassScore]] = []
    described = activation_model.described_outputs(has_names=has_names)

    def run(watch: Callable[[Any], Any]) -> tuple[Any, Any]:
        recording = _Watching(model, frozenset([layer]), watch=watch)

        def run_model() -> ClassScore:
            outputs = recording.run(inputs)
            return class_score(recording.made_by, outputs, class_index, described, output, place)

        scored = backends.without_trace(model, run_model)
        outcomes.append((recording, scored))
        recording.check_watched(layer)
        return keras.ops.sum(scored.score), recording.activations[layer]

    gradient = _gradient(model, run, layer)
    recording, scored = outcomes[0]
    predictions = _float32(scored.predictions)
    # Of a model that had not run, only the run has shown what its outputs are.
    described = described or activation_model.described_outputs(has_names=has_names)
    probability = _probability(predictions, class_index, described[output] if described else None)
    return ClassEvidence(
        layer,
        class_index,
        _float32(scored.score),
        scored.is_logit,
        predictions,
        probability,
        _float32(recording.activations[layer]),
        _float32(gradient),
        recording.has_channels_first(layer),
    )


def _gradient(
    model: Any, run: Callable[[Callable[[Any], Any]], tuple[Any, Any]], layer: str
) -> Any:
    """Gives the gradient of the score; what is wrong on the way back is said in a sentence.

    Raises:
        ValueError: If Keras cannot compute it, or the score is computed without the layer.
        Exception: Whatever is wrong on the way forward, as it is.
    """
    is_forward = False

    def forward(watch: Callable[[Any], Any]) -> tuple[Any, Any]:
        nonlocal is_forward
        is_forward = True
        made = run(watch)
        is_forward = False
        return made

    try:
        gradient = backends.gradient(forward)
    except Exception as error:  # what the gradient of a layer can raise is open-ended
        if is_forward:
            raise
        policies = [getattr(layer, "dtype_policy", None) for layer in model._flatten_layers()]
        if any(getattr(one, "quantization_mode", None) == "float8" for one in policies):
            raise ValueError(
                "Layers of the model compute in float8 (model.quantize('float8')), and Keras has "
                "no gradient for them outside of training: what speaks for a class cannot be "
                "told. Open the explorer on the model as it was before it was quantised."
            ) from error
        raise ValueError(
            "Keras cannot compute the gradient of the score for this model: "
            f"{type(error).__name__}: {backends.first_lines(error)}"
        ) from error
    if gradient is None:
        raise ValueError(
            f"The score is computed without {layer!r}: the layer comes after the score, or stands "
            "beside the way to it. Choose an earlier layer."
        )
    return gradient


@dataclass
class _Watching(Recording):
    """A recording that has the one tensor that is wanted watched as it is made.

    So nested, shared and subclassed layers are taken like all others, and no model is changed.

    Attributes:
        watch: Is given the tensor; the model goes on with what it returns.
    """

    watch: Callable[[Any], Any] = field(default=lambda tensor: tensor)
    # They hold their tensors, so that no other can have the same id.
    _calls: dict[int, LastCall] = field(default_factory=dict)
    _watched: list[tuple[Any, Any]] = field(default_factory=list)
    _goes_on: bool = False

    def run(self, inputs: Any) -> Any:
        """Runs the model, and gives what it puts out."""
        with listening(self):
            return self.model(in_structure(self.model, inputs), training=False)

    def has_channels_first(self, path: str) -> bool:
        """Whether the channels of a layer stand right behind the batch axis."""
        roles = {call.info.path: call.role for call in self.settled_calls()}
        return bool(roles[path].channels_first)

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
        """Remembers the call, if it is not one around another that made the same."""
        self._calls.setdefault(id(outputs), LastCall(layer, args, kwargs, outputs))

    def made_by(self, tensor: Any) -> LastCall | None:
        """Gives the innermost call that made a tensor; `None` if none did."""
        return self._calls.get(id(tensor))

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

    def _keep(self, layer: Any, path: str, outputs: Any, given: Sequence[Any] = ()) -> None:
        known = set(self.activations)
        super()._keep(layer, path, outputs, given)
        for entry in set(self.activations) - known:
            tensor = self.activations[entry]
            if "float" in backends.dtype_name(tensor):
                self._watched.append((tensor, self.watch(tensor)))


def _probability(
    predictions: np.ndarray, class_index: int, output: Output | None
) -> np.ndarray | None:
    if output is None:  # the model has not run: what it puts out tells
        output = Output("", (None, *predictions.shape[1:]), "unknown", None)
    said = [output.probability(row, class_index) for row in predictions]
    if any(probability is None for probability in said):
        return None
    return np.array(said, np.float32)


def _float32(tensor: Any) -> np.ndarray:
    if hasattr(tensor, "detach"):
        tensor = tensor.detach()
    return backends.as_array(tensor).astype(np.float32)
