"""A real JupyterLab, and a notebook in it as a person at a browser has it."""

from __future__ import annotations

import base64
import io
import json
import os
import queue
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import nbformat
import numpy as np
from jupyter_client.blocking import BlockingKernelClient
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.side_door import PATIENCE, evaluate, execute

Result = TypeVar("Result")


def wait_for(condition: Callable[[], Result], what: str, patience: float = PATIENCE) -> Result:
    """Polls until `condition` gives something true, and gives that."""
    end = time.monotonic() + patience
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain: {what}")
        time.sleep(0.05)


class Lab:
    """A running JupyterLab server with files of its own."""

    def __init__(self, folder: Path, runtime_folder: Path, port: int, token: str, pid: int) -> None:
        self.pid = pid
        self.folder = folder
        self.runtime_folder = runtime_folder
        self.port = port
        self.token = token

    def url(self, notebook: str) -> str:
        return f"http://127.0.0.1:{self.port}/lab/tree/{notebook}?token={self.token}&reset"

    def newest_kernel(self) -> BlockingKernelClient:
        """Connects to the kernel that was started last."""

        def newest() -> Path | None:
            files = sorted(
                self.runtime_folder.glob("kernel-*.json"), key=lambda file: file.stat().st_mtime
            )
            return files[-1] if files else None

        client = BlockingKernelClient(connection_file=str(wait_for(newest, "a kernel")))
        client.load_connection_file()
        client.start_channels()

        def answers() -> bool:
            # wait_for_ready takes a kernel that is still starting for a dead one.
            try:
                return bool(client.kernel_info(reply=True, timeout=1))
            except (TimeoutError, queue.Empty):
                return False

        wait_for(answers, "the kernel answers")
        return client


def _environment(home: Path) -> dict[str, str]:
    """Gives the environment of a JupyterLab that knows nothing of any other, all in a folder."""
    config, runtime = home / "config", home / "runtime"
    page_config = config / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    # Without this, a question about news covers a corner of the page.
    page_config.write_text(
        '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}'
    )
    runtime.mkdir()
    return os.environ | {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }


@contextmanager
def running_lab(
    folder: Path, python: Sequence[str] = (sys.executable,), **variables: str
) -> Iterator[Lab]:
    """Starts JupyterLab on a folder, and ends it.

    `python` is the command line of the interpreter that runs it, `variables` are those of its
    environment beside this process's own.
    """
    home = folder.parent / "jupyter"
    environment = _environment(home) | variables
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(8)
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [
                *(*python, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                f"--ServerApp.root_dir={folder}",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={token}",
            ],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        lab = Lab(folder, home / "runtime", port, token, server.pid)

        def answers() -> bool:
            assert server.poll() is None, (home / "server.log").read_text()
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/api?token={token}", timeout=5
                ):
                    return True
            except (urllib.error.URLError, OSError):
                return False

        wait_for(answers, "JupyterLab answers")
        yield lab
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


class Notebook:
    """A notebook open in the browser, and a side door to its kernel."""

    def __init__(self, page: Page, lab: Lab, name: str) -> None:
        self.page = page
        self.lab = lab
        self.name = name
        self._client: BlockingKernelClient | None = None
        page.goto(lab.url(name))
        expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=PATIENCE * 1000)
        # Until then the menu's commands are lost.
        expect(page.locator("#jp-main-statusbar")).to_contain_text(
            re.compile(r"Python 3.*\| Idle"), timeout=PATIENCE * 1000
        )

    def run_all(self) -> None:
        """Runs every cell from the menu, and waits for the last one."""
        cells = json.loads((self.lab.folder / self.name).read_text(encoding="utf-8"))["cells"]
        last = sum(cell["cell_type"] == "code" for cell in cells)
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        # Asked of the kernel, since the page holds only the cells in view.
        wait_for(
            lambda: self.value("get_ipython().execution_count") == last + 1, "all cells have run"
        )

    @property
    def client(self) -> BlockingKernelClient:
        if self._client is None:
            self._client = self.lab.newest_kernel()
        return self._client

    def value(self, expression: str) -> object:
        """Evaluates an expression of literals in the notebook's kernel."""
        return evaluate(self.client, expression)

    def run(self, code: str) -> None:
        """Runs code in the notebook's kernel."""
        execute(self.client, code)

    def choose_theme(self, theme: str) -> None:
        """Chooses JupyterLab's own theme, `"Light"` or `"Dark"`, from the menu."""
        body = self.page.locator("body")
        if body.get_attribute("data-jp-theme-name") == f"JupyterLab {theme}":
            return
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.get_by_text("Theme", exact=True).first.hover()
        self.page.get_by_text(f"JupyterLab {theme}", exact=True).first.click()
        expect(body).to_have_attribute("data-jp-theme-name", f"JupyterLab {theme}")

    def close(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
        self.page.evaluate("window.onbeforeunload = null")


class Explorer:
    """An explorer on the page: its controls, its canvas."""

    def __init__(self, notebook: Notebook, name: str = "explorer") -> None:
        self.notebook = notebook
        self.name = name
        page = notebook.page
        self.output = page.locator(".jp-OutputArea-output", has=page.locator(".jupyter-matplotlib"))
        self.canvas = self.output.locator("canvas").first
        self.status = self.output.get_by_role("status")

    def dropdown(self, label: str) -> Locator:
        return self.output.get_by_role("combobox", name=label, exact=True)

    def button(self, name: str) -> Locator:
        return self.output.get_by_role("button", name=name, exact=True)

    def number(self, label: str) -> Locator:
        return self.output.get_by_role("spinbutton", name=label, exact=True)

    @property
    def number_box(self) -> Locator:
        return self.output.get_by_role("spinbutton", name=re.compile("^(Channel|Unit|Head)$"))

    @property
    def slider_handle(self) -> Locator:
        return self.output.get_by_role("slider", name=re.compile("^(Channel|Unit|Head)$"))

    def set_room(self, width: int | None) -> None:
        """Gives the output of the cell so many pixels of width, or what the page has for it."""
        self.output.evaluate(
            "(output, width) => { output.style.width = width;"
            " output.style.flex = width && 'none'; }",
            "" if width is None else f"{width}px",
        )

    def pixels(self) -> np.ndarray:
        """The canvas's pixels as the browser has them, `(height, width, 3)`."""
        url = self.canvas.evaluate("canvas => canvas.toDataURL('image/png')")
        data = base64.b64decode(url.split(",", 1)[1])
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    def kernel_pixels(self) -> np.ndarray:
        """What the kernel's figure looks like when it is drawn anew for a file."""
        self.notebook.run(
            "import base64 as _b, io as _i; _f = _i.BytesIO(); "
            f"{self.name}.figure.savefig(_f, format='png', dpi={self.name}.figure.dpi); "
            "_png = _b.b64encode(_f.getvalue()).decode()"
        )
        data = base64.b64decode(str(self.notebook.value("_png")))
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    def shows_what_the_kernel_holds(self) -> bool:
        """Whether the canvas is, pixel for pixel, the figure in the kernel."""
        seen, held = self.pixels(), self.kernel_pixels()
        if seen.shape != held.shape:
            return False
        different = (seen != held).any(axis=-1)
        # ipympl draws its resize handle over the lower right corner.
        different[-20:, -20:] = False
        return not different.any()

    def expect_in_step(self) -> None:
        wait_for(self.shows_what_the_kernel_holds, "the canvas shows the kernel's figure")


@contextmanager
def opened_cells(
    browser: Browser, lab: Lab, name: str, *cells: str, script: str = "", **context: Any
) -> Iterator[Notebook]:
    """Opens a notebook of these cells in a window of its own, and runs them.

    Args:
        browser: The browser.
        lab: The JupyterLab.
        name: The notebook's.
        cells: The code of its cells.
        script: What the page runs before anything else.
        context: Other settings of the window than the usual ones.
    """
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.folder / name)
    window = browser.new_context(viewport={"width": 1280, "height": 1000}, **context)
    window.add_init_script(script)
    opened = Notebook(window.new_page(), lab, name)
    opened.run_all()
    yield opened
    opened.close()
    window.close()


@contextmanager
def opened_cell(
    browser: Browser, lab: Lab, name: str, code: str, script: str = ""
) -> Iterator[Explorer]:
    """Opens a notebook of one cell, which shows the explorer that it names `explorer`."""
    with opened_cells(browser, lab, name, code, script=script) as notebook:
        explorer = Explorer(notebook)
        explorer.expect_in_step()
        yield explorer
