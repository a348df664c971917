"""How tiles share a rectangle of the screen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST_LABELS = 64
_LEAST_LABELLED = 45  # pixels
_LABEL = 13
_GAP, _SMALL_GAP, _SMALL = 3, 1, 12
_LONGEST, _STRETCHED = 8, 3


@dataclass(frozen=True)
class TileGrid:
    """Tiles in rows, from the upper left. Lengths are in pixels at 100 dots per inch.

    Attributes:
        count: How many tiles there are.
        columns: How many in a row.
        rows: How many rows, of which the last may not be full.
        width: What a tile takes across, with the gap to the next.
        height: What it takes down, with its label and the gap.
        gap: Between two tiles.
        label: Height of a label above each tile; 0 where there is no room for labels.
    """

    count: int
    columns: int
    rows: int
    width: float
    height: float
    gap: float
    label: float

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Where a tile's map begins and ends, in shares of what the tile takes.

        `(left, right, top, bottom)`, from the left and from the top.
        """
        across, down = self.gap / 2 / self.width, self.gap / 2 / self.height
        return across, 1 - across, down + self.label / self.height, 1 - down

    def bounds(self, index: int) -> tuple[float, float, float, float]:
        """Gives a tile's map, in shares of all tiles: `(left, top, width, height)`."""
        row, column = divmod(index, self.columns)
        left, right, top, bottom = self.edges
        return (
            (column + left) / self.columns,
            (row + top) / self.rows,
            (right - left) / self.columns,
            (bottom - top) / self.rows,
        )

    def find(self, x: float, y: float) -> tuple[int, float, float] | None:
        """Gives the tile at a place, in shares of all tiles, and where in its map that is.

        Returns:
            The tile's index, and how far along its map's rows and columns, 0 to 1 where it is over
            the map. `None` where there is no tile.
        """
        if not (0 <= x < 1 and 0 <= y < 1):
            return None
        column, row = int(x * self.columns), int(y * self.rows)
        index = row * self.columns + column
        if index >= self.count:
            return None
        left, right, top, bottom = self.edges
        along_rows = (y * self.rows - row - top) / (bottom - top)
        along_columns = (x * self.columns - column - left) / (right - left)
        return index, along_rows, along_columns


def arrange(count: int, map_size: tuple[int, int], width: float, height: float) -> TileGrid:
    """Finds the number of columns at which tiles are largest.

    Args:
        count: How many tiles.
        map_size: Height and width of a tile's map, of which only the proportion counts. A map that
            is all length is stretched.
        width: Of the room there is, in pixels at 100 dots per inch.
        height: Of the same.
    """
    ratio = max(map_size[0], 1) / max(map_size[1], 1)
    if max(ratio, 1 / ratio) > _LONGEST:
        ratio = _STRETCHED if ratio > 1 else 1 / _STRETCHED
    if count <= MOST_LABELS:
        grid = _largest(count, ratio, width, height, _GAP, _LABEL)
        if grid.width - grid.gap >= _LEAST_LABELLED:
            return grid
    grid = _largest(count, ratio, width, height, _GAP, 0)
    if min(grid.width, grid.height) < _SMALL:
        return _largest(count, ratio, width, height, _SMALL_GAP, 0)
    return grid


def _largest(
    count: int, ratio: float, width: float, height: float, gap: float, label: float
) -> TileGrid:
    columns = np.arange(1, max(count, 1) + 1)
    rows = -(-len(columns) // columns)
    sizes = np.minimum(width / columns - gap, (height / rows - gap - label) / ratio)
    best = int(np.argmax(sizes))
    across = max(float(sizes[best]), 0.5)
    return TileGrid(
        count,
        int(columns[best]),
        int(rows[best]),
        across + gap,
        across * ratio + gap + label,
        gap,
        label,
    )
