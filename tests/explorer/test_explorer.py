"""The explorer without kernel or browser: its traits, controls, status, errors and end."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import keras
import numpy as np
import pytest
import traitlets
from ipywidgets.widgets.widget import _instances
from PIL import Image

from actviz_widgets import ActivationExplorer
from actviz_widgets.explorer.appearance import VIEWS

from . import driver
from .driver import find

RNG = np.random.default_rng(0)
PICTURES = {
    "first": RNG.integers(0, 255, (24, 32, 3), np.uint8),
    "second": RNG.integers(0, 255, (16, 16, 3), np.uint8),
    "third": RNG.integers(0, 255, (40, 20, 3), np.uint8),
}


@pytest.fixture(scope="module")
def model(two_class_model: keras.Model) -> keras.Model:
    return two_class_model


@pytest.fixture
def explorer(model: keras.Model) -> Iterator[ActivationExplorer]:
    explorer = ActivationExplorer(model, PICTURES, class_names=["cat", "dog"])
    yield explorer
    explorer.close()


def status(explorer: ActivationExplorer) -> str:
    return "\n".join(driver.sentences(explorer))


def test_it_begins_with_the_first_picture_and_the_first_layer_that_has_maps(
    explorer: ActivationExplorer,
) -> None:
    assert (explorer.image, explorer.layer, explorer.channel) == (0, "conv_1", 0)
    assert explorer.images == ("first", "second", "third")
    assert [info.path for info in explorer.layers] == [
        "conv_1", "pool_1", "conv_2", "flatten", "out",
    ]  # fmt: skip
    assert isinstance(explorer, widgets.VBox)
    assert repr(explorer) == "ActivationExplorer('small', image=0, layer='conv_1', channel=0)"


def test_what_it_gives_equals_what_the_model_gives(
    explorer: ActivationExplorer, model: keras.Model
) -> None:
    picture = Image.fromarray(PICTURES["second"])
    model_input = np.asarray(picture, np.float32)[None] / np.float32(255)
    explorer.image, explorer.layer, explorer.channel = 1, "conv_2", 3
    plain = keras.Model(model.inputs[0], [layer.output for layer in model.layers])(model_input)
    assert np.array_equal(explorer.activation, np.asarray(plain[2])[0])
    assert np.array_equal(explorer.feature_map, np.asarray(plain[2])[0, :, :, 3])
    assert np.array_equal(explorer.predictions, np.asarray(plain[4])[0])
    assert explorer.activation.shape == (5, 5, 4)


def test_the_controls_are_labelled_and_follow_the_traits(explorer: ActivationExplorer) -> None:
    images, layers = driver.control(explorer, "Image"), driver.control(explorer, "Layer")
    (slider,) = find(widgets.IntSlider, explorer)
    (box,) = find(widgets.BoundedIntText, explorer)
    assert (images.description, layers.description, box.description) == (
        "Image", "Layer", "Channel",
    )  # fmt: skip
    assert layers.options[2][0] == "conv_2 · Conv2D · 5 × 5 × 4"
    explorer.image, explorer.layer, explorer.channel = 2, "conv_2", 3
    assert images.label == "third"
    assert layers.label == "conv_2 · Conv2D · 5 × 5 × 4"
    assert (slider.value, slider.max, box.value, box.max) == (3, 3, 3, 3)
    explorer.layer = "flatten"
    assert box.description == "Unit"


def test_a_volume_has_one_more_slider_and_other_layers_have_none() -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 8, 8, 1)),
            keras.layers.Conv3D(4, 3, padding="same", name="volume"),
            keras.layers.GlobalMaxPooling3D(name="units"),
        ]
    )
    explorer = ActivationExplorer(model, RNG.random((2, 6, 8, 8, 1), dtype=np.float32))
    _, slider = find(widgets.IntSlider, explorer)
    _, box = find(widgets.BoundedIntText, explorer)
    assert (box.description, slider.max) == ("Slice", 5)
    slider.value = 4
    assert explorer.slice == 4
    assert np.array_equal(explorer.feature_map, explorer.activation[4, :, :, 0])
    assert "slice 4 of 6" in explorer.figure.axes[1].get_title()
    explorer.layer = "units"
    assert len(find(widgets.IntSlider, explorer)) == 1
    assert explorer.slice == 0
    explorer.layer = "volume"
    assert len(find(widgets.IntSlider, explorer)) == 2
    explorer.close()


def test_the_traits_follow_the_controls(explorer: ActivationExplorer) -> None:
    images, layers = driver.control(explorer, "Image"), driver.control(explorer, "Layer")
    (slider,) = find(widgets.IntSlider, explorer)
    (box,) = find(widgets.BoundedIntText, explorer)
    previous = driver.control(explorer, "Previous")
    following = driver.control(explorer, "Next")
    images.value = 1
    layers.value = 2
    slider.value = 2
    assert (explorer.image, explorer.layer, explorer.channel) == (1, "conv_2", 2)
    box.value = 1
    assert (explorer.channel, slider.value) == (1, 1)
    following.click()
    assert explorer.image == 2
    assert following.disabled
    previous.click()
    previous.click()
    assert explorer.image == 0
    assert previous.disabled


def test_the_channel_is_clamped_when_the_layer_has_fewer(explorer: ActivationExplorer) -> None:
    explorer.channel = 7
    seen = []
    explorer.observe(lambda change: seen.append((explorer.layer, explorer.channel)), "layer")
    explorer.layer = "conv_2"
    assert explorer.channel == 3
    assert seen == [("conv_2", 3)]
    explorer.image = 2
    assert (explorer.layer, explorer.channel) == ("conv_2", 3)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("channel", 8, r"channel was set to 8; 'conv_1' has 8 channels, so choose 0 to 7"),
        ("channel", -1, r"channel was set to -1"),
        ("image", 3, r"image was set to 3; there are 3 pictures, so choose 0 to 2"),
        ("layer", "conv", r"no layer 'conv'; the nearest are 'conv_2', 'conv_1'"),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_changes(
    explorer: ActivationExplorer, name: str, value: object, sentence: str
) -> None:
    before = status(explorer)
    with pytest.raises(ValueError, match=sentence):
        setattr(explorer, name, value)
    assert (explorer.image, explorer.layer, explorer.channel) == (0, "conv_1", 0)
    assert status(explorer) == before


def test_a_channel_may_be_a_numpy_integer(explorer: ActivationExplorer) -> None:
    explorer.channel = np.argmax([0, 1, 5, 2])
    assert explorer.channel == 2
    with pytest.raises(TypeError, match="an index"):
        explorer.channel = 1.5


def test_the_figure_shows_the_picture_of_the_user_and_the_map(
    explorer: ActivationExplorer,
) -> None:
    picture_axes, map_axes = explorer.figure.axes[:2]
    explorer.image, explorer.layer, explorer.channel = 2, "conv_2", 1
    assert np.array_equal(picture_axes.images[0].get_array(), PICTURES["third"])
    assert np.array_equal(map_axes.images[0].get_array(), explorer.feature_map)
    assert picture_axes.get_title() == "third"
    assert map_axes.get_title() == "conv_2 · channel 1 of 4"


def test_the_status_says_what_is_shown_and_what_the_model_saw(
    explorer: ActivationExplorer,
) -> None:
    explorer.channel = 5
    values = explorer.feature_map
    text = status(explorer)
    assert "conv_1, channel 5 of 8 (0–7)" in text
    assert f"min {values.min():.4g} · mean {values.mean(dtype=float):.4g}" in text
    assert f"max {values.max():.4g} · {(values == 0).mean():.1%} zeros" in text
    probability = float(explorer.predictions[0])
    name = "dog" if probability >= 0.5 else "cat"
    assert f"The model predicts {name} ({max(probability, 1 - probability):.1%})." in text
    assert "(1, 16, 16, 3) float32" in text
    assert "divided by 255" in text


def test_text_from_the_user_is_shown_as_text(model: keras.Model) -> None:
    explorer = ActivationExplorer(
        model, {"<img src=x>": PICTURES["first"]}, class_names=["<b>cat</b>", "<b>dog</b>"]
    )
    assert "<b>" not in driver.status_of(explorer).value
    assert "&lt;b&gt;" in driver.status_of(explorer).value
    explorer.close()


def test_one_pass_a_picture_serves_all_layers_and_channels(model: keras.Model) -> None:
    explorer = ActivationExplorer(model, PICTURES)
    for image in (0, 1, 0, 2, 1):
        explorer.image = image
        for info in explorer.layers:
            explorer.layer = info.path
            explorer.channel = info.output_shape[-1] - 1
    assert driver.forward_passes(explorer) == 3
    explorer.close()


def test_a_small_memory_budget_is_kept_and_said(model: keras.Model) -> None:
    explorer = ActivationExplorer(model, PICTURES, memory_budget=12_000)
    for info in explorer.layers:
        explorer.layer = info.path
        assert explorer.activation.shape == info.output_shape[1:]
    assert driver.cache_of(explorer).nbytes <= 12_000
    assert "memory_budget" in status(explorer)
    explorer.close()


def test_chosen_layers_alone_are_offered(model: keras.Model) -> None:
    explorer = ActivationExplorer(model, PICTURES, layers=["conv_2", "out"])
    assert [info.path for info in explorer.layers] == ["conv_2", "out"]
    assert explorer.layer == "conv_2"
    assert explorer.predictions.shape == (1,)
    explorer.close()


def test_an_error_behind_a_control_is_shown_and_the_explorer_goes_on(
    model: keras.Model, tmp_path: Path
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(PICTURES["second"]).save(tmp_path / name)
    broken = (tmp_path / "b.png").read_bytes()
    (tmp_path / "b.png").write_bytes(broken[: len(broken) // 2])
    explorer = ActivationExplorer(model, tmp_path)
    _, following = find(widgets.Button, explorer)
    following.click()
    assert "b.png" in status(explorer)
    assert "truncated" in status(explorer)
    assert "still shows a.png" in status(explorer)
    with pytest.raises(ValueError, match=r"b\.png"):
        _ = explorer.activation
    following.click()
    assert explorer.image == 2
    assert "truncated" not in status(explorer)
    assert explorer.figure.axes[0].get_title() == "c.png"
    explorer.close()


def test_a_folder_whose_first_file_is_broken_still_opens(
    model: keras.Model, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"nothing")
    Image.fromarray(PICTURES["second"]).save(tmp_path / "b.png")
    explorer = ActivationExplorer(model, tmp_path)
    assert explorer.image == 1
    explorer.close()


def test_a_preprocess_that_raises_is_named_at_the_call_and_leaves_nothing(
    model: keras.Model,
) -> None:
    before = set(_instances)

    def broken(pixels: np.ndarray) -> np.ndarray:
        raise KeyError("mean")

    with pytest.raises(ValueError, match="preprocess raised KeyError for the picture 'first'"):
        ActivationExplorer(model, PICTURES, preprocess=broken)
    assert set(_instances) == before


@pytest.mark.parametrize(
    ("changes", "kind", "sentence"),
    [
        ({"model": "model.keras"}, TypeError, "a keras.Model is wanted"),
        ({"images": []}, ValueError, "no pictures"),
        ({"images": np.zeros((5, 5, 3))}, ValueError, r"\(5, 5, 3\).*takes \(16, 16, 3\)"),
        ({"images": "nowhere.png"}, ValueError, "nowhere.png"),
        ({"images": np.array(["a"])}, TypeError, "numbers are wanted"),
        ({"images": np.full((16, 16, 3), np.nan, np.float32)}, ValueError, "NaN"),
        ({"class_names": ["a", "b", "c"]}, ValueError, "3 names.*2 classes"),
        ({"layers": ["no_such"]}, ValueError, "no layer 'no_such'"),
        ({"cmap": "rainbows"}, ValueError, "no colour map 'rainbows'"),
        ({"preprocess": 3}, TypeError, "a function is wanted"),
        ({"preprocess": lambda x: x[:, :4]}, ValueError, r"shape \(1, 4, 16, 3\)"),
        ({"memory_budget": 0}, ValueError, "memory_budget is 0"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_input_is_refused_in_a_sentence_and_nothing_is_left(
    model: keras.Model, changes: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    before = set(_instances)
    arguments: dict[str, Any] = {"model": model, "images": PICTURES} | changes
    with pytest.raises(kind, match=sentence):
        ActivationExplorer(arguments.pop("model"), arguments.pop("images"), **arguments)
    gc.collect()
    assert set(_instances) == before


def test_a_warning_is_shown_when_what_the_model_saw_cannot_be_right() -> None:
    model = keras.Sequential(
        [keras.Input((16, 16, 3)), keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(2, 3)]
    )
    explorer = ActivationExplorer(model, RNG.random((16, 16, 3), dtype=np.float32))
    assert driver.sentences(explorer)[0].startswith("⚠ This model scales pixels itself")
    explorer.close()
    explorer = ActivationExplorer(model, PICTURES["first"])
    assert "⚠" not in status(explorer)
    explorer.close()


def test_traits_can_be_linked(model: keras.Model) -> None:
    one, other = (ActivationExplorer(model, PICTURES) for _ in range(2))
    link = traitlets.link((one, "channel"), (other, "channel"))
    one.channel = 4
    assert other.channel == 4
    assert other.figure.axes[1].get_title() == "conv_1 · channel 4 of 8"
    link.unlink()
    one.close()
    other.close()


def test_what_another_thread_sets_is_drawn_by_the_owner(explorer: ActivationExplorer) -> None:
    threads: list[threading.Thread] = []
    driver.watch_drawing(explorer, lambda: threads.append(threading.current_thread()))
    other = threading.Thread(target=lambda: setattr(explorer, "channel", 6))
    other.start()
    other.join()
    assert explorer.channel == 6
    assert explorer.figure.axes[1].get_title() == "conv_1 · channel 6 of 8"
    assert threads == [threading.current_thread()]


def test_another_thread_may_read_what_is_kept_while_the_owner_waits_for_it(
    explorer: ActivationExplorer,
) -> None:
    read: list[np.ndarray] = []

    async def cell() -> None:
        other = threading.Thread(target=lambda: read.append(explorer.feature_map))
        other.start()
        other.join()

    asyncio.run(cell())
    assert np.array_equal(read[0], explorer.feature_map)


def test_an_explorer_outlives_the_thread_it_was_built_on(model: keras.Model) -> None:
    built: list[ActivationExplorer] = []
    builder = threading.Thread(target=lambda: built.append(ActivationExplorer(model, PICTURES)))
    builder.start()
    builder.join()
    built[0].channel = 5
    assert built[0].figure.axes[1].get_title() == "conv_1 · channel 5 of 8"
    assert "channel 5 of 8" in status(built[0])
    built[0].close()


def test_what_is_kept_cannot_be_changed_by_hand(explorer: ActivationExplorer) -> None:
    with pytest.raises(ValueError, match="read-only"):
        explorer.feature_map[:] = 0


def test_a_change_that_is_refused_at_the_end_of_a_hold_is_taken_back(
    explorer: ActivationExplorer,
) -> None:
    def change_together() -> None:
        with explorer.hold_trait_notifications():
            explorer.channel = 60
            explorer.layer = "zzz"

    with pytest.raises(ValueError, match="no layer 'zzz'"):
        change_together()
    assert (explorer.layer, explorer.channel) == ("conv_1", 0)
    assert explorer.feature_map.shape == (14, 14)


def test_a_picture_that_the_model_cannot_take_is_refused_in_a_sentence() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Reshape((768,))])
    with pytest.raises(ValueError, match=r"cannot take the picture 'picture 0', given as \(1, 2,"):
        ActivationExplorer(model, np.zeros((2, 2, 3), np.uint8))


def test_the_first_view_is_of_a_layer_that_does_something() -> None:
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            keras.layers.RandomFlip(),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(2, 3, name="conv"),
        ]
    )
    explorer = ActivationExplorer(model, PICTURES)
    assert explorer.layer == "conv"
    assert "⚠" not in status(explorer)
    assert "left to the model to scale" in status(explorer)
    explorer.close()


def test_save_writes_the_figure_of_the_current_choice(
    explorer: ActivationExplorer, tmp_path: Path
) -> None:
    explorer.channel = 2
    for name in ("figure.png", "figure.svg", "figure.pdf"):
        explorer.save(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1000
    with Image.open(tmp_path / "figure.png") as figure:
        assert figure.size == (850, 425)
    with pytest.raises(ValueError, match="xyz"):
        explorer.save(tmp_path / "figure.xyz")


def test_its_display_holds_a_png_of_the_figure(explorer: ActivationExplorer) -> None:
    import base64
    import io

    explorer.channel = 3
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    png = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("RGB")
    buffer = io.BytesIO()
    explorer.figure.savefig(buffer, format="png", dpi="figure")
    assert np.array_equal(np.asarray(png), np.asarray(Image.open(buffer).convert("RGB")))


def test_a_closed_explorer_says_so(model: keras.Model) -> None:
    explorer = ActivationExplorer(model, PICTURES)
    explorer.close()
    explorer.close()
    assert repr(explorer) == "ActivationExplorer(closed)"
    for name in ("figure", "activation", "feature_map", "predictions", "images"):
        with pytest.raises(RuntimeError, match="was closed"):
            getattr(explorer, name)


def test_of_a_closed_explorer_traits_are_read_and_not_set(model: keras.Model) -> None:
    with ActivationExplorer(model, PICTURES) as explorer:
        explorer.image, explorer.layer, explorer.view = 1, "conv_2", "layer"
    assert (explorer.image, explorer.layer, explorer.view) == (1, "conv_2", "layer")
    for name, value in (("image", 0), ("layer", "conv_1"), ("opacity", 0.5), ("playing", True)):
        with pytest.raises(RuntimeError, match="was closed"):
            setattr(explorer, name, value)
    with pytest.raises(RuntimeError, match="was closed"), explorer:
        pass


def test_a_closed_explorer_that_a_variable_holds_keeps_no_array_and_no_figure(
    model: keras.Model,
) -> None:
    explorer = ActivationExplorer(model, PICTURES)
    for view in VIEWS:
        explorer.view = view
    explorer._repr_mimebundle_()
    held = [
        weakref.ref(part)
        for part in (
            explorer.figure,
            driver.canvas_of(explorer),
            driver.page_link_of(explorer),
            driver.source_of(explorer),
            explorer.activation,
        )
    ]
    explorer.close()
    gc.collect()
    assert [reference() for reference in held if reference() is not None] == []
    assert explorer.view == list(VIEWS)[-1]


@pytest.mark.slow
def test_twenty_explorers_made_and_closed_leave_nothing_behind(model: keras.Model) -> None:
    before = set(_instances)
    references: list[weakref.ref[Any]] = []
    for _ in range(20):
        explorer = ActivationExplorer(model, PICTURES)
        explorer.image, explorer.layer = 1, "conv_2"
        explorer._repr_mimebundle_()
        references += [
            weakref.ref(held)
            for held in (
                explorer,
                explorer.figure,
                driver.canvas_of(explorer),
                driver.canvas_of(explorer).toolbar,
                explorer.activation_model,
                driver.kept_pass(explorer, 1, "conv_2").activations["conv_2"],
                driver.kept_pass(explorer, 1, "conv_2").picture.view.pixels,
            )
        ]
        explorer.close()
    del explorer
    gc.collect()
    assert [reference() for reference in references if reference() is not None] == []
    assert set(_instances) == before
