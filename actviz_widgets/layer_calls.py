"""What the layers called within one run of a Keras model put out, each under its path."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import keras


class LayerInfo(NamedTuple):
    """One layer call of a model.

    Attributes:
        path: Unique address of the call, parents first: `backbone/block1/conv`. A layer called
            again is `conv#2`; of a layer that returns several tensors, each has an entry of its
            own, `lstm:0`, `lstm:1`.
        name: The layer's own name, `conv`.
        class_name: The layer's class, `Conv2D`.
        output_shape: Shape of what the call puts out, as Keras gives it: the batch axis first,
            `None` for sizes left open, such as `(None, 34, 34, 128)`.
    """

    path: str
    name: str
    class_name: str
    output_shape: tuple[int | None, ...]


@dataclass(frozen=True)
class LayerCall:
    """One tensor of one layer call, and the layer that was called."""

    info: LayerInfo
    layer: keras.Layer


@dataclass
class Recording:
    """What the layers called within one run of a model put out."""

    model: keras.Model
    wanted: frozenset[str] | None
    calls: list[LayerCall] = field(default_factory=list)
    activations: dict[str, Any] = field(default_factory=dict)
    _parents: list[str] = field(default_factory=list)
    _times_called: dict[str, int] = field(default_factory=dict)
    _silent: bool = False

    def around(self, layer: keras.Layer, run: Callable[[], Any], inputs: Sequence[Any]) -> Any:
        """Runs one layer call and writes down what it puts out."""
        if self._silent:
            return run()
        if layer is self.model and not self._parents:
            self._keep_inputs(layer, "", inputs)
            return run()
        path = self._new_path(layer.name)
        self._keep_inputs(layer, f"{path}/", inputs)
        self._parents.append(path)
        # An RNN calls its cell once a time step, inside a loop whose tensors live in it alone.
        self._silent = isinstance(layer, keras.layers.RNN)
        try:
            outputs = run()
        finally:
            self._silent = False
            self._parents.pop()
        self._keep(layer, path, outputs)
        return outputs

    def _new_path(self, name: str) -> str:
        path = f"{self._parents[-1]}/{name}" if self._parents else name
        count = self._times_called[path] = self._times_called.get(path, 0) + 1
        return path if count == 1 else f"{path}#{count}"

    def _keep_inputs(self, layer: keras.Layer, prefix: str, inputs: Sequence[Any]) -> None:
        # A functional model does not call its InputLayers; they stand for what it was given.
        if not isinstance(layer, keras.Model) or isinstance(layer, keras.Sequential):
            return
        declared = getattr(layer, "inputs", None) or []
        given = keras.tree.flatten(inputs[0]) if inputs else []
        if len(declared) != len(given):
            return
        for sub_layer in layer.layers:
            if isinstance(sub_layer, keras.layers.InputLayer):
                for symbol, tensor in zip(declared, given, strict=True):
                    if sub_layer.output is symbol:
                        value = keras.ops.convert_to_tensor(tensor, dtype=symbol.dtype)
                        self._keep(sub_layer, prefix + sub_layer.name, value)

    def _keep(self, layer: keras.Layer, path: str, outputs: Any) -> None:
        tensors = [item for item in keras.tree.flatten(outputs) if keras.ops.is_tensor(item)]
        for index, tensor in enumerate(tensors):
            entry = path if len(tensors) == 1 else f"{path}:{index}"
            info = LayerInfo(entry, layer.name, type(layer).__name__, open_batch(tensor.shape))
            self.calls.append(LayerCall(info, layer))
            if self.wanted is None or entry in self.wanted:
                self.activations[entry] = tensor


def open_batch(shape: Sequence[int | None]) -> tuple[int | None, ...]:
    """Gives a tensor's shape for any number of pictures."""
    return (None, *shape[1:]) if len(shape) else ()


_recording: ContextVar[Recording | None] = ContextVar("actviz_widgets_recording", default=None)
_listeners = 0
_listeners_lock = threading.Lock()
_keras_call = keras.Layer.__call__


@contextmanager
def state_kept(model: keras.Model) -> Iterator[None]:
    """Leaves the model's state as it was: variables that layers assign to, and losses.

    Keras keeps the losses of a model's last call in its layers, and clears them at the next one.
    """
    layers = model._flatten_layers()
    losses = [(list(layer._losses), set(layer._loss_ids)) for layer in layers]
    try:
        with keras.StatelessScope(collect_losses=False):
            yield
    finally:
        for layer, (kept, ids) in zip(layers, losses, strict=True):
            layer._losses[:] = kept
            layer._loss_ids.clear()
            layer._loss_ids.update(ids)


def _listening_call(layer: keras.Layer, *args: Any, **kwargs: Any) -> Any:
    recording = _recording.get()
    if recording is None:
        return _keras_call(layer, *args, **kwargs)
    return recording.around(layer, lambda: _keras_call(layer, *args, **kwargs), args)


@contextmanager
def listening(recording: Recording) -> Iterator[None]:
    """Writes down every layer call made on this thread while the block runs.

    `keras.Layer.__call__`, through which all layers go, is exchanged for the length of the block.
    Threads that run models of their own meanwhile pass straight through. Blocks may overlap in
    time: the first one in exchanges the method, the last one out puts it back.
    """
    global _listeners
    with _listeners_lock:
        _listeners += 1
        if _listeners == 1:
            keras.Layer.__call__ = _listening_call
    token = _recording.set(recording)
    try:
        yield
    finally:
        _recording.reset(token)
        with _listeners_lock:
            _listeners -= 1
            if _listeners == 0:
                keras.Layer.__call__ = _keras_call
