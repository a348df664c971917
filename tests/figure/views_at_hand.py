"""Views of all kinds that the tests of the figure show."""

import numpy as np

from actviz_widgets.views import (
    ActivationView,
    BarsView,
    LeftView,
    MapView,
    OverlayView,
    PictureView,
    SeriesView,
    TilesView,
    WordsView,
)

PICTURE = np.zeros((4, 6, 3), np.uint8)


RAMP = np.arange(12, dtype=np.float32).reshape(3, 4)


STEPS = np.arange(50)


WAVES = np.sin(STEPS[:, None] / 9 + np.arange(12))


LONG = "a_rather_long_$name$_of_something " * 8


BARS = BarsView(np.array([0.1, 0.7, -0.2]), ("cat", "dog", "bird"), 1)


PROFILE = np.array([0.5, 2.0, 1.0])


def tiles_of(count: int, width: int = 3, **options: object) -> TilesView:
    maps = np.arange(3.0 * width * count).reshape(3, width, count)
    some = frozenset(range(0, count, 3)), frozenset(range(1, count, 3))
    channels = tuple(range(1000, 1000 + count))
    return TilesView(
        maps,
        channels,
        1001,
        (0.0, 1e-6),
        dead=frozenset(channels[index] for index in some[0]),
        saturated=frozenset(channels[index] for index in some[1]),
        **options,  # type: ignore[arg-type]
    )


INPUTS: dict[str, LeftView] = {
    "picture": PictureView(PICTURE, (4, 6)),
    "one line": SeriesView(1000 + 1e-4 * WAVES[:, :1]),
    "lines": SeriesView(-1e5 * WAVES),
    "rows": SeriesView(np.zeros((50, 40))),
    "one step": SeriesView(np.ones((1, 2))),
    "words": WordsView("\n".join([LONG] * 30)),
    "overlay": OverlayView(
        PictureView(PICTURE, (4, 6)), RAMP * 1e-7, (0.0, 5.0, 3.0, 0.0), (0.0, 11e-7)
    ),
    "map": MapView(np.eye(80)[:, :12] * 1e6, has_histogram=True),
}
ACTIVATIONS: dict[str, ActivationView] = {
    "map": MapView(RAMP * 1e6),
    "tall map": MapView(np.eye(80)[:, :12]),
    "stretched map": MapView(np.zeros((3, 400)), is_square=False),
    "map with a profile": MapView(-RAMP, profile=PROFILE * -1.2345e-9),
    "tall map with a profile": MapView(np.eye(80)[:, :12], profile=np.arange(80) / 7),
    "wide map with a profile": MapView(np.zeros((3, 400)), profile=PROFILE),
    "map with a histogram": MapView(RAMP * 1e-6, has_histogram=True),
    "tall map with both": MapView(
        np.eye(80)[:, :12], profile=np.arange(80) / 7, has_histogram=True
    ),
    "overlay": OverlayView(
        PictureView(PICTURE, (4, 6)), -RAMP, (0.0, 5.0, 3.0, 0.0), (-11.0, 0.0), is_signed=True
    ),
    "6 tiles": tiles_of(6),
    "40 tiles": tiles_of(40, limits=(0.0, 1e6)),
    "64 wide tiles": tiles_of(64, 30),
    "700 tiles": tiles_of(700),
    "three bars": BARS,
    "32 bars": BarsView(
        np.where(np.arange(32) == 5, np.nan, -1.2345e-5 * np.arange(32)), (LONG,) * 32, 31
    ),
    "words": WordsView("W" * 5000 + "\n\nÅg|(\n" * 30),
}
