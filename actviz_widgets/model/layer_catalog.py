"""Which layers a model calls, found by a symbolic run or taken from a pass, whichever comes first.

A symbolic run of a large model takes seconds, in which nothing is computed. So it waits until its
result is asked for: a pass that comes before it shows the same calls, and where they stand in the
model's graph their shapes hold for inputs of every size.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras

from . import backends
from .input_scaling import tells_the_input
from .layer_calls import EnoughHeard, LayerCall, Recording, open_batch
from .listening import listening
from .output_makers import Made, deciding, function_of, is_features
from .outputs import leaves
from .symbolic_inputs import (
    MADE_UP_SIZES,
    as_keras_tensors,
    in_structure,
    model_inputs,
    of_size,
    open_where_unlike,
    shape_in_graph,
)


class LayerCatalog:
    """The layer calls of a model, as far as they are known.

    Args:
        model: A built Keras model. It is run symbolically at once where that cannot wait: where no
            later run is sure to call the same layers.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._found: _Found | None = None
        self._from_run: _Found | None = None
        self._first: _Found | None = None
        self._by_path: dict[str, LayerCall] = {}
        self._is_traced = False
        # A model that runs the same layers for every input can be captured when that is asked for.
        self._may_wait = (
            self._symbols() is not None
            and not backends.is_legacy(model)
            and backends.runs_its_graph(model)
        )
        if not self._may_wait:
            self._capture_if_possible()

    @property
    def is_known(self) -> bool:
        """Whether the calls are known by now."""
        return self._found is not None

    @property
    def calls(self) -> tuple[LayerCall, ...]:
        """All layer calls, in the order in which they run.

        Raises:
            ValueError: If only a run can show them, and there was none yet.
        """
        calls = self.find()
        if calls is None:
            raise ValueError(
                f"Which layers {self._model.name!r} calls shows when it runs, and it has not run "
                "yet. Call the activation model on one batch of inputs first."
            )
        return calls

    @property
    def prediction_shape(self) -> tuple[int | None, ...] | None:
        """Shape of the model's one output, batch axis first; `None` if it has several."""
        self.find()
        return None if self._found is None else self._found.prediction_shape

    @property
    def outputs(self) -> tuple[Made, ...]:
        """How each output of the model comes to be; empty where that is not known yet."""
        self.find()
        return () if self._found is None else self._found.outputs

    @property
    def input_format(self) -> bool | None:
        """Whether the channels come first in the pictures that go in; `None` if no layer tells."""
        self.leading_calls()
        known = self._found or self._first
        return None if known is None else known.input_format

    def find(self) -> tuple[LayerCall, ...] | None:
        """Gives all layer calls; `None` where only a run can show them."""
        if self._found is None and self._may_wait:
            self._may_wait = False
            self._capture_if_possible()
            if self._found is None:
                self._found = self._from_run
        return None if self._found is None else self._found.calls

    def at(self, path: str) -> LayerCall:
        """Gives the layer call of a path."""
        if not self._by_path:
            self._by_path = {call.info.path: call for call in self.calls}
        return self._by_path[path]

    def leading_calls(self) -> tuple[LayerCall, ...]:
        """Gives the layer calls as far as they tell what the model does with its input."""
        if self._found is None and self._may_wait and self._first is None:
            self._hear_first_calls()
        known = self._found or self._first
        return () if known is None else known.calls

    def run(self, recording: Recording, inputs: Any) -> Any:
        """Runs the model, takes up what the run shows of its layers, and gives its predictions.

        Raises:
            ValueError: If a layer raises; it is named, with the shapes that it was given.
        """
        predictions = self._record(recording, inputs)
        if self._found is None:
            self._write_down(recording, predictions, inputs)
        elif not self._is_traced:
            self._learn(recording)
        return predictions

    def _record(self, recording: Recording, inputs: Any) -> Any:
        structure = in_structure(self._model, inputs)
        if backends.is_legacy(self._model):  # which would do so where it is not heard of
            structure = keras.tree.map_structure(keras.ops.convert_to_tensor, structure)

        def run() -> Any:
            with listening(recording):
                return self._model(structure, training=False)

        try:
            predictions = backends.without_trace(self._model, run)
        except Exception as error:
            if recording.failure is None:
                raise
            raise backends.said_in_full(ValueError(f"{recording.failure}.")) from error
        flat = keras.tree.flatten(predictions)
        return flat[0] if len(flat) == 1 else predictions

    def _write_down(self, recording: Recording, predictions: Any, inputs: Any) -> None:
        """Takes the layer calls from the first run, where a run tells all there is to know."""
        shape = None
        if hasattr(predictions, "shape"):
            batch_size = keras.tree.flatten(inputs)[0].shape[0]
            shape = open_batch(predictions.shape, batch_size)
        calls = recording.settled_calls()
        found = _Found(
            calls, recording.input_format(), shape, self._outputs(recording, calls, predictions)
        )
        if not self._may_wait:
            self._found = found
            return
        in_graph = _as_in_graph(found.calls, self._symbols())
        if in_graph is None:
            # Another size of input could show other shapes: if they cannot be told without a run,
            # these have to do.
            self._from_run = found
        else:
            self._found = replace(found, calls=in_graph)
            self._is_traced = True

    def _outputs(
        self, recording: Recording, calls: Sequence[LayerCall], predictions: Any
    ) -> tuple[Made, ...]:
        """Says how each output of a run came to be."""
        named = [(name, one) for name, one in leaves(predictions) if hasattr(one, "shape")]
        names = list(getattr(self._model, "output_names", None) or ())
        if len(named) > 1 and not isinstance(predictions, dict) and len(names) == len(named):
            named = [(name, one) for name, (_, one) in zip(names, named, strict=True)]
        first = {id(call.layer): call for call in reversed(calls)}
        made = []
        for name, tensor in named:
            shape = tuple(tensor.shape)
            shape = (None, *shape[1:]) if shape else ()
            last = recording.makers.of(tensor)
            step = deciding(last)
            if last is None or step is None:
                made.append(Made(name, shape))
                continue
            role = first[id(last.what)].role if id(last.what) in first else None
            made.append(
                Made(
                    name,
                    shape,
                    type(step.what).__name__,
                    function_of(step.what),
                    is_features(step.what),
                    role is not None and bool(role.channels_first),
                )
            )
        return tuple(made)

    def _learn(self, recording: Recording) -> None:
        """Adds the layer calls that no earlier input has led to."""
        calls = self.calls
        paths = {call.info.path for call in calls}
        new = [call for call in recording.settled_calls() if call.info.path not in paths]
        if new:
            self._take((*calls, *new))

    def _hear_first_calls(self) -> None:
        recording = Recording(self._model, frozenset(), is_enough=tells_the_input)
        try:
            run = _Run(lambda inputs: self._record(recording, inputs))
            run.compute_output_spec(self._symbols())
        except EnoughHeard:
            self._first = _Found(tuple(recording.calls), recording.input_format())
        except Exception:  # what such a run can raise is open-ended
            self._first = _Found(())
        if self._first is None:
            # It had to run to its end.
            self.find()

    def _capture_if_possible(self) -> None:
        symbols = self._symbols()
        if symbols is not None:
            # Layers that run for real tensors alone, as those that use numpy, show when they run.
            with contextlib.suppress(Exception):
                self._capture(symbols)

    def _symbols(self) -> Any:
        symbols = model_inputs(self._model)
        return None if symbols is None else as_keras_tensors(symbols)

    def _capture(self, symbols: Any) -> None:
        """Writes down the layer calls, with their shapes, without running any."""
        try:
            specs = self._specs(symbols)
        except Exception:
            # JAX cannot compare sizes left open; two runs with made-up ones show what depends on
            # them.
            one, other = (self._specs(of_size(symbols, size)) for size in MADE_UP_SIZES)
            specs = {path: open_where_unlike(one[path], other[path]) for path in one}
        batch_size = keras.tree.flatten(symbols)[0].shape[0]
        # While they are traced, sizes left open may have made-up values: those returned do not.
        self._take(
            tuple(
                _with_shape(call, open_batch(specs[call.info.path].shape, batch_size))
                if call.info.path in specs
                else call
                for call in self.calls
            )
        )
        self._is_traced = True

    def _specs(self, symbols: Any) -> dict[str, keras.KerasTensor]:
        """Runs the model for symbolic inputs, and gives what each layer call puts out."""

        def run(inputs: Any) -> dict[str, Any]:
            recording = Recording(self._model)
            self.run(recording, inputs)
            return recording.activations

        specs: dict[str, keras.KerasTensor] = _Run(run).compute_output_spec(symbols)
        return specs

    def _take(self, calls: tuple[LayerCall, ...]) -> None:
        """Puts other calls in place of those found."""
        if self._found is not None:
            self._found = replace(self._found, calls=calls)
        self._by_path = {}


@dataclass(frozen=True)
class _Found:
    """What a run has shown; nothing of its recording, which holds the tensors.

    Attributes:
        calls: The layer calls.
        input_format: Whether the channels come first in the pictures that go in; `None` if no
            layer tells.
        prediction_shape: Shape of the model's one output, batch axis first; `None` if it has
            several.
        outputs: How each output of the model comes to be.
    """

    calls: tuple[LayerCall, ...]
    input_format: bool | None = None
    prediction_shape: tuple[int | None, ...] | None = None
    outputs: tuple[Made, ...] = ()


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
        opened.append(_with_shape(call, shape))
    return tuple(opened)


def _with_shape(call: LayerCall, shape: tuple[int | None, ...]) -> LayerCall:
    return replace(call, info=call.info._replace(output_shape=shape))
