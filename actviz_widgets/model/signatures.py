"""What a compiled pass is made for: shapes and dtypes of the inputs."""

from __future__ import annotations

from typing import Any, TypeAlias

import keras
import numpy as np

from . import backends

Signature: TypeAlias = tuple[tuple[tuple[int, ...], str], ...]
"""Shape, batch axis first, and dtype of each input, in the order in which `keras.tree` has them."""


def signature_of(inputs: Any) -> Signature | None:
    """Gives the shapes and dtypes of a batch of inputs.

    Args:
        inputs: Arrays or tensors, of several inputs in a structure.

    Returns:
        `None` where one of the inputs is neither, or tells no shape.
    """
    leaves = keras.tree.flatten(inputs)
    if not all(isinstance(leaf, np.ndarray) or keras.ops.is_tensor(leaf) for leaf in leaves):
        return None
    signature = tuple((tuple(leaf.shape), _dtype_of(leaf)) for leaf in leaves)
    is_whole = all(size is not None for shape, _ in signature for size in shape)
    return signature if signature and is_whole else None


def _dtype_of(leaf: Any) -> str:
    if isinstance(leaf, np.ndarray):
        return "string" if leaf.dtype.kind in "USO" else str(leaf.dtype)
    return backends.dtype_name(leaf)
