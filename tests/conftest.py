"""What all tests share: how they are marked, and the small models that several are made with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import keras

# TensorFlow reads these when it is imported, which is later than here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# On a CPU, convolutions with the channels first are computed by oneDNN alone, which TensorFlow
# turns on by itself on some processors and on others not.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

TESTS = Path(__file__).parent
FOLDERS_WITH_A_MARK = {"browser", "kernel"}


# First, since pytest's own hook then chooses by these marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in FOLDERS_WITH_A_MARK.intersection(item.path.relative_to(TESTS).parts[:1]):
            item.add_marker(mark)


@pytest.fixture
def fonts_of_matplotlib(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with the fonts of matplotlib alone."""
    from matplotlib.font_manager import fontManager

    from actviz_widgets.figure.artists import scripts

    plain = [entry for entry in fontManager.ttflist if entry.name.startswith("DejaVu Sans")]
    monkeypatch.setattr(fontManager, "ttflist", plain)
    scripts.forget_fonts()
    yield
    monkeypatch.undo()
    scripts.forget_fonts()


# Keras is imported in the fixtures: tests of arrays, figures and widgets do without it.


@pytest.fixture(scope="module")
def two_class_model() -> keras.Model:
    """A classifier of one sigmoid unit, for pictures of 16 x 16: two convolutions, a flat layer."""
    import keras

    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            keras.layers.Conv2D(8, 3, activation="relu", name="conv_1"),
            keras.layers.MaxPooling2D(name="pool_1"),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv_2"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(1, activation="sigmoid", name="out"),
        ],
        name="small",
    )


@pytest.fixture(scope="module")
def three_class_model() -> keras.Model:
    """A classifier of three softmax units, for pictures of 20 x 24, with maps up to the mean."""
    import keras

    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((20, 24, 3)),
            keras.layers.Conv2D(6, 3, activation="relu", name="first"),
            keras.layers.MaxPooling2D(name="pool"),
            keras.layers.Conv2D(5, 3, activation="relu", name="second"),
            keras.layers.GlobalAveragePooling2D(name="mean"),
            keras.layers.Dense(3, activation="softmax", name="classes"),
        ]
    )
