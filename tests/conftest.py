from __future__ import annotations

import os
from pathlib import Path

import pytest

# TensorFlow reads these when it is imported, which is later than here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# On a CPU, convolutions with the channels first are computed by oneDNN alone, which TensorFlow
# turns on by itself on some processors and on others not.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

TESTS = Path(__file__).parent
FOLDERS_WITH_A_MARK = {"browser", "kernel"}


# First, since pytest's own hook then chooses by these marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in FOLDERS_WITH_A_MARK.intersection(item.path.relative_to(TESTS).parts[:1]):
            item.add_marker(mark)
