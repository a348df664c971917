import numpy as np
import pytest

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import (
    MapView,
    PictureView,
    SeriesView,
)

from ..figure_drawing import axes_of, drawn, shown
from ..views_at_hand import PICTURE, RAMP, STEPS, WAVES


def test_a_picture_scaled_down_is_measured_in_the_users_pixels() -> None:
    figure = ActivationFigure()
    figure.show_input(PictureView(PICTURE, (400, 600)), "large")
    assert figure.picture_axes.get_xlim() == (-0.5, 599.5)
    assert figure.picture_axes.get_ylim() == (399.5, -0.5)
    assert figure.picture_axes.format_coord(300, 200) == "picture: row 200, column 300"


def test_a_series_is_one_artist_with_a_line_per_channel() -> None:
    figure = shown(MapView(RAMP), SeriesView(WAVES))
    axes = axes_of(figure, "series as lines")
    (lines,) = axes.collections
    assert not axes.lines
    assert len(lines.get_segments()) == 12
    looks = zip(map(tuple, lines.get_edgecolor()), map(str, lines.get_linestyle()), strict=True)
    assert len(set(looks)) == 12
    np.testing.assert_array_equal(lines.get_segments()[3], np.stack([STEPS, WAVES[:, 3]], 1))


def test_a_series_of_many_channels_is_an_image_with_time_from_left_to_right() -> None:
    values = np.arange(60.0).reshape(3, 20)
    figure = shown(MapView(RAMP), SeriesView(values))
    axes = axes_of(figure, "series as rows")
    np.testing.assert_array_equal(axes.images[0].get_array(), values.T)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 2.5), (19.5, -0.5))
    assert axes.format_coord(2, 5) == "step 2, channel 5: 45"
    assert axes.format_coord(3, 5) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "values",
    [
        np.full((5, 2), np.nan),
        np.array([[1.0, np.nan], [np.inf, 2.0], [-np.inf, 3.0]]),
        np.zeros((1, 1)),
        np.array([[-1.7e308], [1.7e308]]),
        np.array([[0], [1e-45]], np.float32),
        np.array([[True], [False]]),
        np.full((5, 40), np.nan),
        np.random.default_rng(0).normal(size=(100_000, 12)),
    ],
    ids=lambda values: f"{values.shape} of {values.dtype}",
)
def test_any_series_is_drawn(values: np.ndarray) -> None:
    figure = shown(MapView(RAMP), SeriesView(values))
    drawn(figure)
    assert np.isfinite(list(figure.full_limits.values())).all()


def test_a_series_says_how_many_values_are_not_finite() -> None:
    figure = shown(MapView(RAMP), SeriesView(np.array([[1.0, np.nan], [np.inf, 2.0]])))
    assert axes_of(figure, "series as lines").get_xlabel() == "time step · 2 values not finite"


def test_a_single_spike_in_a_long_series_is_drawn() -> None:
    values = np.zeros((1_000_000, 1))
    values[765_432] = 3.0
    figure = shown(MapView(RAMP), SeriesView(values))
    (segment,) = axes_of(figure, "series as lines").collections[0].get_segments()
    assert len(segment) < 10_000
    assert segment[:, 1].max() == 3.0
    assert segment[np.argmax(segment[:, 1]), 0] == pytest.approx(765_432, abs=300)
    assert axes_of(figure, "series as lines").format_coord(765_432, 0) == "step 765432: 3"


@pytest.mark.parametrize(
    ("channels", "text"),
    [
        (1, "step 2: 1"),
        (4, "step 2: 1, 1, 1, 1"),
        (6, "step 2: 1, 1, 1, 1, … (2 more)"),
    ],
)
def test_the_values_of_a_step_are_told(channels: int, text: str) -> None:
    figure = shown(MapView(RAMP), SeriesView(np.ones((3, channels))))
    axes = axes_of(figure, "series as lines")
    assert axes.format_coord(2.3, 99) == text
    assert axes.format_coord(3, 0) == ""


def test_a_zoom_into_a_series_is_kept_for_series_of_the_same_length_only() -> None:
    figure = shown(MapView(RAMP), SeriesView(WAVES))
    axes = axes_of(figure, "series as lines")
    axes.set_xlim(10, 20)
    figure.show_input(SeriesView(WAVES * 2), "louder")
    assert axes.get_xlim() == (10, 20)
    assert axes.get_ylim() == figure.full_limits[axes][1]
    figure.show_input(SeriesView(WAVES[:30]), "shorter")
    assert axes.get_xlim() == (-0.5, 29.5)
