"""What the figure is to show, as plain data, and which part of many things that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..views import ActivationView, LeftView, WholeView


@dataclass(frozen=True)
class Page:
    """Which part of many things is shown.

    Attributes:
        number: Which page it is, from 0.
        count: Of how many.
        text: What is on it, in words.
    """

    number: int = 0
    count: int = 1
    text: str = ""

    @property
    def sentence(self) -> str:
        """What is on it, as a sentence."""
        return f"On show: {self.text}."


@dataclass(frozen=True)
class Scene:
    """What the figure shows.

    Attributes:
        left: In the left panel; nothing if there is a `whole`.
        left_title: Its title.
        right: In the right panel.
        right_title: Its title.
        caption: A line below the right panel.
        whole: What takes the whole figure; `None` for two panels.
        lines: What to say of it besides.
        page: Which part of many things it is.
    """

    left: LeftView | None = None
    left_title: str = ""
    right: ActivationView | None = None
    right_title: str = ""
    caption: str = ""
    whole: WholeView | None = None
    lines: tuple[str, ...] = ()
    page: Page = Page()


def page_of(items: Sequence[object], chosen: object, per_page: int, what: str) -> Page:
    """Gives the page that the chosen one of many is on.

    Args:
        items: All of them, in their order.
        chosen: One of them.
        per_page: How many there are on a page.
        what: What they are called, in the plural.
    """
    count = len(items)
    place = int(np.flatnonzero(np.asarray(items) == chosen)[0]) if count else 0
    number, pages = place // per_page, max(math.ceil(count / per_page), 1)
    first, last = number * per_page, min((number + 1) * per_page, count)
    if pages == 1:
        return Page(0, 1, f"all {count:,} {what}" if count > 1 else f"{count} {what[:-1]}")
    text = f"{last - first} of {count:,} {what}, page {number + 1} of {pages}"
    return Page(number, pages, text)
