"""The explorer's figure: what goes into the model and, beside it, what one of its layers puts out.

Nothing here is ever drawn anew: a redraw sets the data, limits and texts of artists that stay, and
says which of them are seen. Axes take long to make, and few figures show all of them: those of the
picture and the map are there from the beginning, the others are made when they are first needed.
The figure is made without pyplot, so that it belongs to nobody's backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from .color_scale import color_map
from .map_panel import HINTING, BarsPanel, MapPanel, shortened
from .picture_panel import PicturePanel
from .views import ActivationView, BarsView, InputView, MapView, PictureView, SeriesView, WordsView
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

# From the lowest to the topmost, whichever is made first: in a narrow figure labels may overlap.
_ORDER = (
    "picture",
    "feature map",
    "series as lines",
    "series as rows",
    "profile",
    "bars",
    "words for the input",
    "words for the activation",
)
# Along x (0) or y (1) of these axes are values: their range goes with what is shown.
_VALUE_DIMENSION = {"series as lines": 1, "profile": 0, "bars": 0}

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
        # Axes that are made later are to look like the first ones, whatever is set by then.
        self._settings = dict(mpl.rcParams.copy())
        del self._settings["backend"]
        self._input_side, self._activation_side = _Side("input"), _Side("activation")
        self.picture_axes = self._add_axes("picture")
        self.map_axes = self._add_axes("feature map")
        self._picture = PicturePanel(
            self.picture_axes, partial(self._new_axes, self._input_side), colors
        )
        self._map = MapPanel(self.map_axes, partial(self._new_axes, self._activation_side), colors)
        self.color_bar, self.color_bar_axes = self._map.color_bar, self._map.color_bar_axes
        self._bars: BarsPanel | None = None
        self._caption = self.figure.text(
            0, 0, "", fontsize="small", ha="center", va="baseline", usetex=False, parse_math=False
        )
        self._whole_caption = ""
        self._input: InputView | None = None
        for side, axes in (
            (self._input_side, self.picture_axes),
            (self._activation_side, self.map_axes),
        ):
            _make_plain(axes)
            # Nothing is written above these axes that the title would have to be moved up from.
            axes.set_title("", fontsize="medium", loc="center", y=1.0)
            side.axes.append(axes)
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
        if view is self._input and name == self._input_side.title:
            return False
        self._input = view
        if isinstance(view, PictureView):
            whole = self._picture.show_picture(view)
        elif isinstance(view, SeriesView):
            whole = self._picture.show_series(view)
        elif isinstance(view, WordsView):
            whole = self._show_words(self._input_side, view.text)
        self._set_title(self._input_side, name)
        return self._see(self._input_side, whole)

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
            whole = self._show_bars(view)
        elif isinstance(view, WordsView):
            whole = self._show_words(self._activation_side, view.text)
        else:
            raise NotImplementedError
        self._set_title(self._activation_side, title)
        if caption != self._whole_caption:
            self._whole_caption = caption
            self._fit_caption()
        changed = self._see(self._activation_side, whole)
        return self._follow_layout() or changed

    def _show_bars(self, view: BarsView) -> Mapping[Axes, Limits]:
        if self._bars is None:
            with self._new_axes(self._activation_side, "bars") as axes:
                self._bars = BarsPanel(axes)
        return self._bars.show(view)

    def _show_words(self, side: _Side, text: str) -> Mapping[Axes, Limits]:
        if side.words is None:
            with self._new_axes(side, f"words for the {side.name}") as axes:
                side.words = WordsPanel(axes)
        return side.words.show(text)

    # ------------------------------------------------------------------------------------ new axes

    def _add_axes(self, label: str) -> Axes:
        height = _ORDER.index(label) / len(_ORDER)
        return self.figure.add_axes((0, 0, 1, 1), label=label, zorder=height)

    @contextmanager
    def _new_axes(self, side: _Side, label: str) -> Iterator[Axes]:
        """Gives new axes to furnish, and takes them in: plain, not seen yet, placed and titled."""
        with mpl.rc_context(self._settings):
            axes = self._add_axes(label)
            yield axes
            _make_plain(axes)
        _set_seen(axes, False)
        side.axes.append(axes)
        self._place(side, axes)
        if label != "profile":
            axes.title.set_text(side.axes[0].get_title())

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
        self._fit_bars()
        shift = ScaledTranslation(self._map.profile_room / 200, 0, self.figure.dpi_scale_trans)
        self.map_axes.title.set_transform(self._map_title_transform + shift)
        for side in (self._input_side, self._activation_side):
            for axes in side.axes:
                self._place(side, axes)
            self._fit_title(side)
            if side.words is not None:
                side.words.fit()
        self._fit_caption()

    def _place(self, side: _Side, axes: Axes) -> None:
        span = self._spans().get(str(axes.get_label()))
        if span is None:  # the profile keeps to the map
            return
        left, across = span
        width, height = self.figure.get_size_inches() * 100
        _, each, rest = self._room()
        axes.set_position((left / width, _BOTTOM / height, max(across, 1) / width, rest / height))
        if axes is not side.axes[0]:
            # Titles stand over the middle of their panel, so that they do not meet.
            middle = _LEFT + each / 2
            if side is self._activation_side:
                middle = _LEFT + each + _BETWEEN + each / 2
            box = axes.get_position(original=True)
            axes.title.set_x((middle / width - box.x0) / box.width)

    def _spans(self) -> dict[str, tuple[float, float]]:
        """Gives where axes begin and how far they go across, in pixels at 100 per inch."""
        width, each, _ = self._room()
        map_left = _LEFT + each + _BETWEEN
        bars_left = map_left - _BETWEEN / 2 + (self._bars.label_room if self._bars else 0)
        over_time = (_LEFT + _SERIES_LABELS, each - _SERIES_LABELS)
        return {
            "picture": (_LEFT, each),
            "series as lines": over_time,
            "series as rows": over_time,
            "words for the input": (_LEFT + _EDGE, each - _EDGE),
            "feature map": (map_left, each - self._map.profile_room),
            "bars": (bars_left, width - _EDGE - bars_left),
            "words for the activation": (map_left, width - _EDGE - map_left),
        }

    def _room(self) -> tuple[float, float, float]:
        """Gives the figure's width, and a panel's width and height, in pixels at 100 per inch."""
        width, height = self.figure.get_size_inches() * 100
        each = max((width - _LEFT - _BETWEEN - _RIGHT) / 2, 1)
        return float(width), float(each), float(max(height - _BOTTOM - _TOP, 1))

    def _fit_bars(self) -> float:
        if self._bars is None:
            return 0
        _, each, rest = self._room()
        return self._bars.write_labels(rest, 0.45 * each)

    def _set_title(self, side: _Side, title: str) -> None:
        if title != side.title:
            side.title = title
            self._fit_title(side)

    def _fit_title(self, side: _Side) -> None:
        """Writes a panel's title over all its axes, as much of its end as there is room for."""
        title = side.title
        if len(title) > _LONGEST_TITLE:
            title = "…" + title[1 - _LONGEST_TITLE :]
        _, each, _ = self._room()
        points = self.picture_axes.title.get_fontproperties().get_size_in_points()
        # Larger letters are drawn about as wide as they are, so that nothing is lost to hinting.
        room = HINTING * (each + _BETWEEN - 8)
        title = shortened(title, room, points, keep_end=True)
        for axes in side.axes:
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

    def _see(self, side: _Side, whole: Mapping[Axes, Limits]) -> bool:
        """Shows these axes of a panel, and no others; says whether `full_limits` became others."""
        changed = False
        for axes in side.axes:
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
        value = _VALUE_DIMENSION.get(str(axes.get_label()))
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


class _Side:
    """One of the two panels: axes that lie on one another, and the title over all of them.

    Attributes:
        name: What is shown there.
        axes: Those made so far, the ones that are there from the beginning first.
        title: The title, of any length.
        words: What writes words there, once there were any.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.axes: list[Axes] = []
        self.title = ""
        self.words: WordsPanel | None = None


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
