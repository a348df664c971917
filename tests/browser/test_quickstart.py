"""The quickstart notebook in a real JupyterLab in a real Chromium."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from .lab import PATIENCE, Explorer, Lab, Notebook, wait_for

SCREENSHOTS = Path(__file__).parent / "screenshots"


@pytest.fixture(scope="module")
def notebook(browser: Browser, lab: Lab) -> Iterator[Notebook]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    notebook = Notebook(context.new_page(), lab, "01_quickstart.ipynb")
    notebook.run_all()
    yield notebook
    notebook.close()
    context.close()


@pytest.fixture
def explorer(notebook: Notebook) -> Explorer:
    """The quickstart's explorer, back at its first view."""
    explorer = Explorer(notebook)
    notebook.run(
        "from tests.explorer import driver;"
        "explorer.image = 0; explorer.layer = 'conv2d_1'; explorer.channel = 0;"
        "driver.canvas_of(explorer).toolbar.home()"
    )
    explorer.output.scroll_into_view_if_needed()
    explorer.expect_in_step()
    return explorer


def choice(explorer: Explorer) -> object:
    return explorer.notebook.value("(explorer.image, explorer.layer, explorer.channel)")


def test_the_canvas_shows_the_figure_that_the_kernel_holds(explorer: Explorer) -> None:
    pixels = explorer.pixels()
    # As wide as the notebook has room for, in the proportions that suit it.
    room = explorer.output.locator(".actviz-explorer").bounding_box()
    assert room is not None
    height, width, _ = pixels.shape
    assert room["width"] - 24 <= width <= room["width"]
    assert height == explorer.notebook.value(
        f"driver.figure_of(explorer).preferred_height({width})"
    )
    # Not merely blank: a photograph to the left, the map's colours to the right.
    assert len(np.unique(pixels[:, 50:390].reshape(-1, 3), axis=0)) > 5000
    assert len(np.unique(pixels[:, 440:770].reshape(-1, 3), axis=0)) > 100
    SCREENSHOTS.mkdir(exist_ok=True)
    explorer.output.screenshot(path=SCREENSHOTS / "explorer.png")


def test_the_image_dropdown_and_its_buttons_change_the_picture_alone(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_2 · Conv2D · 72 × 72 × 64")
    explorer.dropdown("Image").select_option("coffee")
    wait_for(lambda: choice(explorer) == (2, "conv2d_2", 0), "the third picture")
    explorer.expect_in_step()
    explorer.button("Next").click()
    wait_for(lambda: choice(explorer) == (3, "conv2d_2", 0), "the fourth picture")
    expect(explorer.button("Next")).to_be_disabled()
    explorer.button("Previous").click()
    wait_for(lambda: choice(explorer) == (2, "conv2d_2", 0), "the third picture again")
    explorer.expect_in_step()


def test_the_layer_dropdown_changes_the_layer_and_clamps_the_channel(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_3 · Conv2D · 34 × 34 × 128")
    # The page learns the layer's range after the kernel, and would cut the number to the old one.
    expect(explorer.slider_handle).to_have_attribute("aria-valuemax", "127.0")
    explorer.number_box.fill("127")
    explorer.number_box.press("Enter")
    wait_for(lambda: choice(explorer) == (0, "conv2d_3", 127), "the last channel")
    explorer.dropdown("Layer").select_option(label="conv2d_1 · Conv2D · 148 × 148 × 32")
    wait_for(lambda: choice(explorer) == (0, "conv2d_1", 31), "the last channel there is")
    expect(explorer.number_box).to_have_value("31")
    expect(explorer.slider_handle).to_have_attribute("aria-valuenow", "31.0")
    explorer.expect_in_step()


def test_the_number_box_and_the_slider_go_together(explorer: Explorer) -> None:
    explorer.number_box.fill("12")
    explorer.number_box.press("Enter")
    wait_for(lambda: choice(explorer) == (0, "conv2d_1", 12), "the channel typed")
    expect(explorer.slider_handle).to_have_attribute("aria-valuenow", "12.0")
    explorer.slider_handle.press("ArrowRight")
    wait_for(lambda: choice(explorer) == (0, "conv2d_1", 13), "the next channel")
    expect(explorer.number_box).to_have_value("13")
    expect(explorer.status).to_contain_text("channel 13 of 32")
    explorer.expect_in_step()


def test_a_drag_ends_on_the_last_value(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_4 · Conv2D · 15 × 15 × 128")
    wait_for(lambda: choice(explorer) == (0, "conv2d_4", 0), "the layer")
    expect(explorer.slider_handle).to_have_attribute("aria-valuemax", "127.0")
    mouse = explorer.notebook.page.mouse
    box = explorer.slider_handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    for step in range(1, 61):
        mouse.move(x + 8 * step, y)
    mouse.up()
    dragged_to = explorer.slider_handle.get_attribute("aria-valuenow")
    assert dragged_to is not None
    last = int(float(dragged_to))
    assert last > 50
    wait_for(lambda: choice(explorer) == (0, "conv2d_4", last), "the last channel of the drag")
    explorer.expect_in_step()
    expect(explorer.status).to_contain_text(f"channel {last} of 128")


def test_traits_set_in_a_cell_move_the_controls_and_the_canvas(explorer: Explorer) -> None:
    explorer.notebook.run("explorer.image = 1; explorer.layer = 'conv2d_3'; explorer.channel = 100")
    expect(explorer.number_box).to_have_value("100")
    expect(explorer.dropdown("Image").locator("option:checked")).to_have_text("astronaut")
    expect(explorer.dropdown("Layer").locator("option:checked")).to_have_text(
        "conv2d_3 · Conv2D · 34 × 34 × 128"
    )
    explorer.expect_in_step()


def test_a_dense_layer_is_shown_with_the_chosen_unit_marked(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="dense_1 · Dense · 512")
    wait_for(lambda: choice(explorer) == (0, "dense_1", 0), "the layer")
    expect(explorer.status).to_contain_text("unit 0 of 512")
    explorer.expect_in_step()


def test_the_value_under_the_cursor_is_the_activation_s(explorer: Explorer) -> None:
    explorer.notebook.run("explorer.layer = 'conv2d_3'; explorer.channel = 17")
    explorer.expect_in_step()
    x, y = explorer.notebook.value(
        "[float(v) for v in driver.map_axes(explorer).transData.transform((20, 9))]"
    )
    box = explorer.canvas.bounding_box()
    assert box is not None
    explorer.notebook.page.mouse.move(box["x"] + x - 3, box["y"] + box["height"] - y)
    explorer.notebook.page.mouse.move(box["x"] + x, box["y"] + box["height"] - y)
    value = explorer.notebook.value("float(explorer.feature_map[9, 20])")
    expect(explorer.output).to_contain_text(f"row 9, column 20: {value:.6g}")


def test_zooming_into_the_map_and_going_home(explorer: Explorer) -> None:
    limits = "(explorer.figure.axes[1].get_xlim(), explorer.figure.axes[1].get_ylim())"
    whole = explorer.notebook.value(f"[tuple(map(float, pair)) for pair in {limits}]")
    box = explorer.canvas.bounding_box()
    assert box is not None
    explorer.output.get_by_title("Zoom to rectangle").click()
    mouse = explorer.notebook.page.mouse
    mouse.move(box["x"] + 500, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + 560, box["y"] + 150)
    mouse.move(box["x"] + 600, box["y"] + 200)
    mouse.up()
    wait_for(
        lambda: explorer.notebook.value(f"[tuple(map(float, pair)) for pair in {limits}]") != whole,
        "the map is zoomed",
    )
    explorer.expect_in_step()
    zoomed = explorer.notebook.value(f"[tuple(map(float, pair)) for pair in {limits}]")
    explorer.slider_handle.press("ArrowRight")
    wait_for(lambda: choice(explorer) == (0, "conv2d_1", 1), "the next channel")
    assert explorer.notebook.value(f"[tuple(map(float, pair)) for pair in {limits}]") == zoomed
    explorer.output.get_by_title("Zoom to rectangle").click()
    explorer.output.get_by_title("Reset original view").click()
    wait_for(
        lambda: explorer.notebook.value(f"[tuple(map(float, pair)) for pair in {limits}]") == whole,
        "the whole map again",
    )
    explorer.expect_in_step()


def test_it_fits_a_narrow_window_and_the_dark_theme(explorer: Explorer) -> None:
    page = explorer.notebook.page
    explorer.notebook.choose_theme("Dark")
    explorer.expect_in_step()
    SCREENSHOTS.mkdir(exist_ok=True)
    explorer.output.screenshot(path=SCREENSHOTS / "dark.png")
    page.set_viewport_size({"width": 800, "height": 1000})
    for label in ("Image", "Layer"):
        box = explorer.dropdown(label).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 800
    page.screenshot(path=SCREENSHOTS / "narrow.png")
    page.set_viewport_size({"width": 1280, "height": 1000})
    explorer.notebook.choose_theme("Light")


def test_after_a_reload_of_the_page_the_explorer_still_works(explorer: Explorer) -> None:
    page = explorer.notebook.page
    page.keyboard.press("Control+s")
    saved = explorer.notebook.lab.folder / "01_quickstart.ipynb"
    wait_for(lambda: "image/png" in saved.read_text(encoding="utf-8"), "the notebook is saved")
    page.goto(page.url)
    expect(explorer.canvas).to_be_attached(timeout=PATIENCE * 1000)
    explorer.output.scroll_into_view_if_needed()
    explorer.expect_in_step()
    explorer.dropdown("Layer").select_option(label="conv2d_3 · Conv2D · 34 × 34 × 128")
    wait_for(lambda: choice(explorer) == (0, "conv2d_3", 0), "the layer")
    # Not by the End key: the slider's front end takes it for the end of its first range.
    explorer.slider_handle.press("ArrowRight")
    wait_for(lambda: choice(explorer) == (0, "conv2d_3", 1), "the next channel")
    explorer.expect_in_step()


def test_the_saved_notebook_holds_a_png_of_the_figure(explorer: Explorer) -> None:
    saved = explorer.notebook.lab.folder / "01_quickstart.ipynb"
    page = explorer.notebook.page
    page.keyboard.press("Control+s")
    wait_for(lambda: "image/png" in saved.read_text(encoding="utf-8"), "the notebook is saved")
    outputs = [
        output
        for cell in json.loads(saved.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(outputs) == 1
    assert "application/vnd.jupyter.widget-view+json" in outputs[0]["data"]
    png = Image.open(io.BytesIO(base64.b64decode(outputs[0]["data"]["image/png"])))
    # As it was when the cell ran, which is the view that the fixture goes back to, and of a size
    # that no page had a say in.
    explorer.notebook.run(f"driver.canvas_of(explorer).resize_to({png.width}, {png.height})")
    assert np.array_equal(np.asarray(png.convert("RGB")), explorer.kernel_pixels())


def test_an_error_behind_a_control_is_shown_and_the_explorer_stays_usable(
    page: Page, lab: Lab
) -> None:
    photos = lab.folder / "photos"
    photos.mkdir()
    rng = np.random.default_rng(0)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        Image.fromarray(rng.integers(0, 255, (150, 150, 3), np.uint8)).save(photos / name)
    whole = (photos / "b.jpg").read_bytes()
    (photos / "b.jpg").write_bytes(whole[: len(whole) // 2])
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "only",
        "metadata": {},
        "outputs": [],
        "source": "from actviz_widgets import ActivationExplorer, samples\n"
        "explorer = ActivationExplorer(samples.cats_and_dogs_model(), 'photos')\nexplorer",
    }
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    (lab.folder / "broken.ipynb").write_text(
        json.dumps(
            {
                "cells": [cell],
                "metadata": {"kernelspec": kernel},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    )
    notebook = Notebook(page, lab, "broken.ipynb")
    notebook.run_all()
    explorer = Explorer(notebook)
    explorer.expect_in_step()
    explorer.button("Next").click()
    expect(explorer.status).to_contain_text("truncated")
    expect(explorer.status).to_contain_text("b.jpg")
    expect(explorer.status).to_contain_text("still shows a.jpg")
    explorer.button("Next").click()
    expect(explorer.status).to_contain_text("The model saw")
    wait_for(lambda: choice(explorer) == (2, "conv2d_1", 0), "the third picture")
    explorer.expect_in_step()
    notebook.close()
