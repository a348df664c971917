"""The photographs of the cats-and-dogs tutorial: from the web or a folder, to batches."""

from __future__ import annotations

import shutil
import socket
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .network import PICTURE_SIZE

if TYPE_CHECKING:
    import tensorflow as tf

URL = "https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip"
# That of a public copy under git-lfs, whose 68,606,236 bytes are what the server too announces.
SHA256 = "91af24e0be191e9380dafc8710d0933fa826ec8e51f26f85c1fddba4e8018e3f"
SERVER_PATIENCE = 30  # seconds

CLASS_FOLDERS = ("cats", "dogs")
PARTS = ("train", "validation")
ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
BATCH_SIZE = 20
SEED = 1

_LAYOUT = "train/cats, train/dogs, validation/cats and validation/dogs"


def fetched_folder() -> Path:
    """Downloads and unpacks the photographs into Keras's cache, unless they are there.

    Returns:
        The folder that holds `train` and `validation`.

    Raises:
        OSError: If they cannot be fetched, or what comes is not the expected file.
    """
    import keras

    try:
        with _bounded_waiting():
            archive = Path(
                keras.utils.get_file(
                    "cats_and_dogs_filtered.zip",
                    URL,
                    file_hash=SHA256,
                    hash_algorithm="sha256",
                )
            )
    except Exception as error:  # get_file raises bare ones
        raise OSError(
            f"The photographs of cats and dogs could not be fetched ({error}); give a folder laid "
            f"out as {_LAYOUT}, or go on with samples.cats_and_dogs_model(), which is trained "
            "already."
        ) from error
    folder = archive.with_suffix("")
    if not folder.is_dir():
        _unpack(archive, folder)
    return folder


def photographs(folder: Path) -> dict[str, list[list[Path]]]:
    """Finds the photographs of a folder, and reads each one once.

    Returns:
        For `train` and `validation` the files of the cats and those of the dogs.

    Raises:
        ValueError: If a class folder is missing or has no pictures, or a picture is broken.
    """
    found = {part: [_pictures_in(folder / part / name) for name in CLASS_FOLDERS] for part in PARTS}
    for classes in found.values():
        for files in classes:
            for file in files:
                _check(file)
    return found


def batches(files: list[list[Path]], is_training: bool) -> tf.data.Dataset:
    """Reads photographs in batches.

    Args:
        files: The files of each class, in the order of the labels.
        is_training: Whether to shuffle anew in each epoch. If not, the order is mixed, and always
            the same.

    Returns:
        Batches of pictures `(20, 150, 150, 3)`, float32, `[0, 1]`, and labels `(20, 1)`, float32,
        0 or 1; the last batch has what is left.
    """
    import tensorflow as tf

    paths = np.array([str(file) for group in files for file in group])
    labels = np.repeat(np.arange(len(files), dtype=np.float32), [len(group) for group in files])
    order = np.random.default_rng(SEED).permutation(len(paths))
    dataset = tf.data.Dataset.from_tensor_slices((paths[order], labels[order, None]))
    if is_training:
        dataset = dataset.shuffle(len(paths), seed=SEED)
    return (
        dataset.map(
            lambda path, label: (
                tf.ensure_shape(tf.image.resize(_decoded(path), PICTURE_SIZE), (*PICTURE_SIZE, 3))
                / 255,
                label,
            ),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        .batch(BATCH_SIZE)
        .prefetch(1)
    )


@contextmanager
def _bounded_waiting() -> Iterator[None]:
    """Gives up on a server that does not answer; Keras would wait for minutes."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SERVER_PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _unpack(archive: Path, folder: Path) -> None:
    """Unpacks the photographs; the folder appears when all of them are there."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(work)  # which checks each file's CRC-32
        shutil.move(Path(work, folder.name), folder)


def _pictures_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ValueError(
            f"There is no folder {folder}; the photographs are wanted in {_LAYOUT} of the folder "
            "that is given."
        )
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)
    if not files:
        raise ValueError(
            f"The folder {folder} has no pictures in it; put in files that end in "
            f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}."
        )
    return files


def _check(file: Path) -> None:
    import tensorflow as tf

    try:
        # What reads it here reads it while training, where an error would name no file.
        _decoded(str(file))
    except tf.errors.OpError as error:
        reason = str(error.message).split("}} ")[-1].split(" [Op:")[0].rstrip(".")
        raise ValueError(
            f"The picture {file} cannot be read ({reason}); take it out of the folder, or save it "
            "anew."
        ) from error


def _decoded(path: Any) -> tf.Tensor:
    import tensorflow as tf

    return tf.io.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
