"""What is counted of the channels over the pictures, and how often the model runs for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from actviz_widgets import ActivationHistory, ActivationModel
from actviz_widgets.activations.channel_survey import ChannelSurvey
from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.activations.extraction import Extraction
from actviz_widgets.feature_maps.channel_statistics import ChannelStatistics
from actviz_widgets.feature_maps.layouts import FeatureMaps
from actviz_widgets.model import shared_pass
from actviz_widgets.model.layer_catalog import LayerCatalog
from actviz_widgets.pictures.pictures import Pictures

L = keras.layers
RNG = np.random.default_rng(0)
PICTURES = RNG.random((6, 20, 20, 3), np.float32)
NOT_KNOWN = (None,) * 6
WHOLE = (20 * 20 * 3 + 20 * 20 * 8 + 8 + 3) * 4
"""Bytes of what all layers of `small` put out."""
PICTURE = 20 * 20 * 3 * (4 + 1) + 3 * 4
"""Bytes of a picture, model input and prediction."""


def small(units: int = 3, activation: str = "softmax", size: int | None = 20) -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((size, size, 3), name="picture")
    x = L.Conv2D(8, 3, padding="same", activation="tanh", name="conv")(inputs)
    x = L.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, L.Dense(units, activation=activation, name="dense")(x))


def survey_of(
    model: keras.Model,
    images: object = PICTURES,
    labels: Sequence[Hashable | None] = NOT_KNOWN,
    budget: int = 2**28,
) -> tuple[ChannelSurvey, Extraction]:
    activation_model = ActivationModel(model)
    pictures = Pictures(images, declared_inputs(activation_model))
    extraction = Extraction(activation_model, pictures, budget)
    return ChannelSurvey(extraction, activation_model, lambda: labels), extraction


def all_added(survey: ChannelSurvey, layer: str) -> int:
    steps = 1
    while survey.add_next(layer):
        steps += 1
        assert steps < 100
    return steps


def expected(model: keras.Model, layer: str, pictures: np.ndarray = PICTURES) -> np.ndarray:
    return np.asarray(keras.Model(model.input, model.get_layer(layer).output)(pictures))


def test_what_is_kept_is_added_without_a_pass() -> None:
    survey, extraction = survey_of(small())
    extraction.get(4, "conv")
    extraction.get(1, "conv")
    survey.add_kept("conv")
    assert survey.counted("conv") == (2, 6)
    assert extraction.activations.forward_passes == 2
    statistics = survey.statistics("conv")
    assert statistics is not None
    values = expected(small(), "conv")[[4, 1]]
    np.testing.assert_allclose(statistics.mean, values.mean((0, 1, 2)), atol=1e-6)
    np.testing.assert_allclose(statistics.maximum, values.max((0, 1, 2)), atol=1e-6)
    survey.add_kept("conv")
    assert survey.counted("conv") == (2, 6)
    assert statistics.pictures == 2


def test_each_picture_takes_one_pass_and_is_added_once() -> None:
    survey, extraction = survey_of(small())
    assert all_added(survey, "conv") == 6
    assert survey.counted("conv") == (6, 6)
    assert extraction.activations.forward_passes == 6
    assert not survey.add_next("conv")
    survey.add_kept("conv")
    assert survey.counted("conv") == (6, 6)
    values = expected(small(), "conv")
    order = np.argsort(-values.mean((0, 1, 2)), kind="stable")
    np.testing.assert_array_equal(survey.order("conv", "mean"), order)
    # They fit, so all layers were kept along with it.
    assert all_added(survey, "dense") == 6
    assert extraction.activations.forward_passes == 6


def test_pictures_that_are_kept_come_first() -> None:
    survey, extraction = survey_of(small())
    extraction.get(3, "conv")
    survey.add_next("conv")
    assert extraction.activations.forward_passes == 1
    statistics = survey.statistics("conv")
    assert statistics is not None
    np.testing.assert_allclose(statistics.maximum, expected(small(), "conv")[3].max((0, 1)), 1e-5)


@pytest.mark.parametrize("layer", ["conv", "dense"])
def test_nothing_is_let_go_of_for_the_survey(layer: str) -> None:
    survey, extraction = survey_of(small(), budget=2 * (WHOLE + PICTURE) + 1000)
    looked_at = extraction.get(0, "conv")
    all_added(survey, layer)
    assert survey.counted(layer) == (6, 6)
    activations = extraction.activations
    assert activations.kept(0, "conv") is looked_at
    # A second one fitted beside it, the others were run for this layer alone, and not kept.
    assert [activations.kept(image, "pool") is not None for image in range(6)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert activations.nbytes <= activations.memory_budget
    assert activations.forward_passes == 6
    # What the survey has kept goes before what is looked at.
    extraction.get(5, "conv")
    assert activations.kept(0, "conv") is looked_at
    assert activations.kept(1, "conv") is None


def test_of_a_model_over_the_budget_one_layer_is_kept_and_no_part_let_go_of() -> None:
    survey, extraction = survey_of(small(), budget=PICTURE + 20 * 20 * 8 * 4 + 500)
    extraction.get(0, "conv")
    before = extraction.activations.nbytes
    all_added(survey, "dense")
    assert survey.counted("dense") == (6, 6)
    assert extraction.activations.kept(0, "conv") is not None
    assert extraction.activations.nbytes == before
    statistics = survey.statistics("dense")
    assert statistics is not None
    np.testing.assert_allclose(statistics.mean, expected(small(), "dense").mean(0), atol=1e-6)


def test_a_layer_larger_than_the_budget_is_not_counted_and_costs_no_pass() -> None:
    survey, extraction = survey_of(small(), budget=8000)
    assert extraction.glance(0, "conv") is None
    assert not survey.add_next("conv")
    assert survey.counted("conv") == (0, 6)
    assert extraction.activations.forward_passes == 0


def test_for_one_layer_of_a_picture_of_which_all_fit_no_graph_of_its_own_is_traced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[bool] = []
    compiled = shared_pass._compiled

    def noting(*args: Any, in_parts: bool) -> Any:
        made.append(in_parts)
        return compiled(*args, in_parts=in_parts)

    monkeypatch.setattr(shared_pass, "_compiled", noting)
    model = small()
    survey, extraction = survey_of(model, budget=WHOLE + PICTURE + 1000)
    extraction.get(0, "conv")
    all_added(survey, "conv")
    assert made == [False]
    statistics = survey.statistics("conv")
    assert statistics is not None
    np.testing.assert_allclose(
        statistics.mean, expected(small(), "conv").mean((0, 1, 2)), atol=1e-6
    )


def test_a_glance_gives_what_the_layer_puts_out() -> None:
    _, extraction = survey_of(small(), budget=2 * (WHOLE + PICTURE))
    for image in range(6):
        kept_pass = extraction.glance(image, "conv")
        assert kept_pass is not None
        activation = kept_pass.activations["conv"]
        np.testing.assert_allclose(activation, expected(small(), "conv")[image], atol=1e-6)


def test_a_model_written_by_hand_takes_one_pass_a_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class ByHand(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.pool = L.GlobalAveragePooling2D(name="pool")
            self.dense = L.Dense(2, activation="sigmoid", name="dense")

        def call(self, x):  # type: ignore[no-untyped-def]
            return self.dense(self.pool(x))

    model = ByHand()
    model(PICTURES[:1])
    runs = []
    record = LayerCatalog._record

    def counting(self, recording, inputs):  # type: ignore[no-untyped-def]
        runs.append(isinstance(inputs, np.ndarray))
        return record(self, recording, inputs)

    monkeypatch.setattr(LayerCatalog, "_record", counting)
    survey, _ = survey_of(model)
    to_see_the_layers = len(runs)
    all_added(survey, "dense")
    assert survey.counted("dense") == (6, 6)
    assert len(runs) - to_see_the_layers == 6
    statistics = survey.statistics("dense")
    assert statistics is not None
    assert statistics.bounds == (0.0, 1.0)


def test_a_picture_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    for name in ("a", "c"):
        Image.new("RGB", (20, 20), "red").save(tmp_path / f"{name}.png")
    (tmp_path / "b.png").write_bytes(b"none")
    survey, extraction = survey_of(small(), tmp_path, (None,) * 3)
    assert survey.add_next("conv")
    assert not survey.add_next("conv")
    assert survey.counted("conv") == (2, 3)
    assert extraction.activations.forward_passes == 2
    assert not survey.add_next("conv")
    assert survey.counted("conv") == (2, 3)


def test_one_step_ends_where_many_pictures_cannot_be_read(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20), "red").save(tmp_path / "0.png")
    for number in range(1, 31):
        (tmp_path / f"{number}.png").write_bytes(b"none")
    survey, _ = survey_of(small(), tmp_path, (None,) * 31)
    assert all_added(survey, "conv") == 3
    assert survey.counted("conv") == (1, 31)


def test_pictures_that_come_later_are_counted_too() -> None:
    labels: list[Hashable | None] = [None] * 4
    survey, _ = survey_of(small(), labels=labels)
    all_added(survey, "conv")
    assert survey.counted("conv") == (4, 4)
    labels += [None, None]
    assert survey.counted("conv") == (4, 6)
    assert survey.add_next("conv")
    assert not survey.add_next("conv")
    assert survey.counted("conv") == (6, 6)


def test_a_layer_of_texts_has_no_statistics() -> None:
    inputs = keras.Input((), dtype="string", name="text")
    words = L.TextVectorization(vocabulary=["cat", "dog"], output_sequence_length=2, name="words")
    model = keras.Model(inputs, L.Dense(2, name="dense")(L.Embedding(4, 3)(words(inputs))))
    survey, extraction = survey_of(model, ["a cat", "a dog"], (None, None))
    assert not survey.add_next("text")
    survey.add_kept("text")
    assert survey.statistics("text") is None
    assert survey.counted("text") == (0, 2)
    assert survey.order("text", "max").tolist() == [0]
    assert survey.dead("text") == survey.saturated("text") == frozenset()
    assert extraction.activations.forward_passes == 0
    assert all_added(survey, "words") == 2
    assert survey.counted("words") == (2, 2)


def test_units_whose_number_shows_when_they_run_are_counted_where_it_is_the_same() -> None:
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, L.Flatten(name="flat")(inputs))
    images = [np.ones((size, 4, 3), np.float32) for size in (4, 4, 6, 4)]
    survey, extraction = survey_of(model, images, (None,) * 4)
    assert extraction.layouts["flat"].count is None
    assert survey.order("flat", "index").shape == (0,)
    all_added(survey, "flat")
    assert survey.counted("flat") == (3, 4)
    assert survey.order("flat", "max").tolist() == list(range(48))


def test_without_statistics_channels_come_by_their_index() -> None:
    survey, _ = survey_of(small())
    assert survey.order("conv", "max").tolist() == list(range(8))
    assert survey.order("conv", "contrast").tolist() == list(range(8))
    with pytest.raises(ValueError, match="criterion is 'size'; choose one of 'index', 'max'"):
        survey.order("conv", "size")  # type: ignore[arg-type]


def test_dead_and_saturated_channels_are_told() -> None:
    model = small()
    kernel, bias = model.get_layer("conv").get_weights()
    kernel[..., 2] = kernel[..., 5] = 0
    bias[5] = 20
    model.get_layer("conv").set_weights([kernel, bias])
    survey, _ = survey_of(model)
    assert survey.dead("conv") == frozenset()
    all_added(survey, "conv")
    assert survey.dead("conv") == {2}
    assert survey.saturated("conv") == {5}


def test_contrast_is_between_the_classes_given() -> None:
    images = np.zeros((6, 20, 20, 3), np.float32)
    images[3:, ..., 1] = 1
    images += RNG.normal(0, 1e-3, images.shape).astype(np.float32)
    survey, _ = survey_of(small(), images, ("cat",) * 3 + ("dog",) * 3)
    assert survey.labels_note == ""
    all_added(survey, "picture")
    assert survey.order("picture", "contrast")[0] == 1


def test_classes_that_are_not_given_are_those_predicted() -> None:
    model = small(units=2)
    classes = expected(model, "dense").argmax(1)
    kernel, bias = model.get_layer("dense").get_weights()
    # Such that both classes come.
    bias = np.array([0, np.median(np.diff(-np.log(expected(model, "dense")), axis=1))])
    model.get_layer("dense").set_weights([kernel, bias.astype(np.float32)])
    classes = expected(model, "dense").argmax(1)
    assert set(classes) == {0, 1}
    survey, extraction = survey_of(model)
    assert survey.labels_note == "Classes are those that the model predicts."
    all_added(survey, "conv")
    by_hand = ChannelStatistics(FeatureMaps((20, 20, 8)))
    for activation, label in zip(expected(model, "conv"), classes, strict=True):
        by_hand.add(activation, int(label))
    statistics = survey.statistics("conv")
    assert statistics is not None
    assert statistics.contrast is not None
    np.testing.assert_allclose(statistics.contrast, by_hand.contrast, rtol=1e-3)
    assert extraction.activations.forward_passes == 6


def test_a_single_unit_speaks_for_two_classes_from_a_half_up() -> None:
    model = small(units=1, activation="sigmoid")
    kernel, bias = model.get_layer("dense").get_weights()
    values = expected(model, "dense")[:, 0]
    middle = np.median(np.log(values / (1 - values)))
    model.get_layer("dense").set_weights([kernel, bias - np.float32(middle)])
    survey, _ = survey_of(model)
    all_added(survey, "conv")
    statistics = survey.statistics("conv")
    assert statistics is not None
    assert statistics.contrast is not None
    assert len(statistics._classes) == 2


def test_without_classes_there_is_no_contrast() -> None:
    inputs = keras.Input((20, 20, 3))
    model = keras.Model(inputs, L.Conv2D(4, 3, name="conv")(inputs))
    survey, _ = survey_of(model)
    assert survey.labels_note == ""
    all_added(survey, "conv")
    with pytest.raises(ValueError, match="there are 0 classes over 6 pictures"):
        survey.order("conv", "contrast")


def test_an_epoch_is_surveyed_without_any_pass() -> None:
    model = small()
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = ActivationHistory(PICTURES)
    model.fit(PICTURES, np.arange(6) % 3, epochs=1, verbose=0, callbacks=[history])
    subject = history.subject()
    extraction = subject.by_epoch[1]
    survey = ChannelSurvey(extraction, subject.activation_model, lambda: NOT_KNOWN)
    survey.add_kept("conv")
    assert survey.counted("conv") == (6, 6)
    assert all_added(survey, "dense") == 6
    statistics = survey.statistics("conv")
    assert statistics is not None
    np.testing.assert_allclose(statistics.mean, expected(model, "conv").mean((0, 1, 2)), atol=1e-5)
    assert survey.labels_note == "Classes are those that the model predicts."


def nested() -> keras.Model:
    inner_inputs = keras.Input((8,))
    inner = keras.Model(inner_inputs, L.Dense(4, "tanh", name="d")(inner_inputs), name="inner")
    shared = L.Dense(8, activation="relu6", name="shared")
    inputs = keras.Input((8,))
    return keras.Model(inputs, inner(shared(shared(inputs))))


def recurrent() -> keras.Model:
    inputs = keras.Input((5, 3))
    return keras.Model(inputs, L.LSTM(4, return_state=True, name="lstm")(inputs))


@pytest.mark.parametrize(
    ("make", "path", "bounds"),
    [
        (nested, "inner/d", (-1.0, 1.0)),
        (nested, "shared#2", (None, 6.0)),
        (nested, "inner", None),
        (recurrent, "lstm:0", (-1.0, 1.0)),
        (recurrent, "lstm:2", None),
    ],
)
def test_bounds_are_those_of_the_layer_at_a_path(
    make: Callable[[], keras.Model], path: str, bounds: tuple[float | None, float] | None
) -> None:
    assert ActivationModel(make()).activation_bounds(path) == bounds


def test_what_is_counted_is_bounded_in_bytes() -> None:
    inputs = keras.Input((10, 10, 3))
    x = L.Flatten(name="flat_0")(inputs)
    for number in range(1, 8):
        x = L.Activation("relu", name=f"flat_{number}")(x)
    survey, extraction = survey_of(
        keras.Model(inputs, x), np.ones((2, 10, 10, 3), np.float32), (0, 1), budget=400_000
    )
    for number in range(8):
        all_added(survey, f"flat_{number}")
        assert survey.counted(f"flat_{number}") == (2, 2)
        assert 0 < survey.nbytes <= extraction.activations.memory_budget // 8
    assert survey.counted("flat_0") == (0, 2)
    survey.clear()
    assert survey.nbytes == 0
    assert survey.counted("flat_7") == (0, 2)
