"""The sample model, its photographs, and the command that trains it."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from actviz_widgets import ActivationExplorer, samples
from actviz_widgets.samples import train
from actviz_widgets.samples.network import build_network

from ..explorer import driver

LAYERS = {
    "conv2d_1": (148, 148, 32),
    "max_pooling2d_1": (74, 74, 32),
    "conv2d_2": (72, 72, 64),
    "max_pooling2d_2": (36, 36, 64),
    "conv2d_3": (34, 34, 128),
    "max_pooling2d_3": (17, 17, 128),
    "conv2d_4": (15, 15, 128),
    "max_pooling2d_4": (7, 7, 128),
    "flatten": (6272,),
    "dense_1": (512,),
    "dense_2": (1,),
}


def test_the_model_is_the_tutorial_s() -> None:
    model = samples.cats_and_dogs_model()
    assert model.input_shape == (None, 150, 150, 3)
    assert {layer.name: layer.output.shape[1:] for layer in model.layers} == LAYERS
    assert model.count_params() == 3_453_121
    assert not model.compiled


def test_its_log_says_how_good_it_is_and_how_it_was_made() -> None:
    log = json.loads(files(samples).joinpath("cats_and_dogs.json").read_text(encoding="utf-8"))
    assert log["validation_accuracy"] >= 0.78
    assert log["pictures"] == {"train": 2000, "validation": 1000}
    assert len(log["history"]["val_accuracy"]) == log["epochs"]
    assert log["class_names"] == ["cats", "dogs"]


def test_its_weights_take_little_room() -> None:
    assert Path(str(files(samples).joinpath("cats_and_dogs.npz"))).stat().st_size < 7 * 2**20


def test_it_takes_the_cat_for_a_cat() -> None:
    model_input = samples.resized(samples.images()["cat"])[None] / 255
    assert float(samples.cats_and_dogs_model()(model_input)[0, 0]) < 0.5


def test_training_tutorial_and_explorer_give_it_the_same_cat(tmp_path: Path) -> None:
    model, cat = samples.cats_and_dogs_model(), samples.images()["cat"]
    for part in ("train", "validation"):
        for name in ("cats", "dogs"):
            (tmp_path / part / name).mkdir(parents=True)
            Image.fromarray(cat).save(tmp_path / part / name / "cat.png")
    explorer = ActivationExplorer(model, cat)
    shown = float(explorer.predictions[0])
    said = " ".join(driver.sentences(explorer))
    explorer.close()
    assert "resized from 300 × 451, bilinear without smoothing, as Keras does" in said
    pixels, _ = train.load_pictures(tmp_path / "train", ["cats", "dogs"])
    (trained_with, _), *_ = samples.cats_and_dogs_data(tmp_path)[1]
    in_the_tutorial = samples.resized(cat)[None] / 255
    for model_input, tolerance in (
        (in_the_tutorial, 1e-5),
        (np.asarray(trained_with)[:1], 1e-5),
        (pixels[:1] / np.float32(255), 2e-3),  # kept in 8 bits
    ):
        assert float(model(model_input)[0, 0]) == pytest.approx(shown, abs=tolerance)
    assert shown == pytest.approx(0.22, abs=0.01)


def test_the_photographs_are_of_uint8_and_a_cat_comes_first() -> None:
    images = samples.images()
    assert next(iter(images)) == "cat"
    assert len(images) >= 3
    for picture in images.values():
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert picture.shape[-1] == 3


def test_without_scikit_image_the_photographs_say_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(ImportError, match=r"pip install 'actviz-widgets\[lab\]'"):
        samples.images()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two classes that colour alone tells apart."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 20), ("validation", 4)):
        for name, channel in (("apples", 0), ("plums", 2)):
            (tmp_path / part / name).mkdir(parents=True)
            for index in range(count // 2):
                picture = rng.integers(0, 60, (40, 50, 3), np.uint8)
                picture[..., channel] += 180
                Image.fromarray(picture).save(tmp_path / part / name / f"{index}.jpg")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["own.keras", "own.npz"])
def test_anyone_can_train_it_on_a_folder_of_their_own(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output = folder / name
    train.main([str(folder), "--epochs", "1", "--seed", "3", "--output", str(output)])
    assert "validation accuracy" in capsys.readouterr().out
    log = json.loads((folder / "own.json").read_text(encoding="utf-8"))
    assert (log["seed"], log["epochs"], log["class_names"]) == (3, 1, ["apples", "plums"])
    if name.endswith(".keras"):
        model = keras.models.load_model(output)
        assert model.count_params() == 3_453_121
    else:
        with np.load(output) as stored:
            weights = [stored[key] for key in stored.files]
        assert {array.dtype for array in weights} == {np.dtype(np.float16)}
        build_network().set_weights(weights)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "the same two are needed"),
        (["nowhere", "--output", "weights.h5"], "ends in .keras or .npz"),
        (["nowhere", "--epochs", "0"], "give 1 or more"),
    ],
)
def test_a_wrong_command_line_ends_with_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        train.main(arguments)
    assert sentence in " ".join(capsys.readouterr().err.split())
