import warnings
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from actviz_widgets.feature_maps.color_scale import color_map
from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import (
    ActivationView,
    BarsView,
    LeftView,
    MapView,
    OverlayView,
    PictureView,
    Region,
    SeriesView,
    TilesView,
    WordsView,
)

PICTURE = np.zeros((4, 6, 3), np.uint8)
RAMP = np.arange(12, dtype=np.float32).reshape(3, 4)


def made(values: np.ndarray = RAMP, title: str = "conv", **options: object) -> ActivationFigure:
    view = ActivationFigure()
    view.show_input(PictureView(PICTURE, (4, 6)), "tom.jpg")
    view.show_activation(MapView(values, **options), title)  # type: ignore[arg-type]
    return view


def drawn(view: ActivationFigure) -> np.ndarray:
    """Draws a figure, a warning being an error, and gives its pixels."""
    canvas = FigureCanvasAgg(view.figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def color_at(view: ActivationFigure, row: float, column: float) -> list[float]:
    """Gives the colour, 0 to 1, that a place of the map is drawn in."""
    pixels = drawn(view)
    x, y = view.map_axes.transData.transform((column, row))
    return [value / 255 for value in pixels[len(pixels) - 1 - round(y), round(x)].tolist()]


def close_to(color: object) -> object:
    """Stands for a colour to within the 8 bits that a figure is drawn with."""
    return pytest.approx(to_rgb(color), abs=1.01 / 255)  # type: ignore[arg-type]


def artists(view: ActivationFigure) -> list[Artist]:
    return view.figure.findobj(include_self=False)


def map_limits(view: ActivationFigure) -> tuple[tuple[float, float], tuple[float, float]]:
    return view.map_axes.get_xlim(), view.map_axes.get_ylim()


# ---------------------------------------------------------------------------------------- artists


def test_artists_are_made_once() -> None:
    view = made()
    drawn(view)
    kept = (*view.figure.axes, *view.picture_axes.images, *view.map_axes.images)
    for size in ((3, 4), (3, 4), (7, 9), (1, 100), (3, 4)):
        view.show_input(PictureView(np.zeros((*size, 3), np.uint8), size), "other")
        view.show_activation(MapView(np.ones(size), Region(0, 0, 1, 1)), "other")
    now = (*view.figure.axes, *view.picture_axes.images, *view.map_axes.images)
    assert len(now) == len(kept)
    assert all(before is after for before, after in zip(kept, now, strict=True))


def test_the_number_of_artists_stays_the_same() -> None:
    view = made()
    drawn(view)
    before = len(artists(view))
    for index in range(5):
        view.show_input(PictureView(PICTURE + np.uint8(index), (4, 6)), f"picture {index}")
        view.show_activation(MapView(RAMP + index), f"channel {index}")
        drawn(view)
    assert len(artists(view)) == before


def test_the_picture_and_the_map_are_shown_as_they_are() -> None:
    view = made()
    np.testing.assert_array_equal(view.picture_axes.images[0].get_array(), PICTURE)
    np.testing.assert_array_equal(view.map_axes.images[0].get_array(), RAMP)
    assert view.picture_axes.get_title() == "tom.jpg"
    assert view.map_axes.get_title() == "conv"


def test_the_first_row_is_at_the_top() -> None:
    view = made()
    assert view.map_axes.get_ylim() == (2.5, -0.5)
    assert tuple(view.map_axes.images[0].get_extent()) == (-0.5, 3.5, 2.5, -0.5)
    assert color_at(view, 0, 0) == close_to(mpl.colormaps["viridis"](0.0))
    assert color_at(view, 2, 3) == close_to(mpl.colormaps["viridis"](1.0))


def test_a_picture_scaled_down_is_measured_in_the_users_pixels() -> None:
    view = ActivationFigure()
    view.show_input(PictureView(PICTURE, (400, 600)), "large")
    assert view.picture_axes.get_xlim() == (-0.5, 599.5)
    assert view.picture_axes.get_ylim() == (399.5, -0.5)
    assert view.picture_axes.format_coord(300, 200) == "picture: row 200, column 300"


@pytest.mark.parametrize("size", [(3, 4), (1, 8), (50, 50)])
def test_pixels_of_a_map_are_square(size: tuple[int, int]) -> None:
    assert made(np.zeros(size)).map_axes.get_aspect() == 1.0


@pytest.mark.parametrize("size", [(1, 9), (9, 1), (1, 1000)])
def test_a_map_that_is_all_length_is_stretched(size: tuple[int, int]) -> None:
    assert made(np.zeros(size)).map_axes.get_aspect() == "auto"


# ------------------------------------------------------------------------------------------- zoom


def test_a_zoom_is_kept_from_one_map_to_the_next_of_the_same_size() -> None:
    view = made()
    view.map_axes.set_xlim(1, 2)
    view.map_axes.set_ylim(2, 1)
    assert view.show_activation(MapView(RAMP * 2), "next") is False
    assert map_limits(view) == ((1, 2), (2, 1))


def test_a_map_of_another_size_is_shown_whole() -> None:
    view = made()
    view.map_axes.set_xlim(1, 2)
    view.map_axes.set_ylim(2, 1)
    assert view.show_activation(MapView(np.zeros((5, 7))), "next") is True
    assert map_limits(view) == ((-0.5, 6.5), (4.5, -0.5))


def test_a_zoom_into_the_picture_is_kept_for_pictures_of_the_same_size_only() -> None:
    view = made()
    view.picture_axes.set_xlim(1, 2)
    assert view.show_input(PictureView(PICTURE, (4, 6)), "next") is False
    assert view.picture_axes.get_xlim() == (1, 2)
    assert view.show_input(PictureView(np.zeros((5, 5, 3), np.uint8), (5, 5)), "next") is True
    assert view.picture_axes.get_xlim() == (-0.5, 4.5)


def test_full_limits_are_those_of_the_whole_images_even_when_zoomed() -> None:
    view = made()
    view.map_axes.set_xlim(1, 2)
    assert view.full_limits == {
        view.picture_axes: ((-0.5, 5.5), (3.5, -0.5)),
        view.map_axes: ((-0.5, 3.5), (2.5, -0.5)),
    }


# ----------------------------------------------------------------------------------------- colours


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (RAMP, (0, 11)),
        (-RAMP, (-11, 0)),
        (np.full((2, 2), 3.0), (3, 6)),
        (np.zeros((2, 2)), (0, 1)),
        (np.array([[np.nan, 2.0], [5.0, np.inf]]), (2, 5)),
        (np.full((2, 2), np.nan), (0, 1)),
    ],
)
def test_the_colour_bar_goes_from_the_smallest_value_to_the_largest(
    values: np.ndarray, expected: tuple[float, float]
) -> None:
    view = made()
    view.show_activation(MapView(values), "map")
    drawn(view)
    assert view.map_axes.images[0].get_clim() == expected
    assert view.color_bar_axes.get_ylim() == expected
    assert view.color_bar.mappable is view.map_axes.images[0]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_have_a_colour_that_no_value_has(value: float) -> None:
    values = RAMP.copy()
    values[1, 2] = value
    view = made(values)
    marked = color_at(view, 1, 2)
    assert marked == close_to(view.map_axes.images[0].get_cmap().get_bad())
    scale = mpl.colormaps["viridis"](np.linspace(0, 1, 256))[:, :3]
    assert np.abs(scale - marked).max(axis=1).min() > 0.2


def test_the_array_shown_is_left_as_it_was() -> None:
    values = np.array([[np.nan, 1.0], [np.inf, 2.0]])
    before = values.copy()
    drawn(made(values))
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(
    "values",
    [
        np.array([[-65504, 65504]], np.float16),
        np.array([[True, False]]),
        np.array([[0, 255]], np.uint8),
        np.array([[-(2**62), 2**62]]),
        np.array([[0, 1e-45]], np.float32),
        np.array([[1, 1 + 1e-7]], np.float32),
        np.array([[-3e38, 3e38]], np.float32),
        np.array([[-1e300, 1e300]]),
        np.full((1, 2), 3e38, np.float32),
        np.full((1, 2), np.nan),
    ],
    ids=lambda values: f"{values.dtype}, {values.min()} to {values.max()}",
)
def test_values_of_any_dtype_and_size_are_drawn_without_a_warning(values: np.ndarray) -> None:
    view = made(values)
    low, high = float(values[0].min()), float(values[0].max())
    drawn(view)
    for column, value in enumerate(values[0]):
        if low < high:
            expected = mpl.colormaps["viridis"](1.0 if value == values.max() else 0.0)
            assert color_at(view, 0, column) == close_to(expected)


def test_a_colour_map_may_be_given_by_name_or_itself() -> None:
    for cmap in ("magma", mpl.colormaps["magma"]):
        shown = ActivationFigure(cmap).map_axes.images[0].get_cmap()
        assert shown(0.5) == mpl.colormaps["magma"](0.5)


def test_matplotlibs_own_colour_maps_are_left_as_they_were() -> None:
    before = mpl.colormaps["viridis"].get_bad().tolist()
    color_map("viridis")
    color_map(mpl.colormaps["viridis"])
    assert mpl.colormaps["viridis"].get_bad().tolist() == before


def test_an_unknown_colour_map_is_named() -> None:
    with pytest.raises(ValueError, match=r"no colour map 'vridis'.*such as 'viridis'"):
        ActivationFigure("vridis")


@pytest.mark.parametrize("cmap", [None, 3, ["viridis"]])
def test_what_is_no_colour_map_is_refused_in_a_sentence(cmap: object) -> None:
    with pytest.raises((TypeError, ValueError), match="colour map"):
        ActivationFigure(cmap)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    "name", ["$5_cat^.jpg", "a $\\frac{1}{$ b", "%_#&{}~.png", "", "a" * 500, "$" * 300]
)
def test_any_name_can_stand_as_a_title(name: str) -> None:
    view = made(title=name)
    view.show_input(PictureView(PICTURE, (4, 6)), name)
    drawn(view)


def test_of_a_long_title_the_end_is_kept() -> None:
    view = made(title="backbone/" * 20 + "conv · channel 17 of 128")
    assert view.map_axes.get_title() == "…/conv · channel 17 of 128"


@pytest.mark.parametrize("length", [1, 45, 46])
def test_a_title_that_has_room_is_shown_whole(length: int) -> None:
    title = "block1_conv2/relu · channel 17 of 128 (filters)"[:length]
    assert made(title=title).map_axes.get_title() == title


def test_long_titles_of_picture_and_map_do_not_overlap() -> None:
    view = made(title="conv_" * 20)
    view.show_input(PictureView(PICTURE, (4, 6)), "picture_" * 20)
    drawn(view)
    renderer = FigureCanvasAgg(view.figure).get_renderer()
    picture_title = view.picture_axes.title.get_window_extent(renderer)
    map_title = view.map_axes.title.get_window_extent(renderer)
    assert picture_title.x0 >= 0
    assert picture_title.x1 < map_title.x0
    assert map_title.x1 <= view.figure.bbox.x1


@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        (0, 0, "row 0, column 0: 0"),
        (3, 2, "row 2, column 3: 11"),
        (2.4, 0.6, "row 1, column 2: 6"),
        (3.6, 0, ""),
        (0, 2.6, ""),
        (-0.6, 0, ""),
        (0, -0.6, ""),
    ],
)
def test_the_value_under_the_cursor_is_the_arrays(x: float, y: float, text: str) -> None:
    assert made().map_axes.format_coord(x, y) == text


@pytest.mark.parametrize(
    ("value", "text"), [(np.nan, "nan"), (np.inf, "inf"), (1 / 3, "0.333333"), (1e-9, "1e-09")]
)
def test_any_value_can_be_under_the_cursor(value: float, text: str) -> None:
    assert made(np.array([[value]])).map_axes.format_coord(0, 0) == f"row 0, column 0: {text}"


def test_the_place_under_the_cursor_is_told_as_asked_for() -> None:
    view = made(place=lambda row, column: f"unit {4 * row + column}")
    assert view.map_axes.format_coord(3, 1) == "unit 7: 7"
    view.show_activation(MapView(RAMP), "next")
    assert view.map_axes.format_coord(3, 1) == "row 1, column 3: 7"


def test_the_images_add_nothing_of_their_own_to_the_text_under_the_cursor() -> None:
    view = made()
    assert not view.picture_axes.images[0].mouseover
    assert not view.map_axes.images[0].mouseover


def test_before_anything_is_shown_there_is_nothing_under_the_cursor() -> None:
    view = ActivationFigure()
    assert view.picture_axes.format_coord(0, 0) == ""
    drawn(view)


# -------------------------------------------------------------------------------------------- mark


def test_the_mark_frames_the_chosen_part() -> None:
    view = made(mark=Region(1, 2, 1, 1))
    unused, mark = view.map_axes.patches
    assert mark.get_visible()
    assert not unused.get_visible()
    assert mark.get_bbox().bounds == (1.5, 0.5, 1, 1)
    view.show_activation(MapView(RAMP, Region(0, 3, 3, 1)), "column")
    assert mark.get_bbox().bounds == (2.5, -0.5, 1, 3)
    view.show_activation(MapView(RAMP), "unmarked")
    assert not mark.get_visible()


def test_cells_that_stand_for_nothing_are_blank_and_not_marked_as_nan() -> None:
    view = made()
    values = RAMP.astype(float)
    values[-1, 2:] = np.nan
    view.show_activation(MapView(values, unused=Region(2, 2, 1, values.shape[1] - 2)), "folded")
    box = view.map_axes.transData.transform([(2, 2), (3, 2), (1, 2)])
    pixels = drawn(view)
    at = [tuple(pixels[len(pixels) - 1 - round(y), round(x), :3]) for x, y in box]
    assert at[:2] == [(255, 255, 255)] * 2
    assert at[2] != (255, 255, 255)


# ---------------------------------------------------------------------------------------- rcParams


def test_rc_params_and_backend_stay_as_they_were() -> None:
    before = dict(mpl.rcParams)
    drawn(made())
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    "rc",
    [
        {"image.origin": "lower"},
        {"image.aspect": "auto"},
        {"image.interpolation": "bicubic"},
        {"image.cmap": "gray"},
        {"axes.grid": True},
        {"axes.grid": True, "axes.grid.which": "both"},
        {"axes.titlelocation": "left"},
        {"axes.xmargin": 0.3},
        {"figure.constrained_layout.use": True},
        {"figure.autolayout": True},
        {"figure.subplot.left": 0.4},
        {"figure.figsize": (20, 2)},
    ],
    ids=str,
)
def test_a_users_settings_do_not_change_the_figure(rc: dict[str, object]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)

    def pixels() -> np.ndarray:
        view = made()
        view.show_input(PictureView(picture, (4, 6)), "$tom$.jpg")
        return drawn(view)

    expected = pixels()
    with mpl.rc_context(rc):
        np.testing.assert_array_equal(pixels(), expected)


def test_titles_are_not_handed_to_latex() -> None:
    # A file name such as `cat_1.jpg` is an error to LaTeX.
    with mpl.rc_context({"text.usetex": True}):
        view = made()
    assert not view.picture_axes.title.get_usetex()
    assert not view.map_axes.title.get_usetex()


# ------------------------------------------------------------------------------- views and extents

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


def shown(
    activation: ActivationView, given: LeftView | None = None, caption: str = ""
) -> ActivationFigure:
    view = ActivationFigure()
    view.show_input(given or PictureView(PICTURE, (4, 6)), "tom.jpg")
    view.show_activation(activation, "layer", caption)
    return view


def seen_axes(view: ActivationFigure) -> list[str]:
    return [str(axes.get_label()) for axes in view.figure.axes if axes.get_visible()]


def axes_of(view: ActivationFigure, label: str) -> Axes:
    (axes,) = (axes for axes in view.figure.axes if axes.get_label() == label)
    return axes


def texts(view: ActivationFigure) -> list[str]:
    return [text.get_text() for text in view.figure.findobj(Text)]


def of_maps(view: ActivationFigure) -> list[Axes]:
    """Gives the axes that have a colour bar."""
    return [
        axes
        for axes in view.figure.axes
        if axes.get_label() in ("overlay", "overlay of the input", "tiles", "map of the input")
    ]


def extents(view: ActivationFigure) -> dict[str, Bbox]:
    """Gives where the axes and all text outside of them are, in pixels of the figure drawn."""
    drawn(view)
    renderer = FigureCanvasAgg(view.figure).get_renderer()
    boxes = {
        text.get_text(): text.get_window_extent(renderer)
        for text in view.figure.texts
        if text.get_text()
    }
    axes_seen = [axes for axes in view.figure.axes if axes.get_visible()]
    bars = [axes for seen in axes_seen for axes in seen.child_axes]
    assert len(bars) == sum(seen in (view.map_axes, *of_maps(view)) for seen in axes_seen)
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


def assert_tidy(view: ActivationFigure) -> None:
    boxes = extents(view)
    whole = view.figure.bbox
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


@pytest.mark.parametrize("long", [False, True], ids=["short names", "long names"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nothing_overlaps_and_nothing_is_cut_beside_any_activation(
    activation: str, long: bool
) -> None:
    view = ActivationFigure()
    view.show_input(PictureView(PICTURE, (4, 6)), LONG if long else "tom.jpg")
    view.show_activation(ACTIVATIONS[activation], LONG if long else "a", LONG if long else "b")
    assert_tidy(view)


@pytest.mark.parametrize("given", INPUTS)
def test_nothing_overlaps_and_nothing_is_cut_beside_any_input(given: str) -> None:
    view = ActivationFigure()
    view.show_input(INPUTS[given], LONG)
    view.show_activation(ACTIVATIONS["32 bars"], LONG, LONG)
    assert_tidy(view)


@pytest.mark.parametrize("size", [(6.0, 3.5), (12.0, 8.0)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_after_a_resize_nothing_overlaps_either(activation: str, size: tuple[float, float]) -> None:
    view = ActivationFigure()
    view.show_input(WordsView(LONG * 9), LONG)
    view.show_activation(ACTIVATIONS[activation], LONG, LONG)
    view.figure.set_size_inches(size)
    view.figure.canvas.callbacks.process("resize_event", None)
    assert_tidy(view)


@pytest.mark.parametrize("width", [320, 400, 559, 560, 700, 1200])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_at_any_width_and_the_height_for_it_nothing_overlaps(activation: str, width: int) -> None:
    view = ActivationFigure()
    for given in ("picture", "overlay", "map", "lines") if width < 560 else ("map", "overlay"):
        view.show_input(INPUTS[given], LONG)
        view.show_activation(ACTIVATIONS[activation], LONG, LONG)
        view.figure.set_size_inches(width / 100, view.preferred_height(width) / 100)
        view.figure.canvas.callbacks.process("resize_event", None)
        assert_tidy(view)


def test_in_a_narrow_figure_the_activation_is_below_the_input() -> None:
    view = made()
    for width, is_narrow in ((850, False), (560, False), (559, True), (320, True)):
        view.figure.set_size_inches(width / 100, view.preferred_height(width) / 100)
        view.figure.canvas.callbacks.process("resize_event", None)
        drawn(view)
        picture, shown_map = view.picture_axes.bbox, view.map_axes.bbox
        assert (picture.x1 < shown_map.x0) != is_narrow
        assert (picture.y0 > shown_map.y1) == is_narrow


def test_the_preferred_height_leaves_the_figure_as_it_is() -> None:
    view = ActivationFigure()
    assert view.preferred_height(850) == 425
    assert 500 <= view.preferred_height(320) <= 640


def test_a_figure_of_hardly_any_size_can_be_drawn() -> None:
    view = ActivationFigure()
    for activation in ACTIVATIONS.values():
        view.show_input(WordsView(LONG), LONG)
        view.show_activation(activation, LONG, LONG)
        view.figure.set_size_inches(1, 0.5)
        view.figure.canvas.callbacks.process("resize_event", None)
        FigureCanvasAgg(view.figure).draw()


def test_wide_letters_in_both_titles_do_not_overlap() -> None:
    view = made(title="W" * 46)
    view.show_input(PictureView(PICTURE, (4, 6)), "W" * 46)
    assert_tidy(view)


def test_changing_between_all_views_makes_no_artists() -> None:
    view = ActivationFigure()

    def show_all() -> None:
        for given in INPUTS.values():
            view.show_input(given, "input")
            drawn(view)
        for activation in ACTIVATIONS.values():
            view.show_activation(activation, "activation", "caption")
            drawn(view)

    show_all()
    before = len(artists(view))
    show_all()
    assert len(artists(view)) == before


def test_axes_are_made_when_they_are_first_needed() -> None:
    view = made()
    assert [axes.get_label() for axes in view.figure.axes] == ["picture", "feature map"]
    view.show_activation(BARS, "bars")
    view.show_activation(MapView(RAMP), "map")
    labels = [axes.get_label() for axes in view.figure.axes]
    assert labels == ["picture", "feature map", "bars"]


def test_axes_that_are_made_later_look_as_the_settings_were_for_the_first_ones() -> None:
    settings = {"axes.facecolor": "#203040", "axes.edgecolor": "red", "axes.titleweight": "bold"}
    with mpl.rc_context(settings):
        view = ActivationFigure()
    before = dict(mpl.rcParams.copy())
    for given in INPUTS.values():
        view.show_input(given, "input")
    for activation in ACTIVATIONS.values():
        view.show_activation(activation, "activation")
    assert dict(mpl.rcParams.copy()) == before
    assert len(view.figure.axes) == 14
    for axes in view.figure.axes:
        assert to_rgb(axes.get_facecolor()) == to_rgb("#203040")
        assert to_rgb(axes.spines["left"].get_edgecolor()) == to_rgb("red")
        assert axes.title.get_fontweight() == "bold"


def test_it_does_not_matter_which_axes_are_made_first() -> None:
    def pixels(*order: str) -> np.ndarray:
        view = ActivationFigure()
        view.figure.set_size_inches(3, 2)
        view.figure.canvas.callbacks.process("resize_event", None)
        for label in order:
            if label in ("rows", "lines"):
                view.show_input(INPUTS[label], LONG)
            else:
                view.show_activation(ACTIVATIONS[label], LONG)
        return drawn(view)

    np.testing.assert_array_equal(
        pixels("lines", "three bars", "rows"), pixels("rows", "three bars")
    )
    np.testing.assert_array_equal(pixels("three bars", "rows"), pixels("rows", "three bars"))


def test_stepping_through_channels_keeps_the_very_same_artists() -> None:
    view = shown(MapView(RAMP, profile=PROFILE), SeriesView(WAVES), "caption")
    drawn(view)
    before = artists(view)
    for index in range(20):
        view.show_activation(MapView(RAMP, profile=PROFILE), f"channel {index}", f"at {index}")
        drawn(view)
    assert all(was is now for was, now in zip(before, artists(view), strict=True))


def test_only_what_is_on_show_is_seen_and_answers_the_toolbar() -> None:
    view = ActivationFigure()
    for given, labels in (
        ("picture", ["picture"]),
        ("lines", ["series as lines"]),
        ("rows", ["series as rows"]),
        ("words", ["words for the input"]),
        ("picture", ["picture"]),
    ):
        assert view.show_input(INPUTS[given], "input") is True
        assert sorted(seen_axes(view)) == sorted(["feature map", *labels])
    for activation, labels in (
        ("map", ["feature map"]),
        ("map with a profile", ["feature map", "profile"]),
        ("three bars", ["bars"]),
        ("words", ["words for the activation"]),
    ):
        view.show_activation(ACTIVATIONS[activation], "activation")
        assert seen_axes(view) == ["picture", *labels]
        assert {str(axes.get_label()) for axes in view.full_limits} == {"picture", *labels}
        assert all(axes.get_navigate() == axes.get_visible() for axes in view.figure.axes)


@pytest.mark.parametrize("activation", ["map with a profile", "three bars", "words"])
def test_the_title_is_the_map_axes_whatever_is_shown(activation: str) -> None:
    assert shown(ACTIVATIONS[activation]).map_axes.get_title() == "layer"


# --------------------------------------------------------------------------------------- the input


def test_a_series_is_one_artist_with_a_line_per_channel() -> None:
    view = shown(MapView(RAMP), SeriesView(WAVES))
    axes = axes_of(view, "series as lines")
    (lines,) = axes.collections
    assert not axes.lines
    assert len(lines.get_segments()) == 12
    looks = zip(map(tuple, lines.get_edgecolor()), map(str, lines.get_linestyle()), strict=True)
    assert len(set(looks)) == 12
    np.testing.assert_array_equal(lines.get_segments()[3], np.stack([STEPS, WAVES[:, 3]], 1))


def test_a_series_of_many_channels_is_an_image_with_time_from_left_to_right() -> None:
    values = np.arange(60.0).reshape(3, 20)
    view = shown(MapView(RAMP), SeriesView(values))
    axes = axes_of(view, "series as rows")
    np.testing.assert_array_equal(axes.images[0].get_array(), values.T)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 2.5), (19.5, -0.5))
    assert axes.format_coord(2, 5) == "step 2, channel 5: 45"
    assert axes.format_coord(3, 5) == ""


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
    view = shown(MapView(RAMP), SeriesView(values))
    drawn(view)
    assert np.isfinite(list(view.full_limits.values())).all()


def test_a_series_says_how_many_values_are_not_finite() -> None:
    view = shown(MapView(RAMP), SeriesView(np.array([[1.0, np.nan], [np.inf, 2.0]])))
    assert axes_of(view, "series as lines").get_xlabel() == "time step · 2 values not finite"


def test_a_single_spike_in_a_long_series_is_drawn() -> None:
    values = np.zeros((1_000_000, 1))
    values[765_432] = 3.0
    view = shown(MapView(RAMP), SeriesView(values))
    (segment,) = axes_of(view, "series as lines").collections[0].get_segments()
    assert len(segment) < 10_000
    assert segment[:, 1].max() == 3.0
    assert segment[np.argmax(segment[:, 1]), 0] == pytest.approx(765_432, abs=300)
    assert axes_of(view, "series as lines").format_coord(765_432, 0) == "step 765432: 3"


@pytest.mark.parametrize(
    ("channels", "text"),
    [
        (1, "step 2: 1"),
        (4, "step 2: 1, 1, 1, 1"),
        (6, "step 2: 1, 1, 1, 1, … (2 more)"),
    ],
)
def test_the_values_of_a_step_are_told(channels: int, text: str) -> None:
    view = shown(MapView(RAMP), SeriesView(np.ones((3, channels))))
    axes = axes_of(view, "series as lines")
    assert axes.format_coord(2.3, 99) == text
    assert axes.format_coord(3, 0) == ""


def test_words_that_fit_are_shown_as_they_are() -> None:
    view = shown(WordsView("one  $x$\n\n  two"))
    assert "one  $x$\n\n  two" in texts(view)


@pytest.mark.parametrize("label", ["words for the input", "words for the activation"])
def test_words_that_do_not_fit_say_how_many_lines_more_there_are(label: str) -> None:
    words = WordsView("\n".join(f"line {index}" for index in range(100)))
    view = shown(words, words)
    (text,) = axes_of(view, label).texts
    lines = text.get_text().splitlines()
    assert lines[:-1] == [f"line {index}" for index in range(len(lines) - 1)]
    assert lines[-1] == f"… {100 - (len(lines) - 1)} more lines"
    assert 20 <= len(lines) <= 25


def test_more_words_are_shown_where_there_is_more_room() -> None:
    words = WordsView("\n".join(f"line {index}" for index in range(30)))
    view = shown(words)
    view.figure.set_size_inches(8.5, 8)
    view.figure.canvas.callbacks.process("resize_event", None)
    assert words.text in texts(view)


# -------------------------------------------------------------------------------------- the profile


def test_a_profile_is_one_line_beside_the_map_on_the_maps_rows() -> None:
    view = shown(MapView(RAMP, profile=PROFILE))
    axes = axes_of(view, "profile")
    (line,) = axes.lines
    np.testing.assert_array_equal(line.get_xydata(), np.stack([PROFILE, [0, 1, 2]], 1))
    drawn(view)
    assert axes.bbox.y0 == pytest.approx(view.map_axes.bbox.y0)
    assert axes.bbox.y1 == pytest.approx(view.map_axes.bbox.y1)
    assert view.map_axes.bbox.x1 < axes.bbox.x0
    assert axes.bbox.x1 < view.color_bar_axes.bbox.x0
    assert axes.format_coord(99, 1.2) == "row 1: 2"
    assert axes.format_coord(0, 3) == ""
    view.map_axes.set_ylim(1.5, 0.5)
    assert axes.get_ylim() == (1.5, 0.5)


def test_without_a_profile_the_map_has_its_room_back() -> None:
    plain = shown(MapView(RAMP))
    view = shown(MapView(RAMP, profile=PROFILE))
    assert view.show_activation(MapView(RAMP), "layer") is True
    np.testing.assert_array_equal(drawn(view), drawn(plain))


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
    view = shown(MapView(RAMP, profile=profile))
    low, high = axes_of(view, "profile").get_xlim()
    assert np.isfinite([low, high]).all()
    assert low < high
    drawn(view)


def test_a_zoom_into_the_map_is_kept_while_the_profile_changes() -> None:
    view = shown(MapView(RAMP, profile=PROFILE))
    view.map_axes.set_xlim(1, 2)
    view.map_axes.set_ylim(2, 1)
    assert view.show_activation(MapView(RAMP, profile=PROFILE * 3), "next") is True
    assert map_limits(view) == ((1, 2), (2, 1))
    axes = axes_of(view, "profile")
    assert axes.get_xlim() == view.full_limits[axes][0]
    assert axes.get_xlim()[1] > 6
    assert view.show_activation(MapView(RAMP, profile=PROFILE * 3), "same") is False


def test_a_zoom_into_a_series_is_kept_for_series_of_the_same_length_only() -> None:
    view = shown(MapView(RAMP), SeriesView(WAVES))
    axes = axes_of(view, "series as lines")
    axes.set_xlim(10, 20)
    view.show_input(SeriesView(WAVES * 2), "louder")
    assert axes.get_xlim() == (10, 20)
    assert axes.get_ylim() == view.full_limits[axes][1]
    view.show_input(SeriesView(WAVES[:30]), "shorter")
    assert axes.get_xlim() == (-0.5, 29.5)


# ----------------------------------------------------------------------------------------- the bars


@pytest.mark.parametrize("count", [1, 3, 32])
def test_bars_are_one_artist_from_top_to_bottom(count: int) -> None:
    view = shown(BarsView(np.arange(1.0, count + 1), ("unit",) * count, 0))
    axes = axes_of(view, "bars")
    (bars,) = (patch for patch in axes.patches if isinstance(patch, StepPatch))
    assert axes.get_ylim() == (count - 0.5, -0.5)
    pixels = drawn(view)
    for unit in range(count):
        x, y = axes.transData.transform((unit + 0.5, unit))
        color = pixels[len(pixels) - 1 - round(y), round(x)] / 255
        assert color.tolist() == close_to(bars.get_facecolor()[:3])


def test_the_chosen_bar_is_framed() -> None:
    view = shown(BARS)
    (frame,) = (patch for patch in axes_of(view, "bars").patches if isinstance(patch, Rectangle))
    assert frame.get_bbox().bounds == (0, 0.5, 1, 1)
    assert frame.get_linewidth() > 0
    view.show_activation(BarsView(BARS.values, BARS.labels, 2), "next")
    assert frame.get_bbox().bounds == (0, 1.5, 1, 1)


def test_the_strongest_bar_has_its_value_at_it() -> None:
    view = shown(BARS)
    (number,) = axes_of(view, "bars").texts
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
    view = shown(BarsView(np.array([1.0, value]), ("cat", "dog"), 0))
    drawn(view)
    labels = [label.get_text() for label in axes_of(view, "bars").get_yticklabels()]
    assert labels == ["cat", f"dog = {word}"]
    assert axes_of(view, "bars").format_coord(0, 1) == f"dog: {word}"


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
    view = shown(BarsView(values, ("a", "b", "c"), 0))
    drawn(view)
    low, high = axes_of(view, "bars").get_xlim()
    assert np.isfinite([low, high]).all()
    assert low < 0 < high


# -------------------------------------------------------------------------------------- the caption


def test_the_caption_is_the_one_of_what_is_shown() -> None:
    view = shown(MapView(RAMP), caption="strongest: unit 283 ($tabby$) 0.41")
    (caption,) = view.figure.texts
    assert caption.get_text() == "strongest: unit 283 ($tabby$) 0.41"
    view.show_activation(BARS, "next")
    assert caption.get_text() == ""


def test_words_are_not_handed_to_latex() -> None:
    with mpl.rc_context({"text.usetex": True}):
        view = shown(BARS, WordsView("a_1"), "b_2")
        labels = axes_of(view, "bars").get_yticklabels()
    assert not any(label.get_usetex() for label in labels)
    for text in (*view.figure.texts, *(text for axes in view.figure.axes for text in axes.texts)):
        assert not text.get_usetex()


@pytest.mark.parametrize(
    "rc",
    [
        {"axes.grid": True, "axes.grid.which": "both"},
        {"patch.linewidth": 9},
        {"patch.force_edgecolor": True},
        {"lines.marker": "o", "lines.linestyle": ":", "lines.linewidth": 7},
        {"axes.xmargin": 0.3, "axes.ymargin": 0.3},
        {"image.aspect": "equal", "image.origin": "lower"},
        {"figure.constrained_layout.use": True},
        {"text.parse_math": False},
        {"font.monospace": ["DejaVu Sans"]},
    ],
    ids=str,
)
def test_a_users_settings_change_no_view(rc: dict[str, object]) -> None:
    def pixels() -> list[np.ndarray]:
        view = ActivationFigure()
        found = []
        for given, activation in (
            ("lines", "map with a profile"),
            ("rows", "three bars"),
            ("words", "words"),
        ):
            view.show_input(INPUTS[given], "$a$")
            view.show_activation(ACTIVATIONS[activation], "$b$", "$c$")
            found.append(drawn(view))
        return found

    expected = pixels()
    with mpl.rc_context(rc):
        for was, now in zip(expected, pixels(), strict=True):
            np.testing.assert_array_equal(now, was)
