"""Which pixels of the picture each position of a tensor can see."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from .receptive_field import Span
from .sampling import Everything, Line, Sampling, Spans

ROW, COLUMN, OTHER = range(3)
"""What an axis of a tensor, or a part of one, runs over."""


class Factor(NamedTuple):
    """What an axis runs over, or a part of it: flattened feature maps run over three things."""

    kind: int
    size: int


Axes = tuple[tuple[Factor, ...], ...]
Samplings = tuple[Sampling | None, Sampling | None]
_serials = itertools.count()


@dataclass(frozen=True, eq=False)
class Reach:
    """Which pixels of the picture each position of a tensor can see.

    Rows and columns are followed apart from each other: what one branch lets a position see is a
    product of rows and columns.

    Attributes:
        axes: What each axis of the tensor runs over, the batch axis first, which has no factors.
        parts: For each branch, the rows and the columns that the positions see: one span for each
            position, or a single one where no axis runs over rows or columns any more. Without
            parts the tensor sees nothing of the picture.
        lines: Where rows and columns of the tensor lie; `None` where that cannot be told.
        sources: What the tensor is made from, and how along rows and columns.
    """

    axes: Axes
    parts: tuple[tuple[Spans, Spans], ...] = ()
    lines: tuple[Line | None, Line | None] = (None, None)
    sources: tuple[tuple[Reach, Samplings], ...] = ()
    serial: int = field(default_factory=lambda: next(_serials))

    @classmethod
    def of_picture(cls, shape: Sequence[int], *, channels_first: bool) -> Reach:
        """Gives the reach of a model's input, whose pixels see themselves.

        Args:
            shape: Without the batch axis: `(height, width)`, or with channels.
            channels_first: Whether the channels stand in front.
        """
        channel_axis = 0 if channels_first else 2
        kinds = [ROW, COLUMN]
        if len(shape) == 3:
            kinds.insert(channel_axis, OTHER)
        axes = tuple((Factor(*factor),) for factor in zip(kinds, shape, strict=True))
        height, width = (shape[kinds.index(kind)] for kind in (ROW, COLUMN))
        return cls(
            ((), *axes),
            ((Spans.of_pixels(height), Spans.of_pixels(width)),),
            (Line.of_pixels(), Line.of_pixels()),
        )

    @classmethod
    def of_nothing(cls, shape: Sequence[int]) -> Reach:
        """Gives the reach of a tensor, shape without batch axis, that no picture goes into."""
        return cls(((), *((Factor(OTHER, size),) for size in shape)))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor, without its batch axis."""
        return tuple(size_of(factors) for factors in self.axes[1:])

    def place(self, index: Sequence[int]) -> Span:
        """Gives the row and column that an element stands at; 0 where no axis runs over them.

        Args:
            index: Of the element, without the batch axis.
        """
        place = [0, 0]
        for factors, position in zip(self.axes[1:], index, strict=True):
            where = np.unravel_index(position, [factor.size for factor in factors] or [1])
            for factor, part in zip(factors, where, strict=False):
                if factor.kind != OTHER:
                    place[factor.kind] = int(part)
        return place[ROW], place[COLUMN]

    def box(self, place: Sequence[int]) -> tuple[Span, Span] | None:
        """Gives the rows and columns of the picture that a position sees.

        Returns:
            `None` if it sees none.
        """
        seen = []
        for part in self.parts:
            spans = [spans.at(position) for spans, position in zip(part, place, strict=True)]
            if all(first <= last for first, last in spans):
                seen.append(spans)
        return _hulls(seen)

    def unclipped_box(self, place: Sequence[int]) -> tuple[Span, Span] | None:
        """Gives the rows and columns that a position would see, had the picture no edges.

        Returns:
            `None` where a layer on the way mixes all positions, or no picture went in.
        """
        needed: dict[int, tuple[Reach, list[Span]]] = {}
        waiting: list[int] = []

        def need(reach: Reach, spans: list[Span]) -> None:
            if reach.serial in needed:
                pairs = zip(needed[reach.serial][1], spans, strict=True)
                spans = [_hull(pair) for pair in pairs]
            else:
                heapq.heappush(waiting, -reach.serial)  # what is made last comes first
            needed[reach.serial] = reach, spans

        need(self, [(at, at) for at in place])
        seen: list[list[Span]] = []
        while waiting:
            reach, spans = needed[-heapq.heappop(waiting)]
            if not reach.sources:
                seen += [spans] if reach.parts else []
            for source, samplings in reach.sources:
                if any(isinstance(sampling, Everything) for sampling in samplings):
                    return None
                pairs = zip(samplings, spans, strict=True)
                need(source, [s.span(*span) if s is not None else span for s, span in pairs])
        return _hulls(seen)

    def resampled(self, axis: int, sampling: Sampling, count: int) -> Reach | None:
        """Gives the reach after a layer that makes the positions along an axis from others.

        Args:
            axis: Which one, the batch axis counted.
            sampling: What the positions are made from.
            count: How many there are then.

        Returns:
            `None` where that cannot be told.
        """
        kinds = [factor for factor in self.axes[axis] if factor.kind != OTHER]
        length = size_of(self.axes[axis])
        if not kinds:
            # All positions see the same; those made from padding alone would not.
            made = Spans.of_pixels(length).through(sampling, count)
            is_same = made.sees.all() or not self.parts
            return self._with_axis(axis, (Factor(OTHER, count),)) if is_same else None
        if len(kinds) > 1 or kinds[0].size != length:
            return None
        kind = kinds[0].kind
        line = self.lines[kind]
        changed = self._along(kind, sampling, count, line and line.through(sampling))
        return replace(
            changed, axes=_put(self.axes, axis, (Factor(kind, count),)), serial=next(_serials)
        )

    def mixed(self, axes: Sequence[int]) -> Reach:
        """Gives the reach after a layer whose every output sees all that lies along some axes.

        The positions stay where they are.
        """
        reach = self
        for axis in axes:
            for kind, size in self.axes[axis]:
                if kind != OTHER:
                    reach = reach._along(kind, Everything(size), size, reach.lines[kind])
        return reach

    def replaced(self, axis: int, size: int) -> Reach:
        """Gives the reach after a layer that makes an axis anew, from all along it."""
        return self.mixed([axis])._with_axis(axis, (Factor(OTHER, size),))

    def removed(self, axes: Sequence[int]) -> Reach:
        """Gives the reach after a layer that takes all along some axes together."""
        reach = self
        for axis in sorted((axis % len(self.axes) for axis in axes), reverse=True):
            reach = reach.replaced(axis, 1)
            reach = replace(
                reach,
                axes=(*reach.axes[:axis], *reach.axes[axis + 1 :]),
                serial=next(_serials),
            )
        return reach

    def with_axis_behind(self, size: int) -> Reach:
        """Gives the reach with one more axis, along which all see the same."""
        return self._made((*self.axes, (Factor(OTHER, size),)))

    def has_places(self, axis: int) -> bool:
        """Whether what is seen changes along an axis."""
        return any(factor.kind != OTHER for factor in self.axes[axis])

    def permuted(self, order: Sequence[int]) -> Reach:
        """Gives the reach with the axes in another order, the batch axis counted."""
        return self._made(tuple(self.axes[axis] for axis in order))

    def reshaped(self, shape: Sequence[int]) -> Reach | None:
        """Gives the reach in another shape, without batch axis; `None` if rows are cut apart."""
        factors = [factor for axis in self.axes[1:] for factor in axis if factor.size != 1]
        axes: list[tuple[Factor, ...]] = [()]
        for size in shape:
            axis: list[Factor] = []
            while size != 1:
                if not factors:
                    return None
                kind, length = factors.pop(0)
                if size % length == 0:
                    axis.append(Factor(kind, length))
                    size //= length
                elif kind == OTHER and length % size == 0:
                    axis.append(Factor(kind, size))
                    factors.insert(0, Factor(kind, length // size))
                    size = 1
                else:
                    return None
            axes.append(tuple(axis))
        return None if factors else self._made(tuple(axes))

    def _made(self, axes: Axes) -> Reach:
        return replace(self, axes=axes, sources=((self, (None, None)),), serial=next(_serials))

    def _with_axis(self, axis: int, factors: tuple[Factor, ...]) -> Reach:
        """Exchanges what an axis runs over; rows or columns that are gone see all the same."""
        gone = {factor.kind for factor in self.axes[axis]} - {OTHER}
        parts = tuple(
            (rows.one() if ROW in gone else rows, columns.one() if COLUMN in gone else columns)
            for rows, columns in self.parts
        )
        lines = tuple(None if kind in gone else self.lines[kind] for kind in (ROW, COLUMN))
        return replace(
            self._made(_put(self.axes, axis, factors)), parts=parts, lines=(lines[0], lines[1])
        )

    def _along(self, kind: int, sampling: Sampling, count: int, line: Line | None) -> Reach:
        """Passes the rows, or the columns, through a sampling."""
        parts = tuple(
            (rows.through(sampling, count), columns)
            if kind == ROW
            else (rows, columns.through(sampling, count))
            for rows, columns in self.parts
        )
        samplings = (sampling, None) if kind == ROW else (None, sampling)
        lines = (line, self.lines[COLUMN]) if kind == ROW else (self.lines[ROW], line)
        return replace(
            self, parts=parts, lines=lines, sources=((self, samplings),), serial=next(_serials)
        )


def _hull(spans: Iterable[Span]) -> Span:
    firsts, lasts = zip(*spans, strict=True)
    return min(firsts), max(lasts)


def _hulls(boxes: Sequence[Sequence[Span]]) -> tuple[Span, Span] | None:
    if not boxes:
        return None
    return _hull(box[ROW] for box in boxes), _hull(box[COLUMN] for box in boxes)


def size_of(factors: Iterable[Factor]) -> int:
    """Gives the length of an axis."""
    return math.prod(factor.size for factor in factors)


def _put(axes: Axes, axis: int, factors: tuple[Factor, ...]) -> Axes:
    return (*axes[:axis], factors, *axes[axis + 1 :])
