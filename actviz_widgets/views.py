"""What a panel of the figure can show, as plain data: what to draw, and not how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

LONG = 8
"""How many times as long as wide, or as wide as high, at the most, true proportions are kept."""


@dataclass(frozen=True)
class Region:
    """A rectangle of a map, in rows and columns."""

    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class PictureView:
    """A photograph.

    Attributes:
        pixels: `(height, width, 3)`, uint8, scaled down where the user's picture is very large.
        size: Height and width of the user's picture, in pixels; places are counted in these.
    """

    pixels: np.ndarray
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class SeriesView:
    """Values one after another, as a line per channel.

    Attributes:
        values: `(rows, channels)`, of any numeric dtype.
        rows: What each row is.
    """

    values: np.ndarray
    rows: str = "time step"


@dataclass(frozen=True)
class WordsView:
    """What is no picture: tokens, a table of values, a reason why there is nothing to see.

    Attributes:
        text: Lines of plain text, which may be long.
    """

    text: str


@dataclass(frozen=True, eq=False)
class MapView:
    """A feature map, on a colour scale.

    Attributes:
        values: `(height, width)`, of any numeric dtype. NaN and infinite values have a colour of
            their own.
        mark: The part of the map to frame. Defaults to `None`, nothing.
        unused: The part of the map that stands for nothing, and is left blank. Defaults to `None`.
        place: Says what is at a row and column, for the value under the cursor. Defaults to
            `row 3, column 4`.
        is_square: Whether rows and columns are places in space, so that one takes as much room as
            the other.
        profile: One number per row, drawn as a line beside the map. Defaults to `None`, nothing.
        limits: Where the colour scale begins and ends. Defaults to `None`: at the smallest and the
            largest finite value.
        has_histogram: Whether to show beside the colour bar how many values lie where on it.
        is_signed: Whether values have signs that matter: zero is in the middle of `limits`, and the
            colours go two ways from it.
    """

    values: np.ndarray
    mark: Region | None = None
    unused: Region | None = None
    place: Callable[[int, int], str] = field(
        default=lambda row, column: f"row {row}, column {column}"
    )
    is_square: bool = True
    profile: np.ndarray | None = None
    limits: tuple[float, float] | None = None
    has_histogram: bool = False
    is_signed: bool = False


@dataclass(frozen=True, eq=False)
class BarsView:
    """The units of a layer, a bar each.

    Attributes:
        values: `(units,)`, of any numeric dtype.
        labels: What to call each unit.
        chosen: Index of the one that is chosen.
    """

    values: np.ndarray
    labels: tuple[str, ...]
    chosen: int


@dataclass(frozen=True, eq=False)
class OverlayView:
    """A feature map over the picture, where it truly lies.

    Attributes:
        picture: The picture below.
        values: The map, `(height, width)`, of any numeric dtype.
        extent: The edges of the map on the picture, `(left, right, bottom, top)` in the picture's
            pixels, of which the first is centred on 0. Each position lies around its centre; the
            map may reach beyond the picture, or end before it.
        limits: Where the colour scale begins and ends.
        opacity: Of the map, from 0, the picture alone, to 1, the map alone.
        place: Says what is at a row and column of the map, for the value under the cursor.
        is_signed: See `MapView`.
    """

    picture: PictureView
    values: np.ndarray
    extent: tuple[float, float, float, float]
    limits: tuple[float, float]
    opacity: float = 0.5
    place: Callable[[int, int], str] = field(
        default=lambda row, column: f"row {row}, column {column}"
    )
    is_signed: bool = False


@dataclass(frozen=True, eq=False)
class TilesView:
    """Feature maps of many channels, side by side in rows.

    Attributes:
        maps: `(height, width, tiles)`, of any numeric dtype.
        channels: The channel of each tile, in the order in which they are laid out.
        chosen: The channel that is framed.
        chosen_limits: Where its colour scale begins and ends.
        limits: That of all tiles together. Defaults to `None`: each tile has its own, over its
            finite values.
        dead: The channels that are marked as dead.
        saturated: The channels that are marked as saturated.
        noun: What a tile is: `channel` or `head`.
    """

    maps: np.ndarray
    channels: tuple[int, ...]
    chosen: int
    chosen_limits: tuple[float, float]
    limits: tuple[float, float] | None = None
    dead: frozenset[int] = frozenset()
    saturated: frozenset[int] = frozenset()
    noun: str = "channel"


@dataclass(frozen=True, eq=False)
class ComparisonView:
    """Two feature maps on one colour scale, their difference, and the pictures they are of.

    Attributes:
        first: `(height, width)`, of any numeric dtype.
        second: The other one, of any size.
        limits: Where the colour scale of both begins and ends.
        difference: The second minus the first; `None` if they are of unlike size.
        difference_limits: Where its colour scale begins and ends, zero in the middle; or `None`.
        note: Why there is no difference; empty if there is one.
        titles: What the two are.
        pictures: The pictures they are of; `None` for what is no picture.
        is_square: See `MapView`.
        place: See `MapView`.
    """

    first: np.ndarray
    second: np.ndarray
    limits: tuple[float, float]
    difference: np.ndarray | None
    difference_limits: tuple[float, float] | None
    note: str
    titles: tuple[str, str]
    pictures: tuple[PictureView | None, PictureView | None]
    is_square: bool = True
    place: Callable[[int, int], str] = field(
        default=lambda row, column: f"row {row}, column {column}"
    )


@dataclass(frozen=True, eq=False)
class LayerStrip:
    """What one layer makes of the picture, in a row.

    Attributes:
        layer: The layer path.
        text: Its type and the size of its activation.
        maps: The maps of its strongest channels, each `(height, width)`; empty for a layer without
            maps, whose values are then in `units`.
        channels: The channel of each map.
        units: The values of a layer that has none, `(units,)`; `None` for any other.
        zeros: Share of its values that are exactly zero, 0 to 1; `None` if they are not known.
        mean: Mean of its finite values; NaN if there is none, `None` if they are not known.
        note: What else to say of it, such as why its values are not known.
    """

    layer: str
    text: str
    maps: tuple[np.ndarray, ...] = ()
    channels: tuple[int, ...] = ()
    units: np.ndarray | None = None
    zeros: float | None = None
    mean: float | None = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class NetworkView:
    """The layers of a network, one below the other, and what each makes of the picture.

    Attributes:
        strips: Those on this page, in the order in which the layers run.
        chosen: The path of the chosen layer, framed where it is on the page.
        picture: The picture; `None` for what is none.
    """

    strips: tuple[LayerStrip, ...]
    chosen: str
    picture: PictureView | None = None


@dataclass(frozen=True)
class Place:
    """What a place in the figure stands for, as told from the mouse.

    Attributes:
        kind: `"map"` for a position of the activation's map, `"picture"` for a pixel of the
            picture, `"tile"`, `"bar"` or `"strip"`.
        row: Of the map or picture; `None` where there is no such thing, as for a strip.
        column: Likewise.
        channel: The channel, unit or head of a tile or bar, or of a map within a strip.
        layer: The layer path of a strip.
    """

    kind: Literal["map", "picture", "tile", "bar", "strip"]
    row: int | None = None
    column: int | None = None
    channel: int | None = None
    layer: str | None = None


PixelBox = tuple[tuple[float, float], tuple[float, float]]
"""Pixels of a picture: the first and the last row, and the first and the last column.

Each pixel lies around a whole number, the first around 0.
"""

InputView = PictureView | SeriesView | WordsView
LeftView = InputView | OverlayView | MapView
ActivationView = MapView | BarsView | WordsView | OverlayView | TilesView
WholeView = ComparisonView | NetworkView | WordsView
