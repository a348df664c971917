"""Feature maps of many channels, drawn as one image.

Of the maps only those values are looked up that the screen has pixels for, so that it takes the
same time to draw them whatever their number and size.
"""

from __future__ import annotations

import sys
from typing import Any

import matplotlib as mpl
import numpy as np

from .cell_image import CellImage, cells_at
from .tile_grid import TileGrid


class TileImage(CellImage):
    """An image of tiles, over x from 0 to 1 and y from 1 to 0 of its axes.

    Args:
        axes: The axes that it is shown in.
        colors: The tiles' colours.
    """

    def __init__(self, axes: Any, colors: mpl.colors.Colormap) -> None:
        super().__init__(axes, origin="upper", extent=(0, 1, 1, 0))
        self.set_data(np.zeros((1, 1)))
        self._maps = np.zeros((1, 1, 1))
        self._limits = np.array([[0.0, 1.0]])
        self._grid = TileGrid(1, 1, 1, 1, 1, 0, 0)
        self._colors = np.zeros(1, np.uint32)
        self.set_colors(colors)

    def set_tiles(self, maps: np.ndarray, limits: np.ndarray) -> None:
        """Sets the maps.

        Args:
            maps: `(height, width, tiles)`, of any numeric dtype.
            limits: Where the colour scale of each begins and ends, `(tiles, 2)`.
        """
        if _is_same(maps, self._maps) and np.array_equal(limits, self._limits):
            return
        self._maps, self._limits = maps, limits
        self.stale = True

    def set_grid(self, grid: TileGrid) -> None:
        """Lays the tiles out."""
        if grid != self._grid:
            self._grid = grid
            self.stale = True

    def set_colors(self, colors: mpl.colors.Colormap) -> None:
        """Takes a colour map."""
        marks = (colors.get_under(), colors.get_over(), colors.get_bad(), (0, 0, 0, 0))
        marks_as_bytes = (255 * np.array(marks) + 0.5).astype(np.uint8)
        every = np.concatenate([colors(np.arange(colors.N), bytes=True), marks_as_bytes])
        self._colors = np.ascontiguousarray(every).view(np.uint32)[:, 0]
        self.stale = True

    def colors_at(self, along_rows: np.ndarray, along_columns: np.ndarray) -> np.ndarray:
        """Gives the colours of places on the image; see `CellImage`."""
        grid = self._grid
        left, right, top, bottom = grid.edges
        height, width, _ = self._maps.shape
        rows, down, row_is_map = _within_tiles(along_rows, grid.rows, top, bottom, height)
        columns, across, column_is_map = _within_tiles(
            along_columns, grid.columns, left, right, width
        )
        tiles = rows[:, None] * grid.columns + columns
        is_map = row_is_map[:, None] & column_is_map & (tiles < grid.count)
        tiles = np.minimum(tiles, grid.count - 1)
        places = self._places(self._maps[down[:, None], across, tiles], tiles)
        places[~is_map] = len(self._colors) - 1
        pixels = self._colors.take(places)
        return pixels.view(np.uint8).reshape(*pixels.shape, 4)

    def _places(self, values: np.ndarray, tiles: np.ndarray) -> np.ndarray:
        """Gives the places of values among the colours."""
        count = len(self._colors) - 4
        if values.dtype.kind != "f":
            values = values.astype(np.float64)
        elif values.dtype == np.float16:
            values = values.astype(np.float32)
        low, high = self._limits[:, 0], self._limits[:, 1]
        with np.errstate(over="ignore", invalid="ignore"):
            below = values < low.astype(values.dtype)[tiles]
            above = values > high.astype(values.dtype)[tiles]
            # Quarters, where the range of very large values would overflow.
            factor = 1.0 if np.isfinite(high - low).all() else 0.25
            start, end = low * factor, high * factor
            shares = (values * factor - start[tiles]) / (end - start)[tiles]
            is_finite = np.isfinite(values)
            places = np.where(is_finite, np.clip(shares * count, 0, count - 1), 0).astype(np.intp)
        places[below], places[above] = count, count + 1
        places[~is_finite] = count + 2
        return places


def limits_of_each(maps: np.ndarray) -> np.ndarray:
    """Gives the smallest and the largest finite value of each map, so that they are not the same.

    Args:
        maps: `(height, width, tiles)`, of any numeric dtype.

    Returns:
        `(tiles, 2)`, float64. A map of one value has it as its lower limit; one without any finite
        value has 0 and 1.
    """
    if not maps.size:
        return np.tile((0.0, 1.0), (maps.shape[-1], 1))
    limits = np.stack([maps.min(axis=(0, 1)), maps.max(axis=(0, 1))], axis=1).astype(np.float64)
    for tile in np.flatnonzero(~np.isfinite(limits).all(axis=1)):
        finite = maps[..., tile][np.isfinite(maps[..., tile])]
        limits[tile] = (finite.min(), finite.max()) if finite.size else (0, 1)
    low, high = limits.T
    with np.errstate(over="ignore"):
        is_constant = high - low <= 1e-12 * np.maximum(np.abs(low), np.abs(high))
        above = np.minimum(low + np.where(low == 0, 1, np.abs(low)), sys.float_info.max)
    limits[:, 1] = np.where(is_constant, above, high)
    return limits


def _within_tiles(
    shares: np.ndarray, tiles: int, start: float, end: float, cells: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gives the tile of each place along a direction, the cell in it, and whether it is in one."""
    places = np.clip(shares, 0, 1) * tiles
    tile = np.minimum(places.astype(np.intp), tiles - 1)
    within = (places - tile - start) / (end - start)
    return tile, cells_at(within, cells), (within >= 0) & (within <= 1)


def _is_same(maps: np.ndarray, others: np.ndarray) -> bool:
    """Whether two arrays are the same memory, looked at in the same way."""
    return maps is others or (
        maps.dtype == others.dtype
        and maps.shape == others.shape
        and maps.strides == others.strides
        and maps.__array_interface__["data"] == others.__array_interface__["data"]
    )
