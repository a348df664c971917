"""The benchmarks run, and write what they say they write; how fast anything is, is not asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.rows import Row, short

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_quick_run_writes_its_rows_as_json_and_as_a_page(tmp_path: Path) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--quick", "--only", "extraction"),
            *("--output", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    latest = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))
    assert list(latest) == ["extraction"]
    rows = {fields["work"]: Row(**fields) for fields in latest["extraction"]["rows"]}
    network = "new picture, every activation, the cats-and-dogs net"
    assert list(rows) == [
        f"{network}, against the bare compiled pass",
        f"{network}, times faster than the tutorial's `predict`",
        f"{network}, `get_activations` called once against the bare compiled pass",
        "picture, layer or channel already seen, forward passes",
    ]
    assert [row.bound for row in rows.values()] == ["≤ 1.25", "≥ 15", "", "≤ 0"]
    assert all(row.value > 0 for row in list(rows.values())[:3])
    seen = rows["picture, layer or channel already seen, forward passes"]
    assert (seen.value, seen.met) == (0, True)
    assert seen.figures == {"pictures": 4, "passes to see them first": 4}
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert all(work in page for work in rows)


def test_a_bound_is_met_on_its_right_side() -> None:
    assert Row("", 2.5, at_most=2.5).met is True
    assert Row("", 2.6, at_most=2.5).met is False
    assert Row("", 4, at_least=4).met is True
    assert Row("", 3.9, at_least=4).met is False
    assert Row("", 1).met is None


def test_numbers_have_three_digits() -> None:
    assert [short(value) for value in (0, 0.01234, 1.25, 12.345, 1234.5)] == [
        "0", "0.0123", "1.25", "12.3", "1,234",
    ]  # fmt: skip
