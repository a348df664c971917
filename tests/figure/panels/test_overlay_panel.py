"""A map over the picture: where it lies, what shows through, and what the cursor tells."""

from __future__ import annotations

import numpy as np
import pytest

from actviz_widgets.feature_maps.color_scale import color_map
from actviz_widgets.views import MapView, OverlayView, PictureView

from ..figure_drawing import GREY, axes_of, drawn, new_figure, pixel

EXTENT = (8.0, 48.0, 35.0, 5.0)  # of 3 rows and 4 columns, each 10 pixels


def hot(row: int, column: int) -> np.ndarray:
    values = np.zeros((3, 4), np.float32)
    values[row, column] = 1
    return values


def overlay(values: np.ndarray, opacity: float = 1.0, **options: object) -> OverlayView:
    return OverlayView(GREY, values, EXTENT, (0.0, 1.0), opacity, **options)  # type: ignore[arg-type]


def test_a_hot_position_peaks_at_its_centre_on_the_picture() -> None:
    figure = new_figure()
    hottest = 255 * np.array(color_map("viridis")(1.0)[:3])
    for row, column in ((1, 1), (0, 3), (2, 0)):
        figure.show_activation(overlay(hot(row, column)), "map")
        axes, pixels = axes_of(figure, "overlay"), drawn(figure)
        x, y = 13 + 10 * column, 10 + 10 * row
        assert pixel(pixels, axes, x, y) == pytest.approx(hottest, abs=12)
        apart = np.abs(pixels - hottest).max(axis=-1)
        box = axes.bbox.extents.astype(int)
        inside = apart[len(pixels) - box[3] : len(pixels) - box[1], box[0] : box[2]]
        rows, columns = np.nonzero(inside < 12)
        place = axes.transData.inverted().transform(
            (box[0] + columns.mean() + 0.5, box[3] - rows.mean() - 0.5)
        )
        is_at_an_edge = row != 1 or column != 1  # where its cell's outer half is as hot
        assert place == pytest.approx((x, y), abs=6 if is_at_an_edge else 0.4)


def test_between_two_centres_it_is_interpolated() -> None:
    figure = new_figure()
    figure.show_activation(overlay(hot(1, 1)), "map")
    pixels, axes = drawn(figure), axes_of(figure, "overlay")
    half = 255 * np.array(color_map("viridis")(0.5)[:3])
    assert pixel(pixels, axes, 28, 20) == pytest.approx(half, abs=12)


def test_beyond_the_outermost_cells_is_the_picture_alone() -> None:
    figure = new_figure()
    figure.show_activation(overlay(np.ones((3, 4))), "map")
    pixels, axes = drawn(figure), axes_of(figure, "overlay")
    hottest = 255 * np.array(color_map("viridis")(1.0)[:3])
    for x, y in ((7.5, 20), (48.5, 20), (30, 4.5), (30, 35.5)):
        assert pixel(pixels, axes, x, y).tolist() == [128] * 3
    for x, y in ((8.5, 20), (47.5, 20), (30, 5.5), (30, 34.5)):
        assert pixel(pixels, axes, x, y) == pytest.approx(hottest, abs=2)


@pytest.mark.parametrize("opacity", [0.0, 0.25, 0.6, 1.0])
def test_the_picture_shows_through_as_the_opacity_says(opacity: float) -> None:
    figure = new_figure()
    figure.show_activation(overlay(np.ones((3, 4)), opacity), "map")
    expected = 128 + opacity * (255 * np.array(color_map("viridis")(1.0)[:3]) - 128)
    assert pixel(drawn(figure), axes_of(figure, "overlay"), 28, 20) == pytest.approx(
        expected, abs=2
    )


def test_values_not_finite_or_outside_of_the_limits_are_marked() -> None:
    values = np.full((3, 4), 0.5)
    values[1, 0], values[1, 3] = np.nan, 7
    figure = new_figure()
    figure.show_activation(overlay(values), "map")
    pixels, axes = drawn(figure), axes_of(figure, "overlay")
    colors = color_map("viridis", mark_outside=True)
    assert pixel(pixels, axes, 13, 20) == pytest.approx(255 * colors.get_bad()[:3], abs=1)
    assert pixel(pixels, axes, 43, 20) == pytest.approx(255 * colors.get_over()[:3], abs=1)


def test_the_largest_value_is_not_taken_for_one_outside() -> None:
    values = 1000 + np.random.default_rng(0).random((30, 40)).astype(np.float32)
    figure = new_figure()
    limits = float(values.min()), float(values.max())
    figure.show_activation(OverlayView(GREY, values, EXTENT, limits, 1.0), "map")
    colors = color_map("viridis", mark_outside=True)
    pixels = drawn(figure).reshape(-1, 3)
    for outside in (colors.get_over(), colors.get_under()):
        assert not (np.abs(pixels - 255 * outside[:3]).max(axis=1) < 2).any()


def test_the_cursor_tells_the_nearest_positions_own_value() -> None:
    values = np.arange(12.0).reshape(3, 4)
    figure = new_figure()
    figure.place_note = lambda row, column: f"sees rows {row} to {column}"
    figure.show_activation(overlay(values), "map")
    tell = axes_of(figure, "overlay").format_coord
    assert tell(13, 10) == "row 0, column 0: 0 · sees rows 0 to 0"
    assert tell(27.9, 25.1) == "row 2, column 1: 9 · sees rows 2 to 1"
    assert tell(3, 3) == "picture: row 3, column 3"
    assert tell(70, 3) == ""


def test_a_colour_bar_goes_with_it_and_signed_maps_have_colours_of_their_own() -> None:
    figure = new_figure()
    figure.show_activation(overlay(hot(0, 0), is_signed=True), "map")
    axes = axes_of(figure, "overlay")
    assert axes.images[1].get_cmap().name == "RdBu_r"
    (bar,) = axes.child_axes
    assert bar.get_ylim() == (0.0, 1.0)
    figure.show_activation(overlay(hot(0, 0)), "map")
    figure.set_color_map("magma")
    assert axes.images[1].get_cmap()(0.5) == color_map("magma")(0.5)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (512, 512)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int64, np.bool_])
def test_any_map_is_drawn(size: tuple[int, int], dtype: type) -> None:
    figure = new_figure()
    figure.show_activation(overlay(np.ones(size, dtype)), "map")
    drawn(figure)


def test_on_the_input_s_side_it_is_the_picture_with_what_explains_the_output() -> None:
    figure = new_figure()
    figure.show_input(GREY, "grey")
    figure.show_activation(MapView(hot(0, 0)), "map")
    before = drawn(figure)
    assert figure.show_input(overlay(hot(1, 1)), "Grad-CAM") is True
    axes = axes_of(figure, "overlay of the input")
    assert axes.get_visible()
    assert not figure.picture_axes.get_visible()
    assert figure.full_limits[axes] == ((-0.5, 59.5), (39.5, -0.5))
    assert figure.show_input(GREY, "grey") is True
    np.testing.assert_array_equal(drawn(figure), before)


def test_a_map_of_unknown_place_is_shown_instead_of_the_picture() -> None:
    figure = new_figure()
    figure.show_input(PictureView(np.zeros((4, 4, 3), np.uint8), (4, 4)), "black")
    figure.show_activation(MapView(hot(0, 0)), "map")
    figure.show_input(MapView(hot(1, 1), has_histogram=True), "Grad-CAM")
    axes = axes_of(figure, "map of the input")
    assert axes.get_title() == "Grad-CAM"
    assert axes.format_coord(1, 1) == "row 1, column 1: 1"
    assert axes_of(figure, "histogram of the input").get_visible()
    (bar,) = axes.child_axes
    drawn(figure)
    assert bar.bbox.x1 < figure.map_axes.bbox.x0
