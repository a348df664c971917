import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from actviz_widgets.feature_maps import Region
from actviz_widgets.figure import ActivationFigure, color_map

PICTURE = np.zeros((4, 6, 3), np.uint8)
RAMP = np.arange(12, dtype=np.float32).reshape(3, 4)


def made(values: np.ndarray = RAMP, title: str = "conv", **options: object) -> ActivationFigure:
    view = ActivationFigure()
    view.show_picture(PICTURE, PICTURE.shape[:2], "tom.jpg")
    view.show_feature_map(values, title, **options)  # type: ignore[arg-type]
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
        view.show_picture(np.zeros((*size, 3), np.uint8), size, "other")
        view.show_feature_map(np.ones(size), "other", mark=Region(0, 0, 1, 1))
    now = (*view.figure.axes, *view.picture_axes.images, *view.map_axes.images)
    assert len(now) == len(kept)
    assert all(before is after for before, after in zip(kept, now, strict=True))


def test_the_number_of_artists_stays_the_same() -> None:
    view = made()
    drawn(view)
    before = len(artists(view))
    for index in range(5):
        view.show_picture(PICTURE + np.uint8(index), (4, 6), f"picture {index}")
        view.show_feature_map(RAMP + index, f"channel {index}")
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
    assert view.map_axes.images[0].get_extent() == [-0.5, 3.5, 2.5, -0.5]
    assert color_at(view, 0, 0) == close_to(mpl.colormaps["viridis"](0.0))
    assert color_at(view, 2, 3) == close_to(mpl.colormaps["viridis"](1.0))


def test_a_picture_scaled_down_is_measured_in_the_users_pixels() -> None:
    view = ActivationFigure()
    view.show_picture(PICTURE, (400, 600), "large")
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
    assert view.show_feature_map(RAMP * 2, "next") is False
    assert map_limits(view) == ((1, 2), (2, 1))


def test_a_map_of_another_size_is_shown_whole() -> None:
    view = made()
    view.map_axes.set_xlim(1, 2)
    view.map_axes.set_ylim(2, 1)
    assert view.show_feature_map(np.zeros((5, 7)), "next") is True
    assert map_limits(view) == ((-0.5, 6.5), (4.5, -0.5))


def test_a_zoom_into_the_picture_is_kept_for_pictures_of_the_same_size_only() -> None:
    view = made()
    view.picture_axes.set_xlim(1, 2)
    assert view.show_picture(PICTURE, (4, 6), "next") is False
    assert view.picture_axes.get_xlim() == (1, 2)
    assert view.show_picture(np.zeros((5, 5, 3), np.uint8), (5, 5), "next") is True
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
    view.show_feature_map(values, "map")
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
    view.show_picture(PICTURE, (4, 6), name)
    drawn(view)


def test_of_a_long_title_the_end_is_kept() -> None:
    view = made(title="backbone/" * 20 + "conv · channel 17 of 128")
    title = view.map_axes.get_title()
    assert title.startswith("…")
    assert title.endswith("conv · channel 17 of 128")
    assert len(title) == 46


@pytest.mark.parametrize("length", [1, 45, 46])
def test_a_title_that_has_room_is_shown_whole(length: int) -> None:
    assert made(title="W" * length).map_axes.get_title() == "W" * length


def test_long_titles_of_picture_and_map_do_not_overlap() -> None:
    view = made(title="conv_" * 20)
    view.show_picture(PICTURE, (4, 6), "picture_" * 20)
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
    view.show_feature_map(RAMP, "next")
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
    (mark,) = view.map_axes.patches
    assert mark.get_visible()
    assert mark.get_bbox().bounds == (1.5, 0.5, 1, 1)
    view.show_feature_map(RAMP, "column", mark=Region(0, 3, 3, 1))
    assert mark.get_bbox().bounds == (2.5, -0.5, 1, 3)
    view.show_feature_map(RAMP, "unmarked")
    assert not mark.get_visible()


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
        view.show_picture(picture, (4, 6), "$tom$.jpg")
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
