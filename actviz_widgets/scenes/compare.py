"""The compare view: two maps on one colour scale, and their difference."""

from __future__ import annotations

from dataclasses import replace

from ..feature_maps.comparison import Comparison, compare
from ..feature_maps.layouts import Value
from ..pictures.pictures import Picture
from ..views import ComparisonView, MapView, PictureView, WordsView
from .channel import outside_line
from .scene import Scene
from .selected import Selected, select
from .shown import Shown

_SAME = (
    "This is one picture beside itself: choose another to compare it with, or add one under More."
)


def compare_scene(shown: Shown) -> Scene:
    """Shows the chosen map and another, of the same channel, and their difference."""
    selected, look, other = shown.selected, shown.look, compared(shown)
    maps, activations = [], []
    for one in (selected, other):
        if one.activation is None:
            return Scene(whole=WordsView(one.why_not()))
        if isinstance(one.layout, Value):
            return Scene(whole=WordsView(f"{one.layer} puts out no maps to compare."))
        maps.append(one.feature_map)
        activations.append(one.activation)
    made = compare(maps[0], maps[1], *activations, scale=look.scale)
    view = selected.layout.view(
        selected.activation,  # type: ignore[arg-type]
        selected.channel,
        selected.slice_index,
        None,
    )
    whole = ComparisonView(
        made.first,
        made.second,
        made.limits,
        made.difference,
        made.difference_limits,
        made.note,
        _names(shown, other),
        (_picture_view(selected.picture), _picture_view(other.picture)),
        is_square=isinstance(view, MapView) and view.is_square,
        place=selected.layout.place,
    )
    same = _SAME if other.kept_pass is selected.kept_pass else _difference_line(made)
    lines = (same, *(outside_line(each, made.limits) for each in maps))
    return Scene(whole=whole, right_title=selected.title, lines=tuple(dict.fromkeys(lines)))


def compared(shown: Shown) -> Selected:
    """Gives what the chosen map is compared with; its model is run if need be.

    Raises:
        ValueError: If the second model has no such layer, or cannot take the picture.
    """
    selected, look, other = shown.selected, shown.look, shown.other
    image = selected.image if look.other_image is None else look.other_image
    if look.other_model and other is not None:
        source, kept_pass = other.get(image, selected.layer)
        there = replace(
            selected,
            source=source,
            kept_pass=kept_pass,
            layer=other.path_of(selected.layer),
            image=image,
            epoch=0,
            epoch_line="",
        )
        return there.within_its_layout()
    epoch = selected.epoch if look.other_epoch is None else look.other_epoch
    return select(
        shown.explored, image, selected.layer, selected.channel, selected.slice_index, epoch
    )


def _names(shown: Shown, other: Selected) -> tuple[str, str]:
    other_name = "" if shown.other is None else shown.other.name or "other model"
    names = []
    for one, model in ((shown.selected, "this model"), (other, other_name)):
        parts = [one.picture.title]
        if shown.look.other_model:
            parts.append(model)
        if shown.selected.epoch != other.epoch:
            parts.append(f"epoch {one.epoch}")
        names.append(" · ".join(parts))
    return names[0], names[1]


def _difference_line(made: Comparison) -> str:
    largest = made.largest_difference
    if largest is None:
        return made.note
    return f"The largest difference is {largest:.4g}."


def _picture_view(picture: Picture) -> PictureView | None:
    return picture.view if isinstance(picture.view, PictureView) else None
