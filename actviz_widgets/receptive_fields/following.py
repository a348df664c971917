"""A run of a model in which it is followed which pixels each tensor can see."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

from ..model import backends
from ..model.layer_calls import EnoughHeard, Recording
from ..model.listening import listening
from ..model.symbolic_inputs import in_structure
from .layer_reach import reach_through, reach_through_operation
from .probe import Unseen, kept_in_place, may_be_tried
from .reach import Reach


@dataclass(kw_only=True)
class Following(Recording):
    """A recording of a run that follows which pixels each tensor can see.

    A tensor is known by being the very same object that a layer call put out or the model was
    given, or a cast of it; what anything else than a layer makes of it is not known. Calls that
    cannot be seen through are taken to leave each position where it is: that is to be tried out
    afterwards, for while a run is traced it cannot be.

    Attributes:
        picture: The reach and the dtype of the model's input, if it has one alone.
        known: By the identity of a tensor, the tensor itself, how often it had been written to, and
            its reach. It is held, for its identity may be given to another when it is gone.
        refused: Numbers of the calls that are not to be taken so.
        unseen: The calls that were.
    """

    picture: tuple[Reach, str] | None = None
    refused: frozenset[int] = frozenset()
    known: dict[int, tuple[Any, int, Reach]] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)
    _count: int = 0  # of what was heard, which is the same in each such run
    _begun: int = 0  # of layers, which is the same in a run of real values too
    _has_weights: bool = False
    _heard: dict[int, Any] = field(default_factory=dict)

    def note(self, tensor: Any, reach: Reach) -> None:
        """Writes down the reach of a tensor."""
        self.known[id(tensor)] = tensor, _times_written(tensor), reach

    def reach_of(self, tensor: Any) -> Reach | None:
        """Gives the reach of a tensor, `None` if it is not known."""
        while tensor is not None and id(tensor) not in self.known:
            tensor = backends.cast_from(tensor)
        _, times_written, reach = self.known.get(id(tensor), (None, 0, None))
        return reach if times_written == _times_written(tensor) else None

    def begun(
        self,
        layer: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],  # noqa: ARG002
    ) -> None:
        """Follows what a model written by hand computes before its first layer with weights."""
        is_behind_weights = self._has_weights
        self._count += 1
        self._begun += 1
        # Those of the model itself, or of one within it, may be used before its layers are.
        own = ("_trainable_variables", "_trainable_weights")
        self._has_weights |= any(getattr(layer, name, ()) for name in own)
        given = args[0] if args else None
        shape = tuple(getattr(given, "shape", ()))
        is_known = self.reach_of(given) is not None or id(given) in self._heard
        if self.picture is None or is_behind_weights or is_known or not shape:
            return
        reach, dtype = self.picture
        kept = self._if_in_place(None, self._run_to(self._begun), reach, dtype, shape)
        if kept is not None:
            self.note(given, kept)

    def ended(
        self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any], outputs: Any
    ) -> None:
        """Follows what one layer call makes of what it was given."""
        self._hear(outputs)
        self._count += 1
        if self.reach_of(outputs) is not None or not hasattr(outputs, "shape"):
            return  # made by a layer within; or several tensors, of which each would be
        shape = tuple(outputs.shape)
        if all(isinstance(size, int) for size in shape):
            reach = reach_through(layer, args, kwargs, self.reach_of, shape)
            options = [*args[1:], *kwargs.values()]
            before = self.reach_of(args[0]) if args else None
            if reach is None and before is not None and not any(map(_may_change_much, options)):
                reach = self._if_in_place(
                    layer,
                    lambda tensor: layer(tensor, *args[1:], **kwargs),
                    before,
                    backends.dtype_name(args[0]),
                    shape,
                )
            if reach is not None and reach.shape == shape[1:]:
                self.note(outputs, reach)

    def operation_ended(self, operation: Any, args: Sequence[Any], outputs: Any) -> None:
        """Follows what an operation between the layers of a functional model makes."""
        super().operation_ended(operation, args, outputs)
        self._hear(outputs)
        self._count += 1
        if self.reach_of(outputs) is None and hasattr(outputs, "shape"):
            reach = reach_through_operation(operation, args, self.reach_of)
            reaches = [(at, self.reach_of(value)) for at, value in enumerate(args)]
            known = [(at, one) for at, one in reaches if one is not None]
            # What a layer computes with is not its own to tell.
            is_between = all(backends.is_model(parent) for _, parent in self._parents)
            if reach is None and len(known) == 1 and is_between:
                ((at, before),) = known
                reach = self._if_in_place(
                    None,
                    lambda tensor: operation(*args[:at], tensor, *args[at + 1 :]),
                    before,
                    backends.dtype_name(args[at]),
                    tuple(outputs.shape),
                )
            if reach is not None and reach.shape == tuple(outputs.shape)[1:]:
                self.note(outputs, reach)

    def _hear(self, outputs: Any) -> None:
        """Takes note of what was made by a call, rather than out of hearing."""
        if not self._has_weights:
            self._heard |= {id(tensor): tensor for tensor in keras.tree.flatten(outputs)}

    def _if_in_place(
        self,
        layer: Any,
        run: Callable[[Any], Any],
        reach: Reach,
        dtype: str,
        shape: tuple[Any, ...],
    ) -> Reach | None:
        """Gives the reach of what a function puts out if it leaves positions where they are."""
        if None in shape or self._count in self.refused or not may_be_tried(layer):
            return None
        if not reach.parts:
            return Reach.of_nothing(shape[1:])
        kept = kept_in_place(reach, shape)
        if kept is not None:
            self.unseen.append(Unseen(self._count, layer, run, reach, shape, dtype))
        return kept

    def _run_to(self, number: int) -> Callable[[Any], Any]:
        """Gives a function that runs the model as far as a call, and gives what that is given."""

        def run(picture: Any) -> Any:
            recording = _ToCall(model=self.model, wanted=frozenset(), number=number)
            with listening(recording), contextlib.suppress(EnoughHeard):
                self.model(in_structure(self.model, picture), training=False)
            return recording.given

        return run


@dataclass(kw_only=True)
class _ToCall(Recording):
    """Hears what the call of a number is given, and ends the run there."""

    number: int
    given: Any = None
    _count: int = 0

    def begun(
        self,
        layer: Any,  # noqa: ARG002
        args: Sequence[Any],
        kwargs: Mapping[str, Any],  # noqa: ARG002
    ) -> None:
        """Takes what the call is given."""
        self._count += 1
        if self._count == self.number:
            self.given = args[0]
            raise EnoughHeard


def _may_change_much(option: Any) -> bool:
    """Whether an option of a call is another tensor, or sets off what is done in training."""
    return option is True or any(hasattr(one, "shape") for one in keras.tree.flatten(option))


def _times_written(tensor: Any) -> int:
    """Counts how often a tensor was written to in place, which PyTorch's can be."""
    return int(getattr(tensor, "_version", 0))
