"""What Binder would build of `binder/`, checked without Docker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client.blocking import BlockingKernelClient

from tests.browser.lab import Lab, running_lab
from tests.limits import ENVIRONMENT, one_core, peak_memory
from tests.side_door import evaluate, execute

ROOT = Path(__file__).parents[2]
BINDER = ROOT / "binder"
MOST_MEMORY = 1.5 * 10**9  # bytes; Binder gives 2 GB


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """The Dockerfile that repo2docker makes of the repository."""
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_the_image_has_the_right_python(dockerfile: str) -> None:
    assert "environment-2epy-2d3-2e12-2d" in dockerfile  # environment.py-3.12-...


def test_the_image_is_built_in_the_right_steps(dockerfile: str) -> None:
    owner = os.getuid()  # who runs repo2docker; on Binder a user of its own
    steps = [
        "WORKDIR ${REPO_DIR}",
        f"COPY --chown={owner}:{owner} src/ ${{REPO_DIR}}/",
        'pip install --no-cache-dir -r "binder/requirements.txt"',
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ]
    # The package is installed from the repository, so that must be there by then, and the folder
    # in which pip looks for it.
    places = [dockerfile.index(step) for step in steps]
    assert places == sorted(places)
    assert dockerfile.count("WORKDIR") == 1


def test_the_badge_opens_the_quickstart_in_jupyterlab() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "https://mybinder.org/badge_logo.svg" in readme
    assert "?urlpath=lab/tree/notebooks/01_quickstart.ipynb" in readme
    assert (ROOT / "notebooks" / "01_quickstart.ipynb").is_file()


def test_a_session_starts_with_one_thread_and_becomes_the_command() -> None:
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    code = f"import os; print(os.getpid(), *[os.environ[name] for name in {names!r}])"
    with subprocess.Popen(
        [BINDER / "start", sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as started:
        printed, _ = started.communicate()
    assert printed.split() == [str(started.pid), "1", "1", "1"]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The interpreter of an environment that has only what `binder/` asks for."""
    folder = tmp_path_factory.mktemp("binder")
    made = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", made], check=True)
    python = made / "bin" / "python"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PATH"] = f"{python.parent}{os.pathsep}{environment['PATH']}"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "-r", BINDER / "requirements.txt"],
        check=True,
        cwd=ROOT,
        env=environment,
    )
    subprocess.run([BINDER / "postBuild"], check=True, cwd=folder, env=environment)
    yield python
    shutil.rmtree(made)  # 2 GB


@pytest.fixture(scope="module")
def lab(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as a Binder session starts it, offline."""
    folder = tmp_path_factory.mktemp("session") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    variables = {
        **ENVIRONMENT,
        "KERAS_HOME": str(folder.parent / "keras"),
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": "",
    }
    with one_core(), running_lab(folder, (str(BINDER / "start"), str(python)), **variables) as lab:
        yield lab


def ask(lab: Lab, method: str, path: str, data: object = None) -> dict[str, str]:
    """Asks the server, as the browser does."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{lab.port}/api/{path}",
        data=None if data is None else json.dumps(data).encode(),
        headers={"Authorization": f"token {lab.token}"},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "{}")


@contextmanager
def kernel(lab: Lab) -> Iterator[BlockingKernelClient]:
    """Has the server start a kernel, and connects to it when it is ready."""
    kernel_id = ask(lab, "POST", "kernels", {"name": "python3", "path": ""})["id"]
    client = lab.newest_kernel()
    try:
        yield client
    finally:
        client.stop_channels()
        ask(lab, "DELETE", f"kernels/{kernel_id}")


def run_all(client: BlockingKernelClient, notebook: Path) -> None:
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            execute(client, cell.source)


# Several minutes and 2 GB of packages: with `hatch run binder`, not with the other tests.
@pytest.mark.binder
@pytest.mark.parametrize("name", ["01_quickstart.ipynb", "02_cats_and_dogs.ipynb"])
def test_a_notebook_runs_in_it_and_leaves_room_in_the_memory(
    lab: Lab, python: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with kernel(lab) as client:
        run_all(client, lab.folder / name)
        assert evaluate(client, "__import__('sys').prefix") == str(python.parents[1])
        assert str(ROOT) not in str(evaluate(client, "__import__('actviz_widgets').__file__"))
        kernel_peak = peak_memory(int(str(evaluate(client, "__import__('os').getpid()"))))
        both = peak_memory(lab.pid)
    with capsys.disabled():
        print(
            f"\n{name} on Binder: {both / 10**6:.0f} MB at most, {kernel_peak / 10**6:.0f} MB of "
            f"them the kernel's, {(both - kernel_peak) / 10**6:.0f} MB the server's"
        )
    assert kernel_peak < both < MOST_MEMORY
