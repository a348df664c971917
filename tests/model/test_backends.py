"""What backends.py and its neighbours use of Keras that Keras keeps to itself."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tf_keras

from actviz_widgets.model.backends import input_converters, said_in_full


def test_the_private_names_of_keras_that_are_used_are_there() -> None:
    layer = keras.layers.Dense(1)
    assert layer._convert_input_args is True
    assert layer._allow_non_tensor_positional_args is False
    assert callable(layer._clear_losses)
    model = keras.Sequential([keras.Sequential([layer])])
    assert layer in list(model._flatten_layers())
    inputs = keras.Input((2,))
    model = keras.Model(inputs, layer(inputs))
    (node,) = inputs._keras_history.operation._outbound_nodes
    assert node.operation is layer
    assert node in [one for nodes in model._nodes_by_depth.values() for one in nodes]
    names = [name for base, name in input_converters() if base.__module__.startswith("keras")]
    assert names == ["convert_input", "_convert_inputs_to_tensors", "_adjust_input_rank"]


def test_attention_tells_the_axes_that_it_goes_over() -> None:
    attention, values = keras.layers.MultiHeadAttention(1, 1), np.zeros((1, 4, 2), np.float32)
    attention(values, values)
    assert tuple(attention._attention_axes) == (1,)


def test_the_private_names_of_tf_keras_that_are_used_are_there() -> None:
    layer = tf_keras.layers.Dense(1)
    assert layer._losses == layer._eager_losses == []
    model = tf_keras.Sequential([tf_keras.Sequential([layer])])
    assert layer in list(model._flatten_layers())
    names = [name for base, name in input_converters() if base.__module__.startswith("tf_keras")]
    assert names == ["_conform_to_reference_input"]


def test_keras_puts_no_words_around_a_sentence_of_ours() -> None:
    class Refusing(keras.layers.Layer):
        def call(self, _: Any) -> Any:
            raise said_in_full(ValueError("Give something else."))

    with pytest.raises(ValueError, match=r"^Give something else\.$"):
        Refusing()(np.zeros((1, 2), np.float32))
