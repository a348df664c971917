import numpy as np
import pytest
from matplotlib.patches import Rectangle, StepPatch

from actviz_widgets.views import (
    BarsView,
)

from ..figure_drawing import axes_of, close_to, drawn, shown
from ..views_at_hand import ACTIVATIONS, BARS, LONG


@pytest.mark.parametrize("count", [1, 3, 32])
def test_bars_are_one_artist_from_top_to_bottom(count: int) -> None:
    figure = shown(BarsView(np.arange(1.0, count + 1), ("unit",) * count, 0))
    axes = axes_of(figure, "bars")
    (bars,) = (patch for patch in axes.patches if isinstance(patch, StepPatch))
    assert axes.get_ylim() == (count - 0.5, -0.5)
    pixels = drawn(figure)
    for unit in range(count):
        x, y = axes.transData.transform((unit + 0.5, unit))
        color = pixels[len(pixels) - 1 - round(y), round(x)] / 255
        assert color.tolist() == close_to(bars.get_facecolor()[:3])


def test_the_chosen_bar_is_framed() -> None:
    figure = shown(BARS)
    (frame,) = (patch for patch in axes_of(figure, "bars").patches if isinstance(patch, Rectangle))
    assert frame.get_bbox().bounds == (0, 0.5, 1, 1)
    assert frame.get_linewidth() > 0
    figure.show_activation(BarsView(BARS.values, BARS.labels, 2), "next")
    assert frame.get_bbox().bounds == (0, 1.5, 1, 1)


def test_the_strongest_bar_has_its_value_at_it() -> None:
    figure = shown(BARS)
    (number,) = axes_of(figure, "bars").texts
    assert number.get_text().strip() == "0.7"
    assert number.get_position() == (0.7, 1)


def test_bars_are_called_by_their_labels() -> None:
    axes = axes_of(shown(BARS), "bars")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog", "bird"]
    assert axes.format_coord(99, 1.3) == "dog: 0.7"
    assert axes.format_coord(0, 2.6) == ""


def test_long_labels_of_bars_are_shortened_on_the_axis_and_whole_under_the_cursor() -> None:
    axes = axes_of(shown(ACTIVATIONS["32 bars"]), "bars")
    assert all("…" in label.get_text() for label in axes.get_yticklabels())
    assert axes.format_coord(0, 0).startswith(LONG)


@pytest.mark.parametrize(("value", "word"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
def test_a_bar_that_is_not_finite_says_so(value: float, word: str) -> None:
    figure = shown(BarsView(np.array([1.0, value]), ("cat", "dog"), 0))
    drawn(figure)
    labels = [label.get_text() for label in axes_of(figure, "bars").get_yticklabels()]
    assert labels == ["cat", f"dog = {word}"]
    assert axes_of(figure, "bars").format_coord(0, 1) == f"dog: {word}"


@pytest.mark.parametrize(
    "values",
    [
        np.full(3, np.nan),
        np.zeros(3),
        np.array([-3.0, -1.0, -2.0]),
        np.array([-1.7e308, 0, 1.7e308]),
        np.array([0, 5e-324, 0]),
        np.array([True, False, True]),
        np.array([-65504, 65504, np.inf], np.float16),
        np.array([1, 2, 2**62]),
    ],
    ids=str,
)
def test_any_bars_are_drawn_with_zero_in_sight(values: np.ndarray) -> None:
    figure = shown(BarsView(values, ("a", "b", "c"), 0))
    drawn(figure)
    low, high = axes_of(figure, "bars").get_xlim()
    assert np.isfinite([low, high]).all()
    assert low < 0 < high
