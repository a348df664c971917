"""Where activations come from: a model that is run now, or what was kept of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..feature_maps.layout import Layout
from ..model.activation_model import LayerInfo
from ..model.input_dependence import Dependence
from ..pictures.pictures import Picture
from .cache import KeptPass


class KeptActivations(Protocol):
    """What a source keeps of the pictures."""

    @property
    def memory_budget(self) -> int:
        """Bytes that may be kept."""

    def kept(self, picture: int, layer_path: str, /) -> KeptPass[Picture] | None:
        """Gives what is kept of a picture, if `layer_path` is, from any thread."""

    def pictures_with(self, layer_path: str, /) -> tuple[int, ...]:
        """Gives the pictures of which the activation of a layer is kept."""

    def part_count(self, kept_pass: KeptPass[Picture], /) -> int:
        """Counts the passes that all layers of a picture take."""


class ActivationSource(Protocol):
    """Gives what each layer puts out for a picture, whichever way it is come by."""

    @property
    def runs_model(self) -> bool:
        """Whether the activations are those of the model as it is now, which is run for them.

        Where not, what was not kept cannot be asked for, such as what speaks for a class.
        """

    @property
    def first_image(self) -> int:
        """Index of the picture to begin with."""

    @property
    def layers(self) -> Mapping[str, LayerInfo]:
        """The layers there are, by path."""

    @property
    def layouts(self) -> dict[str, Layout]:
        """How the activation of each layer is laid out, by path, as far as it is known by now.

        Whoever learns more of a layer from a picture writes it down here.
        """

    @property
    def activations(self) -> KeptActivations:
        """What is kept of the pictures."""

    def get(self, image: int, layer_path: str, /) -> KeptPass[Picture]:
        """Gives what is known of a picture, the layer's activation included where it fits.

        Raises:
            ValueError: If the picture cannot be read, or the model cannot take it.
        """

    def glance(self, image: int, layer_path: str, /) -> KeptPass[Picture] | None:
        """Gives what is known of a picture, the layer included, and lets go of nothing for it.

        Returns:
            `None` if the layer's activation is larger than may be kept. Of a layer that the model
            does not call for the picture there is no activation.

        Raises:
            ValueError: If the picture cannot be read, or the model cannot take it.
        """

    def layout(self, kept_pass: KeptPass[Picture], layer_path: str, /) -> Layout:
        """Gives how a layer's activation is laid out for this very picture."""

    def dependence(self, layer_path: str, /) -> Dependence:
        """Gives which inputs of the model reach a layer call."""

    def shape(self, kept_pass: KeptPass[Picture], layer_path: str, /) -> tuple[int | None, ...]:
        """Gives the shape of a layer's activation for a picture, whether it is kept or not."""
