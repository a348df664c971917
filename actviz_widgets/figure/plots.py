"""Static plots of activations, for scripts and notebooks without widgets."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..feature_maps import color_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_channel(
    activation: Any, channel: int, *, ax: Axes | None = None, cmap: str = "viridis"
) -> Axes:
    """Plots one feature map with its colour bar.

    Args:
        activation: What a layer puts out for one picture, `(height, width, channels)`; a batch
            axis of 1 in front is taken off.
        channel: Index of the channel, from 0.
        ax: Axes to plot into. Defaults to `None`: those of a new pyplot figure.
        cmap: Name of a matplotlib colour map.

    Returns:
        The axes.

    Raises:
        TypeError: If `channel` is no index, or `ax` no axes.
        ValueError: If the activation has another shape, or no such channel.
    """
    values = _without_batch_axis(activation)
    channels = values.shape[-1]
    try:
        channel = operator.index(channel)
    except TypeError:
        raise TypeError(
            f"channel is {channel!r}; an index is wanted, 0 to {channels - 1}."
        ) from None
    if not 0 <= channel < channels:
        raise ValueError(
            f"Channel {channel} was asked for, of an activation of shape {values.shape}, which has "
            f"the channels 0 to {channels - 1}."
        )
    colors = color_scale.color_map(cmap)
    axes = _axes_or_new(ax)
    _plot_map(axes, values[:, :, channel], colors)
    axes.set_title(f"channel {channel} of {channels}")
    return axes


def plot_layer(activation: Any, *, ax: Axes | None = None, columns: int | None = None) -> Axes:
    """Plots all feature maps of a layer side by side, on one colour scale.

    Args:
        activation: What a layer puts out for one picture, `(height, width, channels)`; a batch
            axis of 1 in front is taken off.
        ax: Axes to plot into. Defaults to `None`: those of a new pyplot figure.
        columns: Number of maps in a row. Defaults to `None`: about as many rows as columns.

    Returns:
        The axes. Channel 0 is at the top left, channel 1 to the right of it.

    Raises:
        TypeError: If `columns` is no whole number, or `ax` no axes.
        ValueError: If the activation has another shape, or `columns` is below 1.
    """
    values = _without_batch_axis(activation)
    if columns is not None:
        try:
            columns = operator.index(columns)
        except TypeError:
            kind = type(columns).__name__
            raise TypeError(f"columns is of type {kind}; a whole number is wanted.") from None
        if columns < 1:
            raise ValueError(f"columns is {columns}; 1 or more is wanted.")
        columns = min(columns, values.shape[-1])
    tiled = color_scale.tile(values, columns)
    axes = _axes_or_new(ax)
    _plot_map(axes, tiled, "viridis")
    axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    axes.set_title(f"all {values.shape[-1]} channels")
    return axes


def _without_batch_axis(activation: Any) -> np.ndarray:
    try:
        values = np.asarray(activation)
    except Exception as error:  # ragged lists, and whatever an object's own code raises
        raise ValueError(
            f"The activation, of type {type(activation).__name__}, is no array: an array of shape "
            "(height, width, channels) is wanted, for one picture: activations[path][0]."
        ) from error
    if values.ndim == 4 and values.shape[0] == 1:
        values = values[0]
    if values.ndim != 3 or values.size == 0 or values.dtype.kind not in "fiub":
        raise ValueError(
            f"The activation has shape {values.shape} and dtype {values.dtype}; numbers of shape "
            "(height, width, channels) are wanted, for one picture: activations[path][0]."
        )
    return values


def _axes_or_new(ax: Axes | None) -> Axes:
    if ax is not None:
        from matplotlib.axes import Axes

        if not isinstance(ax, Axes):
            raise TypeError(
                f"ax is of type {type(ax).__name__}; axes of matplotlib are wanted, such as "
                "plt.subplots()[1] gives."
            )
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots()[1]


def _plot_map(axes: Axes, values: np.ndarray, cmap: Any) -> None:
    low, high = color_scale.limits(values)
    image = axes.imshow(
        color_scale.finite_or_masked(values),
        cmap=cmap,
        vmin=low,
        vmax=high,
        interpolation="nearest",
        origin="upper",
    )
    axes.grid(False)
    axes.figure.colorbar(image, ax=axes)
