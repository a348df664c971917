"""Which axes of a figure are seen, and how far each is zoomed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matplotlib.axes import Axes

from .artists.axes import Limits
from .linked_zoom import Joint, LinkedZoom

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
        self.full_limits: dict[Axes, Limits] = {}
        self._link = LinkedZoom(self.full_limits)

    def see(self, every: Iterable[Axes], whole: Mapping[Axes, Limits]) -> bool:
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

    def move(self, axes: Axes, limits: Limits) -> None:
        """Shows another region, without what is linked following yet."""
        with self._link.held():
            axes.set_xlim(limits[0])
            axes.set_ylim(limits[1])

    def join(self, joint: Joint | None) -> bool:
        """Has two axes show the same region from now on; says whether that moved one of them."""
        return self._link.join(joint)

    def _show_whole(self, axes: Axes, whole: Limits) -> bool:
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


def set_seen(axes: Axes, seen: bool) -> None:
    """Shows or hides axes."""
    axes.set_visible(seen)
    # Of axes that lie on one another matplotlib zooms the topmost one, seen or not.
    axes.set_navigate(seen and axes.get_label() not in _NEVER_ZOOMED)
