"""What reaches the first kernel of a model, found by sending pictures through what stands before.

Scaling can be written as a layer, as arithmetic between layers, in a function, or in a layer of the
user's own. What all of them share is what comes out: so that is looked at, and not how they are
written.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from . import backends
from .input_scaling import keeps_values
from .input_values import largest_wanted
from .layer_calls import EnoughHeard, Recording
from .layer_roles import is_rnn
from .listening import listening
from .symbolic_inputs import built_shape, fixed_batch_size, in_structure, model_inputs

PROBE_SIZE = 64
"""Height and width of the pictures sent through a model that takes them of any size."""

_LEAST_GREY_SIZE = 16  # of inputs without a channel axis: smaller ones are series
_MOST_KERNELS = 256
_KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel", "embeddings")
_Until = Callable[[int, np.ndarray], bool]


@dataclass(frozen=True)
class Probed:
    """What the pictures have shown.

    Attributes:
        largest: The largest value that the model is made for: 255, 1, infinity where it takes
            pixels of any scale; `None` where that cannot be told.
        path: The layer that changes values first; empty where there is arithmetic between layers,
            or several inputs.
    """

    largest: float | None
    path: str = ""


def probed(model: Any, index: int = 0) -> Probed | None:
    """Tells what values a model is made for by what reaches its first kernel.

    Args:
        model: A built Keras model. It is left as it is.
        index: Which of its inputs, from 0. Defaults to 0.

    Returns:
        `None` where a kernel comes first, which costs no run; where the input is no picture of
        floats; and where the model raises.
    """
    try:
        declared = model_inputs(model)
        symbols = [] if declared is None else keras.tree.flatten(declared)
        if index < len(symbols) and _kernel_comes_first(symbols[index]):
            return None
        with backends.without_gradients():
            return _probed(model, _zeros(model), index)
    except Exception:  # what a model can raise for made-up pictures is open-ended
        return None


def has_kernel(layer: Any) -> bool:
    """Whether a layer mixes its inputs with weights of its own, layers within it aside."""
    if backends.is_model(layer) or "Normalization" in type(layer).__name__:
        return False
    if is_rnn(layer) or any(getattr(layer, name, None) is not None for name in _KERNELS):
        return True
    own = [
        *getattr(layer, "_trainable_variables", ()),
        *getattr(layer, "_trainable_weights", ()),
    ]
    return any(sum(size > 1 for size in variable.shape) > 1 for variable in own)


@dataclass(kw_only=True)
class _ToKernel(Recording):
    """Hears what the layers with a kernel are given, and ends the run at one of them.

    Attributes:
        until: Says of each, by its index and what it is given, whether to end there.
        count: How many there were.
        given: What the last one was given.
        has_arithmetic: Whether there was an operation between layers.
    """

    until: _Until
    count: int = 0
    given: np.ndarray | None = None
    has_arithmetic: bool = False

    def begun(self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Takes what a layer with a kernel is given."""
        arrays = _numbers((*args, *kwargs.values())) if has_kernel(layer) else iter(())
        for array in arrays:
            self.given, index = array, self.count
            self.count += 1
            if self.until(index, array) or self.count == _MOST_KERNELS:
                raise EnoughHeard
            return

    def operation_ended(
        self,
        operation: Any,  # noqa: ARG002  # that there is one is enough
        args: Sequence[Any],  # noqa: ARG002
        outputs: Any,  # noqa: ARG002
    ) -> None:
        """Takes note of arithmetic between layers."""
        self.has_arithmetic = True

    @property
    def first_changing(self) -> str:
        """Path of the layer that changes values first; empty where arithmetic may do so."""
        changing = (call.info.path for call in self.calls if not keeps_values(call.layer))
        return "" if self.has_arithmetic else next(changing, "")


def _probed(model: Any, zeros: list[np.ndarray], index: int) -> Probed | None:
    if not _may_be_picture(zeros[index]):
        return None
    picture = _picture(zeros[index].shape)
    pixels, units = (
        [array if at != index else picture.astype(array.dtype) for at, array in enumerate(zeros)]
        for picture in (picture * 255, picture)
    )
    wanted = 0 if len(zeros) == 1 else _first_that_depends(model, zeros, pixels)

    def reached(inputs: list[np.ndarray]) -> _ToKernel:
        return _sent(model, inputs, lambda at, _: at == wanted)

    of_pixels = reached(pixels)
    arrays = [run.given for run in (reached(zeros), of_pixels, reached(units))]
    found = [array for array in arrays if array is not None]
    if wanted is None or len(found) < len(arrays):
        return None
    path = of_pixels.first_changing if len(zeros) == 1 else ""
    return Probed(largest_wanted(*found), path)


def _first_that_depends(
    model: Any, zeros: list[np.ndarray], pixels: list[np.ndarray]
) -> int | None:
    """Gives the index of the first kernel that is given other values for other inputs."""
    known: list[bytes] = []

    def keep(_: int, given: np.ndarray) -> bool:
        known.append(_print(given))
        return False

    _sent(model, zeros, keep)
    run = _sent(model, pixels, lambda at, given: at >= len(known) or _print(given) != known[at])
    return run.count - 1 if run.count and run.count <= len(known) else None


def _print(array: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes()).digest()


def _sent(model: Any, inputs: list[np.ndarray], until: _Until) -> _ToKernel:
    """Sends inputs through a model as far as is asked for."""
    recording = _ToKernel(model=model, wanted=frozenset(), until=until)
    declared = model_inputs(model)
    given = inputs[0] if len(inputs) == 1 else keras.tree.pack_sequence_as(declared, inputs)

    def run() -> None:
        with listening(recording), contextlib.suppress(EnoughHeard):
            model(in_structure(model, given), training=False)

    backends.without_trace(model, run)
    return recording


def _numbers(given: Sequence[Any]) -> Iterator[np.ndarray]:
    for tensor in keras.tree.flatten(list(given)):
        if hasattr(tensor, "shape") and hasattr(tensor, "dtype"):
            array = backends.as_array(tensor)
            if array.dtype.kind in "fiu":
                yield array


def _zeros(model: Any) -> list[np.ndarray]:
    """Gives an input of zeros for each that a model declares, with its sizes left open made up."""
    symbols = model_inputs(model)
    if symbols is None:
        shape = built_shape(model)
        if not isinstance(shape, list | tuple) or any(isinstance(one, list) for one in shape):
            return []
        return [np.zeros((1, *(size or PROBE_SIZE for size in shape[1:])), np.float32)]
    batch_size = fixed_batch_size(model)
    return [
        np.zeros(
            (batch_size, *(size or PROBE_SIZE for size in symbol.shape[1:])),
            _numpy_dtype(symbol),
        )
        for symbol in keras.tree.flatten(symbols)
    ]


def _numpy_dtype(symbol: Any) -> str:
    dtype = str(keras.backend.standardize_dtype(symbol.dtype))
    return "U1" if dtype == "string" else dtype


def _may_be_picture(zeros: np.ndarray) -> bool:
    if zeros.dtype.kind != "f":
        return False
    return zeros.ndim == 4 or (zeros.ndim == 3 and min(zeros.shape[1:]) >= _LEAST_GREY_SIZE)


def _picture(shape: tuple[int, ...]) -> np.ndarray:
    """Gives a picture of 0 to 1 that holds both ends, with other values in each channel."""
    channels_first = len(shape) == 4 and shape[1] < shape[3]
    height, width = shape[2:] if channels_first else shape[1:3]
    channels = 1 if len(shape) == 3 else shape[1 if channels_first else 3]
    down, across = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None]
    ramp = np.clip((down + across) * 0.625 - 0.125, 0, 1)
    turned = [ramp, ramp[::-1], ramp[:, ::-1], ramp[::-1, ::-1]]
    picture = np.stack([turned[channel % 4] for channel in range(channels)], axis=-1)
    if len(shape) == 3:
        picture = picture[..., 0]
    elif channels_first:
        picture = np.moveaxis(picture, -1, 0)
    return np.broadcast_to(picture, shape).copy()


def _kernel_comes_first(symbol: Any) -> bool:
    """Whether all that takes an input are kernels, as far as the graph of the model tells."""
    operation = symbol._keras_history.operation if hasattr(symbol, "_keras_history") else None
    nodes = [
        node
        for node in getattr(operation, "_outbound_nodes", ())
        if any(given is symbol for given in node.input_tensors)
    ]
    return bool(nodes) and all(_begins_with_kernel(node) for node in nodes)


def _begins_with_kernel(node: Any) -> bool:
    layer = node.operation
    if backends.is_model(layer):
        symbol = model_inputs(layer)
        return not keras.tree.is_nested(symbol) and _kernel_comes_first(symbol)
    if not isinstance(layer, keras.Layer):
        return False
    if keeps_values(layer):
        return all(_kernel_comes_first(symbol) for symbol in node.outputs)
    return has_kernel(layer)
