"""Units as bars, in the figure's right panel."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

from ...views import BarsView, Place
from ..artists.axes import AxesLimits, SpacedLocator, drawable
from ..artists.lettering import shortened, width_of
from ..artists.scripts import as_drawn
from .panel import Panel

_TICK = 12  # pixels at 100 dots per inch: a tick and what is between it and its label
_SMALLEST = 1e-280  # matplotlib takes shorter ranges for none


class BarsPanel(Panel):
    """Units as bars, the first one on top, the chosen one framed.

    Args:
        axes: Where to draw them.

    Attributes:
        axes: Those of the bars.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        line_color = mpl.rcParams["axes.edgecolor"]
        self._bars = axes.stairs(
            [0], [-0.4, 0.4], orientation="horizontal", fill=True, color="#0072B2", linewidth=0
        )
        self._frame = Rectangle((0, 0), 1, 1, linewidth=1.5, edgecolor=line_color)
        self._frame.set(facecolor="#E69F0040", linestyle="-", zorder=0.5)
        self._frame.set_transform(axes.get_yaxis_transform())
        axes.add_patch(self._frame)
        axes.axvline(0, color=line_color, linewidth=1, linestyle="-", marker="None")
        self._number = axes.text(
            0, 0, "", va="center_baseline", usetex=False, parse_math=False, clip_on=True
        )
        axes.xaxis.set_major_locator(SpacedLocator(4, room=2))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:.6g}".replace("-", "−"))
        )
        axes.tick_params(axis="x", labelsize="small")
        axes.tick_params(axis="y", length=0)
        self._values = np.zeros(0)
        self._names: tuple[str, ...] = ()
        self._written: tuple[object, ...] = ()
        self._label_room = 0.0
        axes.format_coord = self._describe  # type: ignore[method-assign]

    def show(self, view: BarsView) -> Mapping[Axes, AxesLimits]:
        """Sets the bars, and gives their axes with the limits that show all of them."""
        self._values, self._names = view.values, view.labels
        values = drawable(view.values)
        count = len(values)
        # Edges of the bars and, at zero, of the gaps between them.
        edges = (np.arange(count)[:, None] + (-0.4, 0.4)).reshape(-1)
        lengths = np.zeros(2 * count - 1)
        lengths[::2] = values
        self._bars.set_data(lengths, edges)
        self._frame.set_bounds(0, view.chosen - 0.5, 1, 1)
        finite = values[np.isfinite(values)]
        low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
        span = high - low if high - low > _SMALLEST else 1.0
        self._number.set_text("")
        if finite.size:
            strongest = int(np.nanargmax(values))
            self._number.set_text(f" {float(view.values[strongest]):.3g}")
            self._number.set_position((max(values[strongest], 0.0), strongest))
        # On the right there is room for the strongest one's value.
        return {self.axes: ((low - 0.04 * span, high + 0.25 * span), (count - 0.5, -0.5))}

    def write_labels(self, height: float, room: float) -> float:
        """Writes the labels as large as the bars allow, shortened to what there is room for.

        Args:
            height: Of the bars' axes, in pixels at 100 dots per inch.
            room: For the labels, in the same pixels.

        Returns:
            How much of the room they take.
        """
        known = tuple(
            "" if np.isfinite(value) else f" = {float(value):g}" for value in self._values
        )
        wanted = (self._names, known, height, room)
        if wanted == self._written:
            return self._label_room
        self._written = wanted
        count = max(len(self._names), 1)
        small = FontProperties(size="small").get_size_in_points()
        points = max(min(small, 0.66 * height / count), 3.0)
        labels = [
            shortened(name, room - _TICK - width_of(value, points), points) + value
            for name, value in zip(self._names, known, strict=True)
        ]
        own = FontProperties().get_family()
        written = [as_drawn(label, own) for label in labels]
        self.axes.yaxis.set_major_locator(FixedLocator(list(range(len(labels)))))
        self.axes.yaxis.set_major_formatter(FixedFormatter([text for text, _ in written]))
        self.axes.tick_params(axis="y", labelsize=points)
        self._number.set_fontsize(points)
        ticks = self.axes.yaxis.get_major_ticks(len(labels))
        for tick, (_, families) in zip(ticks, written, strict=True):
            tick.label1.set_fontfamily(families)
            tick.label1.set_usetex(False)
            tick.label1.set_parse_math(False)  # class names may hold dollar signs
        widest = max((width_of(label, points) for label in labels), default=0.0)
        self._label_room = widest + _TICK
        return self._label_room

    def place_at(self, x: float, y: float) -> Place | None:  # noqa: ARG002
        """Gives the bar at these data coordinates; `None` beyond the first and the last."""
        index = round(y)
        return Place("bar", channel=index) if 0 <= index < len(self._values) else None

    def _describe(self, x: float, y: float) -> str:
        place = self.place_at(x, y)
        if place is None or place.channel is None:
            return ""
        index = place.channel
        return f"{self._names[index]}: {float(self._values[index]):.6g}"
