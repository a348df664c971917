"""Where the first kernel of a model stands, which makes of its inputs what training has taught."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras

from . import backends
from .input_scaling import keeps_values
from .layer_roles import class_names, is_rnn
from .symbolic_inputs import model_inputs

_KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel", "embeddings")
# Layers that hold a model of another library, or a saved one, and do not tell what is in it.
_OPAQUE = frozenset({"FlaxLayer", "JaxLayer", "KerasLayer", "TFSMLayer", "TorchModuleWrapper"})


class FirstKernel(NamedTuple):
    """The first thing in the graph of a model that has a kernel, on the way of one of its inputs.

    Attributes:
        layer: The layer that has one, or has layers with one in it.
        given: The symbolic tensor that it is given.
        is_alone: Whether it is given nothing else.
    """

    layer: Any
    given: Any
    is_alone: bool


def has_kernel(layer: Any) -> bool:
    """Whether a layer has weights of its own that training changes, layers within it aside."""
    if class_names(layer) & _OPAQUE:
        return True
    if backends.is_model(layer) or "Normalization" in type(layer).__name__:
        return False
    if is_rnn(layer) or any(getattr(layer, name, None) is not None for name in _KERNELS):
        return True
    # Weights that training changes may have any values: they tell nothing of the pictures.
    return bool(_trained(layer))


def has_matrix(layer: Any) -> bool:
    """Whether a layer has weights of its own along more than one axis."""
    return any(sum(size > 1 for size in variable.shape) > 1 for variable in _trained(layer))


def _trained(layer: Any) -> list[Any]:
    return [
        *getattr(layer, "_trainable_variables", ()),
        *getattr(layer, "_trainable_weights", ()),
    ]


def holds_kernel(layer: Any) -> bool:
    """Whether a layer, or one within it, has a kernel."""
    return isinstance(layer, backends.layer_classes()) and any(
        has_kernel(one) for one in layer._flatten_layers()
    )


def comes_first(model: Any, symbol: Any) -> bool:
    """Whether all that takes an input are kernels, as far as the graph of the model tells.

    Args:
        model: A built model.
        symbol: One of its symbolic inputs.
    """
    return backends.runs_its_graph(model) and _comes_first(symbol)


def _comes_first(symbol: Any) -> bool:
    history = getattr(symbol, "_keras_history", None)
    nodes = [
        node
        for node in getattr(_operation_of(history), "_outbound_nodes", ())
        if any(given is symbol for given in _given(node))
    ]
    return bool(nodes) and all(_begins_with_one(node) for node in nodes)


def _begins_with_one(node: Any) -> bool:
    layer = _operation_of(node)
    if not isinstance(layer, backends.layer_classes()):
        return False
    if backends.is_model(layer):
        symbol = model_inputs(layer)
        return not keras.tree.is_nested(symbol) and _comes_first(symbol)
    if keeps_values(layer):
        return all(_comes_first(symbol) for symbol in keras.tree.flatten(node.outputs))
    return has_kernel(layer)


def first_kernel(model: Any, symbol: Any) -> FirstKernel | None:
    """Finds the first kernel that depends on one of the inputs of a functional model of Keras 3.

    Args:
        model: The model.
        symbol: One of its symbolic inputs.
    """
    depending = {id(symbol)}
    for node in _in_order(model):
        given = [tensor for tensor in node.input_tensors if id(tensor) in depending]
        if not given:
            continue
        if holds_kernel(node.operation):
            return FirstKernel(node.operation, given[0], len(node.input_tensors) == 1)
        depending |= {id(tensor) for tensor in node.outputs}
    return None


def _in_order(model: Any) -> Iterator[Any]:
    for depth in sorted(model._nodes_by_depth, reverse=True):
        yield from model._nodes_by_depth[depth]


def _operation_of(node: Any) -> Any:
    """Gives the operation of a node, or of a symbolic tensor's history; `tf_keras` has layers."""
    return getattr(node, "operation", None) or getattr(node, "layer", None)


def _given(node: Any) -> Sequence[Any]:
    legacy: Sequence[Any] | None = getattr(node, "keras_inputs", None)
    return node.input_tensors if legacy is None else legacy
