"""The layer call at which a run of a model ended, in words."""

from __future__ import annotations

from dataclasses import dataclass

from . import backends


@dataclass(frozen=True)
class Failure:
    """The layer call that raised: the innermost one.

    Attributes:
        path: Its address; empty for the model itself.
        class_name: The layer's class.
        shapes: The shapes it was given.
        error: What it raised.
    """

    path: str
    class_name: str
    shapes: tuple[tuple[int | None, ...], ...]
    error: Exception

    def __str__(self) -> str:
        who = f"The layer {self.path!r} ({self.class_name})" if self.path else "The model itself"
        given = " and ".join(str(shape) for shape in self.shapes) or "no tensors"
        kind = type(self.error).__name__
        return f"{who}, given {given}, raised {kind}: {backends.first_lines(self.error)}"
