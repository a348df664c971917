"""Cells are drawn where matplotlib draws them, in the colours of its scale."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from actviz_widgets.figure.artists.cell_image import CellImage

RNG = np.random.default_rng(0)


def pixels_of(
    kind: type[AxesImage],
    values: np.ndarray,
    *,
    origin: str = "upper",
    zoom: tuple[float, ...] = (),
) -> np.ndarray:
    figure = Figure(figsize=(3, 2.5), dpi=100)
    axes = figure.add_axes((0.11, 0.12, 0.71, 0.77))
    options = {} if kind is CellImage else {"interpolation": "nearest"}
    image = kind(axes, cmap="viridis", norm=Normalize(0, 1), origin=origin, **options)  # type: ignore[arg-type]
    image.set_data(values)
    axes.add_image(image)
    show(axes, values.shape, zoom)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def show(axes: Axes, shape: tuple[int, ...], zoom: tuple[float, ...]) -> None:
    axes.set_axis_off()
    axes.set_aspect("auto")
    x0, x1, y0, y1 = zoom or (-0.5, shape[1] - 0.5, shape[0] - 0.5, -0.5)
    axes.set(xlim=(x0, x1), ylim=(y0, y1))


CASES = {
    "small": (RNG.random((4, 5)), ()),
    "a cell": (RNG.random((1, 1)), ()),
    "large": (RNG.random((400, 500)), ()),
    "zoomed in": (RNG.random((20, 20)), (3.2, 7.9, 12.4, 5.1)),
    "zoomed out": (RNG.random((6, 6)), (-4, 9, 12, -3)),
    "turned round": (RNG.random((6, 6)), (5.5, -0.5, -0.5, 5.5)),
    "with gaps": (np.ma.masked_less(RNG.random((9, 9)), 0.3), ()),
    "integers": (RNG.integers(0, 2, (9, 9)), ()),
}


@pytest.mark.slow
@pytest.mark.parametrize("origin", ["upper", "lower"])
@pytest.mark.parametrize("case", CASES)
def test_it_looks_as_matplotlib_s_own_image_does(case: str, origin: str) -> None:
    values, zoom = CASES[case]
    given = pixels_of(CellImage, values, origin=origin, zoom=zoom)
    expected = pixels_of(AxesImage, values, origin=origin, zoom=zoom)
    differ = (given != expected).any(axis=-1)
    # On the line between two cells the one or the other may be taken.
    assert differ.mean() < 0.01
    assert set(map(tuple, given[differ])) <= set(map(tuple, expected.reshape(-1, 4)))


def test_out_of_sight_nothing_is_drawn() -> None:
    assert (pixels_of(CellImage, RNG.random((4, 4)), zoom=(20, 30, 20, 30)) == 255).all()


def test_new_values_colours_and_limits_are_taken_up() -> None:
    figure = Figure(figsize=(1, 1), dpi=50)
    axes = figure.add_axes((0, 0, 1, 1))
    image = CellImage(axes, cmap="gray", norm=Normalize(0, 1), origin="upper")
    image.set_data(np.full((2, 2), 0.5))
    axes.add_image(image)
    show(axes, (2, 2), ())
    canvas = FigureCanvasAgg(figure)

    def middle() -> tuple[int, ...]:
        canvas.draw()
        return tuple(np.asarray(canvas.buffer_rgba())[25, 25])

    assert middle()[0] in (127, 128)
    image.set_data(np.ones((2, 2)))
    assert middle() == (255, 255, 255, 255)
    image.set_clim(1, 2)
    assert middle() == (0, 0, 0, 255)
    image.set_cmap("viridis")
    assert middle() == (68, 1, 84, 255)


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_it_can_be_saved(kind: str) -> None:
    figure = Figure(figsize=(1, 1))
    axes = figure.add_subplot()
    image = CellImage(axes, cmap="gray", norm=Normalize(0, 1), origin="upper")
    image.set_data(RNG.random((3, 3)))
    axes.add_image(image)
    file = io.BytesIO()
    figure.savefig(file, format=kind)
    assert file.tell() > 500


def test_it_tells_where_it_lies_also_where_nobody_said() -> None:
    figure = Figure(figsize=(4, 3))
    image = CellImage(figure.add_axes((0.1, 0.2, 0.5, 0.5)), origin="upper")
    image.axes.add_image(image)
    image.set_data(np.zeros((6, 9)))
    image.axes.set(xlim=(-0.5, 8.5), ylim=(5.5, -0.5))
    FigureCanvasAgg(figure).draw()
    x0, x1 = sorted(image.get_window_extent().intervalx)
    y0, y1 = sorted(image.get_window_extent().intervaly)
    np.testing.assert_allclose((x0, y0, x1, y1), image.axes.bbox.extents)
