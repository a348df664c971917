"""A colour bar for a scale that changes with every feature map.

matplotlib's own makes its artists anew when the limits change, and its axes measure all their
numbers several times before they draw one. Here the colours stay as they are, and the numbers are
texts that are moved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.image import AxesImage
from matplotlib.markers import TICKRIGHT
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, ScalarFormatter
from matplotlib.transforms import Bbox, ScaledTranslation

from .scripts import write

_TICK, _GAP = 3.5, 3.5  # points
_LABEL_END, _LABEL_GAP = 40, 6.5
_MOST_STEPS = 6
_NUMBER_HEIGHT = 15  # pixels at 100 dots per inch
_MOST_NUMBERS = 9  # that the locator gives, which is asked for six steps


class ColorBar:
    """Colours from the lowest limit of a scale to its highest, with numbers to the right.

    Args:
        axes: Where to draw it; nothing else is in them.
        mappable: The image, or what else has the colours and limits.

    Attributes:
        axes: Those of the bar. Their y limits are the limits of the colour scale.
        mappable: What has the colours and limits.
    """

    def __init__(self, axes: Axes, mappable: ScalarMappable) -> None:
        self.axes = axes
        self.mappable = mappable
        self._colors: object = None
        self._limits: tuple[float, float] | None = None
        self._label: Text | None = None
        self._name = ""
        self._steps = _MOST_STEPS
        # In shares of the axes, so that it stays where it is whatever the limits are.
        self._image = AxesImage(
            axes,
            origin="lower",
            extent=(0, 1, 0, 1),
            interpolation="nearest",
            transform=axes.transAxes,
        )
        self._image.mouseover = False
        axes.add_image(self._image)
        axes.set_label("<colorbar>")
        axes.set(xlim=(0, 1), xticks=[], autoscale_on=False)
        axes.set_navigate(False)
        self._locator = MaxNLocator(_MOST_STEPS)
        axes.yaxis.set_major_locator(self._locator)
        # Short labels: powers of ten, and what all values share, go below the bar.
        self._formatter = ScalarFormatter()
        self._formatter.set_powerlimits((-3, 4))
        axes.yaxis.set_major_formatter(self._formatter)
        axes.yaxis.tick_right()
        axes.tick_params(labelsize="small")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_visible(False)
        self._add_numbers()
        self.update()
        mappable.callbacks.connect("changed", lambda _: self.update())

    def keep_to(self, place: Callable[[], Bbox]) -> None:
        """Has the bar be where something else is, with as many numbers as there is room for.

        Args:
            place: Gives where, in shares of the figure.
        """

        def find(*_: object) -> Bbox:
            box = place()
            self._fit(100 * box.height * self.axes.figure.get_figheight())  # type: ignore[union-attr]
            return box

        self.axes.set_axes_locator(find)

    def _fit(self, height: float) -> None:
        """Writes no more numbers than fit into this height, in pixels at 100 dots per inch."""
        steps = min(max(int(height / _NUMBER_HEIGHT), 1), _MOST_STEPS)
        if steps != self._steps and self._limits is not None:
            self._steps = steps
            self._locator.set_params(nbins=steps)
            self._write_numbers(*self._limits)

    def update(self) -> None:
        """Brings the bar in step with the image's colours and limits."""
        colors = self.mappable.get_cmap()
        if colors is not self._colors:
            self._colors = colors
            ramp = colors(np.arange(colors.N))
            self._image.set_data((255 * ramp[:, None] + 0.5).astype(np.uint8))
        low, high = self.mappable.get_clim()
        if low is not None and high is not None and self._limits != (low, high):
            self._limits = low, high
            self.axes.set_ylim(low, high)
            self._write_numbers(low, high)

    def set_label(self, label: str) -> None:
        """Says below the bar what it is the scale of."""
        if self._label is None:
            # Its end is below the ends of the numbers.
            below = self.axes.transAxes + ScaledTranslation(
                _LABEL_END / 72, -_LABEL_GAP / 72, self.axes.figure.dpi_scale_trans
            )
            self._label = self.axes.text(
                1,
                0,
                "",
                transform=below,
                ha="right",
                va="top",
                fontsize="small",
                color=mpl.rcParams["ytick.color"],
                usetex=False,
                parse_math=False,
            )
        self._name = label
        self._write_below()

    def _add_numbers(self) -> None:
        at_right = self.axes.get_yaxis_transform()
        (self._marks,) = self.axes.plot(
            [],
            [],
            transform=at_right,
            linestyle="none",
            marker=TICKRIGHT,
            markersize=_TICK,
            markeredgewidth=0.8,
            color=mpl.rcParams["ytick.color"],
            clip_on=False,
        )
        points = self.axes.figure.dpi_scale_trans
        beside = at_right + ScaledTranslation((_TICK + _GAP) / 72, 0, points)
        # Above the bar there may be a long title.
        below = self.axes.transAxes + ScaledTranslation(0, -_LABEL_GAP / 72, points)
        look: dict[str, Any] = {
            "color": mpl.rcParams["ytick.color"],
            "fontsize": "small",
            "usetex": False,
            "parse_math": True,
        }
        self._numbers = [
            self.axes.text(1, 0, "", transform=beside, va="center_baseline", **look)
            for _ in range(_MOST_NUMBERS)
        ]
        self._shared = self.axes.text(0, 0, "", transform=below, va="top", **look)

    def _write_numbers(self, low: float, high: float) -> None:
        room = 1e-9 * (high - low)
        places = [
            place
            for place in self._locator.tick_values(low, high)
            if low - room <= place <= high + room
        ][:_MOST_NUMBERS]
        labels = self._formatter.format_ticks(places)
        self._marks.set_data([1] * len(places), places)
        unused = len(self._numbers) - len(places)
        for number, place, label in zip(
            self._numbers, [*places, *[low] * unused], [*labels, *[""] * unused], strict=True
        ):
            number.set_y(place)
            if number.get_text() != label:
                number.set_text(label)
        self._write_below()

    def _write_below(self) -> None:
        """Writes what all numbers share and, if there is one, the label."""
        shared = self._formatter.get_offset()
        if self._label is None:
            self._shared.set_text(shared)
            return
        self._shared.set_text("")
        text = f"{self._name} · {shared}" if shared else self._name
        if self._label.get_text() != text:
            write(self._label, text)
