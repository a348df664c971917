"""What is told of a receptive field: the pixels in it, and where the fields of a layer lie."""

from __future__ import annotations

from typing import NamedTuple

Span = tuple[int, int]
"""The first and the last pixel along one axis."""


class ReceptiveField(NamedTuple):
    """The box of pixels that one position of an activation can see.

    Attributes:
        is_known: Whether the layers tell what it is.
        rows: The first and the last row of the picture in it; `None` if it is not known, or there
            is no pixel in it.
        columns: The first and the last column.
        unclipped_rows: The same as it would be, had the picture no edges: with negative rows, and
            rows beyond the last. `None` after a layer that mixes all positions.
        unclipped_columns: The same for the columns.
        picture_size: Height and width of the model's input, in pixels.
    """

    is_known: bool
    rows: Span | None
    columns: Span | None
    unclipped_rows: Span | None
    unclipped_columns: Span | None
    picture_size: tuple[int, int]

    @property
    def is_whole_picture(self) -> bool:
        """Whether the position sees the whole picture."""
        height, width = self.picture_size
        return self.rows == (0, height - 1) and self.columns == (0, width - 1)

    def __str__(self) -> str:
        if not self.is_known:
            return "not known"
        if self.is_whole_picture:
            return "the whole picture"
        if self.rows is None or self.columns is None:
            return "nothing of the picture"
        (top, bottom), (left, right) = self.rows, self.columns
        return f"rows {top} to {bottom}, columns {left} to {right}"


class Centres(NamedTuple):
    """Where the feature maps of a layer lie on the picture.

    Attributes:
        offset: Row and column of the pixel that position (0, 0) is centred on; between two pixels
            for half of one, and outside of the picture for less than 0.
        stride: How many pixels neighbouring positions lie apart, down and across.
    """

    offset: tuple[float, float]
    stride: tuple[float, float]

    def extent(self, height: int, width: int) -> tuple[float, float, float, float]:
        """Gives the edges of a feature map on the picture, for `matplotlib`'s `imshow(extent=)`.

        Args:
            height: Of the feature map.
            width: Of the feature map.

        Returns:
            `(left, right, bottom, top)` in pixels of the model's input, of which the first is
            centred on 0; with the origin at the top, each position lies around its centre.
        """
        (top, left), (down, across) = self.offset, self.stride
        return (
            left - across / 2,
            left + (width - 0.5) * across,
            top + (height - 0.5) * down,
            top - down / 2,
        )
