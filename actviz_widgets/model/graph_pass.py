"""A compiled forward pass that gives the layers asked for, and frees all others as it goes.

Run eagerly, a functional Keras model takes Python some milliseconds per layer, and holds what every
one of its layers put out until the pass has ended: 2.2 GB for one picture of EfficientNetV2L. In a
TensorFlow graph no Python runs, and each tensor is freed as soon as the layers after it have run,
unless it is put out. Where not all can be, which ones to keep is an input of the graph, so that one
trace serves every choice: of a tensor that is not wanted, nothing leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import keras
import numpy as np

from .activation_model import ActivationModel, ForwardPass
from .signatures import Signature, signature_of


class GraphPass:
    """The forward pass of an activation model, as a graph. It does not hold the model.

    Args:
        activation_model: What to run. All its layers are in the graph. If its layer calls are not
            known yet, the trace shows them.
        inputs: One batch of inputs, which sets the shapes and dtypes.
        in_parts: Whether some layers can be kept without all others. It costs the graph some more
            operations per layer. Defaults to `True`.

    Attributes:
        paths: The layer calls whose activations it can give.

    Raises:
        Exception: Whatever the model raises when it is traced.
    """

    def __init__(
        self, activation_model: ActivationModel, inputs: Any, *, in_parts: bool = True
    ) -> None:
        import tensorflow as tf

        self._in_parts = in_parts
        signature = signature_of(inputs)
        assert signature is not None, "arrays and tensors have shapes"
        self._signature: Signature = signature
        self._tensor = tf.convert_to_tensor
        self.paths: tuple[str, ...] = ()

        def trace(flat: Sequence[Any]) -> ForwardPass:
            forward = activation_model.forward_pass(keras.tree.pack_sequence_as(inputs, list(flat)))
            self.paths = tuple(forward.activations)
            return forward

        def run_whole(*flat: Any) -> tuple[Any, list[Any]]:
            forward = trace(flat)
            return forward.predictions, list(forward.activations.values())

        def run_in_parts(wanted: Any, *flat: Any) -> tuple[Any, list[Any]]:
            forward = trace(flat)
            kept = _kept_if_wanted(list(forward.activations.values()), wanted)
            return forward.predictions, kept

        specs = [tf.TensorSpec(shape, dtype) for shape, dtype in self._signature]
        if in_parts:
            specs = [tf.TensorSpec((None,), tf.int32), *specs]
        # As it stands: Keras has converted what of its layers is to be converted.
        run = tf.function(run_in_parts if in_parts else run_whole, autograph=False)
        self._run = run.get_concrete_function(*specs)

    def fits(self, inputs: Any) -> bool:
        """Whether inputs have the shapes and dtypes that this graph was traced for."""
        return signature_of(inputs) == self._signature

    def run(self, inputs: Any, layers: Sequence[str]) -> ForwardPass:
        """Runs the model once, whose weights the graph reads.

        Args:
            inputs: One batch of inputs.
            layers: Some of `paths`.

        Returns:
            The predictions, along with the activations of these layers.
        """
        flat = [
            self._tensor(value, dtype)
            for value, (_, dtype) in zip(keras.tree.flatten(inputs), self._signature, strict=True)
        ]
        if self._in_parts:
            wanted = set(layers)
            flags = np.array([path in wanted for path in self.paths], np.int32)
            flat = [self._tensor(flags), *flat]
        with _as_traced() if self._in_parts else nullcontext():
            predictions, kept = self._run(*flat)
        activations = dict(zip(self.paths, kept, strict=True))
        return ForwardPass(predictions, {path: activations[path] for path in layers})


@contextmanager
def _as_traced() -> Iterator[None]:
    """Runs graphs as they were traced, for as long as the block takes.

    To make a graph of thousands of operations faster takes TensorFlow as long as tracing it; and
    what it gains, by joining operations, is lost where each one's result may be asked for.
    """
    import tensorflow as tf

    option = "disable_meta_optimizer"
    before = tf.config.optimizer.get_experimental_options().get(option, False)
    tf.config.optimizer.set_experimental_options({option: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({option: before})


def _kept_if_wanted(tensors: Sequence[Any], wanted: Any) -> list[Any]:
    """Gives the tensors that are wanted, and of all others nothing.

    A slice would share the memory of the whole, and so keep it; what is gathered is a copy.
    """
    import tensorflow as tf

    wanted = tf.ensure_shape(wanted, (len(tensors),))
    # Of a batch of one: the row 0 where a tensor is wanted, else none.
    rows = tf.split(tf.zeros([tf.reduce_sum(wanted)], tf.int32), wanted, num=len(tensors))
    flags = tf.unstack(wanted)
    axis = tf.constant(0)
    kept = []
    for tensor, row, flag in zip(tensors, rows, flags, strict=True):
        if tensor.shape.rank is None or tensor.shape.rank == 0:
            kept.append(tensor)
        elif tensor.shape[0] == 1:
            kept.append(tf.raw_ops.GatherV2(params=tensor, indices=row, axis=axis))
        else:
            kept.append(tf.gather(tensor, tf.range(flag * tf.shape(tensor)[0])))
    return kept
