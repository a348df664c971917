"""One forward pass of a Keras model that keeps what every layer call puts out.

Keras connects the inner layers of a nested model to nothing outside it, and a subclassed model has
no graph at all, so there is no set of output tensors to ask for. What all models share is that each
of their layers is called. So the model is simply run, and while it runs every layer call on this
thread is written down. Nested, shared and subclassed layers need nothing of their own, and the
user's model is not touched: neither copied nor renamed, compiled or rewired.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

import keras
import numpy as np

from ..feature_maps.layer_role import LayerRole
from . import backends, layer_roles, model_files
from .backends import as_array
from .layer_calls import EnoughHeard, LayerCall, LayerInfo, Recording, listening, open_batch
from .layer_paths import unknown_layer_sentence
from .layer_roles import bounds_of
from .symbolic_inputs import (
    MADE_UP_SIZES,
    as_keras_tensors,
    in_structure,
    model_inputs,
    of_size,
    open_where_unlike,
    shape_in_graph,
)

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
        model: A built Keras model, or the path of a `.keras` or `.h5` file.
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
        model = model_files.opened(model)
        _check_built(model)
        super().__init__(**kwargs)
        # Inputs reach the user's model as they were given: what dtype they should have is its own
        # to say. Keras's functional models do the same.
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self.model = model
        self._calls_by_path: dict[str, LayerCall] = {}
        self._calls: tuple[LayerCall, ...] | None = None
        self._is_traced = False
        self._input_format: bool | None = None
        self._first_calls: tuple[LayerCall, ...] | None = None
        self._take_from_run: Callable[[], None] | None = None
        self._chosen: tuple[str, ...] | None = None
        self._prediction_shape: tuple[int | None, ...] | None = None
        self.built = True
        # A model that runs the same layers for every input can be captured when that is asked for.
        self._may_wait = (
            self._symbols() is not None
            and not backends.is_legacy(model)
            and backends.runs_its_graph(model)
        )
        if not self._may_wait:
            self._capture_if_possible()
        if layers is not None:
            self._known_if_possible()
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
    def every_call(self) -> tuple[LayerInfo, ...]:
        """All layer calls of the model, whether this one gives their activations or not.

        Raises:
            ValueError: As for `captured`.
        """
        return tuple(call.info for call in self._known_calls())

    @property
    def is_captured(self) -> bool:
        """Whether it is known by now which layers the model calls.

        Of a model written by hand that shows when it runs; of all others it is found out when it
        is asked for, or along with a pass.
        """
        return self._calls is not None

    @property
    def shows_when_run(self) -> bool:
        """Whether only a run can show which layers the model calls."""
        return not self._known_if_possible()

    @property
    def prediction_shape(self) -> tuple[int | None, ...] | None:
        """Shape of the model's one output, batch axis first; `None` if it has several."""
        self._known_if_possible()
        return self._prediction_shape

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
        predictions = self._record(recording, inputs)
        if self._calls is None:
            self._write_down(recording, predictions, inputs)
        elif not self._is_traced:
            self._learn(recording)
        kept = recording.activations
        if wanted is not None:
            kept = {path: kept[path] for path in wanted if path in kept}
            if len(kept) < len(wanted) and not of_those_called:
                self._refuse(next(path for path in wanted if path not in kept))
        return ForwardPass(predictions, kept)

    def leading_scaling(self) -> tuple[str, float] | None:
        """Finds the layer that scales the pixels, if the model begins with one.

        Returns:
            Its path, and the largest value it is made for (255 for `Rescaling(1/255)`); `None`
            where the model begins with anything else than a `Rescaling` or `Normalization`,
            augmentation and resizing aside, or where it has not run yet.
        """
        for call in self._leading_calls():
            if layer_roles.class_names(call.layer) & _SCALING:
                return call.info.path, _largest_value_expected(call.layer)
            if not _keeps_values(call.layer):
                return None
        return None

    def role(self, path: str) -> LayerRole:
        """Gives what is known of a layer call's activation, beside its shape."""
        return self._call_at(path).role

    def dtype(self, path: str) -> str:
        """Gives the dtype of a layer call's activation, such as `"float32"`."""
        return self._call_at(path).dtype

    def activation_bounds(self, path: str) -> tuple[float | None, float] | None:
        """Gives the values beyond which a layer call's activation cannot go.

        Returns:
            `(lower, upper)` of the layer's activation function, such as `(-1, 1)` for tanh, `None`
            for the 0 of a ReLU; `None` altogether where there is no upper bound.
        """
        call = self._call_at(path)
        # Beside its state an LSTM puts out that of its cell, which has no bounds.
        return bounds_of(call.layer) if call.index < 2 else None

    def data_format(self) -> str | None:
        """Gives `"channels_first"` or `"channels_last"`, as the first layer with maps takes it.

        Returns:
            `None` where no layer tells, or the model has not run yet.
        """
        self._leading_calls()
        if self._input_format is None:
            return None
        return "channels_first" if self._input_format else "channels_last"

    def last_activation_function(self) -> str | None:
        """Names the activation function of the layer that puts out the predictions.

        Returns:
            `"sigmoid"`, `"softmax"`, `"linear"`, ...; `None` if the layer does not tell.
        """
        self._known_if_possible()
        for call in reversed(self._calls or ()):
            function = getattr(call.layer, "activation", None)
            if callable(function):
                return str(getattr(function, "__name__", "")) or None
            if not backends.is_model(call.layer):
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

    def _record(self, recording: Recording, inputs: Any) -> Any:
        """Runs the model, and gives its predictions."""
        structure = in_structure(self.model, inputs)

        def run() -> Any:
            with listening(recording):
                return self.model(structure, training=False)

        try:
            predictions = backends.without_trace(self.model, run)
        except Exception as error:
            if recording.failure is None:
                raise
            raise backends.said_in_full(ValueError(f"{recording.failure}.")) from error
        flat = keras.tree.flatten(predictions)
        return flat[0] if len(flat) == 1 else predictions

    def _write_down(self, recording: Recording, predictions: Any, inputs: Any) -> None:
        """Takes the layer calls from the first run, where a run tells all there is to know."""
        calls, input_format = recording.settled_calls(), recording.input_format()
        shape = None
        if hasattr(predictions, "shape"):
            batch_size = keras.tree.flatten(inputs)[0].shape[0]
            shape = open_batch(predictions.shape, batch_size)

        def take(calls: tuple[LayerCall, ...]) -> None:
            # Nothing of the recording itself, which holds the tensors.
            self._calls, self._input_format = calls, input_format
            self._prediction_shape = shape

        if not self._may_wait:
            take(calls)
            return
        in_graph = _as_in_graph(calls, self._symbols())
        if in_graph is None:
            # Another size of input could show other shapes: if they cannot be told without a run,
            # these have to do.
            self._take_from_run = lambda: take(calls)
        else:
            take(in_graph)
            self._is_traced = True

    def _learn(self, recording: Recording) -> None:
        """Adds the layer calls that no earlier input has led to."""
        calls = self._known_calls()
        paths = {call.info.path for call in calls}
        new = [call for call in recording.settled_calls() if call.info.path not in paths]
        if new:
            self._calls = (*calls, *new)
            self._calls_by_path = {}

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

    def _leading_calls(self) -> tuple[LayerCall, ...]:
        """Gives the layer calls as far as they tell what the model does with its input."""
        if self._calls is not None or not self._may_wait:
            return self._calls or ()
        if self._first_calls is None:
            recording = Recording(self.model, frozenset(), is_enough=_tells_the_input)
            try:
                run = _Run(lambda inputs: self._record(recording, inputs))
                run.compute_output_spec(self._symbols())
            except EnoughHeard:
                self._first_calls = tuple(recording.calls)
                self._input_format = recording.input_format()
            except Exception:  # what such a run can raise is open-ended
                self._first_calls = ()
            if self._first_calls is None:
                # It had to run to its end.
                self._known_if_possible()
        return self._calls or self._first_calls or ()

    def _known_if_possible(self) -> bool:
        """Finds out which layers are called, unless only a run can show it; says if it is known."""
        if self._calls is None and self._may_wait:
            self._may_wait = False
            self._capture_if_possible()
            if self._calls is None and self._take_from_run is not None:
                self._take_from_run()
        return self._calls is not None

    def _capture_if_possible(self) -> None:
        symbols = self._symbols()
        if symbols is not None:
            # Layers that run for real tensors alone, as those that use numpy, show when they run.
            with contextlib.suppress(Exception):
                self._capture(symbols)

    def _symbols(self) -> Any:
        symbols = model_inputs(self.model)
        return None if symbols is None else as_keras_tensors(symbols)

    def _capture(self, symbols: Any) -> None:
        """Writes down the layer calls, with their shapes, without running any."""
        try:
            specs = self.compute_output_spec(symbols)
        except Exception:
            # JAX cannot compare sizes left open; two runs with made-up ones show what depends on
            # them.
            one, other = (
                self.compute_output_spec(of_size(symbols, size)) for size in MADE_UP_SIZES
            )
            specs = {path: open_where_unlike(one[path], other[path]) for path in one}
        batch_size = keras.tree.flatten(symbols)[0].shape[0]
        # While they are traced, sizes left open may have made-up values: those returned do not.
        self._calls = tuple(
            replace(
                call,
                info=call.info._replace(
                    output_shape=open_batch(specs[call.info.path].shape, batch_size)
                ),
            )
            if call.info.path in specs
            else call
            for call in self._known_calls()
        )
        self._is_traced = True

    def _call_at(self, path: str) -> LayerCall:
        if not self._calls_by_path:
            self._calls_by_path = {call.info.path: call for call in self._known_calls()}
        return self._calls_by_path[path]

    def _known_calls(self) -> tuple[LayerCall, ...]:
        if not self._known_if_possible() or self._calls is None:
            raise ValueError(
                f"Which layers {self.model.name!r} calls shows when it runs, and it has not run "
                "yet. Call the activation model on one batch of inputs first."
            )
        return self._calls

    def _refuse(self, path: str) -> NoReturn:
        """Raises for a layer that was asked for and not called."""
        try:
            self._check_paths([path])
        except ValueError as error:
            raise backends.said_in_full(error) from None
        raise backends.said_in_full(
            ValueError(
                f"The model did not call {path!r} for this input, though it did for an earlier "
                "one. Choose a layer that every input passes through."
            )
        )

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
        model: A built Keras model, or the path of a `.keras` or `.h5` file.
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


class _Run(keras.Operation):  # type: ignore[misc]  # keras is untyped
    """Any function of a model's inputs, to be run for symbolic ones."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def call(self, inputs: Any) -> Any:
        return self._function(inputs)


def _as_in_graph(calls: Sequence[LayerCall], symbols: Any) -> tuple[LayerCall, ...] | None:
    """Gives calls that a run has shown with their shapes in the model's graph.

    Returns:
        `None` where inputs of another size could show other shapes, or a layer is not in the graph.
    """
    for symbol in keras.tree.flatten(symbols):
        if symbol.shape[0] is not None or None in symbol.shape[1:]:
            return None
    opened = []
    for call in calls:
        shape = shape_in_graph(call.layer, call.index, call.info.output_shape)
        if shape is None:
            return None
        opened.append(replace(call, info=call.info._replace(output_shape=shape)))
    return tuple(opened)


def _tells_the_input(recording: Recording) -> bool:
    """Whether the calls so far tell the data format of the input, and what scales it."""
    if recording.input_format() is None:
        return False
    layers = [call.layer for call in recording.calls]
    return any(
        layer_roles.class_names(layer) & _SCALING or not _keeps_values(layer) for layer in layers
    )


# What a picture passes, in inference, with the values it came with. A model is passed by the layers
# in it.
_SCALING = frozenset({"Rescaling", "Normalization"})
_KEEP_VALUES = frozenset(
    {"Model", "Resizing", "CenterCrop", "Permute", "ZeroPadding2D", "Pipeline"}
)


def _keeps_values(layer: Any) -> bool:
    return layer_roles.passes_on(layer) or bool(layer_roles.class_names(layer) & _KEEP_VALUES)


def _check_built(model: Any) -> None:
    if not model.built or (backends.is_sequential(model) and not model.inputs):
        raise ValueError(
            f"The model {model.name!r} is not built: it does not know the size of its input, and "
            "has no weights. Begin it with keras.Input((height, width, channels)), or call it once "
            "on a batch."
        )


def _largest_value_expected(layer: keras.Layer) -> float:
    """Gives the largest input that a scaling layer maps into the usual range of about -1 to 1."""
    if "Rescaling" in layer_roles.class_names(layer):
        scale, offset = np.min(np.abs(layer.scale)), np.max(layer.offset)
        return float((1 - offset) / scale) if scale else float("inf")
    mean = np.max(as_array(keras.ops.convert_to_tensor(layer.mean)))
    variance = np.max(as_array(keras.ops.convert_to_tensor(layer.variance)))
    return float(mean + 2 * np.sqrt(variance))
