"""Modules, classes and functions stay as small as CONTRIBUTING says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import actviz_widgets

PACKAGE = Path(actviz_widgets.__file__).parent
MODULE, CLASS, FUNCTION = 400, 350, 60  # lines


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_nothing_is_longer_than_can_be_read_at_once(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            most = CLASS if isinstance(node, ast.ClassDef) else FUNCTION
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno + 1 <= most, node.name
