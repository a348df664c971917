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
    ],
)
def test_arithmetic_tells_what_values_it_is_made_for(
    scale: float, offset: float, expected: float | None
) -> None:
    zeros, pixels, units = (UNITS * most * scale + offset for most in (0, 255, 1))
    # A border that is added behind it tells nothing.
    zeros, pixels, units = (np.pad(array, 2) for array in (zeros, pixels, units))
    assert largest_wanted(zeros, pixels, units) == pytest.approx(expected)
