from __future__ import annotations

import math

import numpy as np
import pytest

from actviz_widgets.feature_maps.map_statistics import Statistics, statistics


def test_statistics_are_of_all_values() -> None:
    values = np.array([[0.0, -2.0], [0.0, 6.0]])
    assert statistics(values) == Statistics(
        minimum=-2.0, mean=1.0, maximum=6.0, zeros=0.5, not_finite=0
    )


def test_a_dead_map_is_all_zeros() -> None:
    assert statistics(np.zeros((3, 3), np.float32)) == Statistics(0.0, 0.0, 0.0, 1.0, 0)


def test_values_that_are_not_finite_are_counted_and_left_out() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 1.0, 3.0, 0.0, 0.0, 0.0])
    assert statistics(values) == Statistics(
        minimum=0.0, mean=0.8, maximum=3.0, zeros=3 / 8, not_finite=3
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_of_nothing_finite_there_are_no_statistics(value: float) -> None:
    numbers = statistics(np.full((2, 3), value))
    assert math.isnan(numbers.minimum)
    assert math.isnan(numbers.mean)
    assert math.isnan(numbers.maximum)
    assert (numbers.zeros, numbers.not_finite) == (0.0, 6)


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        (np.full(1000, 60000, np.float16), 60000.0),
        (np.full(10, 3e38, np.float32), float(np.float32(3e38))),
        (np.full(10, 250, np.uint8), 250.0),
        (np.array([True, False]), 0.5),
    ],
)
def test_means_do_not_overflow(values: np.ndarray, mean: float) -> None:
    with np.errstate(all="raise"):
        assert statistics(values).mean == pytest.approx(mean)
