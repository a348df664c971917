"""One picture in a batch: repeated to the size that a model insists on, and cut out of what comes.

A layer that cuts a picture into windows puts out one after the other, where the batch was: what it
puts out is all of the one picture.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from ..model import backends
from ..model.symbolic_inputs import fixed_batch_size
from .layer_arrays import Unmade


class OnePicture:
    """Gives a model one picture, and takes of what it puts out what is of that picture.

    Args:
        model: The model.

    Attributes:
        batch_size: How often the picture has to go in; 1 if the model takes batches of any size.
    """

    def __init__(self, model: keras.Model) -> None:
        self.batch_size = fixed_batch_size(model)

    def repeated(self, model_input: Any) -> Any:
        """Gives the model input of a picture as often as the model wants it in a batch.

        Args:
            model_input: An array; for several inputs a list, tuple or dict of arrays.
        """
        if self.batch_size == 1:
            return model_input
        return keras.tree.map_structure(
            lambda array: np.repeat(array, self.batch_size, axis=0), model_input
        )

    def of(self, array: np.ndarray, output_shape: tuple[int | None, ...] = (None,)) -> np.ndarray:
        """Gives what is of the picture in what a layer put out, without batch axis, read-only.

        Args:
            array: What the layer put out.
            output_shape: The shape that the layer declares for it, batch axis first if it has one.
                Defaults to that of a batch.
        """
        return self._own(array[0] if self._is_batch(array, output_shape) else array)

    def unmade(self, tensor: Any, output_shape: tuple[int | None, ...]) -> np.ndarray | Unmade:
        """Gives the same of a tensor, when it is looked at; what has no size beforehand, at once.

        Args:
            tensor: What the layer put out, a tensor of the backend.
            output_shape: See `of`.
        """
        size = backends.size_as_array(tensor)
        if size is None or self.batch_size > 1:  # of a larger batch, this picture alone is kept
            return self.of(backends.as_array(tensor, shared=True), output_shape)
        return Unmade(lambda: self.of(backends.as_array(tensor, shared=True), output_shape), size)

    def in_batch_of_one(
        self, array: np.ndarray, output_shape: tuple[int | None, ...]
    ) -> np.ndarray:
        """Gives the same as `of`, behind a batch axis of 1."""
        return self.first(array) if self._is_batch(array, output_shape) else self._own(array[None])

    def first(self, array: np.ndarray) -> np.ndarray:
        """Gives the first row of what has a row for each picture of the batch, behind its axis."""
        return self._own(array[:1] if self.batch_size > 1 else array)

    def _is_batch(self, array: np.ndarray, output_shape: tuple[int | None, ...]) -> bool:
        return output_shape[:1] == (None,) and array.shape[:1] == (self.batch_size,)

    def _own(self, array: np.ndarray) -> np.ndarray:
        # A part of a larger array would keep all of it.
        return backends.read_only(np.array(array) if self.batch_size > 1 else array)
