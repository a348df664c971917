"""A second model on the pictures of a first: how its layers are found, and what it leaves alone."""

from __future__ import annotations

import random
from pathlib import Path

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationHistory
from actviz_widgets.activations.explored import Explored, explored_model
from actviz_widgets.activations.second_model import SecondModel, second_model

L = keras.layers
PICTURES = np.random.default_rng(0).random((3, 12, 12, 3), np.float32)
BUDGET = 2**26


def named(seed: int = 1, size: int = 12, dtype: str = "float32") -> keras.Model:
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((size, size, 3), dtype=dtype, name="picture")
    x = L.Conv2D(4, 3, name="conv")(inputs)
    x = L.GlobalAveragePooling2D(name="pool")(L.Dropout(0.5, name="drop")(x))
    return keras.Model(inputs, L.Dense(2, name="dense")(x), name=f"named_{seed}")


def numbered(seed: int, units: int = 2) -> keras.Model:
    """Gives a model whose layers Keras names."""
    keras.utils.set_random_seed(seed)
    layers = [L.Conv2D(4, 3), L.Conv2D(4, 3, padding="same"), L.Flatten(), L.Dense(units)]
    return keras.Sequential([keras.Input((12, 12, 3)), *layers])


def opened(model: keras.Model, images: object = PICTURES, **options: object) -> Explored:
    layers = options.get("layers")
    return explored_model(model, images, None, layers, BUDGET)  # type: ignore[arg-type]


def compare(second: SecondModel, layer: str, image: int = 0) -> np.ndarray:
    extraction, kept_pass = second.get(image, layer)
    assert extraction is second.extraction
    return kept_pass.activations[second.path_of(layer)]


def conv_of(model: keras.Model, image: int = 0, index: int = 1) -> np.ndarray:
    return np.asarray(model.layers[index](PICTURES[image : image + 1]))[0]


def test_layers_of_one_name_are_compared() -> None:
    first, other = named(1), named(2)
    explored = opened(first)
    second = second_model(other, explored, BUDGET)
    assert second.name == "named_2"
    assert second.note == ""
    assert second.layers == ("picture", "conv", "drop", "pool", "dense")
    for image in range(3):
        np.testing.assert_allclose(compare(second, "conv", image), conv_of(other, image), atol=1e-5)
        kept_pass = explored.by_epoch[0].get(image, "conv")
        np.testing.assert_allclose(kept_pass.activations["conv"], conv_of(first, image), atol=1e-5)
    compare(second, "dense", 2)
    assert second.extraction.activations.forward_passes == 3


def test_names_that_keras_has_numbered_on_are_matched_by_their_place() -> None:
    first, other = numbered(1), numbered(2)
    # Some of the names of the first are those of other layers in the second.
    third = keras.Sequential([keras.Input((12, 12, 3)), L.Conv2D(4, 3, name=first.layers[1].name)])
    for layer in numbered(3).layers[1:]:
        third.add(layer)
    explored = opened(first)
    paths = [layer.name for layer in first.layers]
    for model in (other, third):
        second = second_model(model, explored, BUDGET)
        assert second.layers == tuple(paths)
        assert [second.path_of(path) for path in paths] == [layer.name for layer in model.layers]
        activation = compare(second, paths[0])
        np.testing.assert_allclose(activation, conv_of(model, index=0), atol=1e-5)


def test_models_that_differ_are_matched_by_name_alone() -> None:
    inputs = keras.Input((12, 12, 3), name="picture")
    x = L.Conv2D(8, 5, name="conv")(inputs)
    other = keras.Model(inputs, L.Flatten(name="flat")(x))
    second = second_model(other, opened(named()), BUDGET)
    assert second.layers == ("picture", "conv")
    assert compare(second, "conv").shape == (8, 8, 8)
    with pytest.raises(ValueError, match="The second model has no layer 'pool'; choose one"):
        second.get(0, "pool")
    with pytest.raises(ValueError, match="has no layer 'con'; the nearest are 'conv'"):
        second.get(0, "con")


def test_models_without_a_layer_in_common_are_refused() -> None:
    inputs = keras.Input((12, 12, 3), name="other_picture")
    other = keras.Model(inputs, L.Flatten(name="flat")(inputs), name="flattened")
    with pytest.raises(ValueError, match="'flattened', shares no layer with the first") as raised:
        second_model(other, opened(named()), BUDGET)
    assert "'flat'" in str(raised.value)
    assert "'conv'" in str(raised.value)


def test_layers_left_out_of_the_first_are_left_out() -> None:
    second = second_model(named(2), opened(named(1), layers=["conv", "pool"]), BUDGET)
    assert second.layers == ("conv", "pool")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (lambda: named(2, size=14), r"takes \(14, 14, 3\) float32, the first \(12, 12, 3\) float"),
        (lambda: named(2, dtype="uint8"), r"takes \(12, 12, 3\) uint8, the first"),
    ],
)
def test_models_of_other_inputs_are_refused(other, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=sentence):
        second_model(other(), opened(named()), BUDGET)


def test_several_inputs_have_to_agree() -> None:
    def two(size: int) -> keras.Model:
        a, b = keras.Input((4,), name="a"), keras.Input((size,), name="b")
        return keras.Model({"a": a, "b": b}, L.Dense(2, name="d")(L.Concatenate(name="c")([a, b])))

    given = {"a": np.ones((2, 4), np.float32), "b": np.ones((2, 3), np.float32)}
    explored = opened(two(3), given)
    second = second_model(two(3), explored, BUDGET)
    assert compare(second, "c", 1).shape == (7,)
    with pytest.raises(
        ValueError, match=r"takes 'a' \(4,\) float32, 'b' \(5,\) float32, the first"
    ):
        second_model(two(5), explored, BUDGET)
    with pytest.raises(ValueError, match=r"takes \(12, 12, 3\) float32, the first 'a'"):
        second_model(named(), explored, BUDGET)


def test_scaling_in_one_model_alone_is_told() -> None:
    inputs = keras.Input((12, 12, 3), name="picture")
    x = L.Conv2D(4, 3, name="conv")(L.Rescaling(1 / 255, name="scale")(inputs))
    second = second_model(keras.Model(inputs, x), opened(named()), BUDGET)
    assert second.note.startswith("The second model scales pixels itself, the first does not;")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_can_be_the_second_model(tmp_path: Path, suffix: str) -> None:
    other = named(2)
    other.save(tmp_path / f"other{suffix}")
    second = second_model(str(tmp_path / f"other{suffix}"), opened(named(1)), BUDGET)
    assert second.name == f"other{suffix}"
    np.testing.assert_allclose(compare(second, "conv"), conv_of(other), atol=1e-5)


def nested(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    inner_inputs = keras.Input((12, 12, 3))
    x = L.BatchNormalization(name="norm")(L.Conv2D(4, 3, name="conv")(inner_inputs))
    inner = keras.Model(inner_inputs, x, name="inner")
    inputs = keras.Input((12, 12, 3), name="picture")
    return keras.Model(inputs, L.Dense(2, name="dense")(inner(inputs)))


@pytest.mark.parametrize("make", [named, nested, numbered])
def test_weights_go_into_a_copy_of_the_first_model(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first, later = make(1), make(1)
    for variable in later.trainable_variables:
        variable.assign(variable + 0.5)
    later.save_weights(tmp_path / "epoch_9.weights.h5")
    before = [np.array(value) for value in first.get_weights()]
    names = [layer.name for layer in first.layers]
    number = int(L.Conv2D(1, 1).name.rpartition("_")[2])
    explored, drawn = opened(first), random.getstate()
    second = second_model(tmp_path / "epoch_9.weights.h5", explored, BUDGET)
    assert random.getstate() == drawn
    assert int(L.Conv2D(1, 1).name.rpartition("_")[2]) == number + 1
    assert second.name == "epoch_9.weights.h5"
    copy = second.activation_model.model
    assert copy is not first
    for value, wanted in zip(copy.get_weights(), later.get_weights(), strict=True):
        np.testing.assert_array_equal(value, wanted)
    for value, wanted in zip(first.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, wanted)
    assert [layer.name for layer in first.layers] == names
    assert second.layers == tuple(info.path for info in second.activation_model.captured)
    _, kept_pass = second.get(1, second.layers[-1])
    np.testing.assert_allclose(
        kept_pass.predictions, np.asarray(later(PICTURES[1:2]))[0], atol=1e-4
    )


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    numbered(1, units=5).save_weights(tmp_path / "five.weights.h5")
    explored = opened(numbered(2))
    with pytest.raises(ValueError, match=r"five\.weights\.h5' do not go into a copy of the first"):
        second_model(tmp_path / "five.weights.h5", explored, BUDGET)
    (tmp_path / "none.weights.h5").write_bytes(b"none")
    with pytest.raises(ValueError, match=r"none\.weights\.h5' do not go into a copy of the first"):
        second_model(tmp_path / "none.weights.h5", explored, BUDGET)
    with pytest.raises(FileNotFoundError, match=r"There is no file .*gone\.weights\.h5"):
        second_model(tmp_path / "gone.weights.h5", explored, BUDGET)
    with pytest.raises(TypeError, match=r"of type builtins\.int; a keras.Model is wanted"):
        second_model(3, explored, BUDGET)


class ByHand(keras.Model):  # type: ignore[misc]
    """Which layers it calls shows when it runs."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.conv = L.Conv2D(4, 3, name="conv")

    def call(self, x):  # type: ignore[no-untyped-def]
        return self.conv(x)


def test_a_model_written_by_hand_can_be_either(tmp_path: Path) -> None:
    first, other = ByHand(), ByHand()
    first(PICTURES)
    other(PICTURES)
    second = second_model(other, opened(first), BUDGET)
    assert second.layers == ("conv",)
    activation = compare(second, "conv", 2)
    np.testing.assert_allclose(activation, np.asarray(other(PICTURES[2:]))[0], atol=1e-5)
    second = second_model(named(), opened(first), BUDGET)
    assert second.layers == ("conv",)
    other.save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(ValueError, match="only Sequential and functional models of Keras 3 can"):
        second_model(tmp_path / "other.weights.h5", opened(first), BUDGET)


def test_pictures_added_later_go_through_both() -> None:
    explored = opened(named(1))
    other = named(2)
    second = second_model(other, explored, BUDGET)
    explored.add_pictures({"grey": np.full((12, 12, 3), 51, np.uint8)})
    expected = np.asarray(other.layers[1](np.full((1, 12, 12, 3), 0.2, np.float32)))[0]
    np.testing.assert_allclose(compare(second, "conv", 3), expected, atol=1e-5)


def test_the_pictures_of_a_history_go_through_a_second_model() -> None:
    first, other = named(1), named(2)
    first.compile("sgd", "mse")
    history = ActivationHistory(PICTURES)
    first.fit(PICTURES, np.zeros((3, 2)), epochs=1, verbose=0, callbacks=[history])
    second = second_model(other, history.subject(), BUDGET)
    np.testing.assert_allclose(compare(second, "conv", 1), conv_of(other, 1), atol=1e-5)
