"""Every notebook is kept without outputs, and runs where a student is: see `tests.limits`."""

from __future__ import annotations

import base64
import io
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from tests.limits import ENVIRONMENT, one_core, peak_memory
from tests.samples.test_photographs import make_folder

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.rglob("*.ipynb"))
MOST_MEMORY = 2 * 2**30  # bytes
MOST_TIME = 300  # seconds


@dataclass(frozen=True)
class Executed:
    """A notebook after its run, and what that took."""

    notebook: nbformat.NotebookNode
    peak_memory: int  # bytes
    seconds: float

    def printed(self) -> str:
        return "".join(output.text for output in self._outputs() if output.output_type == "stream")

    def errors(self) -> list[str]:
        """What stands on the page in red."""
        return [
            output.get("text") or output.evalue
            for output in self._outputs()
            if output.output_type == "error" or output.get("name") == "stderr"
        ]

    def pictures(self) -> list[str]:
        return [
            output.data["image/png"]
            for output in self._outputs()
            if "image/png" in output.get("data", {})
        ]

    def verdicts(self) -> list[str]:
        """What the checks of the exercises say."""
        return [
            output.data["text/plain"]
            for cell in self.notebook.cells
            for output in cell.get("outputs", [])
            if "exercises.check" in cell.source and output.output_type == "execute_result"
        ]

    def _outputs(self) -> list[nbformat.NotebookNode]:
        return [output for cell in self.notebook.cells for output in cell.get("outputs", [])]


def execute(notebook: nbformat.NotebookNode, work: Path, **environment: str) -> Executed:
    """Runs a notebook offline and on one core, in an empty folder."""
    manager = KernelManager(kernel_name="python3")
    variables = os.environ | ENVIRONMENT | {"KERAS_HOME": str(work / "keras")} | environment
    # The one keeps ipykernel from watching what libraries write straight to the standard error,
    # the other keeps TensorFlow from writing it: a student has neither.
    for name in ("PYTEST_CURRENT_TEST", "TF_CPP_MIN_LOG_LEVEL"):
        variables.pop(name, None)
    started = time.monotonic()
    with one_core():
        manager.start_kernel(cwd=str(work), env=variables)
    try:
        client = NotebookClient(notebook, km=manager, timeout=MOST_TIME)
        client.store_widget_state = False  # as JupyterLab saves a notebook
        client.execute()
        return Executed(notebook, peak_memory(manager.provisioner.pid), time.monotonic() - started)
    finally:
        manager.shutdown_kernel(now=True)


def colors(picture: str) -> int:
    """Counts the colours of a picture as a page holds it."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"))
    return len(np.unique(pixels.reshape(-1, 3), axis=0))


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture(
    params=NOTEBOOKS, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix()
)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


class Runs:
    """Runs each notebook once, when it is first asked for."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._done: dict[Path, Executed] = {}

    def of(self, path: Path) -> Executed:
        if path not in self._done:
            self._done[path] = execute(read(path), self._folders.mktemp("work"))
        return self._done[path]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory)


@pytest.fixture
def executed(path: Path, runs: Runs) -> Executed:
    return runs.of(path)


def test_there_are_notebooks() -> None:
    names = [path.relative_to(FOLDER).as_posix() for path in NOTEBOOKS]
    for name in (
        "01_quickstart.ipynb",
        "02_cats_and_dogs.ipynb",
        "03_your_own_model.ipynb",
        "04_exercises.ipynb",
        "05_watch_it_learn.ipynb",
        "solutions/04_exercises.ipynb",
        "what_happens_with_my_model.ipynb",
    ):
        assert name in names


def test_it_is_kept_without_outputs(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.slow
def test_it_runs_offline_on_one_core_within_two_gigabytes_and_five_minutes(
    executed: Executed, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    took = f"{executed.peak_memory / 2**20:.0f} MiB, {executed.seconds:.0f} s"
    with capsys.disabled():
        print(f"\n{path.relative_to(FOLDER)}: {took}")
    assert executed.peak_memory < MOST_MEMORY
    assert executed.seconds < MOST_TIME


@pytest.mark.slow
def test_nothing_red_stands_on_its_page(executed: Executed) -> None:
    assert executed.errors() == []


@pytest.mark.slow
def test_its_page_shows_its_pictures_without_a_kernel(executed: Executed) -> None:
    pictures = executed.pictures()
    # Not merely blank; of pictures of 8 × 8 pixels there cannot be thousands.
    assert any(colors(picture) > 500 for picture in pictures)
    page, _ = HTMLExporter().from_notebook_node(executed.notebook)
    for picture in pictures:
        assert picture.replace("\n", "") in page.replace("\n", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "verdict"),
    [("04_exercises.ipynb", "No answer yet."), ("solutions/04_exercises.ipynb", "Right.")],
)
def test_the_solutions_are_right_and_blanks_are_no_answers(
    runs: Runs, name: str, verdict: str
) -> None:
    said = runs.of(FOLDER / name).verdicts()
    assert len(said) == 8
    assert all(line.startswith(verdict) for line in said), said


@pytest.mark.slow
def test_the_tutorial_trains_on_a_folder_of_photographs(tmp_path: Path) -> None:
    notebook = read(FOLDER / "02_cats_and_dogs.ipynb")
    settings = notebook.cells[1]
    assert "= 6, 35, 10" in settings.source
    settings.source = settings.source.replace("= 6, 35, 10", "= 3, 2, 1")
    settings.source = settings.source.replace('LOOK_INTO = "bundled"', 'LOOK_INTO = "mine"')
    executed = execute(
        notebook, tmp_path, CATS_AND_DOGS_FOLDER=str(make_folder(tmp_path / "photographs"))
    )
    assert executed.errors() == []
    printed = executed.printed()
    assert "Epoch 3/3" in printed
    assert "Looking into the network trained above." in printed
    assert "Its accuracy on the whole validation set is" in printed
    assert "cat or dog?" in printed
    assert executed.peak_memory < MOST_MEMORY


def test_the_readme_s_pictures_are_there_and_small() -> None:
    readme = Path(__file__).parents[1] / "README.md"
    # With their whole addresses, so that a package index shows them too.
    here = "https://raw.githubusercontent.com/actviz-widgets/actviz-widgets/main/"
    text = readme.read_text(encoding="utf-8")
    names = re.findall(rf"!\[[^]]*\]\({re.escape(here)}(docs/[^)]*)\)", text)
    assert len(names) == 7
    for name in names:
        with Image.open(readme.parent / name) as picture:
            frames = getattr(picture, "n_frames", 1)
            assert picture.width > 600
        assert (frames > 10) == name.endswith(".gif")
        assert (readme.parent / name).stat().st_size < 200_000 * (10 if frames > 1 else 1)
