"""What differs between the libraries that a Keras model can be of, behind one set of names.

Keras 3 runs on TensorFlow, JAX or PyTorch; the legacy Keras 2, `tf_keras`, is a library of its own
whose models Keras 3 does not know. None of them is imported here that is not loaded already.
"""

from __future__ import annotations

import math
import random
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import keras
import numpy as np

_PRINTED_VALUES = re.compile(
    r"(?:tf\.Tensor|<tf\.Tensor[^\[]*|tensor|Array|array)?\(?\s*"
    r"\[\[.*?\]\](?:\s*,[^)\n]*\)|\))?",
    re.DOTALL,
)


def is_legacy(model: object) -> bool:
    """Whether a model or layer is one of `tf_keras`."""
    legacy = sys.modules.get("tf_keras")
    return legacy is not None and isinstance(model, legacy.layers.Layer)


def layer_classes() -> tuple[Any, ...]:
    """Gives the classes through whose `__call__` all layers go."""
    legacy = sys.modules.get("tf_keras")
    return (keras.Layer,) if legacy is None else (keras.Layer, legacy.layers.Layer)


def input_converters() -> list[tuple[type, str]]:
    """Gives the methods that convert what a layer is given: the classes, and the names.

    Each takes a tensor or a flat list of them first, and gives as many. The private names are those
    of functional models; one that is gone is left out, and what it converts not known again.
    """
    legacy = sys.modules.get("tf_keras")
    functional: Any = keras.src.models.functional.Functional
    named = [
        (keras.DTypePolicy, "convert_input"),
        (functional, "_convert_inputs_to_tensors"),
        (functional, "_adjust_input_rank"),
    ]
    if legacy is not None:
        named.append((legacy.src.engine.functional.Functional, "_conform_to_reference_input"))
    return [(base, name) for base, name in named if hasattr(base, name)]


def is_model(layer: object) -> bool:
    """Whether a layer is a model."""
    legacy = sys.modules.get("tf_keras")
    return isinstance(layer, keras.Model) or (
        legacy is not None and isinstance(layer, legacy.Model)
    )


def is_sequential(layer: object) -> bool:
    """Whether a layer is a `Sequential`."""
    legacy = sys.modules.get("tf_keras")
    return isinstance(layer, keras.Sequential) or (
        legacy is not None and isinstance(layer, legacy.Sequential)
    )


def runs_its_graph(model: Any) -> bool:
    """Whether a model, and each one in it, runs the same layers for every input."""
    return all(_is_functional(layer) for layer in model._flatten_layers() if is_model(layer))


def _is_functional(model: Any) -> bool:
    """Whether a model is functional, with no `call` of its own that may go other ways."""
    for base in type(model).__mro__:
        if base.__name__ in ("Functional", "Sequential"):
            return True
        if "call" in vars(base):
            return False
    return False


def trace_scope() -> object:
    """Identifies the trace that tensors made now belong to; `None` outside of any.

    A tensor made inside a loop or a branch that the backend traces lives in it alone.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return None if tf.executing_eagerly() else id(tf.compat.v1.get_default_graph())
    if backend == "jax":
        from jax.extend.core import get_opaque_trace_state

        return get_opaque_trace_state(convention="flax")
    return None


@contextmanager
def without_gradients() -> Iterator[None]:
    """Keeps PyTorch from holding on to every tensor for a backward pass that never comes."""
    if keras.backend.backend() != "torch":
        yield
        return
    import torch

    with torch.no_grad():
        yield


def gradient(
    run: Callable[[Callable[[Any], Any]], tuple[Any, Any]],
) -> Any:
    """Computes the gradient of a number with respect to a tensor met on the way to it.

    Args:
        run: Is given `watch`. It is to hand the tensor to `watch` when it meets it, to go on with
            what that returns, and to give the number and the tensor. On JAX, which cannot watch,
            it runs a second time, with a tensor added whose gradient is the same.

    Returns:
        A tensor like the one watched; `None` if the number does not hang on it, which JAX gives as
        zeros.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            number, tensor = run(lambda watched: (tape.watch(watched), watched)[1])
        return tape.gradient(number, tensor)
    if backend == "torch":
        import torch

        number, tensor = run(
            lambda watched: watched if watched.requires_grad else watched.requires_grad_()
        )
        if not number.requires_grad:
            return None
        return torch.autograd.grad(number, tensor, allow_unused=True)[0]
    if backend == "jax":
        import jax

        _, tensor = run(lambda watched: watched)
        return jax.grad(lambda added: run(lambda watched: watched + added)[0])(
            keras.ops.zeros_like(tensor)
        )
    raise ValueError(
        f"Gradients are not computed on Keras's backend {backend!r}. Use tensorflow, torch or jax."
    )


class _Entry(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """The outermost layer of a pass.

    Keras clears the losses of the layer that a call begins with, and of all within it. With this
    one in front, the user's model keeps those of its own last call, on whatever thread that was.
    """

    def __init__(self) -> None:
        super().__init__(name="entry", dtype="float32")
        self._allow_non_tensor_positional_args = True
        self._convert_input_args = False
        self.built = True

    def call(self, run: Callable[[], Any]) -> Any:
        return run()


def without_trace(model: Any, run: Callable[[], Any]) -> Any:
    """Runs something on a model, and leaves its state as it was.

    That is the variables that layers assign to, and the losses of the model's last call.
    """
    if is_legacy(model):
        with _legacy_state_kept(model):
            return run()
    # Inside a compiled `predict`, JAX hands the weights in from outside, and a scope of our own
    # would bake in those of the day it was compiled.
    is_jax = keras.backend.backend() == "jax"
    given = [(variable, variable.value) for variable in model.variables] if is_jax else []
    with keras.StatelessScope(state_mapping=given, collect_losses=False):
        return _Entry()(run)


@contextmanager
def _legacy_state_kept(model: Any) -> Iterator[None]:
    """Puts back what a pass of a `tf_keras` model changed, for want of a stateless mode."""
    import tensorflow as tf

    layers = list(model._flatten_layers())
    names = ("_losses", "_eager_losses")
    losses = [{name: list(getattr(layer, name)) for name in names} for layer in layers]
    # Only what may assign to variables in inference: another thread may be training the rest.
    may_assign = [
        layer
        for layer in layers
        if getattr(layer, "stateful", False) or type(layer).__module__.split(".")[0] != "tf_keras"
    ]
    variables = [
        (variable, variable.numpy())
        for layer in may_assign
        if tf.executing_eagerly() and not is_model(layer)
        for variable in layer.non_trainable_variables
    ]
    try:
        yield
    finally:
        for variable, value in variables:
            if not np.array_equal(variable.numpy(), value):
                variable.assign(value)
        for layer, kept in zip(layers, losses, strict=True):
            for name, value in kept.items():
                getattr(layer, name)[:] = value


@contextmanager
def seeds_kept() -> Iterator[None]:
    """Puts the random numbers of Python, numpy and PyTorch back to where they were."""
    torch = sys.modules.get("torch")
    state = random.getstate(), np.random.get_state()  # the one that users seed
    of_torch = None if torch is None else torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(state[0])
        np.random.set_state(state[1])
        if torch is not None:
            torch.set_rng_state(of_torch)


def dtype_name(tensor: Any) -> str:
    """Names a tensor's dtype as Keras does: `"float32"`, `"bfloat16"`, `"string"`."""
    try:
        return str(keras.backend.standardize_dtype(tensor.dtype))
    except ValueError:  # complex numbers, which Keras has no name for
        return str(getattr(tensor.dtype, "name", tensor.dtype))


def cast_from(tensor: Any) -> Any:
    """Gives the tensor that a symbolic TensorFlow tensor is a cast of; `None` for any other."""
    operation = getattr(tensor, "op", None)
    is_cast = getattr(operation, "type", "") in ("Cast", "Identity")
    return operation.inputs[0] if operation is not None and is_cast else None


def as_array(tensor: Any, *, shared: bool = False) -> np.ndarray:
    """Gives a backend tensor as an array.

    Half-precision floats that numpy lacks come as float32, sparse tensors as full ones, and texts
    as Python strings.

    Args:
        tensor: The tensor.
        shared: Whether the array may look into the tensor's own memory, to be read only. Defaults
            to `False`: with TensorFlow and JAX it is a copy.
    """
    if shared and type(tensor).__module__.startswith(("tensorflow.", "jaxlib.")):
        with suppress(TypeError, BufferError, ValueError):  # sparse, or of a dtype numpy lacks
            from_tensorflow = type(tensor).__module__.startswith("tensorflow.")
            array = np.asarray(memoryview(tensor) if from_tensorflow else tensor)
            if array.dtype.kind in "biufc":
                return array
    for densify in ("to_dense", "todense"):
        if hasattr(tensor, densify) and type(tensor).__module__.split(".")[0] != "torch":
            tensor = getattr(tensor, densify)()
    if hasattr(tensor, "to_tensor"):  # ragged
        tensor = tensor.to_tensor()
    name = dtype_name(tensor)
    if name == "string":
        return np.char.decode(np.asarray(tensor.numpy(), dtype=bytes), "utf-8", "replace")
    if name == "bfloat16" or name.startswith("float8"):
        tensor = keras.ops.cast(tensor, "float32")
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def read_only(array: np.ndarray) -> np.ndarray:
    """Gives an array as one that cannot be written to.

    What is kept is handed out; nobody should change it unawares.
    """
    array = np.asarray(array)
    array.flags.writeable = False
    return array


_NUMBERS = frozenset("?bBhHiIlLqQefdg") | {"Zf", "Zd"}  # formats of a buffer


def size_as_array(tensor: Any) -> int | None:
    """Gives the bytes that a tensor of plain numbers takes as an array.

    Returns:
        `None` for texts, sparse and ragged tensors, and floats that numpy lacks.
    """
    if type(tensor).__module__.startswith("tensorflow."):
        # Of a fresh tensor its shape, as TensorFlow gives it, takes twenty times as long.
        with suppress(TypeError, BufferError, ValueError):
            memory = memoryview(tensor)
            if memory.format in _NUMBERS:
                return memory.nbytes
    is_dense = not hasattr(tensor, "todense") and not getattr(tensor, "is_sparse", False)
    if not is_dense or type(tensor).__name__ in ("SparseTensor", "RaggedTensor"):
        return None
    try:
        dtype = np.dtype(dtype_name(tensor))
    except TypeError:
        return None
    return dtype.itemsize * math.prod(tensor.shape) if dtype.kind in "biufc" else None


def first_lines(error: Exception, most: int = 400) -> str:
    """Gives what an error says in its first two lines, without what Keras puts around it.

    Values that Keras prints are left out, such as those of an input that has the wrong shape, and
    so are the marks that TensorFlow puts on its own errors.

    Args:
        error: The error.
        most: Characters to give; a longer text is cut between two words.
    """
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    plain = _PRINTED_VALUES.sub("an array", plain)
    plain = re.sub(r"\{\{function_node [^}]*\}\}\s*|\s*\[Op:[^\]]*\]( name:\s*\S*)?", "", plain)
    lines = [line.strip() for line in plain.splitlines()]
    said = [
        line
        for line in lines
        if line
        and not line.startswith(("Exception encountered when calling", "Arguments rec", "•"))
    ]
    return textwrap.shorten(" ".join(said[:2]), most, placeholder=" ...") or type(error).__name__


def said_in_full(error: ValueError) -> ValueError:
    """Keeps Keras from putting its own words, and all the inputs, around a sentence of ours."""
    error._keras_call_info_injected = True  # type: ignore[attr-defined]
    error._is_said_in_full = True  # type: ignore[attr-defined]
    return error


def is_said_in_full(error: Exception) -> bool:
    """Whether an error has a sentence of ours."""
    return getattr(error, "_is_said_in_full", False)
