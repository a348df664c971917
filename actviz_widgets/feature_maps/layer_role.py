"""What is known of a layer's activation beside its shape, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

USUAL_EXTRAS = (0, 1, 2, 5)
"""Rows in front of those of a grid, where it was not seen how many: none, a class token, one more
for distillation, or a class token and four registers."""


@dataclass(frozen=True)
class LayerRole:
    """What is known of a tensor that a layer call puts out, beside its shape.

    Attributes:
        passes_on: Whether the layer, in inference, puts out what it is given (`Dropout`, ...) or
            stands for an input of the model.
        channels_first: Whether the channels stand before height and width; `None` where neither
            this layer nor one before it tells.
        is_attention: Whether these are attention scores, `(heads, query, key)` or `(query, key)`.
        may_be_tokens: Whether rows of a `(count, channels)` activation may be patches of a picture.
        grid: Height and width of the feature maps that it was made of, as far as that was seen;
            else of the last ones before this call.
        extra: How many rows stand before those of the grid; `None` where that was not seen.
        is_on_grid: Whether the first two axes are height and width of the grid, and what stands
            between them and the channels are slices, such as the anchors of a detector.
        is_heads: Whether these are `(rows, heads, size)`, such as the queries of attention.
        is_time: Whether rows are steps of time.
    """

    passes_on: bool = False
    channels_first: bool | None = None
    is_attention: bool = False
    may_be_tokens: bool = False
    grid: tuple[int, int] | None = None
    extra: int | None = None
    is_on_grid: bool = False
    is_heads: bool = False
    is_time: bool = False
