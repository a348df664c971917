"""The figure as a file of any size, and arrays as files."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backend_bases import ResizeEvent
from matplotlib.figure import Figure

_WITHOUT_PIXELS = ("svg", "svgz", "pdf", "ps", "eps", "pgf")
_MOST_PIXELS = 25_000_000  # which take some 700 MB to draw
_LONGEST_NAME = 100  # characters shown of one
_VECTOR_DPI = 100  # of the images within a file of vectors, and of what cannot be vectors


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
        file: Where to. A file is written whole or not at all: one that is there stays until then.
        file_format: `"png"`, `"svg"`, `"pdf"` or another of matplotlib's. Defaults to `None`: the
            ending of the file says.
        width: In inches. Defaults to `None`, the figure's own.
        height: In inches. Defaults to `None`: as the figure's own proportions have it.
        dpi: Dots per inch of a file made of pixels. Defaults to `None`, the figure's own. A file
            of vectors has none: the images in it have as many pixels as at 100 dots per inch.

    Raises:
        TypeError: If `file` is no path.
        ValueError: If a size is not a positive number, the file would have less than a pixel or
            more than 25 million, matplotlib knows no such format, or `file` is no file's name.
        OSError: If the file cannot be written.
    """
    if not isinstance(file, io.BytesIO):
        file = _checked(file)
    width, height = _size_of(figure, width, height, dpi)
    kind = (file_format or ("" if isinstance(file, io.BytesIO) else file.suffix)).lower()
    kind = kind.removeprefix(".")
    if not kind and isinstance(file, Path):
        kind, file = "png", file.with_name(f"{file.name}.png")
    if kind not in figure.canvas.get_supported_filetypes():
        known = ", ".join(sorted(figure.canvas.get_supported_filetypes()))
        raise ValueError(f"The format {kind!r} is not supported; choose one of {known}.")
    dots = _VECTOR_DPI if kind in _WITHOUT_PIXELS else float(dpi or figure.dpi)
    _check_pixels(width, height, dots, is_vectors=kind in _WITHOUT_PIXELS)
    with _of_size(figure, width, height):
        if isinstance(file, io.BytesIO):
            _write(figure, file, kind, dots)
            return
        with whole_file(file) as beside:
            _write(figure, beside, kind, dots)


def _size_of(
    figure: Figure, width: float | None, height: float | None, dpi: float | None
) -> tuple[float, float]:
    """Gives width and height in inches, each in proportion where it is not said."""
    for name, value in (("width", width), ("height", height), ("dpi", dpi)):
        if value is not None and not (isinstance(value, Real) and 0 < value < np.inf):
            raise ValueError(f"{name} is {value!r}; a positive number is wanted.")
    own_width, own_height = figure.get_size_inches()
    if width is None:
        width = own_width * (height / own_height if height is not None else 1)
    if height is None:
        height = own_height * width / own_width
    return float(width), float(height)


def _check_pixels(width: float, height: float, dots: float, *, is_vectors: bool) -> None:
    across, down = (round(min(inches * dots, 1e12)) for inches in (width, height))
    if min(across, down) < 1:
        raise ValueError(
            f"The file would be {width:g} x {height:g} inches, less than a pixel; choose a larger "
            "size."
        )
    if across * down > _MOST_PIXELS:
        fewer = "" if is_vectors else ", fewer dots per inch, or SVG or PDF"
        raise ValueError(
            f"The file would have {across:,} x {down:,} pixels, and at most {_MOST_PIXELS:,} are "
            f"written; choose a smaller size{fewer}."
        )


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


def save_array(array: np.ndarray, file: str | Path) -> None:
    """Saves an array as a `.npy` file, whole or not at all.

    Raises:
        TypeError: If `file` is no path.
        ValueError: If `file` is no file's name.
        OSError: If the file cannot be written.
    """
    with whole_file(_checked(file)) as beside:
        beside.write_bytes(array_bytes(array))


def _write(figure: Figure, file: Path | io.BytesIO, kind: str, dots: float) -> None:
    try:
        figure.savefig(file, format=kind, dpi=dots)
    except (OSError, RuntimeError) as error:
        if kind != "pgf":
            raise
        raise ValueError(
            "A .pgf file takes LaTeX to write, which does not run here; choose SVG or PDF."
        ) from error


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives a file beside another to write to, which takes its place when all is written.

    Where that fails, the other stays as it was, and nothing stays beside it.

    Args:
        path: The file to write. What a link leads to is written, and the link stays.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():  # a pipe or a device, which nothing can replace
        yield path
        return
    beside = path.with_name(f"{path.stem[:100]}.{secrets.token_hex(4)}.part{path.suffix[:20]}")
    try:
        yield beside
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink()


def _checked(file: object) -> Path:
    """Gives the path of a file to write.

    Raises:
        TypeError: If it is no path.
        ValueError: If it is empty, a folder, or no name that a file can have.
    """
    if not isinstance(file, str | os.PathLike):
        kind = type(file).__name__
        raise TypeError(f"path is of type {kind}; the path of a file is wanted.")
    name = os.fspath(file)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    if "\0" in name:
        raise ValueError("path has a NUL character in it, which no name of a file can have.")
    if not name.strip():
        raise ValueError("path is empty; the path of a file is wanted, such as 'map.png'.")
    shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    path = Path(name).expanduser()
    try:
        is_folder = path.is_dir() or name.endswith(("/", os.sep))
    except (OSError, ValueError) as error:  # too long, or with a NUL in it
        raise ValueError(f"{shown!r} is no name that a file can have.") from error
    if is_folder:
        raise ValueError(f"{shown!r} is a folder; name a file in it, such as 'map.png'.")
    return path


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
