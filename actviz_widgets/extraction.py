"""The pictures of an explorer, run through its model as they are looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from . import backends, descriptions
from .activation_model import ActivationModel, ForwardPass, LayerInfo
from .activations import Activations, Fit, Seen
from .feature_maps import Layout, Value, layout_of
from .graph_pass import GraphPass, can_be_compiled
from .pictures import Picture, Pictures


class Extraction:
    """Gives what each layer puts out for a picture, from as few passes as memory allows.

    Args:
        activation_model: The model. One whose layers show only when it runs is run once.
        pictures: The pictures.
        memory_budget: Bytes of pictures and activations that may be kept.

    Raises:
        ValueError: If no picture can be read, or the model cannot take the first one.
    """

    def __init__(
        self, activation_model: ActivationModel, pictures: Pictures, memory_budget: int
    ) -> None:
        self._model = activation_model
        self._pictures = pictures
        self._graph: GraphPass | None = None
        self._may_compile = can_be_compiled(activation_model.model)
        # By the shapes of the inputs, which sizes left open depend on.
        self._shapes: dict[tuple[tuple[int, ...], ...], dict[str, tuple[int | None, ...]]] = {}
        self._sizes: dict[tuple[tuple[int, ...], ...], dict[str, int]] = {}
        self.first_image = pictures.first_readable()
        if not activation_model.is_captured:
            picture = pictures.load(self.first_image)
            self._pass(picture, lambda: activation_model.forward_pass(picture.model_input, ()))
        self.layers: dict[str, LayerInfo] = {info.path: info for info in activation_model.captured}
        self.layouts: dict[str, Layout] = {
            path: layout_of(
                info.activation_shape, activation_model.role(path), activation_model.dtype(path)
            )
            for path, info in self.layers.items()
        }
        self.activations: Activations[Picture] = Activations(self._run, memory_budget)

    def get(self, image: int, layer_path: str) -> Seen[Picture]:
        """Gives what is known of a picture, the layer's activation included where it fits."""
        return self.activations.get(image, layer_path)

    def layout(self, seen: Seen[Picture], layer_path: str) -> Layout:
        """Gives how a layer's activation is laid out for this very picture."""
        activation = seen.activations.get(layer_path)
        if activation is None:
            return Value(())
        return layout_of(activation.shape, self._model.role(layer_path), activation.dtype)

    def shape(self, seen: Seen[Picture], layer_path: str) -> tuple[int | None, ...]:
        """Gives the shape of a layer's activation for a picture, whether it is kept or not."""
        key = _input_shapes(seen.picture)
        return self._shapes[key][layer_path]

    def _run(self, index: int, fit: Fit) -> Seen[Picture]:
        picture = self._pictures.load(index)
        sizes = self._sizes_for(picture)
        layers = fit(sizes, picture.nbytes)
        forward = self._pass(picture, lambda: self._forward(picture.model_input, layers, sizes))
        predictions = keras.tree.map_structure(
            lambda tensor: _read_only(backends.as_array(tensor)[0]), forward.predictions
        )
        activations = {
            path: _of_one_picture(backends.as_array(tensor), self.layers[path])
            for path, tensor in forward.activations.items()
        }
        not_called = frozenset(layers) - set(activations)
        return Seen(picture, predictions, activations, sizes, picture.nbytes, not_called)

    def _forward(
        self, model_input: Any, layers: tuple[str, ...], sizes: Mapping[str, int]
    ) -> ForwardPass:
        if self._may_compile and len(layers) < len(sizes):
            try:
                if self._graph is None or not self._graph.fits(model_input):
                    self._graph = GraphPass(self._model, model_input)
                return self._graph.run(model_input, layers)
            except Exception:  # a layer that runs eagerly alone, for one
                self._graph, self._may_compile = None, False
        with backends.without_gradients():
            return self._model.forward_pass(model_input, layers, of_those_called=True)

    def _pass(self, picture: Picture, run: Any) -> ForwardPass:
        try:
            result: ForwardPass = run()
        except Exception as error:  # what a model can raise is open-ended
            raise ValueError(descriptions.refusal(picture.name, picture.shapes, error)) from error
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
    return tuple(array.shape for array in keras.tree.flatten(picture.model_input))


def _bytes(shape: tuple[int | None, ...], dtype: str) -> int:
    if None in shape:
        return 0
    return _item_size(dtype) * math.prod(size or 0 for size in shape)


def _item_size(dtype: str) -> int:
    if dtype == "string":
        return 64  # texts are of any length
    return 4 if dtype == "bfloat16" or dtype.startswith("float8") else np.dtype(dtype).itemsize


def _of_one_picture(array: np.ndarray, info: LayerInfo) -> np.ndarray:
    has_batch = info.output_shape[:1] == (None,)
    return _read_only(array[0] if array.ndim and has_batch else array)


def _read_only(array: np.ndarray) -> np.ndarray:
    array = np.asarray(array)
    # What is kept is handed out; nobody should change it unawares.
    array.flags.writeable = False
    return array
