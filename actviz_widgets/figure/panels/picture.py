"""The figure's left panel: what goes into the model, as a picture or as values over time.

Artists are made once, when they are first needed. To show something is to set their data; which
axes are seen, and how far they are zoomed in, is the figure's to say.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from ...views import PictureView, PixelBox, Place, SeriesView
from ..artists.axes import AxesLimits, set_seen_aspect
from ..artists.outlines import PictureBox
from ..artists.palette import Palette
from ..artists.series import MOST_LINES, SeriesLines, SeriesRows
from .panel import NewAxes, Panel


class PicturePanel(Panel):
    """A picture, or the channels of a series as lines, or as rows of an image if they are many.

    Args:
        axes: Where to draw pictures.
        new_axes: Gives the axes for a kind of series, by their label, when the first one is shown.
        palette: The colours of a series drawn as an image.

    Attributes:
        axes: Those of pictures.
    """

    is_in_pixels = True

    def __init__(
        self,
        axes: Axes,
        new_axes: NewAxes,
        palette: Palette,
    ) -> None:
        self.axes = axes
        self._new_axes = new_axes
        self._palette = palette
        self._picture = axes.imshow(
            np.zeros((1, 1, 3), np.uint8), origin="upper", aspect="equal", interpolation="auto"
        )
        self._picture.mouseover = False  # the axes' own format_coord says the place
        axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        self._size = (0, 0)
        self._box = PictureBox(axes)
        self._lines: SeriesLines | None = None
        self._rows: SeriesRows | None = None
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, view: PictureView | SeriesView) -> Mapping[Axes, AxesLimits]:
        """Sets what goes in, and gives the axes it is in with the limits that show all of it."""
        if isinstance(view, SeriesView):
            return self._show_series(view)
        self._size = height, width = view.size
        self._box.set_size(view.size)
        self._picture.set_data(view.pixels)
        self._picture.set_extent((-0.5, width - 0.5, height - 0.5, -0.5))
        self.fit()
        return {self.axes: ((-0.5, width - 0.5), (height - 0.5, -0.5))}

    def fit(self) -> None:
        """Stretches a picture that could not be seen at its true proportions."""
        if all(self._size):
            set_seen_aspect(self.axes, *self._size)

    def _show_series(self, view: SeriesView) -> Mapping[Axes, AxesLimits]:
        values = view.values
        unseen = int(values.size - np.count_nonzero(np.isfinite(values)))
        label = f"{view.rows} · {unseen} values not finite" if unseen else view.rows
        if values.shape[1] > MOST_LINES:
            if self._rows is None:
                with self._new_axes("series as rows") as axes:
                    self._rows = SeriesRows(axes, self._palette.plain)
            return self._rows.show(values, label)
        if self._lines is None:
            with self._new_axes("series as lines") as axes:
                self._lines = SeriesLines(axes)
        return self._lines.show(values, label)

    def frame_pixels(self, box: PixelBox | None) -> None:
        """Frames pixels of the picture, or none."""
        self._box.show(box)

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        if self._rows is not None:
            self._rows.set_colors(self._palette.plain)

    def pixel_at(self, x: float, y: float) -> Place | None:
        """Gives the pixel at these data coordinates; `None` outside of the picture."""
        row, column = round(y), round(x)
        height, width = self._size
        if not (0 <= row < height and 0 <= column < width):
            return None
        return Place("picture", row=row, column=column)

    def _describe(self, x: float, y: float) -> str:
        place = self.pixel_at(x, y)
        return f"picture: row {place.row}, column {place.column}" if place else ""
