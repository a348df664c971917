"""The panels of a figure, each made when it is first needed, and what is framed in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..views import (
    ActivationView,
    BarsView,
    ComparisonView,
    LeftView,
    MapView,
    NetworkView,
    OverlayView,
    PictureView,
    PixelBox,
    Place,
    SeriesView,
    TilesView,
)
from .artists.axes import AxesLimits
from .artists.palette import Palette
from .panels.bars import BarsPanel
from .panels.comparison import ComparisonPanel
from .panels.map import MapPanel
from .panels.network import NetworkPanel
from .panels.overlay import OverlayPanel
from .panels.picture import PicturePanel
from .panels.side import PanelSide, make_plain
from .panels.tiles import TilesPanel
from .panels.words import WordsPanel
from .zoom import set_seen

# From the lowest to the topmost, whichever is made first: in a narrow figure labels may overlap.
_ORDER = (
    "picture",
    "feature map",
    "overlay of the input",
    "overlay",
    "map of the input",
    "tiles",
    "series as lines",
    "series as rows",
    "profile of the input",
    "profile",
    "histogram of the input",
    "histogram",
    "bars",
    "words for the input",
    "words for the activation",
    "first picture",
    "second picture",
    "first map",
    "second map",
    "difference",
    "no difference",
    "network strips",
)

Note = Callable[[int, int], str]
"""What else there is to tell of a row and column."""

WholePanel = ComparisonPanel | NetworkPanel
"""What takes the whole figure."""


class FigurePanels:
    """The panels of a figure's two sides.

    Args:
        figure: The figure. Axes for pictures and for maps are added to it at once.
        palette: Its colours.
        placed: Is told of axes that were made, and of the side they are on.

    Attributes:
        input_side: The axes of the input.
        activation_side: The axes of the activation.
        picture: Shows pictures and series.
        map: Shows the activation's map.
        input_map: Shows a map instead of the picture; `None` before the first one, as the others.
        overlay: Shows the activation's map over the picture.
        input_overlay: Shows a map over the picture on the input's side.
        tiles: Shows tiles.
        bars: Shows bars.
        comparison: Shows two maps compared, over the whole figure.
        network: Shows strips, over the whole figure.
        whole_axes: The axes of these two.
    """

    def __init__(
        self, figure: Figure, palette: Palette, placed: Callable[[PanelSide, Axes], None]
    ) -> None:
        self._figure, self._palette, self._placed = figure, palette, placed
        # Axes that are made later are to look like the first ones, whatever is set by then.
        self._settings = dict(mpl.rcParams.copy())
        del self._settings["backend"]
        self.input_side, self.activation_side = PanelSide("input"), PanelSide("activation")
        axes = self._add_axes("picture"), self._add_axes("feature map")
        self.picture = PicturePanel(axes[0], partial(self._new_axes, self.input_side), palette)
        self.map = MapPanel(axes[1], partial(self._new_axes, self.activation_side), palette)
        self.input_side.add(axes[0])
        self.activation_side.add(axes[1])
        self.input_map: MapPanel | None = None
        self.overlay: OverlayPanel | None = None
        self.input_overlay: OverlayPanel | None = None
        self.tiles: TilesPanel | None = None
        self.bars: BarsPanel | None = None
        self.comparison: ComparisonPanel | None = None
        self.network: NetworkPanel | None = None
        self.whole_axes: list[Axes] = []
        self._box: PixelBox | None = None
        self._position: tuple[int | None, int | None] = (None, None)
        self._note: Note | None = None

    # ------------------------------------------------------------------------------- what is shown

    def show_input(self, view: LeftView) -> Mapping[Axes, AxesLimits]:
        """Sets what goes into the model, and gives its axes with the limits that show all of it."""
        if isinstance(view, PictureView):
            return self.picture.show_picture(view)
        if isinstance(view, SeriesView):
            return self.picture.show_series(view)
        if isinstance(view, OverlayView):
            if self.input_overlay is None:
                self.input_overlay = self._new_overlay(self.input_side, "overlay of the input")
            return self.input_overlay.show(view)
        if isinstance(view, MapView):
            return self._show_input_map(view)
        return self._show_words(self.input_side, view.text)

    def show_activation(self, view: ActivationView) -> Mapping[Axes, AxesLimits]:
        """Sets what a layer puts out, and gives its axes with the limits that show all of it."""
        if isinstance(view, MapView):
            return self.map.show(view)
        if isinstance(view, OverlayView):
            if self.overlay is None:
                self.overlay = self._new_overlay(self.activation_side, "overlay")
            return self.overlay.show(view)
        if isinstance(view, TilesView):
            if self.tiles is None:
                with self._new_axes(self.activation_side, "tiles") as axes:
                    self.tiles = TilesPanel(axes, self._palette)
            return self.tiles.show(view)
        if isinstance(view, BarsView):
            if self.bars is None:
                with self._new_axes(self.activation_side, "bars") as axes:
                    self.bars = BarsPanel(axes)
            return self.bars.show(view)
        return self._show_words(self.activation_side, view.text)

    def whole(self, view: ComparisonView | NetworkView) -> WholePanel:
        """Gives what shows such a view over the whole figure."""
        if isinstance(view, ComparisonView):
            if self.comparison is None:
                self.comparison = ComparisonPanel(self._new_whole_axes, self._palette)
                self.comparison.note = self._note
            return self.comparison
        if self.network is None:
            self.network = NetworkPanel(self._new_whole_axes, self._palette)
        return self.network

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        for panel in (
            self.picture,
            self.map,
            self.input_map,
            self.overlay,
            self.input_overlay,
            self.tiles,
            self.comparison,
            self.network,
        ):
            if panel is not None:
                panel.recolor()

    # ----------------------------------------------------------------------------------- places

    def place_at(self, axes: Axes, x: float, y: float) -> Place | None:
        """Says what is at these data coordinates of some axes; `None` for nothing."""
        find = {
            panel.axes: panel.place_at
            for panel in (self.picture, self.map, self.overlay, self.tiles, self.bars)
            if panel is not None
        }
        if self.input_overlay is not None:
            find[self.input_overlay.axes] = self.input_overlay.pixel_at
        return find[axes](x, y) if axes in find else None

    @property
    def note(self) -> Note | None:
        """Gives what else there is to tell of positions of the activation's map."""
        return self._note

    @note.setter
    def note(self, note: Note | None) -> None:
        self._note = self.map.note = note
        for panel in (self.overlay, self.comparison):
            if panel is not None:
                panel.note = note

    def frame_pixels(self, box: PixelBox | None, other: PixelBox | None = None) -> None:
        """Frames pixels of the picture, wherever it is shown, and of what it is compared with."""
        self._box = box
        if self.comparison is not None:
            self.comparison.frame_pixels(box, other)
        for panel in (self.picture, self.overlay, self.input_overlay):
            if panel is not None:
                panel.box.show(box)

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames one position of the activation's map, or none."""
        self._position = (row, column)
        for panel in (self.map, self.overlay, self.comparison):
            if panel is not None:
                panel.mark_position(row, column)

    # ---------------------------------------------------------------------------------- new panels

    def _show_words(self, side: PanelSide, text: str) -> Mapping[Axes, AxesLimits]:
        if side.words is None:
            with self._new_axes(side, f"words for the {side.name}") as axes:
                side.words = WordsPanel(axes)
        return side.words.show(text)

    def _show_input_map(self, view: MapView) -> Mapping[Axes, AxesLimits]:
        if self.input_map is None:

            def new_axes(label: str) -> AbstractContextManager[Axes]:
                return self._new_axes(self.input_side, f"{label} of the input")

            with new_axes("map") as axes:
                self.input_map = MapPanel(axes, new_axes, self._palette)
        return self.input_map.show(view)

    def _new_overlay(self, side: PanelSide, label: str) -> OverlayPanel:
        with self._new_axes(side, label) as axes:
            overlay = OverlayPanel(axes, self._palette)
        overlay.box.show(self._box)
        if side is self.activation_side:
            overlay.note = self._note
            overlay.mark_position(*self._position)
        return overlay

    def _add_axes(self, label: str) -> Axes:
        height = _ORDER.index(label) / len(_ORDER)
        return self._figure.add_axes((0, 0, 1, 1), label=label, zorder=height)

    @contextmanager
    def _new_axes(self, side: PanelSide, label: str) -> Iterator[Axes]:
        """Gives new axes to furnish, and takes them in: plain, titled and not seen yet."""
        with mpl.rc_context(self._settings):
            axes = self._add_axes(label)
            yield axes
            side.add(axes)
        set_seen(axes, False)
        self._placed(side, axes)

    @contextmanager
    def _new_whole_axes(self, label: str) -> Iterator[Axes]:
        """Gives new axes to furnish, of what takes the whole figure and places them itself."""
        with mpl.rc_context(self._settings):
            axes = self._add_axes(label)
            make_plain(axes)
            yield axes
        set_seen(axes, False)
        self.whole_axes.append(axes)
