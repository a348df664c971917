"""ActivationExplorer: the pictures, the model, the figure and the controls, wired together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np
import traitlets

from ..activations.cache import MEMORY_BUDGET, KeptPass, checked_budget
from ..activations.explored import explored_model
from ..activations.extraction import Extraction
from ..activations.history.activation_history import ActivationHistory
from ..activations.history.epoch_extraction import EpochExtraction
from ..activations.second_model import second_model
from ..feature_maps import color_scale
from ..feature_maps.layouts import Layout
from ..figure import figure, saving
from ..figure.figure import ActivationFigure
from ..model.activation_model import ActivationModel, LayerInfo
from ..model.predictions import check_class_names
from ..pictures.pictures import Picture, Preprocess
from ..scenes import descriptions
from ..scenes.selected import Selected
from ..views import Place
from ..widgets.canvas import FigureCanvas
from ..widgets.latest_wins import LatestWins
from ..widgets.owner_thread import OwnerThread
from ..widgets.page_link import PageLink
from ..widgets.status_line import StatusLine
from .appearance import Appearance
from .channel_order import Surveying
from .controls.explorer_controls import ExplorerControls, Offered
from .controls.layer_chooser import LayerEntry
from .controls.more_panel import Actions
from .downloads import Downloads
from .pointer import Pointing
from .presenter import Showing
from .screen import PageFit
from .seen_field import SeenField
from .selection import Selection, SelectionError
from .stepping import Places, stepped
from .view_code import view_code

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure


# Layers whose maps are still the picture.
_BEFORE_THE_FIRST = ("CenterCrop", "Normalization", "Rescaling", "Resizing", "ZeroPadding2D")


_REDRAWN = (
    *("image", "layer", "channel", "slice", "epoch", "view", "order", "opacity", "tiles", "cmap"),
    *("color_scale", "color_limits", "symmetric", "clip", "class_index"),
    *("other_image", "other_model", "other_epoch", "play_over"),
)
_CALM = 0.3  # seconds without a redraw, after which there is time for what can wait


class ActivationExplorer(widgets.VBox, Selection, Appearance):  # type: ignore[misc]  # ipywidgets is untyped
    """Shows what each layer of a Keras model makes of a picture, one slider away.

    A widget to display, nest in others, and link: controls for view, picture, layer and channel,
    and an interactive matplotlib figure. Each control is a trait of the same name, in step with it,
    which can be set, observed and linked: `view`, `image`, `layer`, `channel`, and those of
    `Selection` and `Appearance`. Each picture goes through the model once; moving between layers
    and channels of it costs no further pass.

    The views: `"channel"` shows one feature map with its histogram, `"layer"` those of all
    channels, `"overlay"` one over the picture where it truly lies, `"compare"` two on one colour
    scale with their difference, `"network"` a strip for each layer, and `"why"` what speaks for a
    class: Grad-CAM (Selvaraju et al., 2017) and gradient times activation (Shrikumar et al., 2016).
    The mouse over a map frames the receptive field of that position on the picture.

    Opened on an `ActivationHistory`, it shows what was kept of a training up to then, and has one
    more control and trait, `epoch`, which goes over the epochs kept and begins at the newest. That
    costs no pass at all.

    Args:
        model: A built Keras model, or the path of a `.keras` or `.h5` file. It is not changed. Or
            an `ActivationHistory` that has been through `fit`: `images`, `preprocess` and `labels`
            are its own then, and `memory_budget` bounds nothing more.
        images: One picture or many: an array `(height, width, channels)` or
            `(count, height, width, channels)`, a path, a PIL image, a list or `{name: picture}` of
            these, a folder, or a `tf.data.Dataset` of pictures or of pictures with labels (its
            first 100). Float arrays of the model's input shape go in untouched. All else is taken
            as pixels of 0 to 255, and resized to the model's input size (bilinear). For a model
            whose input is no picture (tokens, series, tables), or of several inputs: an array with
            the batch axis, or a list or dict of them in the structure the model declares; these go
            in as they are given.
        preprocess: Makes model input of pixels: called with a float32 array
            `(1, height, width, channels)` of 0 to 255. Defaults to `None`: pixels are divided by
            255, unless the model begins with a `Rescaling` or `Normalization` layer.
        class_names: A name per class, in the order of the labels; two for a model with one output
            unit. Defaults to `None`: `class 0`, `class 1`, ...
        layers: Layer paths to offer. Defaults to `None`, every layer call.
        cmap: A matplotlib colour map or the name of one, for the feature map.
        memory_budget: Bytes of pictures and activations that may be kept. Where the layers of one
            picture do not fit, they are computed in parts, as they are looked at. Defaults to
            256 MiB, which a Binder session of 2 GB has room for. A second model has half of it.
        labels: The class of each picture, for the order by class contrast. Defaults to `None`:
            those of the dataset, or the subfolders of the folder, or else the classes that the
            model predicts.
        compare_with: A second model, or checkpoint of the same architecture, for the compare view:
            a Keras model, or the path of a `.keras`, `.h5` or `.weights.h5` file. Defaults to
            `None`: two pictures, or two epochs of a history, are compared.

    Raises:
        TypeError: If `model` is not a Keras model, or `images` nothing that can be pictures,
            missing, or given beside a history.
        ValueError: If the model is not built or the history empty, a picture cannot be read or does
            not fit the model, `preprocess` fails, `class_names` or `labels` have the wrong length,
            the second model takes other inputs, or there is no such layer or colour map. Nothing is
            left behind then.

    Example:
    ```python
    explorer = ActivationExplorer(model, "photos/", class_names=["cat", "dog"])
    explorer.layer, explorer.channel = "conv2d_3", 17
    explorer.feature_map  # (34, 34)
    explorer.view = "why"  # Grad-CAM for the predicted class, at that layer
    ```
    """

    _closed = True  # until the first widget is made, there is nothing to close

    def __init__(
        self,
        model: keras.Model | ActivationHistory,
        images: object = None,
        *,
        preprocess: Preprocess | None = None,
        class_names: Sequence[str] | None = None,
        layers: Sequence[str] | None = None,
        cmap: str = "viridis",
        memory_budget: int = MEMORY_BUDGET,
        labels: Sequence[Hashable] | None = None,
        compare_with: keras.Model | str | Path | None = None,
    ) -> None:
        # All that can be wrong with what was handed in shows before the first widget is made.
        self._owner = OwnerThread()
        memory_budget = checked_budget(memory_budget)
        if compare_with is not None:
            memory_budget //= 2
        if isinstance(model, ActivationHistory):
            _check_nothing_beside(
                images=images, preprocess=preprocess, labels=labels, compare_with=compare_with
            )
            self._explored = model.subject(layers)
        else:
            self._explored = explored_model(
                model, images, preprocess, layers, memory_budget, labels
            )
        self._activation_model = self._explored.activation_model
        self._class_names = check_class_names(class_names, self._activation_model.prediction_shape)
        other = None
        if compare_with is not None:
            other = second_model(compare_with, self._explored, memory_budget)
        self._view = ActivationFigure(cmap)
        epochs = tuple(self._explored.by_epoch)
        newest = self._explored.by_epoch[epochs[-1]]
        first_layer = self._first_worth_showing(newest)
        newest.get(newest.first_image, first_layer)
        self._showing = Showing(self._explored, other, self._class_names, self._view)

        self._latest = LatestWins(self._redraw, self._owner)
        self._surveying = Surveying(self._showing, self, self._owner, self._latest.request)
        self._shown = ""
        self._answers_browser = False
        self._redraws = 0
        self._selected: Selected | None = None
        self._unread: tuple[str, ...] = ()
        self._given = {
            "preprocess": preprocess,
            "class_names": self._class_names,
            "layers": layers,
            "labels": labels,
            "compare_with": compare_with,
        }
        super().__init__(layout=widgets.Layout(width="100%", max_width="1000px"))
        self.add_class("actviz-explorer")
        self._closed = False
        self._given_images = len(self.images)
        self.offer(self._given_images, newest.layouts, epochs)
        self._class_count = self._count_classes()
        self.offer_to_compare(len(self.images), epochs, has_other_model=other is not None)
        self.epoch, self.image, self.layer = epochs[-1], newest.first_image, first_layer
        self.cmap = cmap
        self._choose_other(epochs, has_other_model=other is not None)
        self._build_controls(epochs, has_other_model=other is not None)
        self._show_choice()
        self._redraw()
        # Registered after the selection's own observers, so that the channel is within the layer.
        self.observe(self._on_choice, names=_REDRAWN)
        self.observe(lambda _: self._show_position(), names="position")
        self.observe(lambda _: self._play(), names=["playing", "speed"])

    # ------------------------------------------------------------------------------------- state

    @property
    def activation_model(self) -> ActivationModel:
        """The multi-output activation model that the activations come from."""
        self._check_open()
        return self._activation_model

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the pictures."""
        self._check_open()
        return self._explored.images

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layer calls to choose from, in the order in which they run."""
        self._check_open()
        return tuple(self._extraction.layers.values())

    @property
    def activation(self) -> np.ndarray:
        """What the chosen layer puts out for the chosen picture, without batch axis.

        Raises:
            ValueError: If it takes more bytes than `memory_budget`, or the model does not call the
                layer for this picture.
        """
        activation = self._kept_pass().activations.get(self.layer)
        if activation is None:
            raise ValueError(self._showing.selected(self).why_not())
        return activation

    @property
    def feature_map(self) -> np.ndarray:
        """The array on display, `(height, width)`.

        Of a dense layer its units, folded into rows where they are many; of a series all of it,
        `(time, channels)`.

        Raises:
            ValueError: If the layer puts out texts, or nothing that is a map.
        """
        activation, layout = self.activation, self._layout()
        channel, slice_index = layout.nearest(self.channel, self.slice)
        return layout.feature_map(activation, channel, slice_index)

    @property
    def predictions(self) -> Any:
        """The model's output for the chosen picture, an array without batch axis.

        Of a model with several outputs they come in the structure that it gives them in.

        Raises:
            ValueError: If it takes more bytes than `memory_budget`.
        """
        predictions = self._kept_pass().predictions
        if predictions is None:
            raise ValueError(
                "The model's output for one picture takes more than memory_budget allows to keep. "
                "Give a larger memory_budget."
            )
        return predictions

    @property
    def figure(self) -> Figure:
        """The matplotlib figure, up to date with the traits."""
        self._catch_up()
        return self._view.figure

    def __repr__(self) -> str:
        if self._closed:
            return "ActivationExplorer(closed)"
        return (
            f"ActivationExplorer({self._activation_model.model.name!r}, image={self.image}, "
            f"layer={self.layer!r}, channel={self.channel}"
            f"{f', epoch={self.epoch}' if self._explored.epoch_lines else ''})"
        )

    @property
    def dead_channels(self) -> tuple[int, ...]:
        """The channels of the chosen layer that are zero on every picture.

        The model is run for the pictures that it has not seen.
        """
        self._check_open()
        self._owner.call(self._surveying.count_all)
        return tuple(sorted(self._showing.survey(self.epoch).dead(self.layer)))

    @property
    def saturated_channels(self) -> tuple[int, ...]:
        """The channels of the chosen layer that lie at a bound of its activation function.

        See `ranking.ChannelStatistics`; the model is run for the pictures that it has not seen.
        """
        self._check_open()
        self._owner.call(self._surveying.count_all)
        return tuple(sorted(self._showing.survey(self.epoch).saturated(self.layer)))

    # ----------------------------------------------------------------------------------- methods

    def add_images(self, images: object) -> tuple[str, ...]:
        """Adds pictures beside those there are.

        Args:
            images: See `ActivationExplorer`; or `{name: bytes}`, the contents of files.

        Returns:
            The names of those added. One that cannot be read is named in the status line.

        Raises:
            TypeError: If `images` is nothing that can be pictures.
            ValueError: If none can be read, or the model takes no pictures.
        """
        self._check_open()
        return self._owner.call(lambda: self._add_images(images))

    def step(self, over: str, steps: int = 1) -> None:
        """Goes on by some channels, in their order, or by some layers or pictures.

        Args:
            over: `"channel"`, `"layer"` or `"image"`.
            steps: How many; back if negative. At the last one it stays.

        Raises:
            TypeError: If `steps` is no whole number.
            ValueError: If there is no such thing to step through.
        """
        self._step(over, steps, around=False)

    def code(self) -> str:
        """Gives Python code that recreates this view, of the same model and images."""
        self._catch_up()
        last = max(self.image, self.other_image or 0)
        added = self.images[self._given_images : last + 1]  # as far as the view needs them
        return view_code(self, self._given, added, self._view.full_limits)

    def zoom(self, axes: str, x_limits: tuple[float, float], y_limits: tuple[float, float]) -> None:
        """Shows a part of the picture or of a map, as the toolbar's zoom does.

        Args:
            axes: The label of axes on show, such as `"picture"` or `"feature map"`.
            x_limits: The left and the right end, in data coordinates: the columns of a picture or
                map, counted from 0, each `-0.5` to `+0.5` around its number.
            y_limits: The lower and the upper end, likewise; of a picture the lower row has the
                larger number.

        Raises:
            ValueError: If no such axes are on show, or the ends of a range are not two different
                finite numbers.
        """
        self._catch_up()
        for name, limits in (("x_limits", x_limits), ("y_limits", y_limits)):
            ends = np.asarray(limits, float)
            if ends.shape != (2,) or not np.isfinite(ends).all() or ends[0] == ends[1]:
                raise ValueError(f"{name} is {limits!r}; two different finite numbers are wanted.")
        on_show = {str(each.get_label()): each for each in self._view.full_limits}
        if axes not in on_show:
            there = ", ".join(map(repr, on_show)) or "none"
            raise ValueError(f"axes is {axes!r}; on show are {there}.")

        def move() -> None:
            on_show[axes].set_xlim(*x_limits)
            on_show[axes].set_ylim(*y_limits)
            self._canvas.draw_idle()

        self._owner.call(move)

    def save(
        self,
        path: str | Path,
        *,
        width: float | None = None,
        height: float | None = None,
        dpi: float | None = None,
    ) -> None:
        """Saves the figure as it is now, laid out for the size of the file.

        Args:
            path: File to write; its ending says the format, such as `.png`, `.svg` or `.pdf`.
            width: In inches. Defaults to `None`, as on the page.
            height: In inches. Defaults to `None`: in proportion.
            dpi: Dots per inch of a file made of pixels. Defaults to `None`, as on the page.

        Raises:
            ValueError: If matplotlib knows no such format, or a size is not positive.
            OSError: If the file cannot be written.
        """
        self._check_open()
        self._owner.call(
            lambda: saving.save_figure(self.figure, path, width=width, height=height, dpi=dpi)
        )

    def save_array(self, path: str | Path) -> None:
        """Saves `feature_map`, the array on display, as a `.npy` file.

        Args:
            path: File to write.

        Raises:
            ValueError: If there is no map on display.
            OSError: If the file cannot be written.
        """
        Path(path).write_bytes(saving.array_bytes(self.feature_map))

    def close(self) -> None:
        """Gives everything back: figure, canvas, widgets, and the arrays kept."""
        if self._closed:
            return
        self._closed = True
        self._latest.cancel()
        self.unobserve_all()
        self.set_trait("children", ())
        for widget in (self._controls, self._canvas, self._status, self._page):
            widget.close()
        self.layout.close()
        super().close()
        for axes in self._view.figure.axes:
            self._view.figure.delaxes(axes)
        self._showing.clear()
        # The explorer may live on in a variable, what it held does not.
        del self._view, self._canvas, self._explored, self._activation_model
        del self._showing, self._surveying, self._controls, self._pointing, self._given
        del self._fit, self._field
        self._selected = None
        self.offer(0, {})
        # ipywidgets leaves None there, which a notebook that displays it would call.
        self._repr_mimebundle_ = self._closed_bundle  # type: ignore[method-assign]

    # ------------------------------------------------------------------------------------ wiring

    def _build_controls(self, epochs: Sequence[int], *, has_other_model: bool) -> None:
        self._canvas = FigureCanvas(self._view.figure, self._owner)
        self._page = PageLink(self._owner)
        self._status = StatusLine()
        downloads = Downloads(self._page, lambda: self.figure, lambda: self.feature_map)
        self._controls = ExplorerControls(
            self._owner,
            self,
            self._choose,
            self._turn,
            Offered(
                images=self.images,
                entries=self._entries(),
                paths=tuple(self._extraction.layers),
                epochs=epochs,
                classes=self._classes(),
                has_other_model=has_other_model,
                has_epochs=bool(self._explored.epoch_lines),
            ),
            Actions(
                save_figure=lambda *size: self._try(lambda: downloads.figure(*size)),
                save_array=lambda: self._try(downloads.array),
                add_pictures=self._upload if self._explored.takes_pictures else None,
                code=self.code,
                size=(figure.WIDTH, figure.HEIGHT),
            ),
        )
        self.children = (*self._controls.rows, self._canvas, self._status, self._page)
        self._pointing = Pointing(
            self._view,
            self._canvas,
            self._point_at,
            self._on_click,
        )
        self._fit = PageFit(self._view, self._canvas)
        self._field = SeenField(self._view, self._showing)
        self._canvas.mpl_connect("resize_event", lambda _: self._on_resize())
        self._view.place_note = self._field.note
        self._page.canvas = self._canvas
        self._page.on_key(lambda what, steps: self._try(lambda: self.step(what, steps)))
        self._page.on_tick(lambda: self._try(lambda: self._step(self.play_over, 1, around=True)))
        self._page.on_width(self._fit.fit)
        self._page.observe(lambda change: self._choose("playing", change["new"]), names="playing")

    def _entries(self) -> list[LayerEntry]:
        return [
            LayerEntry(
                descriptions.layer_entry(info.path, info.class_name, info.activation_shape),
                self._activation_model.role(info.path).passes_on,
            )
            for info in self.layers
        ]

    def _count_classes(self) -> int | None:
        explanations = self._showing.explanations
        return None if explanations is None else explanations.class_count

    def _classes(self) -> tuple[str, ...]:
        count = self._class_count or 0
        return tuple(descriptions.class_name(index, self._class_names) for index in range(count))

    def _choose_other(self, epochs: Sequence[int], *, has_other_model: bool) -> None:
        """Chooses what to compare with, to begin with: what makes a difference to be seen."""
        if has_other_model:
            self.other_model = True
        elif len(epochs) > 1:
            self.other_epoch = epochs[0]
        elif len(self.images) > 1:
            self.other_image = (self.image + 1) % len(self.images)

    def _choose(self, name: str, value: object) -> None:
        """Sets a trait from a control; an error has no cell to go to there, so it is shown."""
        self._try(lambda: setattr(self, name, value))

    def _try(self, action: Callable[[], object]) -> None:
        if self._closed:
            return
        try:
            action()
        except Exception as error:
            self._show_error(error)

    def _on_choice(self, change: dict[str, Any]) -> None:
        if change["name"] in ("layer", "view"):
            self.position = None  # it was one of another map
        self._unread = ()
        if change["name"] == "color_scale":
            self._fix_limits()
        if change["name"] == "cmap":
            self._view.set_color_map(self.cmap)
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

    def _fix_limits(self) -> None:
        """Fixes a colour scale where it is, if it was not said where."""
        if self.color_scale == "fixed" and self.color_limits is None:
            try:
                shown = self.feature_map
            except ValueError:  # nothing that has colours
                return
            self.color_limits = color_scale.limits(shown, clip=self.clip, symmetric=self.symmetric)

    def _show_choice(self) -> None:
        """Brings the controls in step with the traits."""
        if self._closed:
            return
        layout = self._extraction.layouts[self.layer]
        if layout.count is None or layout.slice_count is None:
            layout = self._layout_if_seen() or layout
        order = self._showing.order(self, layout, self.order)
        self._controls.show(layout, order)

    def _redraw(self) -> None:
        """Brings figure and status in step with the traits; the last good ones stay on an error."""
        if self._closed:
            return
        answers_browser, self._answers_browser = self._answers_browser, False
        self._redraws += 1
        try:
            selected = self._showing.selected(self)
            self._offer_new_layers()
            self._keep_within(selected.layout)
            if (selected.channel, selected.slice_index) != (self.channel, self.slice):
                selected = self._showing.selected(self)
            if self.order != "index":
                self._surveying.rank(may_wait=answers_browser)
                self._owner.run_soon(self._show_choice)
            order = self._showing.order(self, selected.layout, self.order)
            scene = self._showing.scene(selected, self.look(), self, order)
            moved = self._showing.draw(scene, selected)
            self._selected = selected
            self._fit.suit()
            self._field.frame(selected, self.look(), self)
            if moved:
                self._canvas.set_home(self._view.full_limits)
            self._pointing.tell_again()
            if answers_browser:
                self._canvas.draw_in_answer()
            else:
                self._canvas.draw_idle()
            self._shown = f"{selected.kept_pass.picture.name} at {selected.title}"
            if scene.page.text:
                self._controls.view_controls.pager.show(scene.page.number, scene.page.count)
            self._status.show(
                self._showing.lines(selected, scene, self.order),
                [
                    *self._unread,
                    self._showing.why_no_order(self, selected.layout, self.order),
                    selected.kept_pass.picture.warning,
                ],
            )
        except Exception as error:
            self._show_error(error)
        if self._owner.has_loop():
            redraws = self._redraws
            self._owner.run_later(_CALM, lambda: self._when_calm(redraws))

    def _when_calm(self, redraws: int) -> None:
        """Does what can wait until nobody moves a control."""
        if self._closed or redraws != self._redraws:
            return
        self._page.canvas_label = self._shown
        self._surveying.count_kept()
        if self.view == "layer":  # whose dead channels are marked once all pictures were counted
            self._surveying.count_one()

    def _keep_within(self, layout: Layout) -> None:
        """Brings the channel within a layer whose number of channels shows when it runs."""
        layouts = self._extraction.layouts
        static = layouts[self.layer]
        if static.count is None or static.slice_count is None:
            self.bring_within(layout)
        elif (static.count, static.slice_count) != (layout.count, layout.slice_count):
            # A layer that puts out several times the batch, as windows of the picture.
            layouts[self.layer] = layout
            self.bring_within(layout)
        else:
            return
        self._show_choice()

    def _offer_new_layers(self) -> None:
        """Offers the layers that no earlier picture has led to."""
        count = self._controls.layer_chooser.count
        paths = tuple(self._extraction.layers)
        if len(paths) > count:
            self._controls.extend_layers(self._entries()[count:], paths[count:])

    def _show_error(self, error: Exception) -> None:
        self._status.show(
            [f"The figure still shows {self._shown}."] if self._shown else [], [str(error)]
        )

    # ------------------------------------------------------------------------------ mouse and keys

    def _on_click(self, place: Place, is_double: bool) -> None:
        with self._owner.handling_a_message():
            if place.layer is not None:
                self._choose("layer", place.layer)
            if place.channel is not None:
                self._choose("channel", place.channel)
            if is_double and place.kind in ("tile", "strip"):
                self._choose("view", "channel")

    @traitlets.validate("position")
    def _check_position(self, proposal: dict[str, Any]) -> Any:
        position, selected = proposal["value"], self._selected
        if position is None or selected is None or selected.activation is None:
            return position
        row, column = (int(place) for place in position)
        if selected.layout.element(row, column, selected.channel, selected.slice_index) is None:
            raise SelectionError(
                f"position was set to {position}, but the map of {selected.layer!r} has no such "
                "row and column."
            )
        return position

    def _point_at(self, place: tuple[int, int] | None) -> None:
        try:
            self.position = place
        except SelectionError:  # on the second of two maps, where that is the larger one
            self.position = None

    def _show_position(self) -> None:
        selected = self._selected
        if not self._closed and selected is not None:
            self._try(lambda: self._field.frame(selected, self.look(), self))
            self._canvas.draw_idle()

    def _step(self, over: str, steps: int, *, around: bool) -> None:
        self._check_open()
        places: dict[str, Places] = {
            "channel": self._order,
            "layer": self._offered_layers,
            "image": lambda: range(len(self.images)),
        }
        setattr(self, over, stepped(over, steps, self, places, around=around))

    def _order(self) -> Sequence[int]:
        layout = self._layout_if_seen() or self._extraction.layouts[self.layer]
        return self._showing.order(self, layout, self.order)

    def _offered_layers(self) -> Sequence[str]:
        paths = tuple(self._extraction.layers)
        return [paths[index] for index in self._controls.layer_chooser.offered]

    def _turn(self, pages: int) -> None:
        first = self._showing.turned(self, self.look(), self._order(), pages)
        if first is not None:
            self._choose("layer" if isinstance(first, str) else "channel", first)

    def _play(self) -> None:
        if not self._closed:
            self._page.interval = round(1000 / self.speed)
            self._page.playing = self.playing
            self._show_choice()

    def _on_resize(self) -> None:
        if self._closed:
            return
        self._fit.take_size()
        if self.view == "network":  # which may have room for more layers
            self._latest.request()

    # ------------------------------------------------------------------------------------- to take

    def _upload(self, files: Mapping[str, bytes]) -> None:
        def add() -> None:
            names = self._add_images(files)
            unread = self._unread
            self.image = self.images.index(names[0])
            self._unread = unread  # they are named until something else is chosen
            self._latest.request()

        self._try(add)

    def _add_images(self, images: object) -> tuple[str, ...]:
        names, failures = self._explored.add_pictures(images)
        if not names:
            raise ValueError(" ".join(failures) or "There are no pictures in what was added.")
        self._controls.extend_images(names)
        self.offer(len(self.images), self._extraction.layouts, tuple(self._explored.by_epoch))
        self.offer_to_compare(
            len(self.images), tuple(self._explored.by_epoch), has_other_model=self._has_other_model
        )
        self._unread = tuple(failures)
        self._redraw()
        return tuple(names)

    # ---------------------------------------------------------------------------------- the model

    @property
    def _extraction(self) -> Extraction | EpochExtraction:
        """Where the activations of the chosen epoch come from."""
        return self._explored.by_epoch[self.epoch]

    def _first_worth_showing(self, extraction: Extraction | EpochExtraction) -> str:
        layouts = extraction.layouts
        with_maps = [
            path
            for path, info in extraction.layers.items()
            if layouts[path].has_feature_maps
            and info.class_name not in (*_BEFORE_THE_FIRST, "EinsumDense")
            and not self._activation_model.role(path).passes_on
        ]
        return (with_maps or list(layouts))[0]

    def _kept_pass(self) -> KeptPass[Picture]:
        self._check_open()
        image, layer = self.image, self.layer
        kept = self._extraction.activations.kept(image, layer)
        return kept or self._owner.call(lambda: self._extraction.get(image, layer))

    def _layout(self) -> Layout:
        return self._extraction.layout(self._kept_pass(), self.layer)

    def _layout_if_seen(self) -> Layout | None:
        kept_pass = self._extraction.activations.kept(self.image, self.layer)
        return None if kept_pass is None else self._extraction.layout(kept_pass, self.layer)

    def _catch_up(self) -> None:
        self._check_open()
        self._owner.catch_up()
        if self._owner.is_current():
            self._latest.flush()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("This explorer was closed. Make a new ActivationExplorer.")

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        # What a page without a kernel shows of the explorer.
        bundle["image/png"] = self._owner.call(self._png)
        return bundle

    def _closed_bundle(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(self)}

    def _png(self) -> str:
        self._catch_up()
        return self._canvas.png()


def _check_nothing_beside(**given: object) -> None:
    for name, value in given.items():
        if value is not None:
            raise TypeError(
                f"{name} was given beside an ActivationHistory, which has its own since the "
                f"training. Leave {name} out here, and give it to ActivationHistory before fit."
            )
