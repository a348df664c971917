from collections.abc import Callable, Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from actviz_widgets import plot_channel, plot_layer
from actviz_widgets.feature_maps.color_scale import tile

ACTIVATION = np.random.default_rng(0).normal(size=(4, 6, 5)).astype(np.float32)


@pytest.fixture(autouse=True)
def _no_figures_left() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.mark.parametrize("channel", [0, 4, np.int64(2)])
def test_the_channel_is_plotted_as_it_is(channel: int) -> None:
    axes = plot_channel(ACTIVATION, channel)
    np.testing.assert_array_equal(axes.images[0].get_array(), ACTIVATION[:, :, channel])
    assert axes.get_title() == f"channel {channel} of 5"


def test_the_value_under_the_cursor_is_the_arrays() -> None:
    axes = plot_channel(ACTIVATION, 3)
    axes.figure.canvas.draw()
    x, y = axes.transData.transform((2, 1))
    event = mpl.backend_bases.MouseEvent("motion_notify_event", axes.figure.canvas, x, y)
    assert axes.images[0].get_cursor_data(event) == ACTIVATION[1, 2, 3]


def test_all_channels_are_plotted_side_by_side() -> None:
    axes = plot_layer(ACTIVATION)
    shown = np.ma.filled(axes.images[0].get_array(), np.nan)
    np.testing.assert_array_equal(shown, tile(ACTIVATION))
    assert axes.get_title() == "all 5 channels"
    assert len(axes.images) == 1


def test_the_number_of_maps_in_a_row_can_be_chosen() -> None:
    assert plot_layer(ACTIVATION, columns=1).images[0].get_array().shape == (24, 6)
    assert plot_layer(ACTIVATION, columns=5).images[0].get_array().shape == (4, 34)


@pytest.mark.parametrize("plot", [lambda x, ax: plot_channel(x, 1, ax=ax), plot_layer])
def test_a_plot_goes_into_the_axes_given_and_opens_no_figure(plot: object) -> None:
    axes = Figure().add_subplot()
    options = {"ax": axes}
    assert plot(ACTIVATION, **options) is axes  # type: ignore[operator]
    assert len(axes.images) == 1
    assert plt.get_fignums() == []


def test_without_axes_each_plot_opens_one_figure_of_its_own() -> None:
    first, second = plot_channel(ACTIVATION, 0), plot_layer(ACTIVATION)
    assert first.figure is not second.figure
    assert len(plt.get_fignums()) == 2
    # The axes of the plot, and those of its colour bar.
    assert [len(axes.figure.axes) for axes in (first, second)] == [2, 2]


@pytest.mark.parametrize("array", [ACTIVATION[None], ACTIVATION[None].tolist()])
def test_a_batch_axis_of_1_is_taken_off(array: object) -> None:
    np.testing.assert_array_equal(plot_channel(array, 2).images[0].get_array(), ACTIVATION[:, :, 2])
    assert plot_layer(array).get_title() == "all 5 channels"


def test_the_colours_go_from_the_smallest_value_to_the_largest() -> None:
    values = ACTIVATION[:, :, 2]
    assert plot_channel(ACTIVATION, 2).images[0].get_clim() == (values.min(), values.max())
    assert plot_layer(ACTIVATION).images[0].get_clim() == (ACTIVATION.min(), ACTIVATION.max())


def test_the_colour_map_can_be_chosen() -> None:
    assert plot_channel(ACTIVATION, 0, cmap="magma").images[0].get_cmap().name == "magma"


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_dead_and_broken_layers_can_be_plotted(value: float) -> None:
    activation = np.full((4, 6, 5), value)
    for axes in (plot_channel(activation, 0), plot_layer(activation)):
        axes.figure.canvas.draw()
        assert axes.images[0].get_clim() == (0, 1)


def test_a_value_that_is_not_finite_does_not_look_like_the_page() -> None:
    activation = np.ones((4, 6, 1))
    activation[1, 2, 0] = np.nan
    bad = plot_channel(activation, 0).images[0].get_cmap().get_bad()
    assert bad[3] == 1
    assert bad[:3].tolist() != [1, 1, 1]


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.uint8, np.bool_])
def test_activations_of_any_dtype_can_be_plotted(dtype: type) -> None:
    activation = np.ones((4, 6, 5), dtype)
    for axes in (plot_channel(activation, 0), plot_layer(activation)):
        axes.figure.canvas.draw()


def test_a_users_settings_do_not_turn_the_plot_over() -> None:
    with mpl.rc_context({"image.origin": "lower", "axes.grid": True}):
        axes = plot_channel(ACTIVATION, 0)
        assert axes.get_ylim() == (3.5, -0.5)
        lines = [*axes.get_xgridlines(), *axes.get_ygridlines()]
        assert not any(line.get_visible() for line in lines)


@pytest.mark.parametrize("channel", [-1, 5])
def test_a_channel_that_is_not_there_is_refused(channel: int) -> None:
    with pytest.raises(ValueError, match=rf"Channel {channel} .*\(4, 6, 5\).*channels 0 to 4"):
        plot_channel(ACTIVATION, channel)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("channel", ["3", 1.5, None])
def test_a_channel_that_is_no_index_is_refused_in_a_sentence(channel: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"[Cc]hannel"):
        plot_channel(ACTIVATION, channel)  # type: ignore[arg-type]


@pytest.mark.parametrize("columns", [0, -2])
def test_fewer_than_one_map_in_a_row_is_refused(columns: int) -> None:
    with pytest.raises(ValueError, match=rf"columns is {columns}; 1 or more"):
        plot_layer(ACTIVATION, columns=columns)


@pytest.mark.parametrize(
    "activation",
    [
        np.zeros((2, 4, 6, 5)),
        np.zeros((4, 6)),
        np.zeros(10),
        np.zeros((0, 6, 5)),
        np.zeros((4, 6, 0)),
        np.full((4, 6, 5), "cat"),
        np.zeros((4, 6, 5), object),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_what_is_no_activation_of_one_picture_is_refused(activation: np.ndarray) -> None:
    for plot in (lambda: plot_channel(activation, 0), lambda: plot_layer(activation)):
        with pytest.raises(ValueError, match=r"\(height, width, channels\) are wanted") as info:
            plot()
        assert str(activation.shape) in str(info.value)
    assert plt.get_fignums() == []


def test_an_unknown_colour_map_leaves_no_empty_figure_behind() -> None:
    with pytest.raises(ValueError, match="vridis"):
        plot_channel(ACTIVATION, 0, cmap="vridis")
    assert plt.get_fignums() == []


def test_a_plot_changes_none_of_the_users_settings() -> None:
    before = dict(mpl.rcParams)
    plot_layer(ACTIVATION)
    assert dict(mpl.rcParams) == before


class Raising:
    """What raises as it is made an array."""

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("plot", "error", "said"),
    [
        (lambda maps: plot_channel(maps, 0, ax=3), TypeError, "ax is of type int"),  # type: ignore[arg-type]
        (lambda maps: plot_layer(maps, ax=3), TypeError, "ax is of type int"),  # type: ignore[arg-type]
        (lambda maps: plot_layer(maps, columns="2"), TypeError, "columns is of type str"),  # type: ignore[arg-type]
        (lambda maps: plot_layer(maps, columns=1.5), TypeError, "columns is of type float"),  # type: ignore[arg-type]
        (lambda maps: plot_layer(maps, columns=np.nan), TypeError, "columns is of type float"),  # type: ignore[arg-type]
        (lambda maps: plot_layer(maps, columns=0), ValueError, "1 or more is wanted"),
        (lambda _: plot_layer([[1, 2], [3]]), ValueError, "of type list, is no array"),
        (lambda _: plot_channel(Raising(), 0), ValueError, "of type Raising, is no array"),
    ],
)
def test_what_cannot_be_plotted_is_refused_and_leaves_no_figure_open(
    plot: Callable[[np.ndarray], object], error: type[Exception], said: str
) -> None:
    before = plt.get_fignums()
    with pytest.raises(error, match=said):
        plot(np.zeros((3, 3, 2)))
    assert plt.get_fignums() == before
