"""See what every layer of a trained Keras model does to a picture, one slider away."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import samples
    from .activations.history.activation_history import ActivationHistory
    from .explorer.explorer import ActivationExplorer
    from .figure.plots import plot_channel, plot_layer
    from .model.activation_model import ActivationModel, LayerInfo
    from .model.get_activations import get_activations

__version__ = "0.1.0"

__all__ = [
    "ActivationExplorer",
    "ActivationHistory",
    "ActivationModel",
    "LayerInfo",
    "get_activations",
    "plot_channel",
    "plot_layer",
    "samples",
]

# A module is loaded when a name of its own is first used: `import actviz_widgets` stays quick, and
# a script that only plots never loads Keras.
_MODULES = {
    "ActivationExplorer": "explorer.explorer",
    "ActivationHistory": "activations.history.activation_history",
    "ActivationModel": "model.activation_model",
    "LayerInfo": "model.activation_model",
    "get_activations": "model.get_activations",
    "plot_channel": "figure.plots",
    "plot_layer": "figure.plots",
}


def __getattr__(name: str) -> object:
    if name == "samples":
        return import_module(".samples", __name__)
    if name in _MODULES:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
