"""How the outputs of a model come to be: which layer, or which operation, makes each."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

from .layer_roles import class_names, passes_on

Shape = tuple[int | None, ...]

# Layers behind which the units are what they were.
_KEEPS_UNITS = frozenset(
    {"Reshape", "Flatten", "Permute", "Resizing", "UpSampling1D", "UpSampling2D", "UpSampling3D"}
    | {"ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Masking"}
    | {"Cropping1D", "Cropping2D", "Cropping3D", "CenterCrop"}
)
# Layers and operations that are functions themselves, by their classes.
_FUNCTIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "HardSigmoid": "hard_sigmoid",
    "Tanh": "tanh",
    "ReLU": "relu",
    "Relu": "relu",
    "LeakyReLU": "leaky_relu",
    "LeakyRelu": "leaky_relu",
    "ELU": "elu",
    "PReLU": "prelu",
}


@dataclass(frozen=True)
class Made:
    """How an output came to be.

    Attributes:
        name: What it is called; empty where the model has but one.
        shape: Its shape, batch axis first.
        class_name: The class of what made it; empty if that is not known.
        function: Name of its activation function, such as `"softmax"`; `None` where not known.
        is_features: Whether a pooling or a normalisation comes last.
        channels_first: Whether the units of a map stand right behind the batch axis.
    """

    name: str
    shape: Shape
    class_name: str = ""
    function: str | None = None
    is_features: bool = False
    channels_first: bool = False


@dataclass(frozen=True)
class Step:
    """A layer call or an operation, and the one that made what it was given.

    Attributes:
        what: The layer, or the operation.
        before: What made its first input; `None` where not known.
    """

    what: Any
    before: Step | None


@dataclass
class OutputMakers:
    """Remembers which step made each tensor of a run that is still there."""

    _steps: dict[int, tuple[Any, Step]] = field(default_factory=dict)

    def ended(self, what: Any, inputs: Sequence[Any], outputs: Any) -> None:
        """Hears of a layer call or an operation, those within first."""
        given = [one for one in keras.tree.flatten(inputs[:1]) if keras.ops.is_tensor(one)]
        before = self.of(given[0]) if len(given) == 1 else None
        for tensor in keras.tree.flatten(outputs):
            # What is passed on as it is was made before, and what a model puts out, in it.
            if keras.ops.is_tensor(tensor) and self.of(tensor) is None:
                try:
                    self._steps[id(tensor)] = weakref.ref(tensor), Step(what, before)
                except TypeError:  # a tensor that cannot be referred to weakly
                    continue

    def of(self, tensor: Any) -> Step | None:
        """Gives the step that made a tensor; `None` if none is known."""
        reference, step = self._steps.get(id(tensor), (None, None))
        return step if reference is not None and reference() is tensor else None


def deciding(step: Step | None) -> Step | None:
    """Gives the last step that changes what the units are."""
    while step is not None and (passes_on(step.what) or type(step.what).__name__ in _KEEPS_UNITS):
        step = step.before
    return step


def function_of(what: Any) -> str | None:
    """Names the activation function of a layer or an operation.

    Returns:
        `"sigmoid"`, `"softmax"`, `"linear"`, ...; `None` if it does not tell.
    """
    function = getattr(what, "activation", None)
    if callable(function):
        return str(getattr(function, "__name__", "")) or None
    named = _FUNCTIONS.get(type(what).__name__)
    if named is None and "Wrapper" in class_names(what):  # as `TimeDistributed`
        return function_of(what.layer)
    return named


def is_features(what: Any) -> bool:
    """Whether a layer puts out features by its kind: pooling, or normalisation."""
    names = class_names(what)
    return any("Pooling" in name or name.endswith("Normalization") for name in names)
