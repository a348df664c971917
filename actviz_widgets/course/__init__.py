"""What the course notebooks measure and check, apart from what they teach."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Holds back what libraries write straight to the standard error while they are imported.

    TensorFlow announces its options there before any setting of it is read, and whether it finds
    a graphics processor when it first looks for one; a notebook keeps every line. Here it looks at
    once, and later writes errors alone, unless `TF_CPP_MIN_LOG_LEVEL` is set already. Exceptions
    and Python's own warnings pass.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # a device, not a path
        before = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
            if "tensorflow" in sys.modules:
                sys.modules["tensorflow"].config.list_physical_devices()
        finally:
            os.dup2(before, 2)
            os.close(before)
