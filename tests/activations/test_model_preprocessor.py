"""A model's own preprocessor, as a task of KerasHub has it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.activations.explored import explored_model
from actviz_widgets.activations.model_preprocessor import own_preprocessor
from actviz_widgets.activations.second_model import second_model

PHOTO = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


class Scaler(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """Brings pictures to the size of the model, and to -1 to 1."""

    image_converter: Any = None

    def call(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        x = keras.ops.image.resize(x, (8, 8)) / 127.5 - 1
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)


class Task(keras.Model):  # type: ignore[misc]  # keras is untyped
    """A model with a preprocessor, which it runs in `predict` alone."""

    def __init__(self, preprocessor: Any) -> None:
        inputs = keras.Input((8, 8, 3))
        x = keras.layers.Conv2D(2, 3, name="conv")(inputs)
        x = keras.layers.GlobalAveragePooling2D()(x)
        super().__init__(inputs, keras.layers.Dense(3, activation="softmax")(x))
        self.preprocessor = preprocessor

    def preprocess_samples(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        return self.preprocessor(x, y=y, sample_weight=sample_weight)


def test_what_predict_does_to_a_picture_is_done_and_named() -> None:
    task = Task(Scaler())
    explored = explored_model(task, PHOTO, None, None, 2**20)
    kept = explored.by_epoch[0].get(0, "conv")
    expected = task(task.preprocess_samples(PHOTO[None].astype(np.float32)))
    np.testing.assert_allclose(kept.predictions, keras.ops.convert_to_numpy(expected)[0], atol=1e-6)
    assert kept.picture.how == "made by the model's own preprocessor, Scaler"


def test_a_function_of_the_users_or_none_at_all_leaves_it_out() -> None:
    task = Task(Scaler())
    given = explored_model(task, PHOTO, lambda x: x / 255, None, 2**20)
    assert given.pictures.load(0).how.startswith("made by preprocess;")
    task.preprocessor = None
    assert own_preprocessor(task) is None
    assert "divided by 255" in explored_model(task, PHOTO, None, None, 2**20).pictures.load(0).how


def test_a_layer_of_the_name_that_the_model_calls_itself_is_none() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3)])
    model.preprocessor = keras.layers.Rescaling(1 / 255)
    assert own_preprocessor(model) is None


@pytest.mark.parametrize(
    ("crop", "pad", "size", "expected"),
    [
        (True, False, (8, 8), "crop"),
        (False, True, (8, 8), "pad"),
        (False, False, (8, 8), ""),
        (True, False, None, ""),
    ],
)
def test_what_becomes_of_the_edges_is_known(
    crop: bool, pad: bool, size: Any, expected: str
) -> None:
    scaler = Scaler()
    scaler.image_converter = SimpleNamespace(
        image_size=size, crop_to_aspect_ratio=crop, pad_to_aspect_ratio=pad
    )
    own = own_preprocessor(Task(scaler))
    assert own is not None
    assert own.fitting == expected


def test_pictures_of_channels_first_are_given_so() -> None:
    scaler = Scaler()
    scaler.image_converter = SimpleNamespace(data_format="channels_first")
    task = Task(lambda x, y, sample_weight: x)
    task.preprocessor.image_converter = scaler.image_converter
    own = own_preprocessor(task)
    assert own is not None
    assert own.run(PHOTO[None]).shape == (1, 3, 20, 30)


def test_of_two_models_it_is_said_which_has_one() -> None:
    task, other = Task(Scaler()), Task(None)
    explored = explored_model(other, PHOTO, None, None, 2**20)
    assert "The second model has a preprocessor of its own, Scaler" in (
        second_model(task, explored, 2**20).note
    )
    explored = explored_model(task, PHOTO, None, None, 2**20)
    assert "Scaler" not in second_model(Task(Scaler()), explored, 2**20).note


def test_what_it_raises_is_said_without_what_keras_puts_around_it() -> None:
    class Failing(Scaler):
        def call(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
            raise KeyError("encoder_text")

    with pytest.raises(ValueError, match=r"preprocessor, Failing .*encoder_text") as info:
        explored_model(Task(Failing()), PHOTO, None, None, 2**20).pictures.load(0)
    assert "Arguments received" not in str(info.value)
