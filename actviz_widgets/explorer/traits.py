"""The kinds of traits that an explorer has; each takes only what there is."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from ..feature_maps.color_scale import color_map

_MOST_TOLD = 80  # characters of a value
# Beyond it the difference of two numbers, as an axis or a colour scale takes it, may be infinite.
LARGEST = 1e300


class SelectionError(traitlets.TraitError, ValueError):
    """There is no such picture, layer, channel or epoch.

    A `TraitError` too, which is what traitlets takes back a change for.
    """


class SelectionTypeError(traitlets.TraitError, TypeError):
    """What was chosen is of another type than a choice can be."""


class Index(traitlets.TraitType[int, Any]):
    """A trait for an index: whatever Python takes for one, numpy's integers included."""

    default_value = 0
    info_text = "an index, an integer from 0"

    def validate(self, _: Any, value: Any) -> int:
        """Gives the value as an int."""
        try:
            return operator.index(value)
        except TypeError:
            raise SelectionTypeError(
                f"{self.name!r} was set to {told(value)}; {self.info_text}, is wanted."
            ) from None


class IndexOrName(Index):
    """A trait for an index, which may be set to a name that stands for one."""

    info_text = "an index, an integer from 0, or a name"

    def validate(self, owner: Any, value: Any) -> Any:
        """Gives the value as an int, or the name."""
        return value if isinstance(value, str) else super().validate(owner, value)


class LayerPath(traitlets.Unicode[str, Any]):
    """A trait for the path of a layer."""

    def validate(self, _: Any, value: Any) -> str:
        """Gives the path, which has to be a text."""
        if not isinstance(value, str):
            raise SelectionTypeError(
                f"{self.name!r} was set to {told(value)}; the path of a layer, a text, is wanted."
            )
        return value


class OneOf(traitlets.TraitType[str, Any]):
    """A trait for one of some words."""

    def __init__(self, words: Sequence[str], default: str, **options: Any) -> None:
        self._words = tuple(words)
        super().__init__(default, **options)

    def validate(self, _: Any, value: Any) -> str:
        """Gives the word, which has to be one of those that there are."""
        if isinstance(value, str) and value in self._words:
            return str(value)
        kind = SelectionError if isinstance(value, str) else SelectionTypeError
        wanted = ", ".join(map(repr, self._words))
        raise kind(f"{self.name} was set to {told(value)}; choose one of {wanted}.")


class Switch(traitlets.TraitType[bool, Any]):
    """A trait that is on or off."""

    def validate(self, _: Any, value: Any) -> bool:
        """Gives the value, which has to be a truth value."""
        if not isinstance(value, bool | int | np.bool_) or value not in (True, False):
            raise SelectionTypeError(
                f"{self.name} was set to {told(value)}; True or False is wanted."
            )
        return bool(value)


class Number(traitlets.TraitType[float, Any]):
    """A trait for a number within a range."""

    def __init__(self, low: float, high: float, default: float, **options: Any) -> None:
        self._low, self._high = low, high
        super().__init__(default, **options)

    def validate(self, _: Any, value: Any) -> float:
        """Gives the number, which has to be within the range."""
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise SelectionTypeError(
                f"{self.name} was set to {told(value)}; a number from {self._low:g} to "
                f"{self._high:g} is wanted."
            ) from None
        if not self._low <= number <= self._high:
            raise SelectionError(
                f"{self.name} was set to {told(value)}; choose {self._low:g} to {self._high:g}."
            )
        return number


class ColorMap(traitlets.TraitType[Any, Any]):
    """A trait for a matplotlib colour map, or the name of one."""

    def validate(self, _: Any, value: Any) -> Any:
        """Gives the value, which has to be a colour map that there is."""
        try:
            color_map(value)
        except ValueError as error:
            raise SelectionError(str(error)) from None
        except TypeError as error:
            raise SelectionTypeError(str(error)) from None
        return value


class IndexOrNone(traitlets.TraitType[Any, Any]):
    """A trait for an index, or for none."""

    default_value = None

    def validate(self, _: Any, value: Any) -> Any:
        """Gives the value as an int, or `None`."""
        try:
            return None if value is None else operator.index(value)
        except TypeError:
            raise SelectionTypeError(
                f"{self.name!r} was set to {told(value)}; an index, an integer from 0, or None is "
                "wanted."
            ) from None


class Pair(traitlets.TraitType[Any, Any]):
    """A trait for two numbers, or for none."""

    default_value = None

    def validate(self, _: Any, value: Any) -> Any:
        """Gives a tuple of two finite numbers, or `None`."""
        if value is None:
            return None
        try:
            first, second = value
            pair = float(first), float(second)
        except (TypeError, ValueError, OverflowError):
            raise SelectionTypeError(
                f"{self.name} was set to {told(value)}; two numbers are wanted, or None."
            ) from None
        if not all(abs(number) <= LARGEST for number in pair):
            raise SelectionError(
                f"{self.name} was set to {told(value)}; they have to be finite, and no larger than "
                f"{LARGEST:g}."
            )
        return pair


class NameOrNone(traitlets.TraitType[Any, Any]):
    """A trait for one of several by its name or its index, or for none."""

    default_value = None

    def validate(self, _: Any, value: Any) -> Any:
        """Gives the name or index, or `None`."""
        if value is None or isinstance(value, str):
            return value
        try:
            return operator.index(value)
        except TypeError:
            raise SelectionTypeError(
                f"{self.name} was set to {told(value)}; a name, an index, or None is wanted."
            ) from None


class PlaceOrNone(traitlets.TraitType[Any, Any]):
    """A trait for a place, an index along each axis, or for none."""

    default_value = None

    def validate(self, _: Any, value: Any) -> Any:
        """Gives a tuple of indices, or `None`."""
        if value is None:
            return None
        try:
            given = (value,) if hasattr(value, "__index__") else tuple(value)
            return tuple(operator.index(one) for one in given)
        except TypeError:
            raise SelectionTypeError(
                f"{self.name} was set to {told(value)}; a row and a column, as (12, 30), a step of "
                "a sequence, or None is wanted."
            ) from None


def told(value: Any) -> str:
    """Writes a value down in a line: short, and without where in memory it lies."""
    try:
        text = " ".join(re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value)).split())
    except Exception:  # whatever its own code raises
        text = f"something of type {type(value).__name__}"
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"
