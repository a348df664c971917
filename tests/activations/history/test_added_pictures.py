"""Pictures that are added to those there are, and what is said of those that cannot be read."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.activations.history.loaded_pictures import LoadedPictures
from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.pictures.pictures import Pictures
from actviz_widgets.views import PictureView

RGB = ModelInput((4, 6, 3))
RNG = np.random.default_rng(0)
COLORS = RNG.integers(0, 256, (4, 6, 3), dtype=np.uint8)
NOISE = RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)


def encoded(colors: np.ndarray = COLORS, kind: str = "png", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(colors).save(file, kind, **options)
    return file.getvalue()


def shown(pictures: Pictures, index: int) -> np.ndarray:
    view = pictures.load(index).view
    assert isinstance(view, PictureView)
    return view.pixels


def bomb() -> bytes:
    """Gives a PNG of a few bytes that says it has 30,000 x 30,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + header
        + struct.pack(">I", zlib.crc32(header))
        + encoded()[33:]
    )


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp", "tiff"])
def test_the_bytes_of_a_file_are_a_picture(kind: str) -> None:
    pictures = Pictures({"first": COLORS}, RGB)
    grey = np.full((40, 60, 3), 119, np.uint8)
    assert pictures.add({f"grey.{kind}": encoded(grey, kind)}) == ((f"grey.{kind}",), ())
    assert pictures.names == ("first", f"grey.{kind}")
    assert len(pictures) == 2
    np.testing.assert_array_equal(shown(pictures, 0), COLORS)
    np.testing.assert_allclose(shown(pictures, 1).astype(int), grey, atol=2)
    np.testing.assert_allclose(pictures.load(1).model_input, 119 / 255, atol=0.01)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_any_kind_are_kept_as_they_came(kind: type) -> None:
    pictures = Pictures([COLORS], RGB)
    data = encoded()
    assert pictures.add(kind(data)) == (("picture 1",), ())
    assert pictures.add([kind(data)]) == (("picture 2",), ())
    assert pictures._sources[1:] == [data, data]
    np.testing.assert_array_equal(shown(pictures, 2), COLORS)


def test_a_picture_is_turned_the_way_its_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pictures = Pictures([COLORS], RGB)
    pictures.add({"turned.png": encoded(exif=exif)})
    np.testing.assert_array_equal(shown(pictures, 1), np.rot90(COLORS, -1))


def test_a_moving_picture_is_its_first() -> None:
    frames = [Image.fromarray(np.full((4, 6), value, np.uint8)) for value in (0, 255)]
    file = io.BytesIO()
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:])
    pictures = Pictures([COLORS], RGB)
    pictures.add({"moving.gif": file.getvalue()})
    assert not shown(pictures, 1).any()


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"", ("'broken'", "is empty")),
        (b"not a picture", ("'broken'", "is not a picture that can be read")),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", ("'broken'", "is not a picture")),
        (encoded(NOISE)[:3000], ("'broken'", "truncated or damaged")),
        (encoded(NOISE, "jpeg")[:1500], ("'broken'", "truncated or damaged")),
        (bomb(), ("'broken'", "more than 89,478,485 pixels")),
        (3, ("'broken'", "is of type int")),
        (np.zeros((2, 3), "U4"), ("'broken'", "dtype")),
        ("none.png", ("no file 'none.png'",)),
    ],
)
def test_a_broken_picture_among_several_is_named(data: object, parts: tuple[str, ...]) -> None:
    pictures = Pictures([COLORS], RGB)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        added, failures = pictures.add({"one": encoded(), "broken": data, "two": COLORS})
    assert added == ("one", "two")
    assert len(failures) == 1
    for part in parts:
        assert part in failures[0]
    assert failures[0].endswith((".", "array (height, width, channels)."))
    assert pictures.names == ("picture 0", "one", "two")
    assert pictures.labels == (None,) * 3
    np.testing.assert_array_equal(shown(pictures, 2), COLORS)


def test_names_stay_and_new_ones_are_distinct() -> None:
    pictures = Pictures({"cat": COLORS, "cat (2)": COLORS}, RGB)
    assert pictures.add({"cat": COLORS, "dog": COLORS})[0] == ("cat (3)", "dog")
    assert pictures.add({"dog": COLORS})[0] == ("dog (2)",)
    assert pictures.add([COLORS, COLORS])[0] == ("picture 5", "picture 6")
    assert pictures.names[:2] == ("cat", "cat (2)")


def test_files_folders_and_arrays_can_be_added(tmp_path: Path) -> None:
    for number in range(2):
        Image.fromarray(COLORS).save(tmp_path / f"{number}.png")
    (tmp_path / "broken.png").write_bytes(b"none")
    pictures = Pictures([COLORS], RGB)
    added, failures = pictures.add(tmp_path)
    assert added == ("0.png", "1.png")
    assert len(failures) == 1
    assert "broken.png" in failures[0]
    assert pictures.add(tmp_path / "0.png") == (("0.png (2)",), ())
    assert pictures.add(Image.fromarray(COLORS))[0] == ("picture 4",)
    floats = np.zeros((2, 4, 6, 3), np.float32)
    assert pictures.add(floats)[0] == ("picture 5", "picture 6")
    np.testing.assert_array_equal(pictures.load(6).model_input, floats[:1])
    assert pictures.add([]) == pictures.add({}) == ((), ())
    with pytest.raises(TypeError, match="images is of type int"):
        pictures.add(3)
    assert len(pictures) == 7


def test_added_pictures_have_no_class() -> None:
    pictures = Pictures([COLORS, COLORS], RGB, labels=[0, 1])
    pictures.add([COLORS])
    assert pictures.labels == (0, 1, None)


def test_of_a_dataset_those_added_are_told_beside() -> None:
    class Endless:
        def as_numpy_iterator(self):  # type: ignore[no-untyped-def]
            while True:
                yield COLORS

    pictures = Pictures(Endless(), RGB)
    pictures.add([COLORS])
    pictures.add([COLORS, COLORS])
    assert pictures.note == "the first 100 pictures of the dataset, and 3 added"


def test_the_bytes_kept_are_bounded() -> None:
    data = encoded()
    pictures = Pictures([COLORS], RGB, most_bytes=2 * len(data))
    added, failures = pictures.add({"a": data, "b": data, "c": data})
    assert added == ("a", "b")
    assert len(failures) == 1
    assert "'c' is left out" in failures[0]
    assert "Give a larger memory_budget" in failures[0]
    assert pictures.add({"d": data})[0] == ()


def test_what_takes_no_picture_gets_none_added() -> None:
    texts = Pictures(["a cat"], ModelInput((), "string"))
    assert not texts.takes_pictures
    with pytest.raises(ValueError, match=r"No pictures can be added: the model takes no picture\."):
        texts.add([COLORS])
    both = {"a": ModelInput((4, 6, 3), name="a"), "b": ModelInput((2,), name="b")}
    given = {"a": np.zeros((1, 4, 6, 3), np.float32), "b": np.zeros((1, 2), np.float32)}
    several = Pictures(given, both)
    assert not several.takes_pictures
    with pytest.raises(ValueError, match="the model takes 2 inputs"):
        several.add([COLORS])
    assert Pictures([COLORS], RGB).takes_pictures


def test_to_a_history_nothing_can_be_added() -> None:
    pictures = LoadedPictures([COLORS], RGB, None, 10_000)
    assert not pictures.takes_pictures
    assert pictures.labels == (None,)
    with pytest.raises(ValueError, match="to a history of a training"):
        pictures.add([COLORS])
    assert pictures.names == ("picture 0",)
