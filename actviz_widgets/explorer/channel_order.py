"""The channels in their order, counted over the pictures: those at hand, or all when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..activations.channel_survey import ChannelSurvey
from ..activations.explored import Explored
from ..feature_maps.layout import Layout
from ..widgets.owner_thread import OwnerThread
from .chosen import Chosen

_BETWEEN_PICTURES = 0.01  # seconds for the browser's messages


class ChannelOrder:
    """Ranks the channels of the chosen layer by what is counted of them over the pictures.

    Args:
        explored: The model and the pictures.
        chosen: What is chosen, at any time.
        owner: The thread to work on.
        redraw: Called when there is something new to show.
    """

    def __init__(
        self,
        explored: Explored,
        chosen: Chosen,
        owner: OwnerThread,
        redraw: Callable[[], object],
    ) -> None:
        self._explored = explored
        self._chosen = chosen
        self._owner = owner
        self._redraw = redraw
        self._surveys: dict[int, ChannelSurvey] = {}
        self._is_under_way = False
        # The last ranking: by what, the channels, and what was in the way.
        self._last: tuple[tuple[object, ...], tuple[Sequence[int], str]] | None = None

    @property
    def survey(self) -> ChannelSurvey:
        """The statistics of the channels at the chosen epoch."""
        epoch = self._chosen.epoch
        if epoch not in self._surveys:
            self._surveys[epoch] = ChannelSurvey(
                self._explored.by_epoch[epoch],
                self._explored.activation_model,
                lambda: self._explored.labels,
                lambda: self._explored.outputs,
            )
        return self._surveys[epoch]

    def of(self, layout: Layout) -> Sequence[int]:
        """Gives the channels of the chosen layer in the order to go through them, as known now."""
        return self._ranked(layout)[0]

    def why_by_index(self, layout: Layout) -> str:
        """Says why the channels go by their index all the same; empty if they do not."""
        if not self.survey.is_complete(self._chosen.layer):
            return ""
        return self._ranked(layout)[1]

    def dead(self) -> tuple[int, ...]:
        """Gives the dead channels of the chosen layer, once all pictures were counted."""
        self.count_all()
        return tuple(sorted(self.survey.dead(self._chosen.layer)))

    def saturated(self) -> tuple[int, ...]:
        """Gives the saturated channels of the chosen layer, once all pictures were counted."""
        self.count_all()
        return tuple(sorted(self.survey.saturated(self._chosen.layer)))

    def rank(self, *, may_wait: bool) -> None:
        """Counts all pictures; one now and the others in turn, if what was asked for may wait."""
        if not may_wait and not self._is_under_way:
            self.count_all()
            return
        self._is_under_way = self.survey.add_next(self._chosen.layer)
        if self._is_under_way:
            self._owner.run_later(_BETWEEN_PICTURES, self._redraw)

    def count_all(self) -> None:
        """Counts all pictures of the chosen layer; the model is run for those not seen yet."""
        survey, layer = self.survey, self._chosen.layer
        while survey.add_next(layer):
            pass

    def count_one(self) -> None:
        """Counts one more picture, for which the model may run; asks for a redraw if any."""
        survey, layer = self.survey, self._chosen.layer
        if not survey.is_complete(layer):
            survey.add_next(layer)
            self._redraw()

    def count_kept(self) -> None:
        """Counts the pictures at hand, without running the model; asks for a redraw if any."""
        survey, layer = self.survey, self._chosen.layer
        before = survey.counted(layer)
        survey.add_kept(layer)
        if survey.counted(layer) != before:
            self._redraw()

    def clear(self) -> None:
        """Lets go of all that was counted."""
        self._surveys.clear()
        self._last = None

    def _ranked(self, layout: Layout) -> tuple[Sequence[int], str]:
        """Gives the channels in their order, and what was in the way of it."""
        by_index = range(layout.count or 1)
        layer, criterion = self._chosen.layer, self._chosen.order
        if criterion == "index":
            return by_index, ""
        survey = self.survey
        key = self._chosen.epoch, layer, criterion, survey.counted(layer), len(by_index)
        if self._last is None or self._last[0] != key:
            try:
                order = survey.order(layer, criterion)  # type: ignore[arg-type]  # is checked
            except ValueError as error:
                found: tuple[Sequence[int], str] = by_index, str(error)
            else:
                is_whole = len(order) == len(by_index)
                found = tuple(int(channel) for channel in order) if is_whole else by_index, ""
            self._last = key, found
        return self._last[1]
