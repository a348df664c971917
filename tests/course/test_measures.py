"""The measures of the tutorial, on layers whose truth is known."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from actviz_widgets.course.measures import grid_means, measure, probe_accuracy
from actviz_widgets.course.pictures import HAND_MADE, hand_made_maps, tiles

NUMBERS = np.random.default_rng(0)


def batches(pictures: np.ndarray, labels: np.ndarray | None = None) -> list[tuple]:  # type: ignore[type-arg]
    labels = np.arange(len(pictures))[:, None] % 2 if labels is None else labels
    return [
        (pictures[i : i + 5], labels[i : i + 5].astype("float32"))
        for i in range(0, len(pictures), 5)
    ]


def one_layer(kernel: np.ndarray, **options: object) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((28, 28, 3)),
            keras.layers.Conv2D(kernel.shape[-1], kernel.shape[0], name="conv", **options),
            keras.layers.MaxPooling2D(2, name="pool"),
        ]
    )
    model.get_layer("conv").set_weights([kernel, np.zeros(kernel.shape[-1], "float32")])
    return model


def identity(size: int = 1) -> np.ndarray:
    kernel = np.zeros((size, size, 3, 3), "float32")
    kernel[size // 2, size // 2] = np.eye(3)
    return kernel


PICTURES = NUMBERS.random((40, 28, 28, 3), np.float32)


@pytest.mark.parametrize("size", [1, 3])
def test_a_layer_that_passes_the_picture_on_keeps_all_of_it(size: int) -> None:
    measures = measure(one_layer(identity(size)), ["conv"], batches(PICTURES))["conv"]
    assert measures.kept > 0.999
    assert measures.kept_by_shrinking == pytest.approx(1)
    assert (measures.block, measures.start) == (1, size // 2)
    edge = 28 - size // 2
    made = measures.reconstruct(PICTURES[0, size // 2 : edge, size // 2 : edge])
    np.testing.assert_allclose(made, PICTURES[0, size // 2 : edge, size // 2 : edge], atol=1e-2)


def test_a_layer_that_says_nothing_keeps_nothing() -> None:
    kernel = np.zeros((1, 1, 3, 2), "float32")
    measures = measure(one_layer(kernel), ["conv"], batches(PICTURES))["conv"]
    assert measures.kept == pytest.approx(0, abs=0.01)
    assert measures.zeros == 1
    assert not measures.likeness.any()


def test_pooling_keeps_less_of_noise_and_its_block_is_two_pixels() -> None:
    measures = measure(one_layer(identity()), ["conv", "pool"], batches(PICTURES))
    pool = measures["pool"]
    assert (pool.block, pool.start) == (2, 0)
    assert pool.kept_by_shrinking == pytest.approx(0.25, abs=0.02)  # 1 of 4 values of noise
    assert 0 < pool.kept <= pool.kept_by_shrinking


def test_two_pictures_are_enough_and_one_is_not() -> None:
    model = one_layer(identity())
    pairs = [(PICTURES[i : i + 1], np.full((1, 1), i, np.float32)) for i in range(2)]
    assert measure(model, ["conv"], pairs)["conv"].kept > 0.99
    with pytest.raises(ValueError, match="two pictures or more, not 1"):
        measure(model, ["conv"], pairs[:1])


def test_the_share_of_zeros_is_counted() -> None:
    kernel = np.concatenate([identity(), -identity()], axis=-1)
    model = one_layer(kernel, activation="relu")
    assert measure(model, ["conv"], batches(PICTURES + 0.1))["conv"].zeros == pytest.approx(0.5)


def test_a_channel_is_most_like_the_hand_made_map_that_it_computes() -> None:
    kernel = np.zeros((3, 3, 3, 3), "float32")
    kernel[1, 2, :, 0], kernel[1, 0, :, 0] = 1, -1  # brighter on the right
    kernel[0, 1, :, 1], kernel[2, 1, :, 1] = 1, -1  # brighter above
    kernel[1, 1, 0, 2], kernel[1, 1, 1, 2] = 1, -1  # red less green
    model = one_layer(kernel, activation="relu")
    likeness = measure(model, ["conv"], batches(PICTURES))["conv"].likeness
    assert likeness.shape == (3, len(HAND_MADE))
    assert [list(HAND_MADE)[index] for index in likeness.argmax(axis=1)] == [
        "edge, darker on the left",
        "edge, brighter above",
        "redder than green",
    ]
    assert (likeness.max(axis=1) > 0.95).all()


def test_hand_made_maps_show_what_their_names_say() -> None:
    picture = np.zeros((1, 6, 6, 3), np.float32)
    picture[:, :, 3:] = 1
    maps = dict(zip(HAND_MADE, np.moveaxis(hand_made_maps(picture)[0], -1, 0), strict=True))
    assert maps["edge, darker on the left"].any()
    assert not maps["edge, brighter on the left"].any()
    assert not maps["edge, darker above"].any()
    np.testing.assert_array_equal(maps["bright"] + maps["dark"], 1)


def test_a_probe_finds_what_is_there_and_nothing_in_noise() -> None:
    labels = np.arange(200) % 2
    noise = NUMBERS.normal(size=(200, 30))
    assert 0.3 < probe_accuracy(noise, labels) < 0.7
    noise[:, 4] += 4 * labels
    assert probe_accuracy(noise, labels) > 0.9


def test_the_probe_s_shortcut_is_leaving_one_out() -> None:
    features = NUMBERS.normal(size=(24, 3))
    labels = (features[:, 0] + NUMBERS.normal(size=24) > 0).astype(float)
    scaled = (features - features.mean(0)) / features.std(0)
    kernel, signs = scaled @ scaled.T / 3 + 1, labels * 2 - 1
    by_penalty = []
    for penalty in 10.0 ** np.arange(-3, 3):
        answers = []
        for out in range(24):
            rest = np.arange(24) != out
            weights = np.linalg.solve(
                kernel[np.ix_(rest, rest)] + penalty * np.eye(23), signs[rest]
            )
            answers.append(kernel[out, rest] @ weights)
        answers = np.array(answers)
        by_penalty.append((((signs - answers) ** 2).mean(), (answers * signs > 0).mean()))
    assert probe_accuracy(features, labels) == pytest.approx(min(by_penalty)[1])


def test_grid_means_are_those_of_the_fields() -> None:
    maps = NUMBERS.random((2, 10, 8, 3))
    means = grid_means(maps, 4).reshape(2, 4, 4, 3)
    np.testing.assert_allclose(means[1, 0, 0], maps[1, :2, :2].mean((0, 1)))
    np.testing.assert_allclose(means[0, 3, 1], maps[0, 7:, 2:4].mean((0, 1)))


def test_tiles_do_not_overlap_and_are_half_of_the_first_photograph() -> None:
    photographs = {
        name: np.full((100, 150, 3), value, np.uint8)
        for name, value in (("cat", 255), ("coffee", 102), ("rocket", 51))
    }
    pictures, labels = tiles(photographs, "cat")
    assert pictures.shape == (12, 150, 150, 3)
    assert labels.shape == (12, 1)
    np.testing.assert_allclose(pictures[labels[:, 0] == 0], 1)
    values, counts = np.unique(
        pictures[labels[:, 0] == 1].mean((1, 2, 3)).round(3), return_counts=True
    )
    np.testing.assert_allclose(values, [0.2, 0.4], atol=1e-3)
    np.testing.assert_array_equal(counts, [3, 3])
