import math

import numpy as np
import pytest

from actviz_widgets.model.input_values import largest_wanted

UNITS = np.linspace(0, 1, 100).reshape(10, 10)


def test_neither_texts_of_numbers_nor_constants_tell_anything() -> None:
    still = np.zeros((10, 10))
    assert largest_wanted(still, still, still) is None
    assert largest_wanted(still, still * np.nan, UNITS) is None


def test_a_picture_that_comes_out_the_same_at_any_scale_may_be_of_any() -> None:
    assert largest_wanted(np.full((10, 10), np.nan), UNITS - 0.5, UNITS - 0.5) == math.inf


@pytest.mark.parametrize(
    ("scale", "offset", "expected"),
    [
        (1 / 255, 0, 255),
        (1 / 127.5, -1, 255),
        (1, -127.5, 255),
        (-1, 255, 255),
        (1 / 58.4, -2.1, 255),
        (2, -1, 1),
        (-1, 1, 1),
        (1 / 0.229, -2.1, 1),
        (255, 0, 1),
        (255, -115, 1),
        (1e-4, 0, 10000),
        (1, 0, None),
        (0.9995, 0, None),
        # What a batch normalisation has learnt makes no difference to what it was trained on.
        (0.05 / 60, -0.05 * 125 / 60, 255),
        (0.2 / 0.28, -0.2 * 0.45 / 0.28, 1),
        (1 / 18, -20 / 18, 40),
        (1 / 2048, -1, 4096),
        (1 / 8, -1, 16),
        (1 / 255, -0.02, 255),
        # Neither a size that kernels are used to, nor something that is added, is known.
        (1 / 16, 0, None),
        (1, 0.5, None),
        (0.5, 0.5, None),
        (1 / 20, 2, None),
    ],
)
def test_arithmetic_tells_what_values_it_is_made_for(
    scale: float, offset: float, expected: float | None
) -> None:
    zeros, pixels, units = (UNITS * most * scale + offset for most in (0, 255, 1))
    # A border that is added behind it tells nothing.
    zeros, pixels, units = (np.pad(array, 2) for array in (zeros, pixels, units))
    assert largest_wanted(zeros, pixels, units) == pytest.approx(expected)


def test_what_saturates_tells_by_its_range() -> None:
    zeros, pixels, units = UNITS * 0, UNITS * 255, UNITS
    assert largest_wanted(*(np.clip(one * 2 - 1, -1, 1) for one in (zeros, pixels, units))) == 1
    assert largest_wanted(*(np.floor(one) / 255 for one in (zeros, pixels, units))) == 255
    assert largest_wanted(*(np.log1p(one) for one in (zeros, pixels, units))) is None


def test_channels_that_are_not_made_of_the_picture_tell_nothing() -> None:
    places = np.broadcast_to(np.linspace(0, 100, 10), (20, 10, 10))
    of_pictures = (UNITS * most / 255 for most in (0, 255, 1))
    arrays = [np.concatenate([one[None], places]) for one in of_pictures]
    assert largest_wanted(*arrays) == 255


def test_half_precision_is_enough() -> None:
    arrays = [(UNITS * most / 58.4 - 2.1).astype(np.float16) for most in (0, 255, 1)]
    assert largest_wanted(*arrays) == 255
