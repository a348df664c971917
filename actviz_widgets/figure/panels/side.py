"""One of the two panels of a figure: axes that lie on one another, under one title."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation, Transform

from ..artists.lettering import HINTING, shortened, without_parents
from ..artists.scripts import write
from .layout import BESIDE, FigureBox, FigureLayout
from .panel import Panel

_LONGEST_TITLE = 52


class PanelSide:
    """One of the two panels of a figure.

    Args:
        name: What is shown there.

    Attributes:
        name: What is shown there.
        axes: Those made so far, the ones that are there from the beginning first.
        title: The title, of any length.
        panels: Those made so far, by the label of their axes.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.axes: list[Axes] = []
        self.title = ""
        self.panels: dict[str, Panel] = {}
        self._title_transforms: dict[Axes, Transform] = {}

    def add(self, axes: Axes) -> None:
        """Takes axes in, which are plain, so far as their looks do not depend on the view."""
        make_plain(axes)
        self.axes.append(axes)
        if axes.get_label() in BESIDE:
            return
        # Above all but series nothing is written that the title would have to be moved up from.
        height = None if str(axes.get_label()).startswith("series") else 1.0
        axes.set_title(self.axes[0].get_title(), fontsize="medium", loc="center", y=height)
        self._title_transforms[axes] = axes.title.get_transform()

    def set_title(self, title: str, layout: FigureLayout, panel: FigureBox) -> None:
        """Writes a title over all the axes, as much of its end as there is room for."""
        self.title = title
        if len(title) > _LONGEST_TITLE:
            title = without_parents(title)
        if len(title) > _LONGEST_TITLE:
            title = "…" + title[1 - _LONGEST_TITLE :]
        points = self.axes[0].title.get_fontproperties().get_size_in_points()
        # Larger letters are drawn about as wide as they are, so that nothing is lost to hinting.
        title = shortened(title, HINTING * layout.title_room(panel), points, keep_end=True)
        for axes in self._title_transforms:
            write(axes.title, title)

    def place(self, axes: Axes, layout: FigureLayout, panel: FigureBox) -> None:
        """Gives axes their place, and has their title stand over the middle of the panel."""
        box = layout.place(str(axes.get_label()))
        if box is None:
            return
        figure = axes.figure
        width, height = figure.get_size_inches() * 100  # type: ignore[union-attr]
        axes.set_position(
            (box.left / width, box.bottom / height, box.width / width, box.height / height)
        )
        aside = panel.middle - box.middle
        shift = ScaledTranslation(aside / 100, 0, figure.dpi_scale_trans)
        axes.title.set_transform(self._title_transforms[axes] + shift)


def make_plain(axes: Axes) -> None:
    """Makes every choice that the user's rcParams could make otherwise."""
    axes.grid(False, which="both")
    axes.set_anchor("C")
    axes.set_title("", fontsize="medium", loc="center")
    for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
        text.set_usetex(False)
        text.set_parse_math(False)  # file names may hold dollar signs
