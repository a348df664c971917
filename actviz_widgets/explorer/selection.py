"""Which picture, layer, channel and epoch is chosen: traits that only take what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from ..feature_maps.layout import Layout
from ..model.layer_paths import unknown_layer_sentence
from .picture_names import index_of_picture
from .traits import Index, IndexOrName, LayerPath, SelectionError


class Selection(traitlets.HasTraits):
    """A chosen picture, layer, channel, slice and epoch.

    Each keeps its value when another changes, save that channel and slice are brought down to the
    last one of a layer that has fewer. A value that is not there raises a `ValueError`, and nothing
    changes.
    """

    image = IndexOrName(help="Index of the chosen picture, from 0; its name is taken for it.")
    layer = LayerPath(help="Path of the chosen layer, such as 'backbone/conv2d_3'.")
    channel = Index(help="Index of the chosen channel, unit or attention head, from 0.")
    slice = Index(help="Index of the chosen slice of a volume, or time step of a video, from 0.")
    epoch = Index(help="The chosen epoch of a training, by its number; 0 where there is none.")

    layer_was_chosen = False
    """Whether the layer is one that somebody has chosen, and not what the explorer opened on."""

    _image_count = 0
    _images: Sequence[str] = ()
    _layouts: Mapping[str, Layout] = {}
    _epochs: Sequence[int] = (0,)

    def offer(
        self,
        image_count: int,
        layouts: Mapping[str, Layout],
        epochs: Sequence[int] = (0,),
        images: Sequence[str] = (),
    ) -> None:
        """Says what there is to choose from.

        Args:
            image_count: Number of pictures.
            layouts: How each activation is laid out, by layer path. A layout that leaves its
                number of channels open takes any.
            epochs: Numbers of the epochs, in their order. Defaults to `(0,)`, no training.
            images: The names of the pictures. Defaults to `()`, none.
        """
        self._image_count, self._images = image_count, tuple(images)
        self._layouts = layouts
        self._epochs = epochs

    def bring_within(self, layout: Layout) -> None:
        """Brings channel and slice down to the last ones of a layout."""
        self.channel = min(self.channel, _last(layout.count))
        self.slice = min(self.slice, _last(layout.slice_count))

    @traitlets.validate("image")
    def _check_image(self, proposal: dict[str, Any]) -> int:
        index, count = proposal["value"], self._image_count
        if isinstance(index, str):
            return index_of_picture(index, self._images, "image")
        if not 0 <= index < count:
            raise SelectionError(
                f"image was set to {index}; there are {count} pictures, so choose 0 to {count - 1}."
            )
        return int(index)

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> str:
        path = self._known_layer(str(proposal["value"]))
        self.layer_was_chosen = True
        return path

    @traitlets.validate("channel")
    def _check_channel(self, proposal: dict[str, Any]) -> int:
        self._known_layer(self.layer)
        layout = self._layouts[self.layer]
        return self._check_index("channel", layout.noun, proposal["value"], layout.count)

    @traitlets.validate("slice")
    def _check_slice(self, proposal: dict[str, Any]) -> int:
        self._known_layer(self.layer)
        count = self._layouts[self.layer].slice_count
        return self._check_index("slice", "slice", proposal["value"], count)

    @traitlets.validate("epoch")
    def _check_epoch(self, proposal: dict[str, Any]) -> int:
        epoch, epochs = proposal["value"], self._epochs
        if epoch not in epochs:
            raise SelectionError(f"epoch was set to {epoch}; {_epochs_in_words(epoch, epochs)}.")
        return int(epoch)

    def _known_layer(self, path: str) -> str:
        if not self._layouts:
            raise SelectionError("There is nothing to choose from: this explorer was closed.")
        if path not in self._layouts:
            raise SelectionError(unknown_layer_sentence(path, tuple(self._layouts)))
        return path

    def _check_index(self, name: str, noun: str, index: int, count: int | None) -> int:
        if not 0 <= index <= _last(count):
            if count is None:
                has, wanted = f"as many {noun}s as the picture makes it", "0 or more"
            else:
                has, wanted = f"{count} {noun}{'s' * (count != 1)}", f"0 to {_last(count)}"
            raise SelectionError(
                f"{name} was set to {index}; {self.layer!r} has {has}, so choose {wanted}."
            )
        return int(index)

    @traitlets.observe("layer")
    def _clamp(self, _: dict[str, Any]) -> None:
        self.bring_within(self._layouts[self.layer])


def _epochs_in_words(epoch: int, epochs: Sequence[int]) -> str:
    """Says which epochs there are to choose instead of one that is not there."""
    first, last = epochs[0], epochs[-1]
    if first == last:
        return f"there is only epoch {first}"
    if not first < epoch < last:
        return f"there are epochs {first} to {last}"
    before = max(number for number in epochs if number < epoch)
    after = min(number for number in epochs if number > epoch)
    return f"not every epoch is kept, and the nearest are {before} and {after}"


def _last(count: int | None) -> int:
    return _ANY_INDEX if count is None else max(count, 1) - 1


_ANY_INDEX = 2**31
