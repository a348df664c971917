"""The explorer's figure: a picture and a feature map, matplotlib artists made once and updated.

Nothing here is ever drawn anew: a redraw sets the data, limits and titles of artists that stay. The
figure is made without pyplot, so that it belongs to nobody's backend.
"""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from . import color_scale
from .color_scale import color_map
from .feature_maps import Region

WIDTH, HEIGHT = 8.5, 4.25
"""Size of the figure, in inches of 100 pixels."""

_LONGEST_TITLE = 46
Limits = tuple[tuple[float, float], tuple[float, float]]


class ActivationFigure:
    """A matplotlib figure of a picture and, beside it, a feature map with its colour bar.

    Args:
        cmap: A matplotlib colour map or the name of one, for the feature map.

    Raises:
        ValueError: If there is no colour map of that name.
    """

    def __init__(self, cmap: str | mpl.colors.Colormap = "viridis") -> None:
        colors = color_map(cmap)
        # Against the user's rcParams: axes are placed here, not by a layout engine.
        self.figure = Figure(figsize=(WIDTH, HEIGHT), dpi=100, layout="none")  # type: ignore[arg-type]
        self.picture_axes = self.figure.add_axes((0, 0, 0.5, 1), label="picture")
        self.map_axes = self.figure.add_axes((0.5, 0, 0.5, 1), label="feature map")
        self._place_axes()
        self.figure.canvas.mpl_connect("resize_event", lambda _: self._place_axes())
        self._picture_image = _new_image(self.picture_axes, np.zeros((1, 1, 3), np.uint8))
        self._map_image = _new_image(self.map_axes, np.zeros((1, 1)), cmap=colors)
        self._map_image.set_interpolation("nearest")
        self._mark = Rectangle((0, 0), 1, 1, fill=False, edgecolor="white", linewidth=1.5)
        self._mark.set_path_effects([withStroke(linewidth=3.5, foreground="black")])
        self._mark.set_visible(False)
        self.map_axes.add_patch(self._mark)
        self.picture_axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        for axis in (self.map_axes.xaxis, self.map_axes.yaxis):
            axis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        self.map_axes.tick_params(labelsize="small")
        # Placed in fractions of the map's axes, the bar keeps to the map whatever its proportions.
        self.color_bar_axes = self.map_axes.inset_axes((1.03, 0, 0.05, 1))
        self.color_bar = self.figure.colorbar(self._map_image, cax=self.color_bar_axes)
        self.color_bar.locator = MaxNLocator(6)
        # Short labels: powers of ten, and what all values share, go above the bar.
        self.color_bar.formatter = ScalarFormatter()
        self.color_bar.formatter.set_powerlimits((-3, 4))
        self.color_bar_axes.yaxis.get_offset_text().set_fontsize("small")
        self.color_bar_axes.grid(False, which="both")
        self.color_bar_axes.tick_params(labelsize="small")
        self._full_limits: dict[Axes, Limits] = {}
        self._values = np.zeros((1, 1))
        self._place: Callable[[int, int], str] = lambda row, column: f"row {row}, column {column}"
        self.picture_axes.format_coord = self._describe_pixel  # type: ignore[method-assign]
        self.map_axes.format_coord = self._describe_value  # type: ignore[method-assign]

    @property
    def full_limits(self) -> dict[Axes, Limits]:
        """The x and y limits at which each axes shows all of its image."""
        return dict(self._full_limits)

    def show_picture(self, shown: np.ndarray, size: tuple[int, int], name: str) -> bool:
        """Shows a picture.

        Args:
            shown: `(height, width, 3)`, uint8.
            size: Height and width in pixels of the user's picture, which `shown` may be a smaller
                copy of; places in it are counted in these.
            name: Its title.

        Returns:
            Whether the picture's axes went back to showing all of it. A zoom is kept from one
            picture to the next one of the same size.
        """
        self._picture_image.set_data(shown)
        _set_title(self.picture_axes, name)
        return self._set_size(self.picture_axes, self._picture_image, size)

    def show_feature_map(
        self,
        values: np.ndarray,
        title: str,
        *,
        mark: Region | None = None,
        place: Callable[[int, int], str] | None = None,
    ) -> bool:
        """Shows a feature map on a colour scale over its finite values.

        Args:
            values: `(height, width)`, of any numeric dtype. NaN and infinite values have a colour
                of their own.
            title: What it is.
            mark: The part of the map to frame. Defaults to `None`, nothing.
            place: Says what is at a row and column, for the value under the cursor. Defaults to
                `None`: `row 3, column 4`.

        Returns:
            Whether the map's axes went back to showing all of it. A zoom is kept from one map to
            the next one of the same size.
        """
        self._values = values
        self._map_image.set_data(color_scale.finite_or_masked(values))
        self._map_image.set_clim(*color_scale.limits(values))
        _set_title(self.map_axes, title)
        self._place = place or (lambda row, column: f"row {row}, column {column}")
        self._mark.set_visible(mark is not None)
        if mark is not None:
            self._mark.set_bounds(mark.column - 0.5, mark.row - 0.5, mark.width, mark.height)
        height, width = values.shape
        # A map that is all length would be a hair's breadth at its true proportions.
        stretch = max(height, width) > 8 * min(height, width)
        self.map_axes.set_aspect("auto" if stretch else "equal")
        return self._set_size(self.map_axes, self._map_image, (height, width))

    def _place_axes(self) -> None:
        """Shares the figure between picture and map; labels need the same room at any size."""
        dpi = self.figure.dpi
        width, height = self.figure.get_size_inches() * dpi
        # In pixels at 100 dots per inch, as the fonts are: the canvas's toolbar to the left, the
        # map's row numbers between, the colour bar and its labels to the right.
        left, between, right, bottom, top = (margin * dpi / 100 for margin in (44, 44, 88, 30, 42))
        each = max((width - left - between - right) / 2, 1) / width
        rest = max(height - bottom - top, 1) / height
        map_left = left / width + each + between / width
        self.picture_axes.set_position((left / width, bottom / height, each, rest))
        self.map_axes.set_position((map_left, bottom / height, each, rest))

    def _set_size(self, axes: Axes, image: AxesImage, size: tuple[int, int]) -> bool:
        height, width = size
        limits = ((-0.5, width - 0.5), (height - 0.5, -0.5))
        if self._full_limits.get(axes) == limits:
            return False
        self._full_limits[axes] = limits
        image.set_extent((*limits[0], *limits[1]))
        axes.set_xlim(limits[0])
        axes.set_ylim(limits[1])
        return True

    def _describe_value(self, x: float, y: float) -> str:
        row, column = round(y), round(x)
        if not (0 <= row < self._values.shape[0] and 0 <= column < self._values.shape[1]):
            return ""
        return f"{self._place(row, column)}: {float(self._values[row, column]):.6g}"

    def _describe_pixel(self, x: float, y: float) -> str:
        row, column = round(y), round(x)
        (_, right), (bottom, _) = self._full_limits.get(self.picture_axes, ((0, -0.5), (-0.5, 0)))
        height, width = bottom + 0.5, right + 0.5
        if not (0 <= row < height and 0 <= column < width):
            return ""
        return f"picture: row {row}, column {column}"


def _new_image(
    axes: Axes, values: np.ndarray, cmap: mpl.colors.Colormap | None = None
) -> AxesImage:
    # Every choice that the user's rcParams could make otherwise is made here.
    image = axes.imshow(
        values,
        cmap=cmap,
        norm=Normalize(0, 1),
        origin="upper",
        aspect="equal",
        interpolation="auto",
    )
    image.mouseover = False  # the axes' own format_coord says place and value
    axes.grid(False, which="both")
    axes.set_anchor("C")
    axes.set_title("", fontsize="medium", loc="center")
    axes.title.set_usetex(False)
    axes.title.set_parse_math(False)  # file names may hold dollar signs
    return image


def _set_title(axes: Axes, title: str) -> None:
    if len(title) > _LONGEST_TITLE:
        title = "…" + title[1 - _LONGEST_TITLE :]
    axes.set_title(title, fontsize="medium", loc="center")
