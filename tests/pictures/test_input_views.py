import numpy as np
import pytest

from actviz_widgets.pictures.input_views import view_of
from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.views import PictureView, SeriesView, WordsView

RNG = np.random.default_rng(0)


def text(array: np.ndarray, model_input: ModelInput) -> str:
    view, note = view_of(array, model_input)
    assert isinstance(view, WordsView)
    assert note == ""
    return view.text


def picture(array: np.ndarray, model_input: ModelInput) -> tuple[PictureView, str]:
    view, note = view_of(array, model_input)
    assert isinstance(view, PictureView)
    assert view.pixels.dtype == np.uint8
    assert view.pixels.shape[-1] == 3
    return view, note


def test_a_series_is_its_lines() -> None:
    values = RNG.normal(size=(100, 3)).astype(np.float32)
    view, note = view_of(values, ModelInput((100, 3)))
    assert isinstance(view, SeriesView)
    np.testing.assert_array_equal(view.values, values)
    assert note == ""


def test_a_series_with_channels_first_has_time_first_when_shown() -> None:
    values = RNG.normal(size=(3, 100))
    view, _ = view_of(values, ModelInput((3, 100), data_format="channels_first"))
    assert isinstance(view, SeriesView)
    np.testing.assert_array_equal(view.values, values.T)


def test_a_series_of_booleans_has_values_that_can_be_drawn() -> None:
    view, _ = view_of(np.ones((20, 2), bool), ModelInput((20, 2), "bool"))
    assert isinstance(view, SeriesView)
    assert view.values.dtype == np.uint8


def test_a_table_is_a_line_per_value() -> None:
    values = np.array([0.53125, -2.0, 12345.6, *[0] * 8], np.float32)
    lines = text(values, ModelInput((11,))).split("\n")
    assert lines[:3] == [" 0   0.5312", " 1  -2", " 2   1.235e+04"]
    assert lines[-1] == "10   0"


def test_a_table_of_few_values_has_short_indices() -> None:
    assert text(np.array([0.53125]), ModelInput((1,))) == "0   0.5312"
    assert text(np.array(0.53125), ModelInput(())) == "0.5312"


def test_tokens_are_a_text_of_numbers() -> None:
    lines = text(np.arange(1000, 1020), ModelInput((20,), "int32")).split("\n")
    assert " ".join(lines).split() == [str(token) for token in range(1000, 1020)]
    assert len(lines) == 3
    assert max(map(len, lines)) <= 40


def test_tokens_given_as_floats_are_tokens() -> None:
    assert text(np.array([3.0, 7.0]), ModelInput((2,), "int32")) == "3 7"


@pytest.mark.parametrize("shape", [(), (1,)])
def test_a_text_is_itself_wrapped(shape: tuple[int, ...]) -> None:
    words = "the cat sat on the mat and looked at the dog\nwhich barked"
    lines = text(np.array(words).reshape(shape), ModelInput(shape, "string")).split("\n")
    assert lines == ["the cat sat on the mat and looked at the", "dog", "which barked"]


def test_words_are_a_line_each() -> None:
    assert text(np.array(["the", "", "cat"]), ModelInput((3,), "string")) == "the\n\ncat"


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels_first", [True, False])
def test_of_a_volume_the_middle_slice_is_shown(channels_first: bool, dtype: type) -> None:
    volume: np.ndarray = RNG.integers(0, 256, (8, 9, 10, 3)).astype(dtype)
    shape: tuple[int, ...] = volume.shape
    given = volume
    if channels_first:
        given, shape = np.moveaxis(volume, -1, 0), (3, 8, 9, 10)
    view, note = picture(given, ModelInput(shape))
    np.testing.assert_array_equal(view.pixels, volume[4])
    assert view.size == (9, 10)
    assert note == "shown is slice 4 of 8"


def test_a_volume_has_its_channels_where_the_models_own_layers_have_them() -> None:
    volume = RNG.random((3, 8, 9, 4))
    view, note = picture(volume, ModelInput(volume.shape, data_format="channels_first"))
    np.testing.assert_array_equal(view.pixels[..., 0], (volume[0, 4] * 255).round())
    assert view.size == (9, 4)
    assert note == "shown is slice 4 of 8"


def test_a_slice_stretched_for_showing_is_told_of() -> None:
    _, note = picture(RNG.normal(size=(5, 9, 10, 1)), ModelInput((5, 9, 10, 1)))
    assert note == "shown is slice 2 of 5; its values are stretched for showing"


@pytest.mark.parametrize("shape", [(2, 3, 4, 7), (2, 2, 2, 2, 3)])
def test_what_has_no_picture_in_it_is_told_of_in_short(shape: tuple[int, ...]) -> None:
    view, note = view_of(np.full(shape, 0.5, np.float32), ModelInput(shape))
    assert isinstance(view, WordsView)
    lines = [" × ".join(map(str, shape)), "float32", "values 0.5 to 0.5"]
    assert view.text.split("\n") == lines
    assert note == "shown are its size and values in short"


@pytest.mark.parametrize(
    ("shape", "dtype"), [((9, 10, 3), np.uint8), ((9, 10, 4), np.uint8), ((9, 10, 1), np.bool_)]
)
def test_pixels_are_shown_as_they_are(shape: tuple[int, ...], dtype: type) -> None:
    pixels: np.ndarray = RNG.integers(0, 2, shape).astype(dtype)
    view, note = picture(pixels, ModelInput(shape))
    expected = np.broadcast_to(
        pixels[..., :3] * np.uint8(255 if dtype is np.bool_ else 1), (9, 10, 3)
    )
    np.testing.assert_array_equal(view.pixels, expected)
    assert note == ""


def test_a_grey_picture_without_channels_is_a_picture() -> None:
    view, _ = picture(RNG.random((28, 29)), ModelInput((28, 29)))
    assert view.size == (28, 29)


def test_channels_first_pixels_are_shown_with_channels_last() -> None:
    pixels = RNG.integers(0, 256, (3, 9, 10), dtype=np.uint8)
    view, _ = picture(pixels, ModelInput((3, 9, 10)))
    np.testing.assert_array_equal(view.pixels, np.moveaxis(pixels, 0, -1))


def test_what_a_model_that_does_not_tell_gets_is_shown_by_its_axes() -> None:
    unknown = ModelInput(None)
    picture(RNG.random((9, 10, 3)), unknown)
    assert isinstance(view_of(RNG.random((28, 28)), unknown)[0], SeriesView)
    assert text(np.array([3, 7]), unknown) == "3 7"
