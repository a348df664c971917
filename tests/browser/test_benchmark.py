"""The browser's benchmark runs; how fast anything is, is not asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_quick_run_measures_every_rival(tmp_path: Path) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--quick", "--only", "browser"),
            *("--output", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))["browser"]["rows"]
    assert len(rows) == 15
    # The last frame may come before the mouse is up.
    assert all(row["value"] > 0 for row in rows if "mouse is up" not in row["work"])
    (exact,) = (row for row in rows if "share of drags" in row["work"])
    assert exact["value"] == 1
