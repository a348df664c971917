"""When the channels are counted over the pictures: those at hand in passing, all when asked."""

from __future__ import annotations

from collections.abc import Callable

from ..widgets.owner_thread import OwnerThread
from .presenter import Showing
from .selection import Selection

_BETWEEN_PICTURES = 0.01  # seconds for the browser's messages


class Surveying:
    """Has the channels of the chosen layer counted over the pictures.

    Args:
        showing: What has the statistics.
        chosen: What is chosen, at any time.
        owner: The thread to work on.
        redraw: Called when there is something new to show.
    """

    def __init__(
        self,
        showing: Showing,
        chosen: Selection,
        owner: OwnerThread,
        redraw: Callable[[], object],
    ) -> None:
        self._showing = showing
        self._chosen = chosen
        self._owner = owner
        self._redraw = redraw
        self._is_under_way = False

    def rank(self, *, may_wait: bool) -> None:
        """Counts all pictures; one now and the others in turn, if what was asked for may wait."""
        if not may_wait and not self._is_under_way:
            self.count_all()
            return
        survey = self._showing.survey(self._chosen.epoch)
        self._is_under_way = survey.add_next(self._chosen.layer)
        if self._is_under_way:
            self._owner.run_later(_BETWEEN_PICTURES, self._redraw)

    def count_all(self) -> None:
        """Counts all pictures of the chosen layer; the model is run for those not seen yet."""
        survey, layer = self._showing.survey(self._chosen.epoch), self._chosen.layer
        while survey.add_next(layer):
            pass

    def count_one(self) -> None:
        """Counts one more picture, for which the model may run; asks for a redraw if any."""
        survey, layer = self._showing.survey(self._chosen.epoch), self._chosen.layer
        if not survey.is_complete(layer):
            survey.add_next(layer)
            self._redraw()

    def count_kept(self) -> None:
        """Counts the pictures at hand, without running the model; asks for a redraw if any."""
        survey, layer = self._showing.survey(self._chosen.epoch), self._chosen.layer
        before = survey.counted(layer)
        survey.add_kept(layer)
        if survey.counted(layer) != before:
            self._redraw()
