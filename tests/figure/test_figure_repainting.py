"""Whatever is shown, what is painted in part has the pixels of a whole drawing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import (
    BarsView,
    MapView,
    OverlayView,
    PictureView,
    SeriesView,
    TilesView,
    WordsView,
)
from actviz_widgets.widgets.repainter import Repainter

from ..widgets.test_repainter import painted_alike
from .figure_drawing import resize

RNG = np.random.default_rng(1)
PICTURE = PictureView(RNG.integers(0, 256, (40, 60, 3), dtype=np.uint8), (40, 60))
EXTENT = (-2.0, 58.0, 37.0, 1.0)


def values() -> np.ndarray:
    return RNG.normal(size=(9, 15)).astype(np.float32)


def overlay() -> OverlayView:
    return OverlayView(PICTURE, values(), EXTENT, (-1.0, 1.0), float(RNG.random()))


def tiles(count: int) -> TilesView:
    maps = RNG.random((9, 15, count)).astype(np.float32)
    return TilesView(
        maps,
        tuple(range(count)),
        int(RNG.integers(count)),
        (0.0, 10.0 ** int(RNG.integers(-4, 7))),
        dead=frozenset(RNG.integers(0, count, 3).tolist()),
        saturated=frozenset(RNG.integers(0, count, 3).tolist()),
    )


TILES = tiles(200)


def same_tiles(chosen: int) -> TilesView:
    return TilesView(TILES.maps, TILES.channels, chosen, (0.0, 1.0), dead=TILES.dead)


def zoom(figure: ActivationFigure) -> None:
    low = float(RNG.random() * 5)
    axes = figure.picture_axes if RNG.integers(2) else figure.map_axes
    axes.set_xlim(low, low + 1 + float(RNG.random() * 20))


CHANGES: dict[str, Callable[[ActivationFigure], object]] = {
    "picture": lambda figure: figure.show_input(PICTURE, "p" * int(RNG.integers(1, 60))),
    "series": lambda figure: figure.show_input(SeriesView(RNG.random((9, 3))), "series"),
    "overlay on the left": lambda figure: figure.show_input(overlay(), "Grad-CAM"),
    "map on the left": lambda figure: figure.show_input(
        MapView(values(), has_histogram=True), "Grad-CAM"
    ),
    "map": lambda figure: figure.show_activation(MapView(values()), "map", "caption"),
    "histogram": lambda figure: figure.show_activation(
        MapView(values() * 10.0 ** int(RNG.integers(-5, 6)), has_histogram=True), "map"
    ),
    "limits": lambda figure: figure.show_activation(
        MapView(values(), limits=(-1.0, 0.5), is_signed=True, has_histogram=True), "map"
    ),
    "profile": lambda figure: figure.show_activation(
        MapView(values(), profile=RNG.random(9), has_histogram=True), "map"
    ),
    "overlay": lambda figure: figure.show_activation(overlay(), "over", "at the strongest"),
    "few tiles": lambda figure: figure.show_activation(tiles(6), "tiles"),
    "many tiles": lambda figure: figure.show_activation(tiles(150), "tiles", "150 of 512"),
    "another tile": lambda figure: figure.show_activation(
        same_tiles(int(RNG.integers(200))), "tiles", "200 of 512"
    ),
    "bars": lambda figure: figure.show_activation(
        BarsView(RNG.random(3), ("a", "b", "c"), 1), "bars"
    ),
    "words": lambda figure: figure.show_activation(WordsView("nothing to see"), "words"),
    "box": lambda figure: figure.frame_pixels(
        ((float(RNG.integers(-5, 20)), 30.0), (float(RNG.integers(-5, 20)), 70.0))
    ),
    "no box": lambda figure: figure.frame_pixels(None),
    "position": lambda figure: figure.mark_position(int(RNG.integers(9)), int(RNG.integers(15))),
    "no position": lambda figure: figure.mark_position(None, None),
    "colours": lambda figure: figure.set_color_map(str(RNG.choice(["magma", "viridis", "gray"]))),
    "linked": lambda figure: figure.link_zoom(EXTENT),
    "not linked": lambda figure: figure.link_zoom(None),
    "zoom": zoom,
}


@pytest.mark.slow
@pytest.mark.parametrize("width", [850, 340])
@pytest.mark.parametrize("change", CHANGES)
def test_the_same_change_again_and_again(change: str, width: int) -> None:
    figure = ActivationFigure()
    resize(figure, width)
    CHANGES["picture"](figure)
    CHANGES["histogram"](figure)
    painter = Repainter(FigureCanvasAgg(figure.figure))
    painted_alike(figure.figure, painter)
    for _ in range(4):
        CHANGES[change](figure)
        painted_alike(figure.figure, painter)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_changes_in_any_order(seed: int) -> None:
    figure = ActivationFigure()
    resize(figure, 340 if seed % 4 == 3 else 850)
    painter = Repainter(FigureCanvasAgg(figure.figure))
    order = np.random.default_rng(seed)
    names = list(CHANGES)
    for _ in range(40):
        for name in order.choice(names, size=order.integers(1, 4)):
            CHANGES[name](figure)
        painted_alike(figure.figure, painter)


@pytest.mark.slow
def test_at_another_size_too() -> None:
    figure = ActivationFigure()
    painter = Repainter(FigureCanvasAgg(figure.figure))
    for width in (850, 340, 600, 320, 1200):
        for name in ("picture", "few tiles", "box", "overlay", "histogram"):
            CHANGES[name](figure)
            resize(figure, width)
            painted_alike(figure.figure, painter)


@pytest.mark.slow
def test_the_frame_of_a_colour_bar_follows_its_scale_to_the_pixel() -> None:
    # Its edge between two pixels, which it is rounded to, is the case that shows.
    view = ActivationFigure()
    painter = Repainter(FigureCanvasAgg(view.figure))
    for high in np.random.default_rng(0).random(30):
        values = np.linspace(0, high, 144).reshape(12, 12)
        view.show_activation(MapView(values, limits=(0, high), has_histogram=True), f"{high}")
        painted_alike(view.figure, painter)
