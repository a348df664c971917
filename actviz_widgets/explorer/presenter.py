"""From what is chosen to what is on screen: one way in, the traits, and one way out, a redraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from matplotlib.figure import Figure

from ..activations.cache import KeptPass
from ..activations.explanations import Explanations
from ..activations.preprocessing_comparison import why_not_compared
from ..activations.source import ActivationSource
from ..feature_maps import color_scale
from ..feature_maps.layout import Layout
from ..figure.artists.scripts import why_boxes
from ..pictures.pictures import Picture
from ..scenes.map_places import MapPlaces
from ..scenes.scene import Scene
from ..scenes.scenes import scene_of, status_lines
from ..scenes.selected import Selected, select
from ..scenes.shown import Shown
from ..widgets.latest_wins import LatestWins
from ..widgets.owner_thread import OwnerThread
from .channel_order import ChannelOrder
from .chosen import Chosen
from .console import Console, PageActions
from .opening import Opened, last_before_the_classes
from .pointer import Pointer
from .screen import Screen
from .stepping import stepped, turned
from .view_code import view_code

# Each has an observer of its own; any other trait, also one that is added, is redrawn.
_NOT_REDRAWN = ("position", "playing", "speed")
_REDRAWN = tuple(name for name in Chosen.class_trait_names() if name not in _NOT_REDRAWN)
ResultT = TypeVar("ResultT")
_CALM = 0.3  # seconds without a redraw, after which there is time for what can wait


class Presenter:
    """Shows what an explorer's traits choose, and keeps the controls in step with them.

    Code, controls, keys and the mouse all set traits; what a trait's change brings about comes in
    at `_on_choice`, and `_redraw` alone brings it to the screen.

    Args:
        chosen: The traits.
        opened: What the explorer is opened on.
        owner: The thread that owns figure and model.

    Attributes:
        opened: What the explorer is opened on.
        screen: The figure in its room.
        pointer: What the mouse does.
        order: The channels in their order.
        shown: What is on screen; `None` before the first picture.
    """

    def __init__(self, chosen: Chosen, opened: Opened, owner: OwnerThread) -> None:
        self.opened = opened
        self.screen = Screen(opened.cmap, owner)
        self.shown: Shown | None = None
        self._chosen = chosen
        self._explored = opened.explored
        self._owner = owner
        self._latest = LatestWins(self._redraw, owner)
        self._places = MapPlaces(opened.explored.activation_model)
        self._explanations = _explanations(opened)
        self._answers_browser = False
        self._redraws = 0
        self._unread: tuple[str, ...] = ()
        self._is_closed = False
        self.order = ChannelOrder(opened.explored, chosen, owner, self._latest.request)
        actions = PageActions(
            step=lambda over, steps: self.step(over, steps, around=False),
            play_on=lambda: self.step(chosen.play_over, 1, around=True),
            turn=self._turn,
            upload=self._upload,
            fit=self.screen.fit,
            code=self.code,
            figure=self.figure,
            feature_map=lambda: self.selected().feature_map,
        )
        self._console = Console(chosen, opened, owner, self.screen.canvas, actions)
        self.pointer = Pointer(
            chosen, self.screen, self._places, owner, lambda: self.shown, self._console.choose
        )
        opened.share.on_give_up(self)
        self.screen.canvas.mpl_connect("resize_event", lambda _: self._on_resize())
        self._show_choice()
        self._redraw()
        # Registered after the selection's own observers, so that the channel is within the layer.
        chosen.observe(self._on_choice, names=_REDRAWN)
        chosen.observe(lambda _: self._show_position(), names="position")
        chosen.observe(lambda _: self._play(), names=["playing", "speed"])

    @property
    def widgets(self) -> tuple[Any, ...]:
        """What the explorer consists of, from the top down."""
        return self._console.widgets

    @property
    def source(self) -> ActivationSource:
        """Where the activations of the chosen epoch come from."""
        return self._explored.by_epoch[self._chosen.epoch]

    # ------------------------------------------------------------------------------- what is asked

    def call(self, function: Callable[[], ResultT]) -> ResultT:
        """Gives what a function does on the thread that owns figure and model."""
        result: ResultT = self._owner.call(function)
        return result

    def selected(self) -> Selected:
        """Gives what is chosen now; the model is run if need be. From any thread."""
        source, image, layer = self.source, self._chosen.image, self._chosen.layer
        kept_pass = source.activations.kept(image, layer)
        return self._select(kept_pass or self._owner.call(lambda: source.get(image, layer)))

    def figure(self) -> Figure:
        """Gives the figure, up to date with the traits."""
        self.catch_up()
        return self.screen.figure.figure

    def catch_up(self) -> None:
        """Does what was asked for and not done yet, on the owner's thread."""
        self._owner.catch_up()
        if self._owner.is_current():
            self._latest.flush()

    def code(self) -> str:
        """Gives Python code that recreates the view."""
        self.catch_up()
        opened, chosen = self.opened, self._chosen
        last = max(chosen.image, chosen.other_image or 0)
        # As far as the view needs them.
        added = self._explored.images[opened.image_count : last + 1]
        return view_code(chosen, opened.given, added, self.screen.figure.full_limits)

    def png(self) -> str:
        """Gives the figure as it is now, as a base64-encoded PNG."""
        self.catch_up()
        return self.screen.canvas.png()

    def add_images(self, images: object) -> tuple[str, ...]:
        """Adds pictures; see `ActivationExplorer.add_images`."""
        names, failures = self._explored.add_pictures(images)
        if not names:
            raise ValueError(" ".join(failures) or "There are no pictures in what was added.")
        self._console.offer_images(names)
        self.opened.offer(self._chosen, self.source.layouts)
        self._unread = tuple(failures)
        self._redraw()
        return tuple(names)

    def step(self, over: str, steps: int, *, around: bool) -> None:
        """Goes on by some channels, layers or pictures; see `stepped`."""
        places = {
            "channel": self._channels,
            "layer": lambda: self._console.offered_layers,
            "image": lambda: range(len(self._explored.images)),
        }
        setattr(self._chosen, over, stepped(over, steps, self._chosen, places, around=around))

    def give_up(self) -> None:
        """Lets go of what can be computed again, but the layer on screen: others need the room."""

        def give_up() -> None:
            self.opened.share.clear()
            if self.shown is not None:
                self.shown = self.shown.of_the_layer_alone()

        self._owner.run(give_up)

    def close(self) -> None:
        """Frees figure, canvas and widgets, and lets go of all that was computed."""
        self._is_closed = True
        self._latest.cancel()
        self._console.close()
        self.screen.close()
        self.order.clear()
        if self._explanations is not None:
            self._explanations.clear()

    # -------------------------------------------------------------------------------------- way in

    def _on_choice(self, change: dict[str, Any]) -> None:
        if change["name"] in ("layer", "view"):
            self._chosen.position = None  # it was one of another map
        self._unread = ()
        if change["name"] == "view" and change["new"] == "why":
            self._open_why()
        if change["name"] == "color_scale":
            self._fix_limits()
        if change["name"] == "cmap":
            self.screen.figure.set_color_map(self._chosen.cmap)
        if self._owner.answers_a_message:
            # The picture first: the other controls can follow.
            self._answers_browser = True
            self._latest.request()
            self._owner.run_soon(self._show_choice)
            return
        self._owner.run(self._show_choice)
        self._latest.request()
        if self._owner.is_current():
            # Set from code: the next line of it may look at the figure or the status.
            self._latest.flush()

    def _open_why(self) -> None:
        """Goes to the layer where most can be told of a class, if none was chosen before."""
        if self._chosen.layer_was_chosen:
            return
        layer = last_before_the_classes(self._explored)
        if layer is not None and layer in self.source.layers:
            self._chosen.layer = layer

    def _fix_limits(self) -> None:
        """Fixes a colour scale where it is, if it was not said where."""
        chosen = self._chosen
        if chosen.color_scale == "fixed" and chosen.color_limits is None:
            try:
                shown = self.selected().feature_map
            except ValueError:  # nothing that has colours
                return
            chosen.color_limits = color_scale.limits(
                shown, clip=chosen.clip, symmetric=chosen.symmetric
            )

    def _turn(self, pages: int) -> None:
        if self.shown is not None:
            choice = turned(self.shown, pages)
            if choice is not None:
                self._console.choose(*choice)

    def _upload(self, files: Mapping[str, bytes]) -> None:
        def add() -> None:
            names = self.add_images(files)
            unread = self._unread
            self._chosen.image = self._explored.images.index(names[0])
            self._unread = unread  # they are named until something else is chosen
            self._latest.request()

        self._console.attempt(add)

    def _on_resize(self) -> None:
        if self._is_closed:
            return
        self.screen.take_size()
        if self._chosen.view == "network":  # which may have room for more layers
            self._latest.request()

    # ------------------------------------------------------------------------------------- way out

    def _redraw(self) -> None:
        """Brings figure and status in step with the traits; the last good ones stay on an error."""
        if self._is_closed:
            return
        answers_browser, self._answers_browser = self._answers_browser, False
        self._redraws += 1
        try:
            self._draw(self._within_reach(), answers_browser=answers_browser)
        except Exception as error:
            self._console.show_error(error)
        if self._owner.has_loop():
            redraws = self._redraws
            self._owner.run_later(_CALM, lambda: self._when_calm(redraws))

    def _within_reach(self) -> Selected:
        """Gives what is chosen, channel and slice brought within what the layer turns out to be."""
        selected = self._select()
        self._console.offer_new_layers()
        self._keep_within(selected.layout)
        if (selected.channel, selected.slice_index) != (self._chosen.channel, self._chosen.slice):
            selected = self._select()
        return selected

    def _draw(self, selected: Selected, *, answers_browser: bool) -> None:
        if self._chosen.order != "index":
            self.order.rank(may_wait=answers_browser)
            self._owner.run_soon(self._show_choice)
        shown = self._shown(selected)
        scene = scene_of(shown)
        self.screen.show(scene, selected, self._places)
        self.shown = shown
        self.pointer.frame()
        self.pointer.tell_again()
        self.screen.send(in_answer=answers_browser)
        self._tell(shown, scene)

    def _shown(self, selected: Selected) -> Shown:
        return Shown(
            selected,
            self._chosen.look(),
            self.order.of(selected.layout),
            self.screen.figure.strips_per_page,
            self._explored,
            self.order.survey,
            self._places,
            self._explanations,
            self.opened.other,
            self.opened.class_names,
        )

    def _tell(self, shown: Shown, scene: Scene) -> None:
        selected = shown.selected
        picture = selected.picture
        self._console.tell(
            f"{picture.name} at {selected.title}",
            scene.page,
            status_lines(shown, scene),
            [
                *self._unread,
                why_boxes((picture.name, self._chosen.layer, *(self.opened.class_names or ()))),
                self.order.why_by_index(selected.layout),
                self._with_remedy(picture.warning),
            ],
        )

    def _with_remedy(self, warning: str) -> str:
        """Points from a warning of the model input to what may show how it should be made."""
        if not warning or why_not_compared(self._explored):
            return warning
        return f"{warning} explorer.compare_preprocessing() tries the usual ways."

    def _when_calm(self, redraws: int) -> None:
        """Does what can wait until nobody moves a control."""
        if self._is_closed or redraws != self._redraws:
            return
        self._console.label_figure()
        self.order.count_kept()
        if self._chosen.view == "layer":  # dead channels are marked once all pictures were counted
            self.order.count_one()

    def _show_choice(self) -> None:
        """Brings the controls in step with the traits."""
        if self._is_closed:
            return
        layout = self.source.layouts[self._chosen.layer]
        if layout.count is None or layout.slice_count is None:
            layout = self._layout()
        self._console.show(layout, self.order.of(layout))

    def _show_position(self) -> None:
        if not self._is_closed and self.shown is not None:
            self._console.attempt(self.pointer.frame)
            self.screen.canvas.draw_idle()

    def _play(self) -> None:
        if not self._is_closed:
            self._console.play()
            self._show_choice()

    # ------------------------------------------------------------------------------- what there is

    def _select(self, kept_pass: KeptPass[Picture] | None = None) -> Selected:
        chosen = self._chosen
        return select(
            self._explored,
            chosen.image,
            chosen.layer,
            chosen.channel,
            chosen.slice,
            chosen.epoch,
            kept_pass,
        )

    def _layout(self) -> Layout:
        """Gives the layout of the chosen layer, for this very picture if that is known."""
        source, layer = self.source, self._chosen.layer
        kept_pass = source.activations.kept(self._chosen.image, layer)
        return source.layouts[layer] if kept_pass is None else source.layout(kept_pass, layer)

    def _channels(self) -> Sequence[int]:
        return self.order.of(self._layout())

    def _keep_within(self, layout: Layout) -> None:
        """Brings the channel within a layer whose number of channels shows when it runs."""
        layouts, layer = self.source.layouts, self._chosen.layer
        static = layouts[layer]
        if static.count is not None and static.slice_count is not None:
            if (static.count, static.slice_count) == (layout.count, layout.slice_count):
                return
            # A layer that puts out several times the batch, as windows of the picture.
            layouts[layer] = layout
        self._chosen.bring_within(layout)
        self._show_choice()


def _explanations(opened: Opened) -> Explanations | None:
    """Gives what speaks for a class; of a training, whose activations alone are kept, nothing."""
    source = next(iter(opened.explored.by_epoch.values()))
    if not source.runs_model:
        return None
    return Explanations(
        source,
        opened.explored.activation_model,
        has_names=opened.class_names is not None,
    )
