"""All that can be chosen in an explorer, as traits."""

from __future__ import annotations

from .appearance import Appearance
from .selection import Selection


class Chosen(Selection, Appearance):
    """What is looked at, and how: all that an explorer's controls and code choose."""
