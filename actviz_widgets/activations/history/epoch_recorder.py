"""What is recorded of a model while it trains: pictures, passes, and the epochs kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np

from ...model import backends
from ...model.activation_model import ActivationModel
from ...pictures.pictures import Picture, Preprocess
from ..cache import KeptPass
from ..declared_inputs import declared_inputs
from ..extraction import Extraction
from ..model_preprocessor import own_preprocessor
from ..refusals import in_bytes
from .kept_epochs import KeptEpochs
from .loaded_pictures import LoadedPictures


@dataclass(frozen=True)
class Epoch:
    """What is kept of one epoch.

    Attributes:
        kept_passes: What the layers put out, by picture.
        logs: Losses and metrics, by name.
    """

    kept_passes: tuple[KeptPass[Picture], ...]
    logs: Mapping[str, float] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, pictures aside."""
        return sum(kept_pass.nbytes - kept_pass.picture.nbytes for kept_pass in self.kept_passes)


class EpochRecorder:
    """Runs pictures through a model after each epoch, and keeps what its layers put out.

    Args:
        model: A built Keras model.
        images: The pictures; see `LoadedPictures`.
        preprocess: Makes model input of pixels.
        layers: Layer paths to keep; `None` for all.
        every: Keep every n-th epoch.
        memory_budget: Bytes of pictures and activations that may be kept.

    Attributes:
        model: The model.
        activation_model: The multi-output activation model of it.
        pictures: The pictures, read.
        extraction: The passes, and what is known of the layers.
        kept: What is kept of each epoch.

    Raises:
        TypeError: If `images` is nothing that can be pictures.
        ValueError: If a picture does not fit the model, or there is no such layer.
    """

    def __init__(
        self,
        model: Any,
        images: object,
        preprocess: Preprocess | None,
        layers: Sequence[str] | None,
        every: int,
        memory_budget: int,
    ) -> None:
        self.model = model
        self.activation_model = ActivationModel(model, layers)
        inputs = declared_inputs(self.activation_model)
        own = own_preprocessor(model)
        self.pictures = LoadedPictures(images, inputs, preprocess, memory_budget // 2, own)
        self.extraction = Extraction(self.activation_model, self.pictures, memory_budget)
        self._memory_budget = memory_budget
        self._room = memory_budget - self.pictures.nbytes
        self.kept: KeptEpochs[Epoch] = KeptEpochs(every, self._room)

    def record(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Keeps what the layers put out now.

        Args:
            epoch: Number of the epoch that has ended.
            logs: Losses and metrics, by name.

        Raises:
            ValueError: If not even two epochs would fit, which shows at the first one.
        """
        # Before the new ones are made, so that the old and the new stay within the budget together.
        self.kept.make_room(self.kept.newest_bytes)
        kept_passes: list[KeptPass[Picture]] = []
        size = 0
        for image in range(len(self.pictures)):
            # What it kept is of other weights, or of the picture before.
            self.extraction.activations.clear()
            one = self.extraction.get(image, next(iter(self.extraction.layers)))
            size += sum(one.sizes.values()) + one.other_bytes - one.picture.nbytes
            if not self.kept.epoch_count and 2 * size > self._room:
                raise ValueError(self._too_large(image + 1, size))
            kept_passes.append(_owned(one))
        self.extraction.activations.clear()
        numbers = {
            name: float(value) for name, value in logs.items() if isinstance(value, float | int)
        }
        self.kept.add(epoch, Epoch(tuple(kept_passes), numbers))

    def _too_large(self, count: int, size: int) -> str:
        layers = len(self.extraction.layers)
        of = "" if count == len(self.pictures) else f" of {len(self.pictures)}"
        return (
            f"Two epochs have to fit in memory_budget, {in_bytes(self._memory_budget)}, and what "
            f"{layers} layers put out for {count}{of} pictures takes {in_bytes(size)} an epoch, "
            f"beside {in_bytes(self.pictures.nbytes)} for the pictures. Give fewer pictures, name "
            "the layers to keep, or give a larger memory_budget."
        )


def _owned(kept_pass: KeptPass[Picture]) -> KeptPass[Picture]:
    """Gives arrays of their own, which neither keep larger ones alive nor change with any."""
    return replace(
        kept_pass,
        activations={
            path: backends.read_only(np.array(array))
            for path, array in kept_pass.activations.items()
        },
        predictions=keras.tree.map_structure(
            lambda array: None if array is None else backends.read_only(np.array(array)),
            kept_pass.predictions,
        ),
    )
