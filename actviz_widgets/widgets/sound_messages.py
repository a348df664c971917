"""Which of a page's messages can be meant: any other is passed over, and changes nothing.

A page may be broken, or another program that speaks its language.
"""

from __future__ import annotations

import math
from typing import Any

_SIDES = 1, 10_000  # of a figure, in CSS pixels
_RATIOS = 0.1, 10.0  # pixels of the screen to a CSS pixel
_MOST_PIXELS = 50_000_000  # of the screen, which a painted figure takes
_FARTHEST = 1_000_000  # pixels from the corner of the canvas to the mouse
_LONGEST = 50  # characters of the name of a key or a button

_BARE = frozenset({"ack", "draw", "refresh", "send_image_mode", "closing", "initialized"})
_RATIO = {"set_dpi_ratio": "dpi_ratio", "set_device_pixel_ratio": "device_pixel_ratio"}
_MOUSE = frozenset(
    {"button_press", "button_release", "dblclick", "motion_notify", "scroll"}
    | {"figure_enter", "figure_leave"}
)
_NAMED = {"key_press": "key", "key_release": "key", "toolbar_button": "name"}


def is_sound(message: Any, size: tuple[float, float], ratio: float) -> bool:
    """Whether a message to a canvas can be meant.

    Args:
        message: What the page sent.
        size: Of the figure now, in CSS pixels.
        ratio: Pixels of the screen to a CSS pixel now.
    """
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str):
        return False
    if kind in _RATIO:
        asked = message.get(_RATIO[kind])
        return is_number(asked, *_RATIOS) and _fits(size, asked)
    if kind == "resize":
        asked = message.get("width"), message.get("height")
        return all(is_number(side, *_SIDES) for side in asked) and _fits(asked, ratio)
    if kind in _MOUSE:
        return (
            all(is_number(message.get(name), -_FARTHEST, _FARTHEST) for name in ("x", "y"))
            and all(is_number(message.get(name), -1, 2**16) for name in ("button", "buttons"))
            and is_number(message.get("step", 0), -_FARTHEST, _FARTHEST)
            and isinstance(message.get("modifiers"), list)
        )
    if kind in _NAMED:
        name = message.get(_NAMED[kind])
        return isinstance(name, str) and len(name) <= _LONGEST
    return kind in _BARE


def is_width(value: Any) -> bool:
    """Whether a page can have this width for a figure, in CSS pixels."""
    return is_number(value, 0, _SIDES[1])


def is_number(value: Any, low: float, high: float) -> bool:
    """Whether a value is a number from `low` to `high`."""
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and math.isfinite(value) and low <= value <= high


def _fits(size: tuple[float, float], ratio: float) -> bool:
    return size[0] * size[1] * ratio * ratio <= _MOST_PIXELS
