"""Finds a Chromium to drive, or installs one where that can be done without asking."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Playwright

VARIABLE = "ACTVIZ_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = (
    "The browser tests need Chromium and found none: install it with your system's packages "
    "(Debian: apt-get install chromium), or run 'playwright install chromium', or set "
    f"{VARIABLE} to the path of one."
)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_or_install(playwright: Playwright) -> str:
    """Gives the path of a Chromium.

    Raises:
        RuntimeError: If there is none, and none could be installed.
    """
    own = Path(playwright.chromium.executable_path)
    for install in (None, _install):
        if install is not None:
            install()
        named = os.environ.get(VARIABLE)
        if named:
            if not Path(named).exists():
                raise RuntimeError(f"{VARIABLE} is {named!r}, where there is no file.")
            return named
        for name in NAMES:
            found = shutil.which(name)
            if found:
                return found
        if own.exists():
            return str(own)
    raise RuntimeError(HOW_TO_GET_ONE)


def _install() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "chromium")
    else:
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _run(*command: str) -> None:
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, timeout=900)
