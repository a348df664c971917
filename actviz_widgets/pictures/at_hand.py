"""The pictures at hand, whether they are read when they are asked for or were read before."""

from __future__ import annotations

from typing import Protocol

from .labels import Labels
from .pictures import Picture


class PicturesAtHand(Protocol):
    """Pictures, or other inputs of a model, by their index."""

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each picture."""

    @property
    def labels(self) -> Labels:
        """The class of each picture, in step with `names`; `None` where it is not known."""

    @property
    def note(self) -> str:
        """In words, which of the pictures handed in these are; empty if all."""

    @property
    def takes_pictures(self) -> bool:
        """Whether pictures can be added."""

    def add(self, images: object, /) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Adds pictures behind those there are, which keep their index and their name.

        Returns:
            The names of those added; and a sentence for each that cannot be read.

        Raises:
            TypeError: If `images` is nothing that can be pictures.
            ValueError: If none can be added.
        """

    def first_readable(self) -> int:
        """Gives the index of the first picture that can be read.

        Raises:
            ValueError: If there is none; it names the first one.
        """

    def load(self, index: int, /) -> Picture:
        """Gives one picture, with the model input that was made of it.

        Raises:
            ValueError: If it cannot be read, or the model cannot take it. The message names it.
        """
