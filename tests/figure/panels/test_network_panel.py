"""The strips of a network in the figure: what is written, painted, and under the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg

from actviz_widgets.feature_maps.color_scale import color_map
from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.figure.panels.network import MOST_STRIPS
from actviz_widgets.views import LayerStrip, MapView, NetworkView, PictureView, WordsView
from actviz_widgets.widgets.repainter import Repainter

from ..figure_drawing import GREY, axes_of, drawn, mouse_over, new_figure, pixel, resize


def ramp(height: int = 6, width: int = 6) -> np.ndarray:
    return np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)


def strips(count: int = 4) -> tuple[LayerStrip, ...]:
    return tuple(
        LayerStrip(f"block/conv_{index}", "Conv2D", (ramp(), ramp().T), (7, 3), None, index / 10, 2)
        for index in range(count)
    )


def texts(figure: ActivationFigure) -> list[str]:
    axes = axes_of(figure, "network strips")
    return [text.get_text() for text in axes.texts if text.get_text()]


def left_of_maps(axes: Axes) -> float:
    """Gives where the maps of the strips begin, in data coordinates."""
    left, _, _, _ = axes.images[0].get_extent()
    return float(left)


def test_each_strip_says_its_layer_its_zeros_and_its_mean() -> None:
    figure = new_figure()
    figure.show_whole(NetworkView(strips(), "block/conv_2"))
    written = texts(figure)
    for index in range(4):
        assert f"block/conv_{index}" in written
    assert [text for text in written if text.endswith("%")] == ["0%", "10.0%", "20.0%", "30.0%"]
    assert written.count("2") == 4
    assert {"strongest channels", "zeros", "mean"} <= set(written)
    visible = {axes.get_label() for axes in figure.figure.axes if axes.get_visible()}
    assert visible == {"network strips"}


def test_a_bar_is_as_long_as_the_share_of_zeros() -> None:
    figure = new_figure()
    figure.show_whole(NetworkView(strips(4), ""))
    axes, pixels = axes_of(figure, "network strips"), drawn(figure)
    blue = (0x00, 0x72, 0xB2)
    lengths = [
        int((np.abs(pixels[30 + 34 * row + 17] - blue).max(axis=-1) < 8).sum()) for row in range(4)
    ]
    assert axes.get_xlim() == (0, 850)
    assert lengths == pytest.approx([0, 9, 18, 27], abs=2)


def test_maps_are_painted_in_their_colours_from_their_own_lowest_to_highest() -> None:
    figure = new_figure()
    small, large = ramp(), 1000 + 50 * ramp()
    figure.show_whole(NetworkView((LayerStrip("a", "A", (small, large), (0, 1)),), "b"))
    axes, pixels = axes_of(figure, "network strips"), drawn(figure)
    left = left_of_maps(axes_of(figure, "network strips"))
    for place in range(2):
        corner = left + 34 * place
        lowest = pixel(pixels, axes, corner + 1, 34)
        highest = pixel(pixels, axes, corner + 28, 60)
        assert lowest == pytest.approx(255 * np.array(color_map("viridis")(0.0)[:3]), abs=2)
        assert highest == pytest.approx(255 * np.array(color_map("viridis")(1.0)[:3]), abs=2)
    figure.set_color_map("gray")
    assert pixel(drawn(figure), axes, left + 28, 60).tolist() == [255] * 3


def test_what_is_not_finite_is_marked() -> None:
    figure = new_figure()
    values = ramp()
    values[:3] = np.nan
    figure.show_whole(NetworkView((LayerStrip("a", "A", (values,), (0,)),), "b"))
    left = left_of_maps(axes_of(figure, "network strips"))
    found = pixel(drawn(figure), axes_of(figure, "network strips"), left + 10, 36)
    assert found == pytest.approx(255 * np.array(color_map("viridis").get_bad()[:3]), abs=2)


def test_a_place_is_its_strip_and_over_a_map_its_channel() -> None:
    figure = new_figure()
    figure.show_whole(NetworkView(strips(), "block/conv_2"))
    axes = axes_of(figure, "network strips")
    (label,) = (text for text in axes.texts if text.get_text() == "block/conv_3")
    place = figure.place_at(mouse_over(figure, axes, *label.get_position()))
    assert place is not None
    assert (place.kind, place.layer, place.channel) == ("strip", "block/conv_3", None)
    left = left_of_maps(axes)
    for at, channel in ((10, 7), (44, 3), (80, None)):
        place = figure.place_at(mouse_over(figure, axes, left + at, 30 + 34 + 10))
        assert place is not None
        assert (place.layer, place.channel) == ("block/conv_1", channel)
    assert axes.format_coord(left + 44, 45) == "block/conv_0, channel 3"
    assert figure.place_at(mouse_over(figure, axes, 300, 10)) is None
    assert figure.place_at(mouse_over(figure, axes, 300, 30 + 34 * 4 + 5)) is None


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 559, 560, 850, 1400])
def test_nothing_overlaps_at_any_width(width: int) -> None:
    figure = new_figure(width)
    long = "backbone/" * 12 + "conv"
    shown = [
        LayerStrip(long, "SeparableConv2D · 1,024 × 1,024 × 2,048", (ramp(),) * 8, tuple(range(8))),
        LayerStrip("units", "Dense", units=np.arange(5000.0), zeros=0.123, mean=-1234567.0),
        LayerStrip("note", "Conv2D", note="its activation is too large to be kept at all, sorry"),
    ]
    figure.show_whole(NetworkView(tuple(shown) * 4, long))
    drawn(figure)
    axes = axes_of(figure, "network strips")
    renderer = FigureCanvasAgg(figure.figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in axes.texts if text.get_text()]
    for index, box in enumerate(boxes):
        assert box.x0 >= 0
        # Where the toolbar is: beside the strips, or above them.
        assert box.x0 >= 44 or box.y1 <= figure.figure.bbox.height - 37
        assert box.x1 <= width
        for other in boxes[index + 1 :]:
            assert not (box.padded(-2).overlaps(other.padded(-2))), (box, other)


def test_strips_fit_the_height_and_no_more() -> None:
    figure = new_figure()
    assert figure.strips_per_page == 11
    resize(figure, 850, 200)
    assert figure.strips_per_page == 4
    resize(figure, 400, 900)
    assert figure.strips_per_page == MOST_STRIPS


def test_another_size_is_filled_too() -> None:
    figure = new_figure()
    figure.show_whole(NetworkView(strips(), ""))
    resize(figure, 400, 500)
    axes = axes_of(figure, "network strips")
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 400), (500, 0))
    assert figure.full_limits == {axes: ((0, 400), (500, 0))}


def test_the_panels_come_back_as_they_were() -> None:
    view, fresh = new_figure(), new_figure()
    picture = PictureView(GREY.pixels, GREY.size)
    for one in (view, fresh):
        one.show_input(picture, "grey")
        one.show_activation(MapView(ramp()), "ramp", "a caption")
    view.show_whole(NetworkView(strips(), ""))
    view.show_whole(WordsView("nothing to compare"), "words")
    assert "nothing to compare" in "".join(
        text.get_text() for axes in view.figure.axes if axes.get_visible() for text in axes.texts
    )
    view.show_input(picture, "grey")
    view.show_activation(MapView(ramp()), "ramp", "a caption")
    np.testing.assert_array_equal(drawn(view), drawn(fresh))


@pytest.mark.slow
def test_what_is_painted_in_part_is_what_is_painted_in_full() -> None:
    figure = new_figure()
    canvas = FigureCanvasAgg(figure.figure)
    repainter = Repainter(canvas)
    rng = np.random.default_rng(0)
    made = set()
    for step in range(25):
        count = int(rng.integers(1, 12))
        shown = tuple(
            LayerStrip(
                f"layer_{rng.integers(99)}",
                "Conv2D",
                tuple(rng.random((3, 4)) for _ in range(rng.integers(0, 9))),
                tuple(range(8)),
                zeros=float(rng.random()),
                mean=float(rng.random()),
            )
            for _ in range(count)
        )
        if step % 7 == 6:
            figure.show_input(GREY, "grey")
            figure.show_activation(MapView(rng.random((4, 4))), "map")
        else:
            figure.show_whole(NetworkView(shown, shown[0].layer))
        painted = repainter.paint().copy()
        np.testing.assert_array_equal(painted[..., :3], drawn(figure))
        made.add(len(axes_of(figure, "network strips").get_children()))
    assert len(made) == 1  # the artists were made but once
