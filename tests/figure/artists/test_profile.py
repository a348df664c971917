import numpy as np
import pytest

from actviz_widgets.views import (
    MapView,
)

from ..figure_drawing import axes_of, drawn, map_limits, shown
from ..views_at_hand import PROFILE, RAMP


def test_a_profile_is_one_line_beside_the_map_on_the_maps_rows() -> None:
    figure = shown(MapView(RAMP, profile=PROFILE))
    axes = axes_of(figure, "profile")
    (line,) = axes.lines
    np.testing.assert_array_equal(line.get_xydata(), np.stack([PROFILE, [0, 1, 2]], 1))
    drawn(figure)
    assert axes.bbox.y0 == pytest.approx(figure.map_axes.bbox.y0)
    assert axes.bbox.y1 == pytest.approx(figure.map_axes.bbox.y1)
    assert figure.map_axes.bbox.x1 < axes.bbox.x0
    assert axes.bbox.x1 < figure.color_bar_axes.bbox.x0
    assert axes.format_coord(99, 1.2) == "row 1: 2"
    assert axes.format_coord(0, 3) == ""
    figure.map_axes.set_ylim(1.5, 0.5)
    assert axes.get_ylim() == (1.5, 0.5)


def test_without_a_profile_the_map_has_its_room_back() -> None:
    plain = shown(MapView(RAMP))
    figure = shown(MapView(RAMP, profile=PROFILE))
    assert figure.show_activation(MapView(RAMP), "layer") is True
    np.testing.assert_array_equal(drawn(figure), drawn(plain))


@pytest.mark.parametrize(
    "profile",
    [
        np.full(3, 5.0),
        np.zeros(3),
        np.full(3, np.nan),
        np.array([np.inf, 1.0, -np.inf]),
        np.array([-1.7e308, 0, 1.7e308]),
        np.array([1, 2, 3], np.int64),
    ],
    ids=str,
)
def test_the_limits_of_any_profile_are_finite(profile: np.ndarray) -> None:
    figure = shown(MapView(RAMP, profile=profile))
    low, high = axes_of(figure, "profile").get_xlim()
    assert np.isfinite([low, high]).all()
    assert low < high
    drawn(figure)


def test_a_zoom_into_the_map_is_kept_while_the_profile_changes() -> None:
    figure = shown(MapView(RAMP, profile=PROFILE))
    figure.map_axes.set_xlim(1, 2)
    figure.map_axes.set_ylim(2, 1)
    assert figure.show_activation(MapView(RAMP, profile=PROFILE * 3), "next") is True
    assert map_limits(figure) == ((1, 2), (2, 1))
    axes = axes_of(figure, "profile")
    assert axes.get_xlim() == figure.full_limits[axes][0]
    assert axes.get_xlim()[1] > 6
    assert figure.show_activation(MapView(RAMP, profile=PROFILE * 3), "same") is False
