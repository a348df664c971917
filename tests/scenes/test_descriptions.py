from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout import Shape
from actviz_widgets.feature_maps.layout_of import layout_of
from actviz_widgets.model.outputs import Kind, Output
from actviz_widgets.scenes.descriptions import (
    class_line,
    label_line,
    layer_entry,
    layer_line,
    map_title,
)

PLAIN = LayerRole()


def line(path: str, activation: np.ndarray, channel: int = 0, at: int = 0, **role: Any) -> str:
    layout = layout_of(activation.shape, LayerRole(**role), activation.dtype)
    return layer_line(path, layout, activation, channel, at)


@pytest.mark.parametrize(
    ("path", "class_name", "shape", "expected"),
    [
        ("conv2d_3", "Conv2D", (34, 34, 128), "conv2d_3 · Conv2D · 34 × 34 × 128"),
        ("backbone/conv", "Conv2D", (None, None, 8), "backbone/conv · Conv2D · ? × ? × 8"),
        ("dense", "Dense", (512,), "dense · Dense · 512"),
        ("loss", "Lambda", (), "loss · Lambda · a number"),
    ],
)
def test_a_layer_to_choose_is_told_with_its_kind_and_size(
    path: str, class_name: str, shape: Shape, expected: str
) -> None:
    assert layer_entry(path, class_name, shape) == expected


@pytest.mark.parametrize(
    ("shape", "role", "expected"),
    [
        ((34, 34, 128), PLAIN, "conv · channel 17 of 128"),
        ((128, 34, 34), LayerRole(channels_first=True), "conv · channel 17 of 128"),
        ((512,), PLAIN, "conv · unit 17 of 512"),
        ((20, 64), PLAIN, "conv · channel 17 of 64"),
        ((20, 9, 9), LayerRole(is_attention=True), "conv · head 17 of 20"),
        ((197, 64), LayerRole(may_be_tokens=True, grid=(14, 14)), "conv · channel 17 of 64"),
        ((6, 9, 9, 32), PLAIN, "conv · channel 17 of 32 · slice 3 of 6"),
        ((1, 9, 9, 32), PLAIN, "conv · channel 17 of 32"),
        ((), PLAIN, "conv"),
    ],
)
def test_the_title_of_a_map_counts_what_is_chosen(
    shape: Shape, role: LayerRole, expected: str
) -> None:
    assert map_title("conv", layout_of(shape, role, "float32"), 17, 3) == expected


def test_the_title_of_texts_is_the_layer() -> None:
    assert map_title("vectorize", layout_of((20,), PLAIN, "string"), 0, 0) == "vectorize"


def test_a_feature_map_is_told_with_its_statistics() -> None:
    activation = np.zeros((2, 2, 3))
    activation[:, :, 1] = [[0, -2], [0, 6]]
    expected = "conv, channel 1 of 3 (0–2) · min -2 · mean 1 · max 6 · 50.0% zeros"
    assert line("conv", activation, 1) == expected
    assert line("conv", activation.transpose(2, 0, 1), 1, channels_first=True) == expected


def test_a_unit_is_told_with_its_value_and_the_statistics_of_all() -> None:
    activation = np.array([0.0, 2.5, 0.0, 1.5])
    assert line("dense", activation, 1) == (
        "dense, unit 1 of 4 (0–3) · value 2.5; all units · min 0 · mean 1 · max 2.5 · 50.0% zeros"
    )


def test_units_are_counted_without_what_fills_their_last_row() -> None:
    told = line("dense", np.ones(50), 49)
    assert "mean 1 · max 1 · 0.0% zeros" in told
    assert "NaN" not in told


def test_the_statistics_beside_a_channel_of_a_sequence_are_of_that_channel() -> None:
    activation = np.array([[1.0, 100.0], [3.0, 100.0]])
    expected = "lstm, channel 0 of 2 (0–1) · min 1 · mean 2 · max 3 · 0.0% zeros"
    assert line("lstm", activation, 0) == expected
    assert line("lstm", activation.T, 0, channels_first=True) == expected


def test_of_a_volume_the_slice_on_show_is_told_with_its_own_statistics() -> None:
    activation = np.zeros((8, 2, 2, 3))
    activation[5, :, :, 1] = [[0, -2], [0, 6]]
    assert line("conv3d", activation, 1, 5) == (
        "conv3d, channel 1 of 3 (0–2) · slice 5 of 8 · min -2 · mean 1 · max 6 · 50.0% zeros"
    )


def test_of_attention_scores_the_head_is_told_with_its_own_statistics() -> None:
    activation = np.stack([np.eye(4), np.full((4, 4), 0.25)])
    told = line("attention:1", activation, 1, is_attention=True)
    assert told == ("attention:1, head 1 of 2 (0–1) · min 0.25 · mean 0.25 · max 0.25 · 0.0% zeros")


def test_the_statistics_of_tokens_are_of_all_of_them() -> None:
    activation = np.ones((17, 2))
    activation[0, 1] = 18
    told = line("block", activation, 1, may_be_tokens=True, grid=(4, 4))
    assert told == "block, channel 1 of 2 (0–1) · min 1 · mean 2 · max 18 · 0.0% zeros"


def test_values_that_are_not_finite_are_counted() -> None:
    activation = np.ones((2, 2, 1))
    activation[0] = np.nan
    assert line("conv", activation).endswith("max 1 · 0.0% zeros · 2 NaN or infinite")


def test_a_single_number_can_be_told() -> None:
    assert line("loss", np.array(2.0)) == "loss · min 2 · mean 2 · max 2 · 0.0% zeros"


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (np.array([["cat", "dog"]]), "lookup, shape (1, 2), <U3"),
        (np.zeros((0, 4, 3), np.float32), "lookup, shape (0, 4, 3), float32"),
        (np.ones((2, 2, 1), np.complex64), "lookup, shape (2, 2, 1), complex64"),
    ],
)
def test_what_has_no_statistics_is_told_with_shape_and_dtype(
    activation: np.ndarray, expected: str
) -> None:
    assert line("lookup", activation) == expected


@pytest.mark.parametrize(
    ("predictions", "activation_function", "expected"),
    [
        (np.array([0.9]), "sigmoid", "The model predicts dog (90.0%)."),
        (np.array([0.1]), "sigmoid", "The model predicts cat (90.0%)."),
        (
            np.array([3.0, -1.0]),
            "linear",
            "The model predicts cat (score 3; the model gives no probabilities).",
        ),
        (
            np.array([np.nan, 0.1]),
            "softmax",
            "The model puts out NaN, which speaks for no class.",
        ),
        (np.zeros((4, 4)), "softmax", ""),
        (None, None, ""),
        (np.array(["cat"]), None, ""),
        (np.ones(2, np.complex64), None, ""),
    ],
)
def test_the_predicted_class_is_told_where_there_is_one(
    predictions: Any, activation_function: str | None, expected: str
) -> None:
    shape = (None, *getattr(predictions, "shape", ()))
    output = Output("", shape, "unknown", activation_function).with_names()
    assert class_line(predictions, [output], ("cat", "dog")) == expected


@pytest.mark.parametrize(
    "predictions",
    [
        {"a": np.array([0.9]), "b": np.array([0.1])},
        [np.array([0.9]), np.array([0.1])],
        (np.array([0.9]), np.array([0.1])),
    ],
)
def test_of_several_outputs_their_number_is_told(predictions: Any) -> None:
    outputs = [Output(name, (None, 1), "any classes", "sigmoid") for name in "ab"]
    told = class_line(predictions, outputs, None)
    assert told == (
        "The model has 2 outputs; each is a layer to choose, and explorer.output says which one "
        "the view why explains."
    )


def test_a_model_that_puts_out_one_number_is_told_with_it() -> None:
    output = Output("", (None, 1), "numbers", "linear", "it is a single number")
    assert class_line(np.array([-37.25]), [output], None) == "The model puts out -37.25."


def test_of_classes_that_are_independent_all_from_a_half_up_are_told_or_none() -> None:
    output, names = Output("", (None, 3), "any classes", "sigmoid"), ("cat", "dog", "indoor")
    told = class_line(np.array([0.5, 0.1, 0.75]), [output], names)
    assert told == "The model predicts indoor (75.0%) and cat (50.0%)."
    told = class_line(np.array([0.2, 0.1, 0.4]), [output], names)
    assert told == "The model predicts none of its 3 classes: the most, 40.0%, goes to indoor."


@pytest.mark.parametrize(
    ("kind", "reason", "expected"),
    [
        ("numbers", "so", "The model puts out 3 numbers; they are no classes: so."),
        ("unknown", "so", "whether they stand for classes is not known: so. Give class_names"),
    ],
)
def test_numbers_are_not_called_classes(kind: Any, reason: str, expected: str) -> None:
    output = Output("", (None, 3), kind, "linear", reason)
    assert expected in class_line(np.array([0.5, 0.1, 0.75]), [output], None)


@pytest.mark.parametrize(
    ("label", "kind", "names", "line"),
    [
        (None, "one class", None, ""),
        (1, "one class", ("cat", "dog"), "Labelled dog."),
        (1, "one class", None, "Labelled class 1."),
        (7, "one class", ("cat", "dog"), "Labelled class 7."),
        ("dogs", "one class", ("cat", "dog"), "Labelled dogs."),
        (1, "numbers", None, "Labelled 1."),
    ],
)
def test_the_label_of_a_picture_is_named_as_its_class_is(
    label: str | int | None, kind: Kind, names: Sequence[str] | None, line: str
) -> None:
    output = Output("", (None, 2), kind, "softmax")
    assert label_line(label, (output,), names) == line
