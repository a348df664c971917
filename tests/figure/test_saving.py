"""The figure as a file of any size, and arrays as files."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from actviz_widgets.figure.saving import array_bytes, figure_bytes, save_array, save_figure


@pytest.fixture
def figure() -> Figure:
    figure = Figure(figsize=(4, 2), dpi=100)
    FigureCanvasAgg(figure)
    figure.add_axes((0.1, 0.1, 0.8, 0.8)).plot([1, 2, 3])
    return figure


def size_of(png: bytes | Path) -> tuple[int, int]:
    with Image.open(io.BytesIO(png) if isinstance(png, bytes) else png) as picture:
        return picture.size


def test_a_file_of_pixels_has_the_size_and_the_resolution_asked_for(figure: Figure) -> None:
    assert size_of(figure_bytes(figure, "png", 6, 3, 50)) == (300, 150)
    assert size_of(figure_bytes(figure, "png", 2, 5, 200)) == (400, 1000)


def test_a_file_of_vectors_has_the_size_asked_for(figure: Figure) -> None:
    svg = figure_bytes(figure, "svg", 6, 3, 100).decode()
    assert re.search(r'<svg [^>]*width="432pt"', svg)
    assert re.search(r'<svg [^>]*height="216pt"', svg)
    assert figure_bytes(figure, "pdf", 6, 3, 100).startswith(b"%PDF")


def test_the_figure_stays_as_it_is(figure: Figure) -> None:
    before = figure.canvas.print_to_buffer()  # type: ignore[attr-defined]
    sizes = []
    figure.canvas.mpl_connect("resize_event", lambda event: sizes.append(figure.get_size_inches()))
    figure_bytes(figure, "png", 6, 5, 70)
    assert tuple(figure.get_size_inches()) == (4, 2)
    assert figure.canvas.print_to_buffer() == before  # type: ignore[attr-defined]
    # What lays itself out by the figure's size was told, there and back.
    assert [tuple(size) for size in sizes] == [(6, 5), (4, 2)]


def test_one_side_gives_the_other_in_proportion(figure: Figure, tmp_path) -> None:  # type: ignore[no-untyped-def]
    save_figure(figure, tmp_path / "wide.png", width=8)
    assert size_of(tmp_path / "wide.png") == (800, 400)
    save_figure(figure, tmp_path / "high.png", height=1)
    assert size_of(tmp_path / "high.png") == (200, 100)
    save_figure(figure, tmp_path / "same.png")
    assert size_of(tmp_path / "same.png") == (400, 200)


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf")])
def test_a_size_that_is_none_is_refused(figure: Figure, wrong: float) -> None:
    with pytest.raises(ValueError, match="a positive number is wanted"):
        figure_bytes(figure, "png", wrong, 3, 100)


def test_an_error_leaves_the_figure_as_it_was(figure: Figure) -> None:
    with pytest.raises(ValueError, match="not supported"):
        figure_bytes(figure, "docx", 6, 3, 100)
    assert tuple(figure.get_size_inches()) == (4, 2)


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8", "bool"])
def test_an_array_comes_back_as_it_was(dtype: str) -> None:
    array = (np.arange(12).reshape(3, 4) % 5).astype(dtype)
    back = np.load(io.BytesIO(array_bytes(array.T)), allow_pickle=False)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array.T)


def test_an_image_of_too_many_pixels_is_refused_and_vectors_are_not(figure: Figure) -> None:
    with pytest.raises(ValueError, match="240,000 x 240,000 pixels"):
        figure_bytes(figure, "png", 100, 100, 2400)
    assert figure_bytes(figure, "svg", 40, 40, 2400).startswith(b"<?xml")
    with pytest.raises(ValueError, match=r"10,000 x 10,000 pixels.* choose a smaller size\.$"):
        figure_bytes(figure, "pdf", 100, 100, 2400)
    with pytest.raises(ValueError, match="less than a pixel"):
        figure_bytes(figure, "png", 1e-6, 1, 100)
    assert tuple(figure.get_size_inches()) == (4, 2)


def test_what_is_no_path_or_no_size_is_refused(figure: Figure, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeError, match="path is of type int"):
        save_figure(figure, 5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="width is 'a'; a positive number is wanted"):
        save_figure(figure, tmp_path / "a.png", width="a")  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["pdf", "svg"])
def test_a_file_of_vectors_is_as_large_at_any_number_of_dots(ending: str, figure: Figure) -> None:
    figure.axes[0].imshow(np.random.default_rng(0).random((40, 40)))
    few, many = (len(figure_bytes(figure, ending, 20, 10, dpi)) for dpi in (50, 1200))
    assert abs(few - many) < 200
    assert many < 200_000


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "path is empty"),
        (" ", "path is empty"),
        ("folder", "'.*folder' is a folder; name a file in it"),
        ("folder/", "folder/' is a folder"),
        ("new/", "new/' is a folder"),
        ("a\0.png", "NUL character"),
        (f"{'long' * 1500}.png", "is no name that a file can have"),
    ],
)
def test_what_is_no_name_of_a_file_is_refused_and_leaves_nothing(
    name: str, said: str, figure: Figure, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    path = name if not name.strip() else f"{tmp_path}/{name}"
    for save in (
        lambda: save_figure(figure, path),
        lambda: save_array(np.zeros(3), path),
    ):
        with pytest.raises(ValueError, match=said) as caught:
            save()
        assert len(str(caught.value)) < 300
    assert [each.name for each in tmp_path.rglob("*")] == ["folder"]


def test_a_save_that_fails_leaves_the_file_that_was_there(
    figure: Figure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "map.png"
    save_figure(figure, file)
    before = file.read_bytes()

    def breaks(path: Path, **_: object) -> None:
        Path(path).write_bytes(before[:100])
        raise OSError("No space left on device")

    monkeypatch.setattr(figure, "savefig", breaks)
    with pytest.raises(OSError, match="No space left"):
        save_figure(figure, file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_save_keeps_the_rights_and_the_links_of_the_file_that_was_there(
    figure: Figure, tmp_path: Path
) -> None:
    file, link = tmp_path / "map.npy", tmp_path / "link.npy"
    save_array(np.zeros(2), file)
    file.chmod(0o640)
    link.symlink_to(file)
    save_array(np.ones(3), link)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    np.testing.assert_array_equal(np.load(file), np.ones(3))


def test_a_file_without_an_ending_is_a_png(figure: Figure, tmp_path: Path) -> None:
    save_figure(figure, tmp_path / "map")
    assert size_of(tmp_path / "map.png") == (400, 200)


def test_a_pgf_file_is_refused_in_a_sentence_where_there_is_no_latex(
    figure: Figure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="takes LaTeX"):
        save_figure(figure, tmp_path / "map.pgf")
    assert list(tmp_path.iterdir()) == []
