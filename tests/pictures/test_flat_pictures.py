"""Numbers in a row: shown as a line or the picture that they are, and made of pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.flat_pictures import as_picture
from actviz_widgets.pictures.input_views import view_of
from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.pictures.pictures import Pictures
from actviz_widgets.views import PictureView, SeriesView, WordsView

FLAT = ModelInput((784,))
DIGIT = np.zeros((28, 28), np.uint8)
DIGIT[5:23, 12:16] = 220


@pytest.mark.parametrize(
    "given",
    [
        DIGIT,
        DIGIT[..., None],
        DIGIT[None],
        [DIGIT],
        {"four": DIGIT},
        Image.fromarray(DIGIT),
        DIGIT / np.float32(255),
        DIGIT[None, ..., None] / np.float32(255),
    ],
)
def test_a_picture_of_as_many_pixels_goes_in_row_by_row(given: Any) -> None:
    picture = Pictures(given, FLAT).load(0)
    assert isinstance(picture.view, PictureView)
    assert picture.view.size == (28, 28)
    np.testing.assert_allclose(picture.model_input, DIGIT.reshape(1, 784) / 255, atol=1e-6)


def test_colours_go_in_as_they_lie_in_memory() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    picture = Pictures(photo, ModelInput((3072,))).load(0)
    np.testing.assert_allclose(picture.model_input, photo.reshape(1, -1) / 255, atol=1e-6)


@pytest.mark.parametrize("shape", [(784,), (5, 784), (1, 784), (4, 196), (28, 27), (5, 28, 27)])
def test_what_has_other_proportions_is_no_such_picture(shape: tuple[int, ...]) -> None:
    assert as_picture(np.zeros(shape, np.float32), FLAT) is None


def test_a_row_that_makes_a_square_is_shown_as_that_and_it_is_said() -> None:
    standardised = (DIGIT.reshape(784) / 255 - 0.1).astype(np.float32) / 0.3
    for row in (DIGIT.reshape(784) / np.float32(255), standardised):
        view, note = view_of(row, FLAT)
        assert isinstance(view, PictureView)
        assert view.size == (28, 28)
        assert note.startswith("shown in 28 rows of 28, as the square picture that they make")


@pytest.mark.parametrize("count", [8000, 784, 26])
def test_a_sound_is_a_line(count: int) -> None:
    sound = np.sin(np.linspace(0, 50, count)).astype(np.float32)
    view, note = view_of(sound, ModelInput((count,)))
    assert isinstance(view, SeriesView)
    assert (view.values.shape, view.rows, note) == ((count, 1), "value", "")


def test_few_numbers_are_a_table_and_tokens_words() -> None:
    assert isinstance(view_of(np.zeros(25, np.float32), ModelInput((25,)))[0], WordsView)
    tokens = ModelInput((784,), "int32")
    assert isinstance(view_of(np.zeros(784, np.int32), tokens)[0], WordsView)


def test_pixels_in_a_row_are_shown_as_a_picture_and_warned_of() -> None:
    picture = Pictures(DIGIT.reshape(1, 784), FLAT).load(0)
    assert isinstance(picture.view, PictureView)
    assert picture.warning.startswith("The model saw values of 0 to 220, and begins with no layer")
