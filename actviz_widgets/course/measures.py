"""What a layer keeps of a picture, and what it says of its class: linear read-outs of activations.

A linear read-out can only pass on what is there in plain sight; it cannot work anything out. For
the class this is the linear probe of Alain & Bengio, "Understanding intermediate layers using
linear classifier probes" (2016).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .pictures import HAND_MADE, hand_made_maps

if TYPE_CHECKING:
    import keras

AT_A_TIME = 10  # pictures, whose activations fill the memory; Binder has little
GRID = 7
"""Places along each side at which a probe sees a layer: those of the smallest one."""

_PENALTIES = 10.0 ** np.arange(-3, 3)


@dataclass(frozen=True)
class LayerMeasures:
    """What was measured of one layer.

    Args:
        zeros: Share of the values that are exactly zero, `[0, 1]`.
        kept: Share of the variance of the pictures that the read-out explains, at most 1; 0 is as
            good as one flat colour.
        kept_by_shrinking: The same for pictures shrunk to the height and width of the layer.
        probe: Share of the pictures whose class the probe gets right, `[0, 1]`.
        likeness: Correlation of each channel with each hand-made map, `(channels, 10)`.
        read_out: Weights of the read-out, `(channels + 1, block * block * 3)`, the last row what is
            there without any activation.
        block: Height and width in pixels of what lies under one place of the layer.
        start: Row and column of the first pixel that lies under a place.
    """

    zeros: float
    kept: float
    kept_by_shrinking: float
    probe: float
    likeness: np.ndarray
    read_out: np.ndarray
    block: int
    start: int

    def reconstruct(self, activation: np.ndarray) -> np.ndarray:
        """Makes a picture of an activation `(height, width, channels)`.

        Returns:
            `(height * block, width * block, 3)`, float32, clipped to `[0, 1]`.
        """
        height, width, _ = activation.shape
        pixels = _with_ones(activation) @ self.read_out
        pixels = pixels.reshape(height, width, self.block, self.block, 3).swapaxes(1, 2)
        made = pixels.reshape(height * self.block, width * self.block, 3)
        return np.asarray(np.clip(made, 0, 1))


def measure(
    model: keras.Model, layers: Sequence[str], batches: Iterable[tuple[Any, Any]]
) -> dict[str, LayerMeasures]:
    """Measures layers over pictures, in one pass.

    The read-outs of the picture are fitted on every other picture and judged on the rest; a probe
    judges each picture after it was fitted on all others.

    Args:
        model: A Sequential model whose first layers are convolutions and pooling without padding.
        layers: Names of some of these.
        batches: Of pictures `(batch_size, height, width, 3)`, values in `[0, 1]`, and labels
            `(batch_size, 1)`, 0 or 1.

    Returns:
        The measures of each layer, by name.

    Raises:
        ValueError: If there are fewer than two pictures.
    """
    from ..model.activation_model import ActivationModel

    activation_model = ActivationModel(model, layers)
    collected = {name: _Collected(*_place(model, name)) for name in layers}
    labels = []
    for pictures, batch_labels in batches:
        pixels = np.asarray(pictures)
        labels.append(np.asarray(batch_labels).ravel())
        for start in range(0, len(pixels), AT_A_TIME):
            some = pixels[start : start + AT_A_TIME]
            maps = hand_made_maps(some)
            for name, activation in activation_model(some).items():
                collected[name].add(np.asarray(activation), some, maps)
    count = sum(map(len, labels))
    if count < 2:
        raise ValueError(f"Measuring takes two pictures or more, not {count}.")
    classes = np.concatenate(labels)
    return {name: layer.measures(classes) for name, layer in collected.items()}


def probe_accuracy(features: np.ndarray, labels: np.ndarray) -> float:
    """Says how well a linear probe tells two classes apart, leaving one picture out at a time.

    The probe is a ridge regression on standardized features; its penalty is the one of six whose
    error, with one left out, is least.

    Args:
        features: `(count, features)`.
        labels: `(count,)`, 0 or 1.

    Returns:
        Share of the pictures, `[0, 1]`, that a probe fitted on all others puts in their class.
    """
    centred = features - features.mean(axis=0, dtype=np.float64)
    spread = centred.std(axis=0)
    scaled = centred[:, spread > 0] / spread[spread > 0]
    signs = np.where(labels > 0.5, 1.0, -1.0)
    kernel = (scaled @ scaled.T).astype(np.float64) / max(scaled.shape[1], 1) + 1
    values, vectors = np.linalg.eigh(kernel)
    best = (np.inf, 0.0)
    for penalty in _PENALTIES:
        inverse = (vectors / (values + penalty)) @ vectors.T
        left_out = signs - inverse @ signs / np.diag(inverse)
        error = float(((signs - left_out) ** 2).mean())
        best = min(best, (error, float((left_out * signs > 0).mean())))
    return best[1]


def grid_means(maps: np.ndarray, side: int = GRID) -> np.ndarray:
    """Averages maps over the fields of a square grid.

    Args:
        maps: `(batch_size, height, width, channels)`, of at least `side` places along each side.
        side: Fields along each side. Defaults to `7`.

    Returns:
        `(batch_size, side * side * channels)`.
    """
    for axis in (1, 2):
        edges = np.linspace(0, maps.shape[axis], side + 1).astype(int)
        shape = [1, 1, 1, 1]
        shape[axis] = side
        maps = np.add.reduceat(maps, edges[:-1], axis) / np.diff(edges).reshape(shape)
    return maps.reshape(len(maps), -1)


class _Collected:
    """Sums over pictures from which the measures of one layer follow."""

    def __init__(self, block: int, start: int) -> None:
        self.block = block
        self.start = start
        self.zeros: list[float] = []
        self.counts: list[int] = []
        self.features: list[np.ndarray] = []
        # One for the pictures that the read-out is fitted on, one for those it is judged on.
        self.sums = {True: _Sums(), False: _Sums()}

    def add(self, activation: np.ndarray, pictures: np.ndarray, maps: np.ndarray) -> None:
        first = sum(self.counts) % 2
        self.zeros.append(float((activation == 0).mean()))
        self.counts.append(len(activation))
        self.features.append(grid_means(activation).astype(np.float32))  # of all pictures
        for fits, every_other in (
            (True, slice(first, None, 2)),
            (False, slice(1 - first, None, 2)),
        ):
            self._sum_up(
                self.sums[fits], activation[every_other], pictures[every_other], maps[every_other]
            )

    def _sum_up(
        self, sums: _Sums, activation: np.ndarray, pictures: np.ndarray, maps: np.ndarray
    ) -> None:
        height, width = activation.shape[1:3]
        places = len(activation) * height * width
        sums.add(
            _with_ones(activation).reshape(places, activation.shape[-1] + 1),
            self._under(pictures, height, width).reshape(places, self.block**2 * 3),
            self._under(maps, height, width)
            .reshape(places, self.block**2, len(HAND_MADE))
            .mean(axis=1),
        )

    def _under(self, pixels: np.ndarray, height: int, width: int) -> np.ndarray:
        """Gives the pixels under each place, `(batch_size, height, width, block * block * 3)`."""
        block, start = self.block, self.start
        cut = pixels[:, start : start + block * height, start : start + block * width]
        cut = cut.reshape(len(pixels), height, block, width, block, pixels.shape[-1]).swapaxes(2, 3)
        return cut.reshape(len(pixels), height, width, block * block * pixels.shape[-1])

    def measures(self, labels: np.ndarray) -> LayerMeasures:
        fitted, judged = self.sums[True], self.sums[False]
        read_out = fitted.read_out()
        return LayerMeasures(
            zeros=float(np.average(self.zeros, weights=self.counts)),
            kept=1 - judged.error(read_out) / judged.variance(),
            kept_by_shrinking=1 - judged.variance_within / judged.variance(),
            probe=probe_accuracy(np.concatenate(self.features), labels),
            likeness=judged.correlations(),
            read_out=read_out.astype(np.float32),
            block=self.block,
            start=self.start,
        )


class _Sums:
    """Sums of products of activations, pixels and hand-made maps over places."""

    def __init__(self) -> None:
        self.activations: Any = 0.0  # (channels + 1, channels + 1)
        self.with_pixels: Any = 0.0  # (channels + 1, block * block * 3)
        self.with_maps: Any = 0.0  # (channels + 1, 10)
        self.pixels: Any = 0.0  # (block * block * 3,), squared
        self.maps: Any = 0.0  # (10,), squared
        self.variance_within = 0.0

    def add(self, activations: np.ndarray, pixels: np.ndarray, maps: np.ndarray) -> None:
        self.activations += (activations.T @ activations).astype(np.float64)
        self.with_pixels += (activations.T @ pixels).astype(np.float64)
        self.with_maps += (activations.T @ maps).astype(np.float64)
        self.pixels += np.einsum("ij,ij->j", pixels, pixels, dtype=np.float64)
        self.maps += np.einsum("ij,ij->j", maps, maps, dtype=np.float64)
        in_blocks = pixels.reshape(len(pixels), pixels.shape[1] // 3, 3)
        self.variance_within += (
            float(in_blocks.var(axis=1).sum(dtype=np.float64)) * (in_blocks.shape[1])
        )

    def read_out(self) -> np.ndarray:
        # A little ridge: dead channels leave the equations without a single solution.
        ridge = 1e-6 * np.trace(self.activations) / len(self.activations)
        return np.linalg.solve(
            self.activations + ridge * np.eye(len(self.activations)), self.with_pixels
        )

    def error(self, read_out: np.ndarray) -> float:
        """Sum of the squared errors of the pixels that a read-out gives."""
        explained = 2 * (read_out * self.with_pixels).sum()
        return float(
            self.pixels.sum() - explained + (read_out * (self.activations @ read_out)).sum()
        )

    def variance(self) -> float:
        """Sum of the squared distances of the pixels from the average colour."""
        count = self.activations[-1, -1]
        colors = self.with_pixels[-1].reshape(-1, 3).mean(axis=0) / count
        return float(self.pixels.sum() - len(self.pixels) / 3 * count * (colors**2).sum())

    def correlations(self) -> np.ndarray:
        """Correlation of each channel with each hand-made map; 0 where one of them is flat."""
        count = self.activations[-1, -1]
        means, map_means = self.activations[-1] / count, self.with_maps[-1] / count
        spreads = np.sqrt(np.maximum(np.diag(self.activations) / count - means**2, 0))[:-1]
        map_spreads = np.sqrt(np.maximum(self.maps / count - map_means**2, 0))
        together = (self.with_maps / count - np.outer(means, map_means))[:-1]
        scale = np.outer(spreads, map_spreads)
        varies = scale > 1e-9
        return np.where(varies, together / np.where(varies, scale, 1), 0)


def _place(model: keras.Model, name: str) -> tuple[int, int]:
    """Finds which pixels lie under the places of a layer: the block's size, and the first pixel."""
    block, middle = 1, 0.0
    for layer in model.layers:
        size = layer.kernel_size if hasattr(layer, "kernel_size") else layer.pool_size
        middle += (size[0] - 1) / 2 * block
        block *= layer.strides[0]
        if layer.name == name:
            break
    return block, round(middle - (block - 1) / 2)


def _with_ones(activation: np.ndarray) -> np.ndarray:
    ones = np.ones((*activation.shape[:-1], 1), activation.dtype)
    return np.concatenate([activation, ones], axis=-1)
