"""The machine that a notebook must do with: offline, one core, little memory. Linux only.

A limit on the address space would not do for the memory: TensorFlow reserves many times what it
uses. So the peak of what a process really had in memory is read afterwards.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

# Nothing listens on the discard port: whatever asks the web is refused at once.
_NOWHERE = "http://127.0.0.1:9"
ENVIRONMENT = {
    **{f"{name}_proxy": _NOWHERE for name in ("http", "https", "all")},
    **{f"{name}_PROXY": _NOWHERE for name in ("HTTP", "HTTPS", "ALL")},
    "no_proxy": "127.0.0.1,localhost",
    "NO_PROXY": "127.0.0.1,localhost",
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
"""Variables of a process that is kept offline and to one thread."""


@contextmanager
def one_core() -> Iterator[None]:
    """Holds every process that is started meanwhile to one core, as it inherits that."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def peak_memory(pid: int) -> int:
    """Bytes that a process and those it started have had in memory at most, each at its peak."""
    process = psutil.Process(pid)
    return sum(_peak(one.pid) for one in (process, *process.children(recursive=True)))


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0  # a process that has ended and was not waited for
