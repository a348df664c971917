"""The controls that a view has of its own, beside those of every view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from ...feature_maps.channel_statistics import CRITERIA
from ...scenes.scenes import VIEWS
from ...widgets.own_thread import Button, Dropdown, TextBox, close_all, close_one
from ...widgets.owner_thread import OwnerThread
from ...widgets.rows import SHORT_LABEL
from ...widgets.tied_controls import TiedControls
from ..appearance import TILES

_ORDER_TEXTS = {
    "index": "index",
    "max": "largest value",
    "mean": "mean",
    "nonzero": "share of non-zero",
    "variance": "variance",
    "contrast": "class contrast",
}
_OPACITY_TOLD = "Of the map over the picture: 0 the picture alone, 1 the map alone"
_LONG = "4.75rem"  # the width of a label of two words
_THE_SAME = -1  # a dropdown takes None for nothing chosen


def view_dropdown(tied: TiedControls) -> Any:
    """Gives the control for the view."""
    options = [(view.capitalize(), view) for view in VIEWS]
    tooltip = ". ".join(f"{view.capitalize()}: {shows}" for view, shows in VIEWS.items())
    return tied.dropdown("View", "view", options, tooltip, "8.5rem", SHORT_LABEL)


def order_dropdown(tied: TiedControls) -> Any:
    """Gives the control for the order of the channels."""
    options = [(_ORDER_TEXTS[criterion], criterion) for criterion in CRITERIA]
    tooltip = "What the channels are ordered by, the most first, over all pictures"
    return tied.dropdown("Order", "order", options, tooltip, "10.25rem", SHORT_LABEL)


class Pager(widgets.HBox):  # type: ignore[misc]  # ipywidgets is untyped
    """Buttons for the page before and the page after, shown where there is more than one.

    Args:
        turn: Called with the number of pages to go on, -1 or 1.
        owner: The thread to answer on.
    """

    def __init__(self, turn: Callable[[int], object], owner: OwnerThread) -> None:
        self.back = self._button("Page back", owner)
        self.on = self._button("Page on", owner)
        self.back.on_click(lambda _: turn(-1))
        self.on.on_click(lambda _: turn(1))
        super().__init__(
            [self.back, self.on],
            layout=widgets.Layout(flex="0 1 auto", max_width="100%", display="none"),
        )

    @staticmethod
    def _button(text: str, owner: OwnerThread) -> Button:
        return Button(description=text, owner=owner, layout=widgets.Layout(width="auto"))

    def show(self, page: int, pages: int) -> None:
        """Offers the pages that there are beside this one, of so many."""
        self.back.disabled, self.on.disabled = page <= 0, page >= pages - 1
        self.layout.display = None if pages > 1 else "none"

    def close(self) -> None:
        """Frees the control."""
        close_all([self.back, self.on])
        close_one(super(), self)


@dataclass(frozen=True)
class Explainable:
    """An output of which classes can be explained.

    Attributes:
        name: Of the output; empty where it is the only one.
        classes: The names of its classes.
        has_places: Whether it is a map or a sequence, of which one place can be chosen.
    """

    name: str
    classes: Sequence[str]
    has_places: bool = False


class ViewControls:
    """What each view has to choose, made when the view is first shown.

    Args:
        tied: What ties a control to its trait.
        owner: The thread to answer on.
        turn: Called with the number of pages to go on.
    """

    def __init__(
        self, tied: TiedControls, owner: OwnerThread, turn: Callable[[int], object]
    ) -> None:
        self._tied = tied
        self._owner = owner
        self._turn = turn
        self._made: dict[str, Any] = {}

    @property
    def pager(self) -> Pager:
        """The buttons that turn pages."""
        pager: Pager = self._get("pager", lambda: Pager(self._turn, self._owner))
        return pager

    def of(
        self,
        view: str,
        images: Sequence[str],
        epochs: Sequence[int],
        explainable: Sequence[Explainable],
        *,
        has_other_model: bool,
    ) -> tuple[Any, ...]:
        """Gives the controls of a view.

        Args:
            view: The view.
            images: The names of the pictures.
            epochs: The numbers of the epochs.
            explainable: The outputs of which classes can be explained.
            has_other_model: Whether there is a second model.
        """
        if view == "layer":
            return self._get("tiles", self._tiles), self.pager
        if view == "network":
            return (self.pager,)
        if view == "overlay":
            return (self._get("opacity", self._opacity),)
        if view == "why":
            return (
                *self._what_to_explain(explainable),
                self._get("opacity box", self._opacity_box),
            )
        if view != "compare":
            return ()
        controls = [self._get("other image", lambda: self._other_image(images))]
        options = [("the same", _THE_SAME), *((name, index) for index, name in enumerate(images))]
        if len(controls[0].options) != len(options):  # pictures were added
            self._tied.offer(controls[0], options)
        if has_other_model:
            controls.append(self._get("other model", self._other_model))
        if len(epochs) > 1:
            controls.append(self._get("other epoch", lambda: self._other_epoch(epochs)))
        return tuple(controls)

    def close(self) -> None:
        """Frees all controls."""
        close_all(self._made.values())

    def _get(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def _tiles(self) -> Any:
        options = [(f"{count:,}", count) for count in TILES]
        return self._tied.dropdown(
            "Tiles", "tiles", options, "Channels on a page", "7rem", SHORT_LABEL
        )

    def _opacity(self) -> Any:
        return self._tied.slider("Opacity", "opacity", 0, 1, 0.05, _OPACITY_TOLD)

    def _opacity_box(self) -> Any:
        return self._tied.float_box("Opacity", "opacity", 0, 1, 0.05, _OPACITY_TOLD)

    def _what_to_explain(self, explainable: Sequence[Explainable]) -> list[Any]:
        """Gives the controls for the output, the class and the place, as far as there is choice."""
        controls: list[Any] = []
        names = [one.name for one in explainable]
        chosen = explainable[0] if len(explainable) == 1 else None
        if len(explainable) > 1:
            controls.append(self._get("output", lambda: self._output(names)))
            name = self._tied.value("output")
            chosen = explainable[names.index(name)] if name in names else None
        if chosen is None:
            return controls
        if chosen.classes:
            control = self._get("class", lambda: self._class(chosen.classes))
            options = [("the predicted one", _THE_SAME), *_numbered(chosen.classes)]
            if list(control.options) != options:  # another output was chosen
                self._tied.offer(control, options)
            controls.append(control)
        if chosen.has_places:
            controls.append(self._get("place", self._place))
        return controls

    def _output(self, names: Sequence[str]) -> Any:
        options: list[tuple[str, Any]] = [("choose one", _THE_SAME)]
        options += [(name, name) for name in names]
        control = Dropdown(
            description="Output",
            options=options,
            tooltip="The output to explain",
            owner=self._owner,
            layout=widgets.Layout(width="10rem", flex="0 1 auto"),
            style={"description_width": SHORT_LABEL},
        )
        return self._tied.tie(
            control,
            "output",
            to_trait=lambda value: None if value == _THE_SAME else value,
            to_control=lambda value: _THE_SAME if value is None else value,
        )

    def _place(self) -> Any:
        control = TextBox(
            description="Place",
            placeholder="the mean",
            tooltip="Where in the output: row, column, counted from 0; empty for the mean over all",
            continuous_update=False,
            owner=self._owner,
            layout=widgets.Layout(width="9rem", flex="0 1 auto"),
            style={"description_width": SHORT_LABEL},
        )
        return self._tied.tie(control, "output_place", to_trait=_as_place, to_control=_place_text)

    def _class(self, classes: Sequence[str]) -> Any:
        options = [("the predicted one", None), *_numbered(classes)]
        return self._optional("Class", "class_index", options, "The class to explain")

    def _other_image(self, images: Sequence[str]) -> Any:
        options = [("the same", None), *_numbered(images)]
        return self._optional("With image", "other_image", options, "The picture to compare with")

    def _other_model(self) -> Any:
        options = [("this", False), ("other", True)]
        tooltip = "Whose maps to compare with"
        return self._tied.dropdown("With model", "other_model", options, tooltip, "9.25rem", _LONG)

    def _other_epoch(self, epochs: Sequence[int]) -> Any:
        options = [("the same", None), *((str(epoch), epoch) for epoch in epochs)]
        return self._optional("With epoch", "other_epoch", options, "The epoch to compare with")

    def _optional(
        self, label: str, trait: str, options: Sequence[tuple[str, Any]], tip: str
    ) -> Any:
        control = Dropdown(
            description=label,
            options=[(text, _THE_SAME if value is None else value) for text, value in options],
            tooltip=tip,
            owner=self._owner,
            layout=widgets.Layout(width="10rem", flex="0 1 auto"),
            style={"description_width": _LONG if label.startswith("With") else SHORT_LABEL},
        )
        return self._tied.tie(
            control,
            trait,
            to_trait=lambda value: None if value == _THE_SAME else value,
            to_control=lambda value: _THE_SAME if value is None else value,
        )


def _as_place(text: str) -> Any:
    """Reads a place; what is none is given as it is, for the trait to refuse."""
    parts = text.replace("(", " ").replace(")", " ").replace(",", " ").split()
    if not parts:
        return None
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else text


def _place_text(place: tuple[int, ...] | None) -> str:
    return "" if place is None else ", ".join(map(str, place))


def _numbered(names: Sequence[str]) -> list[tuple[str, Any]]:
    return [(name, index) for index, name in enumerate(names)]
