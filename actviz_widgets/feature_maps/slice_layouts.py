"""The kinds of layout whose axes in the middle are slices: anchors of a grid, heads of tokens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..views import ActivationView, Region
from .layout import Layout
from .layouts import Series, Tokens, Volume, unfolded


@dataclass(frozen=True)
class GridMaps(Volume):
    """`(height, width, ..., channels)`, of a picture's grid: anchors or capsules are slices."""

    @property
    def slice_count(self) -> int | None:
        """The number of maps of a channel: all axes between width and channels together."""
        known = [size for size in self.shape[2:-1] if size is not None]
        return math.prod(known) if len(known) == len(self.shape) - 3 else None

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the map of a channel in one slice."""
        maps: np.ndarray = activation[..., channel]
        one: np.ndarray = maps.reshape(*maps.shape[:2], -1)[:, :, slice_index]
        return one

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of the value of a channel at a row and column, in a slice."""
        slices = unfolded(slice_index, self.shape[2:-1])
        return None if slices is None else self._if_there(row, column, *slices, channel)


@dataclass(frozen=True)
class Heads(Layout):
    """`(rows, heads, size)`, such as the queries of attention: the rows of each head by themselves.

    Attributes:
        of_each: How the rows of one head, `(rows, size)`, are laid out.
    """

    of_each: Tokens | Series = field(default_factory=lambda: Series((None, None)))

    @property
    def slice_count(self) -> int | None:
        """The number of heads."""
        return self.shape[1]

    @property
    def has_feature_maps(self) -> bool:
        """Whether the rows are patches of a picture."""
        return self.of_each.has_feature_maps

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the map of one head."""
        return self.of_each.feature_map(activation[:, slice_index], channel, 0)

    def channel_values(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives a channel of one head."""
        return self.of_each.channel_values(activation[:, slice_index], channel, 0)

    def view(
        self, activation: np.ndarray, channel: int, slice_index: int, names: Sequence[str] | None
    ) -> ActivationView:
        """Gives what to show of one head."""
        return self.of_each.view(activation[:, slice_index], channel, 0, names)

    def mark(self, channel: int) -> Region | None:
        """Gives the part of the map that the chosen channel takes up, where that is not all."""
        return self.of_each.mark(channel)

    def place(self, row: int, column: int) -> str:
        """Names the row, or the token and its patch."""
        return self.of_each.place(row, column)

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of a value of one head."""
        found = self.of_each.element(row, column, channel, 0)
        return None if found is None else self._if_there(found[0], slice_index, found[1])

    def caption(self, activation: np.ndarray, channel: int, names: Sequence[str] | None) -> str:
        """Says what a slice is, and what rows and columns are."""
        what = "each slice is a head"
        if isinstance(self.of_each, Tokens):
            return what
        return f"{what}; {self.of_each.caption(activation, channel, names)}"
