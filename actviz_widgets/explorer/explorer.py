"""ActivationExplorer: the public face of the explorer, over the presenter that does its work."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import ipywidgets as widgets
import numpy as np
import traitlets

from ..activations.cache import MEMORY_BUDGET
from ..activations.history.activation_history import ActivationHistory
from ..activations.preprocessing_comparison import (
    PreprocessingComparison,
    compared_preprocessing,
    known_classes,
)
from ..figure import saving
from ..model.activation_model import ActivationModel, LayerInfo
from ..pictures.pictures import Preprocess
from ..widgets.owner_thread import OwnerThread
from .chosen import Chosen
from .opening import opened
from .presenter import Presenter

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

_CLOSED = "This explorer was closed. Make a new ActivationExplorer."


class ActivationExplorer(widgets.VBox, Chosen):  # type: ignore[misc]  # ipywidgets is untyped
    """Shows what each layer of a Keras model makes of a picture, one slider away.

    A widget to display, nest in others, and link: controls and an interactive matplotlib figure.
    Each control is a trait of the same name, in step with it: `view`, `image`, `layer`, `channel`,
    and those of `Selection` and `Appearance`. Each picture goes through the model once; moving
    between layers and channels of it costs no further pass.

    The views: `"channel"` shows one feature map with its histogram, `"layer"` those of all
    channels, `"overlay"` one over the picture where it truly lies, `"compare"` two on one colour
    scale with their difference, `"network"` a strip for each layer, and `"why"` what speaks for a
    class: Grad-CAM (Selvaraju et al., 2017) and gradient times activation (Shrikumar et al., 2016).
    The mouse over a map frames the receptive field of that position on the picture.

    Opened on an `ActivationHistory`, it shows what was kept of a training up to then, and has one
    more control and trait, `epoch`, which begins at the newest. That costs no pass at all.

    Args:
        model: A built Keras model, or the path of a `.keras` or `.h5` file. It is not changed. Or
            an `ActivationHistory` that has been through `fit`: `images`, `preprocess` and `labels`
            are its own then, and `memory_budget` bounds nothing more.
        images: One picture or many: an array `(height, width, channels)` or
            `(count, height, width, channels)`, a path, a PIL image, a list or `{name: picture}` of
            these, a folder, a pattern such as `"photos/*.jpg"`, or training data, of which the
            first 100 are taken: a `tf.data.Dataset`, a `keras.utils.PyDataset`, data by index, an
            iterator of batches, or arrays `(pictures, labels)`. Floats of the model's input shape
            go in untouched, or through `preprocess`; all else as pixels of 0 to 255, resized as
            Keras does it in training (bilinear, without smoothing). For a model of other inputs, or
            of several: an array with the batch axis, or a list or dict of them in the structure the
            model declares, which go in as they are; for a task of KerasHub also texts.
        preprocess: Makes model input of pixels: called with a float32 array
            `(1, height, width, channels)` of 0 to 255. Defaults to `None`: the model's own
            `preprocessor` is used, as in `predict`, where it has one; else pixels are divided by
            255, unless the model scales them itself before its first kernel.
        class_names: A name per class, in the order of the labels; two for a model with one output
            unit. Defaults to `None`: those of the training data, or `class 0`, `class 1`, ...
        layers: Layer paths to offer. Defaults to `None`, every layer call.
        cmap: A matplotlib colour map or the name of one, for the feature map.
        memory_budget: Bytes of pictures and activations that may be kept. Layers of one picture
            that do not fit are computed in parts, as they are looked at. Defaults to 256 MiB.
        labels: The class of each picture. Defaults to `None`: those of the dataset, the subfolders
            of the folder, or for the order by class contrast the classes that the model predicts.
        compare_with: A second model, or checkpoint of the same architecture, for the compare view:
            a Keras model, or the path of a `.keras`, `.h5` or `.weights.h5` file. Defaults to
            `None`: two pictures, or two epochs of a history, are compared.

    Raises:
        TypeError: If `model` is not a Keras model, or `images` nothing that can be pictures,
            missing, or given beside a history.
        ValueError: If the model is not built or the history empty, a picture cannot be read or does
            not fit the model, `preprocess` fails, `class_names` or `labels` have the wrong length,
            the second model takes other inputs, or there is no such layer or colour map.

    Example:
    ```python
    explorer = ActivationExplorer(model, "photos/", class_names=["cat", "dog"])
    explorer.layer, explorer.channel = "conv2d_3", 17
    explorer.feature_map  # (34, 34)
    explorer.view = "why"  # Grad-CAM for the predicted class, at that layer
    ```
    """

    # There is none before the first widget is made, and none once the explorer was closed.
    _presenter: Presenter | None = None

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
        owner = OwnerThread()
        # All that can be wrong with what was handed in shows before the first widget is made.
        on = opened(
            model,
            images,
            preprocess=preprocess,
            class_names=class_names,
            layers=layers,
            cmap=cmap,
            memory_budget=memory_budget,
            labels=labels,
            compare_with=compare_with,
        )
        super().__init__(layout=widgets.Layout(width="100%", max_width="1000px"))
        self.add_class("actviz-explorer")
        on.choose_first(self)
        self._presenter = Presenter(self, on, owner)
        self.children = self._presenter.widgets

    # ------------------------------------------------------------------------------------- state

    @property
    def activation_model(self) -> ActivationModel:
        """The multi-output activation model that the activations come from."""
        return self._open().opened.explored.activation_model

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the pictures."""
        return self._open().opened.explored.images

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layer calls to choose from, in the order in which they run."""
        return tuple(self._open().source.layers.values())

    @property
    def activation(self) -> np.ndarray:
        """What the chosen layer puts out for the chosen picture, without batch axis.

        Raises:
            ValueError: If it takes more bytes than `memory_budget`, or the model does not call the
                layer for this picture.
        """
        selected = self._open().selected()
        if selected.activation is None:
            raise ValueError(selected.why_not())
        return selected.activation

    @property
    def feature_map(self) -> np.ndarray:
        """The array on display, `(height, width)`.

        Of a dense layer its units, folded into rows where they are many; of a series all of it,
        `(time, channels)`.

        Raises:
            ValueError: If the layer puts out texts, or nothing that is a map.
        """
        return self._open().selected().feature_map

    @property
    def predictions(self) -> Any:
        """The model's output for the chosen picture, an array without batch axis.

        Of a model with several outputs they come in the structure that it gives them in.

        Raises:
            ValueError: If it takes more bytes than `memory_budget`.
        """
        predictions = self._open().selected().kept_pass.predictions
        if predictions is None:
            raise ValueError(
                "The model's output for one picture takes more than memory_budget allows to keep. "
                "Give a larger memory_budget."
            )
        return predictions

    @property
    def figure(self) -> Figure:
        """The matplotlib figure, up to date with the traits."""
        return self._open().figure()

    def __repr__(self) -> str:
        if self._presenter is None:
            return "ActivationExplorer(closed)"
        explored = self._presenter.opened.explored
        epoch = f", epoch={self.epoch}" if explored.epoch_lines else ""
        return (
            f"ActivationExplorer({explored.activation_model.model.name!r}, image={self.image}, "
            f"layer={self.layer!r}, channel={self.channel}{epoch})"
        )

    @property
    def dead_channels(self) -> tuple[int, ...]:
        """The channels of the chosen layer that are zero on every picture.

        The model is run for the pictures that it has not seen.
        """
        presenter = self._open()
        return presenter.call(presenter.order.dead)

    @property
    def saturated_channels(self) -> tuple[int, ...]:
        """The channels of the chosen layer that lie at a bound of its activation function.

        See `ChannelStatistics`; the model is run for the pictures that it has not seen.
        """
        presenter = self._open()
        return presenter.call(presenter.order.saturated)

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
        presenter = self._open()
        return presenter.call(lambda: presenter.add_images(images))

    def compare_preprocessing(
        self, labels: Sequence[Hashable | None] | None = None
    ) -> PreprocessingComparison:
        """Compares the usual ways of preprocessing on the pictures at hand, for a classifier.

        Pixels of 0 to 255, 0 to 1 and -1 to 1, less the means of caffe, and by mean and standard
        deviation of ImageNet, the colours in either order, for the first 32 pictures.

        Args:
            labels: The class of each picture, a number or one of `class_names`; `None` for one that
                is not known. Defaults to `None`, those of the pictures.

        Returns:
            A table: for each way how often the model is right where the classes are known, how
            sure it is, and how much of its first layers is saturated.

        Raises:
            TypeError: If `labels` is no list of numbers or names.
            ValueError: If the model is not known to be a classifier of pictures, there are not as
                many labels as pictures, or the pixels of the pictures are not known.
        """
        presenter = self._open()
        explored = presenter.opened.explored
        known = known_classes(explored, labels)
        return presenter.call(lambda: compared_preprocessing(explored, known))

    def step(self, over: str, steps: int = 1) -> None:
        """Goes on by some channels, in their order, or by some layers or pictures.

        Args:
            over: `"channel"`, `"layer"` or `"image"`.
            steps: How many; back if negative. At the last one it stays.

        Raises:
            TypeError: If `steps` is no whole number.
            ValueError: If there is no such thing to step through.
        """
        self._open().step(over, steps, around=False)

    def code(self) -> str:
        """Gives Python code that recreates this view, of the same model and images."""
        return self._open().code()

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
        presenter = self._open()
        presenter.catch_up()
        presenter.call(lambda: presenter.screen.zoom(axes, x_limits, y_limits))

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
        presenter = self._open()
        presenter.call(
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
        saving.save_array(self.feature_map, path)

    def close(self) -> None:
        """Gives everything back: figure, canvas, widgets, and the arrays kept."""
        presenter = self._presenter
        if presenter is None:
            return
        self._presenter = None
        self.unobserve_all()
        self.set_trait("children", ())
        presenter.close()
        self.layout.close()
        super().close()
        self.offer(0, {})
        # ipywidgets leaves None there, which a notebook that displays it would call.
        self._repr_mimebundle_ = self._closed_bundle  # type: ignore[method-assign]
        self.end_choice(_CLOSED)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------- in a notebook

    def _open(self) -> Presenter:
        if self._presenter is None:
            raise RuntimeError(_CLOSED)
        return self._presenter

    @traitlets.validate("position")
    def _check_position(self, proposal: dict[str, Any]) -> Any:
        if self._presenter is not None:
            self._presenter.pointer.check(proposal["value"])
        return proposal["value"]

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        presenter = self._open()
        # What a page without a kernel shows of the explorer.
        bundle["image/png"] = presenter.call(presenter.png)
        return bundle

    def _closed_bundle(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(self)}
