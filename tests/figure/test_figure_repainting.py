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


def zoom(view: ActivationFigure) -> None:
    low = float(RNG.random() * 5)
    axes = view.picture_axes if RNG.integers(2) else view.map_axes
    axes.set_xlim(low, low + 1 + float(RNG.random() * 20))


CHANGES: dict[str, Callable[[ActivationFigure], object]] = {
    "picture": lambda view: view.show_input(PICTURE, "p" * int(RNG.integers(1, 60))),
    "series": lambda view: view.show_input(SeriesView(RNG.random((9, 3))), "series"),
    "overlay on the left": lambda view: view.show_input(overlay(), "Grad-CAM"),
    "map on the left": lambda view: view.show_input(
        MapView(values(), has_histogram=True), "Grad-CAM"
    ),
    "map": lambda view: view.show_activation(MapView(values()), "map", "caption"),
    "histogram": lambda view: view.show_activation(
        MapView(values() * 10.0 ** int(RNG.integers(-5, 6)), has_histogram=True), "map"
    ),
    "limits": lambda view: view.show_activation(
        MapView(values(), limits=(-1.0, 0.5), is_signed=True, has_histogram=True), "map"
    ),
    "profile": lambda view: view.show_activation(
        MapView(values(), profile=RNG.random(9), has_histogram=True), "map"
    ),
    "overlay": lambda view: view.show_activation(overlay(), "over", "at the strongest"),
    "few tiles": lambda view: view.show_activation(tiles(6), "tiles"),
    "many tiles": lambda view: view.show_activation(tiles(150), "tiles", "150 of 512"),
    "another tile": lambda view: view.show_activation(
        same_tiles(int(RNG.integers(200))), "tiles", "200 of 512"
    ),
    "bars": lambda view: view.show_activation(BarsView(RNG.random(3), ("a", "b", "c"), 1), "bars"),
    "words": lambda view: view.show_activation(WordsView("nothing to see"), "words"),
    "box": lambda view: view.frame_pixels(
        ((float(RNG.integers(-5, 20)), 30.0), (float(RNG.integers(-5, 20)), 70.0))
    ),
    "no box": lambda view: view.frame_pixels(None),
    "position": lambda view: view.mark_position(int(RNG.integers(9)), int(RNG.integers(15))),
    "no position": lambda view: view.mark_position(None, None),
    "colours": lambda view: view.set_color_map(str(RNG.choice(["magma", "viridis", "gray"]))),
    "linked": lambda view: view.link_zoom(EXTENT),
    "not linked": lambda view: view.link_zoom(None),
    "zoom": zoom,
}


@pytest.mark.parametrize("width", [850, 340])
@pytest.mark.parametrize("change", CHANGES)
def test_the_same_change_again_and_again(change: str, width: int) -> None:
    view = ActivationFigure()
    resize(view, width)
    CHANGES["picture"](view)
    CHANGES["histogram"](view)
    painter = Repainter(FigureCanvasAgg(view.figure))
    painted_alike(view.figure, painter)
    for _ in range(4):
        CHANGES[change](view)
        painted_alike(view.figure, painter)


@pytest.mark.parametrize("seed", range(8))
def test_changes_in_any_order(seed: int) -> None:
    view = ActivationFigure()
    resize(view, 340 if seed % 4 == 3 else 850)
    painter = Repainter(FigureCanvasAgg(view.figure))
    order = np.random.default_rng(seed)
    names = list(CHANGES)
    for _ in range(40):
        for name in order.choice(names, size=order.integers(1, 4)):
            CHANGES[name](view)
        painted_alike(view.figure, painter)


def test_at_another_size_too() -> None:
    view = ActivationFigure()
    painter = Repainter(FigureCanvasAgg(view.figure))
    for width in (850, 340, 600, 320, 1200):
        for name in ("picture", "few tiles", "box", "overlay", "histogram"):
            CHANGES[name](view)
            resize(view, width)
            painted_alike(view.figure, painter)
