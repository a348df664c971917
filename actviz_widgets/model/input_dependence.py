"""Which of a model's inputs reach each layer call, followed from call to call.

A tensor is known by being the very same object that the model was given, or a layer or an operation
put out. What a layer written by hand makes of it in between is not seen: it depends on some of what
that layer was given, and which of them is then not known.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras

from . import backends


@dataclass(frozen=True)
class Dependence:
    """Which inputs of a model reach a tensor.

    Attributes:
        inputs: Their indices, counted in the order in which Keras flattens them.
        is_known: Whether it is just these; else it is some of them, and not known which.
    """

    inputs: frozenset[int] = frozenset()
    is_known: bool = True

    def joined(self, other: Dependence) -> Dependence:
        """Gives that of what is made of both."""
        inputs = self.inputs | other.inputs
        # What surely reaches it cannot become more by what may.
        of_known = [one.inputs for one in (self, other) if one.is_known]
        is_known = (self.is_known and other.is_known) or inputs in of_known
        return Dependence(inputs, is_known)


class Dependences:
    """The dependences of the tensors of one run, which are not kept alive for it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Callable[[], Any], Dependence]] = {}
        self._given: list[Dependence] = []

    def begin(self, inputs: Any) -> None:
        """Takes note of what the model is given."""
        for index, tensor in enumerate(keras.tree.flatten(inputs)):
            self._note(tensor, Dependence(frozenset({index})))

    @contextmanager
    def within(self, arguments: Sequence[Any]) -> Iterator[None]:
        """Follows the calls within a layer that is called with these arguments."""
        given = keras.tree.flatten(list(arguments))
        self._given.append(
            self._of_all([one for one in given if _is_tensor(one) or self._exact(one)])
        )
        try:
            yield
        finally:
            self._given.pop()

    def converted(self, given: Any, tensor: Any) -> None:
        """Hears that a tensor was made of another, as a cast is."""
        if self._exact(tensor) is None:
            self._note(tensor, self.of(given))

    def ended(self, what: Any, arguments: Sequence[Any], outputs: Any) -> None:
        """Hears of a layer call or an operation, those within first.

        Args:
            what: The layer or operation.
            arguments: What it was called with, by position and by name.
            outputs: What it put out.
        """
        made = _tensors_in([outputs])
        exact = [self._exact(tensor) for tensor in made]
        if all(one is not None and one.is_known for one in exact):
            return  # made within, or passed on
        constants = _constants(what)
        given = [one for one in _tensors_in(arguments) if id(one) not in constants]
        joined = self._of_all(given)
        for tensor, known in zip(made, exact, strict=True):
            if known is None or not known.is_known:
                self._note(tensor, joined)

    def of(self, tensor: Any) -> Dependence:
        """Gives which inputs reach a tensor."""
        known = self._exact(tensor)
        if known is not None:
            return known
        given = self._given[-1] if self._given else Dependence(is_known=False)
        # Of a single input there is but one to depend on.
        return given if len(given.inputs) <= 1 else Dependence(given.inputs, is_known=False)

    def _exact(self, tensor: Any) -> Dependence | None:
        while tensor is not None:
            reference, dependence = self._known.get(id(tensor), (None, None))
            if reference is not None and reference() is tensor:
                return dependence
            tensor = backends.cast_from(tensor)
        return None

    def _of_all(self, tensors: Sequence[Any]) -> Dependence:
        dependence = Dependence()
        for tensor in tensors:
            dependence = dependence.joined(self.of(tensor))
        return dependence

    def _note(self, tensor: Any, dependence: Dependence) -> None:
        try:
            reference: Callable[[], Any] = weakref.ref(tensor)
        except TypeError:  # a symbol, which takes no memory
            reference = lambda: tensor  # noqa: E731
        self._known[id(tensor)] = reference, dependence


def _tensors_in(arguments: Sequence[Any]) -> list[Any]:
    """Gives the tensors among arguments that are no weights."""
    return [leaf for leaf in keras.tree.flatten(list(arguments)) if _is_tensor(leaf)]


def _is_tensor(leaf: Any) -> bool:
    return keras.ops.is_tensor(leaf) and not isinstance(leaf, keras.Variable)


def _constants(what: Any) -> set[int]:
    """Gives the identities of tensors that a graph holds as arguments of a layer or operation."""
    found = set()
    for node in getattr(what, "_inbound_nodes", None) or ():
        held = getattr(node, "arguments", None)
        leaves = keras.tree.flatten([getattr(held, "args", ()), getattr(held, "kwargs", {})])
        found |= {id(leaf) for leaf in leaves if keras.ops.is_tensor(leaf)}
    return found
