"""What a benchmark finds: one row of the table for each ratio, with the bound beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One ratio.

    Attributes:
        work: What is measured, and against what.
        value: The ratio, or a count.
        at_most: The bound from above; `None` where there is none.
        at_least: The bound from below; `None` where there is none.
        figures: What the ratio was made of, with units in the names, such as `"explorer, ms"`.
    """

    work: str
    value: float
    at_most: float | None = None
    at_least: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the value keeps the bound; `None` where there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    @property
    def bound(self) -> str:
        """The bound in words, empty where there is none."""
        if self.at_most is not None:
            return f"≤ {short(self.at_most)}"
        return "" if self.at_least is None else f"≥ {short(self.at_least)}"

    def as_json(self) -> dict[str, Any]:
        """Gives the row as JSON has it, of which `Row(**fields)` is made again."""
        return {
            "work": self.work,
            "value": float(f"{self.value:.4g}"),
            "at_most": self.at_most,
            "at_least": self.at_least,
            "figures": {name: float(f"{value:.4g}") for name, value in self.figures.items()},
        }


@dataclass(frozen=True)
class Measured:
    """What one part of the benchmarks found.

    Attributes:
        rows: Its rows.
        versions: What it ran on beside what every part does, by name.
    """

    rows: list[Row]
    versions: Mapping[str, str] = field(default_factory=dict)


def short(value: float) -> str:
    """Writes a number with three digits, and no more places than it needs."""
    if value == 0:
        return "0"
    places = max(2 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
