"""The latest figures as JSON, and as a table for the terminal and for the page."""

from __future__ import annotations

import json
import os
import platform
import textwrap
from importlib import metadata
from pathlib import Path
from typing import Any

from .parts import PARTS
from .rows import Measured, Row, short

COLUMNS = ("Work", "Ratio", "Bound", "Met", "Figures")
BEGIN, END = "<!-- latest figures: written by the benchmark -->", "<!-- end of the figures -->"

_PACKAGES = (
    *("tensorflow", "jax", "torch", "keras", "numpy", "matplotlib", "pillow", "ipympl"),
    "ipywidgets",
    *("ipykernel", "jupyterlab"),
)

Latest = dict[str, Any]


def merged(latest: Latest, part: str, measured: Measured, quick: bool) -> Latest:
    """Puts what one part found in place of what it found the last time."""
    entry = {
        "quick": quick,
        "machine": machine(),
        "versions": versions() | dict(measured.versions),
        "rows": [row.as_json() for row in measured.rows],
    }
    found = {**latest, part: entry}
    return {name: found[name] for name in PARTS if name in found}


def machine() -> dict[str, Any]:
    """Gives what the figures depend on beside the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": len(os.sched_getaffinity(0)),
        "architecture": platform.machine(),
        "memory, GiB": round(memory),
        "system": platform.system(),
    }


def versions() -> dict[str, str]:
    """Gives the versions of what takes the time."""
    found = {"Python": platform.python_version()}
    there = {each.metadata["Name"].lower() for each in metadata.distributions()}
    return found | {name: metadata.version(name) for name in _PACKAGES if name in there}


def table(rows: list[Row]) -> str:
    """Gives rows as a Markdown table, in columns that line up in a terminal too."""
    cells = [COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def read(folder: Path) -> Latest:
    """Reads the latest figures of a folder; none where there are none."""
    path = folder / "latest.json"
    latest: Latest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return latest


def write(folder: Path, latest: Latest) -> None:
    """Writes the figures, and their tables into the page, whose other words stay."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(latest, indent=2, ensure_ascii=False)
    (folder / "latest.json").write_text(text + "\n", encoding="utf-8")
    page = folder / "README.md"
    words = page.read_text(encoding="utf-8") if page.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = words.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{_section(latest)}\n{END}{after}", encoding="utf-8")


def _section(latest: Latest) -> str:
    blocks = []
    for part, entry in latest.items():
        rows = [Row(**fields) for fields in entry["rows"]]
        blocks += [f"### {part.capitalize()}", table(rows)]
        if entry["quick"]:
            blocks.append("A quick run, with too few rounds to compare.")
    # Parts may be of different runs; what they ran on is said once where it is the same.
    grounds: dict[str, list[str]] = {}
    for part, entry in latest.items():
        shared = {name: value for name, value in entry["versions"].items() if name != "Chromium"}
        grounds.setdefault(_in_words(entry["machine"], shared), []).append(part)
    for words, parts in grounds.items():
        which = "Measured" if len(grounds) == 1 else f"Measured ({', '.join(parts)})"
        browsers = {latest[part]["versions"].get("Chromium") for part in parts} - {None}
        chromium = "".join(f", Chromium {version}" for version in sorted(browsers))
        blocks.append("\n".join(textwrap.wrap(f"{which} on {words}{chromium}.", 100)))
    return "\n\n".join(blocks) + "\n"


def _in_words(where: dict[str, Any], on: dict[str, str]) -> str:
    return (
        f"{where['cores']} cores ({where['architecture']}) with {where['memory, GiB']} GiB of "
        f"memory, {where['system']}; " + ", ".join(f"{name} {on[name]}" for name in on)
    )


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "**no**", None: ""}[row.met]
    figures = "; ".join(f"{name}: {short(value)}" for name, value in row.figures.items())
    return row.work, short(row.value), row.bound, met, figures
