"""Every notebook is kept without outputs, runs from top to bottom, and makes a page of its own."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert "01_quickstart.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_page_shows_the_explorer(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.store_widget_state = False  # as JupyterLab saves a notebook
    client.execute()
    pictures = [
        output.data["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    colors = []
    for picture in pictures:
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"))
        colors.append(len(np.unique(pixels.reshape(-1, 3), axis=0)))
    # Not merely blank; of pictures of 8 × 8 pixels there cannot be thousands.
    assert max(colors) > 500
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert pictures[0].replace("\n", "") in page.replace("\n", "")


def test_the_readme_s_picture_is_there_and_small() -> None:
    readme = Path(__file__).parents[1] / "README.md"
    assert "](docs/explorer.png)" in readme.read_text(encoding="utf-8")
    picture = readme.parent / "docs" / "explorer.png"
    assert Image.open(picture).width > 600
    assert picture.stat().st_size < 150_000
