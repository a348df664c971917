"""All the explorer's controls, in two rows, with one more that opens what is needed seldom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from ...feature_maps.layout import Layout
from ...widgets.choosers import Chooser, NumberChooser
from ...widgets.own_thread import ToggleButton, close_all
from ...widgets.owner_thread import OwnerThread
from ...widgets.rows import Row
from ...widgets.tied_controls import Set, TiedControls
from .layer_chooser import LayerChooser, LayerEntry
from .more_panel import Actions, MorePanel
from .view_controls import Explainable, ViewControls, order_dropdown, view_dropdown

__all__ = ["Explainable", "ExplorerControls", "Offered"]


@dataclass(frozen=True)
class Offered:
    """What there is to choose from when an explorer opens.

    Attributes:
        images: The names of the pictures.
        entries: The layers.
        paths: Their paths.
        epochs: The numbers of the epochs.
        explainable: The outputs of which classes can be explained.
        has_other_model: Whether there is a second model to compare with.
        has_epochs: Whether there was a training, so that there is an epoch to choose.
    """

    images: Sequence[str]
    entries: Sequence[LayerEntry]
    paths: Sequence[str]
    epochs: Sequence[int]
    explainable: Sequence[Explainable]
    has_other_model: bool
    has_epochs: bool


class ExplorerControls:
    """The explorer's controls.

    Args:
        owner: The thread to answer on.
        traits: The explorer, whose traits they are in step with.
        set_trait: Sets one of its traits.
        turn: Called with the number of pages to go on.
        offered: What there is to choose from.
        actions: What the buttons of the `MorePanel` do.

    Attributes:
        rows: The widgets to show above the figure.
        image_chooser: The control for the picture.
        layer_chooser: The control for the layer.
        channel_chooser: The control for the channel.
        more: The panel that the button opens.
        view_controls: Those that a view has of its own.
    """

    def __init__(
        self,
        owner: OwnerThread,
        traits: Any,
        set_trait: Set,
        turn: Callable[[int], object],
        offered: Offered,
        actions: Actions,
    ) -> None:
        self._owner = owner
        self._traits = traits
        self._set = set_trait
        self._offered = offered
        self._images, self._paths = list(offered.images), list(offered.paths)
        self._actions = actions
        self._tied = TiedControls(owner, traits, set_trait)
        self.image_chooser = Chooser("Image", offered.images, owner, steps=True)
        self.layer_chooser = LayerChooser(offered.entries, owner)
        self.channel_chooser = NumberChooser(owner)
        self.view_dropdown = view_dropdown(self._tied)
        self.order_dropdown = order_dropdown(self._tied)
        self.view_controls = ViewControls(self._tied, owner, turn)
        self.play_button = self._toggle("Play", "Step by itself", owner)
        self._tied.tie(self.play_button, "playing")
        self.more_button = self._toggle("More", "Colors, pictures, saving, keys", owner)
        self.more_button.observe(lambda change: self._open(change["new"]), names="value")
        self.more: MorePanel | None = None
        self._made: dict[str, NumberChooser] = {}
        self._numbers = Row([self.channel_chooser])
        self._more_room = widgets.VBox(layout=widgets.Layout(width="100%"))
        self.rows: tuple[Any, ...] = (
            Row([self.view_dropdown, self.image_chooser, self.layer_chooser]),
            self._numbers,
            self._more_room,
        )
        self.image_chooser.on_choice(lambda index: set_trait("image", index))
        self.layer_chooser.on_choice(lambda index: set_trait("layer", self._paths[index]))
        self.channel_chooser.on_choice(lambda value: set_trait("channel", value))

    @property
    def slice_chooser(self) -> NumberChooser:
        """The control for the slice."""
        return self._number_chooser("slice")

    @property
    def epoch_chooser(self) -> NumberChooser:
        """The control for the epoch."""
        return self._number_chooser("epoch")

    def _number_chooser(self, trait: str) -> NumberChooser:
        """Gives a chooser that few explorers need, made when it is first asked for."""
        if trait not in self._made:
            self._made[trait] = chooser = NumberChooser(self._owner)
            chooser.on_choice(lambda value: self._set(trait, value))
        return self._made[trait]

    def extend_layers(self, entries: Sequence[LayerEntry], paths: Sequence[str]) -> None:
        """Offers more layers, after those there are."""
        self.layer_chooser.extend(entries)
        self._paths += paths

    def extend_images(self, names: Sequence[str]) -> None:
        """Offers more pictures, after those there are."""
        self.image_chooser.extend(names)
        self._images += names

    def show(self, layout: Layout, order: Sequence[int]) -> None:
        """Brings the controls in step with the traits.

        Args:
            layout: How the chosen layer's activation is laid out.
            order: Its channels, in the order to go through them.
        """
        traits, offered = self._traits, self._offered
        self.image_chooser.show(traits.image)
        self.layer_chooser.show(self._paths.index(traits.layer))
        self.channel_chooser.show(layout.noun, traits.channel, order)
        numbers: list[Any] = [self.channel_chooser]
        if (layout.slice_count or 1) > 1:
            self.slice_chooser.show("slice", traits.slice, range(layout.slice_count or 1))
            numbers.append(self.slice_chooser)
        if offered.has_epochs:
            self.epoch_chooser.show("epoch", traits.epoch, tuple(offered.epochs))
            numbers.append(self.epoch_chooser)
        self._tied.show()
        self.play_button.description = "Pause" if traits.playing else "Play"
        numbers += [
            self.order_dropdown,
            *self.view_controls.of(
                traits.view,
                self._images,
                tuple(offered.epochs),
                offered.explainable,
                has_other_model=offered.has_other_model,
            ),
            self.play_button,
            self.more_button,
        ]
        if list(self._numbers.children) != numbers:
            self._numbers.children = numbers
        if self.more is not None:
            self.more.show()

    def close(self) -> None:
        """Frees all controls."""
        for control in (
            self.image_chooser,
            self.layer_chooser,
            self.channel_chooser,
            *self._made.values(),
            self.view_controls,
            self.more,
        ):
            if control is not None:
                control.close()
        close_all([self.view_dropdown, self.order_dropdown, self.play_button, self.more_button])
        for row in self.rows:
            row.children = ()
        close_all(self.rows)

    def _open(self, is_open: bool) -> None:
        if is_open and self.more is None:
            self.more = MorePanel(self._tied, self._owner, self._actions)
        self._more_room.children = (self.more,) if is_open else ()

    @staticmethod
    def _toggle(text: str, tooltip: str, owner: OwnerThread) -> ToggleButton:
        return ToggleButton(
            description=text,
            tooltip=tooltip,
            owner=owner,
            layout=widgets.Layout(width="4.25rem", flex="0 0 auto"),
        )
