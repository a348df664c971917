from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.pictures.pictures import Picture, Pictures
from actviz_widgets.views import PictureView

RGB = ModelInput((4, 6, 3))
GREY = ModelInput((4, 6, 1))
RNG = np.random.default_rng(0)
COLORS = RNG.integers(0, 256, (4, 6, 3), dtype=np.uint8)
FLOATS = RNG.normal(size=(4, 6, 3)).astype(np.float32)


def only(images: object, model_input: ModelInput = RGB, **options: object) -> Picture:
    pictures = Pictures(images, model_input, **options)  # type: ignore[arg-type]
    assert len(pictures) == 1
    return pictures.load(0)


def view(picture: Picture) -> PictureView:
    assert isinstance(picture.view, PictureView)
    return picture.view


def shown(picture: Picture) -> np.ndarray:
    return view(picture).pixels


def picture_file(path: Path, colors: np.ndarray = COLORS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(colors).save(path)
    return path


class FakeDataset:
    """All of a tf.data.Dataset that is used."""

    def __init__(self, elements: Callable[[], Iterator[object]]) -> None:
        self.as_numpy_iterator = elements


# ------------------------------------------------------------------------- pixels to model input


def test_pixels_are_divided_by_255() -> None:
    picture = only(COLORS)
    np.testing.assert_array_equal(picture.model_input, COLORS[None] / np.float32(255))
    assert picture.model_input.dtype == np.float32
    assert picture.how == "pixels divided by 255"
    assert picture.warning == ""


def test_pixels_are_not_divided_where_the_model_begins_with_a_scaling_layer() -> None:
    picture = only(COLORS, ModelInput((4, 6, 3), scaling=("rescaling", 255.0)))
    np.testing.assert_array_equal(picture.model_input, COLORS[None].astype(np.float32))
    assert picture.warning == ""


def test_a_model_of_integers_gets_integers() -> None:
    picture = only(COLORS, ModelInput((4, 6, 3), "uint8"))
    np.testing.assert_array_equal(picture.model_input, COLORS[None])
    assert picture.model_input.dtype == np.uint8
    assert picture.warning == ""


def test_pixels_for_a_layer_made_for_0_to_1_are_warned_of_when_preprocess_leaves_them_large() -> (
    None
):
    model_input = ModelInput((4, 6, 3), scaling=("normalization", 1.2))
    picture = only(COLORS, model_input, preprocess=lambda pixels: pixels)
    assert "'normalization'" in picture.warning
    assert only(COLORS, model_input, preprocess=lambda pixels: pixels / 255).warning == ""


def test_the_picture_shown_is_the_users_own_and_not_the_model_input() -> None:
    large = RNG.integers(0, 256, (40, 30, 3), dtype=np.uint8)
    picture = only(large)
    np.testing.assert_array_equal(shown(picture), large)
    assert view(picture).size == (40, 30)
    assert picture.model_input.shape == (1, 4, 6, 3)


def test_a_very_large_picture_is_shown_smaller_and_keeps_its_size_in_words() -> None:
    picture = only(np.zeros((3000, 1500, 3), np.uint8))
    assert shown(picture).shape == (1024, 512, 3)
    assert view(picture).size == (3000, 1500)


def test_a_picture_of_one_colour_keeps_it_through_resizing() -> None:
    picture = only(np.full((50, 90, 3), (255, 0, 51), np.uint8))
    np.testing.assert_allclose(picture.model_input[0, 2, 3], (1, 0, 0.2), atol=1e-6)


def test_a_picture_is_made_as_high_and_wide_as_the_model_wants_it() -> None:
    halves = np.zeros((40, 60, 3), np.uint8)
    halves[:20] = 255
    values = only(halves).model_input[0, :, :, 0]
    assert values.shape == (4, 6)
    assert (values[0] == 1).all()
    assert (values[-1] == 0).all()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((None, None, 3), (1, 20, 10, 3)),
        ((40, None, 3), (1, 40, 20, 3)),
        ((None, 40, 3), (1, 80, 40, 3)),
        ((None, None, None), (1, 20, 10, 3)),
        ((None, None, 1), (1, 20, 10, 1)),
        ((None, None), (1, 20, 10)),
        (None, (1, 20, 10, 3)),
    ],
)
def test_sizes_left_open_are_the_pictures_own(
    shape: tuple[int | None, ...] | None, expected: tuple[int, ...]
) -> None:
    picture = only(np.zeros((20, 10, 3), np.uint8), ModelInput(shape))
    assert picture.model_input.shape == expected


def test_channels_go_first_where_the_model_has_them_first() -> None:
    picture = only(COLORS, ModelInput((3, 4, 6)))
    np.testing.assert_array_equal(
        picture.model_input, np.moveaxis(COLORS, -1, 0)[None] / np.float32(255)
    )


def test_a_grey_model_gets_luminance() -> None:
    picture = only(COLORS, GREY)
    grey = np.asarray(Image.fromarray(COLORS).convert("L"))
    np.testing.assert_array_equal(picture.model_input, grey[None, ..., None] / np.float32(255))
    np.testing.assert_array_equal(shown(picture), COLORS)


def test_a_model_without_a_channel_axis_gets_none() -> None:
    grey = COLORS[..., 0]
    picture = only(grey, ModelInput((4, 6)))
    np.testing.assert_array_equal(picture.model_input, grey[None] / np.float32(255))


def test_a_model_of_four_channels_gets_transparency() -> None:
    colors = np.dstack([COLORS, RNG.integers(0, 256, (4, 6), dtype=np.uint8)])
    picture = only(colors, ModelInput((4, 6, 4)))
    np.testing.assert_array_equal(picture.model_input, colors[None] / np.float32(255))


def test_16_bits_are_scaled_for_a_model_of_four_channels_too() -> None:
    deep = Image.fromarray(np.full((4, 6), 257 * 51, np.uint16))
    picture = only(deep, ModelInput((4, 6, 4)))
    np.testing.assert_allclose(picture.model_input[0, 0, 0], (0.2, 0.2, 0.2, 1), atol=1e-6)


@pytest.mark.parametrize(("shape", "named"), [((8, 6, 7), "7 channels"), ((784,), r"\(784,\)")])
def test_a_model_that_takes_no_picture_says_so(shape: tuple[int, ...], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Pictures(COLORS, ModelInput(shape)).load(0)


def test_what_the_model_saw_is_told_in_words() -> None:
    picture = only(np.array([0, 255] * 36, np.uint8).reshape(4, 6, 3))
    assert picture.saw == "(1, 4, 6, 3) float32, values 0 to 1, pixels divided by 255"


# --------------------------------------------------------------------------------- modes of files

MODES = {
    "grey.png": Image.fromarray(COLORS[..., 0]),
    "grey_alpha.png": Image.fromarray(COLORS).convert("LA"),
    "rgba.png": Image.fromarray(COLORS).convert("RGBA"),
    "palette.png": Image.fromarray(COLORS).quantize(8),
    "one_bit.png": Image.fromarray(COLORS).convert("1"),
    "cmyk.tif": Image.fromarray(COLORS).convert("CMYK"),
    "moving.gif": Image.fromarray(COLORS).quantize(8),
}


@pytest.mark.parametrize("name", list(MODES))
@pytest.mark.parametrize("as_file", [True, False])
def test_a_picture_of_any_mode_goes_in_as_what_is_shown(
    tmp_path: Path, name: str, as_file: bool
) -> None:
    MODES[name].save(tmp_path / name)
    picture = only(tmp_path / name if as_file else MODES[name])
    np.testing.assert_array_equal(shown(picture), np.asarray(MODES[name].convert("RGB")))
    np.testing.assert_array_equal(picture.model_input, shown(picture)[None] / np.float32(255))


def test_transparent_parts_go_in_as_white() -> None:
    picture = only(Image.new("RGBA", (6, 4), (10, 20, 30, 0)))
    assert (shown(picture) == 255).all()
    assert (picture.model_input == 1).all()


# -------------------------------------------------------------------------------- arrays of pixels


@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
def test_one_array_is_one_picture(channels: tuple[int, ...]) -> None:
    array = RNG.integers(0, 256, (4, 6, *channels), dtype=np.uint8)
    if channels == (4,):
        array[..., 3] = 255
    expected = np.broadcast_to(array.reshape(4, 6, -1)[..., :3], (4, 6, 3))
    np.testing.assert_array_equal(shown(only(array)), expected)


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (np.ones((4, 6), bool), 255),
        (np.full((4, 6, 3), 257 * 130, np.uint16), 130),
        (np.full((4, 6, 3), 130, np.int64), 130),
    ],
)
def test_an_array_of_any_integer_dtype_is_a_picture(array: np.ndarray, value: int) -> None:
    assert (shown(only(array)) == value).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_an_array_with_a_count_in_front_is_that_many_pictures(dtype: type) -> None:
    arrays = RNG.integers(0, 256, (5, 8, 9, 3)).astype(dtype)
    pictures = Pictures(arrays, RGB)
    assert pictures.names == ("picture 0", "picture 1", "picture 2", "picture 3", "picture 4")
    for index, array in enumerate(arrays):
        np.testing.assert_array_equal(shown(pictures.load(index)), array)


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (None, None, 1)])
def test_an_array_of_grey_pictures_is_that_many(shape: tuple[int | None, ...]) -> None:
    arrays = RNG.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    pictures = Pictures(arrays, ModelInput(shape))
    assert len(pictures) == 5
    np.testing.assert_array_equal(shown(pictures.load(3))[..., 0], arrays[3])


def test_an_array_of_grey_pictures_of_another_size_is_resized_for_a_grey_model() -> None:
    pictures = Pictures(np.zeros((5, 64, 64), np.uint8), ModelInput((28, 28, 1)))
    assert len(pictures) == 5
    assert pictures.load(0).model_input.shape == (1, 28, 28, 1)


# ------------------------------------------------------------------------------------------ floats


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_of_the_input_shape_go_in_bit_for_bit(dtype: type) -> None:
    array = FLOATS.astype(dtype)
    picture = only(array)
    assert picture.model_input.dtype == dtype
    assert picture.model_input.shape == (1, 4, 6, 3)
    assert picture.model_input.tobytes() == array.tobytes()


def test_many_float_arrays_go_in_bit_for_bit() -> None:
    arrays = RNG.normal(size=(3, 4, 6, 3))
    pictures = Pictures(arrays, RGB)
    assert len(pictures) == 3
    for index, array in enumerate(arrays):
        assert pictures.load(index).model_input.tobytes() == array.tobytes()


@pytest.mark.parametrize(
    ("shape", "array_shape", "count"),
    [
        ((28, 28, 1), (28, 28, 1), 1),
        ((28, 28, 1), (28, 28), 1),
        ((28, 28, 1), (5, 28, 28), 5),
        ((28, 28, 1), (5, 28, 28, 1), 5),
        ((28, 28), (28, 28), 1),
        ((28, 28), (5, 28, 28), 5),
        ((3, 28, 28), (3, 28, 28), 1),
        ((3, 28, 28), (5, 3, 28, 28), 5),
        ((None, None, 3), (9, 8, 3), 1),
        ((None, None, 1), (5, 9, 8), 5),
        ((784,), (784,), 1),
        ((784,), (5, 784), 5),
        ((8, 9, 9, 3), (8, 9, 9, 3), 1),
        (None, (9, 8, 3), 1),
        (None, (5, 9, 8, 3), 5),
    ],
)
def test_floats_are_told_apart_by_the_shape_the_model_takes(
    shape: tuple[int | None, ...] | None, array_shape: tuple[int, ...], count: int
) -> None:
    array = RNG.random(array_shape)
    pictures = Pictures(array, ModelInput(shape))
    assert len(pictures) == count
    given = b"".join(pictures.load(index).model_input.tobytes() for index in range(count))
    assert given == array.tobytes()
    assert ModelInput(shape).fits(pictures.load(0).model_input.shape[1:])


def test_a_list_of_float_arrays_may_keep_their_batch_axes() -> None:
    pictures = Pictures([FLOATS, FLOATS[None]], RGB)
    assert [pictures.load(index).model_input.shape for index in (0, 1)] == [(1, 4, 6, 3)] * 2


def test_channels_first_floats_are_shown_with_channels_last() -> None:
    array = RNG.random((3, 4, 6))
    picture = only(array, ModelInput((3, 4, 6)))
    np.testing.assert_array_equal(shown(picture), (np.moveaxis(array, 0, -1) * 255).round())
    assert view(picture).size == (4, 6)


def test_floats_go_through_preprocess_as_all_pictures_do() -> None:
    pixels = COLORS.astype(np.float32)
    picture = only(pixels, preprocess=lambda x: x / 127.5 - 1)
    np.testing.assert_allclose(picture.model_input, pixels[None] / 127.5 - 1, rtol=1e-6)
    assert picture.how == "made by preprocess of floats"
    assert picture.warning == ""


def test_floats_that_are_no_pixels_are_warned_of_where_there_is_a_preprocess() -> None:
    for floats in (FLOATS, COLORS / 255):
        warning = only(floats, preprocess=lambda x: x / 127.5 - 1).warning
        assert warning.startswith("preprocess was given floats of")
        assert "leave preprocess= out" in warning


def test_floats_with_channels_first_go_through_preprocess_with_channels_last() -> None:
    first = ModelInput((3, 24, 26))
    floats = np.moveaxis(np.zeros((24, 26, 3), np.float32), -1, 0)
    seen: list[tuple[int, ...]] = []

    def preprocess(x: np.ndarray) -> np.ndarray:
        seen.append(x.shape)
        return np.moveaxis(x, -1, 1)

    assert only(floats, first, preprocess=preprocess).model_input.shape == (1, 3, 24, 26)
    assert seen == [(1, 24, 26, 3)]


def test_values_stretched_for_showing_are_told_of() -> None:
    assert only(FLOATS).how.endswith("its values are stretched for showing")
    assert only(np.full((4, 6, 3), 0.5)).how == "given as floats, so untouched"


def test_floats_of_0_to_255_into_a_model_that_scales_nothing_are_warned_of() -> None:
    assert "begins with no layer that scales them" in only(COLORS.astype(np.float32)).warning


def test_floats_of_0_to_1_into_a_model_that_scales_pixels_itself_are_warned_of() -> None:
    model_input = ModelInput((4, 6, 3), scaling=("rescaling", 255.0))
    assert "'rescaling'" in only(COLORS / 255, model_input).warning
    assert only(COLORS.astype(np.float32), model_input).warning == ""


def test_floats_are_not_warned_of_with_advice_that_would_change_nothing() -> None:
    # preprocess= is for pixels of pictures.
    model_input = ModelInput((4, 6, 3), scaling=("normalization", 1.2))
    warning = only(COLORS.astype(np.float32), model_input).warning
    assert "'normalization' is made for values up to 1.2" in warning
    assert "preprocess=" not in warning


# ------------------------------------------------------------------------------------- preprocess


def test_preprocess_gets_floats_of_0_to_255_at_the_models_size() -> None:
    given = []

    def preprocess(pixels: np.ndarray) -> np.ndarray:
        given.append(pixels)
        return pixels / 127.5 - 1

    picture = only(COLORS, preprocess=preprocess)
    (pixels,) = given
    assert pixels.dtype == np.float32
    np.testing.assert_array_equal(pixels, COLORS[None])
    np.testing.assert_array_equal(picture.model_input, COLORS[None].astype("float32") / 127.5 - 1)
    assert picture.how == "made by preprocess"
    assert picture.warning == ""


@pytest.mark.parametrize(
    ("model_input", "shape"),
    [
        (GREY, (1, 4, 6, 1)),
        (ModelInput((None, None, 3)), (1, 20, 10, 3)),
        (ModelInput(None), (1, 20, 10, 3)),
    ],
)
def test_preprocess_gets_height_width_channels_behind_a_batch_axis(
    model_input: ModelInput, shape: tuple[int, ...]
) -> None:
    shapes = []

    def preprocess(pixels: np.ndarray) -> np.ndarray:
        shapes.append(pixels.shape)
        return pixels

    only(np.zeros((20, 10, 3), np.uint8), model_input, preprocess=preprocess)
    assert shapes == [shape]


@pytest.mark.parametrize("shape", [(3, 4, 6), (4, 6)])
def test_preprocess_may_move_the_channels_where_the_model_wants_them(
    shape: tuple[int, ...],
) -> None:
    def preprocess(pixels: np.ndarray) -> np.ndarray:
        assert pixels.shape == (1, 4, 6, 3 if len(shape) == 3 else 1)
        return np.moveaxis(pixels, -1, 1) if len(shape) == 3 else pixels[..., 0]

    picture = only(COLORS, ModelInput(shape), preprocess=preprocess)
    assert picture.model_input.shape == (1, *shape)


def test_preprocess_may_work_in_place() -> None:
    def preprocess(pixels: np.ndarray) -> np.ndarray:
        pixels /= 255
        return pixels

    pictures = Pictures(COLORS, RGB, preprocess)
    first, again = pictures.load(0), pictures.load(0)
    np.testing.assert_array_equal(first.model_input, again.model_input)
    np.testing.assert_array_equal(shown(again), COLORS)


def test_preprocess_may_give_anything_that_becomes_an_array() -> None:
    picture = only(COLORS, preprocess=lambda pixels: (pixels / 255).tolist())
    assert picture.model_input.shape == (1, 4, 6, 3)


def fail(_: np.ndarray) -> np.ndarray:
    raise KeyError("mean")


def with_nan(pixels: np.ndarray) -> np.ndarray:
    return np.full_like(pixels, np.nan)


@pytest.mark.parametrize(
    ("preprocess", "parts"),
    [
        (fail, ["preprocess raised KeyError", "'mean'", "(1, 4, 6, 3), float32, 0 to 255"]),
        (lambda pixels: pixels[0], ["preprocess gave shape (4, 6, 3)", "takes (1, 4, 6, 3)"]),
        (lambda pixels: pixels[:, :2], ["gave shape (1, 2, 6, 3)", "takes (1, 4, 6, 3)"]),
        (lambda pixels: np.repeat(pixels, 2, 0), ["gave shape (2, 4, 6, 3)"]),
        (lambda _: "a cat", ["preprocess gave an array of dtype <U5", "(1, 4, 6, 3)"]),
        (lambda _: None, ["preprocess gave", "(1, 4, 6, 3)"]),
        (with_nan, ["preprocess", "72 NaN and 0 infinite"]),
    ],
)
def test_a_preprocess_that_fails_is_told_of_with_the_pictures_name(
    preprocess: Callable[[np.ndarray], object], parts: list[str]
) -> None:
    pictures = Pictures({"tom": COLORS}, RGB, preprocess)
    with pytest.raises(ValueError, match="'tom'") as info:
        pictures.load(0)
    for part in parts:
        assert part in str(info.value)


def test_what_preprocess_raised_is_kept_as_the_cause() -> None:
    with pytest.raises(ValueError, match="raised KeyError") as info:
        Pictures(COLORS, RGB, fail).load(0)
    assert isinstance(info.value.__cause__, KeyError)


def test_a_preprocess_that_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match=r"preprocess is of type str; a function is wanted"):
        Pictures(COLORS, RGB, "rescale")  # type: ignore[arg-type]


def test_values_that_preprocess_leaves_unscaled_are_warned_of() -> None:
    assert "no layer that scales them" in only(COLORS, preprocess=lambda pixels: pixels).warning


# ------------------------------------------------------------------------ folders, lists, datasets


def test_a_folder_is_its_pictures_in_the_order_people_count_in(tmp_path: Path) -> None:
    for name in ["cat.10.png", "cat.2.png", "ape.bmp"]:
        picture_file(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    assert Pictures(tmp_path, RGB).names == ("ape.bmp", "cat.2.png", "cat.10.png")
    assert Pictures(str(tmp_path), RGB).names == ("ape.bmp", "cat.2.png", "cat.10.png")


def test_of_a_folder_of_folders_all_pictures_are_taken(tmp_path: Path) -> None:
    for name in ["dogs/1.png", "cats/10.png", "cats/9.png"]:
        picture_file(tmp_path / name)
    assert Pictures(tmp_path, RGB).names == ("cats/9.png", "cats/10.png", "dogs/1.png")


def test_hidden_folders_are_left_out(tmp_path: Path) -> None:
    for name in ["cats/1.png", ".ipynb_checkpoints/1-checkpoint.png"]:
        picture_file(tmp_path / name)
    assert Pictures(tmp_path, RGB).names == ("cats/1.png",)


def test_a_folder_inside_a_hidden_one_can_be_opened(tmp_path: Path) -> None:
    picture_file(tmp_path / ".cache/cats/1.png")
    assert Pictures(tmp_path / ".cache" / "cats", RGB).names == ("1.png",)


def test_a_broken_file_in_a_folder_is_told_of_when_it_is_looked_at(tmp_path: Path) -> None:
    picture_file(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(b"broken")
    pictures = Pictures(tmp_path, RGB)
    pictures.load(0)
    with pytest.raises(ValueError, match=r"2\.png.*not a picture"):
        pictures.load(1)


def test_files_are_named_by_their_names(tmp_path: Path) -> None:
    path = picture_file(tmp_path / "tom.png")
    with Image.open(path) as opened:
        for images in (path, str(path), [path], (str(path),), opened):
            assert Pictures(images, RGB).names == ("tom.png",)


def test_a_list_may_mix_all_that_is_one_picture(tmp_path: Path) -> None:
    path = picture_file(tmp_path / "tom.png")
    pictures = Pictures([path, str(path), Image.fromarray(COLORS), COLORS, COLORS / 255], RGB)
    assert pictures.names == ("tom.png", "tom.png (2)", "picture 2", "picture 3", "picture 4")
    for index in range(5):
        np.testing.assert_array_equal(shown(pictures.load(index)), COLORS)


def test_a_dict_gives_the_names() -> None:
    pictures = Pictures({"tom": COLORS, 7: Image.fromarray(COLORS)}, RGB)
    assert pictures.names == ("tom", "7")
    assert pictures.load(0).name == "tom"


def test_pictures_of_one_name_are_numbered(tmp_path: Path) -> None:
    paths = [picture_file(tmp_path / folder / "1.png") for folder in "abc"]
    assert Pictures(paths, RGB).names == ("1.png", "1.png (2)", "1.png (3)")


def test_names_are_distinct_even_where_one_looks_numbered(tmp_path: Path) -> None:
    paths = [picture_file(tmp_path / folder / "1.png") for folder in "ab"]
    looks_numbered = tmp_path / "1.png (2)"
    looks_numbered.write_bytes(paths[0].read_bytes())
    assert len(set(Pictures([*paths, looks_numbered], RGB).names)) == 3


@pytest.mark.parametrize("with_labels", [True, False])
@pytest.mark.parametrize("batched", [True, False])
def test_a_dataset_gives_its_pictures(batched: bool, with_labels: bool) -> None:
    arrays = RNG.integers(0, 256, (6, 4, 6, 3), dtype=np.uint8)
    elements: list[object] = list(arrays.reshape(3, 2, 4, 6, 3) if batched else arrays)
    if with_labels:
        elements = [(element, np.int64(1)) for element in elements]
    pictures = Pictures(FakeDataset(lambda: iter(elements)), RGB)
    assert len(pictures) == 6
    assert pictures.note == ""
    np.testing.assert_array_equal(shown(pictures.load(5)), arrays[5])


def test_of_an_endless_dataset_the_first_100_are_taken_and_that_is_told() -> None:
    pictures = Pictures(FakeDataset(lambda: itertools.repeat(np.stack([COLORS] * 32))), RGB)
    assert len(pictures) == 100
    assert pictures.note == "the first 100 pictures of the dataset"


def test_a_dataset_of_exactly_100_is_all_there() -> None:
    pictures = Pictures(FakeDataset(lambda: itertools.repeat(COLORS, 100)), RGB)
    assert len(pictures) == 100
    assert pictures.note == ""


@pytest.mark.parametrize("element", [{"a": COLORS, "b": COLORS}, 3, ({"text": "cat"}, 1)])
def test_a_dataset_of_something_else_is_refused(element: object) -> None:
    with pytest.raises(
        TypeError, match=r"dataset gives (elements of type int|dicts of '(a|text)')"
    ):
        Pictures(FakeDataset(lambda: iter([element])), RGB)


def test_a_tensorflow_dataset_with_labels_can_be_opened() -> None:
    from tensorflow import data

    arrays = RNG.random((5, 4, 6, 3)).astype(np.float32)
    dataset = data.Dataset.from_tensor_slices((arrays, np.arange(5))).batch(2)
    pictures = Pictures(dataset, RGB)
    assert len(pictures) == 5
    assert pictures.load(4).model_input.tobytes() == arrays[4].tobytes()
    endless = Pictures(dataset.repeat(), RGB)
    assert len(endless) == 100
    assert endless.note


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("images", "error", "parts"),
    [
        (None, TypeError, ["of type NoneType", "a path, a folder"]),
        (b"\x89PNG", ValueError, ["'picture 0' is not a picture that can be read"]),
        (3, TypeError, ["of type int"]),
        ([None], TypeError, ["'picture 0' is of type NoneType", "a path, a PIL image"]),
        ([[1, 2]], TypeError, ["'picture 0' is of type list"]),
        ({"tom": b"\x89PNG"}, ValueError, ["'tom' is not a picture that can be read"]),
        (np.array([None, 1], object), TypeError, ["dtype object", "numbers are wanted"]),
        (np.array(["a.png", "b.png"]), TypeError, ["dtype <U5", "numbers are wanted"]),
        (np.ones((4, 6, 3), complex), TypeError, ["complex128"]),
        ([], ValueError, ["no pictures", "empty"]),
        ({}, ValueError, ["no pictures", "empty"]),
        (np.zeros((0, 4, 6, 3)), ValueError, ["(0, 4, 6, 3)", "empty"]),
        (np.zeros((0, 4, 6, 3), np.uint8), ValueError, ["(0, 4, 6, 3)", "empty"]),
        (np.zeros((5, 6, 3)), ValueError, ["(5, 6, 3)", "the model takes (4, 6, 3)", "uint8"]),
        (np.zeros((4, 6, 1)), ValueError, ["(4, 6, 1)", "the model takes (4, 6, 3)"]),
        (np.zeros((4, 6)), ValueError, ["(4, 6)", "the model takes (4, 6, 3)"]),
        (np.zeros((1, 1, 4, 6, 3)), ValueError, ["(1, 1, 4, 6, 3)", "takes (4, 6, 3)"]),
        (np.float32(3), ValueError, ["shape ()", "takes (4, 6, 3)"]),
        (np.uint8(3), ValueError, ["shape ()", "(height, width, 3)"]),
        (np.zeros((4, 6, 7), np.uint8), ValueError, ["(4, 6, 7)", "(height, width, 3)"]),
        (np.zeros((1, 1, 4, 6, 3), np.uint8), ValueError, ["(1, 1, 4, 6, 3)"]),
        (np.full((4, 6, 3), 256), ValueError, ["int64", "256 to 256", "0 to 255"]),
        ([np.zeros((2, 4, 6, 3))], ValueError, ["'picture 0'", "2 pictures", "on its own"]),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(
    images: object, error: type[Exception], parts: list[str]
) -> None:
    with pytest.raises(error) as info:
        Pictures(images, RGB)
    assert type(info.value) is error
    for part in parts:
        assert part in str(info.value)


@pytest.mark.parametrize(("value", "counts"), [(np.nan, "1 NaN and 0"), (-np.inf, "0 NaN and 1")])
def test_values_that_are_not_finite_are_counted(value: float, counts: str) -> None:
    array = FLOATS.copy()
    array[1, 2, 0] = value
    for images in (array, [array], {"picture 0": array}):
        with pytest.raises(ValueError, match=rf"{counts} infinite values among its 72"):
            Pictures(images, RGB)


def test_a_missing_file_is_named_at_once(tmp_path: Path) -> None:
    for images in (tmp_path / "tom.png", [str(tmp_path / "tom.png")]):
        with pytest.raises(FileNotFoundError, match=r"tom\.png"):
            Pictures(images, RGB)


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_file_cut_in_half_is_named_at_once(tmp_path: Path, suffix: str) -> None:
    noise = RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = picture_file(tmp_path / f"tom.{suffix}", noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for images in (path, [path], {"tom": path}):
        with pytest.raises(ValueError, match=rf"tom\.{suffix}.*truncated or damaged"):
            Pictures(images, RGB)


def test_a_file_that_is_no_picture_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(ValueError, match=r"notes\.txt.*not a picture that can be read"):
        Pictures(tmp_path / "notes.txt", RGB)


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(ValueError, match=re.escape(str(tmp_path)) + r" holds no pictures.*\.png"):
        Pictures(tmp_path, RGB)


def test_a_folder_in_a_list_is_named(tmp_path: Path) -> None:
    picture_file(tmp_path / "tom.png")
    with pytest.raises(ValueError, match=re.escape(str(tmp_path)) + r" is a folder.*alone"):
        Pictures([tmp_path], RGB)


# ----------------------------------------------------------- channels first, unknown shapes, memory

FIRST = ModelInput((3, 4, 3), data_format="channels_first")


def test_channels_are_where_the_models_own_layers_have_them() -> None:
    pixels = RNG.integers(0, 256, (4, 3, 3), dtype=np.uint8)
    picture = only(pixels, FIRST)
    np.testing.assert_array_equal(shown(picture), pixels)
    np.testing.assert_array_equal(
        picture.model_input, np.moveaxis(pixels, -1, 0)[None] / np.float32(255)
    )
    floats = RNG.random((5, 3, 4, 3))
    pictures = Pictures(floats, FIRST)
    assert len(pictures) == 5
    np.testing.assert_array_equal(
        shown(pictures.load(2)), (np.moveaxis(floats[2], 0, -1) * 255).round()
    )
    last = ModelInput((3, 4, 6), data_format="channels_last")
    with pytest.raises(ValueError, match="6 channels"):
        only(COLORS, last)


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_may_come_with_their_channels_first(channels: int) -> None:
    pixels = RNG.integers(0, 256, (5, channels, 8, 9), dtype=np.uint8)
    model_input = ModelInput((channels, 8, 9))
    pictures = Pictures(pixels, model_input)
    assert len(pictures) == 5
    np.testing.assert_array_equal(
        pictures.load(2).model_input, pixels[2:3].astype(np.float32) / np.float32(255)
    )
    np.testing.assert_array_equal(only(pixels[2], model_input).model_input * 255, pixels[2:3])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_grey_pictures_without_channels_get_theirs_first(dtype: type) -> None:
    pictures = Pictures(np.ones((5, 8, 9), dtype), ModelInput((1, 8, 9)))
    assert len(pictures) == 5
    assert pictures.load(0).model_input.shape == (1, 1, 8, 9)


@pytest.mark.parametrize("dtype", [np.int64, np.uint16])
def test_pixels_of_any_dtype_are_not_copied_before_they_are_looked_at(dtype: type) -> None:
    array = np.zeros((3, 4, 6, 3), dtype)
    pictures = Pictures(array, RGB)
    array[1] = 257 if dtype is np.uint16 else 1
    assert (shown(pictures.load(1)) == 1).all()


def test_the_bytes_of_a_picture_are_those_shown_and_those_that_go_in() -> None:
    assert only(np.zeros((40, 30, 3), np.uint8)).nbytes == 40 * 30 * 3 + 4 * 6 * 3 * 4
