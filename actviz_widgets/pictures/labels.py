"""The classes that pictures come with: given beside them, in a dataset, or as folders."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

Labels = tuple[Hashable | None, ...]
"""The class of each picture, a number or a name; `None` where it is not known."""


def checked(labels: Any, count: int) -> Labels:
    """Gives the classes that a user handed in.

    Args:
        labels: A number or a name for each picture, `None` for one that is not known.
        count: How many pictures there are.

    Raises:
        TypeError: If `labels` is no sequence, or one of them neither number nor name.
        ValueError: If there are more or fewer than pictures.
    """
    if isinstance(labels, str | bytes | Mapping) or not hasattr(labels, "__iter__"):
        raise TypeError(
            f"labels is of type {type(labels).__name__}; a list of the class of each picture is "
            "wanted, such as [0, 1, 1] or ['cat', 'dog', 'dog']."
        )
    given = list(np.asarray(labels) if hasattr(labels, "__array__") else labels)
    if len(given) != count:
        raise ValueError(
            f"labels has {len(given)} entries, and there are {count} pictures. Give the class of "
            "each picture, in the order of the pictures."
        )
    return tuple(_checked_label(label, index) for index, label in enumerate(given))


def in_dataset(given: Any, count: int) -> Labels:
    """Gives the classes of the pictures in one element of a dataset.

    Args:
        given: What stands beside the pictures: a number for each, or a row of units of which one
            is 1. One picture may have its own without a batch axis.
        count: How many pictures there are in the element.

    Returns:
        `None` for each picture of which it tells no class, as where there are several, or a number
        to be predicted.
    """
    unknown: Labels = (None,) * count
    if isinstance(given, list | tuple) and all(np.ndim(label) == 0 for label in given):
        given = np.asarray(given)
    if not isinstance(given, np.ndarray | np.generic | int | float | str | bytes):
        return unknown
    array = np.asarray(given)
    if array.ndim == 0 or len(array) != count:
        array = array[None]
    if len(array) != count:
        return unknown
    return tuple(_of_row(np.asarray(row)) for row in array)


def by_folder(names: Sequence[str]) -> Labels:
    """Gives the folder of each picture as its class, where they lie in more than one.

    Args:
        names: Paths of the pictures within the folder handed in, such as `cats/1.jpg`.
    """
    folders = [PurePosixPath(name).parent.name for name in names]
    return tuple(folders) if len(set(folders)) > 1 else (None,) * len(folders)


def _checked_label(label: Any, index: int) -> Hashable | None:
    if isinstance(label, np.generic):
        label = label.item()
    if label is None or isinstance(label, str | int):
        return label
    raise TypeError(
        f"The label of picture {index} is of type {type(label).__name__}; a number such as 3, a "
        "name such as 'cat', or None where the class is not known, is wanted."
    )


def _of_row(row: np.ndarray) -> Hashable | None:
    if row.ndim > 1:
        return None
    if row.size == 1:
        value = row.reshape(-1)[0]
        if isinstance(value, bytes):
            return value.decode(errors="replace")
        if isinstance(value, str):
            return str(value)
        is_whole = row.dtype.kind in "iub" or (row.dtype.kind == "f" and float(value).is_integer())
        return int(value) if is_whole else None
    is_one_hot = row.dtype.kind in "iufb" and (row == 1).sum() == 1 and (row != 0).sum() == 1
    return int(row.argmax()) if is_one_hot else None
