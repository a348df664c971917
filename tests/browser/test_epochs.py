"""Scrubbing through the epochs of a training, in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, expect

from .lab import Explorer, Lab, Notebook, wait_for

SCREENSHOTS = Path(__file__).parent / "screenshots"

CELL = """
import keras
import numpy as np
from actviz_widgets import ActivationExplorer, ActivationHistory

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.random((64, 16, 16, 3), dtype="float32")
y = (x[..., 0].mean((1, 2)) > 0.5).astype("int32")
model = keras.Sequential([
    keras.Input((16, 16, 3)),
    keras.layers.Conv2D(4, 3, name="conv"),
    keras.layers.GlobalAveragePooling2D(name="pool"),
    keras.layers.Dense(2, activation="softmax", name="classes"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = ActivationHistory(x[:2], every=4)
model.fit(x, y, epochs=30, verbose=0, callbacks=[history])
explorer = ActivationExplorer(history, class_names=["dark", "bright"])
explorer
"""
KEPT = [0, 4, 8, 12, 16, 20, 24, 28, 30]


@pytest.fixture(scope="module")
def explorer(browser: Browser, lab: Lab) -> Iterator[Explorer]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.folder / "epochs.ipynb")
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    opened = Notebook(context.new_page(), lab, "epochs.ipynb")
    opened.run_all()
    explorer = Explorer(opened)
    explorer.expect_in_step()
    yield explorer
    opened.close()
    context.close()


def box_of(explorer: Explorer) -> Locator:
    return explorer.number("Epoch")


def handle_of(explorer: Explorer) -> Locator:
    return explorer.output.get_by_role("slider", name="Epoch", exact=True)


def expect_epoch(explorer: Explorer, epoch: int) -> None:
    wait_for(lambda: explorer.notebook.value("explorer.epoch") == epoch, f"epoch {epoch}")
    expect(box_of(explorer)).to_have_value(str(epoch))
    expect(handle_of(explorer)).to_have_attribute("aria-valuenow", f"{KEPT.index(epoch)}.0")
    expect(explorer.status).to_contain_text(f"Epoch {epoch} of 30")
    explorer.expect_in_step()


def test_it_opens_on_the_newest_epoch_with_a_labelled_control(explorer: Explorer) -> None:
    expect(explorer.output.get_by_role("slider")).to_have_count(2)
    expect_epoch(explorer, 30)
    expect(explorer.status).to_contain_text("Kept are 9 of 31 epochs")
    SCREENSHOTS.mkdir(exist_ok=True)
    explorer.output.screenshot(path=SCREENSHOTS / "epochs.png")


def test_the_arrow_keys_step_over_the_epochs_kept(explorer: Explorer) -> None:
    explorer.notebook.run("explorer.epoch = 8")
    expect_epoch(explorer, 8)
    handle_of(explorer).press("ArrowRight")
    expect_epoch(explorer, 12)
    handle_of(explorer).press("ArrowLeft")
    handle_of(explorer).press("ArrowLeft")
    expect_epoch(explorer, 4)


def test_a_number_typed_goes_to_an_epoch_that_is_kept(explorer: Explorer) -> None:
    explorer.notebook.run("explorer.epoch = 4")
    expect_epoch(explorer, 4)
    for typed, epoch in (("20", 20), ("21", 24), ("9", 8)):
        box_of(explorer).fill(typed)
        box_of(explorer).press("Enter")
        expect_epoch(explorer, epoch)


def test_a_drag_over_the_whole_training_ends_on_its_last_epoch_without_a_pass(
    explorer: Explorer,
) -> None:
    explorer.notebook.run(
        "explorer.epoch = 0\n"
        "def no_pass(*args, **kwargs): raise AssertionError('a forward pass was run')\n"
        "explorer.activation_model.forward_pass = no_pass"
    )
    expect_epoch(explorer, 0)
    before = explorer.pixels()
    mouse = explorer.notebook.page.mouse
    box = handle_of(explorer).bounding_box()
    track = handle_of(explorer).locator("xpath=ancestor::*[contains(@class, 'noUi-target')]")
    whole = track.bounding_box()
    assert box is not None
    assert whole is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    for step in range(1, 61):
        mouse.move(x + (whole["width"] - 4) * step / 60, y)
    mouse.up()
    expect_epoch(explorer, 30)
    assert (explorer.pixels() != before).any()
