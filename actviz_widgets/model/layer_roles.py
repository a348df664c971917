"""Which part a layer plays in its model, as far as its class and its settings tell.

Layers are known by the names of their classes and base classes: the same ones for Keras 3 on any
backend and for the legacy `tf_keras`, without importing either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..feature_maps.layer_role import LayerRole
from .tensor_origins import (
    Origin,
    Origins,
    grid_of,
    is_block,
    matched_rows,
    origin_through,
    tensors_in,
)

Shape = tuple[int | None, ...]

ATTENTION = frozenset({"MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention"})
_SINGLE_ATTENTION = frozenset({"Attention", "AdditiveAttention"})
# Layers of Keras that compute what the user says.
_ANYTHING = frozenset(
    {"FlaxLayer", "JaxLayer", "Lambda", "Model", "TFSMLayer", "TorchModuleWrapper"}
)
_PASS_ON = frozenset(
    {
        "ActivityRegularization",
        "AlphaDropout",
        "AugMix",
        "CutMix",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "Identity",
        "InputLayer",
        "MixUp",
        "RandAugment",
        "SpatialDropout",
    }
)
# By the names of activation functions.
_BOUNDS = {
    "hard_sigmoid": (0.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sparse_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}
KERAS = ("keras", "tf_keras")
# What a class may define without changing what its layers compute.
_HARMLESS = frozenset(
    {"__init__", "__doc__", "__module__", "__qualname__", "__annotations__", "__dict__"}
    | {"__firstlineno__", "__static_attributes__", "__weakref__"}
    | {"build", "compute_output_shape", "compute_output_spec", "from_config", "get_config"}
)


def class_names(layer: object) -> frozenset[str]:
    """Names a layer's class and all its base classes.

    Those of Keras's backends are left out: on JAX every layer is a `JaxLayer` of that kind.
    """
    return frozenset(
        base.__name__
        for base in type(layer).__mro__
        if not base.__module__.startswith("keras.src.backend.")
    )


def passes_on(layer: object) -> bool:
    """Whether a layer, in inference, puts out what it is given."""
    kind = type(layer)
    is_augmentation = (
        kind.__name__.startswith("Random")
        and kind.__module__.split(".")[0] in KERAS
        and kind.__name__ != "RandomFourierFeatures"
    )
    return is_augmentation or bool(class_names(layer) & _PASS_ON)


def is_rnn(layer: object) -> bool:
    """Whether a layer runs a cell once a time step, inside a loop."""
    return "RNN" in class_names(layer)


def is_cell(layer: object) -> bool:
    """Whether a layer is the cell of an RNN."""
    return hasattr(layer, "state_size") and not is_rnn(layer)


def own_class(layer: Any) -> type | None:
    """Gives the class of Keras's own that says what a layer computes.

    Returns:
        `None` where a class of the user's changes that.
    """
    changed: set[str] = {"call"} & set(vars(layer))
    for kind in type(layer).__mro__:
        if kind.__module__.split(".")[0] in KERAS:
            return None if changed & set(dir(kind)) else kind
        changed |= set(vars(kind)) - _HARMLESS
    return None


def bounds_of(layer: Any) -> tuple[float | None, float] | None:
    """Gives the values beyond which a layer's activation function cannot go.

    Args:
        layer: A Keras layer.

    Returns:
        `(lower, upper)`, such as `(-1, 1)` for tanh; `None` if the function has no upper bound, or
        is a softmax, whose values bound each other. The lower one is `None` where it is the 0 of a
        ReLU: there a channel is dead, not saturated.
    """
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", "")
    if name == "relu6":
        return None, 6.0
    if name in _BOUNDS:
        return _BOUNDS[name]
    relu = next((one for one in (layer, function) if type(one).__name__ in ("ReLU", "ReLU6")), None)
    largest = getattr(relu, "max_value", None)
    return None if largest is None else (None, float(largest))


class RoleReader:
    """Reads the roles of layers in the order in which they run.

    Layers that have no data format of their own, such as an activation or a sum, keep that of the
    layers before them; a sequence made of a picture is told from one over time by what has run.
    Rows are places of a picture where the tensors between were seen; see `tensor_origins`. Where
    one was not, as within a layer written by hand, the grid is that of the last maps before.
    """

    def __init__(self, input_ranks: tuple[int, ...]) -> None:
        self._has_picture = 4 in input_ranks
        # By rank: the maps of a model and its series may stand in different order.
        self._channels_first: dict[int, bool] = {}
        # What the first layer that tells takes; it holds for all that came before.
        self._first: dict[int, bool] = {}
        self._over_time = False
        self._has_time = False
        self._grid: tuple[int, int] | None = None
        self._rows: int | None = None
        self._origins = Origins()

    def read(
        self,
        layer: Any,
        parent: object,
        index: int,
        shape: Shape,
        *,
        given: Sequence[Any] = (),
        tensor: Any = None,
        has_batch: bool = True,
    ) -> LayerRole:
        """Gives the role of one tensor.

        Args:
            layer: The layer that puts it out.
            parent: The layer that called that layer.
            index: Which of the layer's tensors it is, from 0.
            shape: Its shape, without batch axis.
            given: What the layer was called with. Defaults to `()`, not known.
            tensor: The tensor itself. Defaults to `None`: what is made of it cannot be followed.
            has_batch: Whether it has a batch axis, as a table of positions has not.
        """
        names = class_names(layer)
        self._read_format(layer, names, shape)
        self._read_time(layer, names, shape)
        is_attention = _is_attention(names, class_names(parent), index, shape)
        first = bool(self._channels_first.get(format_rank(shape)))
        origin = self._origins.of(tensor)  # made by a layer within
        if origin is None or origin.shape != shape:
            origin = self._origin(layer, names, class_names(parent), shape, given)
        if is_attention or not has_batch:
            origin = Origin("none", shape)
        elif len(shape) == 3 and (origin is None or origin.form == "maps"):
            origin = Origin("maps", shape, grid_of(shape, first), first)
        elif origin is None and len(shape) == 2 and self._may_be_turned(given, shape):
            origin = Origin("none", shape)
        elif origin is None and len(shape) > 3:
            on_last = not first and None not in shape[:2] and shape[:2] == self._grid
            origin = Origin("maps", shape, self._grid) if on_last else None
        role = self._role(layer, origin, is_attention, shape)
        self._origins.note(tensor, origin)
        if origin is not None and origin.form == "rows":
            self._rows = shape[0]
        if len(shape) == 3 and origin is not None and origin.form == "maps" and has_batch:
            self._grid = grid_of(shape, first) or self._grid
        return role

    def begin(self, inputs: Sequence[Any]) -> None:
        """Takes note of what the model is given: three axes behind the batch axis are a picture."""
        for tensor in tensors_in(inputs):
            shape = tuple(tensor.shape)[1:]
            if len(shape) == 3:
                self._origins.note(tensor, Origin("maps", shape, grid_of(shape, False)))

    def converted(self, given: Any, tensor: Any) -> None:
        """Takes note that a tensor is another of the same shape, as a cast is."""
        if tuple(given.shape) == tuple(tensor.shape):
            self._origins.note(tensor, self._origins.of(given))

    def passed(
        self, operation: Any, given: Sequence[Any], tensor: Any, batch_size: int | None
    ) -> None:
        """Follows an operation between the layers of a functional model.

        Args:
            operation: A Keras `Operation` that is no layer.
            given: What it was called with.
            tensor: What it put out.
            batch_size: Of the run.
        """
        shape = getattr(tensor, "shape", None)
        if shape is None or not len(shape) or shape[0] != batch_size:
            return
        origin = origin_through(
            operation,
            class_names(operation),
            self._origins.of_all(given),
            tuple(shape[1:]),
            is_own=type(operation).__module__.split(".")[0] in KERAS,
        )
        self._origins.note(tensor, origin)

    def _role(
        self, layer: object, origin: Origin | None, is_attention: bool, shape: Shape
    ) -> LayerRole:
        form = None if origin is None else origin.form
        may_be_tokens = self._has_picture and not self._over_time
        if origin is not None and len(shape) == 2:
            may_be_tokens &= form == "rows"
        elif form == "heads":
            may_be_tokens &= origin is not None and origin.grid is not None
        is_seen = origin is not None and form in ("rows", "heads") and origin.grid is not None
        return LayerRole(
            passes_on=passes_on(layer),
            channels_first=self._channels_first.get(format_rank(shape)),
            is_attention=is_attention,
            may_be_tokens=may_be_tokens,
            grid=origin.grid if is_seen and origin is not None else self._grid,
            extra=origin.extra if is_seen and origin is not None else None,
            is_on_grid=self._has_picture and len(shape) > 3 and form == "maps",
            is_heads=form == "heads",
            is_time=self._has_time,
        )

    def _origin(
        self,
        layer: Any,
        names: frozenset[str],
        parent: frozenset[str],
        shape: Shape,
        given: Sequence[Any],
    ) -> Origin | None:
        """Gives what is known of the places in a tensor; `None` if nothing is."""
        known = self._origins.of_all(given)
        is_table = "Embedding" in names and hasattr(layer, "input_dim")
        if "InputLayer" in names or is_table:
            return Origin("none", shape) if len(shape) != 3 else None
        heads = len(shape) == 3 and (bool(parent & ATTENTION) or _makes_heads(layer, names))
        if heads:
            of_rows = [one for one in known if one.form in ("rows", "heads")]
            if of_rows and of_rows[0].shape[0] == shape[0]:
                return replace(of_rows[0], form="heads", shape=shape)
            return Origin("heads", shape)
        if not known and names & {"Permute"}:
            return Origin("none", shape) if len(shape) == 2 else None
        attends = bool(known and names & (ATTENTION | _SINGLE_ATTENTION))
        if attends and self._origins.of(next(iter(tensors_in(given)), None)) is None:
            return Origin("none", shape)  # its queries are not what is known
        is_own = own_class(layer) is not None and not names & _ANYTHING
        origin = origin_through(layer, names, known, shape, is_own=is_own)
        if origin is None or is_own or len(shape) != 2 or origin.form != "none":
            return origin
        # A layer written by hand that has maps within makes rows of the last of those.
        is_new = known[0].form == "maps" and known[0].grid != self._grid
        is_turned = matched_rows(shape[1], self._grid) and not is_block(layer)
        if not is_new or self._grid is None or is_turned:
            return origin
        if shape[0] is None or not matched_rows(shape[0], self._grid):
            return origin
        return Origin("rows", shape, self._grid, extra=shape[0] - math.prod(self._grid))

    def _may_be_turned(self, given: Sequence[Any], shape: Shape) -> bool:
        """Whether rows that were not seen to come from places may be the columns of such.

        They are not told apart where what a layer was given is as wide as there are places.
        """
        before = getattr(next(iter(tensors_in(given)), None), "shape", None)
        width = before[2] if before is not None and len(before) == 3 else shape[1]
        if self._rows is not None:
            return bool(width == self._rows)
        return matched_rows(width, self._grid)

    def _read_time(self, layer: object, names: frozenset[str], shape: Shape) -> None:
        """Notes whether a layer works along rows, which are then steps and no set."""
        is_along = any(name.endswith(("1D", "1DTranspose")) for name in names)
        self._over_time |= "RNN" in names or (len(shape) == 2 and is_along)
        window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        window = window[0] if isinstance(window, list | tuple) and len(window) == 1 else window
        is_window = is_along and isinstance(window, int) and window > 1
        self._has_time |= bool(names & {"RNN", "TimeDistributed"}) or is_window

    def _read_format(self, layer: object, names: frozenset[str], shape: Shape) -> None:
        if len(shape) < 2:
            return
        data_format = getattr(layer, "data_format", None)
        axis = getattr(layer, "axis", None) if "BatchNormalization" in names else None
        if isinstance(axis, list | tuple) and len(axis) == 1:
            axis = axis[0]
        rank = format_rank(shape)
        takes: bool | None = None
        if data_format in ("channels_first", "channels_last"):
            takes = self._channels_first[rank] = data_format == "channels_first"
        elif isinstance(axis, int):
            takes = self._channels_first[rank] = axis % (len(shape) + 1) == 1
        elif "Permute" in names and len(shape) == 3:
            order = tuple(getattr(layer, "dims", ()))
            if order in ((2, 3, 1), (3, 1, 2)):
                self._channels_first[rank] = order == (3, 1, 2)
                takes = order == (2, 3, 1)
        if takes is not None:
            self._first.setdefault(rank, takes)

    @property
    def input_format(self) -> bool | None:
        """Whether the channels come first in the first maps; `None` if no layer tells."""
        return self._first.get(3)

    def settled(self, roles: Sequence[LayerRole], shapes: Sequence[Shape]) -> list[LayerRole]:
        """Gives the roles as they are known at the end of the run.

        What comes before the first layer that tells its data format has the one that layer takes.
        In a model with layers over time, no sequence is taken for the patches of a picture.
        """
        return [
            replace(
                role,
                channels_first=(
                    self._first.get(format_rank(shape), False)
                    if role.channels_first is None
                    else role.channels_first
                ),
                may_be_tokens=role.may_be_tokens and not self._over_time,
                is_time=self._has_time,
            )
            for role, shape in zip(roles, shapes, strict=True)
        ]


def format_rank(shape: Shape) -> int:
    """Groups shapes, without batch axis, by what a data format holds for: series, and all maps."""
    return min(len(shape), 3)


def _makes_heads(layer: Any, names: frozenset[str]) -> bool:
    """Whether a layer makes `(rows, heads, size)` of `(rows, channels)`."""
    if "EinsumDense" not in names:
        return False
    given, _, rest = str(layer.equation).replace(" ", "").partition(",")
    _, _, wanted = rest.partition("->")
    is_split = len(given) == 3 and len(wanted) == 4 and wanted[:2] == given[:2]
    return is_split and not set(wanted[2:]) & set(given)


def _is_attention(names: frozenset[str], parent: frozenset[str], index: int, shape: Shape) -> bool:
    if names & ATTENTION:
        return index == 1 and len(shape) == 3
    if names & _SINGLE_ATTENTION:
        return index == 1 and len(shape) == 2
    if parent & ATTENTION:
        return len(shape) == 3 and bool(names & {"Softmax", "Dropout"})
    # Attention written by hand: scores beside what it puts out, or the softmax within.
    named = index >= 1 and any("Attention" in name for name in names)
    within = any("Attention" in name for name in parent) and "Softmax" in names
    return (named or within) and len(shape) == 3 and shape[1] == shape[2]
