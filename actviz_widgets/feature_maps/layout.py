"""What any layer puts out, laid out as two-dimensional maps of which a channel can be chosen.

An activation here is what one layer call puts out for one picture, without batch axis. How it is
laid out follows from its shape, its dtype and the layer's role: see `layout_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..views import ActivationView, MapView, Region

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Layout:
    """How an activation is laid out.

    Attributes:
        shape: The activation's, without batch axis; `None` for sizes left open.
    """

    shape: Shape

    @property
    def noun(self) -> str:
        """What is chosen by number: `channel`, `unit` or `head`."""
        return "channel"

    @property
    def count(self) -> int | None:
        """How many of these there are; `None` where that shows when the layer runs."""
        return self.shape[-1]

    @property
    def slice_count(self) -> int | None:
        """How many maps a channel has, one behind the other: 1 for all but volumes."""
        return 1

    @property
    def has_feature_maps(self) -> bool:
        """Whether each channel is a picture of its own."""
        return False

    def nearest(self, channel: int, slice_index: int) -> tuple[int, int]:
        """Gives the channel and slice themselves, or the last ones where there are fewer."""
        return (
            min(channel, max(self.count or 1, 1) - 1),
            min(slice_index, max(self.slice_count or 1, 1) - 1),
        )

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the map to show, `(height, width)`."""
        raise NotImplementedError

    def channel_values(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the values that belong to the chosen channel, for their statistics."""
        return self.feature_map(activation, channel, slice_index)

    def view(
        self, activation: np.ndarray, channel: int, slice_index: int, names: Sequence[str] | None
    ) -> ActivationView:
        """Gives what to show.

        Args:
            activation: What the layer puts out for one picture.
            channel: The one chosen.
            slice_index: The slice chosen.
            names: What the units are called, if they have names.
        """
        return MapView(
            self.feature_map(activation, channel, slice_index),
            mark=self.mark(channel),
            place=self.place,
        )

    def mark(self, channel: int) -> Region | None:
        """Gives the part of the map that the chosen channel takes up, where that is not all."""
        return None

    def place(self, row: int, column: int) -> str:
        """Says which part of the activation is at a row and column of the map."""
        return f"row {row}, column {column}"

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the element of the activation that is shown at a row and column of the map.

        Args:
            row: Of the map. Of bars there is one row.
            column: Of the map; of bars, which bar.
            channel: The one chosen.
            slice_index: The slice chosen.

        Returns:
            Its index, one number per axis; `None` where no element is shown.
        """
        return None

    def _if_there(self, *index: int) -> tuple[int, ...] | None:
        """Gives an index, if the activation has such an element."""
        if len(index) != len(self.shape):
            return None
        sizes = zip(index, self.shape, strict=True)
        is_there = all(at >= 0 and (size is None or at < size) for at, size in sizes)
        return index if is_there else None

    def caption(self, activation: np.ndarray, channel: int, names: Sequence[str] | None) -> str:
        """Says what the map alone does not; empty if nothing."""
        return ""
