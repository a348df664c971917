from __future__ import annotations

import tracemalloc
from collections.abc import Hashable, Sequence
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.feature_maps.channel_statistics import (
    CRITERIA,
    ChannelStatistics,
)
from actviz_widgets.feature_maps.channel_values import values_by_channel
from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout import Layout
from actviz_widgets.feature_maps.layout_of import layout_of
from actviz_widgets.model.layer_roles import bounds_of

L = keras.layers
RNG = np.random.default_rng(0)
ROLES: dict[str, tuple[tuple[int, ...], LayerRole, Any]] = {
    "feature maps": ((5, 6, 4), LayerRole(), lambda a: a.reshape(30, 4)),
    "channels first": (
        (4, 5, 6),
        LayerRole(channels_first=True),
        lambda a: np.moveaxis(a, 0, -1).reshape(30, 4),
    ),
    "volume": ((3, 5, 6, 4), LayerRole(), lambda a: a.reshape(90, 4)),
    "units": ((7,), LayerRole(), lambda a: a[None]),
    "series": ((9, 4), LayerRole(), lambda a: a),
    "series, channels first": ((4, 9), LayerRole(channels_first=True), lambda a: a.T),
    "attention": ((2, 5, 5), LayerRole(is_attention=True), lambda a: a.reshape(2, 25).T),
    "tokens": ((17, 4), LayerRole(may_be_tokens=True, grid=(4, 4)), lambda a: a),
    "number": ((), LayerRole(), lambda a: a.reshape(1, 1)),
}


def statistics_of(
    layout: Layout,
    activations: Sequence[np.ndarray],
    labels: Sequence[Hashable] | None = None,
    bounds: tuple[float | None, float] | None = None,
) -> ChannelStatistics:
    statistics = ChannelStatistics(layout, bounds)
    for index, activation in enumerate(activations):
        statistics.add(activation, None if labels is None else labels[index])
    return statistics


def maps(*shape: int) -> Any:
    return layout_of(shape, LayerRole(), "float32")


@pytest.mark.parametrize("kind", ROLES)
def test_statistics_of_any_layout_are_those_of_its_channels(kind: str) -> None:
    shape, role, by_hand = ROLES[kind]
    layout = layout_of(shape, role, "float32")
    activations = [RNG.normal(size=shape).astype("float32").clip(0) for _ in range(3)]
    statistics = statistics_of(layout, activations)
    values = np.concatenate([by_hand(np.asarray(a)) for a in activations]).astype("float64")
    np.testing.assert_allclose(statistics.maximum, values.max(axis=0))
    np.testing.assert_allclose(statistics.mean, values.mean(axis=0))
    np.testing.assert_allclose(statistics.variance, values.var(axis=0), atol=1e-15)
    np.testing.assert_allclose(statistics.nonzero, (values != 0).mean(axis=0))
    np.testing.assert_array_equal(statistics.dead, (values == 0).all(axis=0))
    assert statistics.pictures == 3
    assert len(statistics.order()) == (layout.count or 0)
    for channel in range(layout.count or 0) if layout.slice_count == 1 and kind != "units" else ():
        np.testing.assert_array_equal(
            values_by_channel(layout, activations[0])[:, channel],
            np.ravel(layout.channel_values(activations[0], channel, 0)),
        )


@pytest.mark.parametrize("by", CRITERIA)
def test_the_order_is_that_of_the_values_with_ties_by_index(by: Any) -> None:
    activations = [
        (RNG.normal(size=(4, 4, 12)) - np.arange(12) % 7 / 7).clip(0).astype("float32")
        for _ in range(6)
    ]
    for activation in activations:
        activation[..., 5] = activation[..., 2]
    statistics = statistics_of(maps(4, 4, 12), activations, [0, 0, 0, 1, 1, 1])
    order = statistics.order(by)
    assert sorted(order) == list(range(12))
    if by == "index":
        assert list(order) == list(range(12))
        return
    values = getattr(statistics, "maximum" if by == "max" else by)
    assert (np.diff(values[order]) <= 0).all()
    assert list(order).index(5) == list(order).index(2) + 1


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    activation = (1e4 + RNG.normal(size=(13, 11, 3))).astype("float32")
    whole = statistics_of(maps(13, 11, 3), [activation, activation * 2])
    monkeypatch.setattr("actviz_widgets.feature_maps.channel_values._BLOCK", 10)
    pieces = statistics_of(maps(13, 11, 3), [activation, activation * 2])
    for name in ("maximum", "mean", "variance", "nonzero"):
        np.testing.assert_allclose(getattr(pieces, name), getattr(whole, name), rtol=1e-12)


def test_only_a_few_numbers_a_channel_are_kept() -> None:
    statistics = ChannelStatistics(maps(128, 128, 32))
    activation = RNG.random((128, 128, 32), dtype="float32")
    statistics.add(activation, "cat")
    tracemalloc.start()
    for _ in range(3):
        statistics.add(activation, "cat")
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100_000
    # Of two million values, one million is looked at in one go, some at double precision at once.
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "bool"])
def test_every_dtype_is_summed_up_in_double_precision(dtype: str) -> None:
    activation = np.full((300, 300, 2), 100 if dtype != "bool" else 1).astype(dtype)
    statistics = statistics_of(layout_of((300, 300, 2), LayerRole(), dtype), [activation])
    np.testing.assert_array_equal(statistics.mean, float(activation[0, 0, 0]))
    np.testing.assert_array_equal(statistics.variance, 0)


def test_what_is_not_finite_is_left_out_and_counted() -> None:
    activation = np.zeros((1, 4, 4))
    activation[0, :, 0] = [1, 3, np.nan, np.inf]
    activation[0, :, 1] = [np.nan, -np.inf, np.nan, np.nan]
    activation[0, :, 2] = [0, np.nan, 0, 0]
    statistics = statistics_of(maps(1, 4, 4), [activation])
    np.testing.assert_array_equal(statistics.not_finite, [2, 4, 1, 0])
    np.testing.assert_array_equal(statistics.maximum, [3, np.nan, 0, 0])
    np.testing.assert_array_equal(statistics.mean, [2, np.nan, 0, 0])
    np.testing.assert_array_equal(statistics.variance, [1, np.nan, 0, 0])
    np.testing.assert_array_equal(statistics.dead, [False, False, False, True])
    assert list(statistics.order("max")) == [0, 2, 3, 1]


def test_a_channel_is_dead_only_if_it_is_zero_on_every_picture() -> None:
    first, second = np.zeros((2, 2, 3)), np.zeros((2, 2, 3))
    first[0, 0, 0] = second[1, 1, 1] = 1e-30
    statistics = ChannelStatistics(maps(2, 2, 3))
    statistics.add(first)
    np.testing.assert_array_equal(statistics.dead, [False, True, True])
    statistics.add(second)
    np.testing.assert_array_equal(statistics.dead, [False, False, True])
    assert statistics.dead.sum() == 1


def test_contrast_is_the_size_of_cohens_d_for_two_classes() -> None:
    cats, dogs = RNG.normal(1, 2, (7, 3, 3, 2)), RNG.normal(0, 1, (5, 3, 3, 2))
    statistics = statistics_of(maps(3, 3, 2), [*cats, *dogs], ["cat"] * 7 + ["dog"] * 5)
    a, b = cats.mean((1, 2)), dogs.mean((1, 2))
    pooled = np.sqrt((6 * a.var(0, ddof=1) + 4 * b.var(0, ddof=1)) / 10)
    np.testing.assert_allclose(statistics.contrast, abs(a.mean(0) - b.mean(0)) / pooled)


def test_contrast_of_more_classes_is_that_of_the_extreme_means() -> None:
    units = [np.array([value, 1.0]) for value in (0.0, 2.0, 10.0, 12.0, 4.0, 6.0)]
    statistics = statistics_of(layout_of((2,), LayerRole(), "float32"), units, [0, 0, 1, 1, 2, 2])
    # The means are 1, 11 and 5, the variance within each class is 2.
    np.testing.assert_allclose(statistics.contrast, [10 / np.sqrt(2), 0])


def test_classes_that_do_not_vary_within_are_infinitely_apart() -> None:
    units = [np.array([0.1, 0.3, 0.5]), np.array([0.1, 0.3, 0.6])] * 2
    labels = [0, 1] * 2
    layout = layout_of((3,), LayerRole(), "float32")
    statistics = statistics_of(layout, units, labels)
    assert statistics.contrast is not None
    np.testing.assert_array_equal(statistics.contrast, [0, 0, np.inf])
    assert statistics.order("contrast")[0] == 2


def test_a_channel_without_values_for_a_class_has_no_contrast() -> None:
    units = [np.array([1.0, 1.0]), np.array([2.0, 3.0]), np.array([np.nan, 5.0])]
    statistics = statistics_of(layout_of((2,), LayerRole(), "float32"), units, [0, 0, 1])
    assert statistics.contrast is not None
    assert np.isnan(statistics.contrast[0])
    assert statistics.contrast[1] == pytest.approx(3 / np.sqrt(2))
    assert list(statistics.order("contrast")) == [1, 0]


@pytest.mark.parametrize("labels", [None, [0, 0, 0], [0, 1, 2]])
def test_too_few_classes_are_said_in_a_sentence(labels: Any) -> None:
    layout = layout_of((2,), LayerRole(), "float32")
    statistics = statistics_of(layout, [np.arange(2.0)] * 3, labels)
    assert statistics.contrast is None
    with pytest.raises(ValueError, match="needs two classes, and two pictures of one"):
        statistics.order("contrast")


def test_a_channel_at_its_bound_nearly_everywhere_is_saturated() -> None:
    activation = np.zeros((10, 10, 5), "float32")
    activation[..., 0] = 0.999
    activation[..., 1] = -1
    activation[..., 2] = np.where(RNG.random((10, 10)) < 0.5, -0.995, 0.995)
    activation[:, :9, 3] = 1  # nine tenths are not nearly all
    statistics = statistics_of(maps(10, 10, 5), [activation], bounds=(-1.0, 1.0))
    np.testing.assert_array_equal(statistics.saturated, [True, True, True, False, False])
    assert not statistics_of(maps(10, 10, 5), [activation]).saturated.any()


def test_a_relu_at_zero_is_dead_and_at_six_saturated() -> None:
    activation = np.stack([np.zeros((4, 4)), np.full((4, 4), 6.0)], axis=-1)
    statistics = statistics_of(maps(4, 4, 2), [activation], bounds=bounds_of(L.ReLU(6)))
    np.testing.assert_array_equal(statistics.dead, [True, False])
    np.testing.assert_array_equal(statistics.saturated, [False, True])


def test_a_sigmoid_underflown_to_zero_is_dead_rather_than_saturated() -> None:
    activation = np.stack([np.zeros((4, 4)), np.full((4, 4), 1e-9)], axis=-1)
    statistics = statistics_of(maps(4, 4, 2), [activation], bounds=(0.0, 1.0))
    np.testing.assert_array_equal(statistics.dead, [True, False])
    np.testing.assert_array_equal(statistics.saturated, [False, True])


@pytest.mark.parametrize(
    ("layer", "bounds"),
    [
        (L.Conv2D(1, 1, activation="relu6"), (None, 6.0)),
        (L.Activation("tanh"), (-1.0, 1.0)),
        (L.Dense(1, activation="sigmoid"), (0.0, 1.0)),
        (L.Activation("hard_sigmoid"), (0.0, 1.0)),
        (L.ReLU(max_value=6.0), (None, 6.0)),
        (L.Dense(1, activation=L.ReLU(max_value=2.0)), (None, 2.0)),
        (L.ReLU(), None),
        (L.Dense(3, activation="softmax"), None),
        (L.Dense(3, activation="relu"), None),
        (L.Conv2D(1, 1), None),
        (L.MaxPooling2D(), None),
    ],
)
def test_the_bounds_are_those_of_the_activation_function(layer: Any, bounds: Any) -> None:
    assert bounds_of(layer) == bounds


def test_wrong_questions_are_answered_in_sentences() -> None:
    statistics = ChannelStatistics(maps(2, 2, 3))
    with pytest.raises(ValueError, match="No picture was added yet"):
        statistics.order()
    statistics.add(np.zeros((2, 2, 3)))
    with pytest.raises(ValueError, match="by is 'size'; choose one of 'index', 'max'"):
        statistics.order("size")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="has 4 channels, those before 3"):
        statistics.add(np.zeros((2, 2, 4)))
