"""The activations that were kept of one epoch, given as `Extraction` gives those of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...feature_maps.layout import Layout
from ...feature_maps.layout_of import layout_of
from ...feature_maps.layouts import Value
from ...model.activation_model import ActivationModel, LayerInfo
from ...model.input_dependence import Dependence
from ...pictures.pictures import Picture
from ..cache import KeptPass


class EpochActivations:
    """What is kept of each picture, under the names that `Activations` has for it.

    Args:
        kept_passes: By index of the picture. All of it is kept, so nothing is ever computed.
        memory_budget: Bytes that the epochs may take together.
    """

    def __init__(self, kept_passes: Sequence[KeptPass[Picture]], memory_budget: int) -> None:
        self._kept_passes = tuple(kept_passes)
        self.memory_budget = memory_budget

    def get(self, picture: int) -> KeptPass[Picture]:
        """Gives what is known of a picture."""
        return self._kept_passes[picture]

    def kept(self, picture: int, layer_path: str) -> KeptPass[Picture] | None:
        """Gives what is kept of a picture, if `layer_path` is, from any thread."""
        kept_pass = self._kept_passes[picture]
        return kept_pass if layer_path in kept_pass.activations else None

    def pictures_with(self, layer_path: str) -> tuple[int, ...]:
        """Gives the pictures of which the activation of a layer is kept."""
        return tuple(
            picture
            for picture, kept_pass in enumerate(self._kept_passes)
            if layer_path in kept_pass.activations
        )

    def part_count(self, _: KeptPass[Picture]) -> int:
        """Gives 1: all layers of a picture are kept together."""
        return 1


class EpochExtraction:
    """Gives what each layer put out for a picture at one epoch, without running the model.

    Args:
        activation_model: The model that the activations came from.
        layers: The layers kept, by path.
        layouts: How each of their activations is laid out, by path.
        kept_passes: What is kept of each picture.
        memory_budget: Bytes that the epochs may take together.

    Attributes:
        runs_model: `False`: the weights of then are gone.
        first_image: Index of the picture to begin with.
        activations: What is kept of each picture.
    """

    runs_model = False
    first_image = 0

    def __init__(
        self,
        activation_model: ActivationModel,
        layers: dict[str, LayerInfo],
        layouts: dict[str, Layout],
        kept_passes: Sequence[KeptPass[Picture]],
        memory_budget: int,
    ) -> None:
        self._model = activation_model
        self.layers = layers
        self.layouts = layouts
        self.activations = EpochActivations(
            [_of_layers(kept_pass, layers) for kept_pass in kept_passes], memory_budget
        )

    def get(self, image: int, _: str) -> KeptPass[Picture]:
        """Gives what is known of a picture, each layer's activation included."""
        return self.activations.get(image)

    def glance(self, image: int, _: str) -> KeptPass[Picture]:
        """Gives what is known of a picture, as `get` does: nothing is let go of here."""
        return self.activations.get(image)

    def layout(self, kept_pass: KeptPass[Picture], layer_path: str) -> Layout:
        """Gives how a layer's activation is laid out for this very picture."""
        activation = kept_pass.activations.get(layer_path)
        if activation is None:
            return Value(())
        return layout_of(activation.shape, self._model.role(layer_path), activation.dtype)

    def dependence(self, layer_path: str) -> Dependence:
        """Gives which inputs of the model reach a layer call."""
        return self._model.dependence(layer_path)

    def shape(self, _: KeptPass[Picture], layer_path: str) -> tuple[int | None, ...]:
        """Gives the shape of a layer's activation."""
        return self.layers[layer_path].activation_shape


def _of_layers(kept_pass: KeptPass[Picture], layers: Mapping[str, LayerInfo]) -> KeptPass[Picture]:
    activations = {
        path: kept_pass.activations[path] for path in layers if path in kept_pass.activations
    }
    return replace(
        kept_pass, activations=activations, not_called=frozenset(layers) - set(activations)
    )
