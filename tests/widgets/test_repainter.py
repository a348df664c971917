"""Drawn in part, a figure has the pixels that it has when all of it is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.backend_bases import DrawEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from actviz_widgets.widgets.repainter import Repainter

RNG = np.random.default_rng(0)


def crowded() -> Figure:
    """A figure whose artists lie over and under one another."""
    figure = Figure(figsize=(4, 3), dpi=100)
    left = figure.add_axes((0.1, 0.15, 0.35, 0.7))
    left.imshow(RNG.random((5, 5)))
    left.plot([0, 4], [0, 4], color="red", linewidth=3)
    left.set_title("left")
    left.text(2, 2, "over", color="white", zorder=7)
    right = figure.add_axes((0.67, 0.15, 0.25, 0.7))
    right.stairs([1, 3, 2], fill=True)
    right.set(xlabel="x", ylabel="y", title="right")
    inset = right.inset_axes((0.6, 0.6, 0.5, 0.3))
    inset.plot(RNG.random(9))
    figure.text(0.5, 0.02, "a caption", ha="center")
    return figure


def test_the_private_names_of_matplotlib_that_it_uses_are_there() -> None:
    figure = crowded()
    assert callable(figure._get_draw_artists)  # type: ignore[attr-defined]
    assert callable(DrawEvent._process)  # type: ignore[attr-defined]
    for axes in figure.axes:
        assert callable(axes._update_title_position)  # type: ignore[attr-defined]
        # Of a title there are three: in the middle, and at each side.
        assert axes.set_title("on the left", loc="left") is axes._left_title  # type: ignore[attr-defined]
        assert axes.set_title("right", loc="right") is axes._right_title  # type: ignore[attr-defined]


def test_painting_gives_axes_their_places_and_tells_who_listens() -> None:
    figure = crowded()
    canvas = FigureCanvasAgg(figure)
    inset = figure.axes[1].child_axes[0]
    places: list[tuple[float, ...]] = []
    canvas.mpl_connect("draw_event", lambda _: places.append(inset.get_position().bounds))
    Repainter(canvas).paint()
    assert len(places) == 1
    assert places[0] != (0, 0, 1, 1)


def painted_alike(figure: Figure, painter: Repainter) -> None:
    given = painter.paint().copy()
    with_all = Figure.draw
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    kept = np.array(renderer.buffer_rgba())
    renderer.clear()
    painter._is_painting = True  # this drawing is not to be noticed
    with_all(figure, renderer)
    painter._is_painting = False
    expected = np.array(renderer.buffer_rgba())
    np.asarray(renderer.buffer_rgba())[...] = kept
    assert np.array_equal(given, expected)


CHANGES: dict[str, Callable[[Figure], object]] = {
    "image": lambda figure: figure.axes[0].images[0].set_data(RNG.random((5, 5))),
    "limits of its colours": lambda figure: figure.axes[0].images[0].set_clim(0, RNG.random()),
    "title": lambda figure: figure.axes[0].set_title("a longer title " * RNG.integers(1, 4)),
    "line": lambda figure: figure.axes[0].lines[0].set_data([0, 4], RNG.random(2)),
    "caption": lambda figure: figure.texts[0].set_text("other words " * RNG.integers(1, 4)),
    "caption's place": lambda figure: figure.texts[0].set_position((0.5, RNG.random())),
    "zoom": lambda figure: figure.axes[0].set_xlim(0, 1 + RNG.random()),
    "zoom of the other": lambda figure: figure.axes[1].set_ylim(0, 2 + RNG.random()),
    "place of axes": lambda figure: figure.axes[1].set_position((0.6, 0.2, 0.3, 0.6)),
    "axes seen": lambda figure: figure.axes[1].set_visible(not figure.axes[1].get_visible()),
    "line seen": lambda figure: figure.axes[0].lines[0].set_visible(bool(RNG.integers(2))),
    "a new line": lambda figure: figure.axes[1].plot(RNG.random(3)),
    "tick labels": lambda figure: figure.axes[1].tick_params(labelsize=6 + 4 * RNG.random()),
    "large values": lambda figure: figure.axes[1].set_ylim(0, 10.0 ** RNG.integers(0, 9)),
    "ticks on top": lambda figure: figure.axes[1].xaxis.tick_top(),
    "a wide title": lambda figure: figure.axes[1].set_title("w" * RNG.integers(1, 30)),
    "thick lines": lambda figure: figure.axes[0].spines["top"].set_linewidth(RNG.integers(1, 12)),
    "inset": lambda figure: figure.axes[1].child_axes[0].lines[0].set_ydata(RNG.random(9)),
    "color of the paper": lambda figure: figure.patch.set_facecolor(RNG.random(3)),
    "size": lambda figure: figure.set_size_inches(4 + RNG.random(), 3),
    "nothing": lambda _: None,
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_the_same_change_again_and_again(change: str) -> None:
    figure = crowded()
    painter = Repainter(FigureCanvasAgg(figure))
    painted_alike(figure, painter)
    for _ in range(4):
        CHANGES[change](figure)
        painted_alike(figure, painter)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_changes_in_any_order(seed: int) -> None:
    figure = crowded()
    painter = Repainter(FigureCanvasAgg(figure))
    order = np.random.default_rng(seed)
    names = list(CHANGES)
    for _ in range(25):
        for name in order.choice(names, size=order.integers(1, 3)):
            CHANGES[name](figure)
        painted_alike(figure, painter)


def watched(figure: Figure) -> list[Artist]:
    """Notes each artist within axes that is drawn from now on."""
    drawn: list[Artist] = []
    for artist in figure.findobj(Artist):

        def draw(renderer: object, own: Callable[..., object] = artist.draw, it: Artist = artist):  # type: ignore[no-untyped-def]
            drawn.append(it)
            return own(renderer)

        artist.draw = draw  # type: ignore[method-assign]
    return drawn


def test_a_step_draws_no_numbers_beside_axes() -> None:
    figure = crowded()
    painter = Repainter(FigureCanvasAgg(figure))
    for values in RNG.random((3, 5, 5)):
        figure.axes[0].images[0].set_data(values)
        painter.paint()
    drawn = watched(figure)
    figure.axes[0].images[0].set_data(RNG.random((5, 5)))
    painter.paint()
    assert figure.axes[0].images[0] in drawn
    right = figure.axes[1]
    assert not {right.xaxis, right.yaxis, right.title, figure.texts[0]} & set(drawn)
    drawn.clear()
    painter.paint()
    assert drawn == []


def test_what_else_draws_the_figure_is_noticed() -> None:
    figure = crowded()
    canvas = FigureCanvasAgg(figure)
    painter = Repainter(canvas)
    painter.paint()
    figure.axes[0].set_title("other")
    canvas.draw()  # takes it for drawn
    painted_alike(figure, painter)


def test_an_error_in_drawing_leaves_nothing_half_drawn_behind() -> None:
    figure = crowded()
    painter = Repainter(FigureCanvasAgg(figure))
    painter.paint()
    title = figure.axes[0].title
    title.set_text(r"$\broken$")
    with pytest.raises(ValueError, match="broken"):
        painter.paint()
    title.set_text("whole")
    painted_alike(figure, painter)
