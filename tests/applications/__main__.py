"""Check the architectures of `keras.applications`, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from .check import Comparison, Measurement, constructors
from .table import faults_of, page


def main() -> int:
    known = list(constructors())
    parser = argparse.ArgumentParser(prog="python -m tests.applications", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="architectures; default: all")
    parser.add_argument(
        "--output", type=Path, help="the page to write, when no single architectures are named"
    )
    options = parser.parse_args()
    for name in options.names:
        if name not in known:
            parser.error(f"keras.applications has no {name!r}; it has {', '.join(known)}")
    found: dict[str, Measurement | str] = {}
    for name in options.names or known:
        started = time.perf_counter()
        found[name] = measured_alone(name)
        verdict = "; ".join(faults_of(found[name])) or "all equal"
        print(f"{name}: {verdict} ({time.perf_counter() - started:.0f} s)", flush=True)
    if options.output and not options.names:
        options.output.write_text(page(found), encoding="utf-8")
    return int(any(faults_of(entry) for entry in found.values()))


def measured_alone(name: str) -> Measurement | str:
    """Measures an architecture in a fresh process, so that the peak of memory is its own.

    Returns:
        The measurement, or, if there is none, why.
    """
    run = subprocess.run(
        [sys.executable, "-m", "tests.applications.check", name],
        env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        print(run.stderr, file=sys.stderr)
        last = run.stderr.strip().rpartition("\n")[2]
        return f"exit code {run.returncode}, {last}"
    fields = json.loads(run.stdout.strip().rpartition("\n")[2])
    return Measurement(**{**fields, "comparison": Comparison(**fields["comparison"])})


if __name__ == "__main__":
    sys.exit(main())
