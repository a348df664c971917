"""The figure on its canvas, in the room that the page gives it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..figure.figure import ActivationFigure
from ..scenes.map_places import MapPlaces
from ..scenes.scene import Scene
from ..scenes.selected import Selected
from ..views import MapView, PictureView
from ..widgets.canvas import FigureCanvas
from ..widgets.owner_thread import OwnerThread
from .traits import LARGEST, told


class Screen:
    """Shows scenes in a figure of the width of its page, and the height that suits them.

    Args:
        cmap: A matplotlib colour map or the name of one, for the feature map.
        owner: The thread that owns the figure.

    Attributes:
        figure: The figure.
        canvas: What shows it in the page.

    Raises:
        ValueError: If there is no colour map of that name.
    """

    def __init__(self, cmap: Any, owner: OwnerThread) -> None:
        self.figure = ActivationFigure(cmap)
        self.canvas = FigureCanvas(self.figure.figure, owner)
        self._width: int | None = None
        self._suited = (0, 0)

    def show(self, scene: Scene, selected: Selected, places: MapPlaces) -> None:
        """Sets the figure to a scene; `send` brings it to the page.

        Args:
            scene: What to show.
            selected: What of it was chosen.
            places: Where maps lie on the picture.
        """
        moved = self._set(scene, selected, places)
        self.suit()
        if moved:
            self.canvas.set_home(self.figure.full_limits)

    def send(self, *, in_answer: bool) -> None:
        """Has the page show the figure as it is now.

        Args:
            in_answer: Whether a message of the page brought it about, which waits for it.
        """
        if in_answer:
            self.canvas.draw_in_answer()
        else:
            self.canvas.draw_idle()

    def fit(self, width: int) -> None:
        """Takes the width that there is, in CSS pixels."""
        self._width = width
        self.suit()

    def suit(self) -> None:
        """Takes the height that suits what is shown; a page that told no width leaves it be."""
        if self._width is None:
            return
        suited = self._width, self.figure.preferred_height(self._width)
        if suited != self._suited:  # a size that was dragged to stays until then
            self._suited = suited
            self.canvas.resize_to(*suited)

    def take_size(self) -> None:
        """Follows a size that the figure has taken."""
        self.canvas.toolbar_position = "top" if self.figure.is_narrow else "left"
        self.canvas.set_home(self.figure.full_limits)

    def zoom(self, axes: str, x_limits: tuple[float, float], y_limits: tuple[float, float]) -> None:
        """Shows a part of what is in some axes; see `ActivationExplorer.zoom`."""
        for name, limits in (("x_limits", x_limits), ("y_limits", y_limits)):
            try:
                ends = np.asarray(limits, float)
            except (TypeError, ValueError, OverflowError):
                ends = np.zeros(0)
            if ends.shape != (2,) or not (np.abs(ends) <= LARGEST).all() or ends[0] == ends[1]:
                raise ValueError(
                    f"{name} is {told(limits)}; two different numbers are wanted, no larger than "
                    f"{LARGEST:g}."
                )
        on_show = {str(each.get_label()): each for each in self.figure.full_limits}
        if axes not in on_show:
            there = ", ".join(map(repr, on_show)) or "none"
            raise ValueError(f"axes is {axes!r}; on show are {there}.")
        on_show[axes].set_xlim(*x_limits)
        on_show[axes].set_ylim(*y_limits)
        self.canvas.draw_idle()

    def close(self) -> None:
        """Frees the canvas, and all that is in the figure."""
        self.canvas.close()
        for axes in self.figure.figure.axes:
            self.figure.figure.delaxes(axes)

    def _set(self, scene: Scene, selected: Selected, places: MapPlaces) -> bool:
        """Shows a scene; says whether the limits that the toolbar's home leads to became others."""
        picture = selected.picture
        if scene.whole is not None:
            return self.figure.show_whole(scene.whole, scene.right_title)
        assert scene.left is not None
        assert scene.right is not None
        moved = self.figure.show_input(scene.left, scene.left_title)
        moved |= self.figure.show_activation(scene.right, scene.right_title, scene.caption)
        # Where a map lies takes a run of the model to know: nobody may ever zoom.
        if isinstance(picture.view, PictureView) and isinstance(scene.right, MapView):
            height, width = scene.right.values.shape
            shape, layer = (height, width), selected.layer  # not the activations of all layers
            self.figure.link_zoom(lambda: places.extent(layer, picture, shape))
        else:
            self.figure.link_zoom(None)
        return moved
