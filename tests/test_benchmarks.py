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
    bounds = {
        f"{network}, explorer against the bare compiled pass": "≤ 1.25",
        f"{network}, `get_activations` in a loop against the bare compiled pass": "≤ 1.35",
        f"{network}, times faster than the tutorial's `predict`": "",
        "`ActivationModel.predict` of 200 pictures, the cats-and-dogs net, against "
        "`keras.Model.predict`": "≤ 1.1",
        "picture, layer or channel already seen, forward passes": "≤ 0",
        "from `import keras` to the first picture, what is ours, seconds": "≤ 0.4",
    }
    assert {work: row.bound for work, row in rows.items()} == bounds
    seen = rows["picture, layer or channel already seen, forward passes"]
    assert (seen.value, seen.met) == (0, True)
    assert seen.figures == {"pictures": 4, "passes to see them first": 4}
    assert all(row.value > 0 for row in rows.values() if row is not seen)
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
