"""The pictures of an explorer, run through its model as they are looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from ..feature_maps.layout import Layout
from ..feature_maps.layout_of import layout_of
from ..feature_maps.layouts import Value
from ..model import backends
from ..model.activation_model import ActivationModel, ForwardPass, LayerInfo
from ..model.input_dependence import Dependence
from ..model.shared_pass import shared_pass
from ..model.symbolic_inputs import total_size
from ..pictures.at_hand import PicturesAtHand
from ..pictures.pictures import Picture
from . import refusals
from .cache import Activations, Fit, KeptPass
from .layer_arrays import LayerArrays
from .one_picture import OnePicture
from .shared_budget import Share


class Extraction:
    """Gives what each layer puts out for a picture, from as few passes as memory allows.

    Args:
        activation_model: The model. One whose layers show only when it runs is run once.
        pictures: The pictures.
        memory_budget: Bytes of pictures and activations that may be kept.
        share: What the explorer keeps beside others. Defaults to `None`: one of its own.

    Attributes:
        runs_model: `True`.
        first_image: Index of the first picture that can be read.
        layers: The layers that the pictures have led to so far, by path.
        layouts: How the activation of each layer is laid out, by path.
        activations: What is kept of the pictures.

    Raises:
        ValueError: If no picture can be read, or the model cannot take the first one.
    """

    runs_model = True

    def __init__(
        self,
        activation_model: ActivationModel,
        pictures: PicturesAtHand,
        memory_budget: int,
        share: Share | None = None,
    ) -> None:
        self._model = activation_model
        self._pictures = pictures
        self._shared = shared_pass(activation_model.model)
        self._one = OnePicture(activation_model.model)
        # By the shapes of the inputs, which sizes left open depend on.
        self._shapes: dict[tuple[tuple[int, ...], ...], dict[str, tuple[int | None, ...]]] = {}
        self._sizes: dict[tuple[tuple[int, ...], ...], dict[str, int]] = {}
        self.first_image = pictures.first_readable()
        self._first_pass: ForwardPass | None = None
        if not activation_model.is_captured:
            self._capture(pictures.load(self.first_image), memory_budget)
        self.layers: dict[str, LayerInfo] = {info.path: info for info in activation_model.captured}
        self.layouts: dict[str, Layout] = {
            path: self._static_layout(info) for path, info in self.layers.items()
        }
        self.activations: Activations[Picture] = Activations(self._run, memory_budget, share)

    def get(self, image: int, layer_path: str) -> KeptPass[Picture]:
        """Gives what is known of a picture, the layer's activation included where it fits."""
        return self.activations.get(image, layer_path)

    def glance(self, image: int, layer_path: str) -> KeptPass[Picture] | None:
        """Gives what is known of a picture, the layer included, and lets go of nothing for it.

        Returns:
            `None` if the layer's activation is larger than may be kept. Of a layer that the model
            does not call for the picture there is no activation.

        Raises:
            ValueError: If the picture cannot be read, or the model cannot take it.
        """
        return self.activations.glance(image, layer_path)

    def layout(self, kept_pass: KeptPass[Picture], layer_path: str) -> Layout:
        """Gives how a layer's activation is laid out for this very picture."""
        activation = kept_pass.activations.get(layer_path)
        if activation is None:
            return Value(())
        return layout_of(activation.shape, self._model.role(layer_path), activation.dtype)

    def dependence(self, layer_path: str) -> Dependence:
        """Gives which inputs of the model reach a layer call."""
        return self._model.dependence(layer_path)

    def shape(self, kept_pass: KeptPass[Picture], layer_path: str) -> tuple[int | None, ...]:
        """Gives the shape of a layer's activation for a picture, whether it is kept or not."""
        key = _input_shapes(kept_pass.picture)
        return self._shapes[key][layer_path]

    def _run(self, index: int, fit: Fit) -> KeptPass[Picture]:
        picture = self._pictures.load(index)
        sizes = self._sizes_for(picture)
        layers = fit(sizes, picture.nbytes)
        forward, self._first_pass = self._first_pass, None
        if forward is None or index != self.first_image:
            batch = self._one.repeated(picture.model_input)
            forward = self._pass(picture, lambda: self._forward(batch, layers, sizes))
        self._offer_new_layers()
        if not any(self._model.role(path).is_time for path in self.layers):
            picture = picture.without_time()
        predictions = keras.tree.map_structure(self._prediction, forward.predictions)
        output_bytes = sum(
            array.nbytes for array in keras.tree.flatten(predictions) if array is not None
        )
        if output_bytes > self.activations.memory_budget:
            predictions, output_bytes = None, 0
        activations = LayerArrays(
            {
                path: self._one.unmade(forward.activations[path], self.layers[path].output_shape)
                for path in layers
                if path in forward.activations
            }
        )
        not_called = frozenset(layers) - set(activations)
        other_bytes = picture.nbytes + output_bytes
        return KeptPass(picture, predictions, activations, sizes, other_bytes, not_called)

    def _capture(self, picture: Picture, memory_budget: int) -> None:
        """Finds out which layers are called, along with the first pass where that can be."""
        model, batch = self._model, self._one.repeated(picture.model_input)
        if self._one.batch_size > 1 or (size := total_size(model.model)) is None:
            # What it takes to keep all layers is not known: so none is kept.
            if model.shows_when_run:
                self._pass(picture, lambda: self._run_model(batch, ()))
        elif size <= memory_budget:
            self._first_pass = self._pass(picture, lambda: self._run_model(batch, None))
        else:
            self._shared.compile(model, batch)

    def _forward(
        self, model_input: Any, layers: tuple[str, ...], sizes: Mapping[str, int]
    ) -> ForwardPass:
        # For one layer alone of a picture of which all fit, no other graph has to be traced.
        is_large = sum(sizes.values()) > self.activations.memory_budget
        in_parts = is_large and len(layers) < len(sizes)
        return self._run_model(model_input, layers, in_parts=in_parts)

    def _run_model(
        self, model_input: Any, layers: tuple[str, ...] | None, *, in_parts: bool = False
    ) -> ForwardPass:
        model = self._model
        return self._shared.run(
            model.model,
            lambda: model,
            model_input,
            layers,
            chosen=model.chosen,
            in_parts=in_parts,
            of_those_called=True,
        )

    def _prediction(self, tensor: Any) -> np.ndarray | None:
        return None if tensor is None else self._one.of(backends.as_array(tensor, shared=True))

    def _offer_new_layers(self) -> None:
        """Takes up the layers that no earlier picture has led to."""
        if len(self.layers) == len(self._model.captured):
            return
        for info in self._model.captured:
            if info.path not in self.layers:
                self.layers[info.path] = info
                self.layouts[info.path] = self._static_layout(info)
        self._sizes.clear()

    def _static_layout(self, info: LayerInfo) -> Layout:
        return layout_of(
            info.activation_shape, self._model.role(info.path), self._model.dtype(info.path)
        )

    def _pass(self, picture: Picture, run: Any) -> ForwardPass:
        try:
            result: ForwardPass = run()
        except Exception as error:  # what a model can raise is open-ended
            raise ValueError(refusals.refusal(picture.name, picture.shapes, error)) from error
        return result

    def _sizes_for(self, picture: Picture) -> dict[str, int]:
        """Gives the bytes that each layer's activation takes, before anything is run."""
        key = _input_shapes(picture)
        if key not in self._sizes:
            shapes = {path: info.activation_shape for path, info in self.layers.items()}
            if any(None in shape for shape in shapes.values()):
                shapes |= self._model.shapes_for(picture.model_input)
            self._shapes[key] = shapes
            self._sizes[key] = {
                path: _bytes(shape, self._model.dtype(path)) for path, shape in shapes.items()
            }
        return self._sizes[key]


def _input_shapes(picture: Picture) -> tuple[tuple[int, ...], ...]:
    return _shapes(picture.model_input)


def _shapes(model_input: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(array.shape for array in keras.tree.flatten(model_input))


def _bytes(shape: tuple[int | None, ...], dtype: str) -> int:
    if None in shape:
        return 0
    return _item_size(dtype) * math.prod(size or 0 for size in shape)


def _item_size(dtype: str) -> int:
    if dtype == "string":
        return 64  # texts are of any length
    return 4 if dtype == "bfloat16" or dtype.startswith("float8") else np.dtype(dtype).itemsize
