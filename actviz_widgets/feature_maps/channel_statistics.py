"""The channels of a layer over several pictures: in which order, and which are dead or saturated.

What is kept are a few numbers a channel, whatever the number and the size of the activations.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from .channel_values import in_blocks, values_by_channel
from .layout import Layout

Criterion = Literal["index", "max", "mean", "nonzero", "variance", "contrast"]
CRITERIA: tuple[str, ...] = get_args(Criterion)
"""What channels can be ordered by."""

NEARLY_ALL = 0.95
"""Share of a saturated channel's values that lie at a bound."""
NEAR = 0.01
"""How near to a bound that is, as a share of what lies between the bounds."""


@dataclass
class _Moments:
    """Mean and variance of a growing number of values, for each channel."""

    count: Any = 0
    mean: Any = 0.0
    squares: Any = 0.0

    def add(self, count: Any, mean: Any, squares: Any) -> None:
        """Adds values by their count, mean and summed squared deviations.

        Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance" (1983).
        """
        total = np.maximum(self.count + count, 1)
        apart = mean - self.mean
        self.squares = self.squares + squares + apart**2 * self.count * count / total
        self.mean = self.mean + apart * count / total
        self.count = self.count + count


@dataclass
class ChannelStatistics:
    """Statistics of the channels of one layer, over pictures that are added one by one.

    Attributes:
        layout: How the layer's activation is laid out.
        bounds: Those of its activation function. Defaults to `None`, none.
    """

    layout: Layout
    bounds: tuple[float | None, float] | None = None
    _pictures: int = 0
    _values: int = 0
    _all: _Moments = field(default_factory=_Moments)
    _largest: Any = -np.inf
    _nonzero: Any = 0
    _at_bound: Any = 0
    _classes: dict[Hashable, _Moments] = field(default_factory=dict)

    def add(self, activation: np.ndarray, label: Hashable | None = None) -> None:
        """Adds the activation of one picture.

        Args:
            activation: What the layer puts out for it, without batch axis, of any numeric dtype.
            label: The class of the picture. Defaults to `None`, not known.

        Raises:
            ValueError: If it has another number of channels than those before.
        """
        values = values_by_channel(self.layout, activation)
        if self._pictures and values.shape[1] != len(self._largest):
            raise ValueError(
                f"The activation has {values.shape[1]} channels, those before "
                f"{len(self._largest)}; the statistics are of one layer."
            )
        one = _Moments()
        with np.errstate(over="ignore", invalid="ignore"):
            for block in in_blocks(values):
                self._add_block(block.astype(np.float64), one)
            self._all.add(one.count, one.mean, one.squares)
            if label is not None:
                # A channel without any finite value says nothing of the class.
                self._classes.setdefault(label, _Moments()).add(one.count > 0, one.mean, 0.0)
        self._pictures += 1
        self._values += len(values)

    def _add_block(self, block: np.ndarray, one: _Moments) -> None:
        finite = np.isfinite(block)
        count = finite.sum(axis=0)
        known = np.where(finite, block, 0.0)
        mean = known.sum(axis=0) / np.maximum(count, 1)
        one.add(count, mean, (np.where(finite, block - mean, 0.0) ** 2).sum(axis=0))
        largest = np.where(finite, block, -np.inf).max(axis=0, initial=-np.inf)
        self._largest = np.maximum(self._largest, largest)
        self._nonzero = self._nonzero + (known != 0).sum(axis=0)
        if self.bounds is not None:
            lower, upper = self.bounds
            near = NEAR * (upper - (lower or 0.0))
            at_bound = finite & (block >= upper - near)
            if lower is not None:
                at_bound |= finite & (block <= lower + near)
            self._at_bound = self._at_bound + at_bound.sum(axis=0)

    @property
    def pictures(self) -> int:
        """How many pictures were added."""
        return self._pictures

    @property
    def nbytes(self) -> int:
        """Bytes that the statistics take, about."""
        moments = [self._all, *self._classes.values()]
        kept = [value for one in moments for value in (one.count, one.mean, one.squares)]
        kept += [self._largest, self._nonzero, self._at_bound]
        return sum(int(np.asarray(value).nbytes) for value in kept)

    @property
    def maximum(self) -> np.ndarray:
        """The largest finite value of each channel, `(channels,)`; NaN if there is none."""
        return self._known(self._largest)

    @property
    def mean(self) -> np.ndarray:
        """The mean of the finite values of each channel, `(channels,)`; NaN if there is none."""
        return self._known(self._all.mean)

    @property
    def nonzero(self) -> np.ndarray:
        """The share of each channel's finite values that are not 0, `(channels,)`, 0 to 1."""
        return self._known(self._nonzero / np.maximum(self._all.count, 1))

    @property
    def variance(self) -> np.ndarray:
        """The variance of each channel's finite values, over places and pictures, `(channels,)`."""
        return self._known(self._all.squares / np.maximum(self._all.count, 1))

    @property
    def not_finite(self) -> np.ndarray:
        """How many values of each channel are NaN or infinite, `(channels,)`."""
        count: np.ndarray = self._values - np.asarray(self._counted().count)
        return count

    @property
    def contrast(self) -> np.ndarray | None:
        """How far apart the classes lie in each channel, `(channels,)`, from 0 up.

        A picture counts by the mean of its channel. What is given is the range of the class means
        over the pooled standard deviation of the pictures within their classes: for two classes
        the size of Cohen's d, for more his d of the extreme means ("Statistical Power Analysis for
        the Behavioral Sciences", 1988). Infinite where the pictures of each class are all the same
        and the classes are not.

        Returns:
            `None` with fewer than two classes, or no class of two pictures. NaN for a channel for
            which that holds when pictures without finite values are left out.
        """
        if len(self._classes) < 2 or all(np.max(one.count) < 2 for one in self._classes.values()):
            return None
        counts, means, squares = (
            np.array([getattr(one, name) + 0 * self._largest for one in self._classes.values()])
            for name in ("count", "mean", "squares")
        )
        there = counts > 0
        apart = np.where(there, means, -np.inf).max(0) - np.where(there, means, np.inf).min(0)
        freedom = counts.sum(axis=0) - there.sum(axis=0)
        spread = np.sqrt(squares.sum(axis=0) / np.maximum(freedom, 1))
        # What is left of equal values after rounding is no spread.
        spread[spread <= 1e-12 * np.abs(means).max(axis=0)] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            contrast = np.where(apart > 0, apart / spread, 0.0)
        return np.where((there.sum(axis=0) >= 2) & (freedom >= 1), contrast, np.nan)

    @property
    def dead(self) -> np.ndarray:
        """Which channels are 0 at every place of every picture, `(channels,)`, bool."""
        dead: np.ndarray = (self._counted().count == self._values) & (self._nonzero == 0)
        return dead & (self._values > 0)

    @property
    def saturated(self) -> np.ndarray:
        """Which channels lie at a bound of the activation function, `(channels,)`, bool.

        That is, `NEARLY_ALL` of their finite values, over all pictures, lie within `NEAR` of it. A
        dead channel is not saturated.
        """
        count = self._counted().count
        saturated: np.ndarray = (count > 0) & (self._at_bound >= NEARLY_ALL * count) & ~self.dead
        return saturated if self.bounds is not None else np.zeros_like(saturated)

    def order(self, by: Criterion = "index") -> np.ndarray:
        """Gives the channels in order, the one with the most first.

        Args:
            by: What to order by: `"index"`, `"max"`, `"mean"`, `"nonzero"` (its share),
                `"variance"` or `"contrast"` between the classes.

        Returns:
            `(channels,)`, channel indices. Channels of the same value come by their index, those
            without a value last.

        Raises:
            ValueError: If there is no such criterion, no picture was added, or there are too few
                classes for a contrast.
        """
        if by not in CRITERIA:
            raise ValueError(f"by is {by!r}; choose one of {', '.join(map(repr, CRITERIA))}.")
        if by == "index":
            return np.arange(len(self._counted().mean))
        values = getattr(self, "maximum" if by == "max" else by)
        if values is None:
            raise ValueError(
                f"A contrast between classes needs two classes, and two pictures of one of them; "
                f"there {_are(len(self._classes), 'class', 'classes')} over "
                f"{self._pictures:,} picture{'' if self._pictures == 1 else 's'}. Add pictures "
                "with their classes."
            )
        return np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")

    def _known(self, values: Any) -> np.ndarray:
        """Gives NaN for channels without a finite value."""
        return np.where(self._counted().count > 0, values, np.nan)

    def _counted(self) -> _Moments:
        if not self._pictures:
            raise ValueError("No picture was added yet. Add the activation of one first.")
        return self._all


def _are(count: int, one: str, several: str) -> str:
    return f"is 1 {one}" if count == 1 else f"are {count:,} {several}"
