"""What each view shows of the picture, layer and channel that are chosen, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..activations.channel_survey import ChannelSurvey
from ..activations.explanations import Explanations
from ..explorer.appearance import Look
from ..feature_maps import color_scale
from ..feature_maps.comparison import Comparison, compare
from ..feature_maps.layer_strips import no_strip, strip_of
from ..feature_maps.layout import Layout
from ..feature_maps.layouts import FeatureMaps, Value
from ..pictures.pictures import Picture
from ..views import (
    ActivationView,
    ComparisonView,
    LayerStrip,
    LeftView,
    MapView,
    NetworkView,
    OverlayView,
    PictureView,
    TilesView,
    WholeView,
    WordsView,
)
from . import descriptions
from .map_places import MapPlaces
from .selected import Selected

NO_PLACE = (
    "It is not known where this map lies on the picture: the layers before it do not tell, or "
    "mix all positions. The channel view shows it by itself."
)

_SAME = (
    "This is one picture beside itself: choose another to compare it with, or add one under More."
)


@dataclass(frozen=True)
class Page:
    """Which part of many things is shown.

    Attributes:
        number: Which page it is, from 0.
        count: Of how many.
        text: What is on it, in words.
    """

    number: int = 0
    count: int = 1
    text: str = ""

    @property
    def sentence(self) -> str:
        """What is on it, as a sentence."""
        return f"On show: {self.text}."


@dataclass(frozen=True)
class Scene:
    """What the figure shows.

    Attributes:
        left: In the left panel; nothing if there is a `whole`.
        left_title: Its title.
        right: In the right panel.
        right_title: Its title.
        caption: A line below the right panel.
        whole: What takes the whole figure; `None` for two panels.
        lines: What to say of it besides.
        page: Which part of many things it is.
    """

    left: LeftView | None = None
    left_title: str = ""
    right: ActivationView | None = None
    right_title: str = ""
    caption: str = ""
    whole: WholeView | None = None
    lines: tuple[str, ...] = ()
    page: Page = Page()


@dataclass(frozen=True)
class Scenes:
    """Makes the scene of each view.

    Attributes:
        places: Where maps lie on the picture.
        survey: The channels over the pictures.
        explanations: What speaks for a class; `None` where there is no model to run.
        class_names: A name per class, if they have names.
    """

    places: MapPlaces
    survey: ChannelSurvey
    explanations: Explanations | None
    class_names: Sequence[str] | None

    def channel(self, selected: Selected, look: Look) -> Scene:
        """Shows the picture, and the map of one channel."""
        picture = selected.kept_pass.picture
        title = selected.title
        dead, saturated = self._marked(selected.layer)
        if selected.channel in dead:
            title = f"{title} · dead"
        elif selected.channel in saturated:
            title = f"{title} · saturated"
        scene = Scene(picture.view, picture.name, None, title)
        activation = selected.activation
        if activation is None:
            return replace(scene, right=WordsView(selected.why_not()))
        layout = selected.layout
        names = selected.unit_names(self.class_names)
        view = layout.view(activation, selected.channel, selected.slice_index, names)
        lines: tuple[str, ...] = ()
        if isinstance(view, MapView):
            limits = look.scale.limits(view.values, activation)
            view = replace(view, limits=limits, has_histogram=True)
            lines = (_outside_line(_without_unused(view), limits),)
        caption = layout.caption(activation, selected.channel, names)
        return replace(scene, right=view, caption=caption, lines=lines)

    def layer(self, selected: Selected, look: Look, order: Sequence[int]) -> Scene:
        """Shows the picture, and the maps of a page of channels.

        Args:
            selected: What is chosen.
            look: How to show it.
            order: The channels, in the order in which they are laid out.
        """
        activation = selected.activation
        if activation is None or not selected.layout.has_feature_maps:
            return self.channel(selected, look)
        layout, picture = selected.layout, selected.kept_pass.picture
        page = page_of(order, selected.channel, look.tiles, f"{layout.noun}s")
        first = page.number * look.tiles
        channels = tuple(int(channel) for channel in order[first : first + look.tiles])
        maps = _maps(layout, activation, channels, selected.slice_index)
        chosen = layout.feature_map(activation, selected.channel, selected.slice_index)
        limits = look.scale.limits(chosen, activation)
        is_shared = look.scale.scope != "channel"
        view = TilesView(
            maps,
            channels,
            selected.channel,
            limits,
            limits if is_shared else None,
            *self._marked(selected.layer),
            layout.noun,
        )
        title = f"{selected.layer} · {page.text}"
        scale = (
            "one colour scale for all"
            if is_shared
            else f"each on its own colour scale, the bar is of {layout.noun} {selected.channel}"
        )
        lines = (page.sentence, _outside_line(chosen, limits))
        return Scene(picture.view, picture.name, view, title, scale, lines=lines, page=page)

    def overlay(self, selected: Selected, look: Look) -> Scene:
        """Shows the picture, and the map of one channel over it, where it truly lies."""
        scene = self.channel(selected, look)
        picture = selected.kept_pass.picture
        if not isinstance(scene.right, MapView) or not isinstance(picture.view, PictureView):
            return replace(scene, lines=(*scene.lines, "There is no map to lay over a picture."))
        extent = self.places.extent(selected.layer, picture, scene.right.values.shape)
        if extent is None:
            return replace(scene, right=WordsView(NO_PLACE), caption="")
        limits = scene.right.limits or color_scale.limits(scene.right.values)
        view = OverlayView(
            picture.view,
            scene.right.values,
            extent,
            limits,
            look.opacity,
            scene.right.place,
        )
        return replace(scene, right=view, caption="")

    def compare(
        self, selected: Selected, other: Selected, look: Look, names: tuple[str, str]
    ) -> Scene:
        """Shows two maps on one colour scale, and their difference.

        Args:
            selected: What is chosen.
            other: What it is compared with.
            look: How to show it.
            names: What the two are called.
        """
        maps = []
        for one in (selected, other):
            if one.activation is None:
                return Scene(whole=WordsView(one.why_not()))
            if isinstance(one.layout, Value):
                return Scene(whole=WordsView(f"{one.layer} puts out no maps to compare."))
            channel, slice_index = one.layout.nearest(one.channel, one.slice_index)
            maps.append(one.layout.feature_map(one.activation, channel, slice_index))
        made = compare(maps[0], maps[1], clip=look.scale.clip, symmetric=look.scale.symmetric)
        limits = made.limits
        if look.scale.scope == "fixed":
            limits = look.scale.limits(maps[0], maps[0])
        elif look.scale.scope == "layer":
            values = [np.ravel(one.activation) for one in (selected, other)]  # type: ignore[arg-type]
            limits = color_scale.limits(
                np.concatenate(values), clip=look.scale.clip, symmetric=look.scale.symmetric
            )
        view = selected.layout.view(
            selected.activation,  # type: ignore[arg-type]
            *selected.layout.nearest(selected.channel, selected.slice_index),
            None,
        )
        whole = ComparisonView(
            made.first,
            made.second,
            limits,
            made.difference,
            made.difference_limits,
            made.note,
            names,
            (_picture_view(selected.kept_pass.picture), _picture_view(other.kept_pass.picture)),
            is_square=isinstance(view, MapView) and view.is_square,
            place=selected.layout.place,
        )
        same = _SAME if other.kept_pass is selected.kept_pass else _difference_line(made)
        lines = (same, *(_outside_line(each, limits) for each in maps))
        return Scene(whole=whole, right_title=selected.title, lines=tuple(dict.fromkeys(lines)))

    def network(
        self,
        selected: Selected,
        by_layer: Mapping[str, Selected | None],
        texts: Mapping[str, str],
        page: Page,
    ) -> Scene:
        """Shows a strip for each layer of a page.

        Args:
            selected: What is chosen.
            by_layer: The layers of the page, each with what is known of the picture there; `None`
                where that cannot be.
            texts: The type and size of each layer.
            page: The page.
        """
        strips = tuple(self._strip(path, one, texts[path]) for path, one in by_layer.items())
        view = NetworkView(strips, selected.layer, _picture_view(selected.kept_pass.picture))
        return Scene(whole=view, lines=(page.sentence,), page=page)

    def why(self, selected: Selected, look: Look, image: int) -> Scene:
        """Shows what speaks for a class: Grad-CAM, and gradient times activation of one channel.

        Args:
            selected: What is chosen.
            look: How to show it.
            image: Index of the picture.
        """
        scene = self.channel(selected, look)
        picture = selected.kept_pass.picture
        if self.explanations is None:
            why_not = (
                "Of a training only activations are kept, and class evidence needs the model's "
                "gradient. Open the explorer on the model itself."
            )
            return replace(scene, right=WordsView(why_not), caption="", lines=())
        if selected.activation is None:
            return scene
        class_index = look.class_index
        try:
            if class_index is None:
                class_index = self.explanations.predicted_class(image)
            if class_index is None:
                raise ValueError("The model predicts no class for this picture; choose one.")
            evidence = self.explanations.evidence(image, selected.layer, class_index)
            gradient = self.explanations.gradient_map(
                evidence, selected.layout, selected.channel, selected.slice_index
            )
        except (TypeError, ValueError) as error:
            return replace(scene, right=WordsView(str(error)), caption="", lines=())
        name = descriptions.class_name(class_index, self.class_names)
        limits = color_scale.limits(gradient, clip=look.scale.clip, symmetric=True)
        view = layout_view(selected.layout, gradient, selected.channel)
        right = replace(view, limits=limits, has_histogram=True, is_signed=True)
        probability = None if evidence.probability is None else float(evidence.probability[0])
        left: LeftView = picture.view
        left_title, note = picture.name, ""
        try:
            cam = self.explanations.grad_cam_map(evidence, selected.layout, selected.slice_index)
        except ValueError as error:
            note = str(error)
        else:
            left_title = f"Grad-CAM for {name}"
            if probability is not None:
                left_title += f" ({probability:.1%})"
            left = self._over_picture(selected, picture, cam, look.opacity)
            if not isinstance(left, OverlayView):
                note = "Grad-CAM stands by itself: where the map lies on the picture is not known."
        lines = (
            descriptions.evidence_line(
                name, probability, float(evidence.score[0]), is_logit=evidence.is_logit
            ),
            note,
            _outside_line(gradient, limits),
        )
        title = f"gradient × {selected.title}"
        caption = "red speaks for the class, blue against it"
        return Scene(left, left_title, right, title, caption, lines=lines)

    def without_classes(self, selected: Selected, look: Look) -> Scene:
        """Says that there is no class to explain."""
        why_not = (
            "The model does not seem to be a classifier: it puts out a single number. If that "
            "stands for two classes, give their names as class_names."
        )
        scene = self.channel(selected, look)
        return replace(scene, right=WordsView(why_not), caption="", lines=())

    def _marked(self, layer: str) -> tuple[frozenset[int], frozenset[int]]:
        """Gives the dead and the saturated channels, once all pictures were looked at."""
        if not self.survey.is_complete(layer):
            return frozenset(), frozenset()
        return self.survey.dead(layer), self.survey.saturated(layer)

    def _over_picture(
        self, selected: Selected, picture: Picture, cam: np.ndarray, opacity: float
    ) -> LeftView:
        limits = color_scale.limits(cam)
        if isinstance(picture.view, PictureView):
            extent = self.places.extent(selected.layer, picture, cam.shape)
            if extent is not None:
                return OverlayView(
                    picture.view, cam, extent, limits, opacity, selected.layout.place
                )
        return MapView(cam, place=selected.layout.place, limits=limits)

    def _strip(self, path: str, selected: Selected | None, text: str) -> LayerStrip:
        if selected is None:
            return no_strip(path, text, "not shown")
        if selected.activation is None:
            return no_strip(path, text, selected.why_not())
        return strip_of(path, text, selected.layout, selected.activation, selected.slice_index)


def page_of(items: Sequence[object], chosen: object, per_page: int, what: str) -> Page:
    """Gives the page that the chosen one of many is on.

    Args:
        items: All of them, in their order.
        chosen: One of them.
        per_page: How many there are on a page.
        what: What they are called, in the plural.
    """
    count = len(items)
    place = int(np.flatnonzero(np.asarray(items) == chosen)[0]) if count else 0
    number, pages = place // per_page, max(math.ceil(count / per_page), 1)
    first, last = number * per_page, min((number + 1) * per_page, count)
    if pages == 1:
        return Page(0, 1, f"all {count:,} {what}" if count > 1 else f"{count} {what[:-1]}")
    text = f"{last - first} of {count:,} {what}, page {number + 1} of {pages}"
    return Page(number, pages, text)


def _maps(
    layout: Layout, activation: np.ndarray, channels: Sequence[int], slice_index: int
) -> np.ndarray:
    """Gives the maps of some channels, `(height, width, maps)`, a view where that can be."""
    first, last = channels[0], channels[-1]
    is_run = tuple(channels) == tuple(range(first, last + 1))
    if is_run and type(layout) is FeatureMaps and not layout.channels_first:
        view: np.ndarray = activation[:, :, first : last + 1]
        return view
    each = [layout.feature_map(activation, channel, slice_index) for channel in channels]
    return np.stack(each, axis=-1)


def layout_view(layout: Layout, values: np.ndarray, channel: int) -> MapView:
    """Gives a map laid out as an activation is, that is not the activation itself."""
    is_square = layout.has_feature_maps
    return MapView(values, mark=layout.mark(channel), place=layout.place, is_square=is_square)


def _without_unused(view: MapView) -> np.ndarray:
    if view.unused is None:
        return view.values
    return view.values.reshape(-1)[: -view.unused.width]


def _outside_line(values: np.ndarray, limits: tuple[float, float]) -> str:
    counts = str(color_scale.outside(values, *limits))
    return f"Not on the colour scale: {counts}." if counts else ""


def _difference_line(made: Comparison) -> str:
    largest = made.largest_difference
    if largest is None:
        return made.note
    return f"The largest difference is {largest:.4g}."


def _picture_view(picture: Picture) -> PictureView | None:
    return picture.view if isinstance(picture.view, PictureView) else None
