"""One forward pass of a Keras model that keeps what every layer call puts out.

Keras connects the inner layers of a nested model to nothing outside it, and a subclassed model has
no graph at all, so there is no set of output tensors to ask for. What all models share is that each
of their layers is called. So the model is simply run, and while it runs every layer call on this
thread is written down. Nested, shared and subclassed layers need nothing of their own, and the
user's model is not touched: neither copied nor renamed, compiled or rewired.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from .layer_calls import LayerCall, LayerInfo, Recording, listening, open_batch, state_kept
from .layer_paths import unknown_layer_sentence

__all__ = ["ActivationModel", "ForwardPass", "LayerInfo", "get_activations"]


class ForwardPass(NamedTuple):
    """What one pass gave.

    Attributes:
        predictions: The output of the model: a single one as it is, several in the structure the
            model returns them in.
        activations: The tensor that each layer call put out, by layer path, in the order in which
            the calls ended; batch axis first.
    """

    predictions: Any
    activations: dict[str, Any]


@keras.saving.register_keras_serializable(package="actviz_widgets")
class ActivationModel(keras.Model):  # type: ignore[misc]  # keras.Model is untyped
    """The multi-output activation model: every layer's activation from one forward pass.

    `activation_model(x)` and `activation_model.predict(x)` give `{layer path: activation}`, each
    activation with the batch axis first. The layers run in inference mode. The weights are those
    of `model` itself, not copies: train `model` further, and the activations follow.

    Args:
        model: A built Keras model.
        layers: Layer paths to give activations of. Defaults to `None`, every layer call.

    Raises:
        TypeError: If `model` is not a Keras model.
        ValueError: If `model` is not built, or has no layer of a path in `layers`.

    Example:
    ```python
    activations = ActivationModel(model)(pictures)
    activations["conv2d_1"].shape  # (batch_size, 148, 148, 32)
    ```
    """

    def __init__(
        self, model: keras.Model, layers: Sequence[str] | None = None, **kwargs: Any
    ) -> None:
        _check_model(model)
        super().__init__(**kwargs)
        # Inputs reach the user's model as they were given: what dtype they should have is its own
        # to say. Keras's functional models do the same.
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self.model = model
        self._calls: tuple[LayerCall, ...] | None = None
        self._chosen: tuple[str, ...] | None = None
        self._prediction_shape: tuple[int | None, ...] | None = None
        self.built = True
        if model_inputs(model) is not None:
            self.compute_output_spec(model_inputs(model))
        if layers is not None:
            self._chosen = self._check_paths([layers] if isinstance(layers, str) else layers)

    @property
    def captured(self) -> tuple[LayerInfo, ...]:
        """The layer calls whose activations this model gives, in the order in which they run.

        Raises:
            ValueError: If the model was written by hand (subclassed) and has not been called yet:
                which layers it calls shows when it runs.
        """
        calls = self._known_calls()
        if self._chosen is None:
            return tuple(call.info for call in calls)
        by_path = {call.info.path: call.info for call in calls}
        return tuple(by_path[path] for path in self._check_paths(self._chosen))

    @property
    def prediction_shape(self) -> tuple[int | None, ...] | None:
        """Shape of the model's one output, batch axis first; `None` if it has several."""
        return self._prediction_shape

    def call(self, inputs: Any) -> dict[str, Any]:
        """Gives `{layer path: activation}` for a batch of model inputs."""
        return self.forward(inputs).activations

    def forward(self, inputs: Any, layers: Iterable[str] | None = None) -> ForwardPass:
        """Runs the model once, and gives its predictions along with the activations.

        Args:
            inputs: A batch of model inputs.
            layers: Layer paths to keep. Defaults to `None`, the layers this model was made for.

        Returns:
            A `ForwardPass` of backend tensors.
        """
        wanted = self._chosen if layers is None else tuple(layers)
        recording = Recording(self.model, None if wanted is None else frozenset(wanted))
        with listening(recording), state_kept(self.model):
            predictions = self.model(_in_structure(self.model, inputs), training=False)
        flat = keras.tree.flatten(predictions)
        predictions = flat[0] if len(flat) == 1 else predictions
        if self._calls is None:
            self._calls = tuple(recording.calls)
            if hasattr(predictions, "shape"):
                self._prediction_shape = open_batch(predictions.shape)
        kept = recording.activations
        if wanted is not None:
            missing = [path for path in wanted if path not in kept]
            if missing:
                self._check_paths(missing)
                raise ValueError(
                    f"The model did not call {missing[0]!r} for this input, though it did for an "
                    "earlier one. Choose a layer that every input passes through."
                )
            kept = {path: kept[path] for path in wanted}
        return ForwardPass(predictions, kept)

    def leading_scaling(self) -> tuple[str, float] | None:
        """Finds the layer that scales the pixels, if the model begins with one.

        Returns:
            Its path, and the largest value it is made for (255 for `Rescaling(1/255)`); `None`
            where the model begins with anything else than a `Rescaling` or `Normalization`,
            augmentation and resizing aside, or where it has not run yet.
        """
        for call in self._calls or ():
            if isinstance(call.layer, keras.layers.Rescaling | keras.layers.Normalization):
                return call.info.path, _largest_value_expected(call.layer)
            if not _keeps_values(call.layer):
                return None
        return None

    def last_activation_function(self) -> str | None:
        """Names the activation function of the layer that puts out the predictions.

        Returns:
            `"sigmoid"`, `"softmax"`, `"linear"`, ...; `None` if the layer does not tell.
        """
        for call in reversed(self._calls or ()):
            function = getattr(call.layer, "activation", None)
            if callable(function):
                return str(getattr(function, "__name__", "")) or None
            if not isinstance(call.layer, keras.Model):
                return None
        return None

    def _clear_losses(self) -> None:
        # Keras begins each call by clearing the losses of every layer within; the user's model
        # keeps those of its own last call.
        pass

    def get_config(self) -> dict[str, Any]:
        """Gives what `from_config` needs to make this model again."""
        return {
            "name": self.name,
            "model": keras.saving.serialize_keras_object(self.model),
            "layers": self._chosen,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ActivationModel:
        """Makes the model again from `get_config`."""
        model = keras.saving.deserialize_keras_object(config.pop("model"))
        return cls(model, **config)

    def _known_calls(self) -> tuple[LayerCall, ...]:
        if self._calls is None:
            raise ValueError(
                f"Which layers {self.model.name!r} calls shows when it runs, and it has not run "
                "yet. Call the activation model on one batch of inputs first."
            )
        return self._calls

    def _check_paths(self, paths: Sequence[str]) -> tuple[str, ...]:
        if not isinstance(paths, Iterable):
            raise TypeError(
                f"layers is of type {type(paths).__name__}; a list of layer paths is wanted."
            )
        paths = tuple(paths)
        if not paths:
            raise ValueError("layers is empty; name at least one layer, or leave it out for all.")
        if self._calls is not None:
            known = [call.info.path for call in self._calls]
            for path in paths:
                if path not in known:
                    raise ValueError(unknown_layer_sentence(path, known))
        return tuple(paths)


def get_activations(
    model: keras.Model, x: Any, layers: Sequence[str] | None = None
) -> dict[str, np.ndarray]:
    """Gives what the layers of a model put out for a batch, as arrays.

    Args:
        model: A built Keras model.
        x: A batch of model inputs, such as pictures `(batch_size, height, width, channels)`.
        layers: Layer paths. Defaults to `None`, every layer call.

    Returns:
        `{layer path: activation}`, each activation an array with the batch axis first.

    Raises:
        TypeError: If `model` is not a Keras model.
        ValueError: If `model` is not built, or has no layer of a path in `layers`.
    """
    activations = ActivationModel(model, layers)(x)
    return {path: as_array(tensor) for path, tensor in activations.items()}


def as_array(tensor: Any) -> np.ndarray:
    """Gives a backend tensor as an array; half-precision floats that numpy lacks as float32."""
    if keras.backend.standardize_dtype(tensor.dtype) == "bfloat16":
        tensor = keras.ops.cast(tensor, "float32")
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def model_inputs(model: keras.Model) -> Any:
    """Gives the symbolic inputs of a model, or `None` if it has none.

    Returns:
        A single input as it is, whatever structure the model declares it in; several in theirs.
    """
    flat = list(getattr(model, "inputs", None) or [])
    if len(flat) == 1:
        return flat[0]
    return model.input if flat else None


def _in_structure(model: keras.Model, inputs: Any) -> Any:
    """Gives a single input in the list or dict that the model declares it in."""
    declared = None if isinstance(model, keras.Sequential) else getattr(model, "input", None)
    if keras.tree.is_nested(declared) and not keras.tree.is_nested(inputs):
        return keras.tree.pack_sequence_as(declared, [inputs])
    return inputs


def _keeps_values(layer: keras.Layer) -> bool:
    """Whether a picture passes the layer, in inference, with the values it came with."""
    return isinstance(layer, _KEEP_VALUES) or type(layer).__name__.startswith("Rand")


# Augmentation layers, which do nothing in inference, have no public class in common; their names
# all begin alike. A model is passed by the layers in it.
_KEEP_VALUES: tuple[type, ...] = (
    keras.Model,
    keras.layers.InputLayer,
    keras.layers.Resizing,
    keras.layers.CenterCrop,
    keras.layers.Permute,
    keras.layers.ZeroPadding2D,
    keras.layers.Pipeline,
    keras.layers.Identity,
    keras.layers.Dropout,
    keras.layers.GaussianNoise,
)


def _check_model(model: object) -> None:
    if not isinstance(model, keras.Model):
        kind = type(model)
        raise TypeError(
            f"The model given is of type {kind.__module__}.{kind.__qualname__}; a keras.Model is "
            "wanted. Load one with keras.models.load_model(path), or build one with "
            "keras.Sequential([...])."
        )
    if not model.built or (isinstance(model, keras.Sequential) and not model.inputs):
        raise ValueError(
            f"The model {model.name!r} is not built: it does not know the size of its input, and "
            "has no weights. Begin it with keras.Input((height, width, channels)), or call it once "
            "on a batch."
        )


def _largest_value_expected(layer: keras.Layer) -> float:
    """Gives the largest input that a scaling layer maps into the usual range of about -1 to 1."""
    if isinstance(layer, keras.layers.Rescaling):
        scale, offset = np.min(np.abs(layer.scale)), np.max(layer.offset)
        return float((1 - offset) / scale) if scale else float("inf")
    mean = np.max(as_array(keras.ops.convert_to_tensor(layer.mean)))
    variance = np.max(as_array(keras.ops.convert_to_tensor(layer.variance)))
    return float(mean + 2 * np.sqrt(variance))
