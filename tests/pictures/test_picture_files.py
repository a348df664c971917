"""Folders, patterns, and what is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.model_input import ModelInput
from actviz_widgets.pictures.pictures import Pictures

RGB = ModelInput((8, 9, 3))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cats/1.png", "cats/2.png", "cats/10.png", "dogs/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(np.zeros((8, 9, 3), np.uint8)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("photos/", r"There is no folder '[^']*photos'\. Check"),
        ("photos", r"There is no folder '[^']*photos', nor a file of that name\. Check"),
        ("cat.png", r"There is no file '[^']*cat\.png'\. Check"),
        ("photos/cat.png", r"no file '[^']*cat\.png'\. There is no folder '[^']*photos' either\."),
        ("photos/*.png", r"There is no folder '[^']*photos'\. Check"),
    ],
)
def test_what_is_missing_is_called_what_it_was_to_be(
    tmp_path: Path, name: str, sentence: str
) -> None:
    with pytest.raises(FileNotFoundError, match=sentence):
        Pictures(f"{tmp_path}/{name}", RGB)
    if "*" not in name:
        with pytest.raises(FileNotFoundError, match="There is no "):
            Pictures([f"{tmp_path}/{name}"], RGB)


def test_an_empty_folder_is_called_empty(folder: Path) -> None:
    (folder / "none").mkdir()
    with pytest.raises(ValueError, match=r"The folder .*none holds no pictures: it is empty"):
        Pictures(str(folder / "none"), RGB)
    (folder / "none" / "a.txt").touch()
    with pytest.raises(ValueError, match=r"none holds no pictures: no file in it ends in \.avif"):
        Pictures(folder / "none", RGB)


def test_a_pattern_stands_for_the_pictures_that_match(folder: Path) -> None:
    assert Pictures(f"{folder}/cats/*.png", RGB).names == ("1.png", "2.png", "10.png")
    both = Pictures(folder / "**" / "1.png", RGB)
    assert both.names == ("cats/1.png", "dogs/1.png")
    assert both.labels == ("cats", "dogs")
    with pytest.raises(ValueError, match=r"No picture matches .*: there is no such file"):
        Pictures(f"{folder}/cats/*.jpg", RGB)
    with pytest.raises(ValueError, match=r"none of 1 ends in \.avif"):
        Pictures(f"{folder}/*.txt", RGB)


def test_a_name_with_the_signs_of_a_pattern_is_a_name_where_there_is_such_a_file(
    folder: Path,
) -> None:
    (folder / "cats" / "1.png").rename(folder / "a[1].png")
    assert Pictures(f"{folder}/a[1].png", RGB).names == ("a[1].png",)
