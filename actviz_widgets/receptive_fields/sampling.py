"""Along one axis: which positions of a layer's input each position of its output is made from.

Positions are whole numbers from 0; those below 0 and beyond the end lie in the padding. The terms
are those of Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

NOWHERE = 1 << 40
"""Stands for a position that is not there; larger than any that is."""


@dataclass(frozen=True)
class Sampling:
    """What the output positions of one layer, along one axis, are made from."""

    def taps(self, positions: np.ndarray) -> np.ndarray:
        """Gives the input positions that each output position is made from.

        Args:
            positions: `(count,)`, integers, also outside of the output.

        Returns:
            `(count, taps)`, integers; `NOWHERE` for a tap that a position does not have.
        """
        raise NotImplementedError

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Gives the input positions, from first to last, that a span of positions is made from.

        Returns:
            `(NOWHERE, -NOWHERE)` if it is made from none.
        """
        taps = self.taps(np.arange(first, last + 1))
        taps = taps[taps < NOWHERE]
        return int(taps.min(initial=NOWHERE)), int(taps.max(initial=-NOWHERE))

    @property
    def extent(self) -> tuple[Fraction, Fraction, Fraction]:
        """The sampling as straight lines: position `p` reaches from `stride * p + first` on.

        Returns:
            `(stride, first, last)` in input positions, between which the taps of position `p` lie,
            from `stride * p + first` to `stride * p + last`.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Window(Sampling):
    """A window that moves on by a stride, as in convolution and pooling; or padding, cropping.

    Attributes:
        size: Number of taps.
        stride: How far the window moves from one output position to the next.
        dilation: How far its taps lie apart.
        before: Padding in front of position 0; negative where positions are cut off.
    """

    size: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0

    def taps(self, positions: np.ndarray) -> np.ndarray:
        """Gives the positions under the window."""
        starts = positions * self.stride - self.before
        taps: np.ndarray = starts[:, None] + np.arange(self.size) * self.dilation
        return taps

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Gives the first tap of the first window, and the last tap of the last."""
        if first > last:
            return NOWHERE, -NOWHERE
        end = last * self.stride - self.before + (self.size - 1) * self.dilation
        return first * self.stride - self.before, end

    @property
    def extent(self) -> tuple[Fraction, Fraction, Fraction]:
        """The window's first and last tap."""
        last = (self.size - 1) * self.dilation - self.before
        return Fraction(self.stride), Fraction(-self.before), Fraction(last)


@dataclass(frozen=True)
class TransposedWindow(Sampling):
    """A transposed convolution: each input position is spread over a window of the output.

    Attributes:
        size: Number of taps.
        stride: How far apart the windows of neighbouring input positions begin.
        before: Output positions cut off in front.
    """

    size: int = 1
    stride: int = 1
    before: int = 0

    def taps(self, positions: np.ndarray) -> np.ndarray:
        """Gives the positions whose windows a position lies under."""
        starts = positions[:, None] + self.before - np.arange(self.size)
        return np.where(starts % self.stride == 0, starts // self.stride, NOWHERE)

    @property
    def extent(self) -> tuple[Fraction, Fraction, Fraction]:
        """The first and last window, on average over the stride."""
        first = self.before - self.size + 1
        return (
            Fraction(1, self.stride),
            Fraction(first, self.stride),
            Fraction(self.before, self.stride),
        )


@dataclass(frozen=True)
class Resampling(Sampling):
    """Nearest or bilinear resizing, with the centres of the pixels at half a pixel.

    Attributes:
        length: Number of input positions.
        new_length: Number of output positions.
        is_bilinear: Whether two neighbours are mixed, rather than the nearer one taken.
    """

    length: int
    new_length: int
    is_bilinear: bool = False

    def taps(self, positions: np.ndarray) -> np.ndarray:
        """Gives the nearest position, or the two around; at the edges, the last one there is."""
        inside = (positions >= 0) & (positions < self.new_length)
        if self.is_bilinear:
            divisor = 2 * self.new_length
            below, rest = np.divmod((2 * positions + 1) * self.length - self.new_length, divisor)
            pair = np.stack([below, below + 1], axis=1)
            clamped = np.where(inside[:, None], pair.clip(0, self.length - 1), pair)
            # The second of the two has no weight where a position falls upon the first.
            has_weight = np.stack([np.ones_like(rest, bool), rest > 0], axis=1)
            return np.where(has_weight, clamped, NOWHERE)
        # The backends compute with this precision, which decides where two are equally near.
        scale = np.float32(self.length) / np.float32(self.new_length)
        nearest = np.floor((positions.astype(np.float32) + np.float32(0.5)) * scale)
        taps: np.ndarray = nearest.astype(np.int64)[:, None]
        return np.where(inside[:, None], taps.clip(0, self.length - 1), taps)

    @property
    def extent(self) -> tuple[Fraction, Fraction, Fraction]:
        """A single point, between the positions that are mixed."""
        stride = Fraction(self.length, self.new_length)
        middle = (stride - 1) / 2
        return stride, middle, middle


@dataclass(frozen=True)
class Everything(Sampling):
    """Every output position is made from all input positions.

    Attributes:
        length: Number of input positions.
    """

    length: int

    def taps(self, positions: np.ndarray) -> np.ndarray:
        """Gives all input positions, for each."""
        return np.tile(np.arange(self.length), (len(positions), 1))

    @property
    def extent(self) -> tuple[Fraction, Fraction, Fraction]:
        """Each position stays where it was."""
        return Fraction(1), Fraction(0), Fraction(0)


def same_padding(length: int, new_length: int, size: int, stride: int, dilation: int) -> int:
    """Gives the padding in front of position 0 where the padding is `"same"`.

    What does not divide by two goes behind the last position, as TensorFlow has it; so it hangs on
    the length of the input.

    Args:
        length: Number of positions that the window moves over.
        new_length: Number of places it takes.
        size: Number of its taps.
        stride: How far it moves.
        dilation: How far its taps lie apart.
    """
    reach = (new_length - 1) * stride + (size - 1) * dilation + 1
    return max(reach - length, 0) // 2


@dataclass(frozen=True, eq=False)
class Spans:
    """The input pixels, from first to last, that each position along one axis sees.

    Attributes:
        first: `(count,)`, integers; `NOWHERE` where a position sees no pixel.
        last: `(count,)`, integers; `-NOWHERE` where a position sees no pixel.
    """

    first: np.ndarray
    last: np.ndarray

    @classmethod
    def of_pixels(cls, length: int) -> Spans:
        """Gives those of the picture's own pixels, which see themselves."""
        pixels = np.arange(length, dtype=np.int64)
        return cls(pixels, pixels)

    @property
    def sees(self) -> np.ndarray:
        """Which positions see a pixel at all, `(count,)`."""
        sees: np.ndarray = self.first <= self.last
        return sees

    def through(self, sampling: Sampling, count: int) -> Spans:
        """Gives what the positions of a layer's output see.

        Args:
            sampling: What the layer makes them from.
            count: How many there are.
        """
        if isinstance(sampling, Everything):
            return Spans(
                np.full(count, self.first.min(initial=NOWHERE)),
                np.full(count, self.last.max(initial=-NOWHERE)),
            )
        taps = sampling.taps(np.arange(count, dtype=np.int64))
        is_there = (taps >= 0) & (taps < len(self.first))
        index = np.where(is_there, taps, 0)
        return Spans(
            np.where(is_there, self.first[index], NOWHERE).min(axis=1, initial=NOWHERE),
            np.where(is_there, self.last[index], -NOWHERE).max(axis=1, initial=-NOWHERE),
        )

    def at(self, position: int) -> tuple[int, int]:
        """Gives the span of a position; a single one counts for all of them."""
        position = min(position, len(self.first) - 1)
        return int(self.first[position]), int(self.last[position])

    def one(self) -> Spans:
        """Gives a single span for all, where all are the same."""
        return Spans(self.first[:1], self.last[:1])

    def broadcast(self, count: int) -> Spans:
        """Gives a span for each of so many positions, where there was a single one."""
        return Spans(np.broadcast_to(self.first, count), np.broadcast_to(self.last, count))

    def joined(self, other: Spans) -> Spans:
        """Gives the spans that cover both."""
        return Spans(np.minimum(self.first, other.first), np.maximum(self.last, other.last))


@dataclass(frozen=True)
class Line:
    """Where the positions along one axis lie on the picture.

    Attributes:
        stride: How many pixels neighbours lie apart, the product of the strides passed ("jump").
        first: Where the field of position 0 begins, in pixels; may lie outside of the picture.
        last: Where it ends.
    """

    stride: Fraction
    first: Fraction
    last: Fraction

    @classmethod
    def of_pixels(cls) -> Line:
        """Gives that of the picture's own pixels."""
        return cls(Fraction(1), Fraction(0), Fraction(0))

    @property
    def centre(self) -> Fraction:
        """The pixel, counted from 0, that position 0 is centred on."""
        return (self.first + self.last) / 2

    def through(self, sampling: Sampling) -> Line:
        """Gives the line of a layer's output."""
        stride, first, last = sampling.extent
        return Line(
            self.stride * stride,
            self.first + self.stride * first,
            self.last + self.stride * last,
        )

    def joined(self, other: Line) -> Line | None:
        """Gives the line that covers both; `None` where the strides do not agree."""
        if self.stride != other.stride:
            return None
        return Line(self.stride, min(self.first, other.first), max(self.last, other.last))
