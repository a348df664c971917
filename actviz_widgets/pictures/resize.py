"""The one way in which pictures are brought to a model's size: the one they are trained with.

That is Keras's own, of `image_dataset_from_directory`, `Resizing` and `tf.image.resize`: bilinear,
between the centres of pixels, without smoothing what is made smaller. Pillow and others smooth, by
which the same picture gives other predictions than in training.
"""

from __future__ import annotations

import numpy as np

HOW = "bilinear without smoothing, as Keras does"
"""How it is done, in words."""


def resized(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Brings a picture to a size.

    Args:
        values: `(height, width, channels)`, of any number of channels.
        height: Wanted, in pixels.
        width: Wanted, in pixels.

    Returns:
        `(height, width, channels)`, float32, in the range of `values`; of a picture that has the
        size already, its values.
    """
    for axis, size in enumerate((height, width)):
        if values.shape[axis] != size:
            values = _along(values, axis, size)
    return np.asarray(values, dtype=np.float32)


def size_for(own: tuple[int, int], height: int | None, width: int | None) -> tuple[int, int]:
    """Gives the size that a picture is brought to: a side left open keeps the picture's shape.

    Args:
        own: Height and width of the picture.
        height: Wanted; `None` where any will do.
        width: Likewise.
    """
    if height is None and width is None:
        return own
    if height is None:
        assert width is not None
        return max(1, round(own[0] * width / own[1])), width
    if width is None:
        return height, max(1, round(own[1] * height / own[0]))
    return height, width


def _along(values: np.ndarray, axis: int, size: int) -> np.ndarray:
    last = values.shape[axis] - 1
    places = (np.arange(size) + 0.5) * (values.shape[axis] / size) - 0.5
    before = np.floor(places)
    share = (places - before).astype(np.float32)
    share = share.reshape([-1 if other == axis else 1 for other in range(values.ndim)])
    first, second = (
        values.take(np.clip(before + step, 0, last).astype(int), axis).astype(np.float32)
        for step in (0, 1)
    )
    made: np.ndarray = first + (second - first) * share
    return made
