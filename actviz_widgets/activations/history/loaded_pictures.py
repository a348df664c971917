"""Pictures that are read once and kept, for passes that come again."""

from __future__ import annotations

from collections.abc import Hashable

from ...pictures.labels import Labels
from ...pictures.model_input import Inputs
from ...pictures.own_preprocessor import OwnPreprocessor
from ...pictures.pictures import Picture, Pictures
from ...pictures.preprocessing import Preprocess
from ..refusals import in_bytes


class LoadedPictures:
    """All the pictures that a user handed in, with the model input made of each.

    Files of a folder that cannot be read are left out; `note` says so.

    Args:
        images: See `Pictures`.
        inputs: See `Pictures`.
        preprocess: See `Pictures`; called once for each picture.
        most_bytes: Bytes that the pictures and model inputs may take.
        own: What the model itself makes its input with. Defaults to `None`, nothing.

    Attributes:
        names: What to call each picture.
        class_names: What training data calls the classes, by number; empty if it does not.
        note: In words, which of the pictures handed in these are; empty if all.

    Raises:
        TypeError: If `images` or one of them is nothing that can be such an input.
        ValueError: If no picture can be read, one does not fit the model, or they take more than
            `most_bytes`.
    """

    def __init__(
        self,
        images: object,
        inputs: Inputs,
        preprocess: Preprocess | None,
        most_bytes: int,
        own: OwnPreprocessor | None = None,
    ) -> None:
        given = Pictures(images, inputs, preprocess, most_bytes=most_bytes, own=own)
        given.first_readable()  # raises if there is none
        self._loaded: list[Picture] = []
        labels: list[Hashable | None] = []
        for index in range(len(given)):
            if not _can_be_read(given, index):
                continue
            self._loaded.append(given.load(index))
            labels.append(given.labels[index])
            if self.nbytes > most_bytes:
                raise ValueError(
                    f"There are {len(given)} pictures, and {len(self._loaded)} of them "
                    f"take {in_bytes(self.nbytes)} already, more than half of memory_budget. Give "
                    "fewer pictures, or a larger memory_budget."
                )
        unreadable = len(given) - len(self._loaded)
        self.names = tuple(picture.name for picture in self._loaded)
        self._labels = tuple(labels)
        self.class_names = given.class_names
        self.note = given.note
        if unreadable:
            self.note = f"{self.note or 'the pictures'}, without {unreadable} that cannot be read"

    @property
    def nbytes(self) -> int:
        """Bytes that the pictures and model inputs take."""
        return sum(picture.nbytes for picture in self._loaded)

    @property
    def labels(self) -> Labels:
        """The class of each picture, in step with `names`; `None` where it is not known."""
        return self._labels

    @property
    def takes_pictures(self) -> bool:
        """Whether pictures can be added: no, what they led to before was not kept."""
        return False

    def __len__(self) -> int:
        return len(self._loaded)

    def add(self, images: object) -> tuple[tuple[str, ...], tuple[str, ...]]:  # noqa: ARG002
        """Raises a `ValueError`, see `takes_pictures`."""
        raise ValueError(
            "No pictures can be added to a history of a training: what the layers put out for them "
            "in its epochs was not kept. Give all pictures to ActivationHistory before fit."
        )

    def first_readable(self) -> int:
        """Gives 0: those that cannot be read are left out."""
        return 0

    def load(self, index: int) -> Picture:
        """Gives one picture."""
        return self._loaded[index]


def _can_be_read(given: Pictures, index: int) -> bool:
    try:
        given.check_file(index)
    except ValueError:
        return False
    return True
