"""ActivationExplorer: the pictures, the model, the figure and the controls, wired together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from . import descriptions, feature_maps
from .activation_model import (
    ActivationModel,
    LayerInfo,
    as_array,
    model_inputs,
)
from .activations import Activations, Seen
from .canvas import FigureCanvas
from .controls import Chooser, NumberChooser, Row, StatusLine
from .figure import ActivationFigure
from .latest_wins import LatestWins, OwnerThread
from .model_input import ModelInput
from .pictures import Picture, Pictures, Preprocess
from .predictions import check_class_names
from .selection import Selection

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

MEMORY_BUDGET = 256 * 2**20
"""Bytes that an explorer keeps unless told otherwise; a Binder session has 2 GB in all."""


# Layers whose maps are still the picture.
_BEFORE_THE_FIRST = (
    "CenterCrop",
    "Dropout",
    "InputLayer",
    "Normalization",
    "Rescaling",
    "Resizing",
    "ZeroPadding2D",
)


class ActivationExplorer(widgets.VBox, Selection):  # type: ignore[misc]  # ipywidgets is untyped
    """Shows what each layer of a Keras model makes of a picture, one slider away.

    A widget to display, nest in others, and link: dropdowns for picture and layer, a slider and a
    number box for the channel, and an interactive matplotlib figure of the picture and the feature
    map. `image`, `layer` and `channel` are traits, in step with the controls. Each picture goes
    through the model once; moving between layers and channels of it costs no further pass.

    Args:
        model: A built Keras model. It is not changed.
        images: One picture or many: an array `(height, width, channels)` or
            `(count, height, width, channels)`, a path, a PIL image, a list or `{name: picture}` of
            these, a folder, or a `tf.data.Dataset` of pictures or of pictures with labels (its
            first 100). Float arrays of the model's input shape go in untouched. All else is taken
            as pixels of 0 to 255, and resized to the model's input size (bilinear).
        preprocess: Makes model input of pixels: called with a float32 array
            `(1, height, width, channels)` of 0 to 255. Defaults to `None`: pixels are divided by
            255, unless the model begins with a `Rescaling` or `Normalization` layer.
        class_names: A name per class, in the order of the labels; two for a model with one output
            unit. Defaults to `None`: `class 0`, `class 1`, ...
        layers: Layer paths to offer. Defaults to `None`, every layer call.
        cmap: Name of a matplotlib colour map for the feature map.
        memory_budget: Bytes of pictures and activations that may be kept. Where the layers of one
            picture do not fit, as many as fit are computed at a time. Defaults to 256 MiB.

    Raises:
        TypeError: If `model` is not a Keras model, or `images` nothing that can be pictures.
        ValueError: If the model is not built, a picture cannot be read or does not fit the model,
            `preprocess` fails, `class_names` has the wrong length, or there is no such layer or
            colour map. Nothing is left behind then.

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
        model: keras.Model,
        images: object,
        *,
        preprocess: Preprocess | None = None,
        class_names: Sequence[str] | None = None,
        layers: Sequence[str] | None = None,
        cmap: str = "viridis",
        memory_budget: int = MEMORY_BUDGET,
    ) -> None:
        # All that can be wrong with what was handed in shows before the first widget is made.
        self._owner = OwnerThread()
        if not isinstance(memory_budget, int):
            raise TypeError(
                f"memory_budget is {memory_budget!r}; a number of bytes is wanted, such as 2**28."
            )
        if memory_budget < 1:
            raise ValueError(f"memory_budget is {memory_budget} bytes; 1 or more is wanted.")
        self._activation_model = ActivationModel(model, layers)
        self._pictures = Pictures(images, _model_input(self._activation_model), preprocess)
        first_image = self._pictures.first_readable()
        if model_inputs(model) is None:
            # Which layers a model written by hand has shows when it runs.
            self._activation_model.forward(self._pictures.load(first_image).model_input, ())
        self._layers = {info.path: info for info in self._activation_model.captured}
        self._class_names = check_class_names(class_names, self._activation_model.prediction_shape)
        self._activations = Activations(self._run_model, self._layer_sizes(), memory_budget)
        self._view = ActivationFigure(cmap)
        first_layer = _first_worth_showing(tuple(self._layers.values()))
        self._activations.get(first_image, first_layer)

        self._latest = LatestWins(self._redraw, self._owner)
        self._shown = ""
        super().__init__(layout=widgets.Layout(width="100%", max_width="1000px"))
        self._closed = False
        self.offer(len(self.images), {info.path: info.output_shape[1:] for info in self.layers})
        self.image, self.layer = first_image, first_layer
        self._build_controls()
        self._show_choice()
        self._redraw()
        # Registered after the selection's own observers, so that the channel is within the layer.
        self.observe(self._on_choice, names=["image", "layer", "channel"])

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
        return self._pictures.names

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layer calls to choose from, in the order in which they run."""
        self._check_open()
        return tuple(self._layers.values())

    @property
    def activation(self) -> np.ndarray:
        """What the chosen layer puts out for the chosen picture, without batch axis."""
        return self._seen().activations[self.layer]

    @property
    def feature_map(self) -> np.ndarray:
        """The array on display, `(height, width)`."""
        return feature_maps.feature_map(self.activation, self.channel)

    @property
    def predictions(self) -> np.ndarray | None:
        """The model's output for the chosen picture, without batch axis.

        `None` if the model has several outputs.
        """
        return self._seen().predictions

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
            f"layer={self.layer!r}, channel={self.channel})"
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
        controls = self.children
        self.set_trait("children", ())
        for widget in controls:
            widget.close()
        self.layout.close()
        super().close()
        self._view.figure.clear()
        # The explorer may live on in a variable, what it held does not.
        del self._view, self._canvas, self._activations, self._pictures, self._activation_model

    # ------------------------------------------------------------------------------------ wiring

    def _build_controls(self) -> None:
        self._canvas = FigureCanvas(self._view.figure, self._owner)
        self._image_chooser = Chooser("Image", self.images, self._owner, steps=True)
        entries = [
            descriptions.layer_entry(info.path, info.class_name, info.output_shape)
            for info in self.layers
        ]
        self._layer_chooser = Chooser("Layer", entries, self._owner)
        self._channel_chooser = NumberChooser(self._owner)
        self._status = StatusLine()
        self.children = (
            Row([self._image_chooser, self._layer_chooser]),
            Row([self._channel_chooser]),
            self._canvas,
            self._status,
        )

        paths = tuple(self._layers)
        self._image_chooser.on_choice(lambda index: self._choose("image", index))
        self._layer_chooser.on_choice(lambda index: self._choose("layer", paths[index]))
        self._channel_chooser.on_choice(lambda value: self._choose("channel", value))

    def _choose(self, name: str, value: object) -> None:
        """Sets a trait from a control; an error has no cell to go to there, so it is shown."""
        try:
            setattr(self, name, value)
        except Exception as error:
            self._show_error(error)

    def _on_choice(self, _: dict[str, Any]) -> None:
        self._owner.run(self._show_choice)
        self._latest.request()
        if self._owner.is_current() and not self._owner.answers_a_message:
            # Set from code: the next line of it may look at the figure or the status.
            self._latest.flush()

    def _show_choice(self) -> None:
        """Brings the controls in step with the traits."""
        if self._closed:
            return
        self._image_chooser.show(self.image)
        self._layer_chooser.show(list(self._layers).index(self.layer))
        shape = self._layers[self.layer].output_shape[1:]
        noun, count = feature_maps.channel_noun(shape), feature_maps.channel_count(shape)
        self._channel_chooser.show(noun, self.channel, count)

    def _redraw(self) -> None:
        """Brings figure and status in step with the traits; the last good ones stay on an error."""
        if self._closed:
            return
        try:
            seen = self._activations.get(self.image, self.layer)
            self._draw(seen.picture, seen.activations[self.layer])
            self._status.show(self._lines(seen), [seen.picture.warning])
        except Exception as error:
            self._show_error(error)

    def _draw(self, picture: Picture, activation: np.ndarray) -> None:
        shape, channel = activation.shape, self.channel
        values = feature_maps.feature_map(activation, channel)
        title = descriptions.map_title(self.layer, shape, channel)
        moved = self._view.show_picture(picture.shown, picture.size, picture.name)
        moved |= self._view.show_feature_map(
            values,
            title,
            mark=feature_maps.marked_region(shape, channel),
            place=lambda row, column: feature_maps.place(shape, row, column),
        )
        if moved:
            self._canvas.set_home(self._view.full_limits)
        self._canvas.draw_idle()
        self._shown = f"{picture.name} at {title}"

    def _lines(self, seen: Seen[Picture]) -> tuple[str, ...]:
        lines = [
            descriptions.layer_line(self.layer, seen.activations[self.layer], self.channel),
            descriptions.class_line(
                seen.predictions,
                self._class_names,
                self._activation_model.last_activation_function(),
            ),
            f"The model saw {seen.picture.saw}.",
        ]
        if self._pictures.note:
            lines.append(f"Shown are {self._pictures.note}.")
        if not self._activations.is_whole:
            lines.append(
                "The layers of one picture do not fit in memory_budget together: a layer that is "
                "not kept costs a pass through the model."
            )
        return tuple(lines)

    def _show_error(self, error: Exception) -> None:
        self._status.show(
            [f"The figure still shows {self._shown}."] if self._shown else [], [str(error)]
        )

    # ---------------------------------------------------------------------------------- the model

    def _run_model(self, index: int, layer_paths: Sequence[str]) -> Seen[Picture]:
        picture = self._pictures.load(index)
        try:
            forward = self._activation_model.forward(picture.model_input, layer_paths)
        except Exception as error:  # what a model can raise is open-ended
            raise ValueError(
                descriptions.refusal(picture.name, picture.model_input, error)
            ) from error
        single = hasattr(forward.predictions, "shape")
        predictions = as_array(forward.predictions)[0] if single else None
        activations = {
            path: _first_of_batch(as_array(tensor)) for path, tensor in forward.activations.items()
        }
        other_bytes = picture.shown.nbytes + picture.model_input.nbytes
        return Seen(picture, predictions, activations, other_bytes)

    def _seen(self) -> Seen[Picture]:
        self._check_open()
        image, layer = self.image, self.layer
        kept = self._activations.kept(image, layer)
        return kept or self._owner.call(lambda: self._activations.get(image, layer))

    def _layer_sizes(self) -> dict[str, int]:
        return {
            path: 4 * math.prod(size or 0 for size in info.output_shape[1:])
            for path, info in self._layers.items()
        }

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


def _model_input(activation_model: ActivationModel) -> ModelInput:
    inputs = model_inputs(activation_model.model)
    if inputs is None:
        return ModelInput(None)
    if not hasattr(inputs, "shape"):
        raise ValueError(
            f"The model {activation_model.model.name!r} takes several inputs; the explorer shows "
            "models of one picture input."
        )
    return ModelInput(
        tuple(inputs.shape[1:]), str(inputs.dtype), activation_model.leading_scaling()
    )


def _first_worth_showing(layers: tuple[LayerInfo, ...]) -> str:
    with_maps = [
        info
        for info in layers
        if feature_maps.has_feature_maps(info.output_shape[1:])
        and info.class_name not in _BEFORE_THE_FIRST
        and not info.class_name.startswith("Rand")
    ]
    return (with_maps or layers)[0].path


def _first_of_batch(array: np.ndarray) -> np.ndarray:
    first = array[0] if array.ndim else array
    # What is kept is handed out; nobody should change it unawares.
    first.flags.writeable = False
    return first
