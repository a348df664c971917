"""The histogram of a map: its counts, and that it is in line with the colour bar."""

from __future__ import annotations

import numpy as np
import pytest

from actviz_widgets.figure.artists.histogram import BINS, counted
from actviz_widgets.views import MapView

from ..figure_drawing import GREY, axes_of, drawn, new_figure, pixel

RAMP = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_counts_are_those_of_numpy() -> None:
    values = np.random.default_rng(0).normal(size=(30, 40))
    counts, outside = counted(values, float(values.min()), float(values.max()))
    expected, _ = np.histogram(values, bins=BINS)
    assert np.abs(counts - expected).sum() <= 2  # rounding at an edge
    assert counts.sum() == 1200
    assert outside == (0, 0)


def test_values_outside_are_in_the_bins_at_the_ends_and_those_not_finite_in_none() -> None:
    values = np.array([[-9.0, -8.0, 0.0, 1.0], [2.0, np.nan, np.inf, -np.inf]])
    counts, outside = counted(values, 0.0, 1.0)
    assert outside == (2, 1)
    assert counts[0] == 3
    assert counts[-1] == 2
    assert counts.sum() == 5


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        (np.array([-1.7e308, 1.7e308]), -1.7e308, 1.7e308),
        (np.array([0, 5e-324]), 0.0, 5e-324),
        (np.array([-65504, 65504], np.float16), -65504.0, 65504.0),
        (np.array([False, True]), 0.0, 1.0),
        (np.array([-(2**62), 2**62]), float(-(2**62)), float(2**62)),
    ],
)
def test_any_values_are_counted(values: np.ndarray, low: float, high: float) -> None:
    counts, outside = counted(values, low, high)
    assert counts[0] == counts[-1] == 1
    assert counts.sum() == 2
    assert outside == (0, 0)


def test_a_bar_is_at_the_height_of_its_value_on_the_colour_bar() -> None:
    values = np.zeros((10, 10))
    values[:5] = 0.77
    figure = new_figure()
    figure.show_input(GREY, "grey")
    figure.show_activation(MapView(values, limits=(0.0, 1.0), has_histogram=True), "map")
    pixels = drawn(figure)
    histogram = axes_of(figure, "histogram")
    bar = figure.color_bar_axes
    assert histogram.bbox.y0 == pytest.approx(bar.bbox.y0)
    assert histogram.bbox.y1 == pytest.approx(bar.bbox.y1)
    # Bars begin at the colour bar and grow to the left.
    assert figure.map_axes.bbox.x1 < histogram.bbox.x0
    assert 0 < bar.bbox.x0 - histogram.bbox.x1 < 5
    across = int(histogram.bbox.x1) - 2
    up = int(bar.transData.transform((0, 0.77))[1])
    assert pixels[len(pixels) - 1 - up, across].tolist() == [0x66] * 3
    between = int(bar.transData.transform((0, 0.5))[1])
    assert pixels[len(pixels) - 1 - between, across].tolist() == [255] * 3


def test_a_single_value_is_seen_beside_many_zeros() -> None:
    values = np.zeros((200, 200))
    values[3, 4] = 1.0
    figure = new_figure()
    figure.show_activation(MapView(values, has_histogram=True), "map")
    pixels = drawn(figure)
    histogram = axes_of(figure, "histogram")
    assert pixel(pixels, histogram, 0.03, 1 - 0.5 / BINS).tolist() == [0x66] * 3
    assert pixel(pixels, histogram, 0.03, 0.5).tolist() == [255] * 3


def test_the_cursor_tells_the_count() -> None:
    figure = new_figure()
    figure.show_activation(MapView(RAMP, limits=(1.0, 9.0), has_histogram=True), "map")
    tell = axes_of(figure, "histogram").format_coord
    assert tell(0.5, 0.5 / BINS) == "1 value between 1 and 1.167, 1 below"
    assert tell(0.5, 1 - 0.5 / BINS) == "1 value between 8.833 and 9, 2 above"
    assert tell(0.5, (3.5) / BINS) == "0 values between 1.5 and 1.667"
    assert tell(0.5, 1.2) == ""


def test_it_takes_no_part_in_zoom_and_goes_when_it_is_not_wanted() -> None:
    figure = new_figure()
    figure.show_activation(MapView(RAMP), "map")
    before = drawn(figure)
    assert figure.show_activation(MapView(RAMP, has_histogram=True), "map") is True
    histogram = axes_of(figure, "histogram")
    assert not histogram.can_zoom()
    assert not histogram.can_pan()
    assert histogram.get_navigate()  # or the cursor would tell nothing
    assert figure.show_activation(MapView(RAMP * 3, has_histogram=True), "map") is False
    assert figure.show_activation(MapView(RAMP), "map") is True
    np.testing.assert_array_equal(drawn(figure), before)
