"""ActivationExplorer: the pictures, the model, the figure and the controls, wired together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from . import descriptions
from .activation_history import ActivationHistory
from .activation_model import ActivationModel, LayerInfo
from .activations import MEMORY_BUDGET, Seen, checked_budget
from .canvas import FigureCanvas
from .choice import Choice
from .controls import Chooser, NumberChooser, Row, StatusLine
from .epoch_extraction import EpochExtraction
from .extraction import Extraction
from .feature_maps import Layout
from .figure import ActivationFigure
from .latest_wins import LatestWins, OwnerThread
from .layer_chooser import LayerChooser, LayerEntry
from .pictures import Picture, Preprocess
from .predictions import check_class_names
from .selection import Selection
from .subject import subject_of_model
from .views import WordsView

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure


# Layers whose maps are still the picture.
_BEFORE_THE_FIRST = ("CenterCrop", "Normalization", "Rescaling", "Resizing", "ZeroPadding2D")


class ActivationExplorer(widgets.VBox, Selection):  # type: ignore[misc]  # ipywidgets is untyped
    """Shows what each layer of a Keras model makes of a picture, one slider away.

    A widget to display, nest in others, and link: dropdowns for picture and layer, a slider and a
    number box for the channel, and an interactive matplotlib figure of the picture and the feature
    map. `image`, `layer` and `channel` are traits, in step with the controls. Each picture goes
    through the model once; moving between layers and channels of it costs no further pass.

    Opened on an `ActivationHistory`, it shows what was kept of a training up to then, and has one
    more control and trait, `epoch`, which goes over the epochs kept and begins at the newest. That
    costs no pass at all. The colour scale is that of each map by itself, as everywhere.

    Args:
        model: A built Keras model, or the path of a `.keras` or `.h5` file. It is not changed. Or
            an `ActivationHistory` that has been through `fit`: `images` and `preprocess` are its
            own then, and `memory_budget` bounds nothing more.
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
        cmap: Name of a matplotlib colour map for the feature map.
        memory_budget: Bytes of pictures and activations that may be kept. Where the layers of one
            picture do not fit, they are computed in parts, as they are looked at. Defaults to
            256 MiB, which a Binder session of 2 GB has room for.

    Raises:
        TypeError: If `model` is not a Keras model, or `images` nothing that can be pictures,
            missing, or given beside a history.
        ValueError: If the model is not built or the history empty, a picture cannot be read or does
            not fit the model, `preprocess` fails, `class_names` has the wrong length, or there is
            no such layer or colour map. Nothing is left behind then.

    Example:
    ```python
    explorer = ActivationExplorer(model, "photos/", class_names=["cat", "dog"])
    explorer.layer, explorer.channel = "conv2d_3", 17
    explorer.feature_map  # (34, 34)
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
    ) -> None:
        # All that can be wrong with what was handed in shows before the first widget is made.
        self._owner = OwnerThread()
        memory_budget = checked_budget(memory_budget)
        if isinstance(model, ActivationHistory):
            _check_nothing_beside(images, preprocess)
            self._subject = model.subject(layers)
        else:
            self._subject = subject_of_model(model, images, preprocess, layers, memory_budget)
        self._activation_model = self._subject.activation_model
        self._class_names = check_class_names(class_names, self._activation_model.prediction_shape)
        self._view = ActivationFigure(cmap)
        epochs = tuple(self._subject.by_epoch)
        newest = self._subject.by_epoch[epochs[-1]]
        first_layer = self._first_worth_showing(newest)
        newest.get(newest.first_image, first_layer)

        self._latest = LatestWins(self._redraw, self._owner)
        self._shown = ""
        self._answers_browser = False
        super().__init__(layout=widgets.Layout(width="100%", max_width="1000px"))
        self._closed = False
        self.offer(len(self.images), newest.layouts, epochs)
        self.epoch, self.image, self.layer = epochs[-1], newest.first_image, first_layer
        self._build_controls()
        self._show_choice()
        self._redraw()
        # Registered after the selection's own observers, so that the channel is within the layer.
        self.observe(self._on_choice, names=["image", "layer", "channel", "slice", "epoch"])

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
        return self._subject.images

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
        choice = self._choice(self._seen())
        if choice.activation is None:
            raise ValueError(choice.why_not())
        return choice.activation

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
        predictions = self._seen().predictions
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
            f"{f', epoch={self.epoch}' if self._subject.epoch_lines else ''})"
        )

    # ----------------------------------------------------------------------------------- methods

    def save(self, path: str | Path) -> None:
        """Saves the figure as it is now.

        Args:
            path: File to write; its ending says the format, such as `.png`, `.svg` or `.pdf`.

        Raises:
            ValueError: If matplotlib knows no such format.
            OSError: If the file cannot be written.
        """
        self._check_open()
        self._owner.call(lambda: self.figure.savefig(path))

    def close(self) -> None:
        """Gives everything back: figure, canvas, widgets, and the arrays kept."""
        if self._closed:
            return
        self._closed = True
        self._latest.cancel()
        self.unobserve_all()
        controls: tuple[Any, ...] = (
            *self.children,
            self._slice_chooser,
            self._epoch_chooser,
        )
        self.set_trait("children", ())
        for widget in controls:
            widget.close()
        self.layout.close()
        super().close()
        for axes in self._view.figure.axes:
            self._view.figure.delaxes(axes)
        # The explorer may live on in a variable, what it held does not.
        del self._view, self._canvas, self._subject, self._activation_model
        self.offer(0, {})

    # ------------------------------------------------------------------------------------ wiring

    def _build_controls(self) -> None:
        self._canvas = FigureCanvas(self._view.figure, self._owner)
        self._image_chooser = Chooser("Image", self.images, self._owner, steps=True)
        self._layer_chooser = LayerChooser(self._entries(), self._owner)
        self._channel_chooser = NumberChooser(self._owner)
        self._slice_chooser = NumberChooser(self._owner)
        self._epoch_chooser = NumberChooser(self._owner)
        self._numbers = Row([self._channel_chooser])
        self._status = StatusLine()
        self.children = (
            Row([self._image_chooser, self._layer_chooser]),
            self._numbers,
            *([Row([self._epoch_chooser])] if self._subject.epoch_lines else []),
            self._canvas,
            self._status,
        )

        self._paths = tuple(self._extraction.layers)
        self._image_chooser.on_choice(lambda index: self._choose("image", index))
        self._layer_chooser.on_choice(lambda index: self._choose("layer", self._paths[index]))
        self._channel_chooser.on_choice(lambda value: self._choose("channel", value))
        self._slice_chooser.on_choice(lambda value: self._choose("slice", value))
        self._epoch_chooser.on_choice(lambda value: self._choose("epoch", value))

    def _entries(self) -> list[LayerEntry]:
        return [
            LayerEntry(
                descriptions.layer_entry(info.path, info.class_name, info.activation_shape),
                self._activation_model.role(info.path).passes_on,
            )
            for info in self.layers
        ]

    def _choose(self, name: str, value: object) -> None:
        """Sets a trait from a control; an error has no cell to go to there, so it is shown."""
        try:
            setattr(self, name, value)
        except Exception as error:
            self._show_error(error)

    def _on_choice(self, _: dict[str, Any]) -> None:
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

    def _show_choice(self) -> None:
        """Brings the controls in step with the traits."""
        if self._closed:
            return
        self._image_chooser.show(self.image)
        self._layer_chooser.show(self._paths.index(self.layer))
        layout = self._extraction.layouts[self.layer]
        if layout.count is None or layout.slice_count is None:
            layout = self._layout_if_seen() or layout
        self._channel_chooser.show(layout.noun, self.channel, range(layout.count or 1))
        slices = layout.slice_count or 1
        self._slice_chooser.show("slice", self.slice, range(slices))
        numbers = [self._channel_chooser, self._slice_chooser][: 1 + (slices > 1)]
        self._epoch_chooser.show("epoch", self.epoch, tuple(self._subject.by_epoch))
        if len(self._numbers.children) != len(numbers):
            self._numbers.children = numbers

    def _redraw(self) -> None:
        """Brings figure and status in step with the traits; the last good ones stay on an error."""
        if self._closed:
            return
        try:
            seen = self._extraction.get(self.image, self.layer)
            self._offer_new_layers()
            self._keep_within(self._extraction.layout(seen, self.layer))
            choice = self._choice(seen)
            self._draw(choice)
            self._status.show(self._lines(choice), [seen.picture.warning])
        except Exception as error:
            self._show_error(error)

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
        if len(self._extraction.layers) > self._layer_chooser.count:
            self._layer_chooser.extend(self._entries()[self._layer_chooser.count :])
            self._paths = tuple(self._extraction.layers)

    def _choice(self, seen: Seen[Picture]) -> Choice:
        line = self._subject.epoch_lines.get(self.epoch, "")
        return Choice(
            self._extraction, seen, self.layer, self.channel, self.slice, self.epoch, line
        )

    def _draw(self, choice: Choice) -> None:
        answers_browser, self._answers_browser = self._answers_browser, False
        picture, activation = choice.seen.picture, choice.activation
        moved = self._view.show_input(picture.view, picture.name)
        if activation is None:
            moved |= self._view.show_activation(WordsView(choice.why_not()), choice.title)
        else:
            layout = self._extraction.layout(choice.seen, choice.layer)
            names = choice.unit_names(self._class_names)
            moved |= self._view.show_activation(
                layout.view(activation, choice.channel, choice.slice_index, names),
                choice.title,
                layout.caption(activation, choice.channel, names),
            )
        if moved:
            self._canvas.set_home(self._view.full_limits)
        if answers_browser:
            self._canvas.draw_in_answer()
        else:
            self._canvas.draw_idle()
        self._shown = f"{picture.name} at {choice.title}"

    def _lines(self, choice: Choice) -> tuple[str, ...]:
        activation_function = self._activation_model.last_activation_function()
        return choice.lines(self._class_names, activation_function, self._subject.note)

    def _show_error(self, error: Exception) -> None:
        self._status.show(
            [f"The figure still shows {self._shown}."] if self._shown else [], [str(error)]
        )

    # ---------------------------------------------------------------------------------- the model

    @property
    def _extraction(self) -> Extraction | EpochExtraction:
        """Where the activations of the chosen epoch come from."""
        return self._subject.by_epoch[self.epoch]

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

    def _seen(self) -> Seen[Picture]:
        self._check_open()
        image, layer = self.image, self.layer
        kept = self._extraction.activations.kept(image, layer)
        return kept or self._owner.call(lambda: self._extraction.get(image, layer))

    def _layout(self) -> Layout:
        return self._extraction.layout(self._seen(), self.layer)

    def _layout_if_seen(self) -> Layout | None:
        seen = self._extraction.activations.kept(self.image, self.layer)
        return None if seen is None else self._extraction.layout(seen, self.layer)

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

    def _png(self) -> str:
        self._catch_up()
        return self._canvas.png()


def _check_nothing_beside(images: object, preprocess: object) -> None:
    for name, given in (("images", images), ("preprocess", preprocess)):
        if given is not None:
            raise TypeError(
                f"{name} was given beside an ActivationHistory, which has its own since the "
                f"training. Leave {name} out here, and give it to ActivationHistory before fit."
            )
