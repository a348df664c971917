"""As much of a dataset, which may have no end, as can be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

MOST_FROM_A_DATASET = 100
"""Pictures taken from training data, such as a `tf.data.Dataset`."""


def is_dataset(images: object) -> bool:
    """Whether this is a `tf.data.Dataset`, or training data that gives its elements as one."""
    return hasattr(images, "as_numpy_iterator")


def can_end(dataset: Any) -> bool:
    """Whether one more element may be drawn than is taken."""
    return bool(getattr(dataset, "can_end", True))


def elements(dataset: Any) -> Iterator[Any]:
    """Gives the elements of a `tf.data.Dataset`, as arrays."""
    yield from dataset.as_numpy_iterator()


def first_of(
    examples: Iterable[T],
    nbytes: Callable[[T], int],
    most_bytes: int | None,
    noun: str,
    *,
    can_end: Callable[[], bool] = lambda: True,
) -> tuple[list[T], str]:
    """Takes examples while they are few and small enough; the first one always.

    Args:
        examples: All that there are.
        nbytes: Gives the bytes of one.
        most_bytes: Bytes that may be taken together; `None` for any number.
        noun: What the examples are, in the plural.
        can_end: Whether one more may be drawn now to see whether there is one. Defaults to always.

    Returns:
        The examples, and in words, which they are; empty if they are all.
    """
    taken: list[T] = []
    size = 0
    for example in examples:
        size += nbytes(example)
        is_too_large = most_bytes is not None and size > most_bytes
        if taken and (is_too_large or len(taken) == MOST_FROM_A_DATASET):
            return taken, f"the first {len(taken)} {noun} of the dataset"
        taken.append(example)
        if len(taken) == MOST_FROM_A_DATASET and not can_end():
            return taken, f"the first {len(taken)} {noun} of the dataset"
    return taken, ""
