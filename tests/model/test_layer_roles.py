"""Which part each layer plays, read from real Keras layers in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.model.layer_roles import RoleReader, Shape, is_cell, is_rnn, passes_on

L = keras.layers
PICTURES = np.random.default_rng(0).random((2, 16, 16, 3), dtype=np.float32)


def roles(inputs: Any, outputs: Any) -> dict[str, LayerRole]:
    return roles_of(keras.Model(inputs, outputs))


def roles_of(model: keras.Model) -> dict[str, LayerRole]:
    activation_model = ActivationModel(model)
    return {info.path: activation_model.role(info.path) for info in activation_model.captured}


def sequential(shape: Sequence[int | None], *layers: keras.Layer) -> dict[str, LayerRole]:
    return roles_of(keras.Sequential([keras.Input(tuple(shape)), *layers]))


PASSING = [
    L.Dropout(0.5),
    L.AlphaDropout(0.5),
    L.GaussianDropout(0.5),
    L.GaussianNoise(0.5),
    L.SpatialDropout2D(0.5),
    L.ActivityRegularization(0.1),
    L.Identity(),
    L.RandomFlip(),
    L.RandomRotation(0.2),
    L.RandomZoom(0.2),
    L.RandomContrast(0.2),
    L.RandomBrightness(0.2),
    L.RandomTranslation(0.1, 0.1),
    L.RandomErasing(),
    L.RandomGrayscale(1.0),
    L.RandAugment(),
    L.AugMix(),
    L.MixUp(),
    L.CutMix(),
]
WORKING = [
    L.Rescaling(1 / 255),
    L.Normalization(mean=[0.5] * 3, variance=[0.2] * 3),
    L.CenterCrop(8, 8),
    L.Resizing(8, 8),
    L.Conv2D(2, 3),
    L.DepthwiseConv2D(3),
    L.BatchNormalization(),
    L.LayerNormalization(),
    L.ReLU(),
    L.Activation("tanh"),
    L.MaxPooling2D(),
    L.GlobalAveragePooling2D(),
    L.ZeroPadding2D(),
    L.UpSampling2D(),
    L.Flatten(),
    L.Dense(3),
    L.Permute((3, 1, 2)),
    L.AutoContrast(),
]


def name_of(layer: object) -> str:
    return type(layer).__name__


@pytest.mark.parametrize("layer", PASSING, ids=name_of)
def test_layers_that_work_in_training_alone_pass_on_what_they_are_given(layer: Any) -> None:
    assert passes_on(layer)
    assert np.array_equal(np.asarray(layer(PICTURES, training=False)), PICTURES)


@pytest.mark.parametrize("layer", WORKING, ids=name_of)
def test_layers_that_change_what_they_are_given_do_not_pass_it_on(layer: Any) -> None:
    assert not passes_on(layer)


@pytest.mark.parametrize("layer", [L.SpatialDropout1D(0.5), L.SpatialDropout3D(0.5)], ids=name_of)
def test_dropout_of_any_rank_passes_on(layer: keras.Layer) -> None:
    assert passes_on(layer)


def test_a_layer_made_from_one_that_passes_on_does_so_too() -> None:
    class MonteCarlo(L.Dropout):  # type: ignore[misc]
        pass

    assert passes_on(MonteCarlo(0.5))


def test_inputs_and_dropout_of_a_model_are_told_from_its_other_layers() -> None:
    inputs = keras.Input((16, 16, 3), name="picture")
    x = L.Rescaling(1 / 255, name="scaled")(inputs)
    x = L.Conv2D(2, 3, name="conv")(x)
    x = L.Dropout(0.5, name="dropout")(x)
    read = roles(inputs, L.Flatten(name="flat")(x))
    assert {path for path, role in read.items() if role.passes_on} == {"picture", "dropout"}
    assert set(read) == {"picture", "scaled", "conv", "dropout", "flat"}


@pytest.mark.parametrize(
    "cell",
    [
        L.LSTMCell(3),
        L.GRUCell(3),
        L.SimpleRNNCell(3),
        L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(3)]),
    ],
    ids=name_of,
)
def test_the_cells_of_recurrent_layers_are_known(cell: keras.Layer) -> None:
    assert is_cell(cell)
    assert not is_rnn(cell)
    assert is_rnn(L.RNN(cell))
    assert not is_cell(L.RNN(cell))


def test_a_cell_written_by_hand_is_known() -> None:
    class Cell(keras.Layer):  # type: ignore[misc]
        state_size = 3

    assert is_cell(Cell())


@pytest.mark.parametrize(
    "layer",
    [L.LSTM(3), L.GRU(3), L.SimpleRNN(3), L.ConvLSTM1D(2, 3), L.ConvLSTM2D(2, 3)],
    ids=name_of,
)
def test_recurrent_layers_are_no_cells(layer: keras.Layer) -> None:
    assert is_rnn(layer)
    assert not is_cell(layer)


@pytest.mark.parametrize(
    "layer",
    [L.Dense(3), L.Conv2D(2, 3), L.Bidirectional(L.LSTM(3)), L.TimeDistributed(L.Dense(3))],
    ids=name_of,
)
def test_all_other_layers_are_neither(layer: keras.Layer) -> None:
    assert not is_rnn(layer)
    assert not is_cell(layer)


@pytest.mark.parametrize("data_format", ["channels_first", "channels_last"])
@pytest.mark.parametrize(
    "make",
    [
        lambda data_format: L.Conv2D(2, 3, padding="same", data_format=data_format),
        lambda data_format: L.DepthwiseConv2D(3, padding="same", data_format=data_format),
        lambda data_format: L.MaxPooling2D(data_format=data_format),
        lambda data_format: L.UpSampling2D(data_format=data_format),
        lambda data_format: L.ZeroPadding2D(data_format=data_format),
        lambda data_format: L.BatchNormalization(axis=1 if data_format == "channels_first" else -1),
    ],
)
def test_the_data_format_of_a_layer_is_that_of_those_around_it(make: Any, data_format: str) -> None:
    before, after = L.Activation("relu", name="before"), L.Activation("relu", name="after")
    read = sequential((8, 16, 12), before, make(data_format), after, L.LayerNormalization())
    assert {role.channels_first for role in read.values()} == {data_format == "channels_first"}


@pytest.mark.parametrize(("axis", "first"), [(1, True), (3, False), (-1, False), (-3, True)])
def test_batch_normalisation_tells_the_data_format_by_its_axis(axis: int, first: bool) -> None:
    read = sequential((8, 16, 12), L.BatchNormalization(axis=axis, name="norm"))
    assert read["norm"].channels_first is first


def test_a_model_that_changes_its_data_format_on_the_way_is_followed() -> None:
    read = sequential(
        (16, 16, 3),
        L.Conv2D(4, 3, name="conv"),
        L.Permute((3, 1, 2), name="first"),
        L.ReLU(name="relu_first"),
        L.BatchNormalization(axis=1, name="norm"),
        L.Permute((2, 3, 1), name="last"),
        L.ReLU(name="relu_last"),
    )
    assert {path for path, role in read.items() if role.channels_first} == {
        "first", "relu_first", "norm",
    }  # fmt: skip


def test_a_permutation_of_height_and_width_changes_no_data_format() -> None:
    read = sequential((16, 12, 3), L.Conv2D(4, 3), L.Permute((2, 1, 3)), L.ReLU())
    assert not any(role.channels_first for role in read.values())


def test_series_and_maps_have_data_formats_of_their_own() -> None:
    picture = keras.Input((3, 16, 16), name="picture")
    series = keras.Input((20, 4), name="series")
    maps = L.Conv2D(4, 3, data_format="channels_first", name="maps")(picture)
    steps = L.Conv1D(4, 3, name="steps")(series)
    relu = L.ReLU(name="relu")(maps)
    read = roles([picture, series], [relu, L.ReLU(name="relu_steps")(steps)])
    assert read["maps"].channels_first
    assert read["relu"].channels_first
    assert not read["steps"].channels_first
    assert not read["relu_steps"].channels_first


def test_where_no_layer_tells_the_channels_are_last() -> None:
    read = sequential((16, 16, 3), L.ReLU(), L.Flatten(), L.Dense(2))
    assert not any(role.channels_first for role in read.values())


def settled(*calls: tuple[Any, Shape]) -> list[LayerRole]:
    """Gives the roles of layers that run one after the other, at the end of the run."""
    reader = RoleReader((4,))
    read = [reader.read(layer, None, 0, shape) for layer, shape in calls]
    return reader.settled(read, [shape for _, shape in calls])


FIRST = L.Conv2D(4, 3, data_format="channels_first")
LAST = L.Conv2D(4, 3, data_format="channels_last")
UNTOLD = L.Activation("relu")


def test_what_comes_before_the_first_layer_that_tells_has_its_data_format() -> None:
    read = settled((UNTOLD, (3, 8, 8)), (UNTOLD, (3, 8, 8)), (FIRST, (4, 8, 8)))
    assert [role.channels_first for role in read] == [True, True, True]


def test_what_is_told_stays_as_it_is_when_it_is_settled() -> None:
    read = settled((UNTOLD, (8, 8, 3)), (LAST, (8, 8, 4)), (FIRST, (4, 8, 8)))
    assert [role.channels_first for role in read] == [False, False, True]


def test_only_what_has_as_many_axes_is_settled_alike() -> None:
    read = settled((UNTOLD, (20, 4)), (UNTOLD, (10,)), (UNTOLD, (2, 3, 8, 8)), (FIRST, (3, 8, 8)))
    assert [role.channels_first for role in read] == [False, False, True, True]


@pytest.mark.parametrize(
    ("order", "before", "after"), [((2, 3, 1), True, False), ((3, 1, 2), False, True)]
)
def test_a_permutation_at_the_front_tells_what_stands_before_it(
    order: tuple[int, ...], before: bool, after: bool
) -> None:
    read = settled((UNTOLD, (3, 32, 48)), (L.Permute(order), (32, 48, 3)))
    assert [role.channels_first for role in read] == [before, after]


def test_all_else_of_a_role_is_kept_when_it_is_settled() -> None:
    conv, dropout = settled((LAST, (4, 6, 8)), (L.Dropout(0.5), (24, 8)))
    assert not conv.passes_on
    assert dropout == LayerRole(True, False, False, True, (4, 6))


def test_in_a_model_with_layers_over_time_no_sequence_is_taken_for_patches() -> None:
    reshaped, _ = settled(
        (L.Reshape((25, 8)), (25, 8)), (L.LSTM(4, return_sequences=True), (25, 4))
    )
    assert not reshaped.may_be_tokens


def test_the_projections_within_attention_are_no_grid_of_patches() -> None:
    inputs = keras.Input((32, 48, 3))
    patches = L.Conv2D(8, 8, 8, name="patches")(inputs)
    tokens = L.Reshape((24, 8), name="tokens")(patches)
    outputs = L.MultiHeadAttention(2, 4, name="attention")(tokens, tokens)
    model = ActivationModel(keras.Model(inputs, L.LayerNormalization(name="norm")(outputs)))
    assert model.role("norm").grid == (4, 6)


def test_what_a_layer_of_attention_over_channels_puts_out_are_maps_and_no_scores() -> None:
    class ChannelAttention(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs * 2

    (role,) = settled((ChannelAttention(), (32, 16, 16)))
    assert not role.is_attention


TOKENS = (9, 16)


@pytest.mark.parametrize(
    "layer",
    [
        L.MultiHeadAttention(4, 8, name="attention"),
        L.GroupedQueryAttention(8, 4, 2, name="attention")
        if hasattr(L, "GroupedQueryAttention")
        else L.GroupQueryAttention(8, 4, 2, name="attention"),
    ],
    ids=name_of,
)
def test_the_scores_that_an_attention_layer_returns_are_known(layer: Any) -> None:
    tokens = keras.Input(TOKENS, name="tokens")
    outputs, scores = layer(tokens, tokens, return_attention_scores=True)
    read = roles(tokens, [outputs, scores])
    assert not read["attention:0"].is_attention
    assert read["attention:1"].is_attention
    assert not read["tokens"].is_attention


@pytest.mark.parametrize("kind", [L.Attention, L.AdditiveAttention])
def test_the_scores_of_attention_without_heads_are_known(kind: Any) -> None:
    tokens = keras.Input(TOKENS, name="tokens")
    outputs, scores = kind(name="attention")([tokens, tokens], return_attention_scores=True)
    read = roles(tokens, [outputs, scores])
    assert [path for path, role in read.items() if role.is_attention] == ["attention:1"]


def test_the_softmax_within_an_attention_layer_gives_its_scores() -> None:
    tokens = keras.Input(TOKENS, name="tokens")
    layer = L.MultiHeadAttention(4, 8, dropout=0.1, name="attention")
    activation_model = ActivationModel(keras.Model(tokens, layer(tokens, tokens)))
    shapes = {info.path: info.activation_shape for info in activation_model.captured}
    scores = [path for path in shapes if activation_model.role(path).is_attention]
    assert scores
    for path in scores:
        assert path.startswith("attention/")
        assert shapes[path] == (4, 9, 9)


def test_what_an_attention_layer_computes_beside_its_scores_is_no_attention() -> None:
    tokens = keras.Input(TOKENS, name="tokens")
    read = roles(tokens, L.MultiHeadAttention(4, 8, dropout=0.1, name="attention")(tokens, tokens))
    for path in ("attention/query", "attention/key", "attention/value", "attention"):
        assert not read[path].is_attention


class WindowAttention(keras.Layer):  # type: ignore[misc]
    """Written by hand, with a softmax of its own, whose scores it may return too."""

    def __init__(self, heads: int, returns_scores: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads
        self.returns_scores = returns_scores
        self.softmax = L.Softmax(name="softmax")

    def call(self, inputs: Any) -> Any:
        count, size = inputs.shape[1], inputs.shape[2] // self.heads
        split = keras.ops.reshape(inputs, (-1, count, self.heads, size))
        heads = keras.ops.transpose(split, (0, 2, 1, 3))
        scores = self.softmax(keras.ops.matmul(heads, keras.ops.swapaxes(heads, 2, 3)))
        mixed = keras.ops.transpose(keras.ops.matmul(scores, heads), (0, 2, 1, 3))
        outputs = keras.ops.reshape(mixed, (-1, count, self.heads * size))
        return (outputs, scores) if self.returns_scores else outputs


def test_the_softmax_within_attention_written_by_hand_gives_its_scores() -> None:
    tokens = keras.Input(TOKENS, name="tokens")
    read = roles(tokens, WindowAttention(4, name="own")(tokens))
    assert [path for path, role in read.items() if role.is_attention] == ["own/softmax"]


def test_the_scores_that_attention_written_by_hand_returns_are_known() -> None:
    tokens = keras.Input(TOKENS, name="tokens")
    read = roles(tokens, WindowAttention(4, returns_scores=True, name="own")(tokens))
    assert {path for path, role in read.items() if role.is_attention} == {"own/softmax", "own:1"}


def test_a_softmax_elsewhere_is_no_attention() -> None:
    inputs = keras.Input((9, 9, 4), name="picture")
    read = roles(inputs, L.Softmax(name="softmax")(inputs))
    assert not any(role.is_attention for role in read.values())


def test_a_square_picture_that_goes_through_spatial_attention_stays_a_picture() -> None:
    class SpatialAttention(keras.Layer):  # type: ignore[misc]
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.conv = L.Conv2D(1, 3, padding="same", activation="sigmoid", name="conv")

        def call(self, inputs: Any) -> Any:
            return inputs * self.conv(inputs)

    read = sequential((16, 16, 8), L.Conv2D(16, 3, padding="same"), SpatialAttention(name="own"))
    assert not any(role.is_attention for role in read.values())


def vit(*before: keras.Layer) -> dict[str, LayerRole]:
    return sequential(
        (24, 36, 3),
        *before,
        L.Conv2D(8, 6, 6, name="patches"),
        L.Reshape((24, 8), name="tokens"),
        L.LayerNormalization(name="norm"),
    )


def test_rows_made_of_a_picture_may_be_patches_of_the_maps_before() -> None:
    read = vit()
    assert read["tokens"].may_be_tokens
    assert read["tokens"].grid == (4, 6)
    assert read["norm"].grid == (4, 6)


def test_the_grid_of_maps_with_channels_first_is_their_height_and_width() -> None:
    read = sequential(
        (3, 24, 36),
        L.Conv2D(8, 6, 6, data_format="channels_first", name="patches"),
        L.Reshape((8, 24)),
        L.Permute((2, 1), name="tokens"),
    )
    assert read["tokens"].grid == (4, 6)


def test_the_grid_is_that_of_the_last_maps() -> None:
    read = vit(L.Conv2D(3, 3, padding="same"), L.MaxPooling2D(1))
    assert read["tokens"].grid == (4, 6)


def test_before_any_maps_there_is_no_grid() -> None:
    assert sequential((196, 8), L.Dense(4, name="dense"))["dense"].grid is None


@pytest.mark.parametrize(
    "layer",
    [
        L.Conv1D(4, 1, name="over_time"),
        L.Conv1DTranspose(4, 1, name="over_time"),
        L.MaxPooling1D(1, name="over_time"),
        L.LSTM(4, return_sequences=True, name="over_time"),
        L.Bidirectional(L.GRU(4, return_sequences=True), name="over_time"),
    ],
    ids=name_of,
)
def test_after_a_layer_over_time_rows_are_steps_and_no_patches(layer: keras.Layer) -> None:
    read = sequential((16, 16, 3), L.Reshape((256, 3)), layer, L.Dense(2, name="after"))
    assert not read["over_time"].may_be_tokens
    assert not read["after"].may_be_tokens


def test_a_model_without_a_picture_has_no_patches() -> None:
    read = sequential((196, 8), L.LayerNormalization(), L.Dense(4))
    assert not any(role.may_be_tokens for role in read.values())


def test_a_model_of_a_picture_and_words_may_have_patches() -> None:
    picture, words = keras.Input((16, 16, 3)), keras.Input((9,))
    patches = L.Reshape((16, 8), name="patches")(L.Conv2D(8, 4, 4)(picture))
    read = roles([picture, words], [patches, L.Dense(2)(words)])
    assert read["patches"].may_be_tokens


def test_a_reader_begins_knowing_nothing() -> None:
    role = RoleReader((4,)).read(L.ReLU(), None, 0, (8, 8, 3))
    assert role == LayerRole(may_be_tokens=True)
