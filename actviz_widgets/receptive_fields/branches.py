"""Which pixels can be seen where branches of a model meet."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from .reach import COLUMN, OTHER, ROW, Factor, Reach, size_of
from .sampling import Line, Spans

MOST_PARTS = 16
"""Branches that see differently which are followed; of more, the reach is not known."""


def joined(reaches: Sequence[Reach]) -> Reach | None:
    """Gives the reach of a tensor that is made from several, position by position.

    Args:
        reaches: Of tensors whose shapes go together by broadcasting, the batch axis first.

    Returns:
        `None` where they do not: where rows of one stand beside columns of another.
    """
    if len(reaches) == 1:
        return reaches[0]
    ranks = {len(reach.axes) for reach in reaches}
    if len(ranks) > 1:
        return None
    axes = tuple(_broadcast(factors) for factors in zip(*(r.axes for r in reaches), strict=True))
    kinds = [factor.kind for factors in axes for factor in factors or () if factor.kind != OTHER]
    if None in axes or len(set(kinds)) < len(kinds):
        return None
    sizes = dict.fromkeys((ROW, COLUMN), 1)
    sizes |= {factor.kind: factor.size for factors in axes for factor in factors or ()}
    parts: list[tuple[Spans, Spans]] = []
    for rows, columns in itertools.chain(*(reach.parts for reach in reaches)):
        _add_part(parts, (rows.broadcast(sizes[ROW]), columns.broadcast(sizes[COLUMN])))
    if len(parts) > MOST_PARTS:
        return None
    return Reach(
        tuple(factors or () for factors in axes),
        tuple(parts),
        (_joined_line(reaches, ROW, sizes[ROW]), _joined_line(reaches, COLUMN, sizes[COLUMN])),
        tuple((reach, (None, None)) for reach in reaches),
    )


def _broadcast(axes: Sequence[tuple[Factor, ...]]) -> tuple[Factor, ...] | None:
    """Gives what an axis runs over after broadcasting; `None` if that is not the same for all."""
    size = max(map(size_of, axes))
    with_places = {
        factors
        for factors in axes
        if size_of(factors) == size and any(factor.kind != OTHER for factor in factors)
    }
    small = [factors for factors in axes if 1 < size_of(factors) < size]
    if len(with_places) > 1 or small:
        return None
    return with_places.pop() if with_places else (Factor(OTHER, size),)


def _add_part(parts: list[tuple[Spans, Spans]], new: tuple[Spans, Spans]) -> None:
    """Adds a branch; to one by which the same positions see something, if there is one.

    Of two branches by which not the same positions see something, rows and columns must not be
    put together: a position might be given the rows of one and the columns of the other.
    """
    for index, part in enumerate(parts):
        if all(np.array_equal(one.sees, other.sees) for one, other in zip(part, new, strict=True)):
            rows, columns = part
            parts[index] = rows.joined(new[ROW]), columns.joined(new[COLUMN])
            return
    parts.append(new)


def _joined_line(reaches: Sequence[Reach], kind: int, size: int) -> Line | None:
    """Gives the line of those that have positions along rows, or columns."""
    lines = [
        reach.lines[kind]
        for reach in reaches
        if any(Factor(kind, size) in factors for factors in reach.axes)
    ]
    line = lines[0] if lines else None
    for other in lines[1:]:
        line = line.joined(other) if line is not None and other is not None else None
    return line
