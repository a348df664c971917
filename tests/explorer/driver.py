"""Where tests look inside an explorer: the one place that knows its private names.

What is among the explorer's children is found there. What is left to be read by a private name is
read in `_presenter`, and of a canvas and a source in `repainter_of` and
`pictures_of`. Code in a kernel imports it too: `from tests.explorer import driver`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np
from matplotlib.backend_bases import MouseEvent

from actviz_widgets.widgets.canvas import FigureCanvas
from actviz_widgets.widgets.page_link import PageLink

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from actviz_widgets import ActivationExplorer
    from actviz_widgets.activations.cache import KeptPass
    from actviz_widgets.explorer.presenter import Presenter
    from actviz_widgets.figure.figure import ActivationFigure
    from actviz_widgets.views import Place


# ------------------------------------------------------------------------- what is read by its name


def figure_of(explorer: ActivationExplorer) -> ActivationFigure:
    """Gives the figure with what knows its panels; `explorer.figure` is matplotlib's alone."""
    return _presenter(explorer).screen.figure


def source_of(explorer: ActivationExplorer) -> Any:
    """Gives where the activations of the chosen epoch come from."""
    return _presenter(explorer).source


def _presenter(explorer: ActivationExplorer) -> Presenter:
    presenter = explorer._presenter
    assert presenter is not None, "the explorer is closed"
    return presenter


def repainter_of(explorer: ActivationExplorer) -> Any:
    """Gives what paints the canvas."""
    return canvas_of(explorer)._repainter


def pictures_of(explorer: ActivationExplorer) -> Any:
    """Gives the pictures, which are loaded when the model is about to run for them."""
    return source_of(explorer)._pictures


# ---------------------------------------------------------------------------------------- its parts


def find(kind: type, widget: Any) -> list[Any]:
    """Gives the widgets of a kind in a widget, in the order in which they stand there."""
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += find(kind, child)
    return found


def canvas_of(explorer: ActivationExplorer) -> Any:
    """Gives the canvas."""
    return _child(explorer, FigureCanvas)


def page_link_of(explorer: ActivationExplorer) -> Any:
    """Gives the link to the page."""
    return _child(explorer, PageLink)


def status_of(explorer: ActivationExplorer) -> Any:
    """Gives the status line."""
    return _child(explorer, widgets.HTML)


def sentences(explorer: ActivationExplorer) -> tuple[str, ...]:
    """Gives what the status line says, as it is without markup."""
    lines = re.findall(r"<div(?: style=\"color[^>]*)?>(.*?)</div>", status_of(explorer).value)
    return tuple(map(html.unescape, lines))


def control(explorer: ActivationExplorer, label: str) -> Any:
    """Gives the first control of a label, such as `"Layer"` or `"Next"`."""
    labelled = (one for one in find(widgets.Widget, explorer) if _label(one) == label)
    return next(labelled)


def slider(explorer: ActivationExplorer, label: str) -> Any:
    """Gives the slider beside the number box of a label, such as `"Channel"`."""
    pairs = (pair for pair in find(widgets.HBox, explorer) if label in map(_label, pair.children))
    return find(widgets.IntSlider, next(pairs))[0]


def _child(explorer: ActivationExplorer, kind: type) -> Any:
    (child,) = (child for child in explorer.children if isinstance(child, kind))
    return child


def _label(widget: Any) -> str:
    return str(getattr(widget, "description", ""))


# ----------------------------------------------------------------------------------- what it holds


def cache_of(explorer: ActivationExplorer) -> Any:
    """Gives what is kept of the passes: its bytes, and how many passes there were."""
    return source_of(explorer).activations


def forward_passes(explorer: ActivationExplorer) -> int:
    """Says how many passes the model was run for."""
    return int(cache_of(explorer).forward_passes)


def kept_pass(
    explorer: ActivationExplorer, image: int | None = None, layer: str | None = None
) -> KeptPass[Any]:
    """Gives what is kept of a picture's pass, by default of the chosen picture and layer."""
    kept: KeptPass[Any] = source_of(explorer).get(
        explorer.image if image is None else image, explorer.layer if layer is None else layer
    )
    return kept


# ---------------------------------------------------------------------------- what its figure shows


def map_axes(explorer: ActivationExplorer) -> Axes:
    """Gives the axes of the feature map."""
    return figure_of(explorer).map_axes


def note_at(explorer: ActivationExplorer, row: int, column: int) -> str:
    """Gives what is told of a position of the map when the mouse is over it."""
    return map_axes(explorer).format_coord(column, row)


def histogram_counts(explorer: ActivationExplorer) -> list[int]:
    """Gives how many values of the map the bars of its histogram stand for, lowest values first."""
    (axes,) = (one for one in explorer.figure.axes if one.get_label() == "histogram")
    (bars,) = axes.patches
    count = len(bars.get_data().values)  # type: ignore[attr-defined]
    # As many as the mouse is told of each bar: its length is of the root of them.
    told = [axes.format_coord(0, (index + 0.5) / count) for index in range(count)]
    return [int(words.split()[0]) for words in told]


def point_of(
    explorer: ActivationExplorer, label: str, is_it: Callable[[Place], bool]
) -> tuple[float, float]:
    """Finds a point of the axes of a label that stands for what is looked for.

    Args:
        explorer: The explorer.
        label: That of the axes.
        is_it: Whether that is what a place stands for.

    Returns:
        A point well within it, in the coordinates of the axes' data.
    """
    figure, canvas, fine = figure_of(explorer), canvas_of(explorer), 40
    (axes,) = (one for one in explorer.figure.axes if one.get_label() == label)
    steps = [step / fine for step in range(1, fine)]
    points = axes.transAxes.transform([(x, y) for x in steps for y in steps])
    found = []
    for point in points:
        place = figure.place_at(MouseEvent("motion_notify_event", canvas, *point))
        if place is not None and is_it(place):
            found.append(point)
    assert found, f"the axes {label!r} have no such place"
    middle = np.mean(found, axis=0)
    nearest = min(found, key=lambda point: float(np.hypot(*(point - middle))))
    x, y = axes.transData.inverted().transform(nearest)
    return float(x), float(y)


# ---------------------------------------------------------------------------------------- to listen


def watch(owner: Any, method: str, told: Callable[[], object]) -> None:
    """Calls `told` each time before a method of an object is called."""
    call = getattr(owner, method)

    def watched(*args: Any, **kwargs: Any) -> Any:
        told()
        return call(*args, **kwargs)

    setattr(owner, method, watched)


def watch_drawing(explorer: ActivationExplorer, told: Callable[[], object]) -> None:
    """Calls `told` each time before the figure is given a map to show."""
    watch(figure_of(explorer), "show_activation", told)
