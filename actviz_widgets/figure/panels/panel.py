"""What the figure asks of its panels, each of which answers what concerns it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from matplotlib.axes import Axes

from ...views import PixelBox, Place
from ..artists.axes import AxesLimits

NewAxes = Callable[[str], AbstractContextManager[Axes]]
"""Gives new axes to furnish, by their label."""

Note = Callable[[int, int], str]
"""What else there is to tell of a row and column."""


class Panel:
    """Shows one kind of view on one side of the figure.

    Attributes:
        axes: Those it mostly draws in.
        is_in_pixels: Whether their coordinates are pixels of the picture.
        side_room: Pixels, at 100 dots per inch, that are needed between it and its colour bar.
        note: Says what else there is to tell of a row and column under the cursor.
    """

    axes: Axes
    is_in_pixels = False
    side_room = 0
    note: Note | None = None

    def show(self, view: Any) -> Mapping[Axes, AxesLimits]:
        """Sets what to show, and gives the axes it is in with the limits that show all of it."""
        raise NotImplementedError

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""

    def fit(self) -> None:
        """Lays out anew what depends on the size of the axes."""

    def write_labels(self, height: float, room: float) -> float:  # noqa: ARG002
        """Writes labels beside the axes, and gives how much of the room they take.

        Args:
            height: Of the axes, in pixels at 100 dots per inch.
            room: For the labels, in the same pixels.
        """
        return 0

    def place_at(self, x: float, y: float) -> Place | None:
        """Gives what is at these data coordinates; `None` for nothing."""
        return self.pixel_at(x, y)

    def pixel_at(self, x: float, y: float) -> Place | None:  # noqa: ARG002
        """Gives the picture's pixel at these data coordinates; `None` if there is none."""
        return None

    def frame_pixels(self, box: PixelBox | None) -> None:
        """Frames pixels of the picture, or none."""

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames one position of the map, or none."""


class WholePanel:
    """Shows one kind of view over the whole figure.

    Attributes:
        note: Says what else there is to tell of a row and column under the cursor.
    """

    note: Note | None = None

    def show(self, view: Any) -> Mapping[Axes, AxesLimits]:
        """Sets what to show, and gives the axes it is in with the limits that show all of it."""
        raise NotImplementedError

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""

    def place(self, width: float, height: float) -> Mapping[Axes, AxesLimits]:
        """Fills a figure of this size, in pixels at 100 dots per inch.

        Returns:
            Axes whose limits are others in a figure of this size, and these limits.
        """
        raise NotImplementedError

    @staticmethod
    def preferred_height(width: float) -> int:
        """Gives the height that suits a figure of some width, both in pixels at 100 per inch."""
        raise NotImplementedError

    def place_at(self, axes: Axes, x: float, y: float) -> Place | None:
        """Gives what is at these data coordinates of some axes; `None` for nothing."""
        raise NotImplementedError

    def frame_pixels(self, first: PixelBox | None, second: PixelBox | None) -> None:
        """Frames pixels of the pictures that are compared, or none."""

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames one position of the maps, or none."""
