"""Which part a layer plays in its model, as far as its class and its settings tell.

Layers are known by the names of their classes and base classes: the same ones for Keras 3 on any
backend and for the legacy `tf_keras`, without importing either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..feature_maps.layer_role import LayerRole

Shape = tuple[int | None, ...]

ATTENTION = frozenset({"MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention"})
_SINGLE_ATTENTION = frozenset({"Attention", "AdditiveAttention"})
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
    """Names a layer's class and all its base classes."""
    return frozenset(base.__name__ for base in type(layer).__mro__)


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
    """

    def __init__(self, input_ranks: tuple[int, ...]) -> None:
        self._has_picture = 4 in input_ranks
        # By rank: the maps of a model and its series may stand in different order.
        self._channels_first: dict[int, bool] = {}
        # What the first layer that tells takes; it holds for all that came before.
        self._first: dict[int, bool] = {}
        self._over_time = False
        self._grid: tuple[int, int] | None = None

    def read(self, layer: object, parent: object, index: int, shape: Shape) -> LayerRole:
        """Gives the role of one tensor.

        Args:
            layer: The layer that puts it out.
            parent: The layer that called that layer.
            index: Which of the layer's tensors it is, from 0.
            shape: Its shape, without batch axis.
        """
        names = class_names(layer)
        self._read_format(layer, names, shape)
        self._over_time |= "RNN" in names or (
            len(shape) == 2 and any(name.endswith(("1D", "1DTranspose")) for name in names)
        )
        role = LayerRole(
            passes_on=passes_on(layer),
            channels_first=self._channels_first.get(format_rank(shape)),
            is_attention=_is_attention(names, class_names(parent), index, shape),
            may_be_tokens=self._has_picture and not self._over_time,
            grid=self._grid,
        )
        # Within attention, three axes are tokens, heads and channels.
        is_map = "EinsumDense" not in names and not class_names(parent) & ATTENTION
        if len(shape) == 3 and is_map and not role.is_attention:
            height, width = shape[1:] if role.channels_first else shape[:2]
            if height and width:
                self._grid = (height, width)
        return role

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
            )
            for role, shape in zip(roles, shapes, strict=True)
        ]


def format_rank(shape: Shape) -> int:
    """Groups shapes, without batch axis, by what a data format holds for: series, and all maps."""
    return min(len(shape), 3)


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
