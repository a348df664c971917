"""What an explorer is opened on: a model as it is now, or what was kept of its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .activation_model import ActivationModel
from .declared_inputs import declared_inputs
from .epoch_extraction import EpochExtraction
from .extraction import Extraction
from .pictures import Pictures, Preprocess


@dataclass(frozen=True)
class Subject:
    """What an explorer is opened on.

    Attributes:
        activation_model: The model.
        images: The names of the pictures.
        note: In words, which of the pictures handed in these are; empty if all.
        by_epoch: Where the activations come from, by epoch in their order. Of a model as it is now
            there is one, 0.
        epoch_lines: What to say of each epoch; empty for a model as it is now.
    """

    activation_model: ActivationModel
    images: tuple[str, ...]
    note: str
    by_epoch: Mapping[int, Extraction | EpochExtraction]
    epoch_lines: Mapping[int, str] = field(default_factory=dict)


def subject_of_model(
    model: Any,
    images: object,
    preprocess: Preprocess | None,
    layers: Sequence[str] | None,
    memory_budget: int,
) -> Subject:
    """Gives a model as it is now, and pictures to look at it with.

    Raises:
        TypeError: If `model` is not a Keras model, or `images` nothing that can be pictures.
        ValueError: If the model is not built, a picture cannot be read or does not fit it, or there
            is no such layer.
    """
    activation_model = ActivationModel(model, layers)
    if images is None:
        raise TypeError(
            "There are no pictures to show: images is missing. Give a file, a folder, an array or "
            "a list of these, as in ActivationExplorer(model, 'photos/')."
        )
    inputs = declared_inputs(activation_model)
    pictures = Pictures(images, inputs, preprocess, most_bytes=memory_budget // 2)
    extraction = Extraction(activation_model, pictures, memory_budget)
    return Subject(activation_model, pictures.names, pictures.note, {0: extraction})
