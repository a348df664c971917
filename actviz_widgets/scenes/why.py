"""The why view: what speaks for a class, as Grad-CAM and gradient times activation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..activations.explanations import Explanations
from ..feature_maps import color_scale
from ..feature_maps.layout import Layout
from ..model.class_evidence import ClassEvidence
from ..model.outputs import Output
from ..views import LeftView, MapView, WordsView
from . import descriptions
from .channel import channel_scene, outside_line
from .overlay import bare_border_line, over_picture
from .scene import Scene
from .shown import Shown

_NO_NUMBER = (
    "The model does not seem to be a classifier: it puts out a single number. If that "
    "stands for two classes, give their names as class_names."
)
_NO_MODEL = (
    "Of a training only activations are kept, and class evidence needs the model's "
    "gradient. Open the explorer on the model itself."
)
_NONE = float(np.finfo(np.float32).eps)  # of what there is, the share below which it is rounding


@dataclass(frozen=True)
class _Explained:
    """What is explained: a class of an output, at a place of it.

    Attributes:
        index: Of the output.
        output: What it is.
        class_index: The class, or the unit.
        name: What it is called.
        place: Of a map or sequence; `None` for the mean over all.
    """

    index: int
    output: Output
    class_index: int
    name: str
    place: tuple[int, ...] | None

    @property
    def where(self) -> str:
        """Says where in the output; empty for a row of units."""
        if not self.output.places:
            return ""
        if self.place is None:
            return ", the mean over all places"
        if len(self.place) == 2:
            return f" at row {self.place[0]}, column {self.place[1]}"
        return f" at {', '.join(map(str, self.place))}"


def why_scene(shown: Shown) -> Scene:
    """Shows Grad-CAM for a class, and gradient times activation of one channel."""
    scene = channel_scene(shown)
    explanations, selected, look = shown.explanations, shown.selected, shown.look
    if explanations is None:
        return _in_words(scene, _NO_MODEL)
    if selected.activation is None:
        return scene
    try:
        explained = _explained(shown, explanations)
        evidence = explanations.evidence(
            selected.image,
            selected.layer,
            explained.class_index,
            explained.index,
            explained.place,
        )
        gradient = explanations.gradient_map(
            evidence, selected.layout, selected.channel, selected.slice_index
        )
    except (TypeError, ValueError) as error:
        return _in_words(scene, str(error))
    scale = _scale(evidence)
    is_none = _largest(gradient) <= _NONE * scale
    limits = color_scale.limits(gradient, clip=look.scale.clip, symmetric=True)
    if is_none:
        limits = (-(scale or 1.0), scale or 1.0)
    view = _map_view(selected.layout, gradient, selected.channel)
    right = replace(view, limits=limits, has_histogram=True, is_signed=True)
    probability = None if evidence.probability is None else float(evidence.probability[0])
    left, left_title, notes = _grad_cam(shown, evidence, explained, probability, scale)
    lines = (
        descriptions.evidence_line(
            f"{explained.name}{explained.where}",
            probability,
            float(evidence.score[0]),
            is_logit=evidence.is_logit,
        ),
        *notes,
        _none_line(selected.layout.noun, gradient) if is_none else "",
        outside_line(gradient, limits),
    )
    title = f"gradient × {selected.title_with(shown.class_names)}"
    caption = "red speaks for the class, blue against it"
    return Scene(left, left_title, right, title, caption, lines=lines)


def _explained(shown: Shown, explanations: Explanations) -> _Explained:
    """Gives what is to be explained: what is chosen, or else what the model predicts.

    Raises:
        ValueError: If the model predicts no class and none is chosen; it says why.
    """
    outputs, look, names = explanations.outputs, shown.look, shown.class_names
    if not outputs:
        raise ValueError("What the model puts out is not known: it has not run yet.")
    if len(outputs) > 1 and look.output is None:
        listed = ", ".join(repr(one.name) for one in outputs)
        raise ValueError(
            f"The model has {len(outputs)} outputs: choose the one to explain, {listed}, as in "
            f"explorer.output = {outputs[0].name!r}."
        )
    index = 0
    if len(outputs) > 1:
        index = [one.name for one in outputs].index(look.output or "")
    output, place = outputs[index], look.output_place if outputs[index].places else None
    class_index = look.class_index
    if class_index is None:
        class_index = explanations.predicted_class(shown.selected.image, index, place)
    if class_index is None and len(outputs) > 1 and output.unit_count == 1:
        class_index = 1  # the number itself, which was chosen
    if class_index is None:
        raise ValueError(_no_class(output, explanations.units(shown.selected.image, index, place)))
    name = descriptions.class_name(class_index, names if len(outputs) == 1 else None, output)
    return _Explained(index, output, class_index, name, place)


def _no_class(output: Output, row: np.ndarray | None) -> str:
    """Says why an output speaks for no class."""
    if row is None:
        return (
            "The model's output for one picture is no numbers, or takes more than memory_budget "
            "allows to keep: which class it speaks for is not known. Choose one."
        )
    if not np.isfinite(row).all():
        return (
            f"The model puts out {descriptions.not_finite(row)} for this picture, which speaks for "
            "no class. A layer where that begins shows it in its own view."
        )
    if output.is_classes:
        return (
            f"The model gives none of its {row.size} classes a probability of 0.5 for this "
            "picture: choose one to see what speaks for it."
        )
    if output.places:
        what = "sequence" if len(output.places) == 1 else "map"
        return (
            f"The model's output is a {what}; {descriptions.no_classes(output)}. Choose a channel "
            "of it as the class to see what it comes from."
        )
    if output.unit_count == 1:
        return _NO_NUMBER
    return (
        f"The model puts out {row.size:,} numbers; {descriptions.no_classes(output)}. Choose a "
        "unit as the class to see what it comes from."
    )


def _scale(evidence: ClassEvidence) -> float:
    """Gives what evidence is measured by: the score, or the most of the layer if that is more."""
    product = evidence.gradient * evidence.activation
    return max(_largest(evidence.score), _largest(product))


def _largest(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def _none_line(noun: str, gradient: np.ndarray) -> str:
    largest = _largest(gradient)
    told = f" (at most {largest:.1g}, which is rounding)" if largest else ""
    return f"There is no evidence in this {noun}{told}."


def _grad_cam(
    shown: Shown,
    evidence: ClassEvidence,
    explained: _Explained,
    probability: float | None,
    scale: float,
) -> tuple[LeftView, str, tuple[str, ...]]:
    """Gives Grad-CAM as far as there is one: what to show, its title, and what to say of it."""
    selected = shown.selected
    picture = selected.picture
    try:
        cam = Explanations.grad_cam_map(evidence, selected.layout, selected.slice_index)
    except ValueError as error:
        return picture.view, picture.title, (str(error),)
    title = f"Grad-CAM for {explained.name}"
    if probability is not None:
        title += f" ({probability:.1%})"
    limits, notes = color_scale.limits(cam), []
    if _largest(cam) <= _NONE * scale:
        limits = (0.0, scale or 1.0)
        notes.append(f"Grad-CAM is empty: nothing at this layer speaks for {explained.name}.")
    over = over_picture(shown, cam, limits)
    if over is not None:
        return over, title, (*notes, bare_border_line(over))
    notes.append("Grad-CAM stands by itself: where the map lies on the picture is not known.")
    view = MapView(cam, place=selected.layout.place, limits=limits)
    return view, title, tuple(notes)


def _map_view(layout: Layout, values: np.ndarray, channel: int) -> MapView:
    """Gives a map laid out as an activation is, that is not the activation itself."""
    is_square = layout.has_feature_maps
    return MapView(values, mark=layout.mark(channel), place=layout.place, is_square=is_square)


def _in_words(scene: Scene, why_not: str) -> Scene:
    return replace(scene, right=WordsView(why_not), caption="", lines=())
