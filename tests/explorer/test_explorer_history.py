"""The explorer on a history: the epoch as one more trait and control."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets
import keras
import numpy as np
import pytest
import traitlets
from ipywidgets.widgets.widget import _instances

from actviz_widgets import ActivationExplorer, ActivationHistory
from actviz_widgets.model.activation_model import ActivationModel

from . import driver
from .driver import find

pytestmark = pytest.mark.slow  # each test looks at a training

RNG = np.random.default_rng(0)
X = RNG.random((64, 16, 16, 3), dtype=np.float32)
Y = (X[..., 0].mean((1, 2)) > 0.5).astype(np.int32)
PICTURES = {name: RNG.integers(0, 255, (20, 24, 3), np.uint8) for name in ("first", "second")}


def small_model() -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            keras.layers.Conv2D(8, 3, activation="relu", name="conv_1"),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv_2"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(2, activation="softmax", name="out"),
        ],
        name="small",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def filled(epochs: int = 9, **settings: Any) -> ActivationHistory:
    history = ActivationHistory(PICTURES, **settings)
    small_model().fit(X, Y, epochs=epochs, verbose=0, callbacks=[history])
    return history


@pytest.fixture(scope="module")
def history() -> ActivationHistory:
    return filled()


@pytest.fixture(scope="module")
def thinned() -> ActivationHistory:
    history = filled(every=4)
    assert history.epochs == (0, 4, 8, 9)
    return history


@pytest.fixture
def explorer(history: ActivationHistory) -> Iterator[ActivationExplorer]:
    explorer = ActivationExplorer(history, class_names=["dark", "bright"])
    yield explorer
    explorer.close()


def epoch_controls(explorer: ActivationExplorer) -> tuple[Any, Any]:
    box = next(box for box in find(widgets.BoundedIntText, explorer) if "poch" in box.description)
    return box, find(widgets.IntSlider, explorer)[-1]


def map_title(explorer: ActivationExplorer) -> str:
    return explorer.figure.axes[1].get_title()


def test_it_begins_with_the_newest_epoch(explorer: ActivationExplorer) -> None:
    assert (explorer.image, explorer.layer, explorer.channel, explorer.epoch) == (0, "conv_1", 0, 9)
    assert explorer.images == ("first", "second")
    assert [info.path for info in explorer.layers] == ["conv_1", "conv_2", "flatten", "out"]
    assert repr(explorer) == (
        "ActivationExplorer('small', image=0, layer='conv_1', channel=0, epoch=9)"
    )


def test_what_it_gives_is_what_was_kept_of_the_epoch(
    explorer: ActivationExplorer, history: ActivationHistory
) -> None:
    explorer.image, explorer.layer, explorer.channel = 1, "conv_2", 3
    maps = []
    for epoch in history.epochs:
        explorer.epoch = epoch
        kept = history.activations(epoch, 1)
        assert np.array_equal(explorer.activation, kept["conv_2"])
        assert np.array_equal(explorer.feature_map, kept["conv_2"][..., 3])
        assert np.array_equal(explorer.predictions, kept["out"])
        drawn = explorer.figure.axes[1].images[0].get_array()
        assert np.array_equal(drawn, explorer.feature_map)
        maps.append(explorer.activation.tobytes())
    assert len(set(maps)) == len(maps)


def test_the_newest_epoch_is_what_an_explorer_of_the_model_shows(
    explorer: ActivationExplorer, history: ActivationHistory
) -> None:
    model = history.subject().activation_model.model
    of_model = ActivationExplorer(model, PICTURES, class_names=["dark", "bright"])
    for each in (explorer, of_model):
        each.image, each.layer, each.channel = 1, "conv_1", 5
    assert np.array_equal(explorer.feature_map, of_model.feature_map)
    assert driver.sentences(explorer)[1:] == driver.sentences(of_model)
    of_model.close()


def test_going_over_epochs_runs_no_pass(
    explorer: ActivationExplorer, history: ActivationHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_pass(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a forward pass was run")

    monkeypatch.setattr(ActivationModel, "forward_pass", no_pass)
    for epoch in history.epochs:
        explorer.epoch = epoch
        for layer in ("conv_2", "flatten", "out", "conv_1"):
            explorer.layer = layer
            assert map_title(explorer).endswith(f"epoch {epoch}")
        explorer.image = 1 - explorer.image
    assert not any("⚠" in sentence for sentence in driver.sentences(explorer))


def test_title_and_status_say_the_epoch_and_how_far_the_training_was(
    explorer: ActivationExplorer,
) -> None:
    explorer.epoch = 3
    assert map_title(explorer) == "conv_1 · channel 0 of 8 · epoch 3"
    line = driver.sentences(explorer)[0]
    assert line.startswith("Epoch 3 of 9: ")
    assert "loss 0." in line
    assert "accuracy 0." in line
    explorer.epoch = 0
    assert driver.sentences(explorer)[0] == "Epoch 0 of 9: before training."


def test_the_control_is_labelled_and_in_step_with_the_trait(
    explorer: ActivationExplorer,
) -> None:
    box, slider = epoch_controls(explorer)
    assert (box.description, box.value, box.min, box.max) == ("Epoch", 9, 0, 9)
    assert (slider.value, slider.max) == (9, 9)
    explorer.epoch = 2
    assert (box.value, slider.value) == (2, 2)
    slider.value = 5
    assert (explorer.epoch, box.value) == (5, 5)
    box.value = 7
    assert (explorer.epoch, slider.value) == (7, 7)
    assert map_title(explorer).endswith("epoch 7")
    explorer.channel = 3
    explorer.layer = "conv_2"
    explorer.image = 1
    assert explorer.epoch == 7


def test_the_slider_steps_over_the_epochs_kept_alone(thinned: ActivationHistory) -> None:
    explorer = ActivationExplorer(thinned)
    box, slider = epoch_controls(explorer)
    assert (slider.min, slider.max, slider.value) == (0, 3, 3)
    seen = []
    for step in range(4):
        slider.value = step
        seen.append((explorer.epoch, box.value))
    assert seen == [(0, 0), (4, 4), (8, 8), (9, 9)]
    assert driver.sentences(explorer)[0].endswith(
        "Kept are 4 of 10 epochs: every 4th, the first and the newest."
    )
    explorer.close()


@pytest.mark.parametrize(
    ("shown", "typed", "expected"),
    [(4, 5, 8), (4, 3, 0), (8, 7, 4), (0, 3, 4), (9, 1, 0), (0, 8, 8), (0, 7, 8), (0, 5, 4)],
)
def test_a_number_typed_that_is_not_kept_goes_on_to_the_nearest(
    thinned: ActivationHistory, shown: int, typed: int, expected: int
) -> None:
    explorer = ActivationExplorer(thinned)
    box, slider = epoch_controls(explorer)
    explorer.epoch = shown
    box.value = typed
    assert explorer.epoch == box.value == expected
    assert slider.value == thinned.epochs.index(expected)
    explorer.close()


def test_an_epoch_that_is_not_kept_is_refused_from_code(thinned: ActivationHistory) -> None:
    explorer = ActivationExplorer(thinned)
    with pytest.raises(ValueError, match="the nearest are 4 and 8"):
        explorer.epoch = 6
    assert explorer.epoch == 9
    assert map_title(explorer).endswith("epoch 9")
    explorer.close()


def test_a_history_without_an_epoch_0_is_shown_from_its_first() -> None:
    history = ActivationHistory(PICTURES)
    small_model().fit(X, Y, initial_epoch=3, epochs=5, verbose=0, callbacks=[history])
    explorer = ActivationExplorer(history)
    box, slider = epoch_controls(explorer)
    assert (box.min, box.value, box.max, slider.max) == (3, 5, 5, 2)
    slider.value = 0
    assert (explorer.epoch, box.value) == (3, 3)
    explorer.close()


def test_without_a_history_there_is_no_such_control() -> None:
    explorer = ActivationExplorer(small_model(), PICTURES)
    assert [box.description for box in find(widgets.BoundedIntText, explorer)] == ["Channel"]
    assert explorer.epoch == 0
    with pytest.raises(ValueError, match="there is only epoch 0"):
        explorer.epoch = 1
    assert "epoch" not in repr(explorer) + map_title(explorer)
    explorer.close()


def test_epochs_of_two_explorers_can_be_linked(history: ActivationHistory) -> None:
    one, other = (
        ActivationExplorer(history, layers=["conv_1", name]) for name in ("conv_2", "out")
    )
    other.layer = "out"
    link = traitlets.link((one, "epoch"), (other, "epoch"))
    one.epoch = 4
    assert other.epoch == 4
    assert "epoch 4" in map_title(other)
    link.unlink()
    one.close()
    other.close()


def test_chosen_layers_alone_are_offered(history: ActivationHistory) -> None:
    explorer = ActivationExplorer(history, layers=["conv_2", "out"])
    assert [info.path for info in explorer.layers] == ["conv_2", "out"]
    assert explorer.layer == "conv_2"
    explorer.close()
    with pytest.raises(ValueError, match="The history has no layer 'conv_3'; the nearest are"):
        ActivationExplorer(history, layers=["conv_3"])


def test_what_the_history_keeps_later_is_for_a_new_explorer() -> None:
    history, model = ActivationHistory(PICTURES), small_model()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[history])
    explorer = ActivationExplorer(history)
    before = explorer.feature_map.copy()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[history])
    assert explorer.epoch == 2
    assert np.array_equal(explorer.feature_map, before)
    later = ActivationExplorer(history)
    assert later.epoch == 4
    explorer.close()
    later.close()


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        ({"images": PICTURES}, TypeError, "images was given beside an ActivationHistory"),
        ({"preprocess": abs}, TypeError, "preprocess was given beside an ActivationHistory"),
        ({"class_names": ["a", "b", "c"]}, ValueError, "3 names.*2 units"),
        ({"cmap": "rainbows"}, ValueError, "no colour map"),
        ({"layers": []}, ValueError, "layers is empty"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_does_not_go_with_a_history_is_refused_and_nothing_is_left(
    history: ActivationHistory, arguments: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    before = set(_instances)
    with pytest.raises(kind, match=sentence):
        ActivationExplorer(history, **arguments)
    gc.collect()
    assert set(_instances) == before


def test_an_empty_history_is_refused_with_what_fills_it() -> None:
    with pytest.raises(ValueError, match=r"empty: it fills while a model trains.*callbacks"):
        ActivationExplorer(ActivationHistory(PICTURES))


def test_a_model_without_pictures_is_refused_with_what_is_missing() -> None:
    with pytest.raises(TypeError, match="no pictures to show: images is missing"):
        ActivationExplorer(small_model())


def test_what_keras_s_fit_returns_is_no_history_of_activations() -> None:
    done = small_model().fit(X, Y, verbose=0)
    with pytest.raises(TypeError, match=r"History.*a keras\.Model is wanted"):
        ActivationExplorer(done)


def test_a_closed_explorer_lets_go_of_all_but_the_history() -> None:
    history = filled(2)
    before = set(_instances)
    explorer = ActivationExplorer(history)
    explorer.epoch = 1
    references: list[weakref.ref[Any]] = [
        weakref.ref(explorer), weakref.ref(explorer.figure), weakref.ref(explorer.activation)
    ]  # fmt: skip
    explorer.close()
    assert repr(explorer) == "ActivationExplorer(closed)"
    with pytest.raises(RuntimeError, match="was closed"):
        _ = explorer.activation
    assert set(_instances) == before
    del explorer, history
    gc.collect()
    assert [reference() for reference in references if reference() is not None] == []
