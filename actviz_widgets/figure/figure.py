"""The explorer's figure: what goes into the model and, beside it, what one of its layers puts out.

Nothing here is ever drawn anew: a redraw sets the data, limits and texts of artists that stay, and
says which of them are seen. Axes take long to make, and few figures show all of them: those of the
picture and the map are there from the beginning, the others are made when they are first needed.
The figure is made without pyplot, so that it belongs to nobody's backend.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backend_bases import LocationEvent
from matplotlib.figure import Figure

from ..views import (
    ActivationView,
    ComparisonView,
    LeftView,
    MapView,
    OverlayView,
    PixelBox,
    Place,
    SeriesView,
    TilesView,
    WholeView,
    WordsView,
)
from .artists.axes import AxesLimits
from .artists.lettering import shortened
from .artists.palette import Palette
from .artists.scripts import write
from .figure_panels import FigurePanels
from .panels import layout as figure_layout
from .panels.layout import Content, FigureLayout
from .panels.network import NetworkPanel
from .panels.panel import Note, WholePanel
from .panels.side import PanelSide
from .zoom import Extent, FindExtent, Joint, Zoom

WIDTH, HEIGHT = 8.5, 4.25
"""Size of the figure, in inches of 100 pixels."""

_CAPTION_BASELINE = 8  # pixels at 100 dots per inch


class ActivationFigure:
    """A matplotlib figure of two panels: the model's input and a layer's activation.

    They are side by side or, in a figure of less than 560 pixels, one below the other.

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
        self._palette = Palette(cmap)
        # Against the user's rcParams: axes are placed here, not by a layout engine.
        self.figure = Figure(figsize=(WIDTH, HEIGHT), dpi=100, layout="none")  # type: ignore[arg-type]
        self._zoom = Zoom()
        self._content = Content()
        self._panels = FigurePanels(self.figure, self._palette, self._place)
        self._sides = (self._panels.input_side, self._panels.activation_side)
        self.picture_axes, self.map_axes = self._panels.picture.axes, self._panels.map.axes
        self.color_bar = self._panels.map.color_bar
        self.color_bar_axes = self._panels.map.color_bar_axes
        self._caption = self.figure.text(
            0, 0, "", fontsize="small", ha="center", va="baseline", usetex=False, parse_math=False
        )
        self._whole_caption = ""
        self._input: LeftView | None = None
        self._activation: ActivationView | None = None
        self._find_extent: FindExtent | None = None
        self._on_whole: WholePanel | None = None
        self._place_axes()
        self.figure.canvas.mpl_connect("resize_event", lambda _: self._place_axes())

    # -------------------------------------------------------------------------------- what is shown

    @property
    def full_limits(self) -> dict[Axes, AxesLimits]:
        """The x and y limits at which each of the axes on show shows all that is in it."""
        return dict(self._zoom.full_limits)

    def show_input(self, view: LeftView, name: str) -> bool:
        """Shows what goes into the model.

        Args:
            view: The picture, series or words; or what explains the output for it: a map over the
                picture or, where it is not known where it lies, beside it.
            name: Its title.

        Returns:
            Whether `full_limits` became others, so that the toolbar's home has to be told. A zoom
            is kept from one picture to the next one of the same size, and from one series to the
            next one of the same length.
        """
        if view is self._input and name == self._panels.input_side.title:
            return False
        self._input = view
        self._end_whole()
        before = self._axes_in_pixels()
        whole = self._panels.show_input(view)
        changed = self._see(self._panels.input_side, whole, before)
        return self._finish(self._panels.input_side, name) or changed

    def show_activation(self, view: ActivationView, title: str, caption: str = "") -> bool:
        """Shows what a layer puts out.

        Args:
            view: The feature map, on a colour scale; the same over the picture; those of many
                channels as tiles; bars; or words.
            title: What it is.
            caption: A line to stand below. Defaults to none.

        Returns:
            Whether `full_limits` became others, so that the toolbar's home has to be told. A zoom
            is kept from one map to the next one of the same size, and from one set of bars to the
            next one of as many.
        """
        self._activation = view
        self._end_whole()
        whole = self._panels.show_activation(view)
        if caption != self._whole_caption:
            self._whole_caption = caption
            self._fit_caption()
        changed = self._see(self._panels.activation_side, whole)
        return self._finish(self._panels.activation_side, title) or changed

    def show_whole(self, view: WholeView, title: str = "") -> bool:
        """Shows what takes the whole figure, in place of both panels.

        Args:
            view: Two maps compared, the strips of a network, or words.
            title: Of words, or what is compared.

        Returns:
            Whether `full_limits` became others, so that the toolbar's home has to be told.
        """
        self._input = self._activation = None
        self._zoom.join(None)
        changed = self._zoom.see(self._panels.input_side.axes, {})
        if isinstance(view, WordsView):
            return self.show_activation(view, title) or changed
        self._on_whole = panel = self._panels.whole(view)
        panel.place(*self._size())
        shown = panel.show(view)
        self._whole_caption = title if isinstance(view, ComparisonView) else ""
        self._fit_caption()
        changed |= self._zoom.see(self._panels.activation_side.axes, {})
        return self._zoom.see(self._panels.whole_axes, shown) or changed

    @property
    def strips_per_page(self) -> int:
        """How many strips of a network there is room for."""
        return NetworkPanel.strips_that_fit(*self._size())

    @property
    def is_narrow(self) -> bool:
        """Whether its panels are one below the other, with room for the toolbar above them."""
        return self._layout().is_narrow

    def set_color_map(self, cmap: str | mpl.colors.Colormap) -> None:
        """Takes another colour map, for all maps but those whose signs matter.

        Args:
            cmap: A matplotlib colour map or the name of one.

        Raises:
            ValueError: If there is no colour map of that name. The one before stays.
        """
        self._palette.set(cmap)
        self._panels.recolor()

    # ------------------------------------------------------------------------- places in the figure

    def place_at(self, event: LocationEvent) -> Place | None:
        """Says what is under the mouse.

        Args:
            event: One of matplotlib's mouse events.

        Returns:
            A position of the activation's map, also where that lies over the picture; a pixel of
            the picture; a tile, with row and column of its map where the mouse is over it; or a
            bar. `None` for all else.
        """
        if event.inaxes is None or event.xdata is None or event.ydata is None:
            return None
        if self._on_whole is not None:
            return self._on_whole.place_at(event.inaxes, event.xdata, event.ydata)
        return self._panels.place_at(event.inaxes, event.xdata, event.ydata)

    @property
    def place_note(self) -> Note | None:
        """Gives what else there is to tell of a row and column of the activation's map.

        It stands behind the value that the cursor tells. `None` for nothing.
        """
        return self._panels.note

    @place_note.setter
    def place_note(self, note: Note | None) -> None:
        self._panels.note = note

    def frame_pixels(self, box: PixelBox | None, other: PixelBox | None = None) -> None:
        """Frames pixels of the picture, wherever it is shown.

        Args:
            box: `((first_row, last_row), (first_column, last_column))`, both ends included, in the
                picture's pixels; what is beyond its edges is cut off. `None` for no frame.
            other: The same of a picture that it is compared with.
        """
        self._panels.frame_pixels(box, other)

    def mark_position(self, row: int | None, column: int | None) -> None:
        """Frames one position of the activation's map, also over the picture.

        Args:
            row: Of the map; `None` for no frame.
            column: Likewise.
        """
        self._panels.mark_position(row, column)

    # --------------------------------------------------------------------------------------- zoom

    def link_zoom(self, extent: Extent | FindExtent | None) -> bool:
        """Has picture and map show the same region from now on, whichever is zoomed or panned.

        Where one shows all of its own, so does the other. The region of the picture stays when the
        map becomes another. A map over the picture always goes with the picture.

        Args:
            extent: The edges of the map on the picture, `(left, right, bottom, top)` in the
                picture's pixels, as in `OverlayView`; or what gives them, asked when there is a
                zoom to follow. `None` where they are not known: both are then zoomed by themselves.
                To be told before the toolbar's home is.

        Returns:
            Whether the map was moved to where the picture is.
        """
        if extent is None or callable(extent):
            self._find_extent = extent
        else:
            self._find_extent = lambda: extent
        return self._join()

    def _join(self) -> bool:
        picture, view = self._axes_in_pixels(), self._activation
        joint: Joint | None = None
        if picture is not None and isinstance(view, OverlayView):
            joint = Joint(picture, self._panels.of_activation(view).axes)
        elif picture is not None and isinstance(view, MapView) and self._find_extent is not None:
            height, width = view.values.shape
            joint = Joint(picture, self._panels.map.axes, self._find_extent, (height, width))
        return self._zoom.join(joint)

    def _axes_in_pixels(self) -> Axes | None:
        """Gives the axes on show on the input's side that are in pixels of the picture, if any."""
        for panel in self._panels.input_side.panels.values():
            if panel.is_in_pixels and panel.axes in self._zoom.full_limits:
                return panel.axes
        return None

    def _see(
        self, side: PanelSide, whole: Mapping[Axes, AxesLimits], before: Axes | None = None
    ) -> bool:
        """Shows these axes of a panel, and no others; says whether `full_limits` became others.

        Args:
            side: The panel.
            whole: The axes, and the limits that show all of them.
            before: Those that have shown the picture so far.
        """
        full = self._zoom.full_limits.get(before) if before is not None else None
        changed = self._zoom.see(side.axes, whole)
        if before is not None and before not in whole and full is not None:
            # Of the same picture, with a map over it or not, the same region.
            for axes in whole:
                if axes is self._axes_in_pixels() and whole[axes] == full:
                    self._zoom.move(axes, (before.get_xlim(), before.get_ylim()))
        return changed

    # ------------------------------------------------------------------------------------- layout

    def _end_whole(self) -> None:
        if self._on_whole is not None:
            self._on_whole = None
            self._zoom.see(self._panels.whole_axes, {})

    def preferred_height(self, width: float) -> int:
        """Gives the height that suits a figure of some width, both in pixels at 100 per inch.

        It depends on what is shown.
        """
        if self._on_whole is not None:
            return self._on_whole.preferred_height(width)
        return figure_layout.preferred_height(width)

    def _finish(self, side: PanelSide, title: str) -> bool:
        """Titles what is shown, and moves axes where it takes other room; says whether it does."""
        before, self._content = self._content, self._measured()
        moved = self._content != before
        if moved:
            side.title = title
            self._place_axes()
        elif title != side.title:
            side.set_title(title, self._layout(), self._panel_of(side))
        self._join()
        return moved

    def _measured(self) -> Content:
        """Says what there is to find room for."""
        has_tiles = isinstance(self._activation, TilesView)
        has_series = isinstance(self._input, SeriesView)
        has_input_bar = isinstance(self._input, OverlayView | MapView)
        without_labels = Content(has_tiles, has_series, has_input_bar)
        layout = FigureLayout(*self._size(), without_labels)
        height, room = layout.activation.height, layout.most_for_labels()
        return Content(
            has_tiles,
            has_series,
            has_input_bar,
            0
            if self._activation is None
            else self._panels.of_activation(self._activation).side_room,
            0 if self._input is None else self._panels.of_input(self._input).side_room,
            sum(
                panel.write_labels(height, room)
                for panel in self._panels.activation_side.panels.values()
            ),
        )

    def _place(self, side: PanelSide, axes: Axes) -> None:
        side.place(axes, self._layout(), self._panel_of(side))

    def _place_axes(self) -> None:
        """Shares the figure between the panels; labels need the same room at any size."""
        self._content = self._measured()
        layout = self._layout()
        for side in self._sides:
            panel = self._panel_of(side)
            for axes in side.axes:
                side.place(axes, layout, panel)
            side.set_title(side.title, layout, panel)
        self._panels.fit()
        if self._on_whole is not None:
            whole = self._on_whole.place(*self._size())
            self._zoom.see(whole, whole)
        self._fit_caption()

    def _size(self) -> tuple[float, float]:
        width, height = self.figure.get_size_inches() * 100
        return float(width), float(height)

    def _layout(self) -> FigureLayout:
        return FigureLayout(*self._size(), self._content)

    def _panel_of(self, side: PanelSide) -> figure_layout.FigureBox:
        layout = self._layout()
        return layout.input if side is self._panels.input_side else layout.activation

    def _fit_caption(self) -> None:
        layout = self._layout()
        panel = layout.activation
        width, height = self._size()
        points = self._caption.get_fontproperties().get_size_in_points()
        room = width - 16 if self._on_whole is not None else layout.title_room(panel) + 8
        write(self._caption, shortened(self._whole_caption, room, points))
        middle = width / 2 if self._on_whole is not None else panel.middle
        self._caption.set_position((middle / width, _CAPTION_BASELINE / height))
