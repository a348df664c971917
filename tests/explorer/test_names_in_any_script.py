"""Names in any script: boxes where no font has them, one line that says so, no Python warning."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer
from tests.explorer import driver

pytestmark = pytest.mark.usefixtures("fonts_of_matplotlib")
NO_FONT = "No font of this machine has 猫 雪 犬: the figure draws boxes for them."
VIEWS = ("channel", "layer", "overlay", "compare", "network", "why")


def explorer_of(class_names: list[str], layer: str, picture: str) -> ActivationExplorer:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(3, 3, activation="relu", name=layer)(inputs)
    x = keras.layers.GlobalAveragePooling2D(name="средний")(x)
    outputs = keras.layers.Dense(2, activation="softmax", name="قطة")(x)
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    pictures = {picture: pixels, "b": pixels[::-1]}
    return ActivationExplorer(keras.Model(inputs, outputs), pictures, class_names=class_names)


@pytest.mark.slow
def test_every_view_draws_names_in_any_script_and_one_line_says_what_no_font_has() -> None:
    explorer = explorer_of(["猫", "犬"], "conv_雪", "猫 $x$.png")
    for view in VIEWS:
        explorer.view = view
        for layer in ("conv_雪", "قطة"):
            explorer.layer = layer
            explorer.figure.canvas.draw()  # warnings are errors
            said = " ".join(driver.sentences(explorer))
            assert said.count("No font of this machine") == 1, (view, layer)
    explorer.layer, explorer.view = "conv_雪", "channel"
    assert NO_FONT in " ".join(driver.sentences(explorer))
    explorer.close()


def test_what_the_figures_own_font_has_is_not_warned_of() -> None:
    explorer = explorer_of(["قطة", "собака"], "свёртка", "фото")
    assert "No font" not in " ".join(driver.sentences(explorer))
    explorer.close()
