"""Check one architecture of `keras.applications`: every captured value against a plain pass's.

`python -m tests.applications.check VGG16` prints what it found as one line of JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from actviz_widgets import ActivationModel

# What MobileNetV3, the only ones whose input is left open, are documented to be for.
OPEN_SIZE = 224
ROUNDS = 7


def faults(
    missing: list[str], unexpected: list[str], unequal: list[str], changed: list[str]
) -> list[str]:
    """Gives one line for each kind of thing that is not as it should be."""
    kinds = {
        "not captured": missing,
        "captured, but no layer call": unexpected,
        "unequal": unequal,
        "changed": changed,
    }
    return [
        f"{len(found)} {kind}: {', '.join(found[:5])}{', ...' if len(found) > 5 else ''}"
        for kind, found in kinds.items()
        if found
    ]


@dataclass(frozen=True)
class Comparison:
    """What the pass that captures everything gave, next to a plain one.

    Attributes:
        layer_calls: How many activations were captured.
        nested: How many of them lie within a nested model.
        activation_bytes: Size of all of them together.
        constant: Those that hold one value over and over, where equality says little.
        not_finite: Those with an infinite value or NaN in them.
        missing: Layer calls of the model that were not captured.
        unexpected: What was captured, and is no layer call of the model.
        unequal: Those of which a bit differs; `(predictions)` for what the model itself returns.
        changed: What is no longer as it was before: the weights, the config, Keras itself.
        build_seconds: Time that `ActivationModel(model)` took.
        peak_bytes: The most memory the process ever held, up to the end of the captured pass.
    """

    layer_calls: int
    nested: int
    activation_bytes: int
    constant: list[str]
    not_finite: list[str]
    missing: list[str]
    unexpected: list[str]
    unequal: list[str]
    changed: list[str]
    build_seconds: float
    peak_bytes: int

    @property
    def faults(self) -> list[str]:
        """One line for each kind of thing that is not as it should be."""
        return faults(self.missing, self.unexpected, self.unequal, self.changed)


@dataclass(frozen=True)
class Measurement:
    """An architecture, how it compared, and how long its passes took.

    Attributes:
        plain_seconds: Median of the passes that capture nothing.
        captured_seconds: Median of those that capture everything.
        ratio: How many times as long as the plain pass before it a captured one took, the median.
    """

    name: str
    input_shape: tuple[int, ...]
    parameters: int
    plain_seconds: float
    captured_seconds: float
    ratio: float
    comparison: Comparison


def constructors() -> dict[str, Callable[..., keras.Model]]:
    """Gives all model constructors of `keras.applications` by name."""
    return {
        name: function
        for name, function in sorted(vars(keras.applications).items())
        if inspect.isfunction(function) and "weights" in inspect.signature(function).parameters
    }


def build(name: str, input_shape: tuple[int, int, int] | None = None) -> keras.Model:
    """Makes a model with random weights, the same ones each time."""
    keras.utils.set_random_seed(0)
    model = constructors()[name](weights=None, input_shape=input_shape)
    # Keras starts biases, normalizations and layer scales at 0, 1 or next to nothing. Then a
    # picture fades on its way through a deep model, and zeros equal zeros whatever the layer.
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if len(weight.shape) == 1 and keras.backend.is_float_dtype(weight.dtype):
            weight.assign_add(rng.uniform(-0.25, 0.25, weight.shape))
    return model


def picture(name: str, model: keras.Model) -> np.ndarray:
    """Gives a picture of noise of the model's input size, preprocessed as the model wants it."""
    height, width, channels = model.inputs[0].shape[1:]
    shape = (1, height or OPEN_SIZE, width or OPEN_SIZE, channels)
    pixels = np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)
    preprocess_input = vars(inspect.getmodule(constructors()[name]))["preprocess_input"]
    return np.asarray(preprocess_input(pixels))


def check(model: keras.Model, pictures: np.ndarray) -> Comparison:
    """Captures every activation of a model in one pass, and compares them with a plain one.

    Of each activation only the digest of its bytes outlives the pass it comes from: equal digests
    are values equal to the last bit, NaN included, and the two passes are never in memory at once.
    """
    before = state_of(model)
    started = time.perf_counter()
    activation_model = ActivationModel(model)
    build_seconds = time.perf_counter() - started
    forward = activation_model.forward_pass(pictures)
    # Linux counts it in KiB. It comes before all else, which needs memory of its own.
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    after = state_of(model)
    arrays = {path: array_of(tensor) for path, tensor in forward.activations.items()}
    captured = {path: digest_of(array) for path, array in arrays.items()}
    activation_bytes = sum(array.nbytes for array in arrays.values())
    constant = [path for path, array in arrays.items() if (array == array.flat[0]).all()]
    not_finite = [path for path, array in arrays.items() if not np.isfinite(array).all()]
    predictions = digest_of(array_of(forward.predictions))
    del forward, arrays

    plain = dict(plain_activations(model, pictures))
    unequal = [path for path in captured if path in plain and captured[path] != plain[path]]
    if predictions != digest_of(array_of(model(pictures, training=False))):
        unequal.append("(predictions)")
    expected = set(layer_paths(model))
    return Comparison(
        layer_calls=len(captured),
        nested=sum("/" in path for path in captured),
        activation_bytes=activation_bytes,
        constant=constant,
        not_finite=not_finite,
        missing=sorted((expected | plain.keys()) - captured.keys()),
        unexpected=sorted(captured.keys() - (expected & plain.keys())),
        unequal=unequal,
        changed=[what for what in before if before[what] != after[what]],
        build_seconds=build_seconds,
        peak_bytes=peak_bytes,
    )


def measure(name: str) -> Measurement:
    """Builds an architecture at its own input size, checks it, and times its passes."""
    model = build(name)
    pictures = picture(name, model)
    comparison = check(model, pictures)
    activation_model = ActivationModel(model)
    plain, captured = [], []
    # By turns: what else the machine does changes, but little from one pass to the next.
    for _ in range(ROUNDS):
        plain.append(_seconds(lambda: model(pictures, training=False)))
        captured.append(_seconds(lambda: activation_model.forward_pass(pictures)))
    return Measurement(
        name=name,
        input_shape=pictures.shape[1:],
        parameters=model.count_params(),
        plain_seconds=statistics.median(plain),
        captured_seconds=statistics.median(captured),
        ratio=statistics.median(one / other for one, other in zip(captured, plain, strict=True)),
        comparison=comparison,
    )


def layer_paths(model: keras.Model, prefix: str = "") -> Iterator[str]:
    """Gives the path of every layer of a model in which each is called once."""
    for layer in model.layers:
        yield prefix + layer.name
        if isinstance(layer, keras.Model):
            yield from layer_paths(layer, f"{prefix}{layer.name}/")


def plain_activations(
    model: keras.Model, inputs: Any, prefix: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Gives the digest of each layer's output, computed by Keras's own multi-output models.

    A layer within a nested model is connected to nothing outside it. So the nested model gets a
    multi-output model of its own, run on what goes into it in the outer one.
    """
    layers = model.layers
    nested = [layer for layer in layers if isinstance(layer, keras.Model)]
    # A nested model's own `output` and `input` are those within it. These are the ones in the
    # graph around it, at the layer's first call; should an architecture call one twice, the
    # second call shows as captured, but no layer call.
    outputs = [keras.Operation.output.fget(layer) for layer in layers]
    entries = [keras.Operation.input.fget(layer) for layer in nested]
    multi_output = keras.Model(model.inputs, outputs + entries)
    values = keras.tree.flatten(multi_output([inputs], training=False))
    for layer, value in zip(layers, values[: len(layers)], strict=True):
        yield prefix + layer.name, digest_of(array_of(value))
    for layer, value in zip(nested, values[len(layers) :], strict=True):
        yield from plain_activations(layer, value, f"{prefix}{layer.name}/")


def state_of(model: keras.Model) -> dict[str, Any]:
    weights = [digest_of(array_of(weight.value)) for weight in model.variables]
    return {
        "weights": weights,
        "config": model.get_config(),
        "keras.Layer.__call__": keras.Layer.__call__,
    }


def array_of(tensor: Any) -> np.ndarray:
    """Gives a tensor as an array on the same memory; `tensor.numpy()` would be a copy."""
    return np.asarray(memoryview(tf.convert_to_tensor(tensor)))


def digest_of(array: np.ndarray) -> bytes:
    digest = hashlib.blake2b(f"{array.dtype} {array.shape}".encode())
    digest.update(np.ascontiguousarray(array))
    return digest.digest()


def _seconds(run: Callable[[], Any]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=constructors())
    print(json.dumps(asdict(measure(parser.parse_args().name))))
