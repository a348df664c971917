"""What pictures become for models that scale pixels, however that is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.pictures.pictures import Picture, Pictures

L = keras.layers
PHOTO = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def model_of(way: Callable[[Any], Any]) -> keras.Model:
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, L.GlobalAveragePooling2D()(L.Conv2D(2, 3)(way(inputs))))


def picture(model: Any, images: Any) -> Picture:
    return Pictures(images, declared_inputs(ActivationModel(model))).load(0)


@pytest.mark.parametrize(
    "way",
    [
        lambda x: x / 127.5 - 1.0,
        L.Lambda(lambda x: x / 127.5 - 1.0),
        keras.applications.resnet50.preprocess_input,
        L.LayerNormalization(axis=(1, 2, 3)),
    ],
)
def test_pixels_are_left_to_a_model_that_scales_them(way: Callable[[Any], Any]) -> None:
    model = model_of(way)
    of_pixels, of_floats = picture(model, PHOTO), picture(model, PHOTO.astype(np.float32))
    np.testing.assert_array_equal(of_pixels.model_input, PHOTO[None].astype(np.float32))
    assert of_pixels.how == "left to the model to scale"
    assert of_pixels.warning == of_floats.warning == ""


def test_scaled_floats_are_warned_of_where_arithmetic_scales_pixels() -> None:
    warning = picture(model_of(lambda x: x / 127.5 - 1.0), PHOTO / 255).warning
    assert "what stands before its first kernel is made for values up to 255" in warning


@pytest.mark.parametrize("way", [lambda x: x * 2.0 - 1.0, L.Rescaling(2.0, offset=-1.0)])
def test_pixels_are_divided_for_a_model_that_wants_0_to_1(way: Callable[[Any], Any]) -> None:
    model = model_of(way)
    made = picture(model, PHOTO)
    np.testing.assert_allclose(made.model_input, PHOTO[None] / 255, rtol=1e-6)
    assert made.how == "pixels divided by 255"
    assert made.warning == picture(model, PHOTO / 255).warning == ""
    assert "Divide the pixels by 255" in picture(model, PHOTO.astype(np.float32)).warning


@pytest.mark.parametrize("way", [lambda x: x, L.BatchNormalization()])
def test_where_it_cannot_be_told_that_is_said_with_the_remedy(way: Callable[[Any], Any]) -> None:
    how = picture(model_of(way), PHOTO).how
    assert how.startswith("pixels divided by 255")
    assert "cannot be told" in how
    assert "preprocess=" in how
