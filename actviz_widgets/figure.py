"""The explorer's figure: what goes into the model and, beside it, what one of its layers puts out.

Nothing here is ever drawn anew: a redraw sets the data, limits and texts of artists that stay, and
says which of them are seen. The figure is made without pyplot, so that it belongs to nobody's
backend.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from .color_scale import color_map
from .map_panel import HINTING, BarsPanel, MapPanel, shortened
from .picture_panel import PicturePanel
from .views import ActivationView, BarsView, InputView, MapView, PictureView, SeriesView
from .words_panel import WordsPanel

WIDTH, HEIGHT = 8.5, 4.25
"""Size of the figure, in inches of 100 pixels."""

# In pixels at 100 dots per inch, as the fonts are: the canvas's toolbar to the left, the map's row
# numbers between, the colour bar and its labels to the right; numbers and the caption below.
_LEFT, _BETWEEN, _RIGHT, _BOTTOM, _TOP = 44, 44, 88, 46, 42
_SERIES_LABELS = 52
_EDGE = 12
_CAPTION_BASELINE = 8
_LONGEST_TITLE = 46

Limits = tuple[tuple[float, float], tuple[float, float]]


class ActivationFigure:
    """A matplotlib figure of two panels: the model's input and a layer's activation.

    Args:
        cmap: A matplotlib colour map or the name of one, for the feature map.

    Attributes:
        figure: The matplotlib figure.
        picture_axes: Where pictures are shown, the first of the figure's axes.
        map_axes: Where feature maps are shown, the second of the figure's axes.
        color_bar_axes: Those of the map's colour bar.
        color_bar: The map's colour bar.

    Raises:
        ValueError: If there is no colour map of that name.
    """

    def __init__(self, cmap: str | mpl.colors.Colormap = "viridis") -> None:
        colors = color_map(cmap)
        # Against the user's rcParams: axes are placed here, not by a layout engine.
        self.figure = Figure(figsize=(WIDTH, HEIGHT), dpi=100, layout="none")  # type: ignore[arg-type]
        self.picture_axes = self._new_axes("picture")
        self.map_axes = self._new_axes("feature map")
        self._picture = PicturePanel(self.picture_axes, colors)
        self._map = MapPanel(self.map_axes, colors)
        self.color_bar, self.color_bar_axes = self._map.color_bar, self._map.color_bar_axes
        self._bars = BarsPanel(self._new_axes("bars"))
        self._input_words = WordsPanel(self._new_axes("words for the input"))
        self._activation_words = WordsPanel(self._new_axes("words for the activation"))
        self._caption = self.figure.text(
            0, 0, "", fontsize="small", ha="center", va="baseline", usetex=False, parse_math=False
        )
        self._whole_caption = ""
        self._input: InputView | None = None
        self._input_axes: tuple[Axes, ...] = (
            self.picture_axes,
            self._picture.lines_axes,
            self._picture.rows_axes,
            self._input_words.axes,
        )
        self._activation_axes: tuple[Axes, ...] = (
            self.map_axes,
            self._map.profile_axes,
            self._bars.axes,
            self._activation_words.axes,
        )
        self._titles: dict[tuple[Axes, ...], str] = {
            self._input_axes: "",
            self._activation_axes: "",
        }
        # Along x (0) or y (1) of these axes are values: their range goes with what is shown.
        self._value_dimension = {
            self._picture.lines_axes: 1,
            self._map.profile_axes: 0,
            self._bars.axes: 0,
        }
        for axes in (*self._input_axes, *self._activation_axes):
            _make_plain(axes)
            _set_seen(axes, axes in (self.picture_axes, self.map_axes))
        self._map_title_transform = self.map_axes.title.get_transform()
        self._full_limits: dict[Axes, Limits] = {}
        self._layout: tuple[float, float] = (0, 0)
        self._place_axes()
        self.figure.canvas.mpl_connect("resize_event", lambda _: self._place_axes())

    @property
    def full_limits(self) -> dict[Axes, Limits]:
        """The x and y limits at which each of the axes on show shows all that is in it."""
        return dict(self._full_limits)

    def show_input(self, view: InputView, name: str) -> bool:
        """Shows what goes into the model.

        Args:
            view: The picture, series or words.
            name: Its title.

        Returns:
            Whether `full_limits` became others, so that the toolbar's home has to be told. A zoom
            is kept from one picture to the next one of the same size, and from one series to the
            next one of the same length.
        """
        if view is self._input and name == self._titles[self._input_axes]:
            return False
        self._input = view
        if isinstance(view, PictureView):
            whole = self._picture.show_picture(view)
        elif isinstance(view, SeriesView):
            whole = self._picture.show_series(view)
        else:
            whole = self._input_words.show(view.text)
        self._set_title(self._input_axes, name)
        return self._see(self._input_axes, whole)

    def show_activation(self, view: ActivationView, title: str, caption: str = "") -> bool:
        """Shows what a layer puts out.

        Args:
            view: The feature map, on a colour scale over its finite values; bars; or words.
            title: What it is.
            caption: A line to stand below. Defaults to none.

        Returns:
            Whether `full_limits` became others, so that the toolbar's home has to be told. A zoom
            is kept from one map to the next one of the same size, and from one set of bars to the
            next one of as many.
        """
        if isinstance(view, MapView):
            whole = self._map.show(view)
        elif isinstance(view, BarsView):
            whole = self._bars.show(view)
        else:
            whole = self._activation_words.show(view.text)
        self._set_title(self._activation_axes, title)
        if caption != self._whole_caption:
            self._whole_caption = caption
            self._fit_caption()
        changed = self._see(self._activation_axes, whole)
        return self._follow_layout() or changed

    def _new_axes(self, label: str) -> Axes:
        return self.figure.add_axes((0, 0, 1, 1), label=label)

    # ------------------------------------------------------------------------------------- layout

    def _follow_layout(self) -> bool:
        """Moves axes where what is on show takes other room; says whether it does."""
        before = self._layout
        self._layout = (self._map.profile_room, self._fit_bars())
        if self._layout == before:
            return False
        self._place_axes()
        return True

    def _place_axes(self) -> None:
        """Shares the figure between the panels; labels need the same room at any size."""
        width, each, _ = self._room()
        map_left = _LEFT + each + _BETWEEN
        self._put(self.picture_axes, _LEFT, each)
        for over_time in (self._picture.lines_axes, self._picture.rows_axes):
            self._put(over_time, _LEFT + _SERIES_LABELS, each - _SERIES_LABELS)
        self._put(self.map_axes, map_left, each - self._map.profile_room)
        bars_left = map_left - _BETWEEN / 2 + self._fit_bars()
        self._put(self._bars.axes, bars_left, width - _EDGE - bars_left)
        self._put(self._input_words.axes, _LEFT + _EDGE, each - _EDGE)
        self._put(self._activation_words.axes, map_left, width - _EDGE - map_left)
        # Titles stand over the middle of their panel, so that they do not meet.
        for axes in (self._picture.lines_axes, self._picture.rows_axes, self._input_words.axes):
            self._center_title(axes, _LEFT + each / 2)
        for axes in (self._bars.axes, self._activation_words.axes):
            self._center_title(axes, map_left + each / 2)
        shift = ScaledTranslation(self._map.profile_room / 200, 0, self.figure.dpi_scale_trans)
        self.map_axes.title.set_transform(self._map_title_transform + shift)
        for panel in self._titles:
            self._fit_title(panel)
        for words in (self._input_words, self._activation_words):
            words.fit()
        self._fit_caption()

    def _room(self) -> tuple[float, float, float]:
        """Gives the figure's width, and a panel's width and height, in pixels at 100 per inch."""
        width, height = self.figure.get_size_inches() * 100
        each = max((width - _LEFT - _BETWEEN - _RIGHT) / 2, 1)
        return float(width), float(each), float(max(height - _BOTTOM - _TOP, 1))

    def _put(self, axes: Axes, left: float, across: float) -> None:
        width, height = self.figure.get_size_inches() * 100
        _, _, rest = self._room()
        axes.set_position((left / width, _BOTTOM / height, max(across, 1) / width, rest / height))

    def _center_title(self, axes: Axes, center: float) -> None:
        width, _, _ = self._room()
        box = axes.get_position(original=True)
        axes.title.set_x((center / width - box.x0) / box.width)

    def _fit_bars(self) -> float:
        _, each, rest = self._room()
        return self._bars.write_labels(rest, 0.45 * each)

    def _set_title(self, panel: tuple[Axes, ...], title: str) -> None:
        if title != self._titles[panel]:
            self._titles[panel] = title
            self._fit_title(panel)

    def _fit_title(self, panel: tuple[Axes, ...]) -> None:
        """Writes a panel's title over all its axes, as much of its end as there is room for."""
        title = self._titles[panel]
        if len(title) > _LONGEST_TITLE:
            title = "…" + title[1 - _LONGEST_TITLE :]
        _, each, _ = self._room()
        points = self.picture_axes.title.get_fontproperties().get_size_in_points()
        # Larger letters are drawn about as wide as they are, so that nothing is lost to hinting.
        room = HINTING * (each + _BETWEEN - 8)
        title = shortened(title, room, points, keep_end=True)
        for axes in panel:
            if axes is not self._map.profile_axes:
                axes.title.set_text(title)

    def _fit_caption(self) -> None:
        width, each, _ = self._room()
        center = _LEFT + each + _BETWEEN + each / 2
        points = self._caption.get_fontproperties().get_size_in_points()
        self._caption.set_text(shortened(self._whole_caption, each + _BETWEEN, points))
        self._caption.set_position(
            (center / width, _CAPTION_BASELINE / (100 * self.figure.get_figheight()))
        )

    # --------------------------------------------------------------------------------------- zoom

    def _see(self, panel: tuple[Axes, ...], whole: Mapping[Axes, Limits]) -> bool:
        """Shows these axes of a panel, and no others; says whether `full_limits` became others."""
        changed = False
        for axes in panel:
            _set_seen(axes, axes in whole)
            if axes in whole:
                changed |= self._show_whole(axes, whole[axes])
            else:
                changed |= self._full_limits.pop(axes, None) is not None
        return changed

    def _show_whole(self, axes: Axes, whole: Limits) -> bool:
        """Goes back to showing all that is in these axes, unless a zoom into it still holds."""
        before = self._full_limits.get(axes)
        if before == whole:
            return False
        self._full_limits[axes] = whole
        value = self._value_dimension.get(axes)
        moves_x = moves_y = True
        if before is not None and value is not None and before[1 - value] == whole[1 - value]:
            # As many places as before: only the values' range may go along, where all of it shows.
            moves_x = value == 0 and axes.get_xlim() == before[0]
            moves_y = value == 1 and axes.get_ylim() == before[1]
        if moves_x:
            axes.set_xlim(whole[0])
        if moves_y and axes is not self._map.profile_axes:  # its rows are the map's
            axes.set_ylim(whole[1])
        return True


def _make_plain(axes: Axes) -> None:
    # Every choice that the user's rcParams could make otherwise is made here.
    axes.grid(False, which="both")
    axes.set_anchor("C")
    axes.set_title("", fontsize="medium", loc="center")
    for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
        text.set_usetex(False)
        text.set_parse_math(False)  # file names may hold dollar signs


def _set_seen(axes: Axes, seen: bool) -> None:
    axes.set_visible(seen)
    # Of axes that lie on one another matplotlib zooms the topmost one, seen or not.
    axes.set_navigate(seen)
