"""One picture goes in as often as a model insists on, and what comes out is of that picture."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from actviz_widgets.activations.one_picture import OnePicture
from actviz_widgets.model.backends import read_only


def one_of(batch_size: int | None) -> OnePicture:
    inputs = keras.Input((2,), batch_size=batch_size)
    return OnePicture(keras.Model(inputs, keras.layers.Dense(1)(inputs)))


BATCH = np.arange(12.0).reshape(3, 4)


def test_a_picture_goes_in_as_it_is_where_any_number_may() -> None:
    picture = np.ones((1, 2))
    assert one_of(None).repeated(picture) is picture


def test_a_picture_is_repeated_for_a_model_of_a_fixed_batch() -> None:
    first, second = np.array([[1, 2]]), np.array([[3, 4]])
    repeated = one_of(3).repeated({"b": first, "a": [second]})
    assert list(repeated) == ["b", "a"]
    np.testing.assert_array_equal(repeated["b"], [[1, 2]] * 3)
    np.testing.assert_array_equal(repeated["a"][0], [[3, 4]] * 3)


@pytest.mark.parametrize(("size", "batch"), [(None, BATCH[:1]), (3, BATCH)])
def test_what_is_of_the_picture_is_cut_out_of_the_batch(size: int, batch: np.ndarray) -> None:
    one = one_of(size)
    np.testing.assert_array_equal(one.of(batch, (None, 4)), BATCH[0])
    np.testing.assert_array_equal(one.in_batch_of_one(batch, (None, 4)), BATCH[:1])
    np.testing.assert_array_equal(one.of(batch), BATCH[0])
    np.testing.assert_array_equal(one.first(batch), BATCH[:1])


@pytest.mark.parametrize("output_shape", [(3, 4), (None, 4)])
def test_windows_that_stand_where_the_batch_was_are_all_of_the_picture(
    output_shape: tuple[int | None, ...],
) -> None:
    one = one_of(1)
    np.testing.assert_array_equal(one.of(BATCH, output_shape), BATCH)
    np.testing.assert_array_equal(one.in_batch_of_one(BATCH, output_shape), BATCH[None])
    np.testing.assert_array_equal(one.first(BATCH), BATCH)


def test_a_part_of_a_batch_keeps_nothing_of_the_others() -> None:
    assert one_of(3).of(BATCH).base is None
    assert one_of(3).in_batch_of_one(BATCH, (None, 4)).base is None
    assert one_of(None).of(BATCH[:1]).base is not None


def test_what_is_handed_out_cannot_be_written_to() -> None:
    whole = np.zeros(3)
    for array in (read_only(whole), one_of(None).of(np.zeros((1, 3))), one_of(3).of(BATCH)):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1
