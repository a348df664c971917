"""The channels of each layer over all the pictures, counted picture by picture."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..feature_maps.channel_statistics import CRITERIA, ChannelStatistics, Criterion
from ..feature_maps.layouts import Value
from ..model.activation_model import ActivationModel
from ..model.bounded_cache import BoundedCache
from ..model.outputs import Output
from ..pictures.pictures import Picture
from .cache import KeptPass
from .source import ActivationSource

_MOST_FAILURES = 20
"""Pictures that cannot be read that one step passes over."""
_SHARE = 8
"""What of the memory budget the statistics may take: one part of so many."""


@dataclass
class _Counted:
    """What is known of one layer."""

    statistics: ChannelStatistics | None = None
    # The pictures added, and those passed over.
    done: set[int] = field(default_factory=set)

    @property
    def nbytes(self) -> int:
        return 0 if self.statistics is None else self.statistics.nbytes


class ChannelSurvey:
    """Statistics of the channels of each layer, over pictures that are added one by one.

    What is kept are a few numbers a channel, whatever the number and the size of the pictures. Of
    very many layers, those that were added to last.

    Args:
        source: Where the activations come from: a model as it is now, or one epoch of a training.
        activation_model: The model.
        labels: Gives the class of each picture, in their order, `None` where it is not known; as
            many as there are pictures now. Where none is known, and the model is a classifier, a
            picture counts for the class that the model predicts.
        outputs: Gives what the model's outputs are. Defaults to `None`: as the model tells.
    """

    def __init__(
        self,
        source: ActivationSource,
        activation_model: ActivationModel,
        labels: Callable[[], Sequence[Hashable | None]],
        outputs: Callable[[], Sequence[Output]] | None = None,
    ) -> None:
        self._source = source
        self._model = activation_model
        self._labels = labels
        self._outputs = outputs or activation_model.described_outputs
        self._layers: BoundedCache[str, _Counted] = BoundedCache(
            source.activations.memory_budget // _SHARE, lambda counted: counted.nbytes
        )

    def add_kept(self, layer: str) -> None:
        """Adds every picture whose activation of a layer is kept now, without any forward pass.

        Args:
            layer: The layer path.
        """
        if not self._has_channels(layer):
            return
        for image in self._waiting_kept(layer):
            self._add(layer, image, self._source.activations.kept(image, layer))

    def add_next(self, layer: str) -> bool:
        """Adds one more picture, one whose activation is kept first; else the model runs once.

        Nothing is let go of for it that is kept of the pictures looked at. Pictures that cannot be
        read, or go into no statistics, are passed over for good.

        Args:
            layer: The layer path.

        Returns:
            Whether there are more pictures after this one.
        """
        if not self._has_channels(layer):
            return False
        waiting = itertools.chain(self._waiting_kept(layer), self._waiting(layer))
        for image in itertools.islice(waiting, _MOST_FAILURES):
            try:
                kept_pass = self._source.glance(image, layer)
            except ValueError:
                kept_pass = None
            if self._add(layer, image, kept_pass):
                break
        return next(self._waiting(layer), None) is not None

    def statistics(self, layer: str) -> ChannelStatistics | None:
        """Gives the statistics of a layer's channels, `None` before the first picture."""
        counted = self._layers.peek(layer)
        return None if counted is None else counted.statistics

    def counted(self, layer: str) -> tuple[int, int]:
        """Counts the pictures: those added for a layer, and all there are."""
        statistics = self.statistics(layer)
        return 0 if statistics is None else statistics.pictures, len(self._labels())

    def is_complete(self, layer: str) -> bool:
        """Whether every picture was added, or passed over for good."""
        return not self._has_channels(layer) or next(self._waiting(layer), None) is None

    def order(self, layer: str, criterion: Criterion) -> np.ndarray:
        """Gives the channels of a layer in order, the one with the most first.

        Args:
            layer: The layer path.
            criterion: One of `channel_statistics.CRITERIA`.

        Returns:
            `(channels,)`, channel indices; in the order of the index where there are no statistics.

        Raises:
            ValueError: If there is no such criterion, or there are too few classes for a contrast.
        """
        statistics = self.statistics(layer)
        if statistics is not None:
            return statistics.order(criterion)
        if criterion not in CRITERIA:
            wanted = ", ".join(map(repr, CRITERIA))
            raise ValueError(f"criterion is {criterion!r}; choose one of {wanted}.")
        return np.arange(self._source.layouts[layer].count or 0)

    def dead(self, layer: str) -> frozenset[int]:
        """Gives the channels that are 0 at every place of every picture added."""
        statistics = self.statistics(layer)
        return frozenset() if statistics is None else _indices(statistics.dead)

    def saturated(self, layer: str) -> frozenset[int]:
        """Gives the channels at a bound of the activation function; see `ChannelStatistics`."""
        statistics = self.statistics(layer)
        return frozenset() if statistics is None else _indices(statistics.saturated)

    @property
    def labels_note(self) -> str:
        """In words, where the classes come from, if not with the pictures; else empty."""
        return "Classes are those that the model predicts." if self._are_predicted() else ""

    @property
    def nbytes(self) -> int:
        """Bytes that the statistics take, about."""
        return self._layers.size

    def clear(self) -> None:
        """Forgets all pictures, as when the weights have changed."""
        self._layers.clear()

    def _has_channels(self, layer: str) -> bool:
        return not isinstance(self._source.layouts[layer], Value)

    def _waiting(self, layer: str) -> Iterator[int]:
        """Gives the pictures that are neither added nor passed over by then."""
        for image in range(len(self._labels())):
            if image not in self._done(layer):
                yield image

    def _waiting_kept(self, layer: str) -> Iterator[int]:
        for image in self._source.activations.pictures_with(layer):
            if image not in self._done(layer):
                yield image

    def _done(self, layer: str) -> Collection[int]:
        counted = self._layers.peek(layer)
        return () if counted is None else counted.done

    def _add(self, layer: str, image: int, kept_pass: KeptPass[Picture] | None) -> bool:
        """Adds a picture, or passes it over for good; says which."""
        counted = self._layers.peek(layer) or _Counted()
        counted.done.add(image)
        try:
            counted.statistics = self._with(counted.statistics, layer, image, kept_pass)
        except ValueError:
            return False
        finally:
            self._layers.put(layer, counted)
        return True

    def _with(
        self,
        statistics: ChannelStatistics | None,
        layer: str,
        image: int,
        kept_pass: KeptPass[Picture] | None,
    ) -> ChannelStatistics:
        """Gives the statistics with a picture added.

        Raises:
            ValueError: If there is nothing of it to add, or another number of channels than before.
        """
        activation = None if kept_pass is None else kept_pass.activations.get(layer)
        if kept_pass is None or activation is None:
            raise ValueError(f"There is no activation of {layer!r} for picture {image}.")
        if statistics is None:
            # How many channels there are may show only now.
            layout = self._source.layout(kept_pass, layer)
            if isinstance(layout, Value):
                raise ValueError(f"{layer!r} has no channels for picture {image}.")
            statistics = ChannelStatistics(layout, self._model.activation_bounds(layer))
        statistics.add(activation, self._label(image, kept_pass))
        return statistics

    def _label(self, image: int, kept_pass: KeptPass[Picture]) -> Hashable | None:
        if not self._are_predicted():
            return self._labels()[image]
        outputs = self._outputs()
        if len(outputs) != 1 or not isinstance(kept_pass.predictions, np.ndarray):
            return None
        predicted = outputs[0].predicted(kept_pass.predictions)
        # A picture of several classes is of no one class.
        return predicted[0].class_name if len(predicted) == 1 else None

    def _are_predicted(self) -> bool:
        outputs = self._outputs()
        is_classifier = len(outputs) == 1 and not outputs[0].places and outputs[0].may_be_classes
        return is_classifier and all(label is None for label in self._labels())


def _indices(which: np.ndarray) -> frozenset[int]:
    return frozenset(int(index) for index in np.flatnonzero(which))
