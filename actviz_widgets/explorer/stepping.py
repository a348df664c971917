"""What the next channel, layer, picture or page is."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..scenes.network import layers_worth_a_strip
from ..scenes.shown import Shown
from .appearance import STEPPED

Places = Callable[[], Sequence[Any]]
"""Gives what there is to step through, in its order."""


def stepped(
    over: str, steps: int, chosen: Any, places: Mapping[str, Places], *, around: bool
) -> Any:
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


def turned(shown: Shown, pages: int) -> tuple[str, Any] | None:
    """Gives what to choose for the page so many pages on.

    Args:
        shown: What is on show.
        pages: How many pages; back if negative.

    Returns:
        A trait and its value, the first layer or channel of that page; `None` if there is none.
    """
    items: Sequence[Any]
    if shown.look.view == "network":
        trait, items, per_page = "layer", layers_worth_a_strip(shown), shown.strips_per_page
        chosen: Any = shown.selected.layer
    else:
        trait, items, per_page = "channel", shown.order, shown.look.tiles
        chosen = shown.selected.channel
    first = (items.index(chosen) // per_page + pages) * per_page
    return (trait, items[first]) if 0 <= first < len(items) else None
