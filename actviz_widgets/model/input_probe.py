"""What reaches the first kernel of a model, found by sending pictures through what stands before.

Scaling can be written as a layer, as arithmetic between layers, in a function, or in a layer of the
user's own. What all of them share is what comes out: so that is looked at, and not how they are
written.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from . import backends, kernels
from .input_scaling import keeps_values
from .input_values import largest_wanted
from .layer_calls import EnoughHeard, Recording
from .layer_roles import class_names
from .listening import listening
from .symbolic_inputs import built_shape, fixed_batch_size, in_structure, model_inputs

PROBE_SIZE = 64
"""Height and width of the pictures sent through a model that takes them of any size."""

_LEAST_GREY_SIZE = 16  # of inputs without a channel axis: smaller ones are series
_MOST_VALUES = 1 << 26


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
        `None` where a kernel comes first, which costs no run; where the input can be no picture;
        and where the model raises.
    """
    try:
        declared = model_inputs(model)
        symbols = [] if declared is None else keras.tree.flatten(declared)
        if index < len(symbols) and kernels.comes_first(model, symbols[index]):
            return None
        with backends.without_gradients(), backends.seeds_kept(), np.errstate(all="ignore"):
            return _probed(model, symbols, index)
    except Exception:  # what a model can raise for made-up pictures is open-ended
        return None


def _probed(model: Any, symbols: Sequence[Any], index: int) -> Probed | None:
    zeros = _zeros(model, symbols)
    if not zeros or not _may_be_picture(zeros[index]):
        return None
    picture = _picture(zeros[index].shape).astype(zeros[index].dtype)
    inputs = [
        [array if at != index else one for at, array in enumerate(zeros)]
        for one in (zeros[index], picture * 255, picture)
    ]
    if len(zeros) > 1:
        return _told(list(_reached_of_several(model, symbols, index, inputs)), "")
    runs = [_to_kernel(model, model, in_structure(model, one)) for (one,) in inputs]
    reached = [run.given for run in runs]
    has_unheard = any(
        kernels.has_matrix(layer) for layer in model._flatten_layers() if backends.is_model(layer)
    )
    # A model that has weights of its own may have used them by then, which shows in the size.
    if has_unheard and any(array is None or array.size != picture.size for array in reached):
        return None
    return _told(reached, runs[1].first_changing)


def _told(reached: Sequence[np.ndarray | None], path: str) -> Probed | None:
    found = [array for array in reached if array is not None]
    return Probed(largest_wanted(*found), path) if len(found) == 3 else None


@dataclass(kw_only=True)
class _ToKernel(Recording):
    """Hears what the first layer with a kernel is given, and ends the run there.

    Attributes:
        given: What it was given.
        has_arithmetic: Whether there was an operation between layers.
    """

    given: np.ndarray | None = None
    has_arithmetic: bool = False

    def begun(self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Takes what a layer with a kernel is given."""
        # Its layers are not heard there.
        is_silent = backends.is_legacy(layer) and "TimeDistributed" in class_names(layer)
        if kernels.holds_kernel(layer) if is_silent else kernels.has_kernel(layer):
            self.given = next(_numbers((*args, *kwargs.values())), None)
            raise EnoughHeard

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


def _to_kernel(model: Any, layer: Any, given: Any) -> _ToKernel:
    """Calls a model, or a layer in it, as far as its first kernel."""
    recording = _ToKernel(model=layer, wanted=frozenset())

    def run() -> None:
        with listening(recording), contextlib.suppress(EnoughHeard):
            layer(given, training=False)

    backends.without_trace(model, run)
    return recording


def _reached_of_several(
    model: Any, symbols: Sequence[Any], index: int, inputs: Sequence[Sequence[np.ndarray]]
) -> Iterator[np.ndarray | None]:
    """Gives what reaches the first kernel on the way of one of several inputs, for each of some.

    Of the graph that much is run alone which stands before it: the other inputs may go a long way.
    """
    symbol = symbols[index]
    first = kernels.first_kernel(model, symbol) if backends.runs_its_graph(model) else None
    if first is None:
        return
    way = None if first.given is symbol else keras.Function(list(symbols), first.given)
    for arrays in inputs:
        tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
        given = (
            tensors[index] if way is None else backends.without_trace(model, partial(way, tensors))
        )
        if kernels.has_kernel(first.layer):
            yield backends.as_array(given)
        elif first.is_alone:
            yield _to_kernel(model, first.layer, given).given


def _numbers(given: Sequence[Any]) -> Iterator[np.ndarray]:
    for tensor in keras.tree.flatten(list(given)):
        if hasattr(tensor, "shape") and hasattr(tensor, "dtype"):
            array = backends.as_array(tensor)
            if array.dtype.kind in "fiu":
                yield array


def _zeros(model: Any, symbols: Sequence[Any]) -> list[np.ndarray]:
    """Gives an input of zeros for each that a model declares, with its sizes left open made up."""
    if not symbols:
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
        for symbol in symbols
    ]


def _numpy_dtype(symbol: Any) -> str:
    dtype = str(keras.backend.standardize_dtype(symbol.dtype))
    return {"string": "U1", "bfloat16": "float32"}.get(dtype, dtype)


def _may_be_picture(zeros: np.ndarray) -> bool:
    """Whether an input may be a picture, with or without channels, flat, or of a video or volume.

    What that wants is not known of series and tables by what is wanted of pictures.
    """
    if zeros.dtype.kind != "f" or zeros.size > _MOST_VALUES:
        return False
    if zeros.ndim == 2:
        return math.prod(zeros.shape[1:]) >= _LEAST_GREY_SIZE**2
    return zeros.ndim > 3 or (zeros.ndim == 3 and min(zeros.shape[1:]) >= _LEAST_GREY_SIZE)


def _picture(shape: tuple[int, ...]) -> np.ndarray:
    """Gives a picture of 0 to 1 that holds both ends, with other values in each channel."""
    rank = len(shape)
    if rank == 2:
        return np.broadcast_to(np.linspace(0, 1, shape[1], dtype=np.float32), shape)
    channels_first = rank > 3 and shape[1] < shape[-1]
    height, width = shape[-2:] if channels_first or rank == 3 else shape[-3:-1]
    channels = 1 if rank == 3 else shape[1 if channels_first else -1]
    down, across = (np.linspace(0, 1, size, dtype=np.float32) for size in (height, width))
    ramp = np.clip((down[:, None] + across) * 0.625 - 0.125, 0, 1)
    turned = [ramp, ramp[::-1], ramp[:, ::-1], ramp[::-1, ::-1]]
    of_channels = [turned[channel % 4] for channel in range(channels)]
    if rank == 3:
        return np.broadcast_to(ramp, shape)
    if channels_first:
        stacked = np.stack(of_channels).reshape(1, channels, *(1,) * (rank - 4), height, width)
    else:
        stacked = np.stack(of_channels, axis=-1)
    return np.broadcast_to(stacked, shape)
