"""Whole numbers of the model's own shape: bands of satellites, scans, counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.pictures.pictures import Picture, Pictures
from actviz_widgets.pictures.resize import resized
from actviz_widgets.pictures.whole_numbers import too_dark

RNG = np.random.default_rng(0)
BANDS = ModelInput((16, 18, 10), scaling=("reflectance", 10_000.0))
UNKNOWN = ModelInput((16, 18, 10))
GREY = ModelInput((16, 18, 1))
PATCHES = RNG.integers(0, 10_000, (3, 16, 18, 10))


def loaded(images: object, wanted: ModelInput, **options: object) -> list[Picture]:
    pictures = Pictures(images, wanted, **options)  # type: ignore[arg-type]
    return [pictures.load(index) for index in range(len(pictures))]


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.int32, np.int64])
def test_bands_go_in_as_they_are_where_the_model_scales_them(dtype: type) -> None:
    patches = PATCHES.astype(dtype)
    for images in (patches, list(patches), {"a": patches[0], "b": patches[1], "c": patches[2]}):
        pictures = loaded(images, BANDS)
        assert len(pictures) == 3
        for picture, patch in zip(pictures, patches, strict=True):
            np.testing.assert_array_equal(picture.model_input, patch[None].astype(np.float32))
            assert picture.model_input.dtype == np.float32
            assert picture.warning == ""
    (one,) = loaded(patches[0], BANDS)
    assert one.how.startswith(f"given as {np.dtype(dtype)} values, so untouched")


def test_bands_of_no_known_scale_are_refused_with_what_helps() -> None:
    with pytest.raises(ValueError, match=r"uint16.*Give floats .* or preprocess="):
        Pictures(PATCHES.astype(np.uint16), UNKNOWN)


def test_preprocess_is_given_the_values_of_bands() -> None:
    picture = loaded(PATCHES[:1].astype(np.uint16), UNKNOWN, preprocess=lambda x: x / 10_000)[0]
    np.testing.assert_allclose(picture.model_input, PATCHES[:1] / 10_000, rtol=1e-6)
    assert picture.how.startswith("made by preprocess of uint16 values")


def test_two_channels_of_8_bits_are_divided_as_pixels_are() -> None:
    flow = RNG.integers(0, 256, (16, 18, 2), dtype=np.uint8)
    (picture,) = loaded(flow, ModelInput((16, 18, 2)))
    np.testing.assert_array_equal(picture.model_input, flow[None] / np.float32(255))
    (scaled,) = loaded(flow, ModelInput((16, 18, 2), scaling=("", 255.0)))
    np.testing.assert_array_equal(scaled.model_input, flow[None].astype(np.float32))


def test_values_below_zero_go_through_preprocess_and_are_else_refused() -> None:
    scan = RNG.integers(-1024, 3071, (16, 18)).astype(np.int16)
    (picture,) = loaded(scan, GREY, preprocess=lambda x: (x + 1024) / 4095)
    np.testing.assert_allclose(picture.model_input[0, ..., 0], (scan + 1024.0) / 4095, rtol=1e-5)
    with pytest.raises(ValueError, match=r"int16.*give floats.*preprocess="):
        Pictures(scan, GREY)


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 1), (1, 40, 50), (1, 40, 50, 1)])
def test_a_scan_of_another_size_is_resized_for_preprocess(shape: tuple[int, ...]) -> None:
    scan = RNG.integers(-1024, 3071, shape).astype(np.int16)
    (picture,) = loaded(scan, GREY, preprocess=lambda x: (x + 1024) / 4095)
    expected = (resized(scan.reshape(40, 50, 1), 16, 18) + 1024) / 4095
    np.testing.assert_allclose(picture.model_input[0], expected, rtol=1e-5)
    assert "made by preprocess of int16 values; resized from 40 × 50" in picture.how


def test_12_bits_keep_all_their_bits_and_go_through_the_remedy_that_is_named() -> None:
    scan = RNG.integers(0, 4096, (16, 18)).astype(np.uint16)
    scan[0, 0] = 4095
    (plain,) = loaded(scan, GREY)
    np.testing.assert_allclose(plain.model_input[0, ..., 0], scan / 65535, rtol=1e-5)
    assert "or preprocess=lambda x: x * 257 / 4095" in plain.warning
    (picture,) = loaded(scan, GREY, preprocess=lambda x: x * 257 / 4095)
    np.testing.assert_allclose(picture.model_input[0, ..., 0], scan / 4095, rtol=1e-5)
    assert "preprocess was given them nearly black" in picture.warning


def test_16_bits_go_in_whole_where_the_model_divides_by_them() -> None:
    scan = RNG.integers(0, 65536, (16, 18, 1)).astype(np.uint16)
    (picture,) = loaded(scan, ModelInput((16, 18, 1), scaling=("scale", 65535.0)))
    np.testing.assert_array_equal(picture.model_input, scan[None].astype(np.float32))


def test_a_model_of_whole_numbers_gets_them_in_its_own_dtype() -> None:
    (picture,) = loaded(PATCHES[0].astype(np.uint16), ModelInput((16, 18, 10), "int32"))
    assert picture.model_input.dtype == np.int32
    np.testing.assert_array_equal(picture.model_input[0], PATCHES[0])


def test_12_bits_in_16_are_warned_of_with_the_remedy(tmp_path: Path) -> None:
    scan = RNG.integers(0, 4096, (40, 40)).astype(np.uint16)
    scan[0, 0] = 4095
    Image.fromarray(scan).save(tmp_path / "chest.png")
    Image.fromarray(scan.astype(np.int32)).save(tmp_path / "chest.tiff")
    files = (tmp_path / "chest.png", tmp_path / "chest.tiff")
    for images in (scan, {"chest": scan}, *files, [Image.fromarray(scan)]):
        (picture,) = loaded(images, GREY)
        assert "go up to 4,095 alone" in picture.warning
        assert "give floats, such as array / 4095" in picture.warning


@pytest.mark.parametrize("most", [0, 16384, 65535])
def test_all_of_16_bits_are_not_warned_of(most: int) -> None:
    assert too_dark(np.array([0, most], np.uint16), "chest") == ""
