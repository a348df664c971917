"""One forward pass of a Keras model that keeps what every layer call puts out.

Keras connects the inner layers of a nested model to nothing outside it, and a subclassed model has
no graph at all, so there is no set of output tensors to ask for. What all models share is that each
of their layers is called. So the model is simply run, and while it runs every layer call on this
thread is written down. Nested, shared and subclassed layers need nothing of their own, and the
user's model is not touched: neither copied nor renamed, compiled or rewired.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, NoReturn

import keras

from ..feature_maps.layer_role import LayerRole
from . import backends, model_files
from .input_dependence import Dependence
from .input_probe import probed
from .input_scaling import leading_scaling
from .layer_calls import LayerInfo, Recording
from .layer_catalog import LayerCatalog
from .layer_paths import checked_paths
from .layer_roles import bounds_of
from .output_makers import function_of
from .outputs import Output, outputs_of
from .symbolic_inputs import built_shape, model_inputs

__all__ = ["ActivationModel", "ForwardPass", "LayerInfo"]


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
        model: A built Keras model, or the path of a `.keras` or `.h5` file. Of another activation
            model, the model within.
        layers: Layer paths to give activations of. Defaults to `None`, every layer call; of another
            activation model, those that it gives.

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
        model = model_files.opened(model)
        if isinstance(model, ActivationModel):
            layers = model.chosen if layers is None else layers
            model = model.model
        check_built(model)
        super().__init__(**kwargs)
        # Inputs reach the user's model as they were given: what dtype they should have is its own
        # to say. Keras's functional models do the same.
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self.model: Any = model
        self._catalog = LayerCatalog(model)
        self._scalings: dict[int, tuple[str, float] | None] = {}
        self._chosen: tuple[str, ...] | None = None
        self.built = True
        if layers is not None:
            self._catalog.find()
            self._chosen = self._checked(layers)

    @property
    def chosen(self) -> tuple[str, ...] | None:
        """The layer paths that this model was made for; `None` for all."""
        return self._chosen

    @property
    def captured(self) -> tuple[LayerInfo, ...]:
        """The layer calls whose activations this model gives, in the order in which they run.

        Raises:
            ValueError: If the model was written by hand (subclassed) and has not been called yet:
                which layers it calls shows when it runs.
        """
        every_call = self.every_call
        if self._chosen is None:
            return every_call
        by_path = {info.path: info for info in every_call}
        return tuple(by_path[path] for path in self._checked(self._chosen))

    @property
    def every_call(self) -> tuple[LayerInfo, ...]:
        """All layer calls of the model, whether this one gives their activations or not.

        Raises:
            ValueError: As for `captured`.
        """
        return tuple(call.info for call in self._catalog.calls)

    @property
    def is_captured(self) -> bool:
        """Whether it is known by now which layers the model calls.

        Of a model written by hand that shows when it runs; of all others it is found out when it
        is asked for, or along with a pass.
        """
        return self._catalog.is_known

    @property
    def shows_when_run(self) -> bool:
        """Whether only a run can show which layers the model calls."""
        return self._catalog.find() is None

    @property
    def prediction_shape(self) -> tuple[int | None, ...] | None:
        """Shape of the model's one output, batch axis first; `None` if it has several."""
        return self._catalog.prediction_shape

    def described_outputs(self, *, has_names: bool = False) -> tuple[Output, ...]:
        """Says what each of the model's outputs is: classes, or something else.

        Args:
            has_names: Whether the user has names for the classes. Defaults to `False`.

        Returns:
            In the order of the model; empty where only a run can tell, and there was none.
        """
        symbols = model_inputs(self.model)
        if symbols is None:
            shapes = [built_shape(self.model)]
        else:
            shapes = [getattr(one, "shape", None) for one in keras.tree.flatten(symbols)]
        known = [tuple(shape) for shape in shapes if isinstance(shape, tuple | list)]
        loss = model_files.loss_of(self.model)
        return outputs_of(self._catalog.outputs, loss, known, has_names=has_names)

    def call(self, inputs: Any) -> dict[str, Any]:
        """Gives `{layer path: activation}` for a batch of model inputs."""
        return self.forward_pass(inputs).activations

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Gives `{layer path: activation}` for many pictures, as arrays; see `keras.Model`.

        Layers that put out one tensor for the whole batch have no place in this: Keras sets the
        batches' outputs one behind the other.
        """
        outputs = super().predict(*args, **kwargs)
        # JAX hands dicts back sorted by their keys.
        return {info.path: outputs[info.path] for info in self.captured if info.path in outputs}

    def forward_pass(
        self, inputs: Any, layers: Iterable[str] | None = None, *, of_those_called: bool = False
    ) -> ForwardPass:
        """Runs the model once, and gives its predictions along with the activations.

        Args:
            inputs: A batch of model inputs.
            layers: Layer paths to keep. Defaults to `None`, the layers this model was made for.
            of_those_called: Whether a layer that the model does not call for these inputs is left
                out, rather than an error.

        Returns:
            A `ForwardPass` of backend tensors.

        Raises:
            ValueError: If a layer raises; it is named, with the shapes that it was given.
        """
        wanted = self._chosen if layers is None else tuple(layers)
        recording = Recording(self.model, None if wanted is None else frozenset(wanted))
        predictions = self._catalog.run(recording, inputs)
        kept = recording.activations
        if wanted is not None:
            kept = {path: kept[path] for path in wanted if path in kept}
            if len(kept) < len(wanted) and not of_those_called:
                self._refuse(next(path for path in wanted if path not in kept))
        return ForwardPass(predictions, kept)

    def shapes_for(self, inputs: Any) -> dict[str, tuple[int | None, ...]]:
        """Gives the shapes of the activations for a batch of inputs, without running the model.

        Returns:
            By layer path, without batch axis. Empty where only a run can tell.
        """
        symbols = keras.tree.map_structure(
            lambda array: keras.KerasTensor(
                (None, *array.shape[1:]), keras.backend.standardize_dtype(array.dtype)
            ),
            inputs,
        )
        try:
            specs = self.compute_output_spec(symbols)
        except Exception:  # what such a run can raise is open-ended
            return {}
        return {path: tuple(spec.shape[1:]) for path, spec in specs.items()}

    def leading_scaling(self, index: int = 0) -> tuple[str, float] | None:
        """Finds what scales the pixels before the first kernel, however it is written.

        A picture is sent through all that stands there, once; nothing where a kernel comes first.

        Args:
            index: Which of the model's inputs, from 0. Defaults to 0.

        Returns:
            The path of the layer, empty where it is arithmetic between layers; and the largest
            value it is made for: 255 for `Rescaling(1/255)` or `x / 127.5 - 1`, 1 for `x * 2 - 1`,
            infinity where pixels of any scale come out the same, as of a standardisation of each
            picture. `None` where that cannot be told.
        """
        if index not in self._scalings:
            self._scalings[index] = self._found_scaling(index)
        return self._scalings[index]

    def _found_scaling(self, index: int) -> tuple[str, float] | None:
        found = probed(self.model, index)
        # Of several inputs it is not known which of them a layer scales.
        is_only = len(keras.tree.flatten(model_inputs(self.model))) == 1
        layer = leading_scaling(self._catalog.leading_calls()) if is_only else None
        if found is None:
            return layer
        if found.largest is None:
            return None
        if layer is not None and 0.4 < layer[1] / found.largest < 2.5:
            return layer  # which tells it to the number
        return layer[0] if layer is not None else found.path, found.largest

    def role(self, path: str) -> LayerRole:
        """Gives what is known of a layer call's activation, beside its shape."""
        return self._catalog.at(path).role

    def dependence(self, path: str) -> Dependence:
        """Gives which inputs of the model reach a layer call."""
        return self._catalog.at(path).dependence

    def dtype(self, path: str) -> str:
        """Gives the dtype of a layer call's activation, such as `"float32"`."""
        return self._catalog.at(path).dtype

    def activation_bounds(self, path: str) -> tuple[float | None, float] | None:
        """Gives the values beyond which a layer call's activation cannot go.

        Returns:
            `(lower, upper)` of the layer's activation function, such as `(-1, 1)` for tanh, `None`
            for the 0 of a ReLU; `None` altogether where there is no upper bound.
        """
        call = self._catalog.at(path)
        # Beside its state an LSTM puts out that of its cell, which has no bounds.
        return bounds_of(call.layer) if call.index < 2 else None

    def has_ends(self, path: str) -> bool:
        """Whether a layer call's activation function has an end, such as the 0 of a ReLU."""
        call = self._catalog.at(path)
        if backends.is_model(call.layer) or call.role.passes_on:
            return False
        return self.activation_bounds(path) is not None or function_of(call.layer) == "relu"

    def data_format(self) -> str | None:
        """Gives `"channels_first"` or `"channels_last"`, as the first layer with maps takes it.

        Returns:
            `None` where no layer tells, or the model has not run yet.
        """
        channels_first = self._catalog.input_format
        if channels_first is None:
            return None
        return "channels_first" if channels_first else "channels_last"

    def last_activation_function(self) -> str | None:
        """Names the activation function of the layer that puts out the predictions.

        Returns:
            `"sigmoid"`, `"softmax"`, `"linear"`, ...; `None` if the layer does not tell.
        """
        outputs = self._catalog.outputs
        return outputs[0].function if len(outputs) == 1 else None

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

    def _refuse(self, path: str) -> NoReturn:
        """Raises for a layer that was asked for and not called."""
        try:
            self._checked([path])
        except ValueError as error:
            raise backends.said_in_full(error) from None
        raise backends.said_in_full(
            ValueError(
                f"The model did not call {path!r} for this input, though it did for an earlier "
                "one. Choose a layer that every input passes through."
            )
        )

    def _checked(self, layers: str | Sequence[str]) -> tuple[str, ...]:
        is_known = self._catalog.is_known
        known = [info.path for info in self.every_call] if is_known else None
        return checked_paths(layers, known)


def check_built(model: Any) -> None:
    """Checks that a model knows the size of its input, and has weights.

    Raises:
        ValueError: If it does not.
    """
    is_sequential = backends.is_sequential(model)
    if model.built and (not is_sequential or model.inputs):
        return
    layers = [layer for layer in getattr(model, "layers", []) if layer.weights]
    if is_sequential and not model.layers:
        raise ValueError(f"The model {model.name!r} has no layers. Add some with model.add(...).")
    if is_sequential and layers and all(layer.built for layer in layers):
        raise ValueError(
            f"The layers of the model {model.name!r} have weights, but the model itself is not "
            "built since they were changed, as model.pop() and model.add() do. Build it again: "
            "model.build((None, height, width, channels))."
        )
    raise ValueError(
        f"The model {model.name!r} is not built: it does not know the size of its input, and "
        "has no weights. Begin it with keras.Input((height, width, channels)), or call it once "
        "on a batch."
    )
