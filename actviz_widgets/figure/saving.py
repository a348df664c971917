"""The figure as a file of any size, and arrays as files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backend_bases import ResizeEvent
from matplotlib.figure import Figure

_WITHOUT_PIXELS = ("svg", "svgz", "pdf", "ps", "eps", "pgf")
_MOST_PIXELS = 100_000_000  # which take 400 MB to draw


def save_figure(
    figure: Figure,
    file: str | Path | io.BytesIO,
    file_format: str | None = None,
    *,
    width: float | None = None,
    height: float | None = None,
    dpi: float | None = None,
) -> None:
    """Saves a figure, laid out anew for the size of the file; the figure stays as it is.

    Args:
        figure: The figure.
        file: Where to.
        file_format: `"png"`, `"svg"`, `"pdf"` or another of matplotlib's. Defaults to `None`: the
            ending of the file says.
        width: In inches. Defaults to `None`, the figure's own.
        height: In inches. Defaults to `None`: as the figure's own proportions have it.
        dpi: Dots per inch of a file made of pixels. Defaults to `None`, the figure's own.

    Raises:
        TypeError: If `file` is no path.
        ValueError: If a size is not a positive number, an image would have more than 100 million
            pixels, or matplotlib knows no such format.
        OSError: If the file cannot be written.
    """
    if not isinstance(file, str | Path | io.BytesIO):
        raise TypeError(f"path is {file!r}; the path of a file is wanted.")
    for name, value in (("width", width), ("height", height), ("dpi", dpi)):
        if value is not None and not (isinstance(value, Real) and 0 < value < np.inf):
            raise ValueError(f"{name} is {value!r}; a positive number is wanted.")
    own_width, own_height = figure.get_size_inches()
    if width is None:
        width = own_width * (height / own_height if height is not None else 1)
    if height is None:
        height = own_height * width / own_width
    kind = (file_format or Path(str(file)).suffix).lower().removeprefix(".")
    across, down = (round(float(inches * (dpi or figure.dpi))) for inches in (width, height))
    if kind not in _WITHOUT_PIXELS and across * down > _MOST_PIXELS:
        raise ValueError(
            f"The file would have {across:,} x {down:,} pixels; choose a smaller size, fewer dots "
            "per inch, or SVG or PDF."
        )
    with _of_size(figure, float(width), float(height)):
        figure.savefig(file, format=file_format, dpi=dpi or "figure")


def figure_bytes(
    figure: Figure, file_format: str, width: float, height: float, dpi: float
) -> bytes:
    """Gives a figure as the contents of a file; see `save_figure`."""
    file = io.BytesIO()
    save_figure(figure, file, file_format, width=width, height=height, dpi=dpi)
    return file.getvalue()


def array_bytes(array: np.ndarray) -> bytes:
    """Gives an array as the contents of a `.npy` file."""
    file = io.BytesIO()
    np.save(file, np.asarray(array), allow_pickle=False)
    return file.getvalue()


@contextmanager
def _of_size(figure: Figure, width: float, height: float) -> Iterator[None]:
    before = tuple(figure.get_size_inches())
    if before == (width, height):
        yield
        return
    try:
        _resize(figure, width, height)
        yield
    finally:
        _resize(figure, *before)


def _resize(figure: Figure, width: float, height: float) -> None:
    figure.set_size_inches(width, height, forward=False)
    event: Any = ResizeEvent("resize_event", figure.canvas)
    event._process()
