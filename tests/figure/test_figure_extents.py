"""Nothing overlaps and nothing is cut, whatever is shown at whatever size."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import (
    PictureView,
    WordsView,
)

from .figure_drawing import drawn, made
from .views_at_hand import ACTIVATIONS, INPUTS, LONG, PICTURE


def of_maps(figure: ActivationFigure) -> list[Axes]:
    """Gives the axes that have a colour bar."""
    return [
        axes
        for axes in figure.figure.axes
        if axes.get_label() in ("overlay", "overlay of the input", "tiles", "map of the input")
    ]


def extents(figure: ActivationFigure) -> dict[str, Bbox]:
    """Gives where the axes and all text outside of them are, in pixels of the figure drawn."""
    drawn(figure)
    renderer = FigureCanvasAgg(figure.figure).get_renderer()
    boxes = {
        text.get_text(): text.get_window_extent(renderer)
        for text in figure.figure.texts
        if text.get_text()
    }
    axes_seen = [axes for axes in figure.figure.axes if axes.get_visible()]
    bars = [axes for seen in axes_seen for axes in seen.child_axes]
    assert len(bars) == sum(seen in (figure.map_axes, *of_maps(figure)) for seen in axes_seen)
    for index, bar in enumerate(bars):
        numbers = [number for number in bar.texts if number.get_text()]
        assert len(numbers) >= 2
        boxes |= {
            f"bar {index}: {number.get_text()}": number.get_window_extent(renderer)
            for number in numbers
        }
    axes_seen += bars
    for number, axes in enumerate(axes_seen):
        boxes[f"{number}: axes"] = axes.bbox
        if axes.get_title():
            boxes[f"{number}: title"] = axes.title.get_window_extent(renderer)
        if not axes.axison:
            for text in axes.texts:
                if text.get_visible() and text.get_text():
                    boxes[f"{number}: {text.get_text()}"] = text.get_window_extent(renderer)
            if axes.texts:
                del boxes[f"{number}: axes"]
            continue
        for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
            if not axis.get_visible():
                continue
            labels = [label for label in axis.get_ticklabels() if label.get_text()]
            places = axis.get_majorticklocs()
            low, high = sorted(axis.get_view_interval())
            for index, label in enumerate(labels):
                if label.get_visible() and low <= places[index] <= high:
                    key = f"{number}: {name} tick {index}"
                    boxes[key] = label.get_window_extent(renderer)
            if axis.get_label_text():
                boxes[f"{number}: {name} label"] = axis.label.get_window_extent(renderer)
            if axis.get_offset_text().get_text():
                boxes[f"{number}: {name} offset"] = axis.get_offset_text().get_window_extent(
                    renderer
                )
    return boxes


def assert_tidy(figure: ActivationFigure) -> None:
    boxes = extents(figure)
    whole = figure.figure.bbox
    for name, box in boxes.items():
        assert np.isfinite(box.extents).all(), name
        assert box.x0 >= whole.x0, f"{name} is cut on the left"
        assert box.x1 <= whole.x1, f"{name} is cut on the right"
        assert box.y0 >= whole.y0, f"{name} is cut below"
        assert box.y1 <= whole.y1, f"{name} is cut above"
    for (one, box), (other, next_box) in combinations(boxes.items(), 2):
        across = min(box.x1, next_box.x1) - max(box.x0, next_box.x0)
        down = min(box.y1, next_box.y1) - max(box.y0, next_box.y0)
        # Boxes of text hold the space below and above the letters, too.
        overlaps = across > 0.5 and down > 2
        assert not overlaps, f"{one} overlaps {other} by {across:.1f} × {down:.1f} pixels"


@pytest.mark.slow
@pytest.mark.parametrize("long", [False, True], ids=["short names", "long names"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nothing_overlaps_and_nothing_is_cut_beside_any_activation(
    activation: str, long: bool
) -> None:
    figure = ActivationFigure()
    figure.show_input(PictureView(PICTURE, (4, 6)), LONG if long else "tom.jpg")
    figure.show_activation(ACTIVATIONS[activation], LONG if long else "a", LONG if long else "b")
    assert_tidy(figure)


@pytest.mark.slow
@pytest.mark.parametrize("given", INPUTS)
def test_nothing_overlaps_and_nothing_is_cut_beside_any_input(given: str) -> None:
    figure = ActivationFigure()
    figure.show_input(INPUTS[given], LONG)
    figure.show_activation(ACTIVATIONS["32 bars"], LONG, LONG)
    assert_tidy(figure)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(6.0, 3.5), (12.0, 8.0)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_after_a_resize_nothing_overlaps_either(activation: str, size: tuple[float, float]) -> None:
    figure = ActivationFigure()
    figure.show_input(WordsView(LONG * 9), LONG)
    figure.show_activation(ACTIVATIONS[activation], LONG, LONG)
    figure.figure.set_size_inches(size)
    figure.figure.canvas.callbacks.process("resize_event", None)
    assert_tidy(figure)


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 400, 559, 560, 700, 1200])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_at_any_width_and_the_height_for_it_nothing_overlaps(activation: str, width: int) -> None:
    figure = ActivationFigure()
    for given in ("picture", "overlay", "map", "lines") if width < 560 else ("map", "overlay"):
        figure.show_input(INPUTS[given], LONG)
        figure.show_activation(ACTIVATIONS[activation], LONG, LONG)
        figure.figure.set_size_inches(width / 100, figure.preferred_height(width) / 100)
        figure.figure.canvas.callbacks.process("resize_event", None)
        assert_tidy(figure)


def test_in_a_narrow_figure_the_activation_is_below_the_input() -> None:
    figure = made()
    for width, is_narrow in ((850, False), (560, False), (559, True), (320, True)):
        figure.figure.set_size_inches(width / 100, figure.preferred_height(width) / 100)
        figure.figure.canvas.callbacks.process("resize_event", None)
        drawn(figure)
        picture, shown_map = figure.picture_axes.bbox, figure.map_axes.bbox
        assert (picture.x1 < shown_map.x0) != is_narrow
        assert (picture.y0 > shown_map.y1) == is_narrow


def test_the_preferred_height_leaves_the_figure_as_it_is() -> None:
    figure = ActivationFigure()
    assert figure.preferred_height(850) == 425
    assert 500 <= figure.preferred_height(320) <= 640


@pytest.mark.slow
def test_a_figure_of_hardly_any_size_can_be_drawn() -> None:
    figure = ActivationFigure()
    for activation in ACTIVATIONS.values():
        figure.show_input(WordsView(LONG), LONG)
        figure.show_activation(activation, LONG, LONG)
        figure.figure.set_size_inches(1, 0.5)
        figure.figure.canvas.callbacks.process("resize_event", None)
        FigureCanvasAgg(figure.figure).draw()


def test_wide_letters_in_both_titles_do_not_overlap() -> None:
    figure = made(title="W" * 46)
    figure.show_input(PictureView(PICTURE, (4, 6)), "W" * 46)
    assert_tidy(figure)
