"""Times rivals by turns in one process, so that what else the machine does disturbs all alike."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping

Work = Callable[[], object]

_CALM, _PATIENCE = 0.2, 20  # seconds


def settle() -> None:
    """Waits until this process has nothing to do, such as a trace begun in the background."""
    gc.collect()
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        before = time.process_time()
        time.sleep(_CALM)
        if time.process_time() - before < _CALM / 10:
            return


def seconds(work: Work) -> float:
    """Times one run."""
    start = time.perf_counter()
    result = work()
    end = time.perf_counter()
    del result  # what it takes to free it is nobody's step
    return end - start


def interleaved(
    rivals: Mapping[str, Work],
    rounds: int,
    *,
    warm_ups: int = 3,
    before_each: Work = lambda: None,
) -> dict[str, list[float]]:
    """Times rivals by turns, in each round in another order, always the same ones.

    What ran just before leaves threads and memory in another state: so it is not always the same.

    Args:
        rivals: What to run, by name.
        rounds: Number of runs of each that count.
        warm_ups: Number of runs of each, before, that do not.
        before_each: Is run before every run, and not timed.

    Returns:
        Milliseconds of each run, by name.
    """
    for _ in range(warm_ups):
        for work in rivals.values():
            before_each()
            work()
    settle()
    times: dict[str, list[float]] = {name: [] for name in rivals}
    names, order = list(rivals), random.Random(0)
    for _ in range(rounds):
        order.shuffle(names)
        for name in names:
            before_each()
            times[name].append(1000 * seconds(rivals[name]))
    return times


def medians(times: Mapping[str, Iterable[float]]) -> dict[str, float]:
    """Gives the median of each rival's runs."""
    return {name: statistics.median(values) for name, values in times.items()}


def percentile_95(values: Iterable[float]) -> float:
    """Gives the value that 95 of 100 runs stay below, of two runs or more."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def in_milliseconds(figures: Mapping[str, float]) -> dict[str, float]:
    """Adds the unit to the names."""
    return {f"{name}, ms": value for name, value in figures.items()}
