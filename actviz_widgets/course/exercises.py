"""The checks of the exercises: what is true is computed from the network, never looked up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from .. import samples
from ..samples.network import PICTURE_SIZE
from .answers import NotAnAnswer, Verdict, channel_index, number, whole_number
from .pictures import tiles

ENOUGH = 0.85
"""Share of right answers from which on a channel counts as telling the tiles apart."""


class Exercises:
    """The network and the pictures of the exercises, and their checks."""

    def __init__(self) -> None:
        from ..model.activation_model import ActivationModel

        self.model = samples.cats_and_dogs_model()
        self.layers = tuple(layer.name for layer in self.model.layers[:8])
        self.activation_model = ActivationModel(self.model, self.layers)
        photographs = samples.images()
        self.names = tuple(photographs)
        self.photographs = np.stack(
            [samples.resized(picture, PICTURE_SIZE) / 255 for picture in photographs.values()]
        )
        self.tiles, labels = tiles(photographs, first="cat")
        self.labels = labels[:, 0]

    def check(self, exercise: int, answer: object) -> Verdict:
        """Checks the answer to an exercise; nothing that is given raises an error.

        Args:
            exercise: Its number, 1 to 8.
            answer: The answer, or `...` while there is none.

        Returns:
            Whether it is right, and why.
        """
        checks: dict[int, Callable[[Any], Verdict]] = {
            1: self._number_of_values,
            2: self._dead_channel,
            3: self._first_layer,
            4: self._cost_of_pooling,
            5: self._vertical_edges,
            6: self._drawn_picture,
            7: self._field_of_view,
            8: self._switched_off,
        }
        if exercise not in checks:
            return Verdict(None, f"There is no exercise {exercise}; they are numbered 1 to 8.")
        try:
            return checks[exercise](answer)
        except NotAnAnswer as missing:
            return Verdict(None, str(missing))

    # ------------------------------------------------------------------------------- the checks

    def _number_of_values(self, answer: object) -> Verdict:
        given = whole_number(answer, "how many values there are")
        height, width, channels = self.model.get_layer("conv2d_2").output.shape[1:]
        if given == height * width * channels:
            return Verdict(True, f"{height} × {width} places, and {channels} channels at each.")
        if given == height * width:
            return Verdict(False, "These are the values of one channel; the layer has more.")
        if given == channels:
            return Verdict(False, "That is the number of channels; each is a whole map.")
        return Verdict(
            False, "Multiply the three numbers of the layer's output shape, without the batch."
        )

    def _dead_channel(self, answer: object) -> Verdict:
        channel = channel_index(answer, self._highest["conv2d_1"].shape[-1])
        highest = self._highest["conv2d_1"][:, channel]
        count = len(highest)
        if highest.max() == 0:
            return Verdict(True, f"Channel {channel} is zero everywhere in all {count} pictures.")
        return Verdict(
            False,
            f"Channel {channel} reaches {highest.max():.3f}, and is above zero in "
            f"{np.count_nonzero(highest)} of {count} pictures; a dead one is zero in all of them.",
        )

    def _first_layer(self, answer: object) -> Verdict:
        if not isinstance(answer, str) or answer not in self.layers:
            raise NotAnAnswer(f"The name of a layer is wanted, one of {', '.join(self.layers)}.")
        shares = {name: self._best_single_channel(name) for name in self.layers}
        enough = [name for name in self.layers if shares[name] >= ENOUGH]
        said = f"The best channel of {answer} gets {shares[answer]:.1%} of the tiles right"
        if shares[answer] < ENOUGH:
            return Verdict(False, f"{said}; at least {ENOUGH:.0%} is asked for.")
        if answer != enough[0]:
            return Verdict(False, f"{said}, but an earlier layer has a channel that does too.")
        before = self.layers[: self.layers.index(answer)]
        earlier = ", ".join(f"{shares[name]:.1%} ({name})" for name in before)
        return Verdict(True, f"{said}; earlier layers: {earlier or 'there are none'}.")

    def _cost_of_pooling(self, answer: object) -> Verdict:
        share = number(answer, "a share from 0 to 1")
        before, after = (
            np.count_nonzero(self._of_the_cat[name]) for name in ("conv2d_1", "max_pooling2d_1")
        )
        lost = 1 - after / before
        if abs(share - lost) < 0.005:
            return Verdict(
                True,
                f"Of {before:,} values above zero {after:,} are left, so {lost:.1%} are gone: less "
                "than the 75% of all values, since a zero is dropped first.",
            )
        if not 0 <= share <= 1:
            return Verdict(False, "A share is a number from 0 to 1.")
        if abs(share - (1 - lost)) < 0.005:
            return Verdict(
                False, "That is the share that is kept; the share that is lost is asked."
            )
        if abs(share - 0.75) < 0.005:
            return Verdict(False, "That is the share of all values; only those above zero count.")
        return Verdict(
            False, "Count the values above zero in both layers, for the cat, which is picture 0."
        )

    def _vertical_edges(self, answer: object) -> Verdict:
        channel = channel_index(answer, self._highest["conv2d_2"].shape[-1])
        vertical = stripes()
        both = self.activation_model(np.stack([vertical, vertical.swapaxes(0, 1)]))
        upright, lying = np.asarray(both["conv2d_2"])[..., channel].mean(axis=(1, 2))
        numbers = (
            f"On vertical stripes channel {channel} is {upright:.3f} on average, on the same "
            f"stripes turned to lie flat {lying:.3f}."
        )
        if upright < 0.005:
            return Verdict(False, f"{numbers} It hardly answers at all.")
        if upright < 2 * lying:
            return Verdict(False, f"{numbers} Twice as much is asked for.")
        return Verdict(True, numbers)

    def _drawn_picture(self, answer: object) -> Verdict:
        wanted = "an array (150, 150, 3) of numbers from 0 to 1 is wanted"
        if answer is ... or answer is None:
            raise NotAnAnswer(f"A picture: {wanted}.")
        try:
            picture = np.asarray(answer, np.float32)
        except (OverflowError, TypeError, ValueError):
            raise NotAnAnswer(f"This is no picture: {wanted}.") from None
        if picture.shape != (*PICTURE_SIZE, 3):
            raise NotAnAnswer(f"The picture has the shape {picture.shape}; {wanted}.")
        if not (np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1):
            raise NotAnAnswer(f"The values are {picture.min():g} to {picture.max():g}; {wanted}.")
        drawn, *others = (
            float(value)
            for value in np.asarray(
                self.activation_model(np.stack([picture, *self.photographs]))["conv2d_1"]
            )[..., 5].mean(axis=(1, 2))
        )
        best = int(np.argmax(others))
        return Verdict(
            drawn > max(others),
            f"On your picture the channel is {drawn:.4f} on average; on the photographs it is "
            f"{max(others):.4f} at most, on '{self.names[best]}'.",
        )

    def _field_of_view(self, answer: object) -> Verdict:
        given = whole_number(answer, "how many pixels there are along one side")
        side, step, sides = 1, 1, {}
        for name in self.layers:
            layer = self.model.get_layer(name)
            size = layer.kernel_size if hasattr(layer, "kernel_size") else layer.pool_size
            side += (size[0] - 1) * step
            step *= layer.strides[0]
            sides[name] = side
        if given == sides["conv2d_3"]:
            grows = ", ".join(f"{sides[name]} ({name})" for name in self.layers[:5])
            return Verdict(True, f"It grows from layer to layer: {grows}.")
        others = [name for name, side in sides.items() if side == given]
        if others:
            return Verdict(False, f"That is what one value of {others[0]} depends on.")
        return Verdict(
            False,
            "Start with 1. A window of n × n adds n − 1 steps, and a step is 1 pixel at first, "
            "twice as long after each pooling.",
        )

    def _switched_off(self, answer: object) -> Verdict:
        probabilities = self._without_each_channel
        channel = channel_index(answer, len(probabilities))
        whole = float(np.asarray(self.model(self.photographs[:1]))[0, 0])
        numbers = (
            f"With all channels the probability of a dog is {whole:.1%}, without channel {channel} "
            f"it is {probabilities[channel]:.1%}."
        )
        if probabilities[channel] == probabilities.max():
            return Verdict(True, f"{numbers} No other channel raises it so much.")
        higher = int((probabilities > probabilities[channel]).sum())
        return Verdict(False, f"{numbers} There are {higher} channels without which it is higher.")

    # ------------------------------------------------------------------- what they are made with

    @cached_property
    def _on_tiles(self) -> dict[str, np.ndarray]:
        """Mean of each channel for each tile, `(count, channels)`, by layer."""
        means: dict[str, list[np.ndarray]] = {name: [] for name in self.layers}
        for start in range(0, len(self.tiles), 20):
            activations = self.activation_model(self.tiles[start : start + 20])
            for name in self.layers:
                means[name].append(np.asarray(activations[name]).mean(axis=(1, 2)))
        return {name: np.concatenate(parts) for name, parts in means.items()}

    @cached_property
    def _highest(self) -> dict[str, np.ndarray]:
        """Highest value of each channel for each tile and photograph, by layer."""
        pictures = np.concatenate([self.photographs, self.tiles])
        highest: dict[str, list[np.ndarray]] = {"conv2d_1": [], "conv2d_2": []}
        for start in range(0, len(pictures), 20):
            activations = self.activation_model(pictures[start : start + 20])
            for name, parts in highest.items():
                parts.append(np.asarray(activations[name]).max(axis=(1, 2)))
        return {name: np.concatenate(parts) for name, parts in highest.items()}

    @cached_property
    def _of_the_cat(self) -> dict[str, np.ndarray]:
        activations = self.activation_model(self.photographs[:1])
        return {name: np.asarray(activations[name])[0] for name in self.layers}

    def _best_single_channel(self, name: str) -> float:
        return max(best_threshold(values, self.labels) for values in self._on_tiles[name].T)

    @cached_property
    def _without_each_channel(self) -> np.ndarray:
        """Probability of a dog for the cat with each channel of the last maps set to zero."""
        maps = self._of_the_cat["max_pooling2d_4"]
        without = np.repeat(maps[None], maps.shape[-1], axis=0)
        channels = np.arange(maps.shape[-1])
        without[channels, :, :, channels] = 0
        values: Any = without
        for layer in self.model.layers[8:]:
            values = layer(values)
        return np.asarray(values)[:, 0]


def stripes(width: int = 8) -> np.ndarray:
    """Draws vertical stripes, black and white.

    Args:
        width: Pixels across one stripe. Defaults to `8`.

    Returns:
        `(150, 150, 3)`, float32, 0 or 1.
    """
    is_white = np.arange(PICTURE_SIZE[1]) // width % 2 == 0
    return np.broadcast_to(is_white[None, :, None], (*PICTURE_SIZE, 3)).astype(np.float32)


def best_threshold(values: np.ndarray, labels: np.ndarray) -> float:
    """Says how well one number per picture tells two classes apart.

    Args:
        values: `(count,)`.
        labels: `(count,)`, 0 or 1.

    Returns:
        Share of right answers, `[0.5, 1]`, with the best threshold, and the classes on whichever
        sides of it are better.
    """
    above = values[:, None] > values[None, :]
    shares = (above == (labels[:, None] > 0.5)).mean(axis=0)
    return float(max(shares.max(), 1 - shares.min()))
