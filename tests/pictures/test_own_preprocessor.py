"""What a model's own preprocessor makes of pictures and texts, and what of them is shown."""

from __future__ import annotations

from typing import Any, Literal

import keras
import numpy as np
import pytest

from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.pictures.own_preprocessor import OwnPreprocessor
from actviz_widgets.pictures.pictures import Pictures
from actviz_widgets.pictures.resize import resized
from actviz_widgets.views import PictureView, WordsView

RGB = ModelInput((8, 9, 3))
RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)
TOKENS = {
    "ids": ModelInput((4,), "int32", name="ids"),
    "mask": ModelInput((4,), "bool", name="mask"),
}


def halved(raw: np.ndarray) -> np.ndarray:
    """Resizes itself, by leaving out."""
    return raw[:, :8, :9] / 2


def tokens(raw: Any) -> dict[str, np.ndarray]:
    segments = raw if isinstance(raw, tuple) else (raw,)
    ids = np.zeros((len(segments[0]), 4), np.int64)
    for row in range(len(ids)):
        letters = [ord(letter) for segment in segments for letter in segment[row]][:4]
        ids[row, : len(letters)] = letters
    return {"ids": ids, "mask": ids > 0}


OF_PICTURES = OwnPreprocessor("Halver", halved)
OF_TEXTS = OwnPreprocessor("Tokenizer", tokens)


@pytest.mark.parametrize("fitting", ["crop", "pad"])
@pytest.mark.parametrize("size", [(20, 30), (31, 8), (8, 9), (64, 72), (7, 7)])
def test_what_is_seen_of_a_picture_is_what_keras_cuts_or_puts_around_it(
    size: tuple[int, int], fitting: Literal["crop", "pad"]
) -> None:
    picture = RNG.integers(0, 256, (*size, 3)).astype(np.float32)
    layer = keras.layers.Resizing(
        8, 9, crop_to_aspect_ratio=fitting == "crop", pad_to_aspect_ratio=fitting == "pad"
    )
    seen, note = OwnPreprocessor("", halved, fitting).seen(picture, (8, 9))
    np.testing.assert_allclose(resized(seen, 8, 9), np.asarray(layer(picture)), atol=5e-3)
    assert (note == "") == (seen.shape == picture.shape)


def test_it_is_given_the_whole_picture_and_named() -> None:
    picture = Pictures(PHOTO, RGB, own=OF_PICTURES).load(0)
    np.testing.assert_array_equal(picture.model_input[0], PHOTO[:8, :9] / np.float32(2))
    assert picture.how == "made by the model's own preprocessor, Halver"
    assert picture.warning == ""


def test_one_that_does_not_resize_is_given_a_resized_picture() -> None:
    own = OwnPreprocessor("Scaler", lambda raw: raw / 100)
    picture = Pictures(PHOTO, RGB, own=own).load(0)
    np.testing.assert_allclose(picture.model_input[0], resized(PHOTO, 8, 9) / 100, rtol=1e-6)


def test_a_function_of_the_users_replaces_it() -> None:
    picture = Pictures(PHOTO, RGB, lambda x: x * 0, own=OF_PICTURES).load(0)
    assert not picture.model_input.any()
    assert picture.how.startswith("made by preprocess")


@pytest.mark.parametrize("size", [(8, 9), (20, 30)])
def test_floats_go_through_it_as_in_predict(size: tuple[int, int]) -> None:
    floats = RNG.random((*size, 3)).astype(np.float32) * 255
    picture = Pictures([floats], RGB, own=OF_PICTURES).load(0)
    np.testing.assert_array_equal(picture.model_input[0], floats[:8, :9] / 2)
    scaled = Pictures([floats / 255], RGB, own=OF_PICTURES).load(0)
    assert "is made for pixels of 0 to 255" in scaled.warning


def test_what_it_cuts_off_is_not_shown() -> None:
    own = OwnPreprocessor("Cutter", lambda raw: resized(raw[0, :, 5:25], 8, 8)[None], "crop")
    for images in (PHOTO, PHOTO.astype(np.float32)):
        picture = Pictures([images], ModelInput((8, 8, 3)), own=own).load(0)
        assert isinstance(picture.view, PictureView)
        np.testing.assert_array_equal(picture.view.pixels, PHOTO[:, 5:25])
        assert "shown without the edges it cuts off" in picture.how


def loaded(images: object) -> tuple[Pictures, list[dict[str, np.ndarray]]]:
    pictures = Pictures(images, TOKENS, own=OF_TEXTS)
    return pictures, [pictures.load(index).model_input for index in range(len(pictures))]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (["abc", "d"], (None, None)),
        (np.array(["abc", "d"]), (None, None)),
        ({"one": "abc", "two": "d"}, (None, None)),
        ((["abc", "d"], [1, 0]), (1, 0)),
        ((np.array(["abc", "d"]), np.array([1, 0])), (1, 0)),
        (iter([(b"abc", 1), (b"d", 0)]), (1, 0)),
        ({"text": ["abc", "d"], "label": [1, 0]}, (1, 0)),
        (iter([{"text": np.array(["abc", "d"]), "label": np.array([1, 0])}]), (1, 0)),
    ],
)
def test_texts_are_taken_however_they_are_held(images: Any, labels: Any) -> None:
    pictures, made = loaded(images)
    assert len(pictures) == 2
    assert pictures.labels == labels
    for text, model_input in zip(("abc", "d"), made, strict=True):
        np.testing.assert_array_equal(model_input["ids"], tokens([text])["ids"])
        assert model_input["ids"].dtype == np.int32
        assert model_input["mask"].dtype == np.bool_
    view = pictures.load(0).view
    assert isinstance(view, WordsView)
    assert view.text == "abc"
    assert pictures.load(0).how == "made by the model's own preprocessor, Tokenizer"
    assert pictures.load(0).input_names == ("ids", "mask")


@pytest.mark.parametrize("images", [("ab", "cd"), (["ab"], ["cd"])])
def test_texts_that_belong_together_are_one_input(images: Any) -> None:
    pictures, (made,) = loaded(images)
    np.testing.assert_array_equal(made["ids"], tokens(["abcd"])["ids"])
    assert pictures.load(0).view == WordsView("ab\ncd")


def test_one_text_is_one_input() -> None:
    assert loaded("abc")[0].names == ("input 0",)


def test_tokens_go_in_as_they_are() -> None:
    pictures, (made,) = loaded(tokens(["abc"]))
    np.testing.assert_array_equal(made["ids"], tokens(["abc"])["ids"])
    assert "untouched" in pictures.load(0).how


def test_what_it_cannot_take_is_said_with_its_own_reason() -> None:
    def failing(raw: object) -> object:
        raise RuntimeError("no vocabulary")

    own = OwnPreprocessor("Failing", failing)
    with pytest.raises(ValueError, match=r"preprocessor, Failing, cannot take .*: no vocabulary"):
        Pictures("abc", TOKENS, own=own).load(0)
    with pytest.raises(
        ValueError, match=r"preprocessor, Failing raised RuntimeError .* vocabulary"
    ):
        Pictures(PHOTO, RGB, own=own).load(0)
    other = OwnPreprocessor("Other", lambda raw: {"token_ids": np.zeros((1, 4))})
    with pytest.raises(ValueError, match=r"it gave 'token_ids', and the model takes 'ids', 'mask'"):
        Pictures("abc", TOKENS, own=other).load(0)
