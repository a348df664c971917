"""The page that says how every architecture compared: written, and read back."""

from __future__ import annotations

import os
import platform
import statistics
import textwrap
from importlib import metadata

import keras
import numpy as np
import tensorflow as tf

from actviz_widgets import __version__

from .check import OPEN_SIZE, ROUNDS, Measurement
from .kerashub import HubComparison

ALL_EQUAL = "all"
COLUMNS = (
    "Architecture",
    "Input",
    "Parameters, million",
    "Layer calls",
    "of them nested",
    "Activations, MiB",
    "`ActivationModel`, s",
    "Plain pass, s",
    "Captured pass, s",
    "Ratio",
    "Peak memory, GiB",
    "Equal",
)

# A captured pass computes all that the plain one does.
_BELOW_ONE = "; below 1 is such disturbance, and so may be much of what is above"


HUB_COLUMNS = ("Model", "Input", "Layer calls", "of them nested", "Equal")
_HUB_HEADING = "## Image backbones and tasks of KerasHub"


def page(
    found: dict[str, Measurement | str], hub: dict[str, HubComparison | str] | None = None
) -> str:
    """Gives the page as Markdown.

    Args:
        found: What was measured of each architecture, or why that failed.
        hub: How each model of KerasHub compared, or why it could not be. Defaults to `None`, none.
    """
    measured = [entry for entry in found.values() if isinstance(entry, Measurement)]
    rows = [_row(name, entry) for name, entry in found.items()]
    lines = [
        "# Every architecture of `keras.applications`",
        "",
        *_findings(found, measured),
        "",
        *(f"| {' | '.join(row)} |" for row in (COLUMNS, _alignment(), *rows)),
        "",
        f"Measured with actviz-widgets {__version__}, Python {platform.python_version()}, "
        f"Keras {keras.__version__}, TensorFlow {tf.__version__} and NumPy {np.__version__}, "
        f"on {_machine()}. To run it again:",
        "",
        "```sh",
        "hatch run applications",
        "```",
        "",
        "`hatch run applications VGG16 VGG19` checks these two alone, and leaves this page as it "
        "is.",
        "",
        *(hub_lines(hub) if hub else []),
    ]
    return "\n".join(lines)


def hub_lines(hub: dict[str, HubComparison | str]) -> list[str]:
    """Gives the part of the page on KerasHub.

    Args:
        hub: How each model compared, or why it could not be.
    """
    wrong = [name for name, entry in hub.items() if faults_of(entry)]
    calls = sum(entry.layer_calls for entry in hub.values() if not isinstance(entry, str))
    verdict = (
        f"In all {len(hub)} models every layer call was captured, {calls:,} together, and each "
        "value is equal to the last bit. The model's weights and config, and Keras itself, were "
        "left as they were."
    )
    if wrong:
        verdict = (
            f"**Not all is as it should be, in {len(wrong)} of {len(hub)} models:** "
            f"{', '.join(wrong)}. The last column says what."
        )
    said = (
        f"These were made of the classes of KerasHub {_hub_version()}, small and "
        "with random weights, and given one picture of noise. One pass captured what every layer "
        "call put out, those within layers that are made of others included. It was compared with "
        "what the same calls put out in a plain pass of the model."
    )
    alignment = ("---", "--:", "--:", "--:", "---")
    rows = [_hub_row(name, entry) for name, entry in hub.items()]
    return [
        _HUB_HEADING,
        "",
        *textwrap.wrap(said, 100),
        "",
        *textwrap.wrap(verdict, 100),
        "",
        *(f"| {' | '.join(row)} |" for row in (HUB_COLUMNS, alignment, *rows)),
        "",
    ]


def _hub_version() -> str:
    try:
        return metadata.version("keras-hub")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def rows_of(text: str, *, of_hub: bool = False) -> dict[str, dict[str, str]]:
    """Reads the rows back from a page: `{architecture: {column: cell}}`.

    Args:
        text: The page.
        of_hub: Whether to read those of KerasHub. Defaults to `False`, of `keras.applications`.
    """
    parts = text.split(_HUB_HEADING)
    part = parts[int(of_hub)] if len(parts) > 1 or not of_hub else ""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("|")
    ]
    header, _, *rows = cells
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


def faults_of(entry: Measurement | HubComparison | str) -> list[str]:
    """Gives one line for each thing wrong with an architecture; none where all is equal."""
    if isinstance(entry, str):
        return [f"failed: {entry}"]
    return entry.comparison.faults if isinstance(entry, Measurement) else entry.faults


def _hub_row(name: str, entry: HubComparison | str) -> tuple[str, ...]:
    verdict = "; ".join(faults_of(entry)).replace("|", "/") or ALL_EQUAL
    if isinstance(entry, str):
        return (name, *[""] * (len(HUB_COLUMNS) - 2), verdict)
    size = " × ".join(str(side) for side in entry.input_shape)
    return name, size, str(entry.layer_calls), str(entry.nested), verdict


def _row(name: str, entry: Measurement | str) -> tuple[str, ...]:
    verdict = "; ".join(faults_of(entry)).replace("|", "/") or ALL_EQUAL
    if isinstance(entry, str):
        return (name, *[""] * (len(COLUMNS) - 2), verdict)
    comparison = entry.comparison
    return (
        name,
        " × ".join(str(size) for size in entry.input_shape),
        f"{entry.parameters / 1e6:.1f}",
        str(comparison.layer_calls),
        str(comparison.nested),
        f"{comparison.activation_bytes / 2**20:.0f}",
        f"{comparison.build_seconds:.1f}",
        f"{entry.plain_seconds:.2f}",
        f"{entry.captured_seconds:.2f}",
        f"{entry.ratio:.2f}",
        f"{comparison.peak_bytes / 2**30:.2f}",
        verdict,
    )


def _alignment() -> tuple[str, ...]:
    return ("---", *["--:"] * (len(COLUMNS) - 2), "---")


def _findings(found: dict[str, Measurement | str], measured: list[Measurement]) -> list[str]:
    """Gives what the table says, in plain words."""
    said = [
        "Each architecture was built with random weights at its own input size "
        f"({OPEN_SIZE} × {OPEN_SIZE} where it leaves the size open), and given one picture of "
        "noise, in a process of its own. One pass captured what every layer call put out. It was "
        "compared with what Keras's own multi-output models give for the same picture, those of a "
        "nested model run on what goes into it.",
        _verdict(found, measured),
    ]
    if measured:
        ratios = [entry.ratio for entry in measured]
        most = max(measured, key=lambda entry: entry.comparison.peak_bytes)
        said.append(
            f"Seconds are medians of {ROUNDS} passes, the plain and the captured ones by turns. "
            "The ratio is the median of those of neighbours: what else the machine does disturbs "
            "it least. Capturing everything took "
            f"{statistics.median(ratios):.2f} times as long as the plain pass in the median of the "
            f"architectures ({min(ratios):.2f} to {max(ratios):.2f}"
            f"{_BELOW_ONE if min(ratios) < 1 else ''}). The activations are those "
            "of one picture. Peak memory is that of the whole process, Python, TensorFlow and the "
            "weights included, with every activation held: at most "
            f"{most.comparison.peak_bytes / 2**30:.1f} GiB, for {most.name}."
        )
    return [line for text in said for line in ("", *textwrap.wrap(text, 100))][1:]


def _verdict(found: dict[str, Measurement | str], measured: list[Measurement]) -> str:
    wrong = [name for name, entry in found.items() if faults_of(entry)]
    if wrong:
        said = (
            f"**Not all is as it should be, in {len(wrong)} of {len(found)} architectures:** "
            f"{', '.join(wrong)}. The last column says what."
        )
    else:
        calls = sum(entry.comparison.layer_calls for entry in measured)
        said = (
            f"In all {len(found)} architectures every layer call was captured, {calls:,} together, "
            "and each value is equal to the last bit. The model's weights and config, and Keras "
            "itself, were left as they were."
        )
    not_finite = sum(len(entry.comparison.not_finite) for entry in measured)
    constant = sum(len(entry.comparison.constant) for entry in measured)
    return (
        f"{said} Activations with infinite values or NaN: {not_finite or 'none'}; with one value "
        f"all over, where being equal would say little: {constant or 'none'}."
    )


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    gpus = len(tf.config.list_physical_devices("GPU"))
    return (
        f"{os.cpu_count()} cores ({platform.machine()}) with {memory:.0f} GiB of memory and "
        f"{gpus or 'no'} GPU{'s' if gpus > 1 else ''}"
    )
