"""A batch that a model cannot take is refused in a sentence: what was given, wanted, and to do."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import get_activations

L = keras.layers


def small(shape: tuple[int | None, ...] = (16, 16, 3)) -> keras.Model:
    inputs = keras.Input(shape, name="picture")
    x = L.GlobalAveragePooling2D()(L.Conv2D(4, 3, name="conv")(inputs))
    return keras.Model(inputs, L.Dense(2, name="out")(x), name="small")


def two() -> keras.Model:
    a, b = keras.Input((4,), name="a"), keras.Input((5,), name="b")
    return keras.Model({"a": a, "b": b}, L.Concatenate(name="both")([a, b]), name="two")


def of(*shape: int) -> np.ndarray:
    return np.full(shape, 0.123456, np.float32)


TAKES = "the model 'small' takes (batch_size, 16, 16, 3)"
NAMED = "the model 'two' takes 2 inputs, 'a' (batch_size, 4), 'b' (batch_size, 5)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            of(16, 16, 3),
            f"One example, of shape (16, 16, 3), was given; {TAKES}. Give a batch of one: x[None].",
        ),
        (
            of(2, 8, 9, 3),
            f"A batch of shape (2, 8, 9, 3) was given; {TAKES}. "
            "Resize the pictures: keras.ops.image.resize(x, (height, width)).",
        ),
        (
            of(1, 3, 16, 16),
            f"A batch of shape (1, 3, 16, 16) was given; {TAKES}. "
            "Its channels come first: numpy.moveaxis(x, 1, -1) puts them last.",
        ),
        (of(1, 16, 16, 4), f"A batch of shape (1, 16, 16, 4) was given; {TAKES}."),
        (
            [of(16, 16, 3), of(16, 16, 3)],
            f"A list of 2 arrays was given; {TAKES}. "
            "Give one array: numpy.stack(x), of examples of one shape.",
        ),
        (
            "cat.jpg",
            "The batch given holds what is no array, of type builtins.str; "
            f"{TAKES}. For files, folders and pictures of other kinds there is ActivationExplorer.",
        ),
        (
            None,
            "The batch given holds what is no array, of type builtins.NoneType; "
            f"{TAKES}. For files, folders and pictures of other kinds there is ActivationExplorer.",
        ),
    ],
)
def test_what_one_input_cannot_take(given: Any, said: str) -> None:
    with pytest.raises(ValueError, match="the model 'small' takes") as caught:
        get_activations(small(), given)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (of(1, 4), ""),
        ([of(1, 4)], f"A list of 1 was given; {NAMED}. Give one array for each of its inputs."),
        (
            {"a": of(1, 4), "c": of(1, 5)},
            f"There is no input named 'c'; {NAMED}.",
        ),
        (
            {"a": of(1, 4), "b": of(1, 6)},
            f"A batch of shape (1, 6) was given for the input 'b'; {NAMED}.",
        ),
    ],
)
def test_what_several_inputs_cannot_take(given: Any, said: str) -> None:
    with pytest.raises(ValueError, match="takes 2 inputs, 'a' ") as caught:
        get_activations(two(), given)
    assert said in ("", str(caught.value))


def test_one_example_is_refused_where_keras_would_take_it_for_a_batch() -> None:
    with pytest.raises(ValueError, match=r"One example, of shape \(16, 16, 1\), was given"):
        get_activations(small((None, None, 1)), of(16, 16, 1))


def test_what_can_be_taken_is() -> None:
    assert get_activations(small((None, None, 3)), of(2, 9, 7, 3))["conv"].shape == (2, 7, 5, 4)
    taken = get_activations(two(), {"b": of(1, 5), "a": of(1, 4)})
    assert taken["both"].shape == (1, 9)


class ByHand(keras.Model):
    """A model whose shapes nobody declares."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = L.Conv2D(2, 3, name="conv")

    def call(self, x: Any) -> Any:
        return self.conv(x)


def test_a_model_written_by_hand_says_what_it_was_built_for() -> None:
    model = ByHand()
    model(of(1, 8, 8, 3))
    with pytest.raises(ValueError, match=r"takes \(batch_size, 8, 8, 3\)") as caught:
        get_activations(model, of(1, 8, 8, 4))
    said = str(caught.value)
    assert "(1, 8, 8, 4)" in said
    assert "0.123" not in said
    assert "function_node" not in said
    assert "[Op:" not in said
