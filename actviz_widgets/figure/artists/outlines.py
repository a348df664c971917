"""Rectangles that frame a part of an image, to be seen on whatever the image shows."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import BboxBase

from ...views import PixelBox

_BEYOND = 3  # pixels at 100 dots per inch: half a line and a little more


def add_outline(axes: Axes, *, beyond: bool = False, linewidth: float = 1.5) -> Rectangle:
    """Adds a frame to axes, white within black, which is not visible yet.

    Args:
        axes: The axes that it is for.
        beyond: Whether a line along the edge of the axes is drawn as thick as any other.
        linewidth: Of the white line, in points.
    """
    frame = Rectangle(
        (0, 0), 1, 1, fill=False, edgecolor="white", linewidth=linewidth, linestyle="-"
    )
    frame.set_path_effects([withStroke(linewidth=linewidth + 2, foreground="black")])
    frame.set_visible(False)
    axes.add_patch(frame)
    if beyond:
        frame.set_clip_path(None)
        frame.set_clip_box(_Padded(axes.bbox, lambda: _BEYOND * axes.figure.dpi / 100))
    return frame


class PictureBox:
    """Frames a part of a picture. What would be beyond the picture's edge is cut off.

    Args:
        axes: Where the picture is shown, its pixels centred on whole numbers.
    """

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._size = (0, 0)
        self._box: PixelBox | None = None
        self._frame: Rectangle | None = None

    def set_size(self, size: tuple[int, int]) -> None:
        """Says how many rows and columns the picture has."""
        if size != self._size:
            self._size = size
            self.show(self._box)

    def show(self, box: PixelBox | None) -> None:
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


class _Padded(BboxBase):
    """A box that follows another, some pixels larger on every side."""

    def __init__(self, box: BboxBase, by: Callable[[], float]) -> None:
        super().__init__()
        self._box, self._by = box, by
        self.set_children(box)

    def get_points(self):  # type: ignore[no-untyped-def]
        """Gives the corners, as matplotlib asks for them."""
        return self._box.padded(self._by()).get_points()
