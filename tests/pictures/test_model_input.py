import numpy as np
import pytest

from actviz_widgets.pictures.model_input import ModelInput, not_finite_sentence, shape_in_words

RESCALING = ("rescaling", 255.0)
FOR_0_TO_1 = ("normalization", 1.2)


def values(low: float, high: float) -> np.ndarray:
    return np.array([low, high], np.float32)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((3, 32, 32), True),
        ((1, 28, 28), True),
        ((4, None, None), True),
        ((32, 32, 3), False),
        ((None, None, 3), False),
        ((3, 3, 3), False),
        ((28, 28), False),
        ((784,), False),
        (None, False),
    ],
)
def test_channels_are_first_where_only_the_first_size_can_be_channels(
    shape: tuple[int | None, ...] | None, expected: bool
) -> None:
    assert ModelInput(shape).channels_first is expected


@pytest.mark.parametrize("shape", [(4, 4, 3), (3, 4, 4), (3, 3, 3), (None, None, None), None])
def test_channels_are_where_the_models_own_layers_have_them(
    shape: tuple[int | None, ...] | None,
) -> None:
    assert ModelInput(shape, data_format="channels_first").channels_first
    assert not ModelInput(shape, data_format="channels_last").channels_first


def test_height_width_and_channels_follow_the_models_own_layers() -> None:
    assert ModelInput((3, 4, 3), data_format="channels_first").height_width_channels == (4, 3, 3)
    assert ModelInput((8, 4, 5), data_format="channels_first").height_width_channels == (4, 5, 8)


@pytest.mark.parametrize(
    ("shape", "dtype", "expected"),
    [
        ((32, 32, 3), "float32", True),
        ((None, None, 3), "uint8", True),
        (None, "float32", True),
        ((28, 28), "float32", True),
        ((16, 16), "uint8", True),
        ((28, 28), "int32", False),
        ((100, 3), "float32", False),
        ((None, 28), "float32", False),
        ((784,), "float32", False),
        ((), "float32", False),
        ((8, 32, 32, 3), "float32", False),
        ((1, 1, 1), "string", False),
    ],
)
def test_an_input_is_a_picture_where_it_has_the_shape_of_one(
    shape: tuple[int | None, ...] | None, dtype: str, expected: bool
) -> None:
    assert ModelInput(shape, dtype).is_picture is expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((150, 140, 3), (150, 140, 3)),
        ((3, 150, 140), (150, 140, 3)),
        ((28, 29), (28, 29, 1)),
        ((None, None, 3), (None, None, 3)),
        (None, (None, None, None)),
    ],
)
def test_height_width_and_channels_are_told_apart(
    shape: tuple[int | None, ...] | None, expected: tuple[int | None, ...]
) -> None:
    assert ModelInput(shape).height_width_channels == expected


@pytest.mark.parametrize("shape", [(784,), (8, 32, 32, 3)])
def test_a_model_that_takes_no_picture_says_what_it_takes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape \(.*not a picture.*[Ff]loat arrays"):
        _ = ModelInput(shape).height_width_channels


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        ((4, 5, 3), (4, 5, 3), True),
        ((4, 5, 3), (5, 4, 3), False),
        ((4, 5, 3), (4, 5), False),
        ((4, 5, 3), (1, 4, 5, 3), False),
        ((None, None, 3), (9, 7, 3), True),
        ((None, None, 3), (9, 7, 1), False),
        (None, (9, 7, 1), True),
        (None, (9, 7), False),
        ((), (), True),
    ],
)
def test_an_array_fits_where_each_size_is_the_wanted_one_or_open(
    wanted: tuple[int | None, ...] | None, given: tuple[int, ...], expected: bool
) -> None:
    assert ModelInput(wanted).fits(given) is expected


@pytest.mark.parametrize(
    ("model_input", "low", "high"),
    [
        (ModelInput((4, 4, 3)), 0, 1),
        (ModelInput((4, 4, 3)), -1, 1),
        (ModelInput((4, 4, 3)), -123, 151),
        (ModelInput((4, 4, 3)), 0, 0),
        (ModelInput((4, 4, 3), "uint8"), 0, 255),
        (ModelInput((4, 4, 3), scaling=RESCALING), 0, 255),
        (ModelInput((4, 4, 3), scaling=RESCALING), 0, 0),
        (ModelInput((4, 4, 3), scaling=FOR_0_TO_1), 0, 1),
    ],
)
def test_values_that_can_be_right_are_not_warned_of(
    model_input: ModelInput, low: float, high: float
) -> None:
    assert model_input.warning(values(low, high)) == ""


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (0.2, 0.9)])
def test_scaled_values_are_warned_of_where_the_model_scales_pixels_itself(
    low: float, high: float
) -> None:
    warning = ModelInput((4, 4, 3), scaling=RESCALING).warning(values(low, high))
    assert "'rescaling'" in warning
    assert f"up to 255, but the model saw {low} to {high}" in warning
    assert "Give it values of 0 to 255" in warning


def test_pixels_are_warned_of_where_the_first_layer_is_made_for_0_to_1() -> None:
    warning = ModelInput((4, 4, 3), scaling=FOR_0_TO_1).warning(values(0, 255))
    assert "'normalization' is made for values up to 1.2, but the model saw 0 to 255" in warning


def test_pixels_are_warned_of_where_the_model_scales_nothing() -> None:
    warning = ModelInput((4, 4, 3)).warning(values(0, 255))
    assert "The model saw values of 0 to 255, and begins with no layer that scales them" in warning


def test_nothing_is_said_to_begin_without_scaling_where_it_was_looked_for_in_vain() -> None:
    warning = ModelInput((4, 4, 3), is_sought=True).warning(values(0, 255))
    assert "does not tell that it is made for them" in warning
    assert "check how this one was" in warning


@pytest.mark.parametrize(("made_for", "high"), [(4095.0, 255.0), (16.0, 1.0)])
def test_pixels_of_8_bits_are_warned_of_where_the_model_is_made_for_larger_values(
    made_for: float, high: float
) -> None:
    model_input = ModelInput((4, 4, 3), scaling=("", made_for))
    warning = model_input.warning(values(0, high), are_pixels=True)
    assert f"made for values up to {made_for:.0f}, but the model saw 0 to {high:.0f}" in warning
    assert "preprocess=" in warning


def test_scaled_values_are_to_be_those_that_the_model_is_made_for() -> None:
    warning = ModelInput((4, 4, 3), scaling=("scan", 65535.0)).warning(values(0, 1))
    assert "Give it values of 0 to 65535." in warning
    warning = ModelInput((4, 4, 3), scaling=("", 1.0)).warning(values(0, 4000))
    assert warning.startswith("What stands before the first kernel is made for values up to 1,")
    assert warning.endswith("Bring them to that range first.")


def test_bright_pictures_are_right_for_a_model_trained_on_dark_ones() -> None:
    assert ModelInput((4, 4, 3), scaling=("normalization", 60.0)).warning(values(0, 255)) == ""


def test_sizes_left_open_are_called_any() -> None:
    assert shape_in_words((None, 28, 3)) == "(any, 28, 3)"
    assert shape_in_words(("height", "width")) == "(height, width)"
    assert shape_in_words((10,)) == "(10,)"
    assert shape_in_words(()) == "()"


def test_values_that_are_not_finite_are_counted() -> None:
    sentence = not_finite_sentence("'meta'", np.array([1, np.nan, np.inf, -np.inf]))
    assert sentence.startswith("'meta' has 1 NaN and 2 infinite values among its 4;")
