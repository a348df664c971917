"""The kinds of layout: maps, volumes, units, series, attention, tokens, and single values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..views import ActivationView, BarsView, MapView, Region, WordsView
from .layout import Layout, Shape

MOST_BARS = 24
"""Units that are shown as a bar each; more are folded into rows of a map."""


@dataclass(frozen=True)
class FeatureMaps(Layout):
    """`(height, width, channels)`, or `(channels, height, width)`."""

    channels_first: bool = False

    @property
    def count(self) -> int | None:
        """The number of channels."""
        return self.shape[0 if self.channels_first else -1]

    @property
    def has_feature_maps(self) -> bool:
        """Always."""
        return True

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the feature map of a channel."""
        return activation[channel] if self.channels_first else activation[:, :, channel]

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of the value of a channel at a row and column."""
        if self.channels_first:
            return self._if_there(channel, row, column)
        return self._if_there(row, column, channel)


@dataclass(frozen=True)
class Volume(FeatureMaps):
    """`(depth, height, width, channels)`, with more axes in front or the channels first."""

    @property
    def slice_count(self) -> int | None:
        """The number of maps one behind the other: all axes before the height together."""
        sizes = self.shape[1:-2] if self.channels_first else self.shape[:-3]
        known = [size for size in sizes if size is not None]
        return math.prod(known) if len(known) == len(sizes) else None

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives one slice of the feature map of a channel."""
        maps: np.ndarray = activation[channel] if self.channels_first else activation[..., channel]
        one: np.ndarray = maps.reshape(-1, *maps.shape[-2:])[slice_index]
        return one

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of the value of a channel at a row and column of a slice."""
        front = self.shape[1:-2] if self.channels_first else self.shape[:-3]
        slices = unfolded(slice_index, front)
        if slices is None:
            return None
        if self.channels_first:
            return self._if_there(channel, *slices, row, column)
        return self._if_there(*slices, row, column, channel)


@dataclass(frozen=True)
class Units(Layout):
    """`(units,)`: a bar each, or rows of a map where they are many.

    So are activations of which all axes but one are of size 1, such as `(1, 1, units)`.
    """

    @property
    def count(self) -> int | None:
        """The number of units."""
        return None if None in self.shape else math.prod(size or 0 for size in self.shape)

    @property
    def noun(self) -> str:
        """A unit."""
        return "unit"

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the units folded into rows, NaN where the last row is not full."""
        activation, columns = activation.reshape(-1), self._columns
        rows = math.ceil(len(activation) / columns)
        if rows * columns == len(activation):
            return activation.reshape(rows, columns)
        folded = np.full(rows * columns, np.nan, dtype=np.result_type(activation.dtype, np.float32))
        folded[: len(activation)] = activation
        return folded.reshape(rows, columns)

    def channel_values(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives all units."""
        return activation.reshape(-1)

    def view(
        self, activation: np.ndarray, channel: int, slice_index: int, names: Sequence[str] | None
    ) -> ActivationView:
        """Gives a bar for each unit, or a map of them."""
        activation = activation.reshape(-1)
        if len(activation) > MOST_BARS:
            return MapView(
                self.feature_map(activation, channel, slice_index),
                mark=self.mark(channel),
                unused=self._unused,
                place=self.place,
                is_square=False,
            )
        labels = names or [f"unit {index}" for index in range(len(activation))]
        return BarsView(activation, tuple(labels), channel)

    def mark(self, channel: int) -> Region | None:
        """Gives the place of the chosen unit."""
        row, column = divmod(channel, self._columns)
        return Region(row, column, 1, 1)

    def place(self, row: int, column: int) -> str:
        """Names the unit at a row and column."""
        unit = row * self._columns + column
        return f"unit {unit}" if unit < (self.count or 0) else "no unit"

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of the unit at a row and column; `None` behind the last one."""
        if not 0 <= column < self._columns:
            return None
        unit = row * self._columns + column
        if len(self.shape) == 1:
            return self._if_there(unit)
        if row < 0 or unit >= (self.count or 0):
            return None
        return unfolded(unit, self.shape)

    def caption(self, activation: np.ndarray, channel: int, names: Sequence[str] | None) -> str:
        """Names the strongest unit."""
        activation = activation.reshape(-1)
        finite = np.where(np.isfinite(activation), activation, -np.inf)
        if len(activation) < 2 or not np.isfinite(finite).any():
            return ""
        strongest = int(finite.argmax())
        name = f" ({names[strongest]})" if names else ""
        return f"strongest: unit {strongest}{name}, {float(activation[strongest]):.4g}"

    @property
    def _columns(self) -> int:
        """How many units stand in a row: a round number, for about as many rows."""
        units = self.count or 1
        return units if units <= MOST_BARS else 1 << round(math.log2(units) / 2 + 1e-9)

    @property
    def _unused(self) -> Region | None:
        """The end of the last row, where it is not full."""
        row, column = divmod(self.count or 0, self._columns)
        return Region(row, column, 1, self._columns - column) if column else None


@dataclass(frozen=True)
class Series(Layout):
    """`(rows, channels)`, or `(channels, rows)`: all of it, and the chosen channel as a line.

    Attributes:
        channels_first: Whether the channels stand first.
        is_time: Whether the rows are known to be steps of time, and not points, boxes or tokens.
    """

    channels_first: bool = False
    is_time: bool = False

    @property
    def count(self) -> int | None:
        """The number of channels."""
        return self.shape[0 if self.channels_first else -1]

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives all channels, `(rows, channels)`."""
        return activation.T if self.channels_first else activation

    def channel_values(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the chosen channel."""
        return self.feature_map(activation, channel, slice_index)[:, channel]

    def view(
        self, activation: np.ndarray, channel: int, slice_index: int, names: Sequence[str] | None
    ) -> ActivationView:
        """Gives the map of rows and channels, and the chosen channel as a line beside it."""
        return MapView(
            self.feature_map(activation, channel, slice_index),
            mark=self.mark(channel),
            place=self.place,
            is_square=False,
            profile=self.channel_values(activation, channel, slice_index),
        )

    def mark(self, channel: int) -> Region | None:
        """Gives the column of the chosen channel."""
        steps, count = self.shape[::-1] if self.channels_first else self.shape
        return Region(0, channel, steps or 1, 1) if (count or 0) > 1 else None

    def caption(self, activation: np.ndarray, channel: int, names: Sequence[str] | None) -> str:
        """Says what rows and columns are."""
        rows = "time" if self.is_time else "rows"
        return f"{rows} from top to bottom, a channel in each column"

    def place(self, row: int, column: int) -> str:
        """Names the row, or step of time, and the channel."""
        return f"{'step' if self.is_time else 'row'} {row}, channel {column}"

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of the value in a row, of the channel in a column."""
        return self._if_there(column, row) if self.channels_first else self._if_there(row, column)


@dataclass(frozen=True)
class Attention(Layout):
    """`(heads, query, key)` or `(query, key)`: an attention map for each head."""

    @property
    def noun(self) -> str:
        """A head."""
        return "head"

    @property
    def count(self) -> int | None:
        """The number of heads."""
        sizes = [size for size in self.shape[:-2] if size is not None]
        return math.prod(sizes) if len(sizes) == len(self.shape) - 2 else None

    @property
    def has_feature_maps(self) -> bool:
        """Always."""
        return True

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives the attention map of a head, a query in each row."""
        one: np.ndarray = activation.reshape(-1, *activation.shape[-2:])[channel]
        return one

    def caption(self, activation: np.ndarray, channel: int, names: Sequence[str] | None) -> str:
        """Says what rows and columns are."""
        return "a query in each row, a key in each column"

    def place(self, row: int, column: int) -> str:
        """Names the query and the key."""
        return f"query {row}, key {column}"

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of the score of a head for a query, a row, and a key, a column."""
        heads = unfolded(channel, self.shape[:-2])
        return None if heads is None else self._if_there(*heads, row, column)


@dataclass(frozen=True)
class Tokens(Layout):
    """`(tokens, channels)` where the tokens are patches of a picture: folded back to it.

    Attributes:
        grid: Rows and columns of patches.
        extra: Tokens before them that stand for no patch, such as a class token. There may be more
            behind them.
    """

    grid: tuple[int, int] = (1, 1)
    extra: int = 0

    @property
    def patches(self) -> slice:
        """Which tokens are patches."""
        return slice(self.extra, self.extra + math.prod(self.grid))

    @property
    def has_feature_maps(self) -> bool:
        """Always."""
        return True

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives a channel of the patches, in their places."""
        return activation[self.patches, channel].reshape(self.grid)

    def channel_values(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives a channel of all tokens."""
        return activation[:, channel]

    def place(self, row: int, column: int) -> str:
        """Names the token, and its patch."""
        token = self.extra + row * self.grid[1] + column
        return f"token {token}, patch row {row}, column {column}"

    def element(
        self, row: int, column: int, channel: int, slice_index: int
    ) -> tuple[int, ...] | None:
        """Gives the index of a channel of the token whose patch is at a row and column."""
        if not (0 <= row < self.grid[0] and 0 <= column < self.grid[1]):
            return None
        return self._if_there(self.extra + row * self.grid[1] + column, channel)

    def caption(self, activation: np.ndarray, channel: int, names: Sequence[str] | None) -> str:
        """Says what the tokens that are no patches hold."""
        others = np.delete(activation[:, channel], self.patches)
        if not others.size:
            return ""
        values = ", ".join(f"{float(value):.4g}" for value in others[:MOST_BARS])
        values += f", … ({others.size - MOST_BARS} more)" * (others.size > MOST_BARS)
        what = "class token" if others.size == self.extra <= 2 else "other tokens"
        return f"not in the map: {what} {values}"


@dataclass(frozen=True)
class Value(Layout):
    """A single number, texts, or anything else that is said in words."""

    @property
    def noun(self) -> str:
        """A value."""
        return "value"

    @property
    def count(self) -> int | None:
        """One: there is nothing to choose."""
        return 1

    def feature_map(self, activation: np.ndarray, channel: int, slice_index: int) -> np.ndarray:
        """Gives a number as a map of one.

        Raises:
            ValueError: If the activation holds something other than numbers, or nothing.
        """
        if activation.size != 1 or activation.dtype.kind not in "fiub":
            raise ValueError(
                f"The activation has shape {activation.shape} and dtype {activation.dtype}; it is "
                "no map. Read it from the explorer's activation."
            )
        return activation.reshape(1, 1)

    def view(
        self, activation: np.ndarray, channel: int, slice_index: int, names: Sequence[str] | None
    ) -> ActivationView:
        """Gives the values in words."""
        if activation.size == 0:
            return WordsView(f"nothing: an array of shape {activation.shape}")
        return WordsView("\n".join(_in_words(value) for value in activation.reshape(-1)[:1000]))


def unfolded(index: int, sizes: Shape) -> tuple[int, ...] | None:
    """Gives the place along several axes that were counted as one; `None` if there is none.

    The first of these axes may be of open size.
    """
    place: list[int] = []
    for size in reversed(sizes[1:]):
        if not size:
            return None
        index, at = divmod(index, size)
        place.insert(0, at)
    if not sizes:
        return () if index == 0 else None
    return index, *place


def _in_words(value: object) -> str:
    return (
        repr(str(value))
        if isinstance(value, str)
        else f"{value:.6g}"
        if not isinstance(value, bytes | bool | np.bool_)
        else str(value)
    )
