import matplotlib as mpl
import numpy as np
import pytest

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import (
    MapView,
    Region,
)

from ..figure_drawing import close_to, color_at, drawn, made
from ..views_at_hand import RAMP


def test_the_first_row_is_at_the_top() -> None:
    figure = made()
    assert figure.map_axes.get_ylim() == (2.5, -0.5)
    assert tuple(figure.map_axes.images[0].get_extent()) == (-0.5, 3.5, 2.5, -0.5)
    assert color_at(figure, 0, 0) == close_to(mpl.colormaps["viridis"](0.0))
    assert color_at(figure, 2, 3) == close_to(mpl.colormaps["viridis"](1.0))


@pytest.mark.parametrize("size", [(3, 4), (1, 8), (50, 50)])
def test_pixels_of_a_map_are_square(size: tuple[int, int]) -> None:
    assert made(np.zeros(size)).map_axes.get_aspect() == 1.0


@pytest.mark.parametrize("size", [(1, 9), (9, 1), (1, 1000)])
def test_a_map_that_is_all_length_is_stretched(size: tuple[int, int]) -> None:
    assert made(np.zeros(size)).map_axes.get_aspect() == "auto"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (RAMP, (0, 11)),
        (-RAMP, (-11, 0)),
        (np.full((2, 2), 3.0), (3, 6)),
        (np.zeros((2, 2)), (0, 1)),
        (np.array([[np.nan, 2.0], [5.0, np.inf]]), (2, 5)),
        (np.full((2, 2), np.nan), (0, 1)),
    ],
)
def test_the_colour_bar_goes_from_the_smallest_value_to_the_largest(
    values: np.ndarray, expected: tuple[float, float]
) -> None:
    figure = made()
    figure.show_activation(MapView(values), "map")
    drawn(figure)
    assert figure.map_axes.images[0].get_clim() == expected
    assert figure.color_bar_axes.get_ylim() == expected
    assert figure.color_bar.mappable is figure.map_axes.images[0]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_have_a_colour_that_no_value_has(value: float) -> None:
    values = RAMP.copy()
    values[1, 2] = value
    figure = made(values)
    marked = color_at(figure, 1, 2)
    assert marked == close_to(figure.map_axes.images[0].get_cmap().get_bad())
    scale = mpl.colormaps["viridis"](np.linspace(0, 1, 256))[:, :3]
    assert np.abs(scale - marked).max(axis=1).min() > 0.2


def test_the_array_shown_is_left_as_it_was() -> None:
    values = np.array([[np.nan, 1.0], [np.inf, 2.0]])
    before = values.copy()
    drawn(made(values))
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(
    "values",
    [
        np.array([[-65504, 65504]], np.float16),
        np.array([[True, False]]),
        np.array([[0, 255]], np.uint8),
        np.array([[-(2**62), 2**62]]),
        np.array([[0, 1e-45]], np.float32),
        np.array([[1, 1 + 1e-7]], np.float32),
        np.array([[-3e38, 3e38]], np.float32),
        np.array([[-1e300, 1e300]]),
        np.full((1, 2), 3e38, np.float32),
        np.full((1, 2), np.nan),
    ],
    ids=lambda values: f"{values.dtype}, {values.min()} to {values.max()}",
)
def test_values_of_any_dtype_and_size_are_drawn_without_a_warning(values: np.ndarray) -> None:
    figure = made(values)
    low, high = float(values[0].min()), float(values[0].max())
    drawn(figure)
    for column, value in enumerate(values[0]):
        if low < high:
            expected = mpl.colormaps["viridis"](1.0 if value == values.max() else 0.0)
            assert color_at(figure, 0, column) == close_to(expected)


@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        (0, 0, "row 0, column 0: 0"),
        (3, 2, "row 2, column 3: 11"),
        (2.4, 0.6, "row 1, column 2: 6"),
        (3.6, 0, ""),
        (0, 2.6, ""),
        (-0.6, 0, ""),
        (0, -0.6, ""),
    ],
)
def test_the_value_under_the_cursor_is_the_arrays(x: float, y: float, text: str) -> None:
    assert made().map_axes.format_coord(x, y) == text


@pytest.mark.parametrize(
    ("value", "text"), [(np.nan, "nan"), (np.inf, "inf"), (1 / 3, "0.333333"), (1e-9, "1e-09")]
)
def test_any_value_can_be_under_the_cursor(value: float, text: str) -> None:
    assert made(np.array([[value]])).map_axes.format_coord(0, 0) == f"row 0, column 0: {text}"


def test_the_place_under_the_cursor_is_told_as_asked_for() -> None:
    figure = made(place=lambda row, column: f"unit {4 * row + column}")
    assert figure.map_axes.format_coord(3, 1) == "unit 7: 7"
    figure.show_activation(MapView(RAMP), "next")
    assert figure.map_axes.format_coord(3, 1) == "row 1, column 3: 7"


def test_the_images_add_nothing_of_their_own_to_the_text_under_the_cursor() -> None:
    figure = made()
    assert not figure.picture_axes.images[0].mouseover
    assert not figure.map_axes.images[0].mouseover


def test_before_anything_is_shown_there_is_nothing_under_the_cursor() -> None:
    figure = ActivationFigure()
    assert figure.picture_axes.format_coord(0, 0) == ""
    drawn(figure)


def test_the_mark_frames_the_chosen_part() -> None:
    figure = made(mark=Region(1, 2, 1, 1))
    unused, mark = figure.map_axes.patches
    assert mark.get_visible()
    assert not unused.get_visible()
    assert mark.get_bbox().bounds == (1.5, 0.5, 1, 1)
    figure.show_activation(MapView(RAMP, Region(0, 3, 3, 1)), "column")
    assert mark.get_bbox().bounds == (2.5, -0.5, 1, 3)
    figure.show_activation(MapView(RAMP), "unmarked")
    assert not mark.get_visible()


def test_cells_that_stand_for_nothing_are_blank_and_not_marked_as_nan() -> None:
    figure = made()
    values = RAMP.astype(float)
    values[-1, 2:] = np.nan
    figure.show_activation(MapView(values, unused=Region(2, 2, 1, values.shape[1] - 2)), "folded")
    box = figure.map_axes.transData.transform([(2, 2), (3, 2), (1, 2)])
    pixels = drawn(figure)
    at = [tuple(pixels[len(pixels) - 1 - round(y), round(x), :3]) for x, y in box]
    assert at[:2] == [(255, 255, 255)] * 2
    assert at[2] != (255, 255, 255)
