"""What inputs a model declares, in the words that pictures are checked against."""

from __future__ import annotations

import itertools
from typing import Any

import keras

from ..model.activation_model import ActivationModel
from ..model.symbolic_inputs import built_shape, model_inputs
from ..pictures.model_input import ModelInput


def declared_inputs(activation_model: ActivationModel) -> Any:
    """Describes the inputs of a model.

    Returns:
        A `ModelInput`; of a model of several inputs one for each, in the list, tuple or dict in
        which the model declares them.
    """
    symbols = model_inputs(activation_model.model)
    data_format = activation_model.data_format()
    if symbols is None:
        # Written by hand: all that is known is the shape it was built for.
        shapes = built_shape(activation_model.model)
        if isinstance(shapes, dict):
            return {
                name: ModelInput(tuple(shape[1:]), name=name, is_sought=True)
                for name, shape in shapes.items()
            }
        if shapes is not None and not (shapes[0] is None or isinstance(shapes[0], int)):
            return [ModelInput(tuple(shape[1:]), is_sought=True) for shape in shapes]
        shape = tuple(shapes[1:]) if shapes and len(shapes) > 1 else None
        scaling = activation_model.leading_scaling()
        return ModelInput(shape, scaling=scaling, data_format=data_format, is_sought=True)
    index = itertools.count()
    return keras.tree.map_structure(
        lambda symbol: ModelInput(
            tuple(symbol.shape[1:]),
            keras.backend.standardize_dtype(symbol.dtype),
            activation_model.leading_scaling(next(index)),
            data_format if len(symbol.shape) >= 4 else None,
            symbol.name.split(":")[0],
            is_sought=True,
        ),
        symbols,
    )
