"""Pictures to measure with, and maps drawn from them by hand rather than by a network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

HAND_MADE = {
    "bright": "brightness",
    "dark": "brightness",
    "edge, darker on the left": "vertical edge",
    "edge, brighter on the left": "vertical edge",
    "edge, darker above": "horizontal edge",
    "edge, brighter above": "horizontal edge",
    "redder than green": "colour",
    "greener than red": "colour",
    "bluer than yellow": "colour",
    "yellower than blue": "colour",
}
"""The name of each hand-made map, and the group it belongs to."""


def hand_made_maps(pictures: np.ndarray) -> np.ndarray:
    """Draws maps of brightness, edges and colour from pictures.

    An edge is the difference between the two neighbours of a pixel, a colour the difference
    between two channels; what is negative is set to zero, as a `relu` does.

    Args:
        pictures: `(batch_size, height, width, 3)`, values in `[0, 1]`.

    Returns:
        `(batch_size, height, width, 10)`, float32, in the order of `HAND_MADE`.
    """
    red, green, blue = np.moveaxis(np.asarray(pictures, np.float32), -1, 0)
    brightness = (red + green + blue) / 3
    to_the_right = np.zeros_like(brightness)
    to_the_right[:, :, 1:-1] = brightness[:, :, 2:] - brightness[:, :, :-2]
    downward = np.zeros_like(brightness)
    downward[:, 1:-1] = brightness[:, 2:] - brightness[:, :-2]
    maps = [brightness, 1 - brightness]
    for difference in (to_the_right, downward, red - green, blue - (red + green) / 2):
        maps += [np.maximum(difference, 0), np.maximum(-difference, 0)]
    return np.stack(maps, axis=-1)


def tiles(
    photographs: Mapping[str, np.ndarray], first: str, size: int = 50
) -> tuple[np.ndarray, np.ndarray]:
    """Cuts photographs into tiles that do not overlap, enlarged to 150 × 150.

    As many tiles are taken of the first photograph as of all others together.

    Args:
        photographs: `{name: picture}`, each `(height, width, 3)`, uint8.
        first: Name of the photograph whose tiles get the label 0; all others get 1.
        size: Height and width of a tile, in pixels of the photograph. Defaults to `50`.

    Returns:
        The tiles `(count, 150, 150, 3)`, float32, `[0, 1]`, in mixed order, and their labels
        `(count, 1)`, float32.
    """
    from .. import samples
    from ..samples.network import PICTURE_SIZE

    numbers = np.random.default_rng(1)
    cut: dict[str, list[np.ndarray]] = {}
    for name, photograph in photographs.items():
        rows, columns = photograph.shape[0] // size, photograph.shape[1] // size
        cut[name] = [
            samples.resized(
                photograph[row * size : (row + 1) * size, column * size : (column + 1) * size],
                PICTURE_SIZE,
            )
            / 255
            for row, column in numbers.permutation(list(np.ndindex(rows, columns)))
        ]
    of_the_first = cut.pop(first)
    of_each_other = len(of_the_first) // len(cut)
    of_others = [tile for group in cut.values() for tile in group[:of_each_other]]
    labels = np.repeat(np.array([0, 1], np.float32), [len(of_the_first), len(of_others)])[:, None]
    order = numbers.permutation(len(labels))
    return np.stack(of_the_first + of_others)[order], labels[order]
