from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.model_input import Inputs, ModelInput
from actviz_widgets.pictures.pictures import Picture, Pictures
from actviz_widgets.views import PictureView, SeriesView, WordsView

RNG = np.random.default_rng(0)
TABLE = ModelInput((10,), name="table")
TOKENS = ModelInput((6,), "int32", name="tokens")
SERIES = ModelInput((50, 3), name="series")
TEXT = ModelInput((1,), "string", name="text")
VOLUME = ModelInput((4, 8, 9, 3), name="volume")
UNKNOWN = ModelInput(None)
IMAGE = ModelInput((16, 18, 3), name="image")
META = ModelInput((5,), name="meta")
BY_NAME = {"image": IMAGE, "meta": META}


def loaded(images: object, inputs: Inputs, **options: Any) -> list[Picture]:
    pictures = Pictures(images, inputs, **options)
    assert pictures.note == ""
    return [pictures.load(index) for index in range(len(pictures))]


def values(*shape: int) -> np.ndarray:
    return RNG.random(shape).astype(np.float32)


def image_and_meta(count: int) -> dict[str, np.ndarray]:
    return {"image": values(count, 16, 18, 3), "meta": values(count, 5)}


class FakeDataset:
    """All of a tf.data.Dataset that is used."""

    def __init__(self, elements: Callable[[], Iterator[object]]) -> None:
        self.as_numpy_iterator = elements


# --------------------------------------------------------------------------------------- one input

KINDS = [
    (TABLE, values(3, 10), WordsView),
    (TABLE, RNG.integers(0, 9, (3, 10)), WordsView),
    (TOKENS, RNG.integers(0, 9, (3, 6)), WordsView),
    (TOKENS, RNG.integers(0, 9, (3, 6), dtype=np.uint8), WordsView),
    (SERIES, values(3, 50, 3), SeriesView),
    (SERIES, RNG.normal(size=(3, 50, 3)), SeriesView),
    (SERIES, RNG.integers(0, 9, (3, 50, 3)), SeriesView),
    (ModelInput((None, 3)), values(3, 7, 3), SeriesView),
    (ModelInput((None, None)), values(3, 28, 28), SeriesView),
    (ModelInput((28, 28), "int32"), RNG.integers(0, 9, (3, 28, 28)), SeriesView),
    (VOLUME, values(3, 4, 8, 9, 3), PictureView),
    (VOLUME, RNG.integers(0, 256, (3, 4, 8, 9, 3), dtype=np.uint8), PictureView),
    (TEXT, np.array([["the cat"], ["a dog"], ["."]]), WordsView),
    (ModelInput((), "string"), np.array(["the cat", "a dog", "."]), WordsView),
    (ModelInput(()), values(3), WordsView),
    (UNKNOWN, values(3, 50, 2), SeriesView),
    (UNKNOWN, values(3, 28, 28), SeriesView),
    (UNKNOWN, values(3, 10), WordsView),
    (UNKNOWN, values(3), WordsView),
    (UNKNOWN, RNG.integers(0, 5000, (3, 100)), WordsView),
    (UNKNOWN, values(3, 4, 8, 9, 3), PictureView),
    (UNKNOWN, np.array(["the cat", "a dog", "."]), WordsView),
]


@pytest.mark.parametrize(("wanted", "array", "kind"), KINDS)
def test_an_array_with_the_batch_axis_goes_in_as_it_is(
    wanted: ModelInput, array: np.ndarray, kind: type
) -> None:
    pictures = Pictures(array, wanted)
    assert pictures.names == ("input 0", "input 1", "input 2")
    for index in range(3):
        picture = pictures.load(index)
        assert picture.model_input.dtype == array.dtype
        assert picture.model_input.tobytes() == array[index : index + 1].tobytes()
        assert picture.model_input.shape == (1, *array.shape[1:])
        assert isinstance(picture.view, kind)
        assert "so untouched" in picture.how


@pytest.mark.parametrize(("wanted", "array"), [kind[:2] for kind in KINDS if kind[0].shape])
def test_an_array_without_the_batch_axis_is_one_input(
    wanted: ModelInput, array: np.ndarray
) -> None:
    (picture,) = loaded(array[0], wanted)
    np.testing.assert_array_equal(picture.model_input, array[:1])


IN_LISTS = [
    (wanted, array)
    for wanted, array, _ in KINDS
    # For a model that does not tell, these are paths, tables and pictures.
    if wanted is not UNKNOWN or array.ndim in (2, 3)
]


@pytest.mark.parametrize(("wanted", "array"), IN_LISTS)
def test_a_list_or_dict_gives_one_input_each_with_the_batch_axis_or_without(
    wanted: ModelInput, array: np.ndarray
) -> None:
    for images in ([array[:1], array[1], array[2:]], [*array]):
        pictures = Pictures(images, wanted)
        assert pictures.names == ("input 0", "input 1", "input 2")
        for index in range(3):
            np.testing.assert_array_equal(
                np.ravel(pictures.load(index).model_input), np.ravel(array[index])
            )
    named = Pictures({"tom": array[:1], 7: array[1:2]}, wanted)
    assert named.names == ("tom", "7")
    np.testing.assert_array_equal(named.load(1).model_input, array[1:2])


def test_strings_in_a_list_are_a_text_each() -> None:
    for wanted, shape in ((TEXT, (1, 1)), (ModelInput((), "string"), (1,))):
        pictures = loaded(["the cat", "a dog"], wanted)
        assert [picture.model_input.shape for picture in pictures] == [shape, shape]
        assert [picture.model_input.item() for picture in pictures] == ["the cat", "a dog"]
        assert [picture.model_input.dtype.kind for picture in pictures] == ["U", "U"]
        (alone,) = loaded("the cat", wanted)
        assert alone.view == WordsView("the cat")
        assert alone.saw == f"{shape} string, given as text, so untouched"


def test_strings_in_a_list_are_words_where_the_model_takes_several() -> None:
    (picture,) = loaded(["the", "cat"], ModelInput((None,), "string"))
    assert picture.model_input.tolist() == [["the", "cat"]]


def test_objects_that_are_strings_become_what_keras_takes() -> None:
    pictures = loaded(np.array([["the cat"], [b"a dog"]], object), TEXT)
    assert [picture.model_input.tolist() for picture in pictures] == [[["the cat"]], [["a dog"]]]
    assert pictures[0].model_input.dtype.kind == "U"


def test_numbers_in_a_list_are_one_input() -> None:
    (picture,) = loaded([1, 2, 3, 4, 5, 6], TOKENS)
    assert picture.model_input.tolist() == [[1, 2, 3, 4, 5, 6]]
    assert picture.view == WordsView("1 2 3 4 5 6")


def test_token_lists_of_unequal_length_are_an_input_each() -> None:
    pictures = loaded([[1, 2, 3], [4, 5]], ModelInput((None,), "int32"))
    assert [picture.model_input.tolist() for picture in pictures] == [[[1, 2, 3]], [[4, 5]]]


@pytest.mark.parametrize(
    ("shape", "array_shape", "count"),
    [
        ((1,), (5,), 5),
        ((50, 1), (50,), 1),
        ((50, 1), (5, 50), 5),
        ((None, 1), (5, 1), 1),
        ((4, 8, 9, 1), (5, 4, 8, 9), 5),
    ],
)
def test_a_last_axis_of_one_may_be_left_out(
    shape: tuple[int, ...], array_shape: tuple[int, ...], count: int
) -> None:
    pictures = loaded(values(*array_shape), ModelInput(shape))
    assert len(pictures) == count
    assert all(ModelInput(shape).fits(picture.model_input.shape[1:]) for picture in pictures)


def test_preprocess_is_not_called_and_that_is_told() -> None:
    (picture,) = loaded(
        np.full((1, 10), 0.5, np.float32),
        TABLE,
        preprocess=lambda _: pytest.fail("preprocess was called"),
    )
    assert picture.saw == (
        "(1, 10) float32, values 0.5 to 0.5, "
        "given as an array, so untouched (preprocess not called)"
    )


def test_large_values_that_are_no_picture_are_not_warned_of() -> None:
    scaled = ModelInput((10,), scaling=("normalization", 1.2))
    for wanted in (TABLE, scaled):
        (picture,) = loaded(np.full((1, 10), 1000.0), wanted)
        assert picture.warning == ""


def test_what_is_not_all_shown_is_told() -> None:
    (picture,) = loaded(np.full((1, 4, 8, 9, 3), 0.5), VOLUME)
    assert picture.how == "given as an array, so untouched; shown is slice 2 of 4"


@pytest.mark.parametrize("shape", [(50, 30), (None, None), (8, 9)])
def test_files_images_and_8_bit_pixels_are_grey_pictures_for_an_input_of_two_axes(
    tmp_path: Path, shape: tuple[int | None, ...]
) -> None:
    pixels = RNG.integers(0, 256, (50, 30), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    wanted = ModelInput(shape)
    everything: list[Any] = [
        pixels,
        Image.fromarray(pixels),
        tmp_path / "a.png",
        str(tmp_path),
        [pixels],
        {"a": pixels},
        FakeDataset(lambda: iter([pixels])),
    ]
    for images in everything:
        (picture,) = loaded(images, wanted)
        assert isinstance(picture.view, PictureView)
        assert picture.view.size == (50, 30)
        assert picture.how.startswith("pixels divided by 255")
        assert wanted.fits(picture.model_input.shape[1:])


def test_what_was_handed_in_is_not_copied() -> None:
    for wanted, array in ((TABLE, values(3, 10)), (SERIES, values(3, 50, 3))):
        assert np.shares_memory(loaded(array, wanted)[1].model_input, array)


def test_bytes_are_those_of_view_and_model_input() -> None:
    (series,) = loaded(values(1, 50, 3), SERIES)
    assert series.nbytes == 2 * 50 * 3 * 4
    (both,) = loaded(image_and_meta(1), BY_NAME)
    assert both.nbytes == 16 * 18 * 3 * (4 + 1) + 5 * 4


# ---------------------------------------------------------------------------------- several inputs


def test_several_inputs_go_in_as_the_model_declares_them() -> None:
    given = image_and_meta(3)
    pictures = Pictures(given, BY_NAME)
    assert pictures.names == ("input 0", "input 1", "input 2")
    for index in range(3):
        model_input = pictures.load(index).model_input
        assert list(model_input) == ["image", "meta"]
        for name, array in given.items():
            np.testing.assert_array_equal(model_input[name], array[index : index + 1])


@pytest.mark.parametrize(
    "inputs",
    [
        BY_NAME,
        [IMAGE, META],
        (IMAGE, META),
        {"image": IMAGE, "more": [META]},
        {"picture": IMAGE, "numbers": META},
    ],
)
def test_several_inputs_may_be_given_flat_and_go_in_as_declared(inputs: Any) -> None:
    given = image_and_meta(2)
    for images in (given, dict(reversed(given.items())), [*given.values()], (*given.values(),)):
        model_input = loaded(images, inputs)[1].model_input
        assert type(model_input) is type(inputs)
        first, second = model_input.values() if isinstance(model_input, dict) else model_input
        np.testing.assert_array_equal(first, given["image"][1:])
        second = second[0] if isinstance(second, list) else second
        np.testing.assert_array_equal(second, given["meta"][1:])


def test_keys_of_the_models_own_dict_are_taken() -> None:
    given = image_and_meta(1)
    renamed = {"numbers": given["meta"], "picture": given["image"]}
    (picture,) = loaded(renamed, {"picture": IMAGE, "numbers": META})
    np.testing.assert_array_equal(picture.model_input["numbers"], given["meta"])


def test_what_the_model_saw_names_each_input() -> None:
    given = {"image": np.full((1, 16, 18, 3), 0.5, np.float32), "meta": np.arange(5.0)[None]}
    (picture,) = loaded(given, BY_NAME)
    assert picture.saw == (
        "image (1, 16, 18, 3) float32, values 0.5 to 0.5; meta (1, 5) float64, values 0 to 4; "
        "given as arrays, so untouched; shown is 'image'"
    )
    assert picture.shapes == "image (1, 16, 18, 3) float32; meta (1, 5) float64"


def test_inputs_without_names_are_called_by_their_places() -> None:
    (picture,) = loaded([values(1, 10), values(1, 5)], [ModelInput((10,)), ModelInput((5,))])
    assert picture.shapes == "0 (1, 10) float32; 1 (1, 5) float32"


def test_the_first_picture_is_shown_and_otherwise_the_first_input() -> None:
    given = image_and_meta(1)
    (picture,) = loaded([given["meta"], given["image"]], [META, IMAGE])
    assert isinstance(picture.view, PictureView)
    assert picture.how.endswith("shown is 'image'")
    words = np.array([["the cat"]])
    (picture,) = loaded([words, given["meta"]], [TEXT, META])
    assert picture.view == WordsView("the cat")
    assert picture.how.endswith("shown is 'text'")
    assert picture.saw.startswith("text (1, 1) string; meta (1, 5) float32, values")


def test_several_inputs_without_batch_axes_are_one_example() -> None:
    given = image_and_meta(1)
    (picture,) = loaded({name: array[0] for name, array in given.items()}, BY_NAME)
    np.testing.assert_array_equal(picture.model_input["meta"], given["meta"])


def test_a_last_axis_of_one_may_be_left_out_of_one_input() -> None:
    pictures = loaded([values(3, 5), values(3)], [META, ModelInput((1,), name="age")])
    assert [picture.model_input[1].shape for picture in pictures] == [(1, 1)] * 3


def test_examples_may_be_given_one_by_one() -> None:
    given = image_and_meta(3)
    for inputs in (BY_NAME, [IMAGE, META]):
        bare: list[Any] = [{name: array[i] for name, array in given.items()} for i in range(3)]
        with_batch_axis = [{name: array[i : i + 1] for name, array in given.items()} for i in (0,)]
        for images in (bare, bare[:2], with_batch_axis, [[*each.values()] for each in bare]):
            pictures = Pictures(images, inputs)
            assert len(pictures) == len(images)
            assert pictures.names[0] == "input 0"
            for index, picture in enumerate(map(pictures.load, range(len(images)))):
                arrays = picture.model_input
                meta = arrays["meta"] if isinstance(arrays, dict) else arrays[1]
                np.testing.assert_array_equal(meta, given["meta"][index : index + 1])
        assert Pictures({"tom": bare[0], "tim": bare[1]}, inputs).names == ("tom", "tim")


def test_a_picture_among_several_inputs_is_warned_of_by_name() -> None:
    given = {**image_and_meta(1), "image": np.full((1, 16, 18, 3), 200, np.uint8)}
    (picture,) = loaded(given, BY_NAME)
    assert picture.warning.startswith("image: The model saw values of 200 to 200")
    assert picture.model_input["image"].dtype == np.uint8


# ---------------------------------------------------------------------------------------- datasets


@pytest.mark.parametrize("with_labels", [True, False])
@pytest.mark.parametrize("batched", [True, False])
def test_a_dataset_gives_its_inputs(batched: bool, with_labels: bool) -> None:
    from tensorflow import data

    array, labels = values(5, 10), np.arange(5)
    texts = np.array(["the cat", "a dog", "é", ".", ""], object)
    several = image_and_meta(5)
    for given, inputs in (
        (array, TABLE),
        (texts, ModelInput((), "string")),
        (several, BY_NAME),
        ((several["image"], several["meta"]), [IMAGE, META]),
    ):
        dataset = data.Dataset.from_tensor_slices((given, labels) if with_labels else given)
        pictures = loaded(dataset.batch(2) if batched else dataset, inputs)
        assert [picture.name for picture in pictures] == [f"input {index}" for index in range(5)]
        last = pictures[2].model_input
        if given is array:
            np.testing.assert_array_equal(last, array[2:3])
        elif given is texts:
            assert last.tolist() == ["é"]
        else:
            meta = last["meta"] if isinstance(last, dict) else last[1]
            np.testing.assert_array_equal(meta, several["meta"][2:3])


def test_of_an_endless_dataset_the_first_are_taken() -> None:
    pictures = Pictures(FakeDataset(lambda: itertools.repeat(values(32, 10))), TABLE)
    assert len(pictures) == 100
    assert pictures.note == "the first 100 inputs of the dataset"


def test_of_a_dataset_no_more_is_taken_than_may_be_kept() -> None:
    cases: list[tuple[object, Inputs, int]] = [
        (values(32, 10), TABLE, 40),
        (image_and_meta(32), BY_NAME, 4 * (16 * 18 * 3 + 5)),
        (values(32, 16, 18, 3), IMAGE, 4 * 16 * 18 * 3),
        (RNG.integers(0, 256, (32, 16, 18, 3)), IMAGE, 16 * 18 * 3),
    ]
    for batch, inputs, size in cases:
        endless = FakeDataset(lambda batch=batch: itertools.repeat(batch))  # type: ignore[misc]
        for most_bytes, count in ((7 * size, 7), (8 * size - 1, 7), (40 * size, 40), (1, 1)):
            pictures = Pictures(endless, inputs, most_bytes=most_bytes)
            assert len(pictures) == count
            noun = "pictures" if inputs is IMAGE else "inputs"
            assert pictures.note == f"the first {count} {noun} of the dataset"


def test_what_is_taken_of_a_batch_does_not_keep_the_rest() -> None:
    batch = values(32, 10)
    pictures = Pictures(FakeDataset(lambda: iter([batch])), TABLE, most_bytes=80)
    assert not np.shares_memory(pictures.load(1).model_input, batch)


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("images", "wanted", "error", "parts"),
    [
        (None, TABLE, TypeError, ["'images' is of type NoneType; an array is wanted"]),
        ([None], TABLE, TypeError, ["'input 0' is of type NoneType"]),
        ({"tom": 3}, TABLE, TypeError, ["'tom' is of type int"]),
        ("a.png", TABLE, ValueError, ["the path 'a.png'", "(10,) float32, which is no picture"]),
        (["a.png"], SERIES, FileNotFoundError, ["a.png"]),
        ([Path("a.png")], TABLE, ValueError, ["'input 0' is the path 'a.png'", "numpy.load"]),
        (Path("a.png"), VOLUME, ValueError, ["the path 'a.png'", "(4, 8, 9, 3)", "numpy.load"]),
        (Image.new("L", (4, 4)), TABLE, ValueError, ["a PIL image", "which is no picture"]),
        (Path("a.txt"), TEXT, ValueError, ["the path 'a.txt'", "Give the text itself"]),
        (values(3, 9), TABLE, ValueError, ["(3, 9)", "takes (10,) float32", "Give (count, 10)"]),
        (values(2, 3, 10), TABLE, ValueError, ["(2, 3, 10)", "takes (10,)"]),
        (values(3, 50, 4), SERIES, ValueError, ["(3, 50, 4)", "(count, 50, 3), batch axis first"]),
        (values(3, 9, 4), ModelInput((None, 3)), ValueError, ["(count, any, 3)"]),
        (values(4, 6, 3), VOLUME, ValueError, ["(4, 6, 3)", "(count, 4, 8, 9, 3)"]),
        ([values(2, 10)], TABLE, ValueError, ["'input 0' has 2 inputs in it", "one is wanted"]),
        ([], TABLE, ValueError, ["no inputs", "empty", "(count, 10)"]),
        ({}, TABLE, ValueError, ["no inputs", "empty"]),
        (values(0, 10), TABLE, ValueError, ["(0, 10)", "empty"]),
        (np.array(["a"]), TABLE, TypeError, ["dtype <U1; numbers are wanted", "(10,) float32"]),
        (np.array([None], object), TABLE, TypeError, ["dtype object; numbers are wanted"]),
        (np.ones((1, 10), complex), TABLE, TypeError, ["complex128"]),
        (values(3, 1), TEXT, TypeError, ["dtype float32; strings are wanted", "(1,) string"]),
        (np.array([["a", 3]], object), TEXT, TypeError, ["dtype object; strings are wanted"]),
        ([[1, [2]]], TABLE, ValueError, ["'input 0' is a list of parts of unequal shapes"]),
    ],
)
def test_what_cannot_be_the_one_input_is_refused_in_a_sentence(
    images: object, wanted: ModelInput, error: type[Exception], parts: list[str]
) -> None:
    with pytest.raises(error) as info:
        Pictures(images, wanted)
    for part in parts:
        assert part in str(info.value)


GOOD = image_and_meta(2)
TAKES = "The model takes 2 inputs, 'image' (16, 18, 3) float32 and 'meta' (5,) float32"


@pytest.mark.parametrize(
    ("images", "error", "parts"),
    [
        (
            GOOD["image"],
            ValueError,
            [
                "'images' is one array, of shape (2, 16, 18, 3)",
                TAKES,
                "ActivationExplorer(model, {'image': array_0, 'meta': array_1})",
            ],
        ),
        ("photos/", ValueError, ["'images' is of type str", TAKES]),
        (Image.new("L", (4, 4)), ValueError, ["'images' is of type Image", TAKES]),
        (None, TypeError, ["'images' is of type NoneType", TAKES]),
        ({"image": GOOD["image"]}, ValueError, ["'images' has no 'meta'", TAKES]),
        (
            {"image": GOOD["image"], "metta": GOOD["meta"]},
            ValueError,
            ["'images' has no 'meta' and 'metta', which is no input", TAKES],
        ),
        ({**GOOD, "id": GOOD["meta"]}, ValueError, ["has 'id', which is no input", TAKES]),
        ([GOOD["image"]], ValueError, ["'images' is a list of length 1", TAKES]),
        ([*GOOD.values(), 1], ValueError, ["'images' is a list of length 3", TAKES]),
        ([], ValueError, ["images is empty", TAKES]),
        (
            [[*GOOD.values()], [*GOOD.values()]],
            ValueError,
            ["can be read as 2 examples, or as an array for each input", TAKES],
        ),
        (
            {**GOOD, "meta": values(3, 5)},
            ValueError,
            ["'images' has 2 of 'image' and 3 of 'meta'; the same number of each is wanted"],
        ),
        (
            {**GOOD, "meta": values(2, 4)},
            ValueError,
            ["'meta' is an array of shape (2, 4); the model takes (5,) float32", "(count, 5)"],
        ),
        (
            [*reversed(GOOD.values())],
            ValueError,
            ["'image' is an array of shape (2, 5); the model takes (16, 18, 3) float32"],
        ),
        ({**GOOD, "image": "a.png"}, ValueError, ["'image' is the path 'a.png'", "no files"]),
        ({**GOOD, "meta": None}, TypeError, ["'meta' is of type NoneType; an array is wanted"]),
        ({**GOOD, "meta": np.array([["a"]])}, TypeError, ["'meta'", "dtype <U1; numbers"]),
        ({**GOOD, "meta": values(0, 5)}, ValueError, ["'meta'", "(0, 5)", "empty"]),
        ([GOOD, GOOD], ValueError, ["'input 0' has 2 inputs in it, where one is wanted"]),
    ],
)
def test_what_cannot_be_several_inputs_is_refused_in_a_sentence(
    images: object, error: type[Exception], parts: list[str]
) -> None:
    with pytest.raises(error) as info:
        Pictures(images, BY_NAME)
    assert type(info.value) is error
    for part in parts:
        assert part in str(info.value)


@pytest.mark.parametrize(
    ("element", "inputs", "error", "part"),
    [
        ({"a": values(9), "b": values(8)}, TABLE, TypeError, "dicts of 'a', 'b', and it cannot"),
        (GOOD["image"], BY_NAME, ValueError, "'dataset' is one array, of shape (2, 16, 18, 3)"),
        ((GOOD["image"], 1), [IMAGE, META, TEXT], ValueError, "'dataset' is a tuple of length 2"),
        (values(2, 9), TABLE, ValueError, "'dataset' is an array of shape (2, 9)"),
    ],
)
def test_a_dataset_of_something_else_is_refused_in_a_sentence(
    element: object, inputs: Inputs, error: type[Exception], part: str
) -> None:
    with pytest.raises(error) as info:
        Pictures(FakeDataset(lambda: iter([element])), inputs)
    assert part in str(info.value)


def test_values_that_are_not_finite_are_counted_and_their_input_named() -> None:
    meta = values(2, 5)
    meta[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"'meta' has 1 NaN and 0 infinite values among its 10"):
        Pictures({**GOOD, "meta": meta}, BY_NAME)
    with pytest.raises(ValueError, match=r"'images' has 1 NaN and 0 infinite values among its 10"):
        Pictures(meta, META)
    with pytest.raises(ValueError, match=r"'tom' has 1 NaN"):
        Pictures({"tom": meta[1]}, META)


def test_values_that_became_nan_later_are_told_of_with_names() -> None:
    meta = values(2, 5)
    pictures = Pictures({**GOOD, "meta": meta}, BY_NAME)
    meta[1] = np.inf
    pictures.load(0)
    with pytest.raises(ValueError, match=r"'input 1', 'meta', has 0 NaN and 5 infinite"):
        pictures.load(1)
