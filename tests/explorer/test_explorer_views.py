"""The explorer's views and what links them, from code: each trait against what the model gives."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import keras
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backend_bases import LocationEvent, MouseEvent
from matplotlib.colors import ListedColormap
from PIL import Image

from actviz_widgets import ActivationExplorer

from . import driver

RNG = np.random.default_rng(7)
PICTURES = RNG.random((4, 20, 24, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def model(three_class_model: keras.Model) -> keras.Model:
    return three_class_model


@pytest.fixture
def explorer(model: keras.Model) -> Iterator[ActivationExplorer]:
    made = ActivationExplorer(
        model, PICTURES, class_names=["a", "b", "c"], labels=["x", "x", "y", "y"]
    )
    yield made
    made.close()


def activations(model: keras.Model, layer: str) -> np.ndarray:
    part = keras.Model(model.inputs[0], model.get_layer(layer).output)
    return np.concatenate([np.asarray(part(picture[None])) for picture in PICTURES])


def said(explorer: ActivationExplorer) -> str:
    return " ".join(driver.sentences(explorer))


@pytest.mark.parametrize(
    ("order", "measure"),
    [
        ("max", lambda maps: maps.max((0, 1, 2))),
        ("mean", lambda maps: maps.astype(np.float64).mean((0, 1, 2))),
        ("nonzero", lambda maps: (maps != 0).mean((0, 1, 2))),
        ("variance", lambda maps: maps.astype(np.float64).var((0, 1, 2))),
    ],
)
def test_steps_go_by_the_order(
    explorer: ActivationExplorer, model: keras.Model, order: str, measure
) -> None:
    explorer.layer, explorer.order = "second", order
    wanted = np.argsort(-measure(activations(model, "second")), kind="stable").tolist()
    explorer.channel = wanted[0]
    seen = [explorer.channel]
    for _ in range(4):
        explorer.step("channel")
        seen.append(explorer.channel)
    assert seen == wanted
    explorer.step("channel")  # stays at the last one
    assert explorer.channel == wanted[-1]
    assert "On all 4 pictures" in said(explorer)


def test_dead_channels_are_those_that_are_zero_on_every_picture() -> None:
    layer = keras.layers.Conv2D(4, 3, activation="relu", name="conv")
    model = keras.Sequential([keras.Input((20, 24, 3)), layer])
    kernel, bias = (np.array(weight) for weight in layer.get_weights())
    kernel[..., 2], bias[2] = -1, -1
    layer.set_weights([kernel, bias])
    explorer = ActivationExplorer(model, PICTURES)
    maps = activations(model, "conv")
    wanted = tuple(np.flatnonzero((maps == 0).all((0, 1, 2))).tolist())
    assert 2 in wanted
    assert explorer.dead_channels == wanted
    explorer.channel = 2
    assert explorer.figure.axes[1].get_title().endswith("· dead")
    explorer.close()


def test_two_pictures_are_compared_on_one_scale(
    explorer: ActivationExplorer, model: keras.Model
) -> None:
    maps = activations(model, "second")[..., 1]
    explorer.layer, explorer.channel = "second", 1
    explorer.view, explorer.other_image = "compare", 3
    assert f"The largest difference is {np.abs(maps[3] - maps[0]).max():.4g}." in said(explorer)
    by_label = {axes.get_label(): axes for axes in explorer.figure.axes if axes.get_visible()}
    first, second = (by_label[f"{name} map"].images[0] for name in ("first", "second"))
    assert np.array_equal(np.asarray(first.get_array()), maps[0])
    assert np.array_equal(np.asarray(second.get_array()), maps[3])
    assert first.get_clim() == second.get_clim()


def test_a_picture_beside_itself_is_said_to_be_one(explorer: ActivationExplorer) -> None:
    explorer.view, explorer.other_image = "compare", None
    assert "one picture beside itself" in said(explorer)
    explorer.other_image = 1
    assert "beside itself" not in said(explorer)


def test_a_second_checkpoint_is_compared_and_the_same_one_does_not_differ(
    model: keras.Model, tmp_path: Path
) -> None:
    model.save(tmp_path / "same.keras")
    explorer = ActivationExplorer(model, PICTURES, compare_with=tmp_path / "same.keras")
    explorer.view = "compare"
    assert "The largest difference is 0." in said(explorer)
    explorer.close()


def test_why_tells_the_class_and_its_probability(
    explorer: ActivationExplorer, model: keras.Model
) -> None:
    explorer.layer, explorer.view = "second", "why"
    output = np.asarray(model(PICTURES[:1]))[0]
    predicted = int(output.argmax())
    assert f"Evidence for {'abc'[predicted]}: probability {output[predicted]:.1%}" in said(explorer)
    explorer.class_index = (predicted + 1) % 3
    name, share = "abc"[explorer.class_index], output[explorer.class_index]
    assert f"Evidence for {name}: probability {share:.1%}" in said(explorer)


def recreated(explorer: ActivationExplorer, **given: object) -> ActivationExplorer:
    """Runs the explorer's code, up to the line that displays it."""
    names = {"images": PICTURES, "labels": ["x", "x", "y", "y"], **given}
    exec(explorer.code().rsplit("explorer", 1)[0], names)
    again = names["explorer"]
    assert isinstance(again, ActivationExplorer)
    return again


def drawn(explorer: ActivationExplorer) -> np.ndarray:
    file = io.BytesIO()
    explorer.figure.savefig(file, format="png")
    return np.asarray(Image.open(file))


def test_code_recreates_the_view(explorer: ActivationExplorer, model: keras.Model) -> None:
    explorer.image, explorer.layer, explorer.channel = 2, "second", 3
    explorer.view, explorer.clip, explorer.symmetric = "overlay", 4, True
    again = recreated(explorer, model=model)
    assert np.array_equal(drawn(explorer), drawn(again))
    again.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("view", "label"),
    [
        ("channel", "feature map"),
        ("layer", "tiles"),
        ("overlay", "overlay"),
        ("compare", "first map"),
        ("why", "feature map"),
    ],
)
def test_code_recreates_a_zoom_whichever_views_were_seen_before(
    explorer: ActivationExplorer, model: keras.Model, view: str, label: str
) -> None:
    explorer.layer, explorer.other_image = "second", 1
    for other in ("why", "network", "compare", "layer", "overlay"):
        explorer.view = other
    explorer.view = view
    whole = drawn(explorer)
    explorer.zoom(label, (0.5, 3.5), (3.5, 0.5))
    assert not np.array_equal(drawn(explorer), whole)
    again = recreated(explorer, model=model)
    assert np.array_equal(drawn(explorer), drawn(again))
    again.close()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("no such axes", (0, 1), (1, 0)), "on show are 'picture', 'feature map'"),
        (("picture", (0, 0), (1, 0)), "x_limits is .* two different numbers"),
        (("picture", (0, 1), (0, np.nan)), "y_limits is"),
        (("picture", (0, 1), 5), "y_limits is 5"),
        (("picture", (-1e308, 1e308), (1, 0)), r"x_limits is .* no larger than 1e\+300"),
        (("picture", ("a", "b"), (1, 0)), "x_limits is"),
    ],
)
def test_a_wrong_zoom_is_refused(explorer: ActivationExplorer, given, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        explorer.zoom(*given)


def test_code_says_which_pictures_were_added(
    explorer: ActivationExplorer, model: keras.Model, tmp_path: Path, monkeypatch
) -> None:
    file = tmp_path / "later.png"
    Image.fromarray(RNG.integers(0, 256, (20, 24, 3), np.uint8)).save(file)
    explorer.add_images({"later.png": file.read_bytes()})
    explorer.image = 4
    monkeypatch.chdir(tmp_path)
    again = recreated(explorer, model=model)
    assert (again.image, again.images[4]) == (4, "later.png")
    assert np.array_equal(drawn(explorer), drawn(again))
    again.close()


def test_code_leaves_a_colour_map_of_one_s_own_to_be_given(
    explorer: ActivationExplorer, model: keras.Model
) -> None:
    own = ListedColormap(["black", "white"], name="mine")
    explorer.cmap = own
    again = recreated(explorer, model=model, cmap=own)
    assert again.cmap is own
    again.close()
    explorer.cmap = mpl.colormaps["magma"]
    assert "cmap='magma'" in explorer.code()


def test_a_position_is_framed_on_both_compared_pictures(explorer: ActivationExplorer) -> None:
    explorer.layer, explorer.other_image, explorer.view = "second", 1, "compare"
    explorer.position = (2, 3)
    by_label = {axes.get_label(): axes for axes in explorer.figure.axes}
    # Two convolutions of 3 and a pooling of 2 between: 8 pixels, 2 for each step of the map.
    for name in ("first picture", "second picture"):
        (frame,) = (patch for patch in by_label[name].patches if patch.get_visible())
        assert frame.get_bbox().bounds == (5.5, 3.5, 8, 8)
    for name in ("first map", "second map", "difference"):
        (frame,) = (patch for patch in by_label[name].patches if patch.get_visible())
        assert frame.get_bbox().bounds == (2.5, 1.5, 1, 1)
    assert "sees rows 4" in by_label["first map"].format_coord(3, 2)
    explorer.position = None
    explorer.figure  # noqa: B018  # is drawn
    for name in ("first picture", "second picture", "first map", "difference"):
        assert not any(patch.get_visible() for patch in by_label[name].patches)


def test_a_scale_that_is_fixed_without_limits_stays_where_it_is(
    explorer: ActivationExplorer,
) -> None:
    explorer.layer = "first"
    explorer.channel = int(explorer.activation.max((0, 1)).argmax())
    shown = explorer.feature_map
    explorer.color_scale = "fixed"
    assert explorer.color_limits == (float(shown.min()), float(shown.max()))
    explorer.step("channel", -1 if explorer.channel else 1)
    by_label = {axes.get_label(): axes for axes in explorer.figure.axes}
    (image,) = by_label["feature map"].images
    assert image.get_clim() == explorer.color_limits


def test_the_probability_stands_beside_the_evidence(
    explorer: ActivationExplorer, model: keras.Model
) -> None:
    explorer.layer, explorer.view, explorer.class_index = "second", "why", 2
    share = float(np.asarray(model(PICTURES[:1]))[0, 2])
    titles = [axes.get_title() for axes in explorer.figure.axes if axes.get_visible()]
    assert f"Grad-CAM for c ({share:.1%})" in titles


def test_no_colour_map_is_refused(explorer: ActivationExplorer) -> None:
    with pytest.raises(TypeError):
        explorer.cmap = None
    assert explorer.cmap == "viridis"


@pytest.mark.parametrize("steps", ["a", None, 1.5])
def test_steps_are_whole_numbers(explorer: ActivationExplorer, steps: object) -> None:
    with pytest.raises(TypeError, match="a whole number is wanted"):
        explorer.step("channel", steps)  # type: ignore[arg-type]
    assert explorer.channel == 0


def test_a_closed_explorer_displays_that_it_is(model: keras.Model) -> None:
    explorer = ActivationExplorer(model, PICTURES)
    explorer.close()
    assert explorer._repr_mimebundle_() == {"text/plain": "ActivationExplorer(closed)"}


def test_pictures_are_added_and_a_broken_one_is_named(
    explorer: ActivationExplorer, tmp_path: Path
) -> None:
    Image.fromarray(RNG.integers(0, 255, (30, 40, 3), np.uint8)).save(tmp_path / "good.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    files = {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    assert explorer.add_images(files) == ("good.png",)
    assert explorer.images[-1] == "good.png"
    assert "broken.png" in said(explorer)
    explorer.image = 4
    assert explorer.activation.shape == (18, 22, 6)
    assert "broken.png" not in said(explorer)


@pytest.mark.parametrize("view", ["channel", "layer", "overlay", "compare", "network", "why"])
def test_what_was_seen_costs_no_further_pass(
    explorer: ActivationExplorer, model: keras.Model, view: str
) -> None:
    for image in (0, 1):
        explorer.image = image
    explorer.view = view
    if view == "why":  # whose gradient takes a run for each picture and class
        return
    passes = []
    call = type(model).call
    try:
        type(model).call = lambda self, *given, **named: (
            passes.append(1) or call(self, *given, **named)
        )
        for layer in ("pool", "second", "first"):
            explorer.layer = layer
            explorer.channel = 2
            explorer.image = 1 - explorer.image
    finally:
        type(model).call = call
    assert passes == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("view", "maps", "view was set to 'maps'; choose one of 'channel'"),
        ("order", "size", "order was set to 'size'"),
        ("opacity", 2, "opacity was set to 2; choose 0 to 1"),
        ("class_index", 3, "there are 3 classes, so choose 0 to 2"),
        ("other_image", 9, "there are 4 pictures, so choose 0 to 3"),
        ("other_model", True, "there is no second model"),
        ("position", (99, 0), "has no such row and column"),
        ("color_limits", (1, 0), "the lower limit comes first"),
        ("cmap", "rainbowish", "rainbowish"),
    ],
)
def test_what_is_not_there_is_refused(
    explorer: ActivationExplorer, name: str, value: object, sentence: str
) -> None:
    before = getattr(explorer, name)
    with pytest.raises(ValueError, match=sentence):
        setattr(explorer, name, value)
    assert getattr(explorer, name) == before


def test_a_position_frames_its_receptive_field(explorer: ActivationExplorer) -> None:
    explorer.layer, explorer.position = "second", (2, 3)
    # 3 × 3, pooled by 2, 3 × 3 again: 8 pixels of the input, every 2 of them.
    assert "sees rows 4 to 11, columns 6 to 13" in driver.note_at(explorer, 2, 3)
    explorer.layer = "first"
    assert explorer.position is None


def test_a_contrast_that_cannot_be_is_said_and_the_channels_go_by_their_index(
    model: keras.Model,
) -> None:
    explorer = ActivationExplorer(model, PICTURES[:1])
    explorer.order = "contrast"
    assert driver.sentences(explorer)[0].startswith("⚠ A contrast between classes needs two")
    explorer.step("channel")
    assert explorer.channel == 1
    explorer.order = "mean"
    assert "contrast" not in said(explorer)
    explorer.close()


def test_what_is_told_of_the_place_under_the_mouse_is_of_the_map_on_show(
    explorer: ActivationExplorer,
) -> None:
    explorer.layer = "second"
    canvas, axes = driver.canvas_of(explorer), driver.map_axes(explorer)

    def told() -> str:
        return str(canvas.toolbar.message)

    canvas.draw()  # which places the axes
    across, up = axes.transData.transform((3, 2))
    mouse_over = MouseEvent("motion_notify_event", canvas, across, up)
    canvas.callbacks.process("motion_notify_event", mouse_over)
    for explorer.channel in (0, 1):
        assert f"row 2, column 3: {explorer.feature_map[2, 3]:.6g}" in told()
    explorer.view = "network"
    assert "row 2, column 3" not in told()
    explorer.view = "channel"
    assert "row 2, column 3" in told()
    canvas.callbacks.process(
        "figure_leave_event", LocationEvent("figure_leave_event", canvas, across, up)
    )
    assert told() == ""
    explorer.channel = 0
    assert told() == ""
