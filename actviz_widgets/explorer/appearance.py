"""How the explorer shows what is chosen: traits that only take what there is.

Each is named as its control is, and has the control's values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from ..feature_maps.channel_statistics import CRITERIA
from ..feature_maps.color_scale import ColorScale
from ..model.outputs import Output
from ..scenes.look import Look
from ..scenes.scenes import VIEWS
from .traits import (
    ColorMap,
    Index,
    IndexOrNone,
    NameOrNone,
    Number,
    OneOf,
    Pair,
    PlaceOrNone,
    SelectionError,
    Switch,
)

SCALES = ("channel", "layer", "fixed")
"""What can share a colour scale."""

TILES = (16, 64, 256, 1024)
"""Numbers of channels on a page that are offered."""

STEPPED = ("channel", "layer", "image")
"""What can be played through."""


class Appearance(traitlets.HasTraits):
    """A view, an order of the channels, a colour scale, and what the views have to choose.

    A value that is not there raises a `ValueError` or a `TypeError`, and nothing changes.
    """

    view = OneOf(tuple(VIEWS), "channel", help="What the figure shows: one of `VIEWS`.")
    order = OneOf(CRITERIA, "index", help="What the channels are ordered by: one of `CRITERIA`.")
    opacity = Number(0, 1, 0.6, help="Of a map over the picture, from 0, the picture alone, to 1.")
    tiles = Index(64, help="Channels on a page of the layer view, from 1.")
    color_scale = OneOf(SCALES, "channel", help="What shares a colour scale: one of `SCALES`.")
    color_limits = Pair(
        help="`(low, high)` of a fixed colour scale; where the map lies if not given."
    )
    symmetric = Switch(False, help="Whether zero is in the middle of the colour scale.")
    clip = Number(0, 49, 0, help="Percentage of the values left outside at each end, 0 to 49.")
    cmap = ColorMap("viridis", help="A matplotlib colour map, or the name of one.")
    class_index = IndexOrNone(help="The class to explain, from 0; `None` for the predicted one.")
    output = NameOrNone(
        help="The name of the output to explain, of several; an index is taken for its name."
    )
    output_place = PlaceOrNone(
        help="Where in a map or sequence a class is explained, `(row, column)` of the output or "
        "a step; `None` for the mean over all."
    )
    other_image = IndexOrNone(help="Index of the picture to compare with; `None` for the same.")
    other_model = Switch(False, help="Whether to compare with the second model.")
    other_epoch = IndexOrNone(help="The epoch to compare with; `None` for the same.")
    position = Pair(help="`(row, column)` of the map whose receptive field is shown, or `None`.")
    playing = Switch(False, help="Whether it steps by itself, while a page shows it.")
    play_over = OneOf(STEPPED, "channel", help="What it steps through: one of `STEPPED`.")
    speed = Number(0.1, 20, 2, help="Steps a second, 0.1 to 20.")

    _class_count: int | None = None
    _outputs: Sequence[Output] = ()  # where there are several
    _places: Sequence[int | None] = ()
    _other_images = 0
    _other_epochs: Sequence[int] = (0,)
    _has_other_model = False

    def offer_to_compare(
        self, image_count: int, epochs: Sequence[int], *, has_other_model: bool
    ) -> None:
        """Says what there is to compare with."""
        self._other_images, self._other_epochs = image_count, epochs
        self._has_other_model = has_other_model

    def offer_outputs(self, outputs: Sequence[Output]) -> None:
        """Says which outputs of the model there are to explain; none where none can be."""
        self._outputs = tuple(outputs) if len(outputs) > 1 else ()
        self._class_count = outputs[0].class_count if len(outputs) == 1 else None
        self._places = outputs[0].places if len(outputs) == 1 else ()

    def look(self) -> Look:
        """Gives all that a redraw goes by, as it is now."""
        fixed = self.color_limits if self.color_scale == "fixed" else None
        scale = self.color_scale if fixed or self.color_scale != "fixed" else "channel"
        return Look(
            self.view,
            self.order,
            self.opacity,
            self.tiles,
            ColorScale(scale, fixed, self.clip, self.symmetric),  # type: ignore[arg-type]
            self.class_index,
            self.output,
            self.output_place,
            self.other_image,
            self.other_model,
            self.other_epoch,
        )

    @traitlets.validate("color_limits")
    def _check_limits(self, proposal: dict[str, Any]) -> Any:
        value = proposal["value"]
        if value is not None and not value[0] < value[1]:
            raise SelectionError(
                f"color_limits was set to {value}; the lower limit comes first, such as (0.0, 1.0)."
            )
        return value

    @traitlets.validate("tiles")
    def _check_tiles(self, proposal: dict[str, Any]) -> int:
        if proposal["value"] < 1:
            raise SelectionError(f"tiles was set to {proposal['value']}; choose 1 or more.")
        return int(proposal["value"])

    @traitlets.validate("class_index")
    def _check_class(self, proposal: dict[str, Any]) -> int | None:
        index, count = proposal["value"], self._class_count
        if self._outputs:
            count = None if self._chosen_output is None else self._chosen_output.class_count
        if index is None:
            return None
        if count is None:
            raise SelectionError(
                f"class_index was set to {index}, but there are no classes to choose from: the "
                "model is no classifier, or has several outputs, of which explorer.output chooses "
                "one. Leave it None."
            )
        if not 0 <= index < count:
            raise SelectionError(
                f"class_index was set to {index}; there are {count} classes, so choose 0 to "
                f"{count - 1}, or None for the predicted one."
            )
        return int(index)

    @traitlets.validate("output")
    def _check_output(self, proposal: dict[str, Any]) -> str | None:
        value, names = proposal["value"], [one.name for one in self._outputs]
        if value is None or value in names:
            return value  # type: ignore[no-any-return]
        if isinstance(value, int) and -1 < value < len(names):
            return names[value]
        if not names:
            raise SelectionError(
                f"output was set to {value!r}, but the model has one output. Leave it None."
            )
        wanted = ", ".join(map(repr, names))
        raise SelectionError(f"output was set to {value!r}; choose one of {wanted}, or None.")

    @traitlets.observe("output")
    def _forget_class(self, _: dict[str, Any]) -> None:
        self.class_index = self.output_place = None  # they were of another output

    @traitlets.validate("output_place")
    def _check_output_place(self, proposal: dict[str, Any]) -> tuple[int, ...] | None:
        place, sizes = proposal["value"], self._places
        if self._outputs:
            sizes = self._chosen_output.places if self._chosen_output is not None else ()
        if place is None:
            return None
        if not sizes:
            raise SelectionError(
                f"output_place was set to {place}, but the output to explain is no map and no "
                "sequence. Leave it None."
            )
        if len(place) != len(sizes) or not all(
            0 <= at < (size or at + 1) for at, size in zip(place, sizes, strict=True)
        ):
            has = " × ".join("any" if size is None else str(size) for size in sizes)
            raise SelectionError(
                f"output_place was set to {place}; the output has {has} places, counted from 0."
            )
        return tuple(place)

    @property
    def _chosen_output(self) -> Output | None:
        return next((one for one in self._outputs if one.name == self.output), None)

    @traitlets.validate("other_image")
    def _check_other_image(self, proposal: dict[str, Any]) -> int | None:
        index, count = proposal["value"], self._other_images
        if index is not None and not 0 <= index < count:
            raise SelectionError(
                f"other_image was set to {index}; there are {count} pictures, so choose 0 to "
                f"{count - 1}, or None for the same picture."
            )
        return None if index is None else int(index)

    @traitlets.validate("other_model")
    def _check_other_model(self, proposal: dict[str, Any]) -> bool:
        if proposal["value"] and not self._has_other_model:
            raise SelectionError(
                "other_model was set, but there is no second model. Give one: "
                "ActivationExplorer(model, images, compare_with=other_model)."
            )
        return bool(proposal["value"])

    @traitlets.validate("other_epoch")
    def _check_other_epoch(self, proposal: dict[str, Any]) -> int | None:
        epoch = proposal["value"]
        if epoch is not None and epoch not in self._other_epochs:
            there = ", ".join(map(str, self._other_epochs[:20]))
            raise SelectionError(
                f"other_epoch was set to {epoch}; choose one of {there}, or None for the same."
            )
        return None if epoch is None else int(epoch)
