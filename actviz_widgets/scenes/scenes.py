"""The scene of each view, by the name of the view, and the words that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import NamedTuple

from . import descriptions
from .channel import channel_scene
from .compare import compare_scene
from .layer import layer_scene
from .network import network_scene
from .overlay import overlay_scene
from .scene import Scene
from .shown import Shown
from .why import why_scene


class _View(NamedTuple):
    """What makes the scene of a view, and what it shows in a few words."""

    scene: Callable[[Shown], Scene]
    shows: str


# To add a view is to add its module and its line here.
_VIEWS: Mapping[str, _View] = {
    "channel": _View(channel_scene, "one map"),
    "layer": _View(layer_scene, "all its maps"),
    "overlay": _View(overlay_scene, "a map on the picture"),
    "compare": _View(compare_scene, "two maps"),
    "network": _View(network_scene, "all layers"),
    "why": _View(why_scene, "what speaks for a class"),
}

VIEWS: Mapping[str, str] = {name: view.shows for name, view in _VIEWS.items()}
"""What each view shows, by its name, in the order in which the views are offered."""


def scene_of(shown: Shown) -> Scene:
    """Gives what the figure is to show; the model is run if need be.

    Raises:
        ValueError: If something that the view needs cannot be had.
    """
    return _VIEWS[shown.look.view].scene(shown)


def status_lines(shown: Shown, scene: Scene) -> tuple[str, ...]:
    """Says what is shown, and what is left out.

    Args:
        shown: What is looked at, and how.
        scene: What is shown of it.
    """
    explored = shown.explored
    label = explored.labels[shown.selected.image]
    said = shown.selected.lines(shown.class_names, explored.outputs, explored.note, label)
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
