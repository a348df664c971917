"""What of a canvas to send to the browser, as an image.

The browser lays a frame that is transparent in places over what it shows. `frames.js` shows each of
them; ipympl's own page code holds one at a time: one that comes while the last is still being
decoded takes its place, and that one is never seen. So a frame covers not only what has changed
since the last one, but all that has changed within the last moments: whichever of these frames were
lost, it puts that right.

Images are WebP without loss: for what charts and feature maps show, about a third of the bytes of a
PNG, in less time.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
from PIL import Image, features

_MOMENT = 1.0
"""Seconds in which the browser has surely decoded a frame, before it asks for the next."""

_HAS_WEBP = bool(features.check("webp"))
_LARGEST_WEBP = 16383  # pixels along a side


class Frames:
    """Makes the frames of one canvas.

    Args:
        now: Gives the time in seconds. Defaults to a clock that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last: np.ndarray | None = None
        # What has changed within this moment, and in the one before.
        self._recent = self._older = np.zeros((0, 0), bool)
        self._moment = now()

    def forget(self) -> None:
        """Has all sent the next time."""
        self._last = None

    def next(self, pixels: np.ndarray) -> tuple[bytes, bool]:
        """Gives the frame that brings the browser up to date.

        Args:
            pixels: The canvas, `(height, width, 4)`, 0 to 255, red, green, blue and opacity.

        Returns:
            An image file, and whether it covers the whole canvas. If not, it may be smaller than
            the canvas: it begins at the upper left, and is transparent where nothing has changed.
        """
        colors = np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
        last, self._last = self._last, colors.copy()
        is_opaque = bool((pixels[..., 3] == 255).all())
        if last is None or last.shape != colors.shape or not is_opaque:
            self._recent, self._older = np.ones(colors.shape, bool), np.zeros(colors.shape, bool)
            self._moment = self._now()
            return _encoded(colors), True
        if self._now() - self._moment > _MOMENT:
            self._moment = self._now()
            self._older, self._recent = self._recent, np.zeros(colors.shape, bool)
        np.logical_or(self._recent, colors != last, out=self._recent)
        covered = self._recent | self._older
        rows, columns = (np.flatnonzero(covered.any(axis=axis)) for axis in (1, 0))
        height = int(rows[-1]) + 1 if rows.size else 1
        width = int(columns[-1]) + 1 if columns.size else 1
        return _encoded(colors[:height, :width], covered[:height, :width]), False


def png_of(pixels: np.ndarray) -> bytes:
    """Encodes pixels, `(height, width, 3 or 4)` of uint8, as a PNG that is packed lightly."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _encoded(colors: np.ndarray, covered: np.ndarray | None = None) -> bytes:
    shown = colors if covered is None else np.where(covered, colors, 0)
    pixels = np.ascontiguousarray(shown).view(np.uint8).reshape(*shown.shape, 4)
    if not _HAS_WEBP or max(shown.shape) > _LARGEST_WEBP:
        return png_of(pixels)
    file = io.BytesIO()
    # Without loss, at an effort that takes some milliseconds.
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, method=1, quality=20)
    return file.getvalue()
