"""What the user has at hand besides the figure: controls, keys, playing, the status line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from ..activations.explored import Explored
from ..feature_maps.layout import Layout
from ..figure.figure import HEIGHT, WIDTH
from ..scenes import descriptions
from ..scenes.scene import Page
from ..widgets.canvas import FigureCanvas
from ..widgets.owner_thread import OwnerThread
from ..widgets.page_link import PageLink
from ..widgets.status_line import StatusLine
from .chosen import Chosen
from .controls.explorer_controls import Explainable, ExplorerControls, Offered
from .controls.layer_chooser import LayerEntry
from .controls.more_panel import Actions
from .downloads import Downloads
from .opening import Opened


@dataclass(frozen=True)
class PageActions:
    """What the page can ask for, beside setting traits.

    Attributes:
        step: Goes on by so many channels, layers or pictures.
        play_on: Goes on by one of what is played through, and from the last to the first.
        turn: Goes on by so many pages.
        upload: Adds pictures, of the contents of files by their names.
        fit: Takes a width of the page, in CSS pixels.
        code: Gives the view as Python code.
        figure: Gives the figure, up to date.
        feature_map: Gives the map on display.
    """

    step: Callable[[str, int], object]
    play_on: Callable[[], object]
    turn: Callable[[int], object]
    upload: Callable[[Mapping[str, bytes]], object]
    fit: Callable[[int], object]
    code: Callable[[], str]
    figure: Callable[[], Figure]
    feature_map: Callable[[], np.ndarray]


class Console:
    """Controls, keys and the status line; what is done with them sets traits or is an action.

    An error that comes of it has no cell to go to: the status line says it.

    Args:
        chosen: The traits.
        opened: What the explorer is opened on.
        owner: The thread to answer on.
        canvas: The figure's canvas.
        actions: What can be asked for besides.
    """

    def __init__(
        self,
        chosen: Chosen,
        opened: Opened,
        owner: OwnerThread,
        canvas: FigureCanvas,
        actions: PageActions,
    ) -> None:
        self._chosen = chosen
        self._explored = opened.explored
        self._on_show = ""
        self._is_closed = False
        self._page, self._status = PageLink(owner), StatusLine()
        downloads = Downloads(self._page, actions.figure, actions.feature_map)
        self._controls = ExplorerControls(
            owner,
            chosen,
            self.choose,
            actions.turn,
            Offered(
                images=self._explored.images,
                entries=_entries(self._explored, chosen.epoch),
                paths=tuple(self._explored.by_epoch[chosen.epoch].layers),
                epochs=opened.epochs,
                explainable=_explainable(opened),
                has_other_model=opened.other is not None,
                has_epochs=bool(self._explored.epoch_lines),
            ),
            Actions(
                save_figure=lambda *size: self.attempt(lambda: downloads.figure(*size)),
                save_array=lambda: self.attempt(downloads.array),
                add_pictures=actions.upload if self._explored.takes_pictures else None,
                code=actions.code,
                size=(WIDTH, HEIGHT),
            ),
        )
        self.widgets = (*self._controls.rows, canvas, self._status, self._page)
        self._page.canvas = canvas
        self._page.on_key(lambda over, steps: self.attempt(lambda: actions.step(over, steps)))
        self._page.on_tick(lambda: self.attempt(actions.play_on))
        self._page.on_width(actions.fit)
        self._page.observe(lambda change: self.choose("playing", change["new"]), names="playing")

    @property
    def offered_layers(self) -> Sequence[str]:
        """The paths of the layers that there are to choose from now."""
        paths = tuple(self._explored.by_epoch[self._chosen.epoch].layers)
        return [paths[index] for index in self._controls.layer_chooser.offered]

    def choose(self, name: str, value: object) -> None:
        """Sets a trait."""
        self.attempt(lambda: setattr(self._chosen, name, value))

    def attempt(self, action: Callable[[], object]) -> None:
        """Does what was asked for; an error is shown."""
        if self._is_closed:
            return
        try:
            action()
        except Exception as error:
            self.show_error(error)

    def show(self, layout: Layout, order: Sequence[int]) -> None:
        """Brings the controls in step with the traits; see `ExplorerControls.show`."""
        self._controls.show(layout, order)

    def offer_images(self, names: Sequence[str]) -> None:
        """Offers more pictures, after those there are."""
        self._controls.extend_images(names)

    def offer_new_layers(self) -> None:
        """Offers the layers that no earlier picture has led to."""
        count = self._controls.layer_chooser.count
        paths = tuple(self._explored.by_epoch[self._chosen.epoch].layers)
        if len(paths) > count:
            entries = _entries(self._explored, self._chosen.epoch)
            self._controls.extend_layers(entries[count:], paths[count:])

    def play(self) -> None:
        """Has the page tick, or not, as the traits say."""
        self._page.interval = round(1000 / self._chosen.speed)
        self._page.playing = self._chosen.playing

    def tell(self, on_show: str, page: Page, lines: Iterable[str], problems: Iterable[str]) -> None:
        """Says what the figure shows.

        Args:
            on_show: The picture and the map, in a few words.
            page: Which page of several is shown.
            lines: What to say of it.
            problems: What is wrong with it.
        """
        self._on_show = on_show
        if page.text:
            self._controls.view_controls.pager.show(page.number, page.count)
        self._status.show(lines, problems)

    def label_figure(self) -> None:
        """Says what the figure shows to those who cannot see it."""
        self._page.canvas_label = self._on_show

    def show_error(self, error: Exception) -> None:
        """Says what went wrong, and what the figure still shows."""
        on_show = f"The figure still shows {self._on_show}." if self._on_show else ""
        self._status.show([on_show], [str(error)])

    def close(self) -> None:
        """Frees all widgets but the canvas."""
        self._is_closed = True
        for part in (self._controls, self._status, self._page):
            part.close()


def _explainable(opened: Opened) -> list[Explainable]:
    """Gives the outputs of which classes can be explained."""
    explored = opened.explored
    if not next(iter(explored.by_epoch.values())).runs_model:
        return []
    outputs = explored.outputs
    names = opened.class_names if len(outputs) == 1 else None
    return [
        Explainable(
            output.name,
            tuple(
                descriptions.class_name(each, names, output)
                for each in range(output.class_count or 0)
            ),
            bool(output.places),
        )
        for output in outputs
    ]


def _entries(explored: Explored, epoch: int) -> list[LayerEntry]:
    role = explored.activation_model.role
    return [
        LayerEntry(
            descriptions.layer_entry(info.path, info.class_name, info.activation_shape),
            role(info.path).passes_on,
        )
        for info in explored.by_epoch[epoch].layers.values()
    ]
