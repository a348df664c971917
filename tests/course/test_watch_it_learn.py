"""What notebooks/05_watch_it_learn.ipynb says of itself, read off a run of it on one core."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow  # one run of the notebook, which trains

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "05_watch_it_learn.ipynb"

ONE_CORE = "import os, time; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
BEFORE_FIT = "started = time.monotonic()"
AFTER_FIT = "seconds_of_training = time.monotonic() - started"
FACTS = """
import json, pathlib, re
from tests.explorer import driver
# Not that of getrusage: a process begins with the peak of the one that started it.
peak = re.search(r"VmHWM:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())
facts = {
    "seconds of training": seconds_of_training,
    "peak": int(peak[1]) * 1024,
    "epochs": history.epochs,
    "layers": [info.path for info in history.layers],
    "test accuracy": log["val_accuracy"],
    "probability": probability.tolist(),
    "final change": float(change[-1]),
    "budget": history.nbytes // 2,
    "kept": short_of_memory.nbytes,
    "kept epochs": short_of_memory.epochs,
    "left out": short_of_memory.left_out,
    "shown": [explorer.layer, explorer.image, explorer.epoch],
    "said": driver.sentences(explorer)[0],
    "is kept": bool((explorer.predictions == history.predictions(1, 8)).all()),
}
print("FACTS " + json.dumps(facts))
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    sources = [cell.source for cell in notebook.cells]
    (fit,) = (index for index, source in enumerate(sources) if "callbacks=[history],\n)" in source)
    cell = nbformat.v4.new_code_cell
    notebook.cells[fit : fit + 1] = [cell(BEFORE_FIT), notebook.cells[fit], cell(AFTER_FIT)]
    notebook.cells = [cell(ONE_CORE), *notebook.cells, cell(FACTS)]
    folder = tmp_path_factory.mktemp("work")
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    # Nothing listens there: whatever asks the web is refused at once.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    client.execute(env=os.environ | nowhere | {"PYTHONPATH": str(ROOT)})
    return notebook


@pytest.fixture(scope="module")
def facts(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    text = notebook.cells[-1].outputs[-1].text
    found: dict[str, Any] = json.loads(text.removeprefix("FACTS "))
    return found


def test_it_runs_on_one_core_within_two_gigabytes(
    facts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(
            f"\n{facts['seconds of training']:.0f} s of training, {facts['peak'] / 2**20:.0f} MiB"
        )
    assert facts["peak"] < 2 * 2**30


def test_it_learns_to_read(facts: dict[str, Any]) -> None:
    assert facts["epochs"] == list(range(21))
    assert facts["layers"] == ["conv_1", "pool", "conv_2", "flatten", "digit"]
    assert facts["test accuracy"][-1] > 0.95
    before = [row[0] for row in facts["probability"]]
    after = [row[-1] for row in facts["probability"]]
    assert all(0.02 < probability < 0.3 for probability in before)
    assert sum(probability > 0.5 for probability in after) >= 8


def test_the_explorer_shows_the_epoch_that_the_code_asks_for(facts: dict[str, Any]) -> None:
    assert facts["shown"] == ["digit", 8, 1]
    assert facts["said"].startswith("Epoch 1 of 20: accuracy ")
    assert facts["is kept"]


def test_a_training_short_of_memory_keeps_within_it_evenly(facts: dict[str, Any]) -> None:
    assert facts["kept"] <= facts["budget"]
    assert facts["left out"] > 0
    assert facts["kept epochs"][0] == 0
    assert facts["kept epochs"][-1] == 15
    assert len(facts["kept epochs"]) + facts["left out"] == 16


def test_every_term_is_there_and_every_figure_is_drawn(notebook: nbformat.NotebookNode) -> None:
    words = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for term in (
        "convolution", "weights", "feature map", "channels", "ReLU", "loss", "epoch", "accuracy",
        "callback", "activation", "test",
    ):  # fmt: skip
        assert words.count(f"**{term}**") == 1, term
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 7
    assert not any(output.output_type == "error" for output in outputs)
