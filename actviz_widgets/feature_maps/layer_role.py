"""What is known of a layer's activation beside its shape, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


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
        grid: Height and width of the last feature maps before this call.
    """

    passes_on: bool = False
    channels_first: bool | None = None
    is_attention: bool = False
    may_be_tokens: bool = False
    grid: tuple[int, int] | None = None
