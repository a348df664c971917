"""From what is chosen to what the figure shows: activations, scenes, receptive fields, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from ..activations.channel_survey import ChannelSurvey
from ..activations.explanations import Explanations
from ..activations.explored import Explored
from ..activations.extraction import Extraction
from ..activations.history.epoch_extraction import EpochExtraction
from ..activations.second_model import SecondModel
from ..feature_maps.layout import Layout
from ..figure.figure import ActivationFigure
from ..model.predictions import strongest_class
from ..scenes import descriptions
from ..scenes.map_places import MapPlaces
from ..scenes.scenes import Page, Scene, Scenes, page_of
from ..scenes.selected import Selected
from ..views import MapView, PictureView
from .appearance import Look
from .selection import Selection

Box = tuple[tuple[float, float], tuple[float, float]]


class Showing:
    """Shows in a figure what an explorer's traits choose.

    Args:
        explored: The model and the pictures.
        other: A second model to compare with; `None` for none.
        class_names: A name per class, if they have names.
        view: The figure.

    Attributes:
        explanations: What speaks for a class; `None` where there is no model to run.
        places: Where maps lie on the picture.
    """

    def __init__(
        self,
        explored: Explored,
        other: SecondModel | None,
        class_names: Sequence[str] | None,
        view: ActivationFigure,
    ) -> None:
        self._explored = explored
        self._other = other
        self._class_names = class_names
        self._view = view
        self._surveys: dict[int, ChannelSurvey] = {}
        # The last ranking: by what, the channels, and what was in the way.
        self._last_order: tuple[tuple[object, ...], tuple[Sequence[int], str]] | None = None
        self.places = MapPlaces(explored.activation_model)
        first = next(iter(explored.by_epoch.values()))
        self.explanations = (
            Explanations(first, explored.activation_model)
            if isinstance(first, Extraction)
            else None
        )

    def extraction(self, epoch: int) -> Extraction | EpochExtraction:
        """Gives where the activations of an epoch come from."""
        return self._explored.by_epoch[epoch]

    def survey(self, epoch: int) -> ChannelSurvey:
        """Gives the statistics of the channels at an epoch."""
        if epoch not in self._surveys:
            self._surveys[epoch] = ChannelSurvey(
                self.extraction(epoch),
                self._explored.activation_model,
                lambda: self._explored.labels,
            )
        return self._surveys[epoch]

    def selected(self, chosen: Selection) -> Selected:
        """Gives what is chosen, with its activation; the model is run if need be."""
        kept_pass = self.extraction(chosen.epoch).get(chosen.image, chosen.layer)
        return self._choice(chosen, chosen.layer, chosen.epoch, kept_pass)

    def order(self, chosen: Selection, layout: Layout, criterion: str) -> Sequence[int]:
        """Gives the channels in the order to go through them, by what is known by now."""
        return self._ordered(chosen, layout, criterion)[0]

    def why_no_order(self, chosen: Selection, layout: Layout, criterion: str) -> str:
        """Says why the channels go by their index all the same; empty if they do not."""
        if not self.survey(chosen.epoch).is_complete(chosen.layer):
            return ""
        return self._ordered(chosen, layout, criterion)[1]

    def _ordered(
        self, chosen: Selection, layout: Layout, criterion: str
    ) -> tuple[Sequence[int], str]:
        """Gives the channels in their order, and what was in the way of it."""
        by_index = range(layout.count or 1)
        if criterion == "index":
            return by_index, ""
        survey = self.survey(chosen.epoch)
        key = chosen.epoch, chosen.layer, criterion, survey.counted(chosen.layer), len(by_index)
        if self._last_order is None or self._last_order[0] != key:
            try:
                order = survey.order(chosen.layer, criterion)  # type: ignore[arg-type]  # is checked
            except ValueError as error:
                found: tuple[Sequence[int], str] = by_index, str(error)
            else:
                is_whole = len(order) == len(by_index)
                found = tuple(int(channel) for channel in order) if is_whole else by_index, ""
            self._last_order = key, found
        return self._last_order[1]

    def scene(
        self, selected: Selected, look: Look, chosen: Selection, order: Sequence[int]
    ) -> Scene:
        """Gives what the figure is to show.

        Args:
            selected: What is chosen.
            look: How to show it.
            chosen: The traits that the choice was made by.
            order: The channels, in their order.
        """
        survey = self.survey(chosen.epoch)
        scenes = Scenes(self.places, survey, self.explanations, self._class_names)
        if look.view == "layer":
            return scenes.layer(selected, look, order)
        if look.view == "overlay":
            return scenes.overlay(selected, look)
        if look.view == "why":
            if not self._has_classes(selected):
                return scenes.without_classes(selected, look)
            return scenes.why(selected, look, chosen.image)
        if look.view == "compare":
            other, names = self._compared(selected, look, chosen)
            return scenes.compare(selected, other, look, names)
        if look.view == "network":
            page, paths = self._network_page(chosen)
            by_layer = {path: self._at_layer(chosen, path) for path in paths}
            return scenes.network(selected, by_layer, self._texts(chosen.epoch, paths), page)
        return scenes.channel(selected, look)

    def draw(self, scene: Scene, selected: Selected) -> bool:
        """Shows a scene; says whether the limits that the toolbar's home leads to became others."""
        picture = selected.kept_pass.picture
        if scene.whole is not None:
            return self._view.show_whole(scene.whole, scene.right_title)
        assert scene.left is not None
        assert scene.right is not None
        moved = self._view.show_input(scene.left, scene.left_title)
        moved |= self._view.show_activation(scene.right, scene.right_title, scene.caption)
        # Where a map lies takes a run of the model to know: nobody may ever zoom.
        if isinstance(picture.view, PictureView) and isinstance(scene.right, MapView):
            height, width = scene.right.values.shape
            self._view.link_zoom(
                lambda: self.places.extent(selected.layer, picture, (height, width))
            )
        else:
            self._view.link_zoom(None)
        return moved

    def field(self, selected: Selected, row: int, column: int) -> tuple[str, Box | None]:
        """Gives the receptive field of a position of the map on show, in words and as pixels."""
        picture = selected.kept_pass.picture
        field, box = self.places.field(
            selected.layer,
            picture,
            selected.layout,
            row,
            column,
            selected.channel,
            selected.slice_index,
        )
        if box is None:
            return self.places.words(field), None
        # From its edges to the first and the last pixel in it.
        (top, bottom), (left, right) = box
        return self.places.words(field), ((top + 0.5, bottom - 0.5), (left + 0.5, right - 0.5))

    def other_field(
        self, selected: Selected, look: Look, chosen: Selection, row: int, column: int
    ) -> Box | None:
        """Gives the same of the picture that the choice is compared with, as pixels."""
        other, _ = self._compared(selected, look, chosen)
        if other.activation is None or other.layout != selected.layout:
            return None
        return self.field(replace(selected, kept_pass=other.kept_pass), row, column)[1]

    def lines(self, selected: Selected, scene: Scene, criterion: str) -> tuple[str, ...]:
        """Says what is shown, and what is left out.

        Args:
            selected: What is chosen.
            scene: What is shown of it.
            criterion: What the channels are ordered by.
        """
        function = self._explored.activation_model.last_activation_function()
        said = selected.lines(self._class_names, function, self._explored.note)
        survey = self.survey(selected.epoch)
        count, counted = selected.layout.count or 0, survey.counted(selected.layer)
        surveyed = ""
        if counted[0] and count > 1:
            dead, saturated = survey.dead(selected.layer), survey.saturated(selected.layer)
            note = survey.labels_note if criterion == "contrast" else ""
            surveyed = descriptions.survey_line(
                selected.layout.noun,
                count,
                len(dead),
                len(saturated),
                counted,
                note,
                is_complete=survey.is_complete(selected.layer),
            )
        noted = self._other.note if self._other is not None and scene.whole is not None else ""
        return tuple(chain(said[:2], scene.lines, [noted, surveyed], said[2:]))

    def turned(self, chosen: Selection, look: Look, order: Sequence[int], pages: int) -> Any:
        """Gives the channel or the layer that begins the page so many pages on; `None` if none."""
        if look.view == "network":
            page, _ = self._network_page(chosen)
            paths = self._worth_a_strip(chosen)
            per_page = self._view.strips_per_page
            first = (page.number + pages) * per_page
            return paths[first] if 0 <= first < len(paths) else None
        first = (order.index(chosen.channel) // look.tiles + pages) * look.tiles
        return order[first] if 0 <= first < len(order) else None

    def clear(self) -> None:
        """Lets go of what was computed for the views."""
        self._surveys.clear()
        self._last_order = None
        if self.explanations is not None:
            self.explanations.clear()

    # -------------------------------------------------------------------------------- what is near

    def _has_classes(self, selected: Selected) -> bool:
        """Whether a single output unit is a class, for all that can be known, and not a number."""
        predictions = selected.kept_pass.predictions
        if not isinstance(predictions, np.ndarray) or predictions.shape != (1,):
            return True  # what else there is to say of it, the evidence says
        function = self._explored.activation_model.last_activation_function()
        return strongest_class(predictions, self._class_names, function) is not None

    def _choice(self, chosen: Selection, layer: str, epoch: int, kept_pass: Any) -> Selected:
        extraction = self.extraction(epoch)
        layout = extraction.layout(kept_pass, layer)
        channel, slice_index = layout.nearest(chosen.channel, chosen.slice)
        line = self._explored.epoch_lines.get(epoch, "")
        return Selected(extraction, kept_pass, layer, channel, slice_index, epoch, line)

    def _at_layer(self, chosen: Selection, layer: str) -> Selected | None:
        try:
            kept_pass = self.extraction(chosen.epoch).get(chosen.image, layer)
        except ValueError:
            return None
        return self._choice(chosen, layer, chosen.epoch, kept_pass)

    def _compared(
        self, selected: Selected, look: Look, chosen: Selection
    ) -> tuple[Selected, tuple[str, str]]:
        image = chosen.image if look.other_image is None else look.other_image
        epoch = chosen.epoch if look.other_epoch is None else look.other_epoch
        if look.other_model and self._other is not None:
            extraction, kept_pass = self._other.get(image, selected.layer)
            path = self._other.path_of(selected.layer)
            layout = extraction.layout(kept_pass, path)
            other = Selected(
                extraction,
                kept_pass,
                path,
                *layout.nearest(chosen.channel, chosen.slice),
            )
        else:
            kept_pass = self.extraction(epoch).get(image, selected.layer)
            other = self._choice(chosen, selected.layer, epoch, kept_pass)
        names = []
        for one, model in ((selected, "this model"), (other, self._other_name())):
            parts = [one.kept_pass.picture.name]
            if look.other_model:
                parts.append(model)
            if selected.epoch != other.epoch:
                parts.append(f"epoch {one.epoch}")
            names.append(" · ".join(parts))
        return other, (names[0], names[1])

    def _other_name(self) -> str:
        return "" if self._other is None else self._other.name or "other model"

    def _network_page(self, chosen: Selection) -> tuple[Page, tuple[str, ...]]:
        paths = self._worth_a_strip(chosen)
        per_page = self._view.strips_per_page
        page = page_of(paths, chosen.layer, per_page, "layers")
        first = page.number * per_page
        return page, tuple(paths[first : first + per_page])

    def _worth_a_strip(self, chosen: Selection) -> list[str]:
        """Gives the layers that put out something new, and the chosen one."""
        model = self._explored.activation_model
        return [
            path
            for path in self.extraction(chosen.epoch).layers
            if path == chosen.layer or not model.role(path).passes_on
        ]

    def _texts(self, epoch: int, paths: Sequence[str]) -> dict[str, str]:
        layers = self.extraction(epoch).layers
        return {
            path: descriptions.layer_entry("", info.class_name, info.activation_shape)[3:]
            for path in paths
            for info in [layers[path]]
        }
