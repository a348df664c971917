"""Pictures and labels out of what people train with."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.model_input import Inputs, ModelInput
from actviz_widgets.pictures.pictures import Pictures
from actviz_widgets.pictures.resize import resized

RNG = np.random.default_rng(0)
RGB = ModelInput((8, 9, 3))
TABLE = ModelInput((5,))
FLOATS = RNG.random((6, 8, 9, 3)).astype(np.float32)
PIXELS = RNG.integers(0, 256, (6, 8, 9, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 1, 0, 1, 0])


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # keras is untyped
    """Batches by index, which count how often they were asked for."""

    def __init__(self, count: int | None = 3) -> None:
        super().__init__()
        self.count, self.asked = count, 0

    @property
    def num_batches(self) -> int | None:
        return self.count

    def __getitem__(self, index: int) -> Any:
        self.asked += 1
        part = slice(2 * (index % 3), 2 * (index % 3) + 2)
        return FLOATS[part], np.eye(2)[LABELS[part]]


class ElementsOf:
    """All of a tf.data.Dataset that is used."""

    def __init__(self, *elements: object) -> None:
        self.elements = elements

    def as_numpy_iterator(self) -> Iterator[object]:
        return iter(self.elements)


def folder_of_pictures(path: Path) -> Path:
    for name in ("cats", "dogs"):
        (path / name).mkdir()
        for index in range(3):
            Image.fromarray(PIXELS[index]).save(path / name / f"{index}.png")
    return path


def assert_floats(images: object, inputs: Inputs = RGB, labels: Any = tuple(LABELS)) -> None:
    pictures = Pictures(images, inputs)
    assert len(pictures) == 6
    assert pictures.labels == labels
    for index in range(6):
        np.testing.assert_array_equal(pictures.load(index).model_input[0], FLOATS[index])


def test_a_py_dataset_is_read_by_index_and_left_as_it_is() -> None:
    batches = Batches()
    assert_floats(batches)
    assert batches.asked == 0


def test_of_a_py_dataset_without_end_the_first_100_are_taken() -> None:
    pictures = Pictures(Batches(None), RGB)
    assert len(pictures) == 100
    assert pictures.note == "the first 100 pictures of the dataset"


@pytest.mark.parametrize(("count", "expected", "note"), [(50, 50, ""), (51, 50, "the first 100")])
def test_no_batch_is_asked_for_beyond_those_taken(count: int, expected: int, note: str) -> None:
    asked: list[int] = []

    class Counting(Batches):
        def __getitem__(self, index: int) -> Any:
            asked.append(index)
            return super().__getitem__(index)

    pictures = Pictures(Counting(count), RGB)
    assert len(pictures) == 100
    assert asked == list(range(expected))
    assert pictures.note.startswith(note)
    assert bool(pictures.note) == bool(note)


def test_image_data_generators_give_pictures_labels_and_class_names(tmp_path: Path) -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    made = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
        str(folder_of_pictures(tmp_path)), target_size=(8, 9), batch_size=4, seed=1
    )
    np.random.seed(7)  # what these iterators draw from
    expected = np.random.random()
    np.random.seed(7)
    pictures = Pictures(made, RGB)
    assert np.random.random() == expected
    assert made.total_batches_seen == 0
    assert len(pictures) == 6
    assert sorted(pictures.labels) == [0, 0, 0, 1, 1, 1]  # type: ignore[type-var]
    assert pictures.class_names == ("cats", "dogs")
    assert pictures.load(0).model_input.max() <= 1


def test_a_directory_as_a_dataset_brings_labels_and_class_names(tmp_path: Path) -> None:
    dataset = keras.utils.image_dataset_from_directory(
        str(folder_of_pictures(tmp_path)),
        image_size=(8, 9),
        batch_size=4,
        label_mode="categorical",
        verbose=False,
    )
    pictures = Pictures(dataset, RGB, lambda x: x / 127.5 - 1)
    assert pictures.class_names == ("cats", "dogs")
    assert sorted(pictures.labels) == [0, 0, 0, 1, 1, 1]  # type: ignore[type-var]
    assert -1 <= pictures.load(0).model_input.min() < 0
    assert pictures.load(0).model_input.max() <= 1


@pytest.mark.parametrize("labels", [LABELS, LABELS[:, None], np.eye(2)[LABELS], list(LABELS)])
def test_a_tuple_of_pictures_and_labels_is_that(labels: Any) -> None:
    assert_floats((FLOATS, labels))
    assert_floats((FLOATS, labels, np.ones(6)))


def test_targets_that_are_pictures_are_no_labels_and_no_pictures() -> None:
    assert_floats((FLOATS, FLOATS), labels=(None,) * 6)


def test_a_tuple_of_pictures_is_still_one() -> None:
    assert len(Pictures((PIXELS[0], PIXELS[1]), RGB)) == 2
    assert len(Pictures((FLOATS[:1], FLOATS[1:2]), RGB)) == 2
    assert len(Pictures((PIXELS[0, ..., 0], PIXELS[1, ..., 0]), ModelInput((8, 9, 1)))) == 2


def test_a_table_with_labels_is_that() -> None:
    table = RNG.random((6, 5))
    for images in ((table, LABELS), ElementsOf({"x": table, "y": LABELS}), iter([(table, LABELS)])):
        pictures = Pictures(images, TABLE)
        assert pictures.labels == tuple(LABELS)
        np.testing.assert_array_equal(pictures.load(3).model_input, table[3:4])


def test_dicts_are_read_by_the_names_and_shapes_in_them() -> None:
    assert_floats(ElementsOf({"image": FLOATS, "label": LABELS}))
    assert_floats(ElementsOf({"id": np.arange(6), "photo": FLOATS, "label": LABELS}))
    assert_floats(ElementsOf(({"image": FLOATS}, LABELS)))
    named = ModelInput((8, 9, 3), name="left")
    assert_floats(ElementsOf({"right": FLOATS * 0, "left": FLOATS, "label": LABELS}), named)
    with pytest.raises(TypeError, match=r"dicts of 'left', 'right'.*Map it to"):
        Pictures(ElementsOf({"left": FLOATS, "right": FLOATS}), RGB)


def test_a_generator_is_not_moved_on_beyond_what_is_taken() -> None:
    drawn: list[int] = []

    def without_end() -> Iterator[Any]:
        for number in itertools.count():
            drawn.append(number)
            yield PIXELS[:2], LABELS[:2]

    pictures = Pictures(without_end(), RGB)
    assert len(pictures) == 100
    assert drawn == list(range(50))
    assert pictures.labels[:2] == (0, 1)


def test_a_generator_is_read_once_also_where_its_first_element_tells_what_it_is() -> None:
    pictures = Pictures(iter([PIXELS[0], PIXELS[1]]), ModelInput(None))
    assert len(pictures) == 2


def test_a_loader_of_lists_is_read(tmp_path: Path) -> None:
    class Loader:
        def __iter__(self) -> Iterator[Any]:
            return iter([[FLOATS[:4], LABELS[:4]], [FLOATS[4:], LABELS[4:]]])

    assert_floats(Loader())


class ByIndex:
    """A data set as torch has them: by index, with the classes it was read from."""

    classes = ("cat", "dog")

    def __len__(self) -> int:
        return len(LABELS)

    def __getitem__(self, index: int) -> Any:
        return FLOATS[index], int(LABELS[index])


def test_a_data_set_by_index_is_read_and_names_its_classes() -> None:
    assert_floats(ByIndex())

    class Loader:
        dataset = ByIndex()

        def __iter__(self) -> Iterator[Any]:
            return iter([[FLOATS, LABELS]])

    assert Pictures(ByIndex(), RGB).class_names == ("cat", "dog")
    assert Pictures(Loader(), RGB).class_names == ("cat", "dog")


def test_a_mapped_directory_keeps_its_class_names(tmp_path: Path) -> None:
    dataset = keras.utils.image_dataset_from_directory(
        str(folder_of_pictures(tmp_path)), image_size=(8, 9), batch_size=4, verbose=False
    )
    dataset = dataset.map(lambda x, y: (x / 255, y)).prefetch(1)
    assert Pictures(dataset, RGB).class_names == ("cats", "dogs")


def test_one_batch_and_one_example_are_taken_as_they_come() -> None:
    for y in (1, np.int64(1), np.array(1), np.array([0.0, 1.0]), "dog"):
        pictures = Pictures((FLOATS[0], y), RGB)
        assert pictures.labels == (y if isinstance(y, str) else 1,)
        np.testing.assert_array_equal(pictures.load(0).model_input, FLOATS[:1])
    assert_floats({"image": FLOATS, "label": LABELS})
    assert_floats({"image": FLOATS, "label": list(LABELS)})
    assert Pictures({"image": PIXELS[0], "label": 1}, RGB).labels == (1,)
    named = Pictures({"x": PIXELS[0], "y": PIXELS[1]}, RGB)
    assert named.names == ("x", "y")
    assert named.labels == (None, None)


def test_files_and_pil_images_of_training_data_are_read(tmp_path: Path) -> None:
    Image.fromarray(PIXELS[0]).save(tmp_path / "a.png")
    for given in (tmp_path / "a.png", str(tmp_path / "a.png"), Image.fromarray(PIXELS[0])):
        for images in (
            iter([(given, 1)]),
            ElementsOf({"image": given, "label": 1}),
            ElementsOf({"image": [given], "label": [1]}),
        ):
            pictures = Pictures(images, RGB)
            assert pictures.labels == (1,)
            np.testing.assert_array_equal(
                pictures.load(0).model_input, PIXELS[:1] / np.float32(255)
            )
    listed = Pictures(ElementsOf(str(tmp_path / "a.png").encode()), RGB)
    assert listed.names == ("a.png",)


PAIR = {"left": RGB, "meta": TABLE}
TABLES = RNG.random((6, 5)).astype(np.float32)


@pytest.mark.parametrize(
    "images",
    [
        ({"left": FLOATS, "meta": TABLES}, LABELS),
        ([FLOATS, TABLES], LABELS),
        ([FLOATS, TABLES], {"out": LABELS}),
        ([FLOATS, TABLES], [TABLES[:, :2], TABLES[:, 0]]),
        {"left": FLOATS, "meta": TABLES, "label": LABELS},
        iter([({"left": FLOATS, "meta": TABLES}, LABELS)]),
        ElementsOf({"left": FLOATS, "meta": TABLES, "label": LABELS}),
    ],
)
def test_several_inputs_with_what_is_to_be_predicted_are_taken(images: Any) -> None:
    pictures = Pictures(images, PAIR)
    assert len(pictures) == 6
    for index in range(6):
        made = pictures.load(index).model_input
        np.testing.assert_array_equal(made["left"], FLOATS[index : index + 1])
        np.testing.assert_array_equal(made["meta"], TABLES[index : index + 1])
    assert pictures.labels in ((None,) * 6, tuple(LABELS))


def test_random_numbers_of_python_are_left_as_they_are() -> None:
    class Turned(Batches):
        def __getitem__(self, index: int) -> Any:
            random.random()
            return super().__getitem__(index)

    random.seed(3)
    expected = random.random()
    random.seed(3)
    assert_floats(Turned())
    assert random.random() == expected


def test_floats_of_another_size_go_through_preprocess_resized() -> None:
    large = RNG.random((20, 30, 3)).astype(np.float32) * 255
    pictures = Pictures([large], RGB, lambda x: x / 127.5 - 1)
    made = pictures.load(0)
    np.testing.assert_allclose(made.model_input[0], resized(large, 8, 9) / 127.5 - 1, atol=1e-5)
    assert "resized from 20 × 30" in made.how
    assert len(Pictures(np.stack([large, large]), RGB, lambda x: x)) == 2
    with pytest.raises(ValueError, match="float array of shape"):
        Pictures([large], RGB)


def test_a_bunch_of_scikit_learn_is_taken_by_what_fits_the_model() -> None:
    class Bunch(dict[str, Any]):
        target_names = ("zero", "one")

    digits = RNG.random((6, 8, 8)).astype(np.float32)
    bunch = Bunch(
        data=digits.reshape(6, 64),
        target=LABELS,
        images=digits,
        DESCR="A text.\n" * 500,
        frame=None,
    )
    for wanted, shape in ((ModelInput((8, 8, 1)), (1, 8, 8, 1)), (ModelInput((64,)), (1, 64))):
        pictures = Pictures(bunch, wanted)
        assert pictures.labels == tuple(LABELS)
        assert pictures.class_names == ("zero", "one")
        made = pictures.load(2).model_input
        np.testing.assert_array_equal(made, digits[2:3].reshape(shape))
