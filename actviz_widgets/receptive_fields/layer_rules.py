"""What each layer that takes one tensor does to its reach, by the layer's class.

A layer is known by its class, if that is one of Keras's own. A class of the user's may compute
anything, even where it is derived from one of these, so what it makes is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..model import layer_roles
from ..model.layer_roles import KERAS, own_class
from .reach import Reach
from .sampling import Resampling, Sampling, TransposedWindow, Window, same_padding

Sizes = tuple[int, ...]


def reach_through_layer(layer: Any, reach: Reach, output_shape: Sizes) -> Reach | None:
    """Gives the reach of what a layer makes of one tensor.

    Args:
        layer: The layer.
        reach: That of the tensor.
        output_shape: The shape of what it puts out, the batch axis first.

    Returns:
        `None` where the layer does not tell.
    """
    kind = own_class(layer)
    if kind is None:
        return None
    if layer_roles.passes_on(layer):
        return reach
    rule = _RULES.get(kind.__name__)
    return None if rule is None else rule(layer, reach, output_shape)


# Functions that make each value from the one at its place.
_POINTWISE_FUNCTIONS = frozenset(
    {"celu", "elu", "exp", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu"}
    | {"hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "mish", "relu", "relu6"}
    | {"selu", "sigmoid", "silu", "soft_shrink", "softplus", "softsign", "sparse_plus"}
    | {"sparse_sigmoid", "squareplus", "swish", "tanh", "tanh_shrink", "threshold"}
)
_LAST_AXIS_FUNCTIONS = frozenset({"log_softmax", "softmax", "sparsemax"})


def _activated(layer: Any, reach: Reach | None) -> Reach | None:
    """Passes a reach through the activation function of a layer."""
    function = getattr(layer, "activation", None)
    if function is None or reach is None:
        return reach
    if hasattr(function, "call"):  # a layer
        return reach_through_layer(function, reach, (1, *reach.shape))
    name = getattr(function, "__name__", "")
    if getattr(function, "__module__", "").split(".")[0] not in (*KERAS, "tensorflow"):
        return None
    if name in _POINTWISE_FUNCTIONS:
        return reach
    return reach.mixed([len(reach.axes) - 1]) if name in _LAST_AXIS_FUNCTIONS else None


def _same(layer: Any, reach: Reach, shape: Sizes) -> Reach:
    return reach


def _activation(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    return _activated(layer, reach)


def _dense(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    return _activated(layer, reach.replaced(len(reach.axes) - 1, shape[-1]))


def _einsum_dense(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    """Keeps the axes whose letters stay; what is summed over is seen by all."""
    given, _, rest = str(layer.equation).replace(" ", "").partition(",")
    _, _, wanted = rest.partition("->")
    if "." in given + wanted or len(given) != len(reach.axes) or wanted[:1] != given[:1]:
        return None
    summed = [axis for axis, letter in enumerate(given) if letter not in wanted]
    kept = [letter for letter in given if letter in wanted]
    reach = reach.removed(summed)
    new = [letter for letter in wanted if letter not in kept]
    sizes = {letter: shape[wanted.index(letter)] for letter in new}
    for letter in new:
        reach = reach.with_axis_behind(sizes[letter])
    order = [(kept + new).index(letter) for letter in wanted]
    return _activated(layer, reach.permuted(order))


def _mixing_own_axes(layer: Any, reach: Reach, shape: Sizes) -> Reach:
    return reach.mixed(_axes(layer, reach))


def _group_normalization(layer: Any, reach: Reach, shape: Sizes) -> Reach:
    return reach.mixed(range(1, len(reach.axes)))


def _convolution(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    return _convolved(layer, reach, shape, is_transposed=False)


def _transposed_convolution(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    return _convolved(layer, reach, shape, is_transposed=True)


def _convolved(layer: Any, reach: Reach, shape: Sizes, *, is_transposed: bool) -> Reach | None:
    axes = _spatial_axes(layer, reach)
    channel_axis = 1 if layer.data_format == "channels_first" else len(reach.axes) - 1
    made: Reach | None = reach.replaced(channel_axis, shape[channel_axis])
    for axis, size, stride, dilation in zip(
        axes,
        _numbers(layer.kernel_size, axes),
        _numbers(layer.strides, axes),
        _numbers(layer.dilation_rate, axes),
        strict=True,
    ):
        length, count = reach.shape[axis - 1], shape[axis]
        if is_transposed:
            if dilation != 1:
                return None  # the backends do not agree on it, and TensorFlow's cannot run it
            before = _before(layer, count, length, size, stride, dilation)
            sampling: Sampling = TransposedWindow(size, stride, before)
        else:
            before = _before(layer, length, count, size, stride, dilation)
            sampling = Window(size, stride, dilation, before)
        made = made and made.resampled(axis, sampling, count)
    return _activated(layer, made)


def _pooling(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    axes = _spatial_axes(layer, reach)
    made: Reach | None = reach
    sizes, strides = _numbers(layer.pool_size, axes), _numbers(layer.strides, axes)
    for axis, size, stride in zip(axes, sizes, strides, strict=True):
        before = _before(layer, reach.shape[axis - 1], shape[axis], size, stride, 1)
        made = made and made.resampled(axis, Window(size, stride, 1, before), shape[axis])
    return made


def _global_pooling(layer: Any, reach: Reach, shape: Sizes) -> Reach:
    axes = _spatial_axes(layer, reach)
    if not layer.keepdims:
        return reach.removed(axes)
    for axis in axes:
        reach = reach.replaced(axis, 1)
    return reach


def _padding(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    return _shifted(layer, reach, shape, layer.padding, 1)


def _cropping(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    return _shifted(layer, reach, shape, layer.cropping, -1)


def _shifted(layer: Any, reach: Reach, shape: Sizes, amounts: Any, sign: int) -> Reach | None:
    axes = _spatial_axes(layer, reach)
    pairs = amounts if isinstance(amounts[0], list | tuple) else [amounts]
    made: Reach | None = reach
    for axis, (before, _) in zip(axes, pairs, strict=True):
        made = made and made.resampled(axis, Window(before=sign * before), shape[axis])
    return made


def _center_crop(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    axes = _spatial_axes(layer, reach)
    made: Reach | None = reach
    for axis in axes:
        too_long = reach.shape[axis - 1] - shape[axis]
        if too_long < 0:
            return None  # resized
        made = made and made.resampled(axis, Window(before=-(too_long // 2)), shape[axis])
    return made


def _resizing(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    is_plain = not any(
        getattr(layer, option, False)
        for option in ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
    )
    return _resampled(layer, reach, shape) if is_plain else None


def _resampled(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    interpolation = getattr(layer, "interpolation", "nearest")
    if interpolation not in ("nearest", "bilinear"):
        return None
    made: Reach | None = reach
    for axis in _spatial_axes(layer, reach):
        is_bilinear = interpolation == "bilinear"
        sampling = Resampling(reach.shape[axis - 1], shape[axis], is_bilinear)
        made = made and made.resampled(axis, sampling, shape[axis])
    return made


def _reshape(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    return reach.reshaped(shape[1:])


def _flatten(layer: Any, reach: Reach, shape: Sizes) -> Reach | None:
    rank = len(reach.axes)
    if layer.data_format == "channels_first" and rank > 1:
        reach = reach.permuted((0, *range(2, rank), 1))
    return reach.reshaped(shape[1:])


def _permute(layer: Any, reach: Reach, shape: Sizes) -> Reach:
    return reach.permuted((0, *layer.dims))


def _before(layer: Any, length: int, count: int, size: int, stride: int, dilation: int) -> int:
    """Gives the padding in front of position 0 of a window that moves over `length` positions."""
    if layer.padding == "causal":
        return (size - 1) * dilation
    return same_padding(length, count, size, stride, dilation) if layer.padding == "same" else 0


def _spatial_axes(layer: Any, reach: Reach) -> range:
    is_first = getattr(layer, "data_format", "channels_last") == "channels_first"
    return range(2, len(reach.axes)) if is_first else range(1, len(reach.axes) - 1)


def _axes(layer: Any, reach: Reach) -> list[int]:
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    return [axis % len(reach.axes) for axis in axes]


def _numbers(numbers: Any, axes: Sequence[int]) -> tuple[int, ...]:
    """Gives a setting for each axis; legacy layers have a single number for all."""
    return tuple(numbers) if isinstance(numbers, list | tuple) else (int(numbers),) * len(axes)


_RULES: dict[str, Callable[[Any, Reach, Sizes], Reach | None]] = {
    "Activation": _activation,
    "CenterCrop": _center_crop,
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "Flatten": _flatten,
    "GroupNormalization": _group_normalization,
    "Permute": _permute,
    "Reshape": _reshape,
    "Resizing": _resizing,
}
for _name in ("BatchNormalization", "ELU", "LayerScale", "LeakyReLU", "Normalization", "PReLU"):
    _RULES[_name] = _same
for _name in ("ReLU", "Rescaling", "ThresholdedReLU"):
    _RULES[_name] = _same
for _name in ("LayerNormalization", "RMSNormalization", "Softmax", "UnitNormalization"):
    _RULES[_name] = _mixing_own_axes
for _rank in ("1D", "2D"):
    for _name in ("Conv", "DepthwiseConv", "SeparableConv"):
        _RULES[_name + _rank] = _convolution
    for _name in ("MaxPooling", "AveragePooling"):
        _RULES[_name + _rank] = _pooling
    for _name in ("GlobalMaxPooling", "GlobalAveragePooling"):
        _RULES[_name + _rank] = _global_pooling
    _RULES[f"Conv{_rank}Transpose"] = _transposed_convolution
    _RULES[f"ZeroPadding{_rank}"] = _padding
    _RULES[f"Cropping{_rank}"] = _cropping
    _RULES[f"UpSampling{_rank}"] = _resampled
