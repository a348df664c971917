"""Which picture, layer and channel is chosen: traits that only take what there is."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import traitlets

from .feature_maps import channel_count, channel_noun
from .layer_paths import unknown_layer_sentence


class SelectionError(traitlets.TraitError, ValueError):
    """There is no such picture, layer or channel.

    A `TraitError` too, which is what traitlets takes back a change for.
    """


class SelectionTypeError(traitlets.TraitError, TypeError):
    """What was chosen is of another type than a choice can be."""


class Index(traitlets.TraitType[int, Any]):
    """A trait for an index: whatever Python takes for one, numpy's integers included."""

    default_value = 0
    info_text = "an index, an integer from 0"

    def validate(self, _: Any, value: Any) -> int:
        """Gives the value as an int."""
        try:
            return operator.index(value)
        except TypeError:
            raise SelectionTypeError(
                f"{self.name!r} was set to {value!r}; {self.info_text}, is wanted."
            ) from None


class LayerPath(traitlets.Unicode[str, Any]):
    """A trait for the path of a layer."""

    def validate(self, _: Any, value: Any) -> str:
        """Gives the path, which has to be a text."""
        if not isinstance(value, str):
            raise SelectionTypeError(
                f"{self.name!r} was set to {value!r}; the path of a layer, a text, is wanted."
            )
        return value


class Selection(traitlets.HasTraits):
    """A chosen picture, layer and channel.

    Each keeps its value when another changes, save that the channel is brought down to the last one
    of a layer that has fewer. A value that is not there raises a `ValueError`, and nothing changes.
    """

    image = Index(help="Index of the chosen picture, from 0.")
    layer = LayerPath(help="Path of the chosen layer, such as 'backbone/conv2d_3'.")
    channel = Index(help="Index of the chosen channel, or unit of a dense layer, from 0.")

    _image_count = 0
    _shapes: Mapping[str, tuple[int | None, ...]] = {}

    def offer(self, image_count: int, shapes: Mapping[str, tuple[int | None, ...]]) -> None:
        """Says what there is to choose from.

        Args:
            image_count: Number of pictures.
            shapes: Shapes of the activations, without batch axis, by layer path.
        """
        self._image_count = image_count
        self._shapes = shapes

    @traitlets.validate("image")
    def _check_image(self, proposal: dict[str, Any]) -> int:
        index, count = proposal["value"], self._image_count
        if not 0 <= index < count:
            raise SelectionError(
                f"image was set to {index}; there are {count} pictures, so choose 0 to {count - 1}."
            )
        return int(index)

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> str:
        path = str(proposal["value"])
        if path not in self._shapes:
            raise SelectionError(unknown_layer_sentence(path, tuple(self._shapes)))
        return path

    @traitlets.validate("channel")
    def _check_channel(self, proposal: dict[str, Any]) -> int:
        self._check_layer({"value": self.layer})
        channel, count = proposal["value"], channel_count(self._shapes[self.layer])
        if not 0 <= channel < count:
            noun = channel_noun(self._shapes[self.layer])
            raise SelectionError(
                f"channel was set to {channel}; {self.layer!r} has {count} {noun}"
                f"{'s' * (count > 1)}, so choose 0 to {count - 1}."
            )
        return int(channel)

    @traitlets.observe("layer")
    def _clamp_channel(self, _: dict[str, Any]) -> None:
        self.channel = min(self.channel, channel_count(self._shapes[self.layer]) - 1)
