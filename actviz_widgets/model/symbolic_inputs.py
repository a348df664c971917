"""The inputs that a model declares, and the shapes in its graph."""

from __future__ import annotations

import math
from typing import Any

import keras

from . import backends


def model_inputs(model: keras.Model) -> Any:
    """Gives the symbolic inputs of a model, or `None` if it has none.

    Returns:
        A single input as it is, whatever structure the model declares it in; several in theirs.
    """
    flat = list(getattr(model, "inputs", None) or [])
    if len(flat) == 1:
        return flat[0]
    return model.input if flat else None


def fixed_batch_size(model: keras.Model) -> int:
    """Gives the batch size that a model insists on, as stateful ones do; 1 if it takes any."""
    symbols = keras.tree.flatten(model_inputs(model))
    size = symbols[0].shape[0] if symbols and hasattr(symbols[0], "shape") else None
    return size if isinstance(size, int) else 1


def built_shape(model: keras.Model) -> Any:
    """Gives the input shape, batch axis first, that a model written by hand was built for.

    Returns:
        A tuple; for several inputs a list or dict of them. `None` where the model does not tell.
    """
    config: dict[str, Any] = getattr(model, "get_build_config", dict)() or {}
    shape = config.get("input_shape")
    leaves = [shape] if _is_shape(shape) else _shape_leaves(shape)
    return shape if leaves and all(_is_shape(leaf) for leaf in leaves) else None


def _shape_leaves(shapes: Any) -> list[Any]:
    if isinstance(shapes, dict):
        return list(shapes.values())
    return list(shapes) if isinstance(shapes, list | tuple) else []


def _is_shape(shape: Any) -> bool:
    return (
        isinstance(shape, list | tuple)
        and len(shape) > 0
        and all(size is None or isinstance(size, int) for size in shape)
    )


MADE_UP_SIZES = (192, 256)
"""Two sizes that most models can take, and that no layer gives by chance."""


def of_size(symbols: Any, size: int) -> Any:
    """Gives symbolic inputs with this for each size left open, the batch's aside."""
    return keras.tree.map_structure(
        lambda symbol: keras.KerasTensor(
            (symbol.shape[0], *(side or size for side in symbol.shape[1:])), symbol.dtype
        ),
        symbols,
    )


def open_where_unlike(one: keras.KerasTensor, other: keras.KerasTensor) -> keras.KerasTensor:
    """Gives a symbolic tensor whose sizes are those that two others share."""
    sides = zip(one.shape, other.shape, strict=True)
    return keras.KerasTensor([a if a == b else None for a, b in sides], one.dtype)


def as_keras_tensors(symbols: Any) -> Any:
    """Gives the symbolic inputs of a `tf_keras` model as those of Keras 3; its own as they are."""
    return keras.tree.map_structure(
        lambda symbol: (
            symbol
            if isinstance(symbol, keras.KerasTensor)
            else keras.KerasTensor(
                tuple(symbol.shape), keras.backend.standardize_dtype(symbol.dtype)
            )
        ),
        symbols,
    )


def in_structure(model: keras.Model, inputs: Any) -> Any:
    """Gives a single input in the list or dict that the model declares it in.

    Raises:
        ValueError: If the model takes several inputs, and there is a single one.
    """
    declared = None if backends.is_sequential(model) else getattr(model, "input", None)
    if not keras.tree.is_nested(declared) or keras.tree.is_nested(inputs):
        return inputs
    symbols = keras.tree.flatten(declared)
    if len(symbols) > 1:
        names = ", ".join(f"{symbol.name!r} {tuple(symbol.shape)}" for symbol in symbols)
        given = tuple(getattr(inputs, "shape", ())) or type(inputs).__name__
        raise backends.said_in_full(
            ValueError(
                f"The model {model.name!r} takes {len(symbols)} inputs, {names}; one array was "
                f"given, {given}. Give a {type(declared).__name__} of arrays, one for each."
            )
        )
    return keras.tree.pack_sequence_as(declared, [inputs])


def shape_in_graph(
    layer: Any, index: int, shape: tuple[int | None, ...]
) -> tuple[int | None, ...] | None:
    """Gives the shape of what a layer puts out as the graph of its model has it.

    Args:
        layer: The layer.
        index: Which of its tensors, from 0.
        shape: The shape that one run gave it. In the graph sizes may be open, the batch's for one.

    Returns:
        `None` where the layer is in no graph, or stands there with another shape.
    """
    try:
        symbols = keras.tree.flatten(layer.output)
        in_graph = tuple(symbols[index].shape)
    except (AttributeError, ValueError, IndexError):  # a layer within a layer
        return None
    if len(in_graph) != len(shape):
        return None
    if any(side not in (None, known) for side, known in zip(in_graph[1:], shape[1:], strict=True)):
        return None
    return in_graph


def total_size(model: Any) -> int | None:
    """Gives the bytes that what all layers of a model put out takes for one picture, at float32.

    Layers within layers are not counted, and of a layer called several times the first call alone.

    Returns:
        `None` where the graph does not tell: sizes are left open, or models are written by hand.
    """
    if not backends.runs_its_graph(model):
        return None
    total = 0
    for layer in model._flatten_layers():
        try:
            symbols = [] if backends.is_model(layer) else keras.tree.flatten(layer.output)
        except (AttributeError, ValueError):  # a layer within a layer
            continue
        for symbol in symbols:
            if None in symbol.shape[1:]:
                return None
            total += 4 * math.prod(symbol.shape[1:])
    return total
