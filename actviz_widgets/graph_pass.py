"""A compiled forward pass that keeps the layers asked for, and frees all others as it goes.

Run eagerly, a functional Keras model holds what every one of its layers put out until the pass has
ended: 2.2 GB for one picture of EfficientNetV2L. In a TensorFlow graph each tensor is freed as soon
as the layers after it have run. Which ones to keep is an input of the graph, so that one trace
serves every choice: of a tensor that is not wanted, nothing leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from . import layer_roles
from .activation_model import ActivationModel, ForwardPass


def can_be_compiled(model: Any) -> bool:
    """Whether a model runs the same layers for every input, on a backend with graphs."""
    return keras.backend.backend() == "tensorflow" and all(
        _runs_its_graph(layer)
        for layer in model._flatten_layers()
        if "Model" in layer_roles.class_names(layer)
    )


def _runs_its_graph(model: Any) -> bool:
    """Whether a model is functional, with no `call` of its own that may go other ways."""
    for base in type(model).__mro__:
        if base.__name__ in ("Functional", "Sequential"):
            return True
        if "call" in vars(base):
            return False
    return False


class GraphPass:
    """The forward pass of an activation model, as a graph.

    Args:
        activation_model: What to run. All its layers are in the graph.
        inputs: One batch of inputs, which sets the shapes and dtypes.

    Raises:
        Exception: Whatever the model raises when it is traced.
    """

    def __init__(self, activation_model: ActivationModel, inputs: Any) -> None:
        import tensorflow as tf

        self._paths = tuple(info.path for info in activation_model.captured)
        self._signature = _signature(inputs)
        self._tensor = tf.convert_to_tensor

        def run(wanted: Any, *flat: Any) -> tuple[Any, list[Any]]:
            forward = activation_model.forward_pass(
                keras.tree.pack_sequence_as(inputs, list(flat)), self._paths
            )
            # A slice would share the memory of the whole, and so keep it; what is gathered is a
            # copy.
            kept = [
                tf.gather(tensor, tf.range(flag * tf.shape(tensor)[0]))
                if tensor.shape.rank
                else tensor
                for flag, tensor in zip(
                    tf.unstack(wanted), forward.activations.values(), strict=True
                )
            ]
            return forward.predictions, kept

        specs = [tf.TensorSpec(shape, dtype) for shape, dtype in self._signature]
        wanted = tf.TensorSpec((len(self._paths),), tf.int32)
        # As it stands: Keras has converted what of its layers is to be converted.
        self._run = tf.function(run, autograph=False).get_concrete_function(wanted, *specs)

    def fits(self, inputs: Any) -> bool:
        """Whether inputs have the shapes and dtypes that this graph was traced for."""
        return _signature(inputs) == self._signature

    def run(self, inputs: Any, layers: Sequence[str]) -> ForwardPass:
        """Runs the model once, and gives its predictions along with these layers' activations."""
        wanted = set(layers)
        flags = np.array([path in wanted for path in self._paths], np.int32)
        flat = [
            self._tensor(value, dtype)
            for value, (_, dtype) in zip(keras.tree.flatten(inputs), self._signature, strict=True)
        ]
        predictions, kept = self._run(self._tensor(flags), *flat)
        activations = dict(zip(self._paths, kept, strict=True))
        return ForwardPass(predictions, {path: activations[path] for path in layers})


def _signature(inputs: Any) -> list[tuple[tuple[int, ...], str]]:
    return [
        (tuple(value.shape), "string" if value.dtype.kind in "USO" else str(value.dtype))
        for value in keras.tree.flatten(inputs)
    ]
