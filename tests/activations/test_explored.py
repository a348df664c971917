"""What an explorer is opened on, with its pictures as they are now."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationHistory
from actviz_widgets.activations.channel_survey import ChannelSurvey
from actviz_widgets.activations.explored import Explored, explored_model

L = keras.layers
PICTURES = np.random.default_rng(0).random((4, 8, 8, 3), np.float32)


def model() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    x = L.GlobalAveragePooling2D(name="pool")(L.Conv2D(4, 3, name="conv")(inputs))
    return keras.Model(inputs, L.Dense(2, activation="softmax", name="dense")(x))


def subject(**options: object) -> Explored:
    return explored_model(model(), PICTURES, None, None, 2**28, **options)  # type: ignore[arg-type]


def test_labels_are_given_with_the_pictures() -> None:
    assert subject().labels == (None,) * 4
    assert subject(labels=[0, 1, 0, 1]).labels == (0, 1, 0, 1)
    with pytest.raises(ValueError, match="labels has 1 entries, and there are 4 pictures"):
        subject(labels=[0])


def test_pictures_added_are_run_and_counted_like_the_others() -> None:
    opened = subject(labels=[0, 1, 0, 1])
    extraction = opened.by_epoch[0]
    survey = ChannelSurvey(extraction, opened.activation_model, lambda: opened.labels)
    while survey.add_next("conv"):
        pass
    before = extraction.get(2, "conv")
    assert opened.takes_pictures
    new = np.full((8, 8, 3), 51, np.uint8)
    added, failures = opened.add_pictures({"new": new, "broken": b"none"})
    assert added == ("new",)
    assert len(failures) == 1
    assert opened.images == ("picture 0", "picture 1", "picture 2", "picture 3", "new")
    assert opened.labels == (0, 1, 0, 1, None)
    assert extraction.get(2, "conv") is before
    assert survey.counted("conv") == (4, 5)
    assert not survey.add_next("conv")
    assert survey.counted("conv") == (5, 5)
    activation = extraction.get(4, "conv").activations["conv"]
    conv = opened.activation_model.model.get_layer("conv")
    expected = np.asarray(conv(np.full((1, 8, 8, 3), 0.2, np.float32)))[0]
    np.testing.assert_allclose(activation, expected, atol=1e-5)


def test_a_history_has_no_classes_and_takes_no_pictures() -> None:
    network = model()
    network.compile("sgd", "sparse_categorical_crossentropy")
    history = ActivationHistory(PICTURES)
    network.fit(PICTURES, np.arange(4) % 2, epochs=1, verbose=0, callbacks=[history])
    opened = history.subject()
    assert opened.images == ("picture 0", "picture 1", "picture 2", "picture 3")
    assert opened.labels == (None,) * 4
    assert not opened.takes_pictures
    with pytest.raises(ValueError, match="No pictures can be added to a history"):
        opened.add_pictures(PICTURES)


def test_class_names_of_training_data_are_known_where_the_model_has_as_many() -> None:
    class Named:
        class_names = ("cat", "dog")

        def as_numpy_iterator(self) -> Iterator[object]:
            return iter([np.zeros((2, 16, 16, 3), np.uint8)])

    def model(units: int, loss: str) -> keras.Model:
        inputs = keras.Input((16, 16, 3))
        x = keras.layers.Conv2D(2, 3)(inputs)
        x = keras.layers.GlobalAveragePooling2D()(x)
        made = keras.Model(inputs, keras.layers.Dense(units, activation="sigmoid")(x))
        made.compile("sgd", loss)
        return made

    for units, loss, names in (
        (2, "categorical_crossentropy", ("cat", "dog")),
        (1, "binary_crossentropy", ("cat", "dog")),
        (3, "categorical_crossentropy", None),
        (2, "mse", None),  # numbers, whatever the data is sorted into
    ):
        assert explored_model(model(units, loss), Named(), None, None, 2**20).class_names == names


def test_a_history_keeps_labels_and_class_names_of_training_data() -> None:
    class Named:
        class_names = ("cat", "dog")

        def as_numpy_iterator(self) -> Iterator[object]:
            return iter([(PICTURES, np.arange(4) % 2)])

    network = model()
    network.compile("sgd", "sparse_categorical_crossentropy")
    history = ActivationHistory(Named())
    network.fit(PICTURES, np.arange(4) % 2, epochs=1, verbose=0, callbacks=[history])
    opened = history.subject()
    assert opened.labels == (0, 1, 0, 1)
    assert opened.class_names == ("cat", "dog")
