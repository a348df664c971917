"""What a panel of the figure can show, as plain data: what to draw, and not how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


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
    """Values over time, as a line per channel.

    Attributes:
        values: `(time, channels)`, of any numeric dtype.
    """

    values: np.ndarray


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
    """

    values: np.ndarray
    mark: Region | None = None
    unused: Region | None = None
    place: Callable[[int, int], str] = field(
        default=lambda row, column: f"row {row}, column {column}"
    )
    is_square: bool = True
    profile: np.ndarray | None = None


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


InputView = PictureView | SeriesView | WordsView
ActivationView = MapView | BarsView | WordsView
