"""Checking the layer paths that a user gave, and what to say when one names no layer."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def checked_paths(
    layers: str | Iterable[str], known: Sequence[str] | None, owner: str = "model"
) -> tuple[str, ...]:
    """Checks the layer paths that were given for `layers`.

    Args:
        layers: Layer paths, or a single one.
        known: Those there are; `None` if that is not known yet, when they are taken as they are.
        owner: What has these layers. Defaults to `"model"`.

    Raises:
        TypeError: If `layers` cannot be gone through.
        ValueError: If it is empty, or the owner has no layer of a path in it.
    """
    if not isinstance(layers, Iterable):
        raise TypeError(
            f"layers is of type {type(layers).__name__}; a list of layer paths is wanted."
        )
    paths = (layers,) if isinstance(layers, str) else tuple(layers)
    if not paths:
        raise ValueError("layers is empty; name at least one layer, or leave it out for all.")
    if known is not None:
        for path in paths:
            if path not in known:
                raise ValueError(unknown_layer_sentence(path, known, owner))
    return paths


def unknown_layer_sentence(path: object, known: Sequence[str], owner: str = "model") -> str:
    """Says that a model, or another owner of layers, has no such layer, and which ones it has."""
    close = difflib.get_close_matches(str(path), known, n=3, cutoff=0.6)
    if close:
        return f"The {owner} has no layer {path!r}; the nearest are {', '.join(map(repr, close))}."
    shown = ", ".join(map(repr, known[:8])) + (", ..." if len(known) > 8 else "")
    return f"The {owner} has no layer {path!r}; choose one of its {len(known)}: {shown}."
