"""Model files are opened as Keras opens them, and none runs code that it brings along."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from actviz_widgets import ActivationModel, get_activations
from actviz_widgets.model.model_files import opened

PICTURES = np.random.default_rng(0).random((2, 16, 16, 3), dtype=np.float32)
ENDINGS = [".keras", ".h5"]


def small() -> keras.Model:
    inputs = keras.Input((16, 16, 3), name="picture")
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, keras.layers.Dense(3, activation="softmax", name="dense")(x))


def saved(model: keras.Model, folder: Path, ending: str, name: str = "model") -> Path:
    file = folder / f"{name}{ending}"
    model.save(file)
    return file


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", [str, Path])
def test_a_model_in_a_file_gives_the_same_values(tmp_path: Path, ending: str, kind: Any) -> None:
    model = small()
    loaded = opened(kind(saved(model, tmp_path, ending)))
    assert isinstance(loaded, keras.Model)
    assert np.array_equal(np.asarray(loaded(PICTURES)), np.asarray(model(PICTURES)))


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_activation_of_a_model_in_a_file_is_the_same(tmp_path: Path, ending: str) -> None:
    model = small()
    file = saved(model, tmp_path, ending)
    expected = get_activations(model, PICTURES)
    activations = get_activations(str(file), PICTURES)  # type: ignore[arg-type]
    assert list(activations) == list(expected)
    for path, activation in activations.items():
        np.testing.assert_array_equal(activation, expected[path])


def test_a_model_is_given_back_as_it_is() -> None:
    model = small()
    assert opened(model) is model


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_model_that_was_compiled_opens_without_what_it_was_trained_with(
    tmp_path: Path, ending: str
) -> None:
    def own_loss(wanted: Any, given: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(wanted - given))

    model = small()
    model.compile("adam", own_loss)
    file = saved(model, tmp_path, ending)
    assert np.array_equal(np.asarray(opened(file)(PICTURES)), np.asarray(model(PICTURES)))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("is_nested", [False, True])
def test_a_file_that_brings_python_code_is_refused_without_running_it(
    tmp_path: Path, ending: str, is_nested: bool
) -> None:
    mark = tmp_path / "ran"
    code = f"lambda t: (__import__('pathlib').Path({str(mark)!r}).touch(), t)[1]"
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(eval(code))])
    model = keras.Sequential([keras.Input((4,)), inner]) if is_nested else inner
    file = saved(model, tmp_path, ending)
    mark.unlink(missing_ok=True)
    with pytest.raises(ValueError, match="Python code of its own") as info:
        opened(file)
    assert f"keras.models.load_model({str(file)!r}, safe_mode=False)" in str(info.value)
    assert not mark.exists()


def test_the_sentence_says_what_opens_the_file(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda t: t * 2, name="x")])
    file = saved(model, tmp_path, ".keras")
    loaded = opened(keras.models.load_model(str(file), safe_mode=False))
    ones = np.ones((1, 4), np.float32)
    assert (np.asarray(ActivationModel(loaded)(ones)["x"]) == 2).all()


@pytest.mark.parametrize("name", ["nope.keras", "no/such/folder/model.h5", "model"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"There is no file .*Check the path") as info:
        opened(tmp_path / name)
    assert repr(str(tmp_path / name)) in str(info.value)
    assert isinstance(info.value, FileNotFoundError)


def test_a_text_that_names_no_file_is_no_model_either() -> None:
    with pytest.raises(TypeError, match=r"'VGG16'; a keras\.Model is wanted"):
        opened("VGG16")


@pytest.mark.parametrize("name", ["saved_model", "model.keras"])
def test_a_folder_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ValueError, match=r"is a folder.*save the model as \.keras") as info:
        opened(folder)
    assert repr(str(folder)) in str(info.value)


@pytest.mark.parametrize("name", ["notes.keras", "notes.h5", "notes.txt", "notes"])
def test_a_file_that_holds_no_model_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("Remember the milk.")
    with pytest.raises(ValueError, match="cannot be opened") as info:
        opened(file)
    assert repr(str(file)) in str(info.value)
    assert len(str(info.value)) < 1000


def test_a_zip_file_that_holds_no_model_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "photos.keras"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("cat.jpg", b"")
    with pytest.raises(ValueError, match="cannot be opened") as info:
        opened(file)
    assert repr(str(file)) in str(info.value)


def test_a_file_is_said_to_bring_code_by_what_it_holds_and_not_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "unsafe.keras"
    file.write_text("Remember the milk.")
    with pytest.raises(ValueError, match="cannot be opened"):
        opened(file)


@pytest.mark.parametrize("ending", ENDINGS)
def test_of_a_layer_that_is_not_known_the_name_is_said_and_what_to_do(
    tmp_path: Path, ending: str
) -> None:
    class Unheard(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs + 1

    file = saved(keras.Sequential([keras.Input((4,)), Unheard()]), tmp_path, ending)
    with pytest.raises(ValueError, match=r"does not bring along\. Load it where they are") as info:
        opened(file)
    assert repr(str(file)) in str(info.value)
    assert "Unheard" in str(info.value)
    assert len(str(info.value)) < 1000


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_layer_that_is_registered_opens(tmp_path: Path, ending: str) -> None:
    @keras.saving.register_keras_serializable(package="actviz_widgets_tests")
    class Registered(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs + 1

    file = saved(keras.Sequential([keras.Input((4,)), Registered()]), tmp_path, ending)
    assert (np.asarray(opened(file)(np.ones((1, 4), np.float32))) == 2).all()


@pytest.mark.parametrize(
    "model", [None, 3, {"model": 1}, b"model.keras", keras.layers.Dense(2), keras.Sequential]
)
def test_what_is_neither_model_nor_path_is_refused_with_its_type(model: Any) -> None:
    with pytest.raises(TypeError, match=r"a keras\.Model is wanted, or the path") as info:
        opened(model)
    assert type(model).__qualname__ in str(info.value)


def changed(folder: Path, ending: str, change: Callable[[dict[str, Any]], None]) -> Path:
    """Gives the file of a small model, with the settings of its convolution changed."""
    model = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(2, 3)])
    file = saved(model, folder, ending)

    def with_change(text: str | bytes) -> str:
        config = json.loads(text)
        change(next(one for one in config["config"]["layers"] if one["class_name"] == "Conv2D"))
        return json.dumps(config)

    if ending == ".h5":
        with h5py.File(file, "a") as archive:
            archive.attrs["model_config"] = with_change(archive.attrs["model_config"])
        return file
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, with_change(data) if name == "config.json" else data)
    return file


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"quantum": 3}, "Unrecognized keyword arguments passed to Conv2D: {'quantum': 3}"),
        ({"activation": "superlu"}, "Could not interpret activation function identifier: superlu"),
        ({"filters": -4}, "Expected a strictly positive value"),
    ],
)
def test_why_a_standard_layer_cannot_be_made_is_said(
    tmp_path: Path, ending: str, settings: dict[str, Any], part: str
) -> None:
    file = changed(tmp_path, ending, lambda conv: conv["config"].update(settings))
    with pytest.raises(ValueError, match=r"layer of class 'Conv2D' cannot be made") as info:
        opened(file)
    assert part in str(info.value)
    assert "of its own" not in str(info.value)
    assert len(str(info.value)) < 500 + len(str(file))


@pytest.mark.parametrize(
    "settings",
    [
        {"class_name": "system", "module": "os", "registered_name": None},
        {
            "config": {
                "filters": 2,
                "kernel_size": 3,
                "activation": {
                    "module": "builtins",
                    "class_name": "function",
                    "config": "eval",
                    "registered_name": "function",
                },
            }
        },
    ],
)
def test_a_file_that_names_what_could_run_any_code_is_said_to_be_refused(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    file = changed(tmp_path, ".keras", lambda conv: conv.update(settings))
    with pytest.raises(ValueError, match=r"is refused: it names '(os\.system|builtins\.eval)'"):
        opened(file)


def test_a_layer_of_a_newer_keras_is_said_to_be_one(tmp_path: Path) -> None:
    file = changed(tmp_path, ".keras", lambda conv: conv.update(class_name="Conv9D"))
    with pytest.raises(ValueError, match=r"a layer 'Conv9D' of Keras, which Keras"):
        opened(file)


def test_weights_that_are_a_link_to_another_file_are_refused(tmp_path: Path) -> None:
    file = changed(tmp_path, ".keras", lambda conv: None)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    weights = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(weights, "r+") as stored:
        variables = stored["layers"]["conv2d"]["vars"]
        del variables["0"]
        variables["0"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "x")
    parts["model.weights.h5"] = weights.getvalue()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(ValueError, match="is refused: its weights are a link to another file"):
        opened(file)


def test_what_is_wrong_with_a_file_as_a_file_is_said(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(2, 3)])
    model.save_weights(tmp_path / "only.weights.h5")
    whole = changed(tmp_path, ".keras", lambda conv: None)
    with zipfile.ZipFile(whole) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, weights in (("none.keras", None), ("half.keras", parts["model.weights.h5"][:2000])):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for part, data in parts.items():
                kept = weights if part == "model.weights.h5" else data
                if kept is not None:
                    archive.writestr(part, kept)
    (tmp_path / "notes.txt").write_text("a model")
    (tmp_path / "notes.h5").write_text("a model")
    for name, said in {
        "only.weights.h5": "the file holds weights alone",
        "none.keras": "the file holds no weights",
        "half.keras": "its weights are damaged",
        "notes.txt": "it is no .keras or .h5 file",
        "notes.h5": "the file is damaged, or of another format",
    }.items():
        with pytest.raises(ValueError, match=f"cannot be opened: {said}"):
            opened(tmp_path / name)
