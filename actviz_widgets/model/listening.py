"""Has a recording hear of every layer call that is made on this thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import keras

from . import backends
from .layer_calls import Recording

_recording: ContextVar[Recording | None] = ContextVar("actviz_widgets_recording", default=None)
_listeners = 0
_listeners_lock = threading.Lock()
_own: dict[tuple[Any, str], Callable[..., Any]] = {}


@contextmanager
def listening(recording: Recording) -> Iterator[None]:
    """Writes down every layer call made on this thread while the block runs.

    The `__call__` of Keras's base layer, through which all layers go, and that of its operations
    are exchanged for the length of the block, as are the methods that convert what a layer is
    given, of which one tensor comes out for each. Threads that run models of their own meanwhile
    pass straight through. Blocks may overlap in time: the first one in exchanges the methods, the
    last one out puts them back.
    """
    global _listeners
    with _listeners_lock:
        _listeners += 1
        for base in backends.layer_classes():
            _exchange(base, "__call__", _listening_call)
        _exchange(keras.Operation, "__call__", _listening_operation)
        for converter, name in backends.input_converters():
            _exchange(converter, name, _listening_conversion)
    token = _recording.set(recording)
    try:
        yield
    finally:
        _recording.reset(token)
        with _listeners_lock:
            _listeners -= 1
            if _listeners == 0:
                while _own:
                    (base, name), own = _own.popitem()
                    setattr(base, name, own)


def _exchange(
    base: Any, name: str, made: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> None:
    if (base, name) not in _own:
        _own[base, name] = getattr(base, name)
        setattr(base, name, made(_own[base, name]))


def _listening_call(own_call: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(layer: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        recording = _recording.get()
        if recording is None:
            return own_call(layer, *args, **kwargs)
        return recording.around(layer, lambda: own_call(layer, *args, **kwargs), args, kwargs)

    return __call__


def _listening_operation(own_call: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(operation: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        outputs = own_call(operation, *args, **kwargs)
        recording = _recording.get()
        if recording is not None and not isinstance(operation, keras.Layer):
            recording.makers.ended(operation, args, outputs)
            recording.dependences.ended(operation, (*args, *kwargs.values()), outputs)
            recording.operation_ended(operation, args, outputs)
        return outputs

    return __call__


def _listening_conversion(own_method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(own_method)
    def convert(owner: Any, given: Any, *args: Any, **kwargs: Any) -> Any:
        before = list(given) if isinstance(given, list) else given
        converted = own_method(owner, given, *args, **kwargs)
        recording = _recording.get()
        if recording is not None:
            recording.converted(before, converted)
        return converted

    return convert
