"""What the layers called within one run of a Keras model put out, each under its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import keras

from ..feature_maps.layer_role import LayerRole
from . import backends, layer_roles
from .failed_call import Failure
from .input_dependence import Dependence, Dependences
from .layer_roles import RoleReader
from .output_makers import OutputMakers


class LayerInfo(NamedTuple):
    """One layer call of a model.

    Attributes:
        path: Unique address of the call, parents first: `backbone/block1/conv`. A layer called
            again is `conv#2`; of a layer that returns several tensors, each has an entry of its
            own, `lstm:0`, `lstm:1`.
        name: The layer's own name, `conv`.
        class_name: The layer's class, `Conv2D`.
        output_shape: Shape of what the call puts out, as Keras gives it: the batch axis first,
            `None` for sizes left open, such as `(None, 34, 34, 128)`.
    """

    path: str
    name: str
    class_name: str
    output_shape: tuple[int | None, ...]

    @property
    def activation_shape(self) -> tuple[int | None, ...]:
        """Shape of the activation for one picture: `output_shape` without its batch axis.

        A tensor that has none, such as a table of positions, has it whole.
        """
        return self.output_shape[1:] if self.output_shape[:1] == (None,) else self.output_shape


@dataclass(frozen=True)
class LayerCall:
    """One tensor of one layer call.

    Attributes:
        info: Its address and shape.
        layer: The layer that was called.
        role: What more is known of the tensor.
        dtype: Its dtype, such as `"float32"`.
        index: Which of the tensors that the call puts out it is, from 0.
        dependence: Which inputs of the model reach it.
    """

    info: LayerInfo
    layer: Any
    role: LayerRole
    dtype: str = "float32"
    index: int = 0
    dependence: Dependence = field(default_factory=Dependence)


class EnoughHeard(BaseException):
    """Ends a run that has shown what it was begun for.

    No `Exception`: those Keras puts words of its own around.
    """


@dataclass
class Recording:
    """What the layers called within one run of a model put out.

    Attributes:
        model: The model that is run.
        wanted: Paths of the tensors to keep. Defaults to `None`, all.
        is_enough: Is asked after each call whether the run may end by an `EnoughHeard`. Defaults to
            `None`, never.
        calls: Every layer call so far, in the order in which they ended.
        activations: The tensors kept, by path.
        failure: The call that raised, if one did.
        makers: Which call made each tensor.
        dependences: Which inputs reach each tensor.
    """

    model: Any
    wanted: frozenset[str] | None = None
    is_enough: Callable[[Recording], bool] | None = None
    calls: list[LayerCall] = field(default_factory=list)
    activations: dict[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    makers: OutputMakers = field(default_factory=OutputMakers)
    dependences: Dependences = field(default_factory=Dependences)
    _training: list[bool] = field(default_factory=lambda: [False])
    _parents: list[tuple[str, Any]] = field(default_factory=list)
    _times_called: dict[str, int] = field(default_factory=dict)
    _silent: bool = False
    _roles: RoleReader = field(default_factory=lambda: RoleReader(()))
    _scope: object = None
    _batch_size: int | None = None

    def around(
        self, layer: Any, run: Callable[[], Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Runs one layer call, made with `args` and `kwargs`, and writes down what it puts out."""
        if self._silent:
            return run()
        self.begun(layer, args, kwargs)
        is_training = _is_training(args, kwargs)
        self._training.append(self._training[-1] if is_training is None else is_training)
        try:
            outputs = self._around(layer, run, (*args, *kwargs.values()))
        finally:
            self._training.pop()
        self.makers.ended(layer, (*args, *kwargs.values()), outputs)
        self.ended(layer, args, kwargs, outputs)
        return outputs

    def begun(self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Hears of each layer call as it begins; for classes derived from this.

        Args:
            layer: The layer that is called; first the model itself.
            args: What it is called with, by position.
            kwargs: What it is called with, by name.
        """

    def ended(
        self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any], outputs: Any
    ) -> None:
        """Hears of each layer call as it ends, those within first; for classes derived from this.

        Args:
            layer: The layer that was called; last the model itself.
            args: What it was called with, by position.
            kwargs: What it was called with, by name.
            outputs: What it put out.
        """

    def converted(self, given: Any, tensors: Any) -> None:
        """Hears that tensors were made of as many others, in their order, as casts are."""
        pairs = [keras.tree.flatten(given), keras.tree.flatten(tensors)]
        if len(pairs[0]) != len(pairs[1]):
            return
        for before, after in zip(*pairs, strict=True):
            if after is not before and hasattr(before, "shape"):
                self.dependences.converted(before, after)
                self._roles.converted(before, after)

    def operation_ended(self, operation: Any, args: Sequence[Any], outputs: Any) -> None:
        """Hears of each operation between the layers of a functional model, such as a sum.

        Args:
            operation: A Keras `Operation` that is no layer.
            args: What it was called with, by position.
            outputs: What it put out.
        """
        self._roles.passed(operation, args, outputs, self._batch_size)

    def _around(self, layer: Any, run: Callable[[], Any], inputs: Sequence[Any]) -> Any:
        if layer is self.model and not self._parents:
            shapes = _shapes(inputs)
            self._roles = RoleReader(tuple(len(shape) for shape in shapes))
            self._roles.begin(inputs)
            self._batch_size = shapes[0][0] if shapes and shapes[0] else None
            self._scope = backends.trace_scope()
            self.dependences.begin(inputs[:1])
            self._keep_inputs(layer, "", inputs)
            with self.dependences.within(inputs[:1]):
                return self._run(layer, "", run, inputs)
        if layer_roles.is_cell(layer):
            return self._run(layer, "", run, inputs, silent=True)
        path = self._new_path(layer.name)
        self._keep_inputs(layer, f"{path}/", inputs)
        self._parents.append((path, layer))
        try:
            over_time = "TimeDistributed" in layer_roles.class_names(layer)
            with self.dependences.within(inputs):
                if over_time and not backends.is_legacy(layer):
                    outputs = self._run_over_time(layer, path, run, inputs)
                else:
                    # An RNN calls its cell in a loop whose tensors live in it alone.
                    silent = over_time or layer_roles.is_rnn(layer)
                    outputs = self._run(layer, path, run, inputs, silent=silent)
        finally:
            self._parents.pop()
        self.dependences.ended(layer, inputs, outputs)
        self._keep(layer, path, outputs, inputs)
        return outputs

    def settled_calls(self) -> tuple[LayerCall, ...]:
        """Gives the calls, each with the role that is known at the end of the run."""
        roles = self._roles.settled(
            [call.role for call in self.calls], [call.info.activation_shape for call in self.calls]
        )
        return tuple(replace(call, role=role) for call, role in zip(self.calls, roles, strict=True))

    def input_format(self) -> bool | None:
        """Whether the channels come first in the pictures that go in; `None` if no layer tells."""
        return self._roles.input_format

    def _run(
        self,
        layer: Any,
        path: str,
        run: Callable[[], Any],
        inputs: Sequence[Any],
        *,
        silent: bool = False,
    ) -> Any:
        self._silent = silent
        try:
            return run()
        except Exception as error:
            if self.failure is None:
                shapes = tuple(_shapes(inputs))
                self.failure = Failure(path, type(layer).__name__, shapes, error)
            raise
        finally:
            self._silent = False

    def _run_over_time(
        self, layer: Any, path: str, run: Callable[[], Any], inputs: Sequence[Any]
    ) -> Any:
        """Runs a layer that calls the layers within it once a time step.

        What those put out is stacked, so that each has one entry, with the time after the batch.
        """
        outside = self.calls, self.activations, self._times_called, self.wanted
        self.calls, self.activations, self._times_called, self.wanted = [], {}, {}, None
        length = inputs[0].shape[1]
        steps = length if isinstance(length, int) else None
        # In a loop of the backend's own the shapes within can be told, the values not.
        scope, self._scope = self._scope, self._scope if steps is not None else _ANY_SCOPE
        try:
            outputs = self._run(layer, path, run, inputs)
        finally:
            self._scope = scope
            calls, tensors = self.calls, list(self.activations.values())
            self.calls, self.activations, self._times_called, self.wanted = outside
        runs = steps or 1
        if len(calls) % runs:
            return outputs  # not the same layers in each step
        count = len(calls) // runs
        for index, call in enumerate(calls[:count]):
            shape = call.info.output_shape
            info = call.info._replace(output_shape=(None, steps, *shape[1:]))
            self.calls.append(replace(call, info=info))
            if steps is not None and (self.wanted is None or info.path in self.wanted):
                stacked = keras.ops.stack(tensors[index::count], axis=1)
                self.activations[info.path] = stacked
        return outputs

    def _new_path(self, name: str) -> str:
        path = f"{self._parents[-1][0]}/{name}" if self._parents else name
        count = self._times_called.get(path, 0) + 1
        unique = path if count == 1 else f"{path}#{count}"
        while unique != path and unique in self._times_called:  # the name of another layer
            count += 1
            unique = f"{path}#{count}"
        self._times_called[path] = count
        self._times_called.setdefault(unique, 1)
        return unique

    def _keep_inputs(self, layer: Any, prefix: str, inputs: Sequence[Any]) -> None:
        # A functional model does not call its InputLayers; they stand for what it was given.
        if not backends.is_model(layer) or backends.is_sequential(layer):
            return
        declared = getattr(layer, "inputs", None) or []
        given = keras.tree.flatten(inputs[0]) if inputs else []
        if len(declared) != len(given):
            return
        for sub_layer in layer.layers:
            if "InputLayer" in layer_roles.class_names(sub_layer):
                for symbol, tensor in zip(declared, given, strict=True):
                    if sub_layer.output is symbol:
                        dtype = keras.backend.standardize_dtype(symbol.dtype)
                        value = keras.ops.convert_to_tensor(tensor, dtype=dtype)
                        self.converted(tensor, value)
                        self._keep(sub_layer, prefix + sub_layer.name, value)

    def _keep(self, layer: Any, path: str, outputs: Any, given: Sequence[Any] = ()) -> None:
        tensors = [item for item in keras.tree.flatten(outputs) if keras.ops.is_tensor(item)]
        if self._scope is not _ANY_SCOPE and backends.trace_scope() != self._scope:
            return  # made in a loop or branch that was traced: out of reach from here
        parent = self._parents[-1][1] if self._parents else self.model
        for index, tensor in enumerate(tensors):
            entry = path if len(tensors) == 1 else f"{path}:{index}"
            shape = open_batch(tensor.shape, self._batch_size)
            info = LayerInfo(entry, layer.name, type(layer).__name__, shape)
            role = self._roles.read(
                layer,
                parent,
                index,
                info.activation_shape,
                given=given,
                tensor=tensor,
                has_batch=shape[:1] == (None,),
            )
            if self._training[-1] and "InputLayer" not in layer_roles.class_names(layer):
                role = replace(role, passes_on=False)  # a Dropout that is on changes what it gets
            dtype, dependence = backends.dtype_name(tensor), self.dependences.of(tensor)
            self.calls.append(LayerCall(info, layer, role, dtype, index, dependence))
            if self.wanted is None or entry in self.wanted:
                self.activations[entry] = tensor
        if self.is_enough is not None and self.is_enough(self):
            raise EnoughHeard


_ANY_SCOPE = object()


def open_batch(shape: Sequence[int | None], batch_size: int | None) -> tuple[int | None, ...]:
    """Gives the shape of a tensor of a batch for any number of pictures.

    A tensor that has no batch axis, such as a table of positions, is told by its first size, and
    keeps its shape.
    """
    return (None, *shape[1:]) if len(shape) and shape[0] == batch_size else tuple(shape)


def _is_training(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool | None:
    """Gives whether a layer is called as in training; `None` if the call does not say."""
    said = kwargs.get("training")
    if said is None and any(one is True for one in args[1:]):
        return True
    return None if said is None else bool(said)


def _shapes(inputs: Sequence[Any]) -> list[tuple[int | None, ...]]:
    return [tuple(item.shape) for item in keras.tree.flatten(inputs) if hasattr(item, "shape")]
