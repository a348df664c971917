"""The classes that pictures come with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures import labels as picture_labels
from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.pictures.pictures import Pictures

RGB = ModelInput((4, 6, 3))
PICTURES = np.zeros((3, 4, 6, 3), np.uint8)


class FakeDataset:
    """All of a tf.data.Dataset that is used."""

    def __init__(self, *elements: object) -> None:
        self.elements = elements

    def as_numpy_iterator(self) -> Iterator[object]:
        return iter(self.elements)


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        ([0, 1, 1], (0, 1, 1)),
        (("cat", "dog", None), ("cat", "dog", None)),
        (np.array([2, 0, 2], np.uint8), (2, 0, 2)),
        (np.array(["cat", "dog", "cat"]), ("cat", "dog", "cat")),
    ],
)
def test_labels_may_be_numbers_or_names(labels: object, wanted: tuple[object, ...]) -> None:
    pictures = Pictures(PICTURES, RGB, labels=labels)
    assert pictures.labels == wanted
    assert [type(label) for label in pictures.labels] == [type(label) for label in wanted]


@pytest.mark.parametrize(
    ("labels", "error", "sentence"),
    [
        ([0, 1], ValueError, "labels has 2 entries, and there are 3 pictures"),
        ("cat", TypeError, "labels is of type str; a list"),
        (3, TypeError, "labels is of type int; a list"),
        ({0: 1}, TypeError, "labels is of type dict; a list"),
        ([0, 1, 0.5], TypeError, "The label of picture 2 is of type float"),
        (np.eye(3), TypeError, "The label of picture 0 is of type ndarray"),
    ],
)
def test_other_labels_are_refused(labels: object, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        Pictures(PICTURES, RGB, labels=labels)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (np.array([2, 0, 1]), (2, 0, 1)),
        (np.array([[1.0], [0.0], [1.0]], np.float32), (1, 0, 1)),
        (np.eye(4, dtype=np.float32)[[3, 0, 1]], (3, 0, 1)),
        (np.array([b"cat", b"dog", b"cat"], object), ("cat", "dog", "cat")),
        (np.array([0.5, 1.0, np.nan]), (None, 1, None)),
        (np.array([[1, 1], [0, 1], [0, 0]]), (None, 1, None)),
        (np.zeros((3, 4, 6)), (None, None, None)),
        (np.zeros(2), (None, None, None)),
        ({"class": np.arange(3)}, (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_the_labels_of_a_batch_are_read(given: object, wanted: tuple[object, ...]) -> None:
    assert picture_labels.in_dataset(given, 3) == wanted
    assert Pictures(FakeDataset((PICTURES, given)), RGB).labels == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (np.int64(2), 2),
        (np.array([0, 0, 1]), 2),
        (np.array([[0, 1]]), 1),
        (np.array([3]), 3),
        (b"cat", "cat"),
        (7, 7),
    ],
)
def test_the_label_of_one_picture_is_read(given: object, wanted: object) -> None:
    assert Pictures(FakeDataset((PICTURES[0], given)), RGB).labels == (wanted,)


def test_a_tensorflow_dataset_gives_its_labels() -> None:
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices((PICTURES, [1, 0, 1]))
    assert Pictures(dataset, RGB).labels == (1, 0, 1)
    assert Pictures(dataset.batch(2), RGB).labels == (1, 0, 1)
    assert Pictures(dataset, RGB, labels=["a", "b", "c"]).labels == ("a", "b", "c")


def test_a_dataset_of_arrays_gives_its_labels() -> None:
    rows = np.zeros((3, 5), np.float32)
    assert Pictures(FakeDataset((rows, np.arange(3))), ModelInput((5,))).labels == (0, 1, 2)
    assert Pictures(FakeDataset(rows), ModelInput((5,))).labels == (None,) * 3
    both = {"a": ModelInput((5,), name="a"), "b": ModelInput((5,), name="b")}
    given = {"a": rows, "b": rows}
    assert Pictures(FakeDataset((given, np.arange(3))), both).labels == (0, 1, 2)


def files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(PICTURES[0]).save(folder / name)
    return folder


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (("cats/1.png", "cats/2.png", "dogs/1.png"), ("cats", "cats", "dogs")),
        (
            ("test/cats/1.png", "test/dogs/1.png", "train/cats/1.png", "train/dogs/1.png"),
            ("cats", "dogs", "cats", "dogs"),
        ),
        (("cats/1.png", "cats/2.png"), (None, None)),
        (("1.png", "2.png"), (None, None)),
    ],
)
def test_folders_in_a_folder_are_classes(
    tmp_path: Path, names: tuple[str, ...], labels: tuple[object, ...]
) -> None:
    pictures = Pictures(files(tmp_path, *names), RGB)
    assert pictures.names == names
    assert pictures.labels == labels


def test_without_any_word_of_classes_there_are_none() -> None:
    assert Pictures(PICTURES, RGB).labels == (None,) * 3
    assert Pictures({"a": PICTURES[0]}, RGB).labels == (None,)
