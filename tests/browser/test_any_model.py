"""Finding a layer among many, and the controls of other layers, in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .lab import Explorer, Lab, opened_cell, wait_for

SCREENSHOTS = Path(__file__).parent / "screenshots"

CELL = """
import keras
import numpy as np
from actviz_widgets import ActivationExplorer

def block(number):
    return keras.Sequential([
        keras.layers.Conv3D(6, 3, padding="same", name="conv"),
        keras.layers.Dropout(0.5, name="dropout"),
        keras.layers.Activation("relu", name="relu"),
    ], name=f"block{number}")

model = keras.Sequential([
    keras.Input((5, 12, 12, 1)),
    *(block(number) for number in range(1, 8)),
    keras.layers.GlobalMaxPooling3D(name="strongest"),
    keras.layers.Dense(3, activation="softmax", name="classes"),
])
explorer = ActivationExplorer(model, np.random.default_rng(0).random((2, 5, 12, 12, 1), "float32"),
                              class_names=["up", "down", "still"])
explorer
"""


@pytest.fixture(scope="module")
def explorer(browser: Browser, lab: Lab) -> Iterator[Explorer]:
    with opened_cell(browser, lab, "many_layers.ipynb", CELL) as explorer:
        yield explorer


def offered(explorer: Explorer) -> list[str]:
    texts = explorer.dropdown("Layer").locator("option").all_inner_texts()
    return [text.replace("\xa0", " ").split(" · ")[0] for text in texts]


def test_typing_narrows_the_layers_down_and_one_of_them_can_be_picked(explorer: Explorer) -> None:
    explorer.notebook.run("explorer.layer = 'block1/conv'")
    assert "block3/dropout" not in offered(explorer)
    find = explorer.output.get_by_label("Find")
    find.fill("block3")
    expect(explorer.output.get_by_text("4 match")).to_be_visible()
    assert offered(explorer) == [
        "block1/conv", "block3/conv", "block3/dropout", "block3/relu", "block3",
    ]  # fmt: skip
    assert explorer.notebook.value("explorer.layer") == "block1/conv"
    SCREENSHOTS.mkdir(exist_ok=True)
    explorer.output.screenshot(path=SCREENSHOTS / "find.png")
    explorer.dropdown("Layer").select_option(label="block3/relu · Activation · 5 × 12 × 12 × 6")
    wait_for(lambda: explorer.notebook.value("explorer.layer") == "block3/relu", "the layer")
    explorer.expect_in_step()
    find.fill("")
    wait_for(lambda: len(offered(explorer)) == 23, "all but the dropouts again")
    explorer.output.get_by_label("all 30").check()
    wait_for(lambda: len(offered(explorer)) == 30, "all")
    explorer.output.get_by_label("all 30").uncheck()
    wait_for(lambda: len(offered(explorer)) == 23, "all but the dropouts")


def test_a_volume_s_slice_is_chosen_with_a_slider_that_other_layers_have_not(
    explorer: Explorer,
) -> None:
    explorer.notebook.run("explorer.layer = 'block2/conv'")
    slices = explorer.number("Slice")
    expect(slices).to_be_visible()
    slices.fill("3")
    slices.press("Enter")
    wait_for(lambda: explorer.notebook.value("explorer.slice") == 3, "the slice")
    explorer.expect_in_step()
    explorer.notebook.run("explorer.layer = 'classes'")
    expect(slices).to_have_count(0)
    expect(explorer.number("Unit")).to_be_visible()
    explorer.expect_in_step()
    expect(explorer.status).to_contain_text("classes, unit 0 of 3")
