import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.pictures import pixels

RNG = np.random.default_rng(0)
COLORS = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)
UPRIGHT = np.arange(6 * 3, dtype=np.uint8).reshape(2, 3, 3) * 10

# How a camera stores an upright picture under each value of the EXIF tag 274.
STORED = {
    1: UPRIGHT,
    2: UPRIGHT[:, ::-1],
    3: UPRIGHT[::-1, ::-1],
    4: UPRIGHT[::-1],
    5: UPRIGHT.swapaxes(0, 1),
    6: np.rot90(UPRIGHT, 1),
    7: UPRIGHT[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90(UPRIGHT, -1),
}


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[274] = orientation
    return tags


def shown(path: Path) -> np.ndarray:
    return np.asarray(pixels.flattened(pixels.open_file(path)))


def noise_file(path: Path) -> Path:
    Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(path)
    return path


@pytest.mark.parametrize("suffix", ["png", "tiff"])
@pytest.mark.parametrize("orientation", list(STORED))
def test_a_file_is_turned_upright_as_its_exif_tag_says(
    tmp_path: Path, orientation: int, suffix: str
) -> None:
    path = tmp_path / f"turned.{suffix}"
    Image.fromarray(STORED[orientation].copy()).save(path, exif=exif(orientation))
    np.testing.assert_array_equal(shown(path), UPRIGHT)


def test_an_open_pil_image_is_turned_upright_and_itself_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "turned.png"
    Image.fromarray(STORED[6].copy()).save(path, exif=exif(6))
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(pixels.as_image(image, "turned")), UPRIGHT)
        assert image.size == (2, 3)
        assert image.getexif()[274] == 6


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp", "PNG"])
def test_a_lossless_file_is_shown_pixel_by_pixel(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cat.{suffix}"
    options = {"lossless": True} if suffix == "webp" else {}
    Image.fromarray(COLORS).save(path, **options)
    np.testing.assert_array_equal(shown(path), COLORS)


def test_of_a_moving_gif_the_first_frame_is_shown(tmp_path: Path) -> None:
    red, blue = Image.new("RGB", (4, 3), (255, 0, 0)), Image.new("RGB", (4, 3), (0, 0, 255))
    red.save(tmp_path / "moving.gif", save_all=True, append_images=[blue])
    assert (shown(tmp_path / "moving.gif") == (255, 0, 0)).all()


def test_a_jpeg_is_shown_as_pillow_decodes_it(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "cat.jpg")
    with Image.open(path) as image:
        np.testing.assert_array_equal(shown(path), np.asarray(image))


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putdata([1, 0])
    palette.save(tmp_path / "palette.png")
    assert shown(tmp_path / "palette.png").tolist() == [[[40, 50, 60], [10, 20, 30]]]


def test_the_transparent_entry_of_a_palette_goes_on_white(tmp_path: Path) -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putdata([1, 0])
    palette.save(tmp_path / "palette.png", transparency=0)
    assert shown(tmp_path / "palette.png").tolist() == [[[40, 50, 60], [255, 255, 255]]]


def test_transparency_by_palette_entry_is_blended_with_white(tmp_path: Path) -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putdata([1, 0])
    palette.save(tmp_path / "palette.png", transparency=bytes([0, 255]))
    assert shown(tmp_path / "palette.png").tolist() == [[[40, 50, 60], [255, 255, 255]]]


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("L", 77, (77, 77, 77)),
        ("LA", (77, 255), (77, 77, 77)),
        ("LA", (0, 0), (255, 255, 255)),
        ("LA", (0, 51), (204, 204, 204)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), (255, 255, 255)),
        ("RGBA", (0, 255, 0, 51), (204, 255, 204)),
        ("1", 1, (255, 255, 255)),
        ("1", 0, (0, 0, 0)),
        ("CMYK", (0, 0, 0, 0), (255, 255, 255)),
        ("CMYK", (0, 0, 0, 255), (0, 0, 0)),
        ("CMYK", (255, 0, 0, 0), (0, 255, 255)),
        ("HSV", (0, 255, 255), (255, 0, 0)),
        ("I;16", 257 * 130, (130, 130, 130)),
        ("I;16", 255, (1, 1, 1)),
        ("I;16B", 257 * 130, (130, 130, 130)),
        ("I", 257 * 130, (130, 130, 130)),
        ("F", 0.2, (51, 51, 51)),
        ("F", 51.0, (51, 51, 51)),
    ],
)
def test_a_picture_of_any_mode_becomes_rgb(mode: str, color: object, expected: object) -> None:
    assert pixels.flattened(Image.new(mode, (1, 1), color)).getpixel((0, 0)) == expected


def test_a_32_bit_picture_that_only_uses_0_to_255_is_not_turned_black() -> None:
    image = Image.fromarray(np.array([[0, 200, 255]], dtype=np.int32))
    assert image.mode == "I"
    assert np.asarray(pixels.flattened(image))[0, :, 0].tolist() == [0, 200, 255]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bit_grey_is_scaled_down_by_257(tmp_path: Path, suffix: str) -> None:
    grey = RNG.integers(0, 65536, (5, 7), dtype=np.uint16)
    path = tmp_path / f"deep.{suffix}"
    Image.fromarray(grey).save(path)
    expected = np.repeat((grey / 257).round()[..., None], 3, axis=-1)
    np.testing.assert_array_equal(shown(path), expected)


def test_a_tiff_of_floats_from_0_to_1_is_shown_at_full_contrast(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 0.5, 1]], dtype=np.float32)).save(tmp_path / "float.tif")
    assert shown(tmp_path / "float.tif")[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    "values",
    [
        np.array([[-1.0, 1.0]], np.float32),
        np.array([[0.0, 1000.0]], np.float32),
        np.array([[0.0, np.nan]], np.float32),
        np.array([[0.0, np.inf]], np.float32),
        np.array([[-5, 5]], np.int32),
        np.array([[0, 70000]], np.int32),
    ],
)
def test_a_picture_of_values_on_no_known_scale_is_refused(values: np.ndarray) -> None:
    image = Image.fromarray(values)
    with pytest.raises(ValueError, match=rf"mode {image.mode} has values.*8 or 16 bits"):
        pixels.flattened(image)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ValueError, match=r"no file 'nowhere/cat\.jpg'.*Check the path") as info:
        pixels.open_file(Path("nowhere/cat.jpg"))
    assert isinstance(info.value, FileNotFoundError)


def test_a_text_far_too_long_for_a_path_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="Check the path"):
        pixels.open_file(Path("x" * 5000))


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_file_cut_in_half_is_named_as_damaged(tmp_path: Path, suffix: str) -> None:
    path = noise_file(tmp_path / f"half.{suffix}")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=rf"half\.{suffix}.*truncated or damaged"):
        pixels.open_file(path)


@pytest.mark.parametrize("content", [b"", b"not a picture at all"])
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"notes\.png.*not a picture that can be read.*JPEG, PNG"):
        pixels.open_file(path)


def test_a_pil_image_whose_file_is_damaged_is_named(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "half.jpg")
    path.write_bytes(path.read_bytes()[:1000])
    with (
        Image.open(path) as image,
        pytest.raises(ValueError, match=r"The PIL image 'half\.jpg' cannot be read"),
    ):
        pixels.as_image(image, "half.jpg")


@pytest.mark.parametrize(
    ("shape", "mode"),
    [((4, 5), "L"), ((4, 5, 1), "L"), ((4, 5, 2), "LA"), ((4, 5, 3), "RGB"), ((4, 5, 4), "RGBA")],
)
def test_an_array_becomes_an_image_of_its_channels(shape: tuple[int, ...], mode: str) -> None:
    array = RNG.integers(0, 256, shape, dtype=np.uint8)
    image = pixels.as_image(array, "array")
    assert image.mode == mode
    np.testing.assert_array_equal(np.asarray(image), array.squeeze())


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([0, 7, 255], np.uint8), [0, 7, 255]),
        (np.array([False, True]), [0, 255]),
        (np.array([0, 257, 65535, 128], np.uint16), [0, 1, 255, 0]),
        (np.array([0, 7, 255], np.int64), [0, 7, 255]),
        (np.array([0, 7, 255], np.uint32), [0, 7, 255]),
        (np.array([0, 7, 127], np.int8), [0, 7, 127]),
    ],
)
def test_pixels_of_any_integer_dtype_become_uint8(array: np.ndarray, expected: list[int]) -> None:
    result = pixels.as_uint8(array, "array")
    assert result.dtype == np.uint8
    assert result.tolist() == expected


@pytest.mark.parametrize("values", [[-1, 5], [0, 256]])
def test_integers_outside_of_0_to_255_are_refused(values: list[int]) -> None:
    with pytest.raises(ValueError, match=rf"'cat'.*int64.*{values[0]} to {values[1]}.*0 to 255"):
        pixels.as_uint8(np.array(values), "cat")


@pytest.mark.parametrize(
    ("values", "expected", "stretched"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255], False),
        ([0.0, 20.0, 255.0], [0, 20, 255], False),
        ([-1.0, 0.0, 1.0], [0, 128, 255], True),
        ([-123.0, 0.0, 132.0], [0, 123, 255], True),
        ([0.0, 500.0, 1000.0], [0, 128, 255], True),
        ([-2.0, -2.0, -2.0], [0, 0, 0], True),
        ([0.0, 0.0, 0.0], [0, 0, 0], False),
    ],
)
def test_floats_are_shown_at_a_scale_that_can_be_seen(
    values: list[float], expected: list[int], stretched: bool
) -> None:
    shown, was_stretched = pixels.shown_from_floats(np.array(values).reshape(1, 3, 1), False)
    assert shown[0, :, 0].tolist() == expected
    assert was_stretched is stretched


def test_floats_a_little_above_1_are_not_shown_as_black() -> None:
    # As resizing with overshoot, or noise added to a picture of 0 to 1, leaves them.
    shown, _ = pixels.shown_from_floats(np.array([0.0, 0.5, 1.02]).reshape(1, 3, 1), False)
    assert shown.max() == 255


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("shape", "channels_first", "expected"),
    [
        ((4, 5), False, (4, 5, 3)),
        ((4, 5, 1), False, (4, 5, 3)),
        ((4, 5, 2), False, (4, 5, 3)),
        ((4, 5, 3), False, (4, 5, 3)),
        ((4, 5, 4), False, (4, 5, 3)),
        ((4, 5, 9), False, (4, 5, 3)),
        ((3, 4, 5), True, (4, 5, 3)),
        ((1, 4, 5), True, (4, 5, 3)),
        ((7,), False, (1, 7, 3)),
        ((2, 4, 5, 3), False, (4, 5, 3)),
    ],
)
def test_model_input_of_any_shape_is_shown_as_rgb(
    shape: tuple[int, ...], channels_first: bool, expected: tuple[int, ...], dtype: type
) -> None:
    shown, _ = pixels.shown_from_floats(np.ones(shape, dtype), channels_first)
    assert shown.shape == expected
    assert shown.dtype == np.uint8
    assert (shown == 255).all()


def test_a_picture_as_large_as_a_figure_shows_stays_itself() -> None:
    picture = np.zeros((1024, 3, 3), np.uint8)
    assert pixels.scaled_down(picture) is picture


def test_a_larger_picture_is_scaled_down_in_proportion() -> None:
    assert pixels.scaled_down(np.zeros((2048, 1024, 3), np.uint8)).shape == (1024, 512, 3)


def test_files_stand_in_the_order_people_count_in(tmp_path: Path) -> None:
    names = ["cat.10.jpg", "cat.2.jpg", "Bat.1.jpg", "cat.2.PNG", "ape.jpg", "7.jpg", "12.jpg"]
    for name in names:
        (tmp_path / name).touch()
    ordered = [path.name for path in pixels.picture_files(tmp_path.iterdir())]
    assert ordered == [
        "7.jpg",
        "12.jpg",
        "ape.jpg",
        "Bat.1.jpg",
        "cat.2.jpg",
        "cat.2.PNG",
        "cat.10.jpg",
    ]


def test_what_is_no_picture_is_left_out(tmp_path: Path) -> None:
    for name in ["cat.jpg", "notes.txt", "labels.csv", "jpg", ".jpg"]:
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in pixels.picture_files(tmp_path.iterdir())] == ["cat.jpg"]


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    # macOS puts `._cat.jpg`, which is no picture, beside each `cat.jpg` in a zip file.
    for name in ["cat.jpg", "._cat.jpg"]:
        (tmp_path / name).touch()
    assert [path.name for path in pixels.picture_files(tmp_path.iterdir())] == ["cat.jpg"]


def test_superscript_digits_in_a_file_name_do_no_harm(tmp_path: Path) -> None:
    for name in ["5²3.jpg", "10²3.jpg"]:
        (tmp_path / name).touch()
    ordered = [path.name for path in pixels.picture_files(tmp_path.iterdir())]
    assert ordered == ["5²3.jpg", "10²3.jpg"]


def test_a_file_goes_through_the_same_gate_as_bytes(tmp_path: Path) -> None:
    postscript = tmp_path / "cat.png"
    postscript.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")
    with pytest.raises(ValueError, match="is not a picture that can be read"):
        pixels.open_file(postscript)
    huge = tmp_path / "huge.png"
    Image.new("1", (13_000, 13_000)).save(huge)
    with pytest.raises(ValueError, match="more than 89,478,485 pixels"):
        pixels.open_file(huge)


def test_a_pipe_and_a_folder_are_called_so_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "cat.png"
    os.mkfifo(pipe)
    for path, said in ((pipe, "a pipe or a device"), (tmp_path, "a folder")):
        with pytest.raises(ValueError, match=said):
            pixels.open_file(path)
