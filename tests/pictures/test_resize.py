"""Pictures are resized as Keras does it in training."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from actviz_widgets.pictures.resize import resized, size_for

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("size", [(7, 5), (150, 150), (31, 90), (40, 61), (1, 1), (40, 60)])
@pytest.mark.parametrize("channels", [1, 3, 10])
def test_it_is_the_resize_of_keras(size: tuple[int, int], channels: int) -> None:
    picture = RNG.integers(0, 256, (40, 60, channels)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(keras.ops.image.resize(picture, size))
    np.testing.assert_allclose(resized(picture, *size), expected, atol=5e-3)
    layer = keras.layers.Resizing(*size)
    np.testing.assert_allclose(resized(picture, *size), np.asarray(layer(picture)), atol=5e-3)


def test_of_pixels_come_floats_in_their_range() -> None:
    made = resized(RNG.integers(0, 256, (9, 9, 3), dtype=np.uint8), 5, 20)
    assert made.dtype == np.float32
    assert made.min() >= 0
    assert made.max() <= 255


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(None, None, (40, 60)), (20, None, (20, 30)), (None, 6, (4, 6)), (7, 8, (7, 8))],
)
def test_a_side_left_open_keeps_the_shape_of_the_picture(
    height: int | None, width: int | None, expected: tuple[int, int]
) -> None:
    assert size_for((40, 60), height, width) == expected
