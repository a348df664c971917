"""A compiled forward pass of JAX, which gives the layers asked for.

Run op by op, each operation takes Python some hundred microseconds, and none is joined with the
next. The weights are handed in at each run, so that the pass follows them.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import keras

from .activation_model import ActivationModel, ForwardPass
from .signatures import signature_of

# XLA's fusions of a whole network are quick where nothing within is asked for. Where each layer's
# result is, they take up to twice as long as convolutions that are not fused.
_EACH_LAYER = {"xla_cpu_experimental_ynn_fusion_type": ""}


class JitPass:
    """The forward pass of an activation model, compiled by JAX. It does not hold the model.

    Args:
        activation_model: What to run. If its layer calls are not known yet, the trace shows them.
        inputs: One batch of inputs, which sets the shapes and dtypes.

    Attributes:
        paths: The layer calls whose activations it can give.

    Raises:
        Exception: Whatever the model raises when it is traced.
    """

    def __init__(self, activation_model: ActivationModel, inputs: Any) -> None:
        import jax

        self._signature = signature_of(inputs)
        self._model = weakref.ref(activation_model.model)
        self.paths: tuple[str, ...] = ()
        variables = list(activation_model.model.variables)

        def trace(values: list[Any], flat: list[Any]) -> tuple[Any, list[Any]]:
            given = list(zip(variables, values, strict=True))
            with keras.StatelessScope(state_mapping=given, collect_losses=False):
                forward = activation_model.forward_pass(keras.tree.pack_sequence_as(inputs, flat))
            self.paths = tuple(forward.activations)
            return forward.predictions, list(forward.activations.values())

        values = [variable.value for variable in variables]
        lowered = jax.jit(trace).lower(values, keras.tree.flatten(inputs))
        try:
            self._run = lowered.compile(compiler_options=_EACH_LAYER)
        except Exception:  # an XLA that does not know the option
            self._run = lowered.compile()

    def fits(self, inputs: Any) -> bool:
        """Whether inputs have the shapes and dtypes that this pass was compiled for."""
        return signature_of(inputs) == self._signature

    def run(self, inputs: Any, layers: Sequence[str]) -> ForwardPass:
        """Runs the model once, with the weights that it has now.

        Args:
            inputs: One batch of inputs.
            layers: Some of `paths`.

        Returns:
            The predictions, along with the activations of these layers.
        """
        model = self._model()
        assert model is not None, "whoever runs a model has it"
        values = [variable.value for variable in model.variables]
        predictions, tensors = self._run(values, keras.tree.flatten(inputs))
        activations = dict(zip(self.paths, tensors, strict=True))
        return ForwardPass(predictions, {path: activations[path] for path in layers})
