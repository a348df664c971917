"""The scene of each view, by the name of the view, and the words that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain

from . import descriptions
from .channel import channel_scene
from .compare import compare_scene
from .layer import layer_scene
from .network import network_scene
from .overlay import overlay_scene
from .scene import Scene
from .shown import Shown
from .why import why_scene

SCENES: Mapping[str, Callable[[Shown], Scene]] = {
    "channel": channel_scene,
    "layer": layer_scene,
    "overlay": overlay_scene,
    "compare": compare_scene,
    "network": network_scene,
    "why": why_scene,
}
"""What makes the scene of a view, in the order in which the views are offered."""

VIEWS: tuple[str, ...] = tuple(SCENES)
"""The views, in the order in which they are offered."""


def scene_of(shown: Shown) -> Scene:
    """Gives what the figure is to show; the model is run if need be.

    Raises:
        ValueError: If something that the view needs cannot be had.
    """
    return SCENES[shown.look.view](shown)


def status_lines(shown: Shown, scene: Scene) -> tuple[str, ...]:
    """Says what is shown, and what is left out.

    Args:
        shown: What is looked at, and how.
        scene: What is shown of it.
    """
    function = shown.explored.activation_model.last_activation_function()
    said = shown.selected.lines(shown.class_names, function, shown.explored.note)
    # What fills the figure may be of both models.
    noted = shown.other.note if shown.other is not None and scene.whole is not None else ""
    return tuple(chain(said[:2], scene.lines, [noted, _survey_line(shown)], said[2:]))


def _survey_line(shown: Shown) -> str:
    survey, selected = shown.survey, shown.selected
    count, counted = selected.layout.count or 0, survey.counted(selected.layer)
    if not counted[0] or count <= 1:
        return ""
    return descriptions.survey_line(
        selected.layout.noun,
        count,
        len(survey.dead(selected.layer)),
        len(survey.saturated(selected.layer)),
        counted,
        survey.labels_note if shown.look.order == "contrast" else "",
        is_complete=survey.is_complete(selected.layer),
    )
