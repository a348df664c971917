"""Tasks of KerasHub: where it is installed, an explorer says what `predict` does."""

from __future__ import annotations

from typing import Any

import keras
import keras_hub
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer

from ..explorer import driver

pytestmark = pytest.mark.slow

PHOTO = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
WORDS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "the", "quick", "fox", "cat"]


def picture_classifier() -> keras.Model:
    models, layers = keras_hub.models, keras_hub.layers
    backbone = models.ViTBackbone(
        image_shape=(64, 64, 3),
        patch_size=16,
        num_layers=2,
        num_heads=2,
        hidden_dim=16,
        mlp_dim=32,
    )
    converter = layers.ViTImageConverter(image_size=(64, 64), scale=1 / 127.5, offset=-1)
    return models.ViTImageClassifier(
        backbone,
        num_classes=3,
        preprocessor=models.ViTImageClassifierPreprocessor(image_converter=converter),
        activation="softmax",
    )


def text_classifier() -> keras.Model:
    models = keras_hub.models
    preprocessor = models.BertTextClassifierPreprocessor(
        models.BertTokenizer(vocabulary=WORDS), sequence_length=8
    )
    backbone = models.BertBackbone(
        vocabulary_size=len(WORDS),
        num_layers=2,
        num_heads=2,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=8,
    )
    return models.BertTextClassifier(
        backbone, num_classes=2, preprocessor=preprocessor, activation="softmax"
    )


@pytest.mark.parametrize(
    ("build", "image", "batch", "name"),
    [
        (picture_classifier, PHOTO, PHOTO[None], "ViTImageClassifierPreprocessor"),
        (text_classifier, "the quick fox", ["the quick fox"], "BertTextClassifierPreprocessor"),
    ],
)
def test_an_explorer_says_what_predict_does(build: Any, image: Any, batch: Any, name: str) -> None:
    keras.utils.set_random_seed(0)
    model = build()
    explorer = ActivationExplorer(model, image)
    expected = model.predict(batch, verbose=0)[0]
    np.testing.assert_allclose(explorer.predictions, expected, atol=1e-6)
    assert f"made by the model's own preprocessor, {name}" in " ".join(driver.sentences(explorer))
    explorer.close()
