"""What holds for every model, whatever its kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer, ActivationModel, get_activations

from ..explorer import driver
from .making import Made

KERAS_CALL = keras.Layer.__call__


def as_tensors(inputs: Any) -> Any:
    """Gives inputs as the backend has them."""
    return keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)


def as_array(tensor: Any) -> np.ndarray:
    """Gives a tensor as an array: texts as such, half precision that numpy lacks as float32."""
    if isinstance(tensor, np.ndarray):
        return np.char.decode(tensor.astype(bytes)) if tensor.dtype.kind == "O" else tensor
    kind = keras.backend.standardize_dtype(tensor.dtype)
    if kind == "string":
        return np.array(tensor.numpy().astype(str))
    if kind == "bfloat16":
        tensor = keras.ops.cast(tensor, "float32")
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def by_hand(made: Made, inputs: Any) -> list[np.ndarray]:
    """Gives what the layers put out, called one after the other."""
    return [as_array(tensor) for tensor in made.by_hand(as_tensors(inputs))]


def assert_equal(one: Any, other: Any, what: str) -> None:
    """Asserts that two arrays are equal to the last bit."""
    one, other = as_array(one), as_array(other)
    assert (one.shape, one.dtype) == (other.shape, other.dtype), what
    assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), what


def assert_close(one: Any, other: Any, tolerance: float, what: str) -> None:
    """Asserts that no two values differ by more than a part of the largest."""
    one, other = as_array(one), as_array(other)
    assert one.shape == other.shape, what
    if other.dtype.kind != "f":
        assert np.array_equal(one, other), what
        return
    one, other = one.astype(np.float64), other.astype(np.float64)
    largest = float(np.abs(other[np.isfinite(other)]).max(initial=0))
    np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * largest, err_msg=what)


def check_eager_pass(made: Made, paths: Sequence[str]) -> None:
    """Asserts that a pass gives these paths, and what each layer puts out by hand."""
    expected = by_hand(made, made.inputs)
    tensors = ActivationModel(made.model)(made.inputs)
    arrays = get_activations(made.model, made.inputs)
    assert list(tensors) == list(arrays) == list(paths)
    for path, value in zip(paths, expected, strict=True):
        assert_equal(tensors[path], value, path)
        assert_equal(arrays[path], value, path)


def check_compiled_pass(made: Made, paths: Sequence[str]) -> None:
    """Asserts that `predict` gives the same paths, and nearly the same values."""
    expected = by_hand(made, made.inputs)
    predicted = ActivationModel(made.model).predict(made.inputs, verbose=0)
    assert list(predicted) == list(paths)
    for path, value in zip(paths, expected, strict=True):
        assert_close(predicted[path], value, made.tolerance, path)


def check_left_untouched(made: Made, *, predicts: bool = True) -> None:
    """Asserts that neither a pass nor an explorer leaves a trace in the model."""
    model = made.model
    model.compile("sgd", "mse", metrics=["mae"])
    model(made.inputs)
    before = state(model)
    activation_model = ActivationModel(model)
    activation_model(made.inputs)
    assert state(model) == before
    if predicts and keras.tree.flatten(made.inputs)[0].dtype.kind != "U":
        activation_model.predict(made.inputs, verbose=0)
        assert state(model) == before
    explorer = ActivationExplorer(model, made.inputs)
    for info in explorer.layers:
        explorer.layer = info.path
    explorer.close()
    assert state(model) == before


def check_explorer(made: Made, paths: Sequence[str]) -> None:
    """Asserts that each layer can be chosen, and shows what it puts out by hand, in one pass."""
    expected = by_hand(made, keras.tree.map_structure(lambda array: array[:1], made.inputs))
    explorer = ActivationExplorer(made.model, made.inputs)
    assert [info.path for info in explorer.layers] == list(paths)
    for path, value in zip(paths, expected, strict=True):
        explorer.layer = path
        for channel in (0, _last_channel(explorer)):
            explorer.channel = channel
            assert_equal(explorer.activation, value[0] if value.shape[:1] == (1,) else value, path)
            if value.dtype.kind in "US":
                with pytest.raises(ValueError, match=r"it is no map\. Read it"):
                    _ = explorer.feature_map
            else:
                assert explorer.feature_map.ndim == 2, path
            said = driver.sentences(explorer)
            assert said[0].startswith(path), said
            assert not any("⚠" in sentence for sentence in said), said
    assert driver.forward_passes(explorer) == 1
    explorer.close()


def check_later_pictures(made: Made, paths: Sequence[str]) -> None:
    """Asserts that pictures after the first ones, which may be compiled, show the same."""
    expected = by_hand(made, keras.tree.map_structure(lambda array: array[:1], made.inputs))
    four = keras.tree.map_structure(lambda array: np.repeat(array[:1], 4, axis=0), made.inputs)
    explorer = ActivationExplorer(made.model, four)
    assert len(explorer.images) == 4
    for image in range(4):
        explorer.image = image
        for path, value in zip(paths, expected, strict=True):
            explorer.layer = path
            wanted = value[0] if value.shape[:1] == (1,) else value
            assert_close(explorer.activation, wanted, made.tolerance, f"{path} of {image}")
    assert driver.forward_passes(explorer) == 4
    explorer.close()


def check_capture(made: Made) -> None:
    """Asserts that a run shows of the layers what the graph does."""
    by_graph, by_run = ActivationModel(made.model), ActivationModel(made.model)
    if not by_graph.shows_when_run:
        known = [by_graph.captured, by_graph.prediction_shape, *described(by_graph)]
        by_run(keras.tree.map_structure(lambda array: array[:1], made.inputs))
        assert [by_run.captured, by_run.prediction_shape, *described(by_run)] == known
        begun = ActivationModel(made.model)
        assert described(begun)[:2] == known[2:4]


def described(activation_model: ActivationModel) -> list[object]:
    """Gives what is known of a model beside its layers' shapes."""
    return [
        activation_model.leading_scaling(),
        activation_model.data_format(),
        activation_model.last_activation_function(),
        [
            (activation_model.role(info.path), activation_model.dtype(info.path))
            for info in activation_model.captured
        ],
    ]


def state(model: Any) -> dict[str, Any]:
    """Gives all of a model that a look at it must not change."""
    layers = list(model._flatten_layers())
    return {
        "config": _config(model),
        "variables": [_bytes(variable) for variable in model.variables],
        "weights": [array.tobytes() for array in model.get_weights()],
        "losses": [float(as_array(loss)) for loss in model.losses],
        "compiled": [id(getattr(model, name, None)) for name in ("compiled", "optimizer", "loss")],
        "metrics": [metric.name for metric in model.metrics],
        "trainable": [layer.trainable for layer in layers],
        "nodes": [(len(layer._inbound_nodes), len(layer._outbound_nodes)) for layer in layers],
        "calls": [vars(layer).get("call") for layer in layers],
        "names": [layer.name for layer in layers],
        "Layer.__call__": keras.Layer.__call__ is KERAS_CALL,
    }


def _config(model: Any) -> str | None:
    try:
        config: Mapping[str, Any] = model.get_config()
    except NotImplementedError:
        return None
    return json.dumps(config, default=str, sort_keys=True)


def _bytes(variable: Any) -> tuple[str, bytes]:
    is_of_keras_3 = isinstance(variable, keras.Variable)
    return variable.name, as_array(variable.value if is_of_keras_3 else variable).tobytes()


def _last_channel(explorer: ActivationExplorer) -> int:
    """Reads the end of the channel's number box."""
    boxes: list[widgets.BoundedIntText] = []
    rows = [explorer]
    while rows:
        row = rows.pop(0)
        boxes += [row] if isinstance(row, widgets.BoundedIntText) else []
        rows += getattr(row, "children", ())
    last: int = boxes[0].max
    return last
