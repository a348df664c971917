"""The view of an explorer as Python code that recreates it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from ..figure.artists.axes import AxesLimits
from .appearance import Appearance
from .selection import Selection

_WIDTH = 88
# In an order in which each can be set: a layer before its channel.
_ALWAYS = ("image", "layer", "channel", "view")
_WHERE_OTHER = (
    *("epoch", "slice", "order", "opacity", "tiles", "color_limits", "color_scale", "symmetric"),
    *("clip", "output", "output_place", "class_index", "other_image", "other_model"),
    *("other_epoch", "position"),
)


def view_code(
    explorer: Any,
    given: Mapping[str, object],
    added: Sequence[str],
    full_limits: Mapping[Axes, AxesLimits],
) -> str:
    """Writes code that opens an explorer on the same view.

    `model` and `images` in it stand for what the reader handed in, under whatever names, and so do
    functions and models that were given besides.

    Args:
        explorer: The explorer.
        given: Further arguments that it was opened with, by name; those that are `None` or the
            default are left out.
        added: Names of pictures that have to be added to those.
        full_limits: The x and y limits at which the axes on show show all that is in them.
    """
    arguments = {name: _as_code(name, value) for name, value in given.items() if value is not None}
    if explorer.cmap != "viridis":
        arguments["cmap"] = _as_code("cmap", explorer.cmap)
    listed = "".join(f", {name}={code}" for name, code in arguments.items())
    call = f"explorer = ActivationExplorer(model, images{listed})"
    if len(call) > _WIDTH:
        lines = "".join(f"    {name}={code},\n" for name, code in arguments.items())
        call = f"explorer = ActivationExplorer(\n    model,\n    images,\n{lines})"
    code = ["from actviz_widgets import ActivationExplorer", "", call]
    if added:
        files = "".join(f"    {name!r}: {name!r},\n" for name in added)
        code += ["# Added later: by their names, the pictures or the paths of their files."]
        code += [f"explorer.add_images({{\n{files}}})"]
    names = [name for name in _WHERE_OTHER if _differs(explorer, name)]
    # An epoch has its own layers and an order its own channels: these come first.
    code += [f"explorer.{name} = {getattr(explorer, name)!r}" for name in names if name == "epoch"]
    code += [f"explorer.{name} = {getattr(explorer, name)!r}" for name in _ALWAYS]
    code += [f"explorer.{name} = {getattr(explorer, name)!r}" for name in names if name != "epoch"]
    for axes, whole in full_limits.items():
        limits = (_rounded(axes.get_xlim()), _rounded(axes.get_ylim()))
        if limits != (_rounded(whole[0]), _rounded(whole[1])):
            code += [f"explorer.zoom({axes.get_label()!r}, {limits[0]}, {limits[1]})"]
    return "\n".join([*code, "explorer", ""])


def _as_code(name: str, value: object) -> str:
    if isinstance(value, str | int | float):
        return repr(value)
    if isinstance(value, list | tuple) and all(isinstance(one, str | int) for one in value):
        return repr(list(value))
    if name == "cmap":
        registered = str(getattr(value, "name", ""))
        if registered in mpl.colormaps and mpl.colormaps[registered] == value:
            return repr(registered)
    return name  # a function, a model: whatever the reader calls it


def _differs(explorer: Any, name: str) -> bool:
    kind = Selection if name in Selection.class_trait_names() else Appearance
    return bool(getattr(explorer, name) != kind.class_traits()[name].default_value)


def _rounded(limits: tuple[float, float]) -> tuple[float, float]:
    return float(f"{limits[0]:.9g}"), float(f"{limits[1]:.9g}")
