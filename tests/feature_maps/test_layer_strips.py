"""What a strip says of a layer: strongest channels, share of zeros, mean."""

from __future__ import annotations

import numpy as np
import pytest

from actviz_widgets.feature_maps.layer_strips import no_strip, strip_of
from actviz_widgets.feature_maps.layout import Layout
from actviz_widgets.feature_maps.layouts import Attention, FeatureMaps, Series, Units, Value

RNG = np.random.default_rng(0)


def strip(layout: Layout, activation: np.ndarray, **options: int):  # type: ignore[no-untyped-def]
    return strip_of("a/conv", "Conv2D · 4 × 4 × 3", layout, activation, **options)


def test_the_strongest_channels_come_first_and_equal_ones_by_index() -> None:
    activation = np.zeros((4, 5, 4), np.float32)
    activation[0, 0, 2], activation[1, 1, 0], activation[2, 2, 3] = 5, 1, 5
    made = strip(FeatureMaps(activation.shape), activation, most=3)
    assert made.channels == (2, 3, 0)
    for channel, values in zip(made.channels, made.maps, strict=True):
        np.testing.assert_array_equal(values, activation[..., channel])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "bool"])
def test_zeros_and_mean_are_of_all_values(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Several blocks, as of a large activation.
    monkeypatch.setattr("actviz_widgets.feature_maps.channel_values._BLOCK", 100)
    activation = RNG.integers(0, 2, (13, 11, 6)).astype(dtype)
    made = strip(FeatureMaps(activation.shape), activation)
    assert made.zeros == pytest.approx((activation == 0).mean())
    assert made.mean == pytest.approx(activation.astype(float).mean())
    assert len(made.maps) == 6


def test_what_is_not_finite_is_in_no_mean_and_makes_no_channel_strong() -> None:
    activation = np.ones((2, 2, 3), np.float32)
    activation[0, 0] = (np.inf, np.nan, 4)
    made = strip(FeatureMaps(activation.shape), activation)
    assert made.channels == (2, 0, 1)
    assert made.mean == pytest.approx((9 + 4) / 10)
    nothing = strip(FeatureMaps((2, 2, 3)), np.full((2, 2, 3), np.nan, np.float32))
    assert np.isnan(nothing.mean)
    assert (nothing.zeros, nothing.channels) == (0, (0, 1, 2))


def test_half_precision_does_not_overflow() -> None:
    activation = np.full((40, 40, 2), 6e4, np.float16)
    assert strip(FeatureMaps(activation.shape), activation).mean == pytest.approx(6e4, rel=1e-3)


def test_maps_are_small_copies() -> None:
    activation = RNG.random((500, 90, 2)).astype(np.float32)
    made = strip(FeatureMaps(activation.shape), activation)
    assert [values.shape for values in made.maps] == [(64, 64), (64, 64)]
    assert not any(np.shares_memory(values, activation) for values in made.maps)
    # Corners are corners.
    assert made.maps[0][-1, -1] == activation[-1, -1, made.channels[0]]


def test_layers_without_feature_maps() -> None:
    units = RNG.random(7).astype(np.float32)
    made = strip(Units((7,)), units)
    np.testing.assert_array_equal(made.units, units)
    assert made.maps == ()
    series = RNG.random((5, 3)).astype(np.float32)
    made = strip(Series((5, 3)), series)
    np.testing.assert_array_equal(made.maps[0], series)
    heads = RNG.random((2, 4, 4)).astype(np.float32)
    made = strip(Attention((2, 4, 4)), heads)
    np.testing.assert_array_equal(made.maps[0], heads[made.channels[0]])
    first = RNG.random((3, 4, 5)).astype(np.float32)
    made = strip(FeatureMaps((3, 4, 5), channels_first=True), first)
    np.testing.assert_array_equal(made.maps[0], first[first.max((1, 2)).argmax()])
    assert strip(Value(()), np.float32(3)[None][0:1].reshape(())).mean == 3
    assert strip(Value((2,)), np.array(["a", "b"])).note == "no numbers"
    assert strip(Value((0,)), np.zeros(0)).note == "no numbers"


def test_a_layer_that_is_not_known_says_why() -> None:
    made = no_strip("a/conv", "Conv2D", "too large")
    assert (made.layer, made.text, made.note, made.zeros) == ("a/conv", "Conv2D", "too large", None)
