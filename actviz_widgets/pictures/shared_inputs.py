"""Whether two models take the same pictures, by the inputs that each of them declares."""

from __future__ import annotations

from . import structures
from .array_inputs import input_names
from .model_input import Inputs, ModelInput


def check_same(first: Inputs, second: Inputs) -> None:
    """Checks that a second model takes all that goes into the first.

    Args:
        first: What the first model takes.
        second: What the second one takes.

    Raises:
        ValueError: If it does not; it says what each takes.
    """
    ones: list[ModelInput] = structures.leaves(first)
    others: list[ModelInput] = structures.leaves(second)
    agree = structures.places(first) == structures.places(second) and all(
        _takes(other, one) for one, other in zip(ones, others, strict=True)
    )
    if not agree:
        raise ValueError(
            f"The second model takes {_in_words(second)}, the first {_in_words(first)}. To compare "
            "them both have to take the same pictures: give a model of the same inputs."
        )


def scaling_note(first: Inputs, second: Inputs) -> str:
    """Says which of two models scales pixels itself, if only one does; empty if both or none."""
    if not isinstance(first, ModelInput) or not isinstance(second, ModelInput):
        return ""
    if not first.is_picture or first.takes_pixels == second.takes_pixels:
        return ""
    scaled, other = ("first", "second") if first.takes_pixels else ("second", "first")
    return (
        f"The {scaled} model scales pixels itself, the {other} does not; both see what was made of "
        "the pictures for the first."
    )


def _takes(other: ModelInput, one: ModelInput) -> bool:
    """Whether an input takes all that goes into another one."""
    if one.shape is not None and other.shape is not None:
        if len(one.shape) != len(other.shape):
            return False
        if any(mine not in (None, its) for its, mine in zip(one.shape, other.shape, strict=True)):
            return False
    are_floats = "float" in one.dtype and "float" in other.dtype
    same_order = not one.is_picture or one.channels_first == other.channels_first
    return same_order and (are_floats or one.dtype == other.dtype)


def _in_words(inputs: Inputs) -> str:
    wanted: list[ModelInput] = structures.leaves(inputs)
    if len(wanted) == 1:
        return wanted[0].in_words
    named = zip(input_names(inputs), wanted, strict=True)
    return ", ".join(f"{name!r} {one.in_words}" for name, one in named)
