"""Which panel shows which kind of view, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
    WordsView,
)
from .artists.axes import LEAST_SEEN, AxesLimits
from .artists.palette import Palette
from .panels.bars import BarsPanel
from .panels.comparison import ComparisonPanel
from .panels.map import MapPanel
from .panels.network import NetworkPanel
from .panels.overlay import OverlayPanel
from .panels.panel import NewAxes, Note, Panel, WholePanel
from .panels.picture import PicturePanel
from .panels.side import PanelSide, make_plain
from .panels.tiles import TilesPanel
from .panels.words import WordsPanel
from .zoom import set_seen


@dataclass(frozen=True)
class _Kind:
    """A panel, by the label of its axes, and how to make it in these."""

    label: str
    make: Callable[[Axes, NewAxes, Palette], Panel]


def _input_map(axes: Axes, new_axes: NewAxes, palette: Palette) -> MapPanel:
    # As Grad-CAM it stands in for what would be over the picture.
    return MapPanel(axes, lambda label: new_axes(f"{label} of the input"), palette, LEAST_SEEN)


# To add a panel is to add its module and its line here.
_OF_INPUT: Mapping[type, _Kind] = {
    PictureView: _Kind("picture", PicturePanel),
    SeriesView: _Kind("picture", PicturePanel),
    OverlayView: _Kind("overlay of the input", lambda axes, _, *of: OverlayPanel(axes, *of)),
    MapView: _Kind("map of the input", _input_map),
    WordsView: _Kind("words for the input", lambda axes, *_: WordsPanel(axes)),
}
_OF_ACTIVATION: Mapping[type, _Kind] = {
    MapView: _Kind("feature map", MapPanel),
    OverlayView: _Kind("overlay", lambda axes, _, *of: OverlayPanel(axes, *of)),
    TilesView: _Kind("tiles", lambda axes, _, *of: TilesPanel(axes, *of)),
    BarsView: _Kind("bars", lambda axes, *_: BarsPanel(axes)),
    WordsView: _Kind("words for the activation", lambda axes, *_: WordsPanel(axes)),
}
_OF_WHOLE: Mapping[type, Callable[[NewAxes, Palette], WholePanel]] = {
    ComparisonView: ComparisonPanel,
    NetworkView: NetworkPanel,
}

# From the lowest to the topmost, whichever is made first: in a narrow figure labels may overlap.
# What is not among them lies above.
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


class FigurePanels:
    """The panels of a figure: those of its two sides, and those that take all of it.

    Args:
        figure: The figure. Axes for pictures and for maps are added to it at once.
        palette: Its colours.
        placed: Is told of axes that were made, and of the side they are on.

    Attributes:
        input_side: The axes and panels of the input.
        activation_side: The axes and panels of the activation.
        picture: Shows pictures and series.
        map: Shows the activation's map.
        whole_axes: The axes of the panels that take the whole figure.
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
        for side, panel in ((self.input_side, self.picture), (self.activation_side, self.map)):
            side.add(panel.axes)
            side.panels[str(panel.axes.get_label())] = panel
        self.whole_axes: list[Axes] = []
        self._whole: dict[type, WholePanel] = {}
        self._box: PixelBox | None = None
        self._position: tuple[int | None, int | None] = (None, None)
        self._note: Note | None = None

    # ------------------------------------------------------------------------------- what is shown

    def show_input(self, view: LeftView) -> Mapping[Axes, AxesLimits]:
        """Sets what goes into the model, and gives its axes with the limits that show all of it."""
        return self.of_input(view).show(view)

    def show_activation(self, view: ActivationView) -> Mapping[Axes, AxesLimits]:
        """Sets what a layer puts out, and gives its axes with the limits that show all of it."""
        return self.of_activation(view).show(view)

    def whole(self, view: ComparisonView | NetworkView) -> WholePanel:
        """Gives what shows such a view over the whole figure."""
        kind = type(view)
        if kind not in self._whole:
            self._whole[kind] = _OF_WHOLE[kind](self._new_whole_axes, self._palette)
            self._whole[kind].note = self._note
        return self._whole[kind]

    def of_input(self, view: LeftView) -> Panel:
        """Gives the panel that shows such a view of the input."""
        return self._panel(self.input_side, _OF_INPUT[type(view)])

    def of_activation(self, view: ActivationView) -> Panel:
        """Gives the panel that shows such a view of the activation."""
        return self._panel(self.activation_side, _OF_ACTIVATION[type(view)])

    def recolor(self) -> None:
        """Takes up the colours that the palette has now."""
        for panel in self._every():
            panel.recolor()
        for whole in self._whole.values():
            whole.recolor()

    def fit(self) -> None:
        """Lays out anew what depends on the size of the axes."""
        for panel in self._every():
            panel.fit()

    # ----------------------------------------------------------------------------------- places

    def place_at(self, axes: Axes, x: float, y: float) -> Place | None:
        """Says what is at these data coordinates of some axes; `None` for nothing.

        On the input's side that is a pixel of the picture, whatever lies over it.
        """
        for panel in self.input_side.panels.values():
            if panel.axes is axes:
                return panel.pixel_at(x, y)
        for panel in self.activation_side.panels.values():
            if panel.axes is axes:
                return panel.place_at(x, y)
        return None

    @property
    def note(self) -> Note | None:
        """Gives what else there is to tell of positions of the activation's map."""
        return self._note

    @note.setter
    def note(self, note: Note | None) -> None:
        self._note = note
        for panel in self._with_positions():
            panel.note = note

    def frame_pixels(self, box: PixelBox | None, other: PixelBox | None = None) -> None:
        """Frames pixels of the picture, wherever it is shown, and of what it is compared with."""
        self._box = box
        for panel in self._every():
            panel.frame_pixels(box)
        for whole in self._whole.values():
            whole.frame_pixels(box, other)

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames one position of the activation's map, or none."""
        self._position = (row, column)
        for panel in self._with_positions():
            panel.mark_position(row, column)

    # ---------------------------------------------------------------------------------- new panels

    def _every(self) -> Iterator[Panel]:
        for side in (self.input_side, self.activation_side):
            yield from side.panels.values()

    def _with_positions(self) -> Iterator[Panel | WholePanel]:
        """Gives those on which positions of the activation's map may be."""
        yield from self.activation_side.panels.values()
        yield from self._whole.values()

    def _panel(self, side: PanelSide, kind: _Kind) -> Panel:
        """Gives the panel of a side, which is made the first time."""
        panel = side.panels.get(kind.label)
        if panel is None:
            with self._new_axes(side, kind.label) as axes:
                panel = kind.make(axes, partial(self._new_axes, side), self._palette)
            side.panels[kind.label] = panel
            panel.frame_pixels(self._box)
            if side is self.activation_side:
                panel.note = self._note
                panel.mark_position(*self._position)
        return panel

    def _add_axes(self, label: str) -> Axes:
        height = _ORDER.index(label) / len(_ORDER) if label in _ORDER else 1
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
