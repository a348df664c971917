"""What to say of a batch that a model cannot take: what was given, what is wanted, what to do."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from . import backends
from .symbolic_inputs import built_shape, model_inputs

_MOST_NAMED = 4


def why_one_example(model: Any, x: Any) -> str:
    """Says that one example was given where a batch is wanted; empty if that is not so.

    Keras takes some of them for a batch of something else.
    """
    wanted = _wanted(model)
    shape = _shape(x)
    if len(wanted) != 1 or shape is None or not _fits(shape, wanted[0][1][1:]):
        return ""
    return (
        f"One example, of shape {shape}, was given; {_takes(model, wanted)}. Give a batch of one: "
        "x[None]."
    )


def why_refused(model: Any, x: Any, error: Exception) -> str:
    """Says why a model could not take a batch, as far as can be told from the shapes.

    Args:
        model: The model.
        x: What was given.
        error: What running the model with it raised, whose own first words are taken otherwise.
    """
    wanted = _wanted(model)
    leaves = keras.tree.flatten(x)
    strangers = [leaf for leaf in leaves if _shape(leaf) is None]
    if strangers or not leaves:
        kind = type(strangers[0] if strangers else x)
        return (
            "The batch given holds what is no array, of type "
            f"{kind.__module__}.{kind.__qualname__}; "
            f"{_takes(model, wanted) or 'arrays are wanted, batch axis first'}. For files, folders "
            "and pictures of other kinds there is ActivationExplorer."
        )
    reason = _mismatch(model, x, wanted) if wanted else ""
    if reason:
        return reason
    shapes = " and ".join(f"{_shape(leaf)} {_dtype_name(leaf)}" for leaf in leaves[:_MOST_NAMED])
    if backends.is_said_in_full(error):
        return str(error)
    name = getattr(model, "name", "")
    said = backends.first_lines(error)
    return f"The model {name!r} cannot take the batch, given as {shapes}: {said}"


def _mismatch(model: Any, x: Any, wanted: list[tuple[str, tuple[int | None, ...]]]) -> str:
    leaves = keras.tree.flatten(x)
    takes = _takes(model, wanted)
    if len(wanted) == 1 and len(leaves) > 1 and isinstance(x, list | tuple):
        return (
            f"A {type(x).__name__} of {len(leaves)} arrays was given; {takes}. Give one array: "
            "numpy.stack(x), of examples of one shape."
        )
    if len(wanted) != len(leaves):
        return f"{_given(x)} was given; {takes}. Give one array for each of its inputs."
    if isinstance(x, dict):
        unknown = sorted(set(map(str, x)) - {name for name, _ in wanted})
        if unknown:
            return f"There is no input named {', '.join(map(repr, unknown))}; {takes}."
        leaves = [x[name] for name, _ in wanted]
    for (name, shape), leaf in zip(wanted, leaves, strict=True):
        given = _shape(leaf)
        if given is None or _fits(given, shape):
            continue
        of_input = f" for the input {name!r}" if len(wanted) > 1 else ""
        hint = _hint(given, shape)
        return f"A batch of shape {given} was given{of_input}; {takes}.{hint}"
    return ""


def _hint(given: tuple[int, ...], wanted: tuple[int | None, ...]) -> str:
    if _fits(given, wanted[1:]):
        return " Give a batch of one: x[None]."
    if len(given) == len(wanted) == 4:
        if _fits((given[0], *given[2:], given[1]), wanted):
            return " Its channels come first: numpy.moveaxis(x, 1, -1) puts them last."
        if _fits((given[0], given[3], *given[1:3]), wanted):
            return " Its channels come last: numpy.moveaxis(x, -1, 1) puts them first."
        if _fits(given[3:], wanted[3:]):
            return " Resize the pictures: keras.ops.image.resize(x, (height, width))."
    if _fits((*given, 1), wanted):
        return " Add the axis of channels: x[..., None]."
    return ""


def _wanted(model: Any) -> list[tuple[str, tuple[int | None, ...]]]:
    """Gives name and shape of each input that a model declares; nothing where it does not tell."""
    declared = model_inputs(model)
    if isinstance(declared, dict) and not any(map(keras.tree.is_nested, declared.values())):
        return [(str(key), tuple(symbol.shape)) for key, symbol in declared.items()]
    symbols = [] if declared is None else keras.tree.flatten(declared)
    if symbols:
        return [(str(symbol.name), tuple(symbol.shape)) for symbol in symbols]
    shape = built_shape(model)
    return [("input", (None, *shape[1:]))] if isinstance(shape, tuple | list) and shape else []


def _takes(model: Any, wanted: list[tuple[str, tuple[int | None, ...]]]) -> str:
    if not wanted:
        return ""
    name = f"the model {getattr(model, 'name', '')!r} takes"
    if len(wanted) == 1:
        return f"{name} {_in_words(wanted[0][1])}"
    told = ", ".join(f"{name!r} {_in_words(shape)}" for name, shape in wanted[:_MOST_NAMED])
    more = f" and {len(wanted) - _MOST_NAMED} more" if len(wanted) > _MOST_NAMED else ""
    return f"{name} {len(wanted)} inputs, {told}{more}"


def _in_words(shape: tuple[int | None, ...]) -> str:
    """Writes a shape as people read it: `(batch_size, 64, 64, 3)`."""
    first = "batch_size" if shape[:1] == (None,) else str(shape[0])
    sides = ["any" if side is None else str(side) for side in shape[1:]]
    return f"({', '.join([first, *sides])})" if sides else f"({first},)"


def _given(x: Any) -> str:
    if isinstance(x, dict):
        return f"A dict of {', '.join(map(repr, x))}"
    if isinstance(x, list | tuple):
        return f"A {type(x).__name__} of {len(x)}"
    return f"An array of shape {_shape(x)}"


def _fits(given: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(given) == len(wanted) and all(
        side in (None, known) for known, side in zip(given, wanted, strict=True)
    )


def _shape(leaf: Any) -> tuple[int, ...] | None:
    shape = getattr(leaf, "shape", None)
    return None if shape is None else tuple(shape)


def _dtype_name(leaf: Any) -> str:
    return str(leaf.dtype) if isinstance(leaf, np.ndarray) else backends.dtype_name(leaf)
