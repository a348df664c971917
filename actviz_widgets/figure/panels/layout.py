"""Where the panels of a figure lie: side by side or, in a narrow figure, one below the other.

All lengths are in pixels at 100 dots per inch, as the fonts are, from the lower left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

NARROW = 560
"""Figures of less width have the activation below the input, and the toolbar above both."""

TOOLBAR_ABOVE = 34
"""What the toolbar takes there."""

BESIDE = ("profile", "profile of the input", "histogram", "histogram of the input")
"""The labels of axes that keep to a map."""

_LEFT, _BETWEEN, _RIGHT, _BOTTOM, _TOP = 44, 44, 88, 46, 42
"""The canvas's toolbar to the left, the map's row numbers between, the colour bar and its labels
to the right; numbers and the caption below, titles above."""

_UNDER_PICTURE = 12
_SERIES_LABELS = 52
_COLOR_BAR = 74  # and its numbers
_EDGE = 12
_SHARE_BESIDE_TILES, _WITH_COLOR_BAR = 0.3, 0.4
_LEAST, _MOST = 340, 540


class FigureBox(NamedTuple):
    """A rectangle of the figure."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where it is cut in two halves, left and right."""
        return self.left + self.width / 2


def preferred_height(width: float) -> int:
    """Gives the height of a figure of some width that leaves its panels about square."""
    if width < NARROW:
        each = max(width - _LEFT - _RIGHT, 1)
        return round(TOOLBAR_ABOVE + 2 * each + 2 * _TOP + _UNDER_PICTURE + _BOTTOM)
    each = (width - _LEFT - _BETWEEN - _RIGHT) / 2
    return round(min(max(each + _BOTTOM + _TOP, _LEAST), _MOST))


@dataclass(frozen=True)
class Content:
    """What a figure has to find room for.

    Attributes:
        has_tiles: Whether the activation is shown as tiles, which take most of the figure.
        has_series: Whether there are numbers below the input.
        has_input_bar: Whether the input has a colour bar.
        side_room: What is between the activation's map and its colour bar.
        input_side_room: The same of a map on the input's side.
        label_room: What the labels of bars take.
    """

    has_tiles: bool = False
    has_series: bool = False
    has_input_bar: bool = False
    side_room: float = 0
    input_side_room: float = 0
    label_room: float = 0


class FigureLayout:
    """Shares a figure between its two panels.

    Args:
        width: Of the figure.
        height: Of the figure.
        content: What is in it.

    Attributes:
        input: The panel of the input.
        activation: The panel of the activation.
        is_narrow: Whether the one is above the other.
    """

    def __init__(self, width: float, height: float, content: Content) -> None:
        self._width, self._content = width, content
        self.is_narrow = width < NARROW
        share = 0.5
        if content.has_tiles:
            has_bar_beside = content.has_input_bar and not self.is_narrow
            share = _WITH_COLOR_BAR if has_bar_beside else _SHARE_BESIDE_TILES
        if self.is_narrow:
            across = max(width - _LEFT - _RIGHT, 1)
            between = _TOP + (_BOTTOM if content.has_series else _UNDER_PICTURE)
            rest = max(height - TOOLBAR_ABOVE - _TOP - between - _BOTTOM, 2)
            self.activation = FigureBox(_LEFT, _BOTTOM, across, (1 - share) * rest)
            above = _BOTTOM + self.activation.height + between
            self.input = FigureBox(_LEFT, above, across, share * rest)
            return
        rest = max(width - _LEFT - _BETWEEN - _RIGHT, 2)
        up = max(height - _BOTTOM - _TOP, 1)
        self.input = FigureBox(_LEFT, _BOTTOM, share * rest, up)
        left = _LEFT + self.input.width + _BETWEEN
        self.activation = FigureBox(left, _BOTTOM, (1 - share) * rest, up)

    def place(self, label: str) -> FigureBox | None:
        """Gives the place of axes of this label; `None` for those that keep to others.

        Axes that need no room beside them have all of their panel.
        """
        if label in BESIDE:
            return None
        given, shown, content = self.input, self.activation, self._content
        # Below each other, both have the room of a colour bar at their right.
        bar = 0 if self.is_narrow else _COLOR_BAR
        end = self._width - _EDGE
        words = (end - given.left if self.is_narrow else given.width) - _EDGE
        bars = shown.left + content.label_room - (0 if self.is_narrow else _BETWEEN / 2)
        spans = {
            "picture": (given, given.left, given.width),
            "overlay of the input": (given, given.left, given.width - bar),
            "map of the input": (
                given,
                given.left,
                given.width - bar - content.input_side_room,
            ),
            "series as lines": (given, given.left + _SERIES_LABELS, given.width - _SERIES_LABELS),
            "series as rows": (given, given.left + _SERIES_LABELS, given.width - _SERIES_LABELS),
            "words for the input": (given, given.left + _EDGE, words),
            "feature map": (shown, shown.left, shown.width - content.side_room),
            "bars": (shown, bars, end - bars),
            "words for the activation": (shown, shown.left, end - shown.left),
        }
        whole = given if label.endswith("input") else shown
        panel, left, width = spans.get(label, (whole, whole.left, whole.width))
        return FigureBox(left, panel.bottom, max(width, 1), panel.height)

    def title_room(self, panel: FigureBox) -> float:
        """Gives how long a title over the middle of a panel may be."""
        return panel.width + (2 * _LEFT if self.is_narrow else _BETWEEN) - 8

    def most_for_labels(self) -> float:
        """Gives how much of the activation's panel the labels of bars may take."""
        return 0.45 * self.activation.width
