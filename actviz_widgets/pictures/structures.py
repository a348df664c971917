"""Lists and dicts of anything, nested the way a model declares several inputs.

This room knows no Keras, whose own `keras.tree` gives the leaves of a dict in the order of its
keys; here they come in the order in which they were given, as people have them in mind. So a leaf
is never told by its number from one of the two to the other, but by what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def leaves(structure: Any) -> list[Any]:
    """Gives all that is in a structure, in order; what is no list, tuple or dict is itself all."""
    return [leaf for _, leaf in _walk(structure, ())]


def places(structure: Any) -> list[str]:
    """Says where each leaf is, by keys and positions: `image`, or `meta/0`."""
    return ["/".join(place) for place, _ in _walk(structure, ())]


def packed(structure: Any, new_leaves: Iterable[Any]) -> Any:
    """Gives a structure again with other leaves."""
    return _packed(structure, iter(new_leaves))


def matched(structure: Any, names: list[str], given: Any) -> list[Any] | None:
    """Finds the leaf in what was given for each leaf of a structure.

    Args:
        structure: What is wanted.
        names: A name for each leaf, in order.
        given: Nested as the structure is; or flat, as a dict by these names or a list in order.

    Returns:
        One for each leaf of the structure, in order; `None` if what was given is nothing of these.
    """
    along = _along(structure, given)
    if along is not None:
        return along
    if isinstance(given, Mapping):
        return [given[name] for name in names] if set(given) == set(names) else None
    is_flat = isinstance(given, list | tuple) and len(given) == len(names)
    return list(given) if is_flat and not any(isinstance(part, Mapping) for part in given) else None


def _walk(structure: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(structure, Mapping):
        for key, part in structure.items():
            yield from _walk(part, (*place, str(key)))
    elif isinstance(structure, list | tuple):
        for index, part in enumerate(structure):
            yield from _walk(part, (*place, str(index)))
    else:
        yield place, structure


def _packed(structure: Any, new_leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        return {key: _packed(part, new_leaves) for key, part in structure.items()}
    if isinstance(structure, list | tuple):
        parts = [_packed(part, new_leaves) for part in structure]
        return tuple(parts) if isinstance(structure, tuple) else parts
    return next(new_leaves)


def _along(structure: Any, given: Any) -> list[Any] | None:
    if isinstance(structure, Mapping):
        if not isinstance(given, Mapping) or set(given) != set(structure):
            return None
        pairs = [(part, given[key]) for key, part in structure.items()]
    elif isinstance(structure, list | tuple):
        if not isinstance(given, list | tuple) or len(given) != len(structure):
            return None
        pairs = list(zip(structure, given, strict=True))
    else:
        # Numbers in a list are an array yet to be made.
        return None if isinstance(given, Mapping) else [given]
    found = []
    for part, given_part in pairs:
        along = _along(part, given_part)
        if along is None:
            return None
        found += along
    return found
