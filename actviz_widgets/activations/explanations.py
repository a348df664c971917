"""Why the model says what it says about the pictures of an explorer, kept as far as memory goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..feature_maps.layout import Layout
from ..feature_maps.layouts import Attention, FeatureMaps, Series, Tokens, Units, Value, Volume
from ..feature_maps.slice_layouts import Heads
from ..model.activation_model import ActivationModel
from ..model.bounded_cache import BoundedCache
from ..model.class_evidence import ClassEvidence, class_evidence
from ..model.layer_paths import unknown_layer_sentence
from ..model.outputs import Output, leaf_of
from ..pictures.pictures import Picture
from . import refusals
from .cache import KeptPass
from .one_picture import OnePicture
from .source import ActivationSource

MOST_BYTES = 64 * 2**20
"""Bytes of evidence that are kept unless told otherwise."""

_MOST_FAILURES = 64

_Key = tuple[int, str, int, int, tuple[int, ...] | None]


class Explanations:
    """What speaks for the classes, from one run forward and back for each picture, layer and class.

    Args:
        source: Where the activations of the pictures come from, one that runs the model.
        activation_model: Of the model.
        most_bytes: Bytes of evidence that may be kept; what was asked for last always is.
        has_names: Whether the user has names for the classes. Defaults to `False`.
    """

    def __init__(
        self,
        source: ActivationSource,
        activation_model: ActivationModel,
        most_bytes: int = MOST_BYTES,
        *,
        has_names: bool = False,
    ) -> None:
        self._source = source
        self._model = activation_model
        self._has_names = has_names
        self._one = OnePicture(activation_model.model)
        self._kept: BoundedCache[_Key, ClassEvidence] = BoundedCache(most_bytes, _nbytes)
        # Words alone: an exception would hold on to the tensors of its frames.
        self._failures: BoundedCache[_Key, tuple[type[Exception], str]] = BoundedCache(
            _MOST_FAILURES
        )

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What the model's outputs are."""
        return self._model.described_outputs(has_names=self._has_names)

    def units(
        self, image: int, output: int = 0, place: tuple[int, ...] | None = None
    ) -> np.ndarray | None:
        """Gives the units of an output for a picture.

        Args:
            image: Index of the picture.
            output: Index of the output. Defaults to the first.
            place: Of a map or a sequence, an index along each axis. Defaults to `None`: their mean
                over all places.

        Returns:
            `(units,)`; `None` if the output is too large to keep, or no numbers.

        Raises:
            ValueError: If there is no such output or place, the picture cannot be read, or the
                model cannot take it.
        """
        kept_pass = self._kept_pass(image)
        outputs = self.outputs
        if not outputs:
            return None
        values = leaf_of(kept_pass.predictions, outputs, output)
        if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiub" or not values.ndim:
            return None
        if place is not None:
            outputs[output].check_place(place, values.shape)
        return outputs[output].at(values, place)

    def predicted_class(
        self, image: int, output: int = 0, place: tuple[int, ...] | None = None
    ) -> int | None:
        """Gives the class that the model predicts for a picture, of several the strongest.

        A single unit stands for two classes: the second one from a probability of 0.5 up, or where
        it puts out no probability, from 0 up.

        Args:
            image: Index of the picture.
            output: Index of the output. Defaults to the first.
            place: Of a map or a sequence, an index along each axis. Defaults to `None`: what the
                mean over all places speaks for.

        Returns:
            `None` if the output speaks for no class: it is something else, or holds NaN, or gives
            none of several independent classes 0.5 or more.

        Raises:
            ValueError: If the picture cannot be read, or the model cannot take it.
        """
        row = self.units(image, output, place)
        if row is None:
            return None
        numbers = tuple(str(index) for index in range(max(row.size, 2)))
        predicted = self.outputs[output].predicted(row, numbers)
        return int(predicted[0].class_name) if predicted else None

    def evidence(
        self,
        image: int,
        layer: str,
        class_index: int,
        output: int = 0,
        place: tuple[int, ...] | None = None,
    ) -> ClassEvidence:
        """Gives what speaks for a class at a layer, for one picture.

        Args:
            image: Index of the picture.
            layer: A layer path.
            class_index: The class, from 0; of an output that is no classes, the unit.
            output: Index of the output. Defaults to the first.
            place: Of a map or a sequence, an index along each axis. Defaults to `None`: the mean
                over all places.

        Returns:
            Evidence whose arrays have a batch axis of 1, behind which they are as the source
            gives the activation. They cannot be written to.

        Raises:
            TypeError: If the layer puts out no floats, which have no gradient.
            ValueError: If there is no such layer, output, place or class, the score is computed
                without that layer, or it was not called for the picture, or what it puts out is
                larger than may be kept.
        """
        key = image, layer, class_index, output, place
        kept, failure = self._kept.get(key), self._failures.get(key)
        if kept is not None:
            return kept
        if failure is not None:
            kind, words = failure
            raise kind(words)
        try:
            evidence = self._compute(image, layer, class_index, output, place)
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
        if isinstance(layout, Units | Value | Series) or not layout.has_feature_maps:
            shape = evidence.activation.shape[1:]
            what = "a series" if isinstance(layout, Series | Heads) else "no map"
            raise ValueError(
                f"The activation of {evidence.layer!r} is {what}, of shape {shape}; Grad-CAM is a "
                "map over the picture. Choose a layer that has feature maps, such as the last "
                "convolution."
            )
        _check_slice(evidence.layer, layout, slice_index)
        activation, gradient = evidence.activation, evidence.gradient
        if isinstance(layout, Heads):
            activation, gradient = activation[:, :, slice_index], gradient[:, :, slice_index]
            layout = layout.of_each
        channels_first = isinstance(layout, FeatureMaps) and layout.channels_first
        if isinstance(layout, Attention):
            channels_first = True
            activation, gradient = (
                array.reshape(1, -1, *array.shape[-2:]) for array in (activation, gradient)
            )
        elif isinstance(layout, Tokens):
            activation, gradient = activation[:, layout.patches], gradient[:, layout.patches]
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

    def _compute(
        self,
        image: int,
        layer: str,
        class_index: int,
        output: int,
        place: tuple[int, ...] | None,
    ) -> ClassEvidence:
        self._check_class(class_index, output)
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
        evidence = class_evidence(
            self._model,
            inputs,
            layer,
            class_index,
            output=output,
            place=place,
            has_names=self._has_names,
        )
        return self._of_one_picture(evidence)

    def _check_class(self, class_index: int, output: int) -> None:
        outputs = self.outputs
        if not 0 <= output < len(outputs):
            raise ValueError(f"The model has {len(outputs)} outputs; there is no output {output}.")
        count = outputs[output].class_count
        if count is None:
            raise ValueError(
                f"The output has the shape {outputs[output].shape}, without units that could be "
                "classes. What speaks for a class is known of models with one unit for each."
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
    count = layout.slice_count if isinstance(layout, Volume | Heads) else None
    if count is not None and not 0 <= slice_index < count:
        raise ValueError(
            f"{layer!r} has {count} slices, 0 to {count - 1}; there is no {slice_index}."
        )


def _nbytes(evidence: ClassEvidence) -> int:
    return evidence.activation.nbytes + evidence.gradient.nbytes
