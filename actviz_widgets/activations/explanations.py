"""Why the model says what it says about the pictures of an explorer, kept as far as memory goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..feature_maps.layout import Layout
from ..feature_maps.layouts import Attention, FeatureMaps, Series, Tokens, Units, Value, Volume
from ..model.activation_model import ActivationModel
from ..model.bounded_cache import BoundedCache
from ..model.class_evidence import ClassEvidence, class_evidence
from ..model.layer_paths import unknown_layer_sentence
from ..model.predictions import class_count, strongest_class
from ..pictures.pictures import Picture
from . import refusals
from .cache import KeptPass
from .one_picture import OnePicture
from .source import ActivationSource

MOST_BYTES = 64 * 2**20
"""Bytes of evidence that are kept unless told otherwise."""

_MOST_FAILURES = 64

_Key = tuple[int, str, int]


class Explanations:
    """What speaks for the classes, from one run forward and back for each picture, layer and class.

    Args:
        source: Where the activations of the pictures come from, one that runs the model.
        activation_model: Of the classifier. Any other model has no classes to explain.
        most_bytes: Bytes of evidence that may be kept; what was asked for last always is.
    """

    def __init__(
        self,
        source: ActivationSource,
        activation_model: ActivationModel,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._source = source
        self._model = activation_model
        self._one = OnePicture(activation_model.model)
        self._kept: BoundedCache[_Key, ClassEvidence] = BoundedCache(most_bytes, _nbytes)
        # Words alone: an exception would hold on to the tensors of its frames.
        self._failures: BoundedCache[_Key, tuple[type[Exception], str]] = BoundedCache(
            _MOST_FAILURES
        )

    @property
    def class_count(self) -> int | None:
        """The number of classes, 2 for a single unit; `None` if the model is no classifier."""
        return class_count(self._model.prediction_shape)

    def predicted_class(self, image: int) -> int | None:
        """Gives the class that the model predicts for a picture.

        A single unit stands for two classes: the second one from a probability of 0.5 up, or where
        it puts out no probability, from 0 up.

        Args:
            image: Index of the picture.

        Returns:
            `None` if the model is no classifier, or puts out NaN.

        Raises:
            ValueError: If the picture cannot be read, or the model cannot take it.
        """
        count = self.class_count
        if count is None:
            return None
        predictions = self._kept_pass(image).predictions
        if not isinstance(predictions, np.ndarray) or predictions.dtype.kind not in "fiub":
            return None
        numbers = tuple(str(index) for index in range(count))
        strongest = strongest_class(predictions, numbers, self._model.last_activation_function())
        return None if strongest is None else int(strongest.class_name)

    def evidence(self, image: int, layer: str, class_index: int) -> ClassEvidence:
        """Gives what speaks for a class at a layer, for one picture.

        Args:
            image: Index of the picture.
            layer: A layer path.
            class_index: The class, from 0.

        Returns:
            Evidence whose arrays have a batch axis of 1, behind which they are as the source
            gives the activation. They cannot be written to.

        Raises:
            TypeError: If the layer puts out no floats, which have no gradient.
            ValueError: If the model is no classifier, has no such layer or class, computes the
                score without that layer or did not call it for the picture, or what it puts out is
                larger than may be kept.
        """
        key = image, layer, class_index
        kept, failure = self._kept.get(key), self._failures.get(key)
        if kept is not None:
            return kept
        if failure is not None:
            kind, words = failure
            raise kind(words)
        try:
            evidence = self._compute(image, layer, class_index)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            self._failures.put(key, (kind, str(error)))
            raise
        self._kept.put(key, evidence)
        return evidence

    @staticmethod
    def grad_cam_map(evidence: ClassEvidence, layout: Layout, slice_index: int = 0) -> np.ndarray:
        """Gives the class activation map of a layer, laid out as its feature maps are.

        Tokens that stand for no patch of the picture, such as a class token, are left out, of the
        weights of the channels too. Of attention, the heads are summed up as channels are.

        Args:
            evidence: Of one picture.
            layout: How the layer's activation is laid out.
            slice_index: The slice, of a volume.

        Returns:
            `(height, width)`, float32, from 0 up, in units of the score.

        Raises:
            ValueError: If the layer has no maps, or no such slice.
        """
        if isinstance(layout, Units | Value | Series):
            shape = evidence.activation.shape[1:]
            what = "a series" if isinstance(layout, Series) else "no map"
            raise ValueError(
                f"The activation of {evidence.layer!r} is {what}, of shape {shape}; Grad-CAM is a "
                "map over the picture. Choose a layer that has feature maps, such as the last "
                "convolution."
            )
        _check_slice(evidence.layer, layout, slice_index)
        activation, gradient = evidence.activation, evidence.gradient
        channels_first = isinstance(layout, FeatureMaps) and layout.channels_first
        if isinstance(layout, Attention):
            channels_first = True
            activation, gradient = (
                array.reshape(1, -1, *array.shape[-2:]) for array in (activation, gradient)
            )
        elif isinstance(layout, Tokens):
            activation, gradient = activation[:, layout.extra :], gradient[:, layout.extra :]
        maps = replace(
            evidence, activation=activation, gradient=gradient, channels_first=channels_first
        )
        cam: np.ndarray = maps.grad_cam()[0]
        if isinstance(layout, Tokens):
            cam = cam.reshape(layout.grid)
        elif isinstance(layout, Volume):
            cam = layout.feature_map(
                np.expand_dims(cam, 0 if channels_first else -1), 0, slice_index
            )
        return cam

    @staticmethod
    def gradient_map(
        evidence: ClassEvidence, layout: Layout, channel: int, slice_index: int = 0
    ) -> np.ndarray:
        """Gives gradient times activation, laid out as the layer's activation is.

        Args:
            evidence: Of one picture.
            layout: How the layer's activation is laid out.
            channel: The one chosen; of units and of a series all are in the map.
            slice_index: The slice, of a volume.

        Returns:
            `(height, width)`, float32, of either sign: how much each value adds to the score. NaN
            where there is no unit.

        Raises:
            ValueError: If there is no such channel or slice, or the activation is no map.
        """
        count = layout.count
        if count is not None and not 0 <= channel < count:
            raise ValueError(
                f"{evidence.layer!r} has {count} {layout.noun}s, 0 to {count - 1}; there is no "
                f"{channel}."
            )
        _check_slice(evidence.layer, layout, slice_index)
        gradient = layout.feature_map(evidence.gradient[0], channel, slice_index)
        product: np.ndarray = gradient * layout.feature_map(
            evidence.activation[0], channel, slice_index
        )
        return product

    @property
    def nbytes(self) -> int:
        """Bytes of evidence that are kept now."""
        return self._kept.size

    def clear(self) -> None:
        """Lets go of everything kept, such as after further training."""
        self._kept.clear()
        self._failures.clear()

    def _compute(self, image: int, layer: str, class_index: int) -> ClassEvidence:
        self._check_class(class_index)
        source = self._source
        if layer not in source.layers:
            raise ValueError(unknown_layer_sentence(layer, list(source.layers)))
        kept_pass = source.get(image, layer)
        if layer in kept_pass.not_called:
            raise ValueError(refusals.not_called(layer))
        if layer not in kept_pass.activations:
            budget = source.activations.memory_budget
            shape = source.shape(kept_pass, layer)
            raise ValueError(refusals.too_large(layer, kept_pass.sizes[layer], shape, budget))
        inputs = self._one.repeated(kept_pass.picture.model_input)
        evidence = class_evidence(self._model, inputs, layer, class_index)
        return self._of_one_picture(evidence)

    def _check_class(self, class_index: int) -> None:
        count = self.class_count
        if count is None:
            shape = self._model.prediction_shape
            puts_out = f"an output of shape {shape}" if shape else "several outputs"
            raise ValueError(
                f"The model is no classifier: it has {puts_out}, not (batch_size, classes). What "
                "speaks for a class is known of models with one output for each class."
            )
        if not 0 <= class_index < count:
            raise ValueError(
                f"The model has {count} classes, 0 to {count - 1}; there is no class {class_index}."
            )

    def _of_one_picture(self, evidence: ClassEvidence) -> ClassEvidence:
        """Gives the evidence of the first picture of the batch."""
        one, shape = self._one, self._source.layers[evidence.layer].output_shape
        probability = evidence.probability
        return replace(
            evidence,
            score=one.first(evidence.score),
            predictions=one.first(evidence.predictions),
            probability=None if probability is None else one.first(probability),
            activation=one.in_batch_of_one(evidence.activation, shape),
            gradient=one.in_batch_of_one(evidence.gradient, shape),
        )

    def _kept_pass(self, image: int) -> KeptPass[Picture]:
        """Gives what is known of a picture, whichever of its layers are kept."""
        source = self._source
        kept = (source.activations.kept(image, layer) for layer in source.layers)
        found = next((kept_pass for kept_pass in kept if kept_pass is not None), None)
        return found or source.get(image, next(iter(source.layers)))


def _check_slice(layer: str, layout: Layout, slice_index: int) -> None:
    count = layout.slice_count if isinstance(layout, Volume) else None
    if count is not None and not 0 <= slice_index < count:
        raise ValueError(
            f"{layer!r} has {count} slices, 0 to {count - 1}; there is no {slice_index}."
        )


def _nbytes(evidence: ClassEvidence) -> int:
    return evidence.activation.nbytes + evidence.gradient.nbytes
