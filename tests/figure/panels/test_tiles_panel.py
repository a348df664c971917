"""Tiles: each map where it belongs, as large as there is room for, on its scale."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.text import Text

from actviz_widgets.feature_maps.color_scale import color_map
from actviz_widgets.figure.artists.tile_grid import arrange
from actviz_widgets.figure.artists.tile_image import limits_of_each
from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import MapView, Place, TilesView

from ..figure_drawing import GREY, axes_of, drawn, mouse_over, new_figure, panel_of, pixel, resize

RNG = np.random.default_rng(0)
VIRIDIS = color_map("viridis", mark_outside=True)


def tiles(maps: np.ndarray, **options: object) -> TilesView:
    given = {
        "channels": tuple(range(maps.shape[-1])),
        "chosen": 0,
        "chosen_limits": (0.0, 1.0),
        **options,
    }
    return TilesView(maps, **given)  # type: ignore[arg-type]


def shown(view: TilesView, width: int = 850) -> ActivationFigure:
    figure = new_figure(width)
    figure.show_input(GREY, "grey")
    figure.show_activation(view, "layer")
    return figure


def centre(figure: ActivationFigure, index: int, row: float, column: float) -> tuple[float, float]:
    """Gives the middle of a cell of a tile, in the data coordinates of the tiles' axes."""
    height, width = panel_of(figure, "tiles")._view.maps.shape[:2]
    left, top, across, down = panel_of(figure, "tiles")._grid.bounds(index)
    return left + (column + 0.5) / width * across, top + (row + 0.5) / height * down


def color_of(share: float) -> object:
    return pytest.approx(255 * np.array(VIRIDIS(share)[:3]), abs=1.5)


@pytest.mark.parametrize("count", [1, 5, 32, 100])
def test_every_cell_of_every_tile_is_drawn_where_it_belongs(count: int) -> None:
    maps = RNG.random((3, 4, count))
    figure = shown(tiles(maps, limits=(0.0, 1.0), chosen=count + 1))
    pixels, axes = drawn(figure), axes_of(figure, "tiles")
    for index in range(count):
        for row in range(3):
            for column in range(4):
                color = pixel(pixels, axes, *centre(figure, index, row, column))
                assert color.tolist() == color_of(float(maps[row, column, index]))


def test_tiles_are_one_image_and_no_artists_are_made_for_more_of_them() -> None:
    figure = shown(tiles(RNG.random((4, 4, 2048)), dead=frozenset({1}), saturated=frozenset({2})))
    drawn(figure)
    axes = axes_of(figure, "tiles")
    assert len(axes.images) == 1
    assert len(figure.figure.findobj()) < 500
    for labelled in (6, 20):  # texts come once, at most 64
        figure.show_activation(tiles(RNG.random((4, 4, labelled))), "layer")
        drawn(figure)
    before = figure.figure.findobj(include_self=False)
    for count in (20, 2048, 3, 20):
        maps = RNG.random((4, 4, count))
        figure.show_activation(tiles(maps, dead=frozenset({0, 5})), "layer")
        drawn(figure)
    now = figure.figure.findobj(include_self=False)
    assert len(now) == len(before)
    assert all(one is other for one, other in zip(before, now, strict=True))


def test_each_tile_has_its_own_scale_and_the_chosen_one_that_of_the_colour_bar() -> None:
    maps = np.zeros((1, 3, 3))
    maps[0, :, 0] = (0, 5, 10)
    maps[0, :, 1] = (-1, 0, 1)
    maps[0, :, 2] = 7  # constant
    figure = shown(tiles(maps, chosen=0, chosen_limits=(0.0, 20.0)))
    pixels, axes = drawn(figure), axes_of(figure, "tiles")

    def colors(index: int) -> list[list[int]]:
        return [
            pixel(pixels, axes, *centre(figure, index, 0, column)).tolist() for column in range(3)
        ]

    assert colors(0) == [color_of(0), color_of(0.25), color_of(0.5)]
    assert colors(1) == [color_of(0), color_of(0.5), color_of(1.0)]
    assert colors(2) == [color_of(0)] * 3
    (bar,) = axes.child_axes
    assert bar.get_ylim() == (0.0, 20.0)
    assert "channel 0" in [text.get_text() for text in bar.texts]
    figure.show_activation(tiles(maps, limits=(-1.0, 10.0), noun="head"), "layer")
    assert bar.get_ylim() == (-1.0, 10.0)
    assert "all heads" in [text.get_text() for text in bar.texts]


def test_values_outside_of_the_limits_and_not_finite_are_marked() -> None:
    maps = np.array([[[-1.0], [0.5], [2.0], [np.nan], [np.inf]]])
    figure = shown(tiles(maps, limits=(0.0, 1.0), chosen=9))
    pixels, axes = drawn(figure), axes_of(figure, "tiles")
    found = [pixel(pixels, axes, *centre(figure, 0, 0, column)) for column in range(5)]
    marks = [VIRIDIS.get_under(), None, VIRIDIS.get_over(), VIRIDIS.get_bad(), VIRIDIS.get_bad()]
    for color, mark in zip(found, marks, strict=True):
        if mark is not None:
            assert color == pytest.approx(255 * mark[:3], abs=1.5)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int64, np.uint8, np.bool_])
def test_the_limits_of_each_are_those_of_its_finite_values(kind: type) -> None:
    maps = RNG.integers(0, 2, (5, 6, 7)).astype(kind)
    maps[..., 3] = 1
    maps[0, 0], maps[1, 1] = 0, 1
    maps[..., 4] = 0
    expected = [(0.0, 1.0)] * 7
    np.testing.assert_array_equal(limits_of_each(maps)[:3], expected[:3])
    assert limits_of_each(maps)[4].tolist() == [0.0, 1.0]
    if np.issubdtype(kind, np.floating):
        maps[0, 0, 1], maps[2, 2, 2], maps[..., 5] = np.nan, np.inf, np.nan
        np.testing.assert_array_equal(limits_of_each(maps)[[1, 2, 5]], expected[:3])


@pytest.mark.parametrize("size", [(1, 1), (7, 7), (512, 512), (1, 400), (400, 1), (20, 60)])
@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, 2048])
def test_tiles_are_as_large_as_can_be(size: tuple[int, int], count: int) -> None:
    grid = arrange(count, size, 420, 330)
    assert grid.columns * grid.rows >= count > grid.columns * (grid.rows - 1)
    assert grid.columns * grid.width <= 420 + 0.01
    assert grid.rows * grid.height <= 330 + 0.01
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        across = 420 / columns - grid.gap
        down = 330 / rows - grid.gap - grid.label
        shape = (grid.height - grid.gap - grid.label) / (grid.width - grid.gap)
        assert min(across, down / shape) <= grid.width - grid.gap + 0.01


def test_tiles_of_square_maps_are_square_on_the_screen() -> None:
    figure = shown(tiles(RNG.random((9, 9, 12))))
    drawn(figure)
    axes = axes_of(figure, "tiles")
    left, top, across, down = panel_of(figure, "tiles")._grid.bounds(5)
    box = axes.transData.transform([(left, top + down), (left + across, top)])
    width, height = box[1] - box[0]
    assert width == pytest.approx(height, rel=1e-6)


def test_the_tiles_have_most_of_the_figure_and_leave_it_again() -> None:
    figure = shown(tiles(RNG.random((9, 9, 12))))
    figure.show_input(GREY, "grey")
    drawn(figure)
    across = [axes_of(figure, label).get_position(original=True) for label in ("picture", "tiles")]
    assert 0.25 < across[0].width / (across[0].width + across[1].width) < 0.34
    assert figure.show_activation(MapView(np.zeros((3, 3))), "map") is True
    across = [axes_of(figure, label).get_position(original=True) for label in ("picture",)]
    other = new_figure()
    other.show_input(GREY, "grey")
    other.show_activation(MapView(np.zeros((3, 3))), "map")
    np.testing.assert_array_equal(drawn(figure), drawn(other))


def texts_of(figure: ActivationFigure) -> list[str]:
    texts = axes_of(figure, "tiles").findobj(Text)
    return [text.get_text() for text in texts if text.get_visible() and text.get_text()]


def test_large_tiles_have_their_channel_and_words_for_what_is_dead() -> None:
    maps = RNG.random((9, 9, 4))
    figure = shown(
        tiles(maps, channels=(7, 3, 20, 11), dead=frozenset({3}), saturated=frozenset({20}))
    )
    assert {"7", "3 dead", "20 sat.", "11"} <= set(texts_of(figure))
    assert all(not lines.get_segments() for lines in axes_of(figure, "tiles").collections)


def test_small_tiles_that_are_dead_or_saturated_have_marks_that_are_explained() -> None:
    maps = RNG.random((9, 9, 256))
    figure = shown(tiles(maps, chosen=9, dead=frozenset({3, 900}), saturated=frozenset({20})))
    assert "× dead   + saturated" in texts_of(figure)
    black, white = axes_of(figure, "tiles").collections
    assert len(black.get_segments()) == len(white.get_segments()) == 4
    middle = np.mean([np.mean(line, axis=0) for line in white.get_segments()[:2]], axis=0)
    assert middle == pytest.approx(centre(figure, 3, 4, 4))
    color = pixel(drawn(figure), axes_of(figure, "tiles"), *centre(figure, 20, 4, 4))
    assert color.tolist() == [255] * 3
    figure.show_activation(tiles(maps, dead=frozenset({3})), "layer")
    assert "× dead" in texts_of(figure)
    figure.show_activation(tiles(maps), "layer")
    assert not any("dead" in text for text in texts_of(figure))


def test_the_chosen_tile_is_framed_and_a_step_paints_no_tiles_anew() -> None:
    maps = RNG.random((9, 9, 16))
    figure = shown(tiles(maps, chosen=5, chosen_limits=tuple(limits_of_each(maps)[5])))
    (image,) = axes_of(figure, "tiles").images
    drawn(figure)
    figure.show_activation(
        tiles(maps[...], chosen=6, chosen_limits=tuple(limits_of_each(maps)[6])), "layer"
    )
    assert not image.stale
    frame = panel_of(figure, "tiles")._frame
    assert frame.get_bbox().bounds == panel_of(figure, "tiles")._grid.bounds(6)
    figure.show_activation(tiles(maps, channels=tuple(range(100, 116)), chosen=5), "page 2")
    assert not frame.get_visible()


def test_what_is_under_the_mouse_is_told() -> None:
    maps = RNG.random((3, 4, 6))
    view = tiles(maps, channels=(4, 9, 2, 30, 17, 1), dead=frozenset({17}))
    figure = shown(view)
    drawn(figure)
    axes = axes_of(figure, "tiles")
    at = centre(figure, 4, 2, 3)
    assert figure.place_at(mouse_over(figure, axes, *at)) == Place(
        "tile", row=2, column=3, channel=17
    )
    assert axes.format_coord(*at) == f"channel 17 (dead), row 2, column 3: {maps[2, 3, 4]:.6g}"
    at = centre(figure, 1, 0, 0)
    assert axes.format_coord(*at) == f"channel 9, row 0, column 0: {maps[0, 0, 1]:.6g}"
    # Above the map is its label.
    left, top, _, _ = panel_of(figure, "tiles")._grid.bounds(1)
    assert figure.place_at(mouse_over(figure, axes, left + 0.01, top - 0.01)) == Place(
        "tile", channel=9
    )


def test_where_the_last_row_ends_there_is_nothing() -> None:
    figure = shown(tiles(RNG.random((9, 9, 5))))
    drawn(figure)
    grid = panel_of(figure, "tiles")._grid
    assert grid.columns * grid.rows > 5
    axes = axes_of(figure, "tiles")
    assert figure.place_at(mouse_over(figure, axes, 0.99, 0.99)) is None
    assert axes.format_coord(0.99, 0.99) == ""


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 850, 340])
@pytest.mark.parametrize(
    "maps",
    [
        np.zeros((3, 3, 0)),
        np.zeros((0, 3, 2)),
        np.ones((1, 1, 1)),
        np.full((4, 4, 3), np.nan),
        np.array([[[-1.7e308, 1.7e308, 0]], [[1.7e308, 0, 5e-324]]]),
        np.zeros((1, 1000, 7), np.float16),
        np.zeros((1000, 1, 300)),
        np.zeros((512, 512, 40), np.bool_),
    ],
    ids=lambda maps: f"{maps.shape} of {maps.dtype}",
)
def test_any_tiles_are_drawn(maps: np.ndarray, width: int) -> None:
    figure = shown(tiles(maps, dead=frozenset({0})), width)
    drawn(figure)
    resize(figure, 600)
    drawn(figure)


def test_another_colour_map_is_taken_up() -> None:
    maps = np.array([[[0.0], [1.0]]])
    figure = shown(tiles(maps, chosen=3))
    figure.set_color_map("gray")
    pixels, axes = drawn(figure), axes_of(figure, "tiles")
    assert pixel(pixels, axes, *centre(figure, 0, 0, 0)).tolist() == [0] * 3
    assert pixel(pixels, axes, *centre(figure, 0, 0, 1)).tolist() == [255] * 3
