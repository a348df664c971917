"""Two feature maps on one colour scale, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .color_scale import ColorScale, limits


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two feature maps to be shown side by side.

    Attributes:
        first: `(height, width)`.
        second: The other one, of any size.
        limits: Where the colour scale of both begins and ends.
        difference: The second minus the first, place by place, floats; NaN where either is NaN or
            both are infinite. `None` for maps of unlike size.
        difference_limits: Where the colour scale of the difference begins and ends, with zero in
            its middle; `None` if there is none.
        note: Why there is no difference; empty if there is one.
    """

    first: np.ndarray
    second: np.ndarray
    limits: tuple[float, float]
    difference: np.ndarray | None
    difference_limits: tuple[float, float] | None
    note: str = ""

    @property
    def largest_difference(self) -> float | None:
        """The size of the largest finite difference; `None` if there is none."""
        if self.difference is None:
            return None
        finite = self.difference[np.isfinite(self.difference)]
        return float(np.abs(finite).max()) if finite.size else None


def compare(
    first: np.ndarray,
    second: np.ndarray,
    *activations: np.ndarray,
    scale: ColorScale | None = None,
    clip: float = 0.0,
    symmetric: bool = False,
) -> Comparison:
    """Puts two feature maps on one colour scale, and takes their difference.

    Args:
        first: `(height, width)`, of any numeric dtype.
        second: The other one: of another picture, model or checkpoint.
        *activations: All that each one's layer puts out, for a scale over the whole layer.
        scale: The scale of both, which says the two that follow too. Defaults to `None`: over the
            values of both.
        clip: Percentage of the values of both that may lie outside of the scale at each end, and
            of the differences that may outside of theirs. Defaults to 0, nothing.
        symmetric: Whether zero is to be in the middle of the scale of both. Defaults to `False`.

    Raises:
        ValueError: If `clip` is not 0 up to 50.
    """
    both = np.concatenate([first.ravel(), second.ravel()], dtype=_float_of(first, second))
    scale = scale or ColorScale(clip=clip, symmetric=symmetric)
    shared = scale.limits(both, *activations)
    if first.shape != second.shape:
        sizes = " and ".join(" × ".join(map(str, one.shape)) for one in (first, second))
        note = (
            f"The maps are {sizes}, so they have no difference place by place. Choose layers, or "
            "pictures, whose maps have the same size."
        )
        return Comparison(first, second, shared, None, None, note)
    dtype = _float_of(first, second)
    with np.errstate(invalid="ignore", over="ignore"):
        difference = second.astype(dtype) - first.astype(dtype)
    return Comparison(
        first, second, shared, difference, limits(difference, clip=scale.clip, symmetric=True)
    )


def _float_of(first: np.ndarray, second: np.ndarray) -> np.dtype:
    """Gives a floating-point type that takes both maps without loss, and can be drawn."""
    return np.result_type(first.dtype, second.dtype, np.float32)
