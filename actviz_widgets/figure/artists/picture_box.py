"""A box around some pixels of a picture: what a position of a feature map can see of it."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .outlines import add_outline

Box = tuple[tuple[float, float], tuple[float, float]]
"""The first and the last row, and the first and the last column."""


class PictureBox:
    """Frames a part of a picture. What would be beyond the picture's edge is cut off.

    Args:
        axes: Where the picture is shown, its pixels centred on whole numbers.
    """

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._size = (0, 0)
        self._box: Box | None = None
        self._frame: Rectangle | None = None

    def set_size(self, size: tuple[int, int]) -> None:
        """Says how many rows and columns the picture has."""
        if size != self._size:
            self._size = size
            self.show(self._box)

    def show(self, box: Box | None) -> None:
        """Frames these pixels; none for `None`, or where all are outside of the picture."""
        self._box = box
        bounds = None
        if box is not None:
            (top, bottom), (left, right) = (
                (max(first, 0) - 0.5, min(last, count - 1) + 0.5)
                for (first, last), count in zip(box, self._size, strict=True)
            )
            if left < right and top < bottom:
                bounds = (left, top, right - left, bottom - top)
        if self._frame is None:
            if bounds is None:
                return
            self._frame = add_outline(self._axes, beyond=True)
        if self._frame.get_visible() != (bounds is not None):
            self._frame.set_visible(bounds is not None)
        if bounds is not None and self._frame.get_bbox().bounds != bounds:
            self._frame.set_bounds(*bounds)
