"""What to say when a layer path names no layer."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def unknown_layer_sentence(path: object, known: Sequence[str], owner: str = "model") -> str:
    """Says that a model, or another owner of layers, has no such layer, and which ones it has."""
    close = difflib.get_close_matches(str(path), known, n=3, cutoff=0.6)
    if close:
        return f"The {owner} has no layer {path!r}; the nearest are {', '.join(map(repr, close))}."
    shown = ", ".join(map(repr, known[:8])) + (", ..." if len(known) > 8 else "")
    return f"The {owner} has no layer {path!r}; choose one of its {len(known)}: {shown}."
