"""Check the architectures of `keras.applications` and of KerasHub, in processes of their own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from .check import Comparison, Measurement, constructors
from .kerashub import HubComparison, builders
from .table import faults_of, page


def main() -> int:
    known, hub_names = list(constructors()), _hub_names()
    parser = argparse.ArgumentParser(prog="python -m tests.applications", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="architectures; default: all")
    parser.add_argument(
        "--output", type=Path, help="the page to write, when no single architectures are named"
    )
    options = parser.parse_args()
    for name in options.names:
        if name not in (*known, *hub_names):
            parser.error(f"there is no {name!r}; there are {', '.join((*known, *hub_names))}")
    if not (options.names or hub_names):
        parser.error(
            "KerasHub is not installed, and a part of the page. Run: pip install keras-hub"
        )
    found: dict[str, Measurement | str] = {}
    hub = compared_together([name for name in options.names or hub_names if name in hub_names])
    for name in [name for name in options.names or known if name in known]:
        started = time.perf_counter()
        found[name] = measured_alone(name)
        verdict = "; ".join(faults_of(found[name])) or "all equal"
        print(f"{name}: {verdict} ({time.perf_counter() - started:.0f} s)", flush=True)
    if options.output and not options.names:
        options.output.write_text(page(found, hub), encoding="utf-8")
    return int(any(faults_of(entry) for entry in (*found.values(), *hub.values())))


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


def _hub_names() -> list[str]:
    try:
        return list(builders())
    except ImportError:
        return []


def compared_together(names: list[str]) -> dict[str, HubComparison | str]:
    """Compares models of KerasHub, which are small, in one fresh process.

    Returns:
        The comparison of each, or, if there is none, why.
    """
    if not names:
        return {}
    run = subprocess.run(
        [sys.executable, "-m", "tests.applications.kerashub", *names],
        env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if run.returncode:
        return dict.fromkeys(names, f"exit code {run.returncode}")
    entries = json.loads(run.stdout.strip().rpartition("\n")[2])
    return {
        entry["name"]: HubComparison(**{**entry, "input_shape": tuple(entry["input_shape"])})
        for entry in entries
    }


if __name__ == "__main__":
    sys.exit(main())
