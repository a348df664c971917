"""Picture files, PIL images and arrays of any kind, as the 8-bit RGB pixels they stand for."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps

MOST_SHOWN_PIXELS = 1024
"""Longest side, in pixels, at which a picture is kept for showing."""

FILE_SUFFIXES = (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")

_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP")
"""Those that are read; Pillow knows more, some by programs that it starts."""


class MissingPictureError(FileNotFoundError, ValueError):
    """There is no file of the name given."""


def exists(path: Path) -> bool:
    """Whether there is something at a path; not at one that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a name, for one
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder at a path; not at one that no folder can have."""
    return exists(path) and path.is_dir()


def missing(path: Path, *, as_folder: bool = False) -> MissingPictureError:
    """Gives the error for a path where nothing is.

    Args:
        path: Where a picture or a folder of pictures was to be.
        as_folder: Whether it was written as a folder. Defaults to `False`, its name decides.
    """
    said = f"There is no file {str(path)!r}."
    if as_folder or not path.suffix:
        nor = "" if as_folder else ", nor a file of that name"
        said = f"There is no folder {str(path)!r}{nor}."
    if path.parent != path and not is_folder(path.parent):
        said += f" There is no folder {str(path.parent)!r} either."
    return MissingPictureError(f"{said} Check the path.")


def open_file(path: Path) -> Image.Image:
    """Reads a picture file whole; of a moving one, its first picture.

    Raises:
        MissingPictureError: If there is none.
        ValueError: As for `open_bytes`; or if it is a pipe or a device, which could be waited for.
    """
    if not exists(path):
        raise missing(path)
    if not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or a device"
        raise ValueError(f"{str(path)!r} is {what}, and no file. Give the file of a picture.")
    return _opened(path, str(path), f"a JPEG, PNG, or another of {', '.join(FILE_SUFFIXES)}")


def open_bytes(data: bytes, name: str) -> Image.Image:
    """Reads the bytes of a picture file whole; of a moving one, its first picture.

    Args:
        data: The file's.
        name: What to call it in an error.

    Returns:
        The picture, the right way up.

    Raises:
        ValueError: If they are no picture, are cut off or damaged, or have more pixels than
            Pillow takes for harmless.
    """
    if not data:
        raise ValueError(f"The picture {name!r} is empty: it has no bytes. Choose the file again.")
    return _opened(io.BytesIO(data), name, "a JPEG, PNG, WebP, GIF, BMP or TIFF")


def _opened(source: Path | io.BytesIO, name: str, wanted: str) -> Image.Image:
    """The one gate that all files go through, by whatever door they come."""
    Image.init()
    formats = [one for one in _FORMATS if one in Image.OPEN]
    try:
        with warnings.catch_warnings():
            # What it warns of is refused here.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(source, formats=formats)
    except PIL.UnidentifiedImageError:
        raise ValueError(f"{name!r} is not a picture that can be read. Give {wanted}.") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError(
            f"The picture {name!r} has more than {Image.MAX_IMAGE_PIXELS:,} pixels, too many to "
            "read safely. Make it smaller first."
        ) from error
    except Exception as error:  # what a broken file makes the many decoders raise is open-ended
        raise ValueError(_damaged(name, error)) from error
    try:
        with image:
            image.load()
            return ImageOps.exif_transpose(image)
    except Exception as error:
        raise ValueError(_damaged(name, error)) from error


def as_image(source: Image.Image | np.ndarray, name: str) -> Image.Image:
    """Gives a PIL image, or an array of uint8, as a PIL image the right way up."""
    if isinstance(source, np.ndarray):
        return Image.fromarray(source[..., 0] if source.shape[2:] == (1,) else source)
    try:
        source.load()
    except Exception as error:
        raise ValueError(f"The PIL image {name!r} cannot be read: {error}.") from error
    return ImageOps.exif_transpose(source)


def flattened(image: Image.Image) -> Image.Image:
    """Gives a picture of any mode as 8-bit RGB, transparent parts on white."""
    image = eight_bit(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def eight_bit(image: Image.Image) -> Image.Image:
    """Scales a picture of 16 or 32 bits, or of floats, to 8 bits; others stay as they are."""
    values = deep_values(image)
    return image if values is None else Image.fromarray(values.round().astype(np.uint8))


def deep_values(image: Image.Image) -> np.ndarray | None:
    """Gives the values of a picture of 16 or 32 bits, or of floats, scaled to 0 to 255, unrounded.

    Returns:
        `(height, width)`, float32; `None` of a picture of 8 bits.

    Raises:
        ValueError: If its values stand for no scale.
    """
    if not image.mode.startswith(("I", "F")):
        return None
    # Pillow's own conversion cuts 16-bit values off at 255, which turns a picture white.
    values = np.asarray(image).astype(np.float64)
    low, high = values.min(), values.max()
    if (
        image.mode.startswith("I")
        and low >= 0
        and high <= 65535
        and not (image.mode == "I" and high <= 255)
    ):
        values = values / 257
    elif image.mode == "F" and low >= 0 and high <= 1:
        values = values * 255
    elif low < 0 or high > 255 or not np.isfinite(values).all():
        raise ValueError(
            f"A picture of mode {image.mode} has values of {low:.4g} to {high:.4g}; convert it to "
            "8 or 16 bits per channel first."
        )
    return values.astype(np.float32)


def as_uint8(array: np.ndarray, name: str) -> np.ndarray:
    """Gives pixels of any integer dtype as uint8: 16-bit ones scaled, booleans black and white.

    Raises:
        ValueError: If there are values outside of 0 to 255 in a dtype that stands for no scale.
    """
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        return (array / 257).round().astype(np.uint8)
    if array.min() < 0 or array.max() > 255:
        raise ValueError(
            f"{name!r} is an array of dtype {array.dtype} with values of {array.min()} to "
            f"{array.max()}; a picture has values of 0 to 255. Not by astype('uint8'), which "
            "would wrap the others: give floats as the model was trained on, or preprocess=, which "
            "is given these values."
        )
    return array.astype(np.uint8)


def shown_from_floats(array: np.ndarray, channels_first: bool) -> tuple[np.ndarray, bool]:
    """Makes a picture to show of model input, and says whether its values had to be stretched."""
    values = np.asarray(array, dtype=np.float64)
    if values.ndim == 3 and channels_first:
        values = np.moveaxis(values, 0, -1)
    if values.ndim == 1:
        values = values[None]
    while values.ndim > 3:
        values = values[0]
    if values.ndim == 2:
        values = values[..., None]
    if values.shape[-1] not in (3, 4):
        values = np.repeat(values[..., :1], 3, axis=-1)
    values = values[..., :3]
    low, high = values.min(), values.max()
    stretched = bool(low < 0 or high > 255 or 1 < high <= 20)
    if stretched:
        values = (values - low) / (high - low) * 255 if high > low else np.zeros_like(values)
    elif high <= 1:
        values = values * 255
    return values.round().astype(np.uint8), stretched


def scaled_down(shown: np.ndarray) -> np.ndarray:
    """Scales a picture down to what a figure can show of it."""
    if max(shown.shape[:2]) <= MOST_SHOWN_PIXELS:
        return shown
    image = Image.fromarray(shown)
    image.thumbnail((MOST_SHOWN_PIXELS, MOST_SHOWN_PIXELS), Image.Resampling.BILINEAR)
    return np.asarray(image)


def picture_files(paths: Iterable[Path]) -> list[Path]:
    """Gives the picture files among paths, `cat.2.jpg` before `cat.10.jpg`."""
    files = [
        path
        for path in paths
        if path.suffix.lower() in FILE_SUFFIXES and path.is_file() and not path.name.startswith(".")
    ]
    return sorted(files, key=_natural_order)


def _damaged(name: str, error: Exception) -> str:
    return (
        f"The picture {name!r} cannot be read, it is truncated or damaged: {error}. Get the file "
        "again, or leave it out."
    )


def _natural_order(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", path.as_posix().casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
