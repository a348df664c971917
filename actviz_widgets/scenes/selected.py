"""What the explorer says of the picture and the layer that are chosen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..activations import refusals
from ..activations.cache import KeptPass
from ..activations.explored import Explored
from ..activations.source import ActivationSource
from ..feature_maps.layout import Layout
from ..model.outputs import Output
from ..pictures.pictures import Picture
from ..views import LONG, PictureView
from . import descriptions
from .layer_inputs import LayerInputs, layer_inputs


@dataclass(frozen=True)
class Selected:
    """What is looked at.

    Attributes:
        source: Where the activations come from.
        kept_pass: What is known of the chosen picture.
        image: Index of that picture.
        layer: Path of the chosen layer.
        channel: Index of the chosen channel.
        slice_index: Index of the chosen slice.
        epoch: The chosen epoch.
        epoch_line: What to say of that epoch; empty if there is no history to choose from.
    """

    source: ActivationSource
    kept_pass: KeptPass[Picture]
    image: int
    layer: str
    channel: int
    slice_index: int
    epoch: int = 0
    epoch_line: str = ""

    @property
    def activation(self) -> np.ndarray | None:
        """What the layer puts out for the picture, without batch axis; `None` if not kept."""
        return self.kept_pass.activations.get(self.layer)

    @property
    def layout(self) -> Layout:
        """How the layer's activation is laid out for this very picture."""
        return self.source.layout(self.kept_pass, self.layer)

    @property
    def picture(self) -> Picture:
        """The picture; of several inputs with the first one shown that the layer depends on."""
        return self._inputs.picture

    @cached_property
    def _inputs(self) -> LayerInputs:
        return layer_inputs(self.kept_pass.picture, self.source.dependence(self.layer))

    @property
    def feature_map(self) -> np.ndarray:
        """The map of the chosen channel, `(height, width)`, as the layout lays it out.

        Raises:
            ValueError: If there is no activation, or nothing of it is a map.
        """
        if self.activation is None:
            raise ValueError(self.why_not())
        return self.layout.feature_map(self.activation, self.channel, self.slice_index)

    @property
    def title(self) -> str:
        """Says which map is shown."""
        return self.title_with(None)

    def title_with(self, class_names: Sequence[str] | None) -> str:
        """Says which map is shown, with the class that it is of where the channels have names."""
        title = descriptions.map_title(
            self.layer, self.layout, self.channel, self.slice_index, self.unit_names(class_names)
        )
        return f"{title} · epoch {self.epoch}" if self.epoch_line else title

    def at_layer(self, layer: str) -> Selected:
        """Gives the same of another layer of the picture; the model is run if need be.

        Raises:
            ValueError: If the picture cannot be read, or the model cannot take it.
        """
        there = replace(self, kept_pass=self.source.get(self.image, layer), layer=layer)
        return there.within_its_layout()

    def within_its_layout(self) -> Selected:
        """Brings channel and slice to the nearest ones that the layer has."""
        channel, slice_index = self.layout.nearest(self.channel, self.slice_index)
        return replace(self, channel=channel, slice_index=slice_index)

    def why_not(self) -> str:
        """Says why the layer has no activation for the picture."""
        if self.layer in self.kept_pass.not_called:
            return refusals.not_called(self.layer)
        shape = self.source.shape(self.kept_pass, self.layer)
        budget = self.source.activations.memory_budget
        return refusals.too_large(self.layer, self.kept_pass.sizes[self.layer], shape, budget)

    def unit_names(self, class_names: Sequence[str] | None) -> Sequence[str] | None:
        """Names the units or channels of a layer that puts out the predictions; else `None`."""
        predictions, activation = self.kept_pass.predictions, self.activation
        if class_names is None or activation is None or not isinstance(predictions, np.ndarray):
            return None
        count = self.layout.count
        if activation.shape != predictions.shape or not np.array_equal(
            activation, predictions, equal_nan=activation.dtype.kind == "f"
        ):
            return None
        if count == len(class_names):
            return class_names
        return class_names[1:] if count == 1 else None

    def lines(
        self,
        class_names: Sequence[str] | None,
        outputs: Sequence[Output],
        note: str,
        label: Hashable | None = None,
    ) -> tuple[str, ...]:
        """Says what is shown, what the model predicts and saw, and what is left out.

        Args:
            class_names: A name per class, if they have names.
            outputs: What the model's outputs are.
            note: Which pictures of those handed in there are; empty if all.
            label: The class that the picture came with. Defaults to `None`, it is not known.
        """
        kept_pass, activations = self.kept_pass, self.source.activations
        classes = (
            descriptions.class_line(kept_pass.predictions, outputs, class_names),
            descriptions.label_line(label, outputs, class_names),
        )
        lines = [
            self.epoch_line,
            self._layer_line(class_names),
            " ".join(filter(None, classes)),
            f"The model saw {self.picture.saw}.",
            self._inputs.line,
            _stretched_line(self.picture),
        ]
        if note:
            lines.append(f"Shown are {note}.")
        parts = activations.part_count(kept_pass)
        if parts > 1:
            total = sum(kept_pass.sizes.values()) + kept_pass.other_bytes
            lines.append(refusals.in_parts(total, activations.memory_budget, parts))
        return tuple(lines)

    def _layer_line(self, class_names: Sequence[str] | None) -> str:
        activation = self.activation
        if activation is None:
            return self.why_not()
        return descriptions.layer_line(
            self.layer,
            self.layout,
            activation,
            self.channel,
            self.slice_index,
            self.unit_names(class_names),
        )


def _stretched_line(picture: Picture) -> str:
    """Says that a picture is shown out of its proportions; empty where it need not be."""
    if not isinstance(picture.view, PictureView):
        return ""
    height, width = picture.view.size
    if max(height, width) <= LONG * min(height, width):
        return ""
    return f"The picture is {height:,} × {width:,} pixels, and stretched to be seen."


def select(
    explored: Explored,
    image: int,
    layer: str,
    channel: int,
    slice_index: int,
    epoch: int,
    kept_pass: KeptPass[Picture] | None = None,
) -> Selected:
    """Gives what is chosen, with its activation; the model is run if need be.

    Args:
        explored: The model and the pictures.
        image: Index of the picture.
        layer: The layer path.
        channel: Index of the channel; the nearest one that there is, is taken.
        slice_index: Index of the slice, likewise.
        epoch: One of the epochs of `explored`.
        kept_pass: What is known of the picture. Defaults to `None`: it is asked for.

    Raises:
        ValueError: If the picture cannot be read, or the model cannot take it.
    """
    source = explored.by_epoch[epoch]
    kept_pass = source.get(image, layer) if kept_pass is None else kept_pass
    line = explored.epoch_lines.get(epoch, "")
    selected = Selected(source, kept_pass, image, layer, channel, slice_index, epoch, line)
    return selected.within_its_layout()
