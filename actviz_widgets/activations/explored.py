"""What an explorer is opened on: a model as it is now, or what was kept of its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model.activation_model import ActivationModel
from ..model.outputs import Output
from ..model.predictions import class_count
from ..pictures.at_hand import PicturesAtHand
from ..pictures.labels import Labels
from ..pictures.pictures import Pictures, Preprocess
from .declared_inputs import declared_inputs
from .extraction import Extraction
from .model_preprocessor import own_preprocessor
from .shared_budget import Share
from .source import ActivationSource


@dataclass(frozen=True)
class Explored:
    """What an explorer is opened on.

    Attributes:
        activation_model: The model.
        pictures: The pictures.
        by_epoch: Where the activations come from, by epoch in their order. Of a model as it is now
            there is one, 0.
        epoch_lines: What to say of each epoch; empty for a model as it is now.
        class_names: A name per class, if they have names: those given, else what the training data
            that the pictures are of calls them, where it names as many as the model has.
    """

    activation_model: ActivationModel
    pictures: PicturesAtHand
    by_epoch: Mapping[int, ActivationSource]
    epoch_lines: Mapping[int, str] = field(default_factory=dict)
    class_names: Sequence[str] | None = None

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What the model's outputs are, as far as it is known now."""
        return self.activation_model.described_outputs(has_names=self.class_names is not None)

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the pictures there are now."""
        return self.pictures.names

    @property
    def labels(self) -> Labels:
        """The class of each picture there is now, a number or a name; `None` where not known."""
        return self.pictures.labels

    @property
    def note(self) -> str:
        """In words, which of the pictures handed in these are; empty if all."""
        return self.pictures.note

    @property
    def takes_pictures(self) -> bool:
        """Whether pictures can be added: to a model that takes one picture, as it is now."""
        return self.pictures.takes_pictures

    def add_pictures(self, images: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Adds pictures behind those there are, which keep their index and their name.

        Args:
            images: Of any kind that can be handed in, or the bytes of files, `{name: bytes}`.

        Returns:
            The names of those added; and a sentence for each that cannot be read.

        Raises:
            TypeError: If `images` is nothing that can be pictures.
            ValueError: If the model takes no picture or several inputs, or this is the history of
                a training.
        """
        return self.pictures.add(images)


def explored_model(
    model: Any,
    images: object,
    preprocess: Preprocess | None,
    layers: Sequence[str] | None,
    memory_budget: int,
    labels: object = None,
    share: Share | None = None,
) -> Explored:
    """Gives a model as it is now, and pictures to look at it with.

    Args:
        model: A built Keras model, or the path of one.
        images: The pictures; see `Pictures`.
        preprocess: Makes model input of pixels.
        layers: Layer paths to offer; `None` for all.
        memory_budget: Bytes of pictures and activations that may be kept.
        labels: The class of each picture, a number or a name. Defaults to `None`: those of a
            dataset, or the names of the folders in a folder.
        share: What the explorer keeps beside others. Defaults to `None`: one of its own.

    Raises:
        TypeError: If `model` is not a Keras model, `images` nothing that can be pictures, or
            `labels` no list of numbers or names.
        ValueError: If the model is not built, a picture cannot be read or does not fit it, there is
            no such layer, or there are not as many labels as pictures.
    """
    activation_model = ActivationModel(model, layers)
    if images is None:
        raise TypeError(
            "There are no pictures to show: images is missing. Give a file, a folder, an array or "
            "a list of these, as in ActivationExplorer(model, 'photos/')."
        )
    inputs = declared_inputs(activation_model)
    pictures = Pictures(
        images,
        inputs,
        preprocess,
        most_bytes=memory_budget // 2,
        labels=labels,
        own=own_preprocessor(activation_model.model),
    )
    extraction = Extraction(activation_model, pictures, memory_budget, share)
    names = fitting_names(pictures.class_names, activation_model)
    return Explored(activation_model, pictures, {0: extraction}, class_names=names)


def fitting_names(names: Sequence[str], activation_model: ActivationModel) -> Sequence[str] | None:
    """Gives the names that came with the pictures where they are those of the model's classes.

    Args:
        names: What the data calls its classes; empty if it does not.
        activation_model: The model.

    Returns:
        `None` where the model has not as many, or is known to put out no classes.
    """
    outputs = activation_model.described_outputs()
    if not outputs:
        return names if len(names) == class_count(activation_model.prediction_shape) else None
    may_be = len(outputs) == 1 and outputs[0].kind != "numbers"
    return names if may_be and len(names) == outputs[0].class_count else None
