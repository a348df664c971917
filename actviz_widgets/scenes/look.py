"""How to show what is chosen, at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from ..feature_maps.color_scale import ColorScale


@dataclass(frozen=True)
class Look:
    """How to show what is chosen; see the traits of the explorer that are called so.

    Attributes:
        view: What the figure shows.
        order: What the channels are ordered by.
        opacity: Of a map over the picture, 0 to 1.
        tiles: Channels on a page.
        scale: The colour scale.
        class_index: The class to explain, from 0; `None` for the predicted one.
        output: Which of several outputs the class is of; `None` for none.
        output_place: The place of a map or sequence that is explained; `None` for their mean.
        other_image: Index of the picture to compare with; `None` for the same.
        other_model: Whether to compare with the second model.
        other_epoch: The epoch to compare with; `None` for the same.
    """

    view: str
    order: str
    opacity: float
    tiles: int
    scale: ColorScale
    class_index: int | None
    output: str | None
    output_place: tuple[int, ...] | None
    other_image: int | None
    other_model: bool
    other_epoch: int | None
