"""An activation model that was saved is loaded again, also by a later version of the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationModel

# Saved with Keras 3.10 while all modules lay in one folder: the file says that the class is that of
# `actviz_widgets.activation_model`. Keras goes by the name it is registered under.
SAVED_BEFORE = Path(__file__).with_name("saved_before_rooms.keras")
PICTURES = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
# As it gave them on the day it was saved.
CONV = [[[52.1, 36.1], [59.3, 44.2]], [[80.9, 68.5], [88.1, 76.6]]]
DENSE = [[[68.35], [74.65]], [[93.55], [99.85]]]


def assert_as_it_was(activation_model: ActivationModel) -> None:
    activations = activation_model(PICTURES)
    assert list(activations) == ["dense", "conv"]
    np.testing.assert_allclose(np.asarray(activations["dense"])[0], DENSE, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(activations["conv"])[0], CONV, rtol=1e-5)
    assert [info.output_shape for info in activation_model.captured] == [
        (None, 2, 2, 1),
        (None, 2, 2, 2),
    ]


def test_one_saved_before_the_modules_lay_in_rooms_is_loaded() -> None:
    loaded = keras.models.load_model(SAVED_BEFORE)
    assert type(loaded) is ActivationModel
    assert_as_it_was(loaded)


def test_saved_again_it_is_loaded_again(tmp_path: Path) -> None:
    file = tmp_path / "again.keras"
    keras.models.load_model(SAVED_BEFORE).save(file)
    assert_as_it_was(keras.models.load_model(file))


@pytest.mark.slow
def test_a_process_that_imported_the_class_and_nothing_else_of_ours_loads_both(
    tmp_path: Path,
) -> None:
    again = tmp_path / "again.keras"
    keras.models.load_model(SAVED_BEFORE).save(again)
    code = f"""
import keras
from actviz_widgets import ActivationModel

for file in ({str(SAVED_BEFORE)!r}, {str(again)!r}):
    print(*(info.path for info in keras.models.load_model(file).captured))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["dense conv", "dense conv"]
