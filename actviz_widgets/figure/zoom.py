"""Which axes of a figure are seen, how far each is zoomed in, and which of them go together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes

from .artists.axes import AxesLimits

Extent = tuple[float, float, float, float]
FindExtent = Callable[[], Extent | None]

# Along x (0) or y (1) of these axes are values: their range goes with what is shown.
_VALUE_DIMENSION = {"series as lines": 1, "profile": 0, "profile of the input": 0, "bars": 0}
_NEVER_ZOOMED = ("network strips", "first picture", "second picture")
_ROWS_ARE_THE_MAPS = ("profile", "profile of the input")


class Zoom:
    """The limits of a figure's axes.

    Attributes:
        full_limits: Those at which each of the axes on show shows all that is in it.
    """

    def __init__(self) -> None:
        self.full_limits: dict[Axes, AxesLimits] = {}
        self._link = LinkedZoom(self.full_limits)

    def see(self, every: Iterable[Axes], whole: Mapping[Axes, AxesLimits]) -> bool:
        """Shows some axes of a panel, and no others.

        Args:
            every: All axes of the panel.
            whole: Those to show, and the limits that show all that is in them.

        Returns:
            Whether `full_limits` became others.
        """
        changed = False
        with self._link.held():
            for axes in every:
                set_seen(axes, axes in whole)
                if axes in whole:
                    changed |= self._show_whole(axes, whole[axes])
                else:
                    changed |= self.full_limits.pop(axes, None) is not None
        return changed

    def move(self, axes: Axes, limits: AxesLimits) -> None:
        """Shows another region, without what is linked following yet."""
        with self._link.held():
            axes.set_xlim(limits[0])
            axes.set_ylim(limits[1])

    def join(self, joint: Joint | None) -> bool:
        """Has two axes show the same region from now on; says whether that moved one of them."""
        return self._link.join(joint)

    def _show_whole(self, axes: Axes, whole: AxesLimits) -> bool:
        """Goes back to showing all that is in these axes, unless a zoom into it still holds."""
        before = self.full_limits.get(axes)
        if before == whole:
            return False
        self.full_limits[axes] = whole
        label = str(axes.get_label())
        value = _VALUE_DIMENSION.get(label)
        moves_x = moves_y = True
        if before is not None and value is not None and before[1 - value] == whole[1 - value]:
            # As many places as before: only the values' range may go along, where all of it shows.
            moves_x = value == 0 and axes.get_xlim() == before[0]
            moves_y = value == 1 and axes.get_ylim() == before[1]
        if moves_x:
            axes.set_xlim(whole[0])
        if moves_y and label not in _ROWS_ARE_THE_MAPS:
            axes.set_ylim(whole[1])
        return True


@dataclass(frozen=True)
class Joint:
    """Which axes show the same region, and how the one's coordinates become the other's.

    Attributes:
        picture: Axes whose data coordinates are pixels of the picture.
        map: The others, in rows and columns of a map or in pixels of the picture.
        find_extent: Gives the edges of the map on the picture, `(left, right, bottom, top)`, or
            `None` where they are not known. Asked when one of the axes is zoomed or panned.
            `None` if the others are in pixels of the picture, too.
        shape: Height and width of the map.
    """

    picture: Axes
    map: Axes
    find_extent: FindExtent | None = None
    shape: tuple[int, int] = (1, 1)

    def carried(
        self, limits: tuple[float, float], dimension: int, *, to_map: bool
    ) -> tuple[float, float] | None:
        """Gives where limits along x (0) or y (1) are in the other axes; `None` if not known."""
        if self.find_extent is None:
            return limits
        extent = self.find_extent()
        if extent is None:
            return None
        left, right, bottom, top = extent
        if left == right or bottom == top:
            return None
        start, end = (left, right) if dimension == 0 else (top, bottom)
        count = self.shape[1 - dimension]

        def carry(place: float) -> float:
            if to_map:
                return (place - start) / (end - start) * count - 0.5
            return start + (place + 0.5) / count * (end - start)

        return carry(limits[0]), carry(limits[1])


class LinkedZoom:
    """Has one axes follow where the other is zoomed or panned to, and the other way round.

    Where one shows all there is along x or y, so does the other. The axes that were moved stay
    exactly where they were moved to.

    Args:
        full_limits: The limits at which axes show all, kept up to date by the caller.
    """

    def __init__(self, full_limits: Mapping[Axes, AxesLimits]) -> None:
        self._full_limits = full_limits
        self._joint: Joint | None = None
        self._is_moving = False
        self._watched: set[Axes] = set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lets axes be moved without the other following."""
        before, self._is_moving = self._is_moving, True
        try:
            yield
        finally:
            self._is_moving = before

    def join(self, joint: Joint | None) -> bool:
        """Joins two axes, and has the map's show what the picture's do; parts them for `None`.

        Returns:
            Whether an axes was moved.
        """
        self._joint = joint
        if joint is None:
            return False
        for axes in (joint.picture, joint.map):
            if axes not in self._watched:
                self._watched.add(axes)
                for dimension, signal in enumerate(("xlim_changed", "ylim_changed")):
                    axes.callbacks.connect(signal, partial(self._follow, dimension))
        moved = [self._bring_along(joint.picture, dimension) for dimension in (0, 1)]
        return any(moved)

    def _follow(self, dimension: int, axes: Axes) -> None:
        joint = self._joint
        if joint is not None and not self._is_moving and axes in (joint.picture, joint.map):
            self._bring_along(axes, dimension)

    def _bring_along(self, axes: Axes, dimension: int) -> bool:
        """Moves the other of two axes to where this one is, unless it is there."""
        joint = self._joint
        if joint is None:
            return False
        other = joint.map if axes is joint.picture else joint.picture
        here, there = _limits_of(axes)[dimension], _limits_of(other)[dimension]
        wanted = self._carried(axes, other, dimension, here)
        if wanted is None:
            return False
        # Also when this one is where the other has brought it: to move that would be to drift.
        if there == wanted or self._carried(other, axes, dimension, there) == here:
            return False
        with self.held():
            if dimension == 0:
                other.set_xlim(wanted)
            else:
                other.set_ylim(wanted)
        return True

    def _carried(
        self, axes: Axes, other: Axes, dimension: int, limits: tuple[float, float]
    ) -> tuple[float, float] | None:
        joint = self._joint
        full, others_full = self._full_limits.get(axes), self._full_limits.get(other)
        if full is not None and others_full is not None and limits == full[dimension]:
            return others_full[dimension]
        if joint is None:
            return limits
        return joint.carried(limits, dimension, to_map=other is joint.map)


def set_seen(axes: Axes, seen: bool) -> None:
    """Shows or hides axes."""
    axes.set_visible(seen)
    # Of axes that lie on one another matplotlib zooms the topmost one, seen or not.
    axes.set_navigate(seen and axes.get_label() not in _NEVER_ZOOMED)


def _limits_of(axes: Axes) -> AxesLimits:
    return axes.get_xlim(), axes.get_ylim()
