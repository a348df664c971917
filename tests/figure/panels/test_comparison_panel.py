"""Two maps compared in the figure: one scale, their difference, and what moves together."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from actviz_widgets.feature_maps.comparison import compare
from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import ComparisonView, PictureView
from actviz_widgets.widgets.repainter import Repainter

from ..figure_drawing import GREY, axes_of, drawn, mouse_over, new_figure, resize

RNG = np.random.default_rng(0)


def comparison(first: np.ndarray, second: np.ndarray, **options: object) -> ComparisonView:
    made = compare(first, second)
    given: dict[str, object] = {"titles": ("cat", "dog"), "pictures": (GREY, GREY)} | options
    return ComparisonView(
        made.first,
        made.second,
        made.limits,
        made.difference,
        made.difference_limits,
        made.note,
        **given,  # type: ignore[arg-type]
    )


def seen(figure: ActivationFigure) -> set[str]:
    return {str(axes.get_label()) for axes in figure.figure.axes if axes.get_visible()}


def test_both_maps_are_on_one_scale_and_the_difference_on_its_own() -> None:
    figure = new_figure()
    first, second = RNG.random((5, 6)), 3 * RNG.random((5, 6)) - 1
    figure.show_whole(comparison(first, second), "conv · channel 3")
    limits = (min(first.min(), second.min()), max(first.max(), second.max()))
    images = {
        label: axes_of(figure, label).images[0]
        for label in ("first map", "second map", "difference")
    }
    assert images["first map"].get_clim() == images["second map"].get_clim() == limits
    low, high = images["difference"].get_clim()
    assert low == -high == -np.abs(second - first).max()
    np.testing.assert_allclose(images["difference"].get_array(), second - first)
    assert {"first picture", "second picture", "first map", "second map", "difference"} == seen(
        figure
    )
    titles = [axes.get_title() for axes in figure.figure.axes if axes.get_visible()]
    assert {"cat", "dog", "second − first"} <= set(titles)
    assert "conv · channel 3" in [text.get_text() for text in figure.figure.texts]


def test_the_cursor_tells_all_values_at_a_place() -> None:
    figure = new_figure()
    first, second = np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3) ** 2
    figure.show_whole(comparison(first, second))
    told = axes_of(figure, "difference").format_coord(2, 1)
    assert told == "row 1, column 2: 20 · first 5, second 25"
    place = figure.place_at(mouse_over(figure, axes_of(figure, "first map"), 1, 1))
    assert place is not None
    assert (place.kind, place.row, place.column) == ("map", 1, 1)


def test_maps_of_one_size_are_zoomed_together() -> None:
    figure = new_figure()
    figure.show_whole(comparison(RNG.random((8, 8)), RNG.random((8, 8))))
    three = [axes_of(figure, label) for label in ("first map", "second map", "difference")]
    for moved, limits in ((three[2], (2.5, 5.0)), (three[0], (1.0, 3.0))):
        moved.set_xlim(limits)
        moved.set_ylim(limits[::-1])
        assert {axes.get_xlim() for axes in three} == {limits}
        assert {axes.get_ylim() for axes in three} == {limits[::-1]}
    # The zoom holds from one channel to the next.
    figure.show_whole(comparison(RNG.random((8, 8)), RNG.random((8, 8))))
    assert {axes.get_xlim() for axes in three} == {(1.0, 3.0)}


def test_maps_of_unlike_size_have_words_in_place_of_a_difference() -> None:
    figure = new_figure()
    figure.show_whole(comparison(RNG.random((8, 8)), RNG.random((4, 6))))
    assert "difference" not in seen(figure)
    words = axes_of(figure, "no difference").texts[0].get_text()
    assert words.replace("\n", " ").startswith("The maps are 8 × 8 and 4 × 6")
    axes_of(figure, "first map").set_xlim(1, 2)
    assert axes_of(figure, "second map").get_xlim() == (-0.5, 5.5)


def test_where_there_is_no_picture_there_is_a_title() -> None:
    figure = new_figure()
    figure.show_whole(comparison(RNG.random((3, 3)), RNG.random((3, 3)), pictures=(None, GREY)))
    assert axes_of(figure, "first map").get_title() == "cat"
    assert axes_of(figure, "second map").get_title() == ""
    assert axes_of(figure, "second picture").get_title() == "dog"
    assert "first picture" not in seen(figure)


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 500, 560, 850, 1200])
@pytest.mark.parametrize("size", [(1, 1), (1, 24), (40, 40), (3, 200), (200, 3)])
def test_nothing_overlaps_at_any_size(width: int, size: tuple[int, int]) -> None:
    figure = new_figure(width)
    for _ in range(2):
        figure.show_whole(
            comparison(
                1000 * RNG.random(size),
                RNG.random(size),
                titles=("a very long name of a picture.jpeg · this model",) * 2,
                is_square=size != (1, 24),
            ),
            "conv",
        )
        resize(figure, width)
    drawn(figure)
    renderer = FigureCanvasAgg(figure.figure).get_renderer()
    boxes = {
        axes.get_label(): axes.get_tightbbox(renderer)
        for axes in figure.figure.axes
        if axes.get_visible()
    }
    names = list(boxes)
    for index, name in enumerate(names):
        assert boxes[name].x0 >= 0, name
        assert boxes[name].x1 <= width + 1, name
        assert boxes[name].y0 >= 8, name
        assert boxes[name].y1 <= figure.figure.bbox.height + 1, name
        for other in names[index + 1 :]:
            assert not boxes[name].padded(-2).overlaps(boxes[other].padded(-2)), (name, other)


@pytest.mark.slow
def test_what_is_painted_in_part_is_what_is_painted_in_full() -> None:
    figure = new_figure()
    repainter = Repainter(FigureCanvasAgg(figure.figure))
    other = PictureView(np.zeros((30, 30, 3), np.uint8), (30, 30))
    sizes = [(5, 5), (5, 5), (5, 5), (3, 9)]
    counts = set()
    for step in range(30):
        first, second = (sizes[int(RNG.integers(4))] for _ in range(2))
        pictures = (GREY, other)[:: 1 if RNG.random() < 0.5 else -1]
        values = RNG.random(first).astype(np.float32)
        if step % 5 == 0:
            values[0, 0] = np.nan
        figure.show_whole(comparison(values, RNG.random(second), pictures=pictures), f"step {step}")
        if step % 3 == 0:
            axes_of(figure, "first map").set_xlim(0, 2)
        painted = repainter.paint().copy()
        np.testing.assert_array_equal(painted[..., :3], drawn(figure))
        counts.add(len(figure.figure.axes))
    assert len(counts) == 1
