"""A model's pass is compiled once for all who run it, on the backend that `KERAS_BACKEND` names."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer, get_activations
from actviz_widgets.model import jit_pass
from actviz_widgets.model import shared_pass as module
from actviz_widgets.model.shared_pass import shared_pass

COMPILES = keras.backend.backend() in ("tensorflow", "jax")
PICTURES = np.random.default_rng(0).random((6, 12, 12, 3), np.float32)


def small() -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(2, activation="softmax", name="dense"),
        ]
    )


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Notes each pass that is compiled."""
    made: list[Any] = []
    make = module._compiled

    def noting(*args: Any, **kwargs: Any) -> Any:
        made.append(make(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(module, "_compiled", noting)
    return made


def by_hand(model: keras.Model, x: np.ndarray, layer: str) -> np.ndarray:
    for each in model.layers:
        x = keras.ops.convert_to_numpy(each(x, training=False))
        if each.name == layer:
            return x
    raise AssertionError(layer)


def assert_right(model: keras.Model, x: np.ndarray = PICTURES[:1]) -> None:
    activations = get_activations(model, x)
    assert list(activations) == ["conv", "flat", "dense"]
    for path, array in activations.items():
        np.testing.assert_allclose(array, by_hand(model, x, path), rtol=1e-4, atol=1e-5)


def test_a_loop_compiles_once_from_the_third_batch_on(compiled: list[Any]) -> None:
    model = small()
    counts = []
    for picture in PICTURES:
        assert_right(model, picture[None])
        counts.append(len(compiled))
    assert counts == ([0, 0, 1, 1, 1, 1] if COMPILES else [0] * 6)


def test_explorers_of_one_model_and_loops_share_one_pass(compiled: list[Any]) -> None:
    model = small()
    for _ in range(3):
        get_activations(model, PICTURES[:1])
    for _ in range(2):
        explorer = ActivationExplorer(model, PICTURES)
        for image in range(6):
            explorer.image = image
        explorer.close()
    assert len(compiled) == COMPILES


def test_each_shape_has_its_own_and_few_are_kept(compiled: list[Any]) -> None:
    model = small()
    for count in range(1, 7):
        for _ in range(4):
            assert_right(model, PICTURES[:count])
    assert len(compiled) == 6 * COMPILES
    assert shared_pass(model)._compiled.size == 4 * COMPILES


def test_the_pass_follows_the_weights(compiled: list[Any]) -> None:
    model = small()
    for _ in range(4):
        assert_right(model)
    model.get_layer("conv").set_weights(
        [weights + 1 for weights in model.get_layer("conv").get_weights()]
    )
    assert_right(model)
    assert len(compiled) == COMPILES


def test_a_swapped_layer_is_noticed() -> None:
    model = small()
    for _ in range(4):
        assert_right(model)
    model.pop()
    model.add(keras.layers.Dense(5, activation="sigmoid", name="dense"))
    for _ in range(4):
        assert_right(model)


@pytest.mark.parametrize("change", ["activation", "quantized"])
def test_another_activation_function_and_other_kernels_are_noticed(change: str) -> None:
    model = small()
    for _ in range(4):
        assert_right(model)
    if change == "activation":
        model.get_layer("conv").activation = keras.activations.tanh
    else:
        model.get_layer("dense").quantize("int8")
    for _ in range(4):
        assert_right(model)


def test_layers_named_have_a_pass_of_their_own(compiled: list[Any]) -> None:
    model = small()
    for _ in range(4):
        activations = get_activations(model, PICTURES[:2], layers=["flat"])
        assert list(activations) == ["flat"]
        np.testing.assert_allclose(
            activations["flat"], by_hand(model, PICTURES[:2], "flat"), rtol=1e-4, atol=1e-5
        )
    assert len(compiled) == COMPILES


def test_what_is_asked_for_in_vain_costs_no_pass(compiled: list[Any]) -> None:
    model = small()
    for _ in range(4):
        with pytest.raises(ValueError, match="no layer"):
            get_activations(model, PICTURES[:1], layers=["convolution"])
        with pytest.raises(ValueError, match=r"takes \(batch_size, 12, 12, 3\)"):
            get_activations(model, np.zeros((1, 2, 2, 3), np.float32))
    assert compiled == []
    for _ in range(3):
        assert_right(model)
    assert len(compiled) == COMPILES


def test_the_arrays_are_read_only_and_stay_what_they_were() -> None:
    model = small()
    kept = [get_activations(model, picture[None])["conv"] for picture in PICTURES]
    for picture, array in zip(PICTURES, kept, strict=True):
        assert not array.flags.writeable
        np.testing.assert_allclose(
            array, by_hand(model, picture[None], "conv"), rtol=1e-4, atol=1e-5
        )
    with pytest.raises(ValueError, match="read-only"):
        kept[0][0] = 0


def test_the_arrays_look_into_the_tensors_and_are_no_copies() -> None:
    model = small()
    for _ in range(3):
        assert not any(a.flags.owndata for a in get_activations(model, PICTURES[:1]).values())


def test_an_xla_without_the_option_compiles_too(
    monkeypatch: pytest.MonkeyPatch, compiled: list[Any]
) -> None:
    monkeypatch.setattr(jit_pass, "_EACH_LAYER", {"xla_has_no_such_option": ""})
    model = small()
    for _ in range(3):
        assert_right(model)
    assert len(compiled) == COMPILES


def test_a_model_dropped_is_freed_with_its_pass() -> None:
    def used() -> list[weakref.ref[Any]]:
        model = small()
        for _ in range(4):
            get_activations(model, PICTURES[:1])
        explorer = ActivationExplorer(model, PICTURES)
        explorer.close()
        return [weakref.ref(model), weakref.ref(shared_pass(model))]

    gc.collect()
    before = len(module._passes)
    references = used()
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    assert len(module._passes) == before
