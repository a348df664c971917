"""Makes the README's pictures, of a real JupyterLab: `python -m tests.browser.pictures`."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from .chromium import FLAGS, find_or_install
from .lab import Explorer, opened_cell, running_lab

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CELL = """
from actviz_widgets import ActivationExplorer, samples
from tests.explorer import driver

model, images = samples.cats_and_dogs_model(), samples.images()
explorer = ActivationExplorer(model, images, class_names=["cat", "dog"])
explorer
"""
VIEWS = {
    "channel": "explorer.layer, explorer.channel = 'conv2d_2', 9",
    "layer": "explorer.layer, explorer.channel = 'conv2d_1', 8",
    "overlay": "explorer.layer, explorer.channel = 'conv2d_3', 18",
    "compare": "explorer.layer, explorer.channel, explorer.other_image = 'conv2d_2', 9, 2",
    "network": "explorer.layer, explorer.channel = 'conv2d_3', 18",
    "why": "explorer.layer, explorer.channel = 'conv2d_4', 18",
}
GIF_WIDTH = 640
GIF_COLORS = 96


def screenshot(explorer: Explorer) -> Image.Image:
    """Gives the explorer as it is on the page, in step with the kernel."""
    explorer.expect_in_step()
    data = explorer.output.locator(".actviz-explorer").screenshot()
    return Image.open(io.BytesIO(data)).convert("RGB")


def small(picture: Image.Image, colors: int = 256) -> Image.Image:
    """Gives a picture of few colours, the rare ones among them, as the end of a colour bar."""
    return picture.quantize(colors, method=Image.Quantize.FASTOCTREE)


def point_at(explorer: Explorer, row: int, column: int) -> None:
    """Moves the mouse over a position of the map."""
    across, up = explorer.notebook.value(  # type: ignore[misc]
        f"[float(v) for v in driver.map_axes(explorer).transData.transform(({column}, {row}))]"
    )
    box = explorer.canvas.bounding_box()
    assert box is not None
    mouse = explorer.notebook.page.mouse
    mouse.move(box["x"] + across - 2, box["y"] + box["height"] - up)
    mouse.move(box["x"] + across, box["y"] + box["height"] - up)


def session(explorer: Explorer) -> tuple[list[Image.Image], list[int]]:
    """Gives the frames of a session, and for how many milliseconds each is shown."""
    frames: list[Image.Image] = []
    times: list[int] = []

    def take(action: Callable[[], object] | str, milliseconds: int = 700) -> None:
        if isinstance(action, str):
            explorer.notebook.run(action)
        else:
            action()
        frames.append(screenshot(explorer))
        times.append(milliseconds)

    take("explorer.view, explorer.layer, explorer.channel = 'channel', 'conv2d_1', 0", 1200)
    for channel in (3, 6, 8, 12, 18):
        take(f"explorer.channel = {channel}", 350)
    take("explorer.layer = 'conv2d_2'; explorer.channel = 9", 1000)
    for row, column in ((20, 24), (24, 24), (28, 26), (30, 36), (44, 40)):
        take(lambda row=row, column=column: point_at(explorer, row, column), 450)  # type: ignore[misc]
    explorer.notebook.page.mouse.move(5, 5)
    take("explorer.image = 1")
    take("explorer.image = 0; explorer.layer = 'conv2d_3'; explorer.view = 'layer'", 1500)
    take("explorer.channel = 18", 1000)
    take("explorer.view = 'overlay'", 1500)
    take("explorer.view = 'network'", 1800)
    take("explorer.layer = 'conv2d_4'; explorer.view = 'why'", 2200)
    take("explorer.class_index = 1", 2200)
    return frames, times


def save_animation(frames: Sequence[Image.Image], times: Sequence[int], path: Path) -> None:
    """Saves frames of one width, and heights that differ by a line or two, as a GIF."""
    height = max(frame.height for frame in frames)
    shown = []
    for frame in frames:
        page = Image.new("RGB", (frame.width, height), "white")
        page.paste(frame)
        scaled = page.resize(
            (GIF_WIDTH, round(height * GIF_WIDTH / frame.width)), Image.Resampling.LANCZOS
        )
        shown.append(small(scaled, GIF_COLORS))
    shown[0].save(
        path, save_all=True, append_images=shown[1:], duration=list(times), loop=0, optimize=True
    )


def main(docs: Path = DOCS) -> None:
    """Takes all pictures and saves them in a folder."""
    (docs / "views").mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        sync_playwright() as playwright,
    ):
        folder = Path(home) / "notebooks"
        folder.mkdir()
        with (
            running_lab(folder, PYTHONPATH=str(ROOT)) as lab,
            playwright.chromium.launch(
                executable_path=find_or_install(playwright), args=list(FLAGS)
            ) as browser,
            opened_cell(browser, lab, "pictures.ipynb", CELL) as explorer,
        ):
            for view, setting in VIEWS.items():
                explorer.notebook.run(f"explorer.view = {view!r}; {setting}")
                small(screenshot(explorer)).save(docs / "views" / f"{view}.png", optimize=True)
            save_animation(*session(explorer), docs / "session.gif")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
