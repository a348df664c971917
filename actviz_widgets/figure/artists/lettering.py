"""How wide texts are drawn, and how they are cut to the room there is."""

from __future__ import annotations

import bisect
import re

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from .scripts import as_drawn

_PARENTS = re.compile(r"\S+/(?=\w)")

HINTING = 1.08
"""Small letters are drawn this much wider than they are, a whole number of pixels each."""


def width_of(text: str, points: float) -> float:
    """Measures a text of this font size, in pixels at 100 dots per inch."""
    return HINTING * measured(text, FontProperties(size=points))[0]


def measured(text: str, font: FontProperties) -> tuple[float, float, float]:
    """Gives width, height and descent of a text, in pixels at 100 dots per inch."""
    text, families = as_drawn(text, font.get_family())
    if list(families) != font.get_family():
        font = font.copy()
        font.set_family(families)
    size = text_to_path.get_text_width_height_descent(text, font, False)
    width, height, descent = (float(length) * 100 / 72 for length in size)
    return width, height, descent


def without_parents(text: str) -> str:
    """Leaves out the models that a layer is in: of its path, the end says most."""
    return _PARENTS.sub("…/", text, count=1)


def shortened(text: str, room: float, points: float, *, keep_end: bool = False) -> str:
    """Cuts a text where the room ends, in pixels at 100 dots per inch, and says so by an `…`.

    Line breaks become spaces.
    """
    text = " ".join(text.splitlines())
    if width_of(text, points) <= room:
        return text
    text = without_parents(text)
    if width_of(text, points) <= room:
        return text

    def cut(length: int) -> str:
        return "…" + text[len(text) - length :] if keep_end else text[:length].rstrip() + "…"

    lengths = range(1, len(text))
    return cut(bisect.bisect_right(lengths, room, key=lambda n: width_of(cut(n), points)))
