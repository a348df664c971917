"""The bytes of picture files, as they come from a browser."""

from __future__ import annotations

import io
import warnings

import PIL
from PIL import Image, ImageOps

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP")
"""Those that are read; Pillow knows more, some by programs that it starts."""


def opened(data: bytes, name: str) -> Image.Image:
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
    Image.init()
    formats = [one for one in FORMATS if one in Image.OPEN]
    try:
        with warnings.catch_warnings():
            # What it warns of is refused here.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=formats)
    except PIL.UnidentifiedImageError:
        raise ValueError(
            f"{name!r} is not a picture that can be read. Give a JPEG, PNG, WebP, GIF, BMP or TIFF."
        ) from None
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


def _damaged(name: str, error: Exception) -> str:
    return (
        f"The picture {name!r} cannot be read, it is truncated or damaged: {error}. Get the file "
        "again, or leave it out."
    )
