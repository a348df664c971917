"""The cats-and-dogs photographs: fetched once and verified, or a folder of one's own."""

from __future__ import annotations

import hashlib
import http.server
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from actviz_widgets import samples
from actviz_widgets.samples import photographs

COUNTS = {"train": 23, "validation": 3}


def make_folder(folder: Path) -> Path:
    """Cats are red, dogs are blue; each picture has a size of its own."""
    for part, count in COUNTS.items():
        for name, color in (("cats", (255, 0, 0)), ("dogs", (0, 0, 255))):
            (folder / part / name).mkdir(parents=True)
            for index in range(count):
                picture = Image.new("RGB", (40 + index, 60), color)
                picture.save(folder / part / name / f"{name}.{index}.jpg", quality=95)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "photographs")


@pytest.fixture
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, so that no test finds what another fetched."""
    home = tmp_path / "keras"
    home.mkdir()
    from keras.src.backend import config

    monkeypatch.setattr(config, "keras_home", lambda: str(home))
    return home


class Server:
    """Serves one archive on the loopback, and counts how often it was asked for."""

    def __init__(self, archive: bytes) -> None:
        self.asked = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(handler) -> None:  # noqa: N805
                self.asked += 1
                handler.send_response(200)
                handler.send_header("Content-Length", str(len(archive)))
                handler.end_headers()
                handler.wfile.write(archive)

            def log_message(handler, *_: object) -> None:  # noqa: N805
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/cats_and_dogs_filtered.zip"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keras_home: Path) -> Iterator[Server]:
    source = make_folder(tmp_path / "source")
    archive = tmp_path / "made.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for file in sorted(source.rglob("*.jpg")):
            opened.write(file, Path("cats_and_dogs_filtered") / file.relative_to(source))
    content = archive.read_bytes()
    server = Server(content)
    monkeypatch.setattr(photographs, "URL", server.url)
    monkeypatch.setattr(photographs, "SHA256", hashlib.sha256(content).hexdigest())
    yield server
    server.server.shutdown()
    server.server.server_close()


def test_a_folder_gives_batches_scaled_to_0_to_1_with_binary_labels(folder: Path) -> None:
    training, validation = samples.cats_and_dogs_data(folder)
    seen = list(training.as_numpy_iterator())
    assert [pictures.shape for pictures, _ in seen] == [
        *[(20, 150, 150, 3)] * 2,
        (6, 150, 150, 3),
    ]
    for pictures, labels in seen:
        assert pictures.dtype == labels.dtype == np.float32
        assert labels.shape == (len(pictures), 1)
        assert 0 <= pictures.min() < 0.1
        assert 0.9 < pictures.max() <= 1
        # A cat is red, a dog is blue: the labels are those of their pictures.
        np.testing.assert_array_equal(pictures[..., 2].mean((1, 2)) > 0.5, labels[:, 0] == 1)
    assert sum(len(labels) for _, labels in validation.as_numpy_iterator()) == 6


def test_training_is_shuffled_anew_and_validation_keeps_its_order(folder: Path) -> None:
    training, validation = samples.cats_and_dogs_data(str(folder))

    def labels(dataset: tf.data.Dataset) -> list[float]:
        return [label for _, group in dataset.as_numpy_iterator() for label in group[:, 0]]

    assert labels(training) != labels(training)
    first = labels(validation)
    assert first == labels(validation)
    assert sorted(first) != first  # not all the cats and then all the dogs


def test_a_model_trains_on_it_as_it_is(folder: Path) -> None:
    training, validation = samples.cats_and_dogs_data(folder)
    model = keras.Sequential(
        [
            keras.Input((150, 150, 3)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(training, validation_data=validation, shuffle=False, verbose=0)
    assert set(history.history) == {"accuracy", "loss", "val_accuracy", "val_loss"}


def test_the_photographs_are_fetched_once_verified_and_unpacked(
    server: Server, keras_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training, _ = samples.cats_and_dogs_data()
    assert "Downloading data from" in capsys.readouterr().out
    assert int(training.cardinality()) == 3
    unpacked = keras_home / "datasets" / "cats_and_dogs_filtered"
    assert len(list(unpacked.rglob("*.jpg"))) == 2 * sum(COUNTS.values())
    samples.cats_and_dogs_data()
    assert server.asked == 1
    assert {entry.name for entry in unpacked.parent.iterdir()} == {
        "cats_and_dogs_filtered",
        "cats_and_dogs_filtered.zip",
    }


def test_another_file_than_the_expected_one_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch, keras_home: Path
) -> None:
    monkeypatch.setattr(photographs, "SHA256", "0" * 64)
    with pytest.raises(OSError, match=r"could not be fetched .*sha256.*give a folder"):
        samples.cats_and_dogs_data()
    assert not (keras_home / "datasets" / "cats_and_dogs_filtered").exists()


def test_without_network_one_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, keras_home: Path
) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(photographs, "URL", f"http://127.0.0.1:{taken.getsockname()[1]}/a.zip")
        with pytest.raises(OSError, match="could not be fetched") as caught:
            samples.cats_and_dogs_data()
    sentence = str(caught.value)
    assert "train/cats, train/dogs, validation/cats and validation/dogs" in sentence
    assert "cats_and_dogs_model()" in sentence
    assert "\n" not in sentence
    assert socket.getdefaulttimeout() is None


def test_a_missing_class_folder_is_named(folder: Path) -> None:
    dogs = folder / "validation" / "dogs"
    dogs.rename(folder / "elsewhere")
    with pytest.raises(ValueError, match="no folder") as caught:
        samples.cats_and_dogs_data(folder)
    assert str(dogs) in str(caught.value)


def test_an_empty_class_folder_is_named(folder: Path) -> None:
    cats = folder / "train" / "cats"
    for file in cats.iterdir():
        file.rename(file.with_suffix(".txt"))
    with pytest.raises(ValueError, match="has no pictures in it") as caught:
        samples.cats_and_dogs_data(folder)
    assert str(cats) in str(caught.value)


@pytest.mark.parametrize("kept", [0, 9, 200], ids=["empty", "no picture", "cut off"])
def test_a_broken_picture_is_named(folder: Path, kept: int) -> None:
    broken = folder / "train" / "dogs" / "dogs.7.jpg"
    broken.write_bytes(broken.read_bytes()[:kept])
    with pytest.raises(ValueError, match="cannot be read") as caught:
        samples.cats_and_dogs_data(folder)
    assert str(broken) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "{{" not in str(caught.value)
