"""An image of cells: each value a block of pixels of one colour.

matplotlib's own image scales values to the screen's pixels first, and then makes a colour of each.
Here each value becomes a colour once, and its block is filled with it: the same picture in a
fraction of the time, for a feature map has far fewer values than its place on the screen pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.image import AxesImage
from matplotlib.transforms import Bbox, TransformedBbox


class CellImage(AxesImage):
    """An image with `interpolation="nearest"`, on axes with linear scales.

    Args:
        axes: The axes that it is shown in.
        **options: Those of `matplotlib.image.AxesImage`.
    """

    def __init__(self, axes: Any, **options: Any) -> None:
        super().__init__(axes, interpolation="nearest", **options)

    def make_image(
        self, renderer: Any, magnification: float = 1.0, unsampled: bool = False
    ) -> tuple[Any, float, float, Any]:
        """Gives the pixels to draw, and where; see `matplotlib.image.AxesImage.make_image`."""
        to_pixels = self.get_transform()
        if unsampled or not (to_pixels.is_affine and to_pixels.is_separable):
            return super().make_image(renderer, magnification, unsampled)
        x0, x1, y0, y1 = self.get_extent()
        corners = to_pixels.transform([(x0, y0), (x1, y1)]) * magnification
        clip = (self.get_clip_box() or self.axes.bbox) if self.get_clip_on() else None
        seen = TransformedBbox(Bbox([[x0, y0], [x1, y1]]), to_pixels)
        shown = seen if clip is None else Bbox.intersection(seen, clip)
        if shown is None:
            return None, 0, 0, None
        # As matplotlib rounds: to whole pixels, halves towards the upper left.
        left, bottom, right, top = np.asarray(shown.extents) * magnification
        left, right = np.floor(left + 0.5), np.floor(right + 0.5 + 1e-8)
        bottom, top = np.ceil(bottom - 0.5 - 1e-8), np.ceil(top - 0.5)
        if left >= right or bottom >= top:
            return None, 0, 0, None
        across = (np.arange(left, right) + 0.5 - corners[0, 0]) / (corners[1, 0] - corners[0, 0])
        up = (np.arange(bottom, top) + 0.5 - corners[0, 1]) / (corners[1, 1] - corners[0, 1])
        if self.origin == "upper":
            up = 1 - up
        rgba = self.colors_at(up, across)
        return rgba, left / magnification, bottom / magnification, None

    def get_window_extent(self, renderer: Any = None) -> Bbox:  # noqa: ARG002
        """Gives where it lies on the screen, which matplotlib tells of a given extent alone."""
        x0, x1, y0, y1 = self.get_extent()
        return Bbox([[x0, y0], [x1, y1]]).transformed(self.get_transform())

    def colors_at(self, along_rows: np.ndarray, along_columns: np.ndarray) -> np.ndarray:
        """Gives the colours of places on the image.

        Args:
            along_rows: Where they are from the first row, 0, to the last, 1; `(height,)`.
            along_columns: Where they are from the first column to the last; `(width,)`.

        Returns:
            `(height, width, 4)`, uint8.
        """
        values = self._A  # type: ignore[attr-defined]
        height, width = values.shape[:2]
        rows, columns = cells_at(along_rows, height), cells_at(along_columns, width)
        if self._imcache is None:  # type: ignore[has-type]
            self._imcache = self.to_rgba(values, bytes=True, norm=values.ndim == 2)
        colors = np.ascontiguousarray(self._imcache).view(np.uint32)[..., 0]
        pixels = colors.take(rows, axis=0).take(columns, axis=1)
        return pixels.view(np.uint8).reshape(*pixels.shape, 4)


def cells_at(shares: np.ndarray, count: int) -> np.ndarray:
    """Gives the cell that each place is in, of places from 0 to 1 along all cells.

    A place between two cells is taken for the first one's.
    """
    cells: np.ndarray = np.clip(np.ceil(shares * count - 1e-9) - 1, 0, count - 1)
    return cells.astype(np.intp)
