"""Either panel of the figure: words, where there is no picture, map or number to show."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping

from matplotlib.axes import Axes

from ...views import WordsView
from ..artists.axes import AxesLimits
from ..artists.lettering import measured
from ..artists.scripts import write
from .panel import Panel

_LINE_SPACING = 1.2


class WordsPanel(Panel):
    """Lines of text in place of a picture, as many as there is room for.

    Args:
        axes: Where to write them.

    Attributes:
        axes: Those of the words.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        axes.set_axis_off()
        axes.format_coord = lambda x, y: ""  # type: ignore[method-assign]  # noqa: ARG005
        # The font comes with matplotlib, so that widths do not depend on what is installed.
        self._text = axes.text(
            0,
            1,
            "",
            transform=axes.transAxes,
            family="DejaVu Sans Mono",
            fontsize="small",
            ha="left",
            va="top",
            linespacing=_LINE_SPACING,
            usetex=False,
            parse_math=False,
            clip_on=True,
        )
        self._whole = ""

    def show(self, view: WordsView) -> Mapping[Axes, AxesLimits]:
        """Writes a text, and gives the axes it is in with the limits that show all of them."""
        if view.text != self._whole:
            self._whole = view.text
            self.fit()
        return {self.axes: ((0.0, 1.0), (0.0, 1.0))}

    def fit(self) -> None:
        """Wraps the lines at the panel's edge, and says how many more there are below."""
        box = self.axes.get_position(original=True)
        inches = self.axes.figure.get_size_inches()  # type: ignore[union-attr]
        columns = max(int(100 * box.width * inches[0] / self._measure("M")[0]), 1)
        lines = [
            part
            for line in self._whole.expandtabs(4).splitlines()
            for part in (textwrap.wrap(line, columns, replace_whitespace=False) or [""])
        ]
        rows = self._count_fitting(lines, 100 * box.height * inches[1])
        if len(lines) > rows:
            more = len(lines) - (rows - 1)
            lines = [*lines[: rows - 1], f"… {more} more lines"[:columns]]
        write(self._text, "\n".join(lines))

    def _count_fitting(self, lines: list[str], room: float) -> int:
        """Counts how many of these lines are no higher together than the room, in pixels."""
        for count, line in enumerate(lines):
            _, height, descent = self._measure("lp…" + line)
            # What is drawn is whole pixels high.
            room -= _LINE_SPACING * math.ceil(height - descent) + math.ceil(descent)
            if room < 0:
                return max(count, 1)
        return len(lines)

    def _measure(self, text: str) -> tuple[float, float, float]:
        """Gives width, height and descent of a text, in pixels at 100 dots per inch."""
        return measured(text, self._text.get_fontproperties())
