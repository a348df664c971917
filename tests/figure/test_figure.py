import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from actviz_widgets.figure.figure import ActivationFigure
from actviz_widgets.views import (
    MapView,
    PictureView,
    Region,
    SeriesView,
)

from .figure_drawing import artists, drawn, made, map_limits, seen_axes, shown
from .views_at_hand import ACTIVATIONS, BARS, INPUTS, LONG, PICTURE, PROFILE, RAMP, WAVES

# ---------------------------------------------------------------------------------------- artists


def test_artists_are_made_once() -> None:
    figure = made()
    drawn(figure)
    kept = (*figure.figure.axes, *figure.picture_axes.images, *figure.map_axes.images)
    for size in ((3, 4), (3, 4), (7, 9), (1, 100), (3, 4)):
        figure.show_input(PictureView(np.zeros((*size, 3), np.uint8), size), "other")
        figure.show_activation(MapView(np.ones(size), Region(0, 0, 1, 1)), "other")
    now = (*figure.figure.axes, *figure.picture_axes.images, *figure.map_axes.images)
    assert len(now) == len(kept)
    assert all(before is after for before, after in zip(kept, now, strict=True))


def test_the_number_of_artists_stays_the_same() -> None:
    figure = made()
    drawn(figure)
    before = len(artists(figure))
    for index in range(5):
        figure.show_input(PictureView(PICTURE + np.uint8(index), (4, 6)), f"picture {index}")
        figure.show_activation(MapView(RAMP + index), f"channel {index}")
        drawn(figure)
    assert len(artists(figure)) == before


def test_the_picture_and_the_map_are_shown_as_they_are() -> None:
    figure = made()
    np.testing.assert_array_equal(figure.picture_axes.images[0].get_array(), PICTURE)
    np.testing.assert_array_equal(figure.map_axes.images[0].get_array(), RAMP)
    assert figure.picture_axes.get_title() == "tom.jpg"
    assert figure.map_axes.get_title() == "conv"


# ------------------------------------------------------------------------------------------- zoom


def test_a_zoom_is_kept_from_one_map_to_the_next_of_the_same_size() -> None:
    figure = made()
    figure.map_axes.set_xlim(1, 2)
    figure.map_axes.set_ylim(2, 1)
    assert figure.show_activation(MapView(RAMP * 2), "next") is False
    assert map_limits(figure) == ((1, 2), (2, 1))


def test_a_map_of_another_size_is_shown_whole() -> None:
    figure = made()
    figure.map_axes.set_xlim(1, 2)
    figure.map_axes.set_ylim(2, 1)
    assert figure.show_activation(MapView(np.zeros((5, 7))), "next") is True
    assert map_limits(figure) == ((-0.5, 6.5), (4.5, -0.5))


def test_a_zoom_into_the_picture_is_kept_for_pictures_of_the_same_size_only() -> None:
    figure = made()
    figure.picture_axes.set_xlim(1, 2)
    assert figure.show_input(PictureView(PICTURE, (4, 6)), "next") is False
    assert figure.picture_axes.get_xlim() == (1, 2)
    assert figure.show_input(PictureView(np.zeros((5, 5, 3), np.uint8), (5, 5)), "next") is True
    assert figure.picture_axes.get_xlim() == (-0.5, 4.5)


def test_full_limits_are_those_of_the_whole_images_even_when_zoomed() -> None:
    figure = made()
    figure.map_axes.set_xlim(1, 2)
    assert figure.full_limits == {
        figure.picture_axes: ((-0.5, 5.5), (3.5, -0.5)),
        figure.map_axes: ((-0.5, 3.5), (2.5, -0.5)),
    }


# ------------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    "name", ["$5_cat^.jpg", "a $\\frac{1}{$ b", "%_#&{}~.png", "", "a" * 500, "$" * 300]
)
def test_any_name_can_stand_as_a_title(name: str) -> None:
    figure = made(title=name)
    figure.show_input(PictureView(PICTURE, (4, 6)), name)
    drawn(figure)


def test_of_a_long_title_the_end_is_kept() -> None:
    figure = made(title="backbone/" * 20 + "conv · channel 17 of 128")
    assert figure.map_axes.get_title() == "…/conv · channel 17 of 128"


@pytest.mark.parametrize("length", [1, 45, 46])
def test_a_title_that_has_room_is_shown_whole(length: int) -> None:
    title = "block1_conv2/relu · channel 17 of 128 (filters)"[:length]
    assert made(title=title).map_axes.get_title() == title


def test_long_titles_of_picture_and_map_do_not_overlap() -> None:
    figure = made(title="conv_" * 20)
    figure.show_input(PictureView(PICTURE, (4, 6)), "picture_" * 20)
    drawn(figure)
    renderer = FigureCanvasAgg(figure.figure).get_renderer()
    picture_title = figure.picture_axes.title.get_window_extent(renderer)
    map_title = figure.map_axes.title.get_window_extent(renderer)
    assert picture_title.x0 >= 0
    assert picture_title.x1 < map_title.x0
    assert map_title.x1 <= figure.figure.bbox.x1


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
        figure = made()
        figure.show_input(PictureView(picture, (4, 6)), "$tom$.jpg")
        return drawn(figure)

    expected = pixels()
    with mpl.rc_context(rc):
        np.testing.assert_array_equal(pixels(), expected)


def test_titles_are_not_handed_to_latex() -> None:
    # A file name such as `cat_1.jpg` is an error to LaTeX.
    with mpl.rc_context({"text.usetex": True}):
        figure = made()
    assert not figure.picture_axes.title.get_usetex()
    assert not figure.map_axes.title.get_usetex()


# ------------------------------------------------------------------------------- views and extents


@pytest.mark.slow
def test_changing_between_all_views_makes_no_artists() -> None:
    figure = ActivationFigure()

    def show_all() -> None:
        for given in INPUTS.values():
            figure.show_input(given, "input")
            drawn(figure)
        for activation in ACTIVATIONS.values():
            figure.show_activation(activation, "activation", "caption")
            drawn(figure)

    show_all()
    before = len(artists(figure))
    show_all()
    assert len(artists(figure)) == before


def test_axes_are_made_when_they_are_first_needed() -> None:
    figure = made()
    assert [axes.get_label() for axes in figure.figure.axes] == ["picture", "feature map"]
    figure.show_activation(BARS, "bars")
    figure.show_activation(MapView(RAMP), "map")
    labels = [axes.get_label() for axes in figure.figure.axes]
    assert labels == ["picture", "feature map", "bars"]


def test_axes_that_are_made_later_look_as_the_settings_were_for_the_first_ones() -> None:
    settings = {"axes.facecolor": "#203040", "axes.edgecolor": "red", "axes.titleweight": "bold"}
    with mpl.rc_context(settings):
        figure = ActivationFigure()
    before = dict(mpl.rcParams.copy())
    for given in INPUTS.values():
        figure.show_input(given, "input")
    for activation in ACTIVATIONS.values():
        figure.show_activation(activation, "activation")
    assert dict(mpl.rcParams.copy()) == before
    assert len(figure.figure.axes) == 14
    for axes in figure.figure.axes:
        assert to_rgb(axes.get_facecolor()) == to_rgb("#203040")
        assert to_rgb(axes.spines["left"].get_edgecolor()) == to_rgb("red")
        assert axes.title.get_fontweight() == "bold"


def test_it_does_not_matter_which_axes_are_made_first() -> None:
    def pixels(*order: str) -> np.ndarray:
        figure = ActivationFigure()
        figure.figure.set_size_inches(3, 2)
        figure.figure.canvas.callbacks.process("resize_event", None)
        for label in order:
            if label in ("rows", "lines"):
                figure.show_input(INPUTS[label], LONG)
            else:
                figure.show_activation(ACTIVATIONS[label], LONG)
        return drawn(figure)

    np.testing.assert_array_equal(
        pixels("lines", "three bars", "rows"), pixels("rows", "three bars")
    )
    np.testing.assert_array_equal(pixels("three bars", "rows"), pixels("rows", "three bars"))


@pytest.mark.slow
def test_stepping_through_channels_keeps_the_very_same_artists() -> None:
    figure = shown(MapView(RAMP, profile=PROFILE), SeriesView(WAVES), "caption")
    drawn(figure)
    before = artists(figure)
    for index in range(20):
        figure.show_activation(MapView(RAMP, profile=PROFILE), f"channel {index}", f"at {index}")
        drawn(figure)
    assert all(was is now for was, now in zip(before, artists(figure), strict=True))


def test_only_what_is_on_show_is_seen_and_answers_the_toolbar() -> None:
    figure = ActivationFigure()
    for given, labels in (
        ("picture", ["picture"]),
        ("lines", ["series as lines"]),
        ("rows", ["series as rows"]),
        ("words", ["words for the input"]),
        ("picture", ["picture"]),
    ):
        assert figure.show_input(INPUTS[given], "input") is True
        assert sorted(seen_axes(figure)) == sorted(["feature map", *labels])
    for activation, labels in (
        ("map", ["feature map"]),
        ("map with a profile", ["feature map", "profile"]),
        ("three bars", ["bars"]),
        ("words", ["words for the activation"]),
    ):
        figure.show_activation(ACTIVATIONS[activation], "activation")
        assert seen_axes(figure) == ["picture", *labels]
        assert {str(axes.get_label()) for axes in figure.full_limits} == {"picture", *labels}
        assert all(axes.get_navigate() == axes.get_visible() for axes in figure.figure.axes)


@pytest.mark.parametrize("activation", ["map with a profile", "three bars", "words"])
def test_the_title_is_the_map_axes_whatever_is_shown(activation: str) -> None:
    assert shown(ACTIVATIONS[activation]).map_axes.get_title() == "layer"


# -------------------------------------------------------------------------------------- the caption


def test_the_caption_is_the_one_of_what_is_shown() -> None:
    figure = shown(MapView(RAMP), caption="strongest: unit 283 ($tabby$) 0.41")
    (caption,) = figure.figure.texts
    assert caption.get_text() == "strongest: unit 283 ($tabby$) 0.41"
    figure.show_activation(BARS, "next")
    assert caption.get_text() == ""


@pytest.mark.slow
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
        figure = ActivationFigure()
        found = []
        for given, activation in (
            ("lines", "map with a profile"),
            ("rows", "three bars"),
            ("words", "words"),
        ):
            figure.show_input(INPUTS[given], "$a$")
            figure.show_activation(ACTIVATIONS[activation], "$b$", "$c$")
            found.append(drawn(figure))
        return found

    expected = pixels()
    with mpl.rc_context(rc):
        for was, now in zip(expected, pixels(), strict=True):
            np.testing.assert_array_equal(now, was)
