"""Stores what TensorFlow computes for each row of the table: `python -m tests.backends.store`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from ..explorer.test_any_model import ANY_BACKEND
from ..model_kinds import checks
from ..model_kinds.making import Made

FILE = Path(__file__).parent / "tensorflow.npz"


def computed(made: Made, paths: Sequence[str]) -> dict[str, np.ndarray]:
    """Gives what each layer puts out by hand for the first of the inputs, by path."""
    first = keras.tree.map_structure(lambda array: array[:1], made.inputs)
    return dict(zip(paths, checks.by_hand(made, first), strict=True))


def main() -> None:
    """Writes the file."""
    assert keras.backend.backend() == "tensorflow"
    np.savez_compressed(
        FILE,
        **{
            f"{row.kind}: {path}": array
            for row in ANY_BACKEND
            for path, array in computed(row.make(), row.paths.split()).items()
        },
    )


if __name__ == "__main__":
    main()
