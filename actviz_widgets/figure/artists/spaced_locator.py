"""Numbers beside axes, not more than there is room for."""

from __future__ import annotations

from typing import Any

from matplotlib.ticker import MaxNLocator


class SpacedLocator(MaxNLocator):
    """Finds round numbers, fewer of them along short axes.

    Args:
        most_steps: Between the numbers, however long the axes are.
        room: How many steps of the room for two or three digits are left out. Defaults to 0; 1 for
            longer numbers.
        **options: Those of `matplotlib.ticker.MaxNLocator`.
    """

    def __init__(self, most_steps: int, *, room: int = 0, **options: Any) -> None:
        super().__init__(most_steps, **options)
        self._most_steps, self._room = most_steps, room

    def __call__(self) -> Any:
        """Gives the places of the numbers, as matplotlib asks for them."""
        space = self.axis.get_tick_space() - self._room  # type: ignore[union-attr]
        self.set_params(nbins=min(max(space, 1), self._most_steps))
        return super().__call__()
