"""Fonts of the machine for what the figure's own font lacks: names may be in any script.

matplotlib takes each character from the first font of a list that has it, and draws one that none
of them has as a box, with a warning of Python at each drawing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache

import matplotlib as mpl
from matplotlib.font_manager import FontEntry, FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

_BOX = "□"
# A font of last resort has boxes for all that there is; those for formulas have codes of their own.
_NO_LETTERS = ("Last Resort", "LastResort", ".LastResort", "STIXSize", "STIXNonUnicode", "cm")
_MOST_NAMED = 5  # characters
_STYLES = ("normal", "oblique", "italic")


def write(text: Text, words: str) -> None:
    """Sets a text, in fonts that have its characters; those that no font has become boxes."""
    if not words.isascii():
        own = tuple(text.get_fontfamily())
        words, families = as_drawn(words, own)
        if families != own:
            text.set_fontfamily(families)
    text.set_text(words)


def as_drawn(words: str, own: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Gives a text as it can be drawn.

    Args:
        words: The text.
        own: Families of fonts that it is to be drawn in, so far as they have its characters.

    Returns:
        The text, with a box for each character that no font of the machine has, and the families
        that have the others, those of `own` first.
    """
    own = tuple(own)
    return (words, own) if words.isascii() else _as_drawn(words, own)


def undrawable(words: str) -> str:
    """Gives the characters of a text that no font of the machine has, in their order, each once."""
    return "" if words.isascii() else _undrawable(words, tuple(mpl.rcParams["font.family"]))


@lru_cache(maxsize=64)
def _undrawable(words: str, own: tuple[str, ...]) -> str:
    without = _without(words, own)
    found = _found(without)
    return "".join(
        char
        for char in dict.fromkeys(_plain(words))
        if char in without and not any(_has(str(entry.fname), char) for entry in found)
    )


def forget_fonts() -> None:
    """Looks for fonts anew from now on: those of matplotlib's list have changed."""
    for cached in (_undrawable, _as_drawn, _found, _paths):
        cached.cache_clear()


def why_boxes(names: Iterable[str]) -> str:
    """Says which characters of some names no font of the machine has; empty if all can be drawn."""
    lacking = undrawable("".join(names))
    if not lacking:
        return ""
    more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
    return (
        f"No font of this machine has {' '.join(lacking[:_MOST_NAMED])}{more}: the figure draws "
        "boxes for them. Install one that does, such as Noto Sans of the script, and restart the "
        "kernel."
    )


@lru_cache(maxsize=4096)
def _as_drawn(words: str, own: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    without = _without(words, own)
    found = _found(without)
    lacking = {char for char in without if not any(_has(str(entry.fname), char) for entry in found)}
    box = "?" if _without(_BOX, own) else _BOX
    drawn = "".join(box if char in lacking else char for char in _plain(words))
    return drawn, (*own, *(entry.name for entry in found if entry.name not in own))


def _plain(words: str) -> str:
    """Leaves out what is not to be seen, such as marks of the writing direction."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) != "Cc" else " "
        for char in words
        if unicodedata.category(char) != "Cf"
    )


def _without(words: str, own: tuple[str, ...]) -> str:
    """Gives the characters that none of these families has, sorted, each once."""
    paths = _paths(own)
    return "".join(
        char
        for char in sorted(set(_plain(words)))
        if char != "\n" and not any(_has(path, char) for path in paths)
    )


@lru_cache(maxsize=512)
def _found(characters: str) -> tuple[FontEntry, ...]:
    """Looks for fonts that have these characters between them."""
    left = set(characters)
    found: list[FontEntry] = []
    for entry in _candidates() if left else ():
        had = {char for char in left if _has(str(entry.fname), char)}
        if had:
            found.append(entry)
            left -= had
        if not left:
            break
    return tuple(found)


def _candidates() -> Iterator[FontEntry]:
    """Gives a font of each family, upright and of usual weight if there is one."""
    seen = set()
    for entry in sorted(fontManager.ttflist, key=_strangeness):
        if entry.name not in seen and not entry.name.startswith(_NO_LETTERS):
            seen.add(entry.name)
            yield entry


def _strangeness(entry: FontEntry) -> tuple[int, int, str]:
    style = _STYLES.index(entry.style) if entry.style in _STYLES else len(_STYLES)
    weight = entry.weight if isinstance(entry.weight, int) else 400
    return style, abs(weight - 400), entry.name


@lru_cache(maxsize=64)
def _paths(families: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(findfont(FontProperties(family=[family]))) for family in families)


@lru_cache(maxsize=65536)
def _has(path: str, char: str) -> bool:
    with suppress(OSError, RuntimeError, ValueError):  # a font that is gone, or broken
        font = get_font(path)
        # Coloured pictures of a few sizes cannot be drawn at others.
        return bool(font.scalable and font.get_char_index(ord(char)))
    return False
