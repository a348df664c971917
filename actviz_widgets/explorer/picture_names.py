"""Which of the pictures somebody means who gives its name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import PurePath

from .traits import SelectionError

_MOST_NAMES = 5


def index_of_picture(name: str, images: Sequence[str], trait: str) -> int:
    """Gives the index of the picture of a name.

    The name may be given without its folders and its ending, and in small letters, where that
    leaves no doubt.

    Args:
        name: What was given.
        images: The names of the pictures.
        trait: What was set to it.

    Raises:
        SelectionError: If there is no such picture, or there are several; the nearest are named.
    """
    found: list[int] = []
    for form in _FORMS:
        found = [index for index, image in enumerate(images) if form(image) == form(name)]
        if found:
            break
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{images[index]!r} ({index})" for index in found[:_MOST_NAMES])
        raise SelectionError(
            f"{trait} was set to {name!r}; that could be {listed}. Give the whole name, or "
            "the index."
        )
    near = difflib.get_close_matches(name, images, _MOST_NAMES, 0.5)
    listed = ", ".join(map(repr, near or images[:_MOST_NAMES])) or "none"
    those = "the nearest are" if near else "there are"
    left = 0 if near else max(len(images) - _MOST_NAMES, 0)
    more = f" and {left} more" if left else ""
    raise SelectionError(
        f"{trait} was set to {name!r}; there is no picture of that name: {those} {listed}{more}."
    )


_FORMS = (
    str,
    str.casefold,
    lambda name: PurePath(name).name.casefold(),
    lambda name: PurePath(name).stem.casefold(),
)
