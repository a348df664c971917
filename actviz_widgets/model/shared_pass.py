"""The forward pass of a model, compiled once for each shape of input and shared by all who run it.

A trace takes as long as two or three eager passes, and some ten megabytes: so it is made from the
third pass of a shape on, and every explorer of a model, and every loop over `get_activations`, runs
the same one. What is kept for a model goes with the model: nothing of it holds on to the model.
"""

from __future__ import annotations

import threading
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras

from . import backends
from .activation_model import ActivationModel, ForwardPass
from .bounded_cache import BoundedCache
from .graph_pass import GraphPass
from .jit_pass import JitPass
from .made_of import MadeOf
from .signatures import Signature, signature_of

_MOST_COMPILED = 4  # for as many shapes of input, and choices of layers
_EAGER_PASSES = 2

_Key = tuple[Signature, tuple[str, ...] | None, bool]
_Make = Callable[[], ActivationModel]


class CompiledPass(Protocol):
    """A compiled forward pass for one shape of inputs."""

    paths: tuple[str, ...]

    def run(self, inputs: Any, layers: Sequence[str], /) -> ForwardPass:
        """Runs the model once, and gives its predictions along with these layers' activations."""


class SharedPass:
    """The forward pass of one model, eager or compiled, whichever pays. It does not hold the model.

    Args:
        model: The model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._begin(model)
        self._lock = threading.RLock()

    def run(
        self,
        model: keras.Model,
        make: _Make,
        inputs: Any,
        layers: Sequence[str] | None,
        *,
        chosen: tuple[str, ...] | None = None,
        in_parts: bool = False,
        of_those_called: bool = False,
    ) -> ForwardPass:
        """Runs the model once.

        Args:
            model: The model.
            make: Gives the activation model of it, to run or to trace.
            inputs: One batch of inputs.
            layers: Layer paths to give; `None` for all those of the activation model.
            chosen: The paths that the activation model is made for. Defaults to `None`, all.
            in_parts: Whether only a part of them is kept at once, which pays from the first pass.
            of_those_called: See `ActivationModel.forward_pass`.

        Returns:
            The predictions and the activations, tensors of the backend.

        Raises:
            Exception: Whatever the model raises.
        """
        signature = signature_of(inputs)
        key = None if signature is None else (signature, chosen, in_parts)
        compiled = None if key is None else self._compiled_or_none(model, make, inputs, key)
        failed = False
        if compiled is not None:
            try:
                return compiled.run(inputs, compiled.paths if layers is None else layers)
            except Exception:  # a layer that runs eagerly alone, or inputs that do not fit
                failed = True
        with backends.without_gradients():
            forward = make().forward_pass(inputs, layers, of_those_called=of_those_called)
        if failed:  # it was not the inputs
            self._give_up()
        if key is not None:
            with self._lock:
                self._eager_passes[key] += 1
        return forward

    def compile(self, activation_model: ActivationModel, inputs: Any) -> None:
        """Compiles the pass for layers in parts, if it can be; the trace shows the layer calls."""
        signature = signature_of(inputs)
        if signature is not None and self._may_compile:
            key = signature, activation_model.chosen, True
            with self._lock:
                self._make(activation_model, inputs, key)

    def _compiled_or_none(
        self, model: keras.Model, make: _Make, inputs: Any, key: _Key
    ) -> CompiledPass | None:
        """Gives the compiled pass for such inputs, if there is one or it pays to make one."""
        with self._lock:
            if not self._made_of.is_still(model):
                self._begin(model)
            if not self._may_compile:
                return None
            compiled = self._compiled.get(key)
            in_parts = key[2]
            if compiled is None and (in_parts or self._eager_passes[key] >= _EAGER_PASSES):
                compiled = self._make(make(), inputs, key)
            return compiled

    def _make(
        self, activation_model: ActivationModel, inputs: Any, key: _Key
    ) -> CompiledPass | None:
        try:
            compiled = _compiled(activation_model, inputs, in_parts=key[2])
        except Exception:  # what a trace can raise is open-ended
            self._give_up()
            return None
        if compiled is not None:
            self._compiled.put(key, compiled)
        return compiled

    def _begin(self, model: keras.Model) -> None:
        # What was tried in vain is not tried again.
        self._may_compile = can_be_compiled(model)
        self._made_of = MadeOf(model)
        self._compiled: BoundedCache[_Key, CompiledPass] = BoundedCache(_MOST_COMPILED)
        self._eager_passes: Counter[_Key] = Counter()

    def _give_up(self) -> None:
        with self._lock:
            self._may_compile = False
            self._compiled.clear()


_passes: weakref.WeakKeyDictionary[Any, SharedPass] = weakref.WeakKeyDictionary()
_passes_lock = threading.Lock()


def shared_pass(model: keras.Model) -> SharedPass:
    """Gives the pass that all share who run a model; it goes with the model."""
    with _passes_lock:
        found = _passes.get(model)
        if found is None:
            found = _passes[model] = SharedPass(model)
        return found


def can_be_compiled(model: Any) -> bool:
    """Whether a model runs the same layers for every input, on a backend that compiles."""
    backend = keras.backend.backend()
    return backend in ("tensorflow", "jax") and backends.runs_its_graph(model)


def _compiled(
    activation_model: ActivationModel, inputs: Any, *, in_parts: bool
) -> CompiledPass | None:
    if keras.backend.backend() == "tensorflow":
        return GraphPass(activation_model, inputs, in_parts=in_parts)
    # JAX frees what is not put out, and would have to be compiled anew for each choice of layers.
    return None if in_parts else JitPass(activation_model, inputs)
