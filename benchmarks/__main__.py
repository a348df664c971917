"""Runs the benchmarks: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import report
from .parts import BACKENDS, PARTS, measure_alone


def main() -> int:
    """Measures, prints, and writes; says by the exit code whether all went through."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rounds, to see that it runs")
    parser.add_argument("--only", choices=PARTS, help="one part; the others stay as they were")
    parser.add_argument(
        "--output",
        type=Path,
        help="folder for latest.json and README.md; default: that of the benchmarks, and none for "
        "a quick run",
    )
    options = parser.parse_args()
    output: Path | None = options.output
    if output is None and not options.quick:
        output = Path(__file__).parent
    latest = {} if output is None else report.read(output)
    for part in (
        [options.only] if options.only else [each for each in PARTS if each not in BACKENDS]
    ):
        measured = measure_alone(part, options.quick)
        print(f"\n{part}\n{report.table(measured.rows)}", flush=True)
        latest = report.merged(latest, part, measured, options.quick)
        if output is not None:
            report.write(output, latest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
