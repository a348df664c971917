"""Models of texts, which only TensorFlow has tensors for."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from .making import Made, in_turn, with_weights

TEXTS = np.array([["the cat sat"], ["a dog"]])


def vectorized_text() -> Made:
    words = layers.TextVectorization(
        output_sequence_length=5, vocabulary=["the", "cat", "sat", "dog"], name="words"
    )
    embedding = layers.Embedding(8, 4, name="embedding")
    pooled = layers.GlobalAveragePooling1D(name="pooled")
    model = keras.Sequential([keras.Input((1,), dtype="string"), words, embedding, pooled])
    with_weights(embedding)
    return Made(model, TEXTS, lambda x: in_turn(x, words, embedding, pooled))


def texts_inside() -> Made:
    """A layer that puts out texts, in the middle."""
    look_up = layers.StringLookup(vocabulary=["cat", "dog"], invert=True, name="look_up")
    words = layers.StringLookup(vocabulary=["dog", "cat"], name="words")
    model = keras.Sequential([keras.Input((3,), dtype="int64"), look_up, words])
    return Made(model, np.array([[0, 1, 2], [2, 2, 1]]), lambda x: in_turn(x, look_up, words))
