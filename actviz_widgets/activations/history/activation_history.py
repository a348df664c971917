"""ActivationHistory: a callback that keeps what the layers put out while a model learns."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from ...model import backends
from ...model.activation_model import LayerInfo
from ...model.layer_paths import checked_paths
from ...pictures.pictures import Picture, Preprocess
from ..cache import MEMORY_BUDGET, KeptPass, checked_budget
from ..explored import Explored, fitting_names
from ..refusals import epoch_line, in_bytes
from .epoch_extraction import EpochExtraction
from .epoch_recorder import EpochRecorder


class ActivationHistory(keras.callbacks.Callback):  # type: ignore[misc]  # keras is untyped
    """Keeps what the layers of a model put out for some pictures, epoch by epoch, while it trains.

    Give it to `fit`, and the history to `ActivationExplorer`, which then has the epoch as one more
    control. Epoch 0 is the network before training; epoch n is what it was after n epochs. After
    each, every picture goes through the model once, in inference mode. Training does not notice:
    weights, optimizer, metrics, losses and random state are those of a training without it.

    A second `fit` with the same history goes on counting. A model that is built only by its first
    batch has no epoch 0. Where `fit` is given an `initial_epoch`, that is the first one.

    Args:
        images: One picture or many, of any kind that `ActivationExplorer` takes. They are read
            once, when training begins; files of a folder that cannot be read are left out. Of a
            `tf.data.Dataset` the first 100 are taken; one that shuffles is moved on by that, so for
            a training that can be repeated take pictures that are no part of its shuffling.
        preprocess: Makes model input of pixels, as for `ActivationExplorer`. Defaults to `None`:
            pixels are divided by 255, unless the model begins with a layer that scales them.
        layers: Layer paths to keep. Defaults to `None`, every layer call.
        every: Keep every n-th epoch, beside the first and the newest. Defaults to 1, all.
        memory_budget: Bytes of pictures and activations that may be kept. When it is full, every
            other epoch of those kept is let go of, the first and the newest aside, and from then on
            half as many are kept; what is left out is counted. Defaults to 256 MiB.

    Raises:
        TypeError: If `images` is `None`, or `every` or `memory_budget` is no whole number.
        ValueError: If `every` or `memory_budget` is less than 1. What is wrong with pictures and
            layers shows when `fit` begins, before the first batch: a `TypeError` or `ValueError`
            if a picture cannot go into the model, there is no such layer, or two epochs take more
            than `memory_budget`. For a model that its first batch builds, after the first epoch.

    Example:
    ```python
    history = ActivationHistory(x_test[:5])
    model.fit(x_train, y_train, epochs=30, callbacks=[history])
    history.activations(epoch=10)["conv2d"].shape  # (26, 26, 32)
    ActivationExplorer(history)
    ```
    """

    def __init__(
        self,
        images: object,
        *,
        preprocess: Preprocess | None = None,
        layers: Sequence[str] | None = None,
        every: int = 1,
        memory_budget: int = MEMORY_BUDGET,
    ) -> None:
        super().__init__()
        if images is None:
            raise TypeError(
                "images is None; a picture or several are wanted: a file, a folder, an array or a "
                "list of these."
            )
        self._images: object = images
        self._preprocess = preprocess
        self._layers = layers
        self._every = _checked_every(every)
        self._memory_budget = checked_budget(memory_budget)
        self._recorder: EpochRecorder | None = None
        self._newest = 0
        # What is added to Keras's number of an epoch, which begins anew with each `fit`.
        self._shift: int | None = None

    # ---------------------------------------------------------------------------------- training

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Checks that it is the same model as before."""
        self._shift = None
        if self._recorder is not None and self._recorder.model is not self.model:
            raise ValueError(
                f"This history is of the training of another model, {self._recorder.model.name!r}. "
                "Make a new ActivationHistory for each model."
            )

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Keeps the network as it is before its first epoch."""
        if self._shift is None:
            self._shift = max(self._newest - epoch, 0)
            if self._recorder is None and _is_built(self.model):
                self._record(epoch, {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keeps the network as it is after an epoch."""
        self._record(epoch + 1 + (self._shift or 0), logs or {})

    def _record(self, epoch: int, logs: Mapping[str, Any]) -> None:
        # Asked for anew each time: with JAX, it is this that brings the weights up to date.
        model = self.model
        recorder = self._recorder
        if recorder is None:
            recorder = EpochRecorder(
                model,
                self._images,
                self._preprocess,
                self._layers,
                self._every,
                self._memory_budget,
            )
        recorder.record(epoch, logs)
        self._recorder, self._newest = recorder, epoch
        self._images = None  # they are read by now

    # ------------------------------------------------------------------------------ what was kept

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that are kept, in their order; empty before training."""
        return () if self._recorder is None else tuple(self._recorder.kept.entries)

    @property
    def left_out(self) -> int:
        """How many epochs there were that are not kept."""
        return 0 if self._recorder is None else self._recorder.kept.epoch_count - len(self.epochs)

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the pictures."""
        return self._filled().pictures.names

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layer calls that are kept, in the order in which they run."""
        return tuple(self._filled().extraction.layers.values())

    @property
    def nbytes(self) -> int:
        """Bytes of pictures and activations that are kept now."""
        if self._recorder is None:
            return 0
        return self._recorder.pictures.nbytes + self._recorder.kept.nbytes

    def activations(self, epoch: int, image: int = 0) -> dict[str, np.ndarray]:
        """Gives what the layers put out for a picture at an epoch.

        Args:
            epoch: One of `epochs`.
            image: Index of the picture.

        Returns:
            `{layer path: activation}`, read-only arrays without batch axis, such as
            `(height, width, channels)`.

        Raises:
            ValueError: If there is no such epoch or picture.
        """
        return dict(self._kept_pass(epoch, image).activations)

    def predictions(self, epoch: int, image: int = 0) -> Any:
        """Gives the model's output for a picture at an epoch, without batch axis.

        Args:
            epoch: One of `epochs`.
            image: Index of the picture.

        Raises:
            ValueError: If there is no such epoch or picture.
        """
        return self._kept_pass(epoch, image).predictions

    def subject(self, layers: Sequence[str] | None = None) -> Explored:
        """Gives what is kept now in the way that an explorer shows it.

        Args:
            layers: Layer paths to offer. Defaults to `None`, all that are kept.

        Raises:
            ValueError: If nothing is kept yet, or a layer is not.
        """
        recorder = self._filled()
        extraction, kept = recorder.extraction, recorder.kept
        paths = tuple(extraction.layers)
        if layers is not None:
            paths = checked_paths(layers, paths, "history")
        of_each = {path: extraction.layers[path] for path in paths}
        layouts = {path: extraction.layouts[path] for path in paths}
        return Explored(
            recorder.activation_model,
            recorder.pictures,
            {
                number: EpochExtraction(
                    recorder.activation_model,
                    of_each,
                    layouts,
                    epoch.kept_passes,
                    self._memory_budget,
                )
                for number, epoch in kept.entries.items()
            },
            {
                number: epoch_line(number, self._newest, epoch.logs, kept.in_words())
                for number, epoch in kept.entries.items()
            },
            fitting_names(recorder.pictures.class_names, recorder.activation_model),
        )

    def __repr__(self) -> str:
        if self._recorder is None:
            return "ActivationHistory(empty)"
        left_out = f", {self.left_out} left out" if self.left_out else ""
        return (
            f"ActivationHistory({self._recorder.model.name!r}, {len(self.epochs)} epochs"
            f"{left_out}, {len(self.images)} pictures, {len(self.layers)} layers, "
            f"{in_bytes(self.nbytes)})"
        )

    def _filled(self) -> EpochRecorder:
        if self._recorder is None:
            raise ValueError(
                "This history is empty: it fills while a model trains. Give it to fit first, as in "
                "model.fit(x, y, epochs=10, callbacks=[history])."
            )
        return self._recorder

    def _kept_pass(self, epoch: int, image: int) -> KeptPass[Picture]:
        recorder = self._filled()
        entries, count = recorder.kept.entries, len(recorder.pictures)
        if epoch not in entries:
            kept = ", ".join(map(str, entries))
            raise ValueError(f"Epoch {epoch} is not kept. Choose one of these: {kept}.")
        if not 0 <= image < count:
            raise ValueError(f"There is no picture {image}; choose 0 to {count - 1}.")
        return entries[epoch].kept_passes[image]


def _is_built(model: Any) -> bool:
    return bool(model.built) and not (backends.is_sequential(model) and not model.inputs)


def _checked_every(every: Any) -> int:
    try:
        if isinstance(every, bool):
            raise TypeError
        number = operator.index(every)
    except TypeError:
        raise TypeError(f"every is {every!r}; a number of epochs is wanted, such as 5.") from None
    if number < 1:
        raise ValueError(f"every is {number}; 1 or more is wanted, and 1 keeps all epochs.")
    return number
