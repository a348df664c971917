"""The picture files that a path stands for: itself, those in a folder, or those of a pattern."""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from . import pixels

_ENDINGS = ", ".join(pixels.FILE_SUFFIXES)


def named_files(given: str | Path) -> list[tuple[str, Path]]:
    """Finds the picture files that a path stands for, `cat.2.jpg` before `cat.10.jpg`.

    Args:
        given: Of a file; of a folder, which stands for the pictures in it or else in the folders
            below; or a pattern such as `photos/*.jpg`.

    Returns:
        Each with its name, of several the path below the folder that they have in common.

    Raises:
        MissingPictureError: If there is no such file or folder.
        ValueError: If there is none in the folder, none matches, or a file cannot be read.
    """
    path = Path(given)
    if not pixels.exists(path):
        if glob.has_magic(str(given)):
            return _matching(Path(given))
        raise pixels.missing(path, as_folder=str(given).endswith(("/", os.sep)))
    if not pixels.is_folder(path):
        pixels.open_file(path)
        return [(path.name, path)]
    files = pixels.picture_files(path.iterdir()) or pixels.picture_files(
        file
        for file in path.rglob("*")
        if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not files:
        is_empty = not any(path.iterdir())
        reason = "it is empty" if is_empty else f"no file in it ends in {_ENDINGS}"
        raise ValueError(f"The folder {path} holds no pictures: {reason}.")
    return _below(path, files)


def _matching(pattern: Path) -> list[tuple[str, Path]]:
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), pattern.parts)
    folder = Path(*fixed)
    if not pixels.is_folder(folder):
        raise pixels.missing(folder, as_folder=True)
    found = list(folder.glob(str(pattern.relative_to(folder))))
    files = pixels.picture_files(found)
    if not files:
        reason = f"none of {len(found)} ends in {_ENDINGS}" if found else "there is no such file"
        raise ValueError(f"No picture matches {str(pattern)!r}: {reason}. Check the path.")
    return _below(folder, files)


def _below(folder: Path, files: Sequence[Path]) -> list[tuple[str, Path]]:
    return [(file.relative_to(folder).as_posix(), file) for file in files]
