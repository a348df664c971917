"""All that can be chosen in an explorer, as traits."""

from __future__ import annotations

from typing import Any

from .appearance import Appearance
from .selection import Selection


class Chosen(Selection, Appearance):
    """What is looked at, and how: all that an explorer's controls and code choose."""

    _why_ended = ""

    def end_choice(self, why: str) -> None:
        """Lets nothing be chosen any more; what was chosen last can still be read.

        Args:
            why: What to say to who tries.
        """
        self._why_ended = why

    def __setattr__(self, name: str, value: Any) -> None:
        if self._why_ended and name in _NAMES:
            raise RuntimeError(self._why_ended)
        super().__setattr__(name, value)


_NAMES = frozenset(Chosen.class_trait_names())
