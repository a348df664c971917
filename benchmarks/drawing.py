"""The first picture of an explorer, and a layer of many channels tiled, without a browser."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from actviz_widgets import ActivationExplorer, plot_channel, plot_layer
from actviz_widgets.figure.figure import HEIGHT, WIDTH

from .networks import CATS_AND_DOGS, NETWORKS, noise, tutorial_model
from .rows import Measured, Row
from .timing import in_milliseconds, interleaved, medians

FIRST_PICTURE_ROUNDS = {CATS_AND_DOGS: 9, "ResNet50": 3, "EfficientNetB7": 3}
NEVER_BY_PREDICT = ("EfficientNetB7",)  # it would take gigabytes more
CHANNELS = 512

NO_ROOM = ("EfficientNetB7",)
"""Networks of which the limit itself is larger than its bound, in some runs."""


def run(quick: bool) -> Measured:
    """Measures both; quickly, the smallest network alone."""
    rows = []
    for name, rounds in FIRST_PICTURE_ROUNDS.items():
        if not quick or name == CATS_AND_DOGS:
            rows += _first_picture(name, NETWORKS[name](), 2 if quick else rounds)
            keras.utils.clear_session()
    return Measured([*rows, *_tiled(1 if quick else 3)])


def _first_picture(name: str, model: keras.Model, rounds: int) -> list[Row]:
    picture = noise(model, 1)
    kept = ActivationExplorer(model, picture)

    def draw_in_full() -> None:
        # Of the figure alone: neither encoded nor sent, nor by a canvas that redraws in part.
        canvas: Any = kept.figure.canvas
        FigureCanvasAgg.draw(canvas)  # type: ignore[no-untyped-call]

    def first_picture() -> None:
        explorer = ActivationExplorer(model, picture)
        explorer._repr_mimebundle_()  # what the notebook asks of the last line of a cell
        explorer.close()

    rivals: dict[str, Callable[[], object]] = {
        "explorer": first_picture,
        "eager pass": lambda: model(picture, training=False),
        "full draw": draw_in_full,
    }
    if name not in NEVER_BY_PREDICT:
        rivals["tutorial"] = lambda: _tutorial(model, picture)
    # None is to pay for what the one before has left: a graph takes long to free.
    figures = medians(interleaved(rivals, rounds, warm_ups=1, before_each=gc.collect))
    kept.close()
    tutorial = figures.pop("tutorial", None)
    ours = figures["explorer"]
    what = f"constructor to first picture, {name}"
    rows = [
        Row(
            f"{what}, against 3 eager passes + 3 full draws",
            ours / (3 * figures["eager pass"] + 3 * figures["full draw"]),
            at_most=None if name in NO_ROOM else 1,
            figures=in_milliseconds(figures),
        )
    ]
    if tutorial is not None:
        rows.append(
            Row(
                f"{what}, times faster than the tutorial's model, `predict` and new figure",
                tutorial / ours,
                figures=in_milliseconds({"explorer": ours, "tutorial": tutorial}),
            )
        )
    return rows


def _tutorial(model: keras.Model, picture: np.ndarray) -> Figure:
    outputs = tutorial_model(model).predict(picture, verbose=0)

    def show(axes: Any) -> None:
        axes[0].imshow(picture[0])
        axes[0].figure.colorbar(axes[1].imshow(outputs[0][0, :, :, 0]))

    return _drawn(lambda figure: show(figure.subplots(1, 2)))


def _tiled(rounds: int) -> list[Row]:
    maps = np.random.default_rng(0).random((32, 32, CHANNELS), np.float32)
    figures = medians(
        interleaved(
            {
                "one channel": lambda: _drawn(
                    lambda figure: plot_channel(maps, 7, ax=figure.add_subplot())
                ),
                "all tiled": lambda: _drawn(
                    lambda figure: plot_layer(maps, ax=figure.add_subplot())
                ),
                "one axes per channel": lambda: _drawn(lambda figure: _one_axes_each(figure, maps)),
                "one axes per channel, no ticks": lambda: _drawn(
                    lambda figure: [axes.axis("off") for axes in _one_axes_each(figure, maps)]
                ),
            },
            rounds,
            warm_ups=1,
        )
    )
    tiled = figures["all tiled"]
    rows = [
        Row(
            f"{CHANNELS} channels tiled, against a single channel",
            tiled / figures["one channel"],
            at_most=2,
            figures=in_milliseconds(
                {"all tiled": tiled, "one channel": figures["one channel"]},
            ),
        )
    ]
    for rival, bound in (("one axes per channel", 40), ("one axes per channel, no ticks", None)):
        rows.append(
            Row(
                f"{CHANNELS} channels tiled, times faster than {rival}",
                figures[rival] / tiled,
                at_least=bound,
                figures=in_milliseconds({"all tiled": tiled, rival: figures[rival]}),
            )
        )
    return rows


def _one_axes_each(figure: Figure, maps: np.ndarray) -> list[Axes]:
    axes: list[Axes] = list(figure.subplots(16, CHANNELS // 16).flat)
    for channel, each in enumerate(axes):
        each.imshow(maps[:, :, channel])
    return axes


def _drawn(plot: Callable[[Figure], object]) -> Figure:
    """Makes a figure of the explorer's size and draws it."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=100)
    canvas: Any = FigureCanvasAgg(figure)
    plot(figure)
    canvas.draw()
    return figure
