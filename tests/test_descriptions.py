import numpy as np
import pytest

from actviz_widgets.descriptions import class_line, layer_entry, layer_line, map_title


@pytest.mark.parametrize(
    ("path", "class_name", "output_shape", "expected"),
    [
        ("conv2d_3", "Conv2D", (None, 34, 34, 128), "conv2d_3 · Conv2D · 34 × 34 × 128"),
        ("backbone/conv", "Conv2D", (None, None, None, 8), "backbone/conv · Conv2D · ? × ? × 8"),
        ("dense", "Dense", (None, 512), "dense · Dense · 512"),
        ("loss", "Lambda", (None,), "loss · Lambda · a number"),
        ("loss", "Lambda", (), "loss · Lambda · a number"),
    ],
)
def test_a_layer_to_choose_is_told_with_its_kind_and_size(
    path: str, class_name: str, output_shape: tuple[int | None, ...], expected: str
) -> None:
    assert layer_entry(path, class_name, output_shape) == expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((34, 34, 128), "conv · channel 17 of 128"),
        ((512,), "conv · unit 17 of 512"),
        ((20, 64), "conv · channel 17 of 64"),
    ],
)
def test_the_title_of_a_map_counts_the_channels(shape: tuple[int, ...], expected: str) -> None:
    assert map_title("conv", shape, 17) == expected


def test_a_feature_map_is_told_with_its_statistics() -> None:
    activation = np.zeros((2, 2, 3))
    activation[:, :, 1] = [[0, -2], [0, 6]]
    assert layer_line("conv", activation, 1) == (
        "conv, channel 1 of 3 (0–2) · min -2 · mean 1 · max 6 · 50.0% zeros"
    )


def test_a_unit_is_told_with_its_value_and_the_statistics_of_all() -> None:
    activation = np.array([0.0, 2.5, 0.0, 1.5])
    assert layer_line("dense", activation, 1) == (
        "dense, unit 1 of 4 (0–3) · value 2.5; all units · min 0 · mean 1 · max 2.5 · 50.0% zeros"
    )


def test_units_are_counted_without_what_fills_their_last_row() -> None:
    line = layer_line("dense", np.ones(50), 49)
    assert "mean 1 · max 1 · 0.0% zeros" in line
    assert "NaN" not in line


def test_the_statistics_beside_a_channel_of_a_sequence_say_what_they_are_of() -> None:
    activation = np.array([[1.0, 100.0], [3.0, 100.0]])
    line = layer_line("lstm", activation, 0)
    assert line.startswith("lstm, channel 0 of 2 (0–1) · ")
    of_the_channel = "min 1 · mean 2 · max 3" in line
    assert of_the_channel or "all channels" in line


def test_of_a_3d_layer_the_slice_on_show_is_told() -> None:
    # A map shows 1 of the 8 slices: what is left out is counted on screen.
    line = layer_line("conv3d", np.zeros((8, 2, 2, 3)), 1)
    assert "of 8" in line


def test_values_that_are_not_finite_are_counted() -> None:
    activation = np.ones((2, 2, 1))
    activation[0] = np.nan
    assert layer_line("conv", activation, 0).endswith("max 1 · 0.0% zeros · 2 NaN or infinite")


def test_a_single_number_can_be_told() -> None:
    assert layer_line("loss", np.array(2.0), 0) == (
        "loss, channel 0 of 1 (0–0) · min 2 · mean 2 · max 2 · 0.0% zeros"
    )


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
        (np.array([np.nan, 0.1]), "softmax", ""),
        (np.zeros((4, 4)), "softmax", ""),
        (None, None, ""),
    ],
)
def test_the_predicted_class_is_told_where_there_is_one(
    predictions: np.ndarray | None, activation_function: str | None, expected: str
) -> None:
    assert class_line(predictions, ("cat", "dog"), activation_function) == expected
