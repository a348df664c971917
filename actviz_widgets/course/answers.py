"""Answers to exercises: what is given, and what is said of it."""

from __future__ import annotations

import operator
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and why.

    Args:
        right: `None` where there is no answer that can be checked.
        why: A sentence or two.
    """

    right: bool | None
    why: str

    def __repr__(self) -> str:
        words = {True: "Right.", False: "Wrong.", None: "No answer yet."}
        return f"{words[self.right]} {self.why}"


class NotAnAnswer(Exception):  # noqa: N818  # it is no error
    """What was given cannot be checked; the message says what is wanted."""


def whole_number(answer: object, what: str) -> int:
    """Takes an answer as a whole number, or says `what` is wanted."""
    try:
        if isinstance(answer, bool):
            raise TypeError
        return operator.index(answer)  # type: ignore[arg-type]
    except TypeError:
        raise NotAnAnswer(f"A whole number is wanted: {what}.") from None


def channel_index(answer: object, count: int) -> int:
    """Takes an answer as the index of one of `count` channels."""
    channel = whole_number(answer, f"the index of a channel, 0 to {count - 1}")
    if not 0 <= channel < count:
        raise NotAnAnswer(f"There is no channel {channel}; they are numbered 0 to {count - 1}.")
    return channel


def number(answer: object, what: str) -> float:
    """Takes an answer as a number, or says `what` is wanted."""
    try:
        if answer is ... or answer is None or isinstance(answer, str | bool):
            raise TypeError
        return float(answer)  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        raise NotAnAnswer(f"A number is wanted: {what}.") from None
