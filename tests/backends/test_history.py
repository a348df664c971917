"""A history of a training on the backend at hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer, ActivationHistory, get_activations

from ..model_kinds import checks

pytestmark = pytest.mark.slow  # each test trains

RNG = np.random.default_rng(0)
X = RNG.random((32, 8, 8, 1), dtype=np.float32)
Y = (X.mean((1, 2, 3)) > 0.5).astype(np.int32)


def trained(*callbacks: Any) -> keras.Model:
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(3, 3, activation="relu", name="conv"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(0.3, name="dropout"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(2, activation="softmax", name="out"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=3, batch_size=8, verbose=0, callbacks=list(callbacks))
    return model


def test_training_goes_as_without_it() -> None:
    plain, watched = trained(), trained(ActivationHistory(X[:2]))
    for one, other in zip(plain.variables, watched.variables, strict=True):
        checks.assert_equal(one.value, other.value, one.path)


def test_each_epoch_is_another_and_the_newest_is_that_of_the_model() -> None:
    history = ActivationHistory(X[:2])
    model = trained(history)
    assert history.epochs == (0, 1, 2, 3)
    maps = {history.activations(epoch, 1)["conv"].tobytes() for epoch in history.epochs}
    assert len(maps) == 4
    now = get_activations(model, X[1:2])
    for path, array in history.activations(3, 1).items():
        checks.assert_close(array, now[path][0], 1e-5, path)


def test_an_explorer_goes_over_its_epochs() -> None:
    history = ActivationHistory(X[:2])
    trained(history)
    explorer = ActivationExplorer(history)
    for epoch in history.epochs:
        explorer.epoch = epoch
        assert np.array_equal(explorer.activation, history.activations(epoch)["conv"])
        assert explorer.figure.axes[1].get_title().endswith(f"epoch {epoch}")
    explorer.close()
