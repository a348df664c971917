"""The why view from code: what is explained of a model, and why not where nothing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer

from . import driver

L = keras.layers
PICTURES = np.random.default_rng(5).random((2, 20, 24, 3), dtype=np.float32)


def model_of(end: Callable[[Any], Any], shape: tuple[int, ...] = (20, 24, 3)) -> keras.Model:
    keras.utils.set_random_seed(3)
    inputs = keras.Input(shape)
    x = L.Conv2D(6, 3, activation="relu", padding="same", name="first")(inputs)
    x = L.Conv2D(5, 3, activation="relu", padding="same", name="second")(x)
    return keras.Model(inputs, end(x))


def classifier(activation: str = "softmax", units: int = 3) -> keras.Model:
    return model_of(
        lambda x: L.Dense(units, activation, name="out")(L.GlobalAveragePooling2D(name="mean")(x))
    )


def two_outputs() -> keras.Model:
    def end(x: Any) -> Any:
        x = L.GlobalAveragePooling2D(name="mean")(x)
        return {
            "age": L.Dense(1, name="age_head")(x),
            "sort": L.Dense(3, "softmax", name="sort_head")(x),
        }

    return model_of(end)


def segmentation() -> keras.Model:
    return model_of(lambda x: L.Conv2D(4, 1, activation="softmax", name="mask")(x))


def words(explorer: ActivationExplorer) -> str:
    """Gives the words in the figure, without its line breaks."""
    texts = [text.get_text() for axes in explorer.figure.axes for text in axes.texts]
    return " ".join(texts).replace("\n", " ")


def said(explorer: ActivationExplorer) -> str:
    return " ".join(driver.sentences(explorer))


@pytest.fixture
def opened() -> Any:
    """Opens explorers, and closes them."""
    made: list[ActivationExplorer] = []

    def open_on(model: keras.Model, **options: Any) -> ActivationExplorer:
        made.append(ActivationExplorer(model, options.pop("images", PICTURES), **options))
        return made[-1]

    yield open_on
    for explorer in made:
        explorer.close()


def test_it_opens_on_the_last_layer_with_maps_before_the_classes(opened: Any) -> None:
    for model in (classifier(), segmentation()):
        explorer = opened(model)
        assert explorer.layer == "first"
        explorer.view = "why"
        assert explorer.layer == "second"


def test_a_layer_that_was_chosen_stays(opened: Any) -> None:
    explorer = opened(classifier())
    explorer.layer = "first"  # which it is
    explorer.view = "why"
    assert explorer.layer == "first"


def test_of_several_outputs_one_has_to_be_chosen_and_is_explained(opened: Any) -> None:
    model = two_outputs()
    explorer = opened(model)
    explorer.view = "why"
    assert "has 2 outputs: choose the one to explain, 'age', 'sort'" in words(explorer)
    explorer.output = "sort"
    share = np.asarray(model(PICTURES[:1])["sort"])[0]
    assert f"Evidence for class {share.argmax()}: probability {share.max():.1%}" in said(explorer)
    explorer.class_index = 2
    assert f"Evidence for class 2: probability {share[2]:.1%}" in said(explorer)
    explorer.output = 0  # by its index; the class was one of another output
    age = float(np.asarray(model(PICTURES[:1])["age"])[0, 0])
    assert (explorer.output, explorer.class_index) == ("age", None)
    assert f"Evidence for age: score {age:.4g}." in said(explorer)
    with pytest.raises(ValueError, match="choose one of 'age', 'sort', or None"):
        explorer.output = "weight"
    with pytest.raises(ValueError, match="Leave it None"):
        opened(classifier()).output = "out"


def test_a_class_of_a_mask_is_explained_as_the_mean_or_at_a_place(opened: Any) -> None:
    model = segmentation()
    names = ["sky", "road", "tree", "house"]
    explorer = opened(model, class_names=names)
    explorer.view = "why"
    mask = np.asarray(model(PICTURES[:1]))[0]
    mean = mask.mean((0, 1))
    assert f"Evidence for {names[mean.argmax()]}, the mean over all places" in said(explorer)
    assert f"probability {mean.max():.1%}" in said(explorer)
    explorer.output_place = 3, 5
    here = mask[3, 5]
    assert f"Evidence for {names[here.argmax()]} at row 3, column 5" in said(explorer)
    assert f"probability {here.max():.1%}" in said(explorer)
    # Only what the place sees speaks for it: a 1 × 1 kernel sees one position.
    evidence = explorer._presenter.shown.explanations.evidence(0, "second", 1, 0, (3, 5))
    assert set(zip(*np.nonzero(np.abs(evidence.gradient[0]).sum(-1)), strict=True)) == {(3, 5)}
    with pytest.raises(ValueError, match="20 × 24 places, counted from 0"):
        explorer.output_place = 20, 0


def test_names_of_a_mask_are_those_of_its_channels(opened: Any) -> None:
    names = ["sky", "road", "tree", "house"]
    explorer = opened(segmentation(), class_names=names)
    explorer.layer, explorer.channel = "mask", 2
    assert "mask, channel 2 of 4 (0–3), tree" in said(explorer)
    titles = [axes.get_title() for axes in explorer.figure.axes]
    assert "mask · channel 2 of 4 · tree" in titles
    with pytest.raises(ValueError, match=r"output has 4 channels\. Give 4 names"):
        opened(segmentation(), class_names=["cat", "dog"])


def test_with_names_no_line_says_class_0(opened: Any) -> None:
    explorer = opened(classifier(), class_names=["a", "b", "c"])
    for layer in ("second", "mean", "out"):
        explorer.layer = layer
        for view in ("channel", "layer", "why"):
            explorer.view = view
            assert "class 0" not in said(explorer) + words(explorer)


@pytest.mark.parametrize(
    ("end", "loss", "reason"),
    [
        (
            lambda x: L.Conv2D(3, 1, activation="tanh")(x),
            None,
            "its channels are no classes",
        ),
        (
            lambda x: L.Dense(6)(L.GlobalAveragePooling2D()(x)),
            "mse",
            "6 numbers; they are no classes: it is trained with mean squared error",
        ),
        (
            lambda x: L.UnitNormalization()(L.Dense(6)(L.GlobalAveragePooling2D()(x))),
            None,
            "its last layer is a UnitNormalization",
        ),
        (lambda x: L.Dense(1)(L.GlobalAveragePooling2D()(x)), None, "it puts out a single number"),
        (
            lambda x: L.Dense(6)(L.GlobalAveragePooling2D()(x)),
            None,
            "whether they stand for classes is not known",
        ),
    ],
)
def test_the_true_reason_is_said_where_there_is_no_class(
    opened: Any, end: Any, loss: str | None, reason: str
) -> None:
    model = model_of(end)
    if loss is not None:
        model.compile(loss=loss)
    explorer = opened(model)
    assert "predicts class" not in said(explorer)
    explorer.view = "why"
    assert reason in words(explorer)


def test_nan_is_named_as_the_reason(opened: Any) -> None:
    model = classifier()
    model.get_layer("second").bias.assign(np.full(5, np.nan))
    explorer = opened(model, class_names=["a", "b", "c"])
    assert "The model puts out NaN, which speaks for no class." in said(explorer)
    explorer.view = "why"
    assert "The model puts out NaN for this picture" in words(explorer)


def test_classes_of_which_none_is_likely_are_left_to_choose(opened: Any) -> None:
    model = classifier("sigmoid")
    model.get_layer("out").bias.assign(np.full(3, -50.0))
    explorer = opened(model)
    explorer.view = "why"
    assert "gives none of its 3 classes a probability of 0.5" in words(explorer)
    explorer.class_index = 1
    assert "Evidence for class 1: probability 0.0%" in said(explorer)


def test_evidence_that_is_rounding_is_said_to_be_none_and_stays_pale(opened: Any) -> None:
    model = classifier()
    kernel = model.get_layer("out").kernel
    kernel.assign(np.where(np.arange(5)[:, None] == 1, 1e-16, kernel.numpy()))
    model.get_layer("second").bias.assign(np.full(5, 0.5))
    explorer = opened(model)
    explorer.view, explorer.channel = "why", 1
    assert "There is no evidence in this channel (at most " in said(explorer)
    (image,) = driver.map_axes(explorer).images
    low, high = image.get_clim()
    assert high == -low
    assert high > 1e-3
    explorer.channel = 0
    assert "There is no evidence" not in said(explorer)


def test_a_layer_of_which_nothing_speaks_for_the_class_is_told(opened: Any) -> None:
    model = classifier()
    model.get_layer("second").bias.assign(np.full(5, -50.0))
    explorer = opened(model)
    explorer.view = "why"
    assert "Grad-CAM is empty: nothing at this layer speaks for class" in said(explorer)


def test_the_bare_border_of_an_overlay_is_explained(opened: Any) -> None:
    inputs = keras.Input((20, 24, 3))
    x = L.Conv2D(4, 7, name="inner")(L.Conv2D(4, 3, padding="same", name="same")(inputs))
    model = keras.Model(inputs, L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(x)))
    explorer = opened(model)
    explorer.view = "overlay"
    assert "bare border" not in said(explorer)
    explorer.layer = "inner"
    assert "bare border of the picture" in said(explorer)


def test_code_recreates_the_output_and_its_place(opened: Any) -> None:
    explorer = opened(two_outputs())
    explorer.view, explorer.output, explorer.class_index = "why", "sort", 1
    code = explorer.code()
    assert code.index("output = 'sort'") < code.index("class_index = 1")
    again = opened(segmentation())
    again.view, again.output_place = "why", (3, 5)
    assert "output_place = (3, 5)" in again.code()


def test_float8_gets_a_sentence(opened: Any) -> None:
    model = classifier()
    model.quantize("float8")
    explorer = opened(model)
    explorer.view = "why"
    assert "compute in float8" in words(explorer)
