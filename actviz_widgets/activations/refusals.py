"""What to say of what is computed and kept: how much of it, and why something is not."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.backends import first_lines


def too_large(path: str, size: int, shape: tuple[int | None, ...], memory_budget: int) -> str:
    """Says why a layer is not shown."""
    sizes = " × ".join(str(side) for side in shape)
    return (
        f"{path} puts out {sizes} values for this picture, {in_bytes(size)}. That is more than "
        f"memory_budget allows to keep, {in_bytes(memory_budget)}. Give a larger memory_budget, or "
        "a smaller picture where the model takes one."
    )


def not_called(path: str) -> str:
    """Says that there is nothing to show of a layer."""
    return (
        f"The model did not call {path!r} for this picture, though it did for an earlier one: "
        "which layers it calls depends on the picture."
    )


def in_parts(total: int, memory_budget: int, part_count: int) -> str:
    """Says that the layers of one picture are not all kept."""
    return (
        f"This picture and all its layers take {in_bytes(total)}, and memory_budget is "
        f"{in_bytes(memory_budget)}: they are computed in {part_count} parts, as they are looked "
        "at."
    )


def epoch_line(epoch: int, newest: int, logs: Mapping[str, float], left_out: str) -> str:
    """Says which epoch is shown, and what the training had come to by then.

    Args:
        epoch: The one shown.
        newest: The last one there was.
        logs: Losses and metrics by name; of the network before training none.
        left_out: A sentence on the epochs that are not kept; empty if all are.
    """
    numbers = ", ".join(f"{name} {value:.4g}" for name, value in logs.items())
    line = f"Epoch {epoch} of {newest}: {numbers or 'before training'}."
    return f"{line} {left_out}".strip()


def in_bytes(size: int) -> str:
    """Writes a number of bytes as people read it: `14.7 MB`."""
    value, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while float(f"{value:.3g}") >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.3g} {units[0] if size != 1 else 'byte'}"


def refusal(name: str, shapes: str, error: Exception) -> str:
    """Says that a model cannot take an input, with the first lines of its own reason.

    Args:
        name: What the picture is called.
        shapes: Shapes and dtypes that the model was given, in words.
        error: What the model raised.
    """
    return f"The model cannot take the picture {name!r}, given as {shapes}: {first_lines(error)}"
