"""The why view: what speaks for a class, as Grad-CAM and gradient times activation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..activations.explanations import Explanations
from ..feature_maps import color_scale
from ..feature_maps.layout import Layout
from ..model.class_evidence import ClassEvidence
from ..model.predictions import strongest_class
from ..views import LeftView, MapView, WordsView
from . import descriptions
from .channel import channel_scene, outside_line
from .overlay import over_picture
from .scene import Scene
from .shown import Shown

_NO_CLASSES = (
    "The model does not seem to be a classifier: it puts out a single number. If that "
    "stands for two classes, give their names as class_names."
)
_NO_MODEL = (
    "Of a training only activations are kept, and class evidence needs the model's "
    "gradient. Open the explorer on the model itself."
)
_NO_CLASS = "The model predicts no class for this picture; choose one."


def why_scene(shown: Shown) -> Scene:
    """Shows Grad-CAM for a class, and gradient times activation of one channel."""
    scene = channel_scene(shown)
    if not _has_classes(shown):
        return _in_words(scene, _NO_CLASSES)
    if shown.explanations is None:
        return _in_words(scene, _NO_MODEL)
    if shown.selected.activation is None:
        return scene
    try:
        class_index, evidence, gradient = _evidence(shown, shown.explanations)
    except (TypeError, ValueError) as error:
        return _in_words(scene, str(error))
    selected, look = shown.selected, shown.look
    limits = color_scale.limits(gradient, clip=look.scale.clip, symmetric=True)
    view = _map_view(selected.layout, gradient, selected.channel)
    right = replace(view, limits=limits, has_histogram=True, is_signed=True)
    name = descriptions.class_name(class_index, shown.class_names)
    probability = None if evidence.probability is None else float(evidence.probability[0])
    left, left_title, note = _grad_cam(shown, evidence, name, probability)
    lines = (
        descriptions.evidence_line(
            name, probability, float(evidence.score[0]), is_logit=evidence.is_logit
        ),
        note,
        outside_line(gradient, limits),
    )
    title = f"gradient × {selected.title}"
    caption = "red speaks for the class, blue against it"
    return Scene(left, left_title, right, title, caption, lines=lines)


def _evidence(shown: Shown, explanations: Explanations) -> tuple[int, ClassEvidence, np.ndarray]:
    """Gives the class to explain, what speaks for it, and gradient times activation as a map."""
    selected, class_index = shown.selected, shown.look.class_index
    if class_index is None:
        class_index = explanations.predicted_class(selected.image)
    if class_index is None:
        raise ValueError(_NO_CLASS)
    evidence = explanations.evidence(selected.image, selected.layer, class_index)
    gradient = explanations.gradient_map(
        evidence, selected.layout, selected.channel, selected.slice_index
    )
    return class_index, evidence, gradient


def _grad_cam(
    shown: Shown, evidence: ClassEvidence, name: str, probability: float | None
) -> tuple[LeftView, str, str]:
    """Gives Grad-CAM as far as there is one: what to show, its title, and what to say of it."""
    selected = shown.selected
    picture = selected.kept_pass.picture
    try:
        cam = Explanations.grad_cam_map(evidence, selected.layout, selected.slice_index)
    except ValueError as error:
        return picture.view, picture.name, str(error)
    title = f"Grad-CAM for {name}"
    if probability is not None:
        title += f" ({probability:.1%})"
    limits = color_scale.limits(cam)
    over = over_picture(shown, cam, limits)
    if over is not None:
        return over, title, ""
    note = "Grad-CAM stands by itself: where the map lies on the picture is not known."
    return MapView(cam, place=selected.layout.place, limits=limits), title, note


def _map_view(layout: Layout, values: np.ndarray, channel: int) -> MapView:
    """Gives a map laid out as an activation is, that is not the activation itself."""
    is_square = layout.has_feature_maps
    return MapView(values, mark=layout.mark(channel), place=layout.place, is_square=is_square)


def _in_words(scene: Scene, why_not: str) -> Scene:
    return replace(scene, right=WordsView(why_not), caption="", lines=())


def _has_classes(shown: Shown) -> bool:
    """Whether a single output unit is a class, for all that can be known, and not a number."""
    predictions = shown.selected.kept_pass.predictions
    if not isinstance(predictions, np.ndarray) or predictions.shape != (1,):
        return True  # what else there is to say of it, the evidence says
    function = shown.explored.activation_model.last_activation_function()
    return strongest_class(predictions, shown.class_names, function) is not None
