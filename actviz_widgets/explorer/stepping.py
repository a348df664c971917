"""What the next channel, layer, picture or page is."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from .appearance import STEPPED

Places = Callable[[], Sequence[Any]]
"""Gives what there is to step through, in its order."""


def stepped(over: str, steps: int, chosen: Any, places: dict[str, Places], *, around: bool) -> Any:
    """Gives what is so many steps on.

    Args:
        over: The name of a trait of `chosen`, a key of `places`.
        steps: How many; back if negative.
        chosen: What is chosen now.
        places: What there is to step through.
        around: Whether the first comes after the last. If not, it stays at the last one.

    Raises:
        TypeError: If `steps` is no whole number.
        ValueError: If there is no such thing to step through.
    """
    try:
        steps = operator.index(steps)
    except TypeError:
        raise TypeError(f"steps is {steps!r}; a whole number is wanted.") from None
    if over not in places:
        names = [repr(name) for name in STEPPED]
        raise ValueError(
            f"over is {over!r}; choose one of {', '.join(names[:-1])} and {names[-1]}."
        )
    there = list(places[over]())
    place = there.index(getattr(chosen, over)) + steps
    return there[place % len(there) if around else min(max(place, 0), len(there) - 1)]
