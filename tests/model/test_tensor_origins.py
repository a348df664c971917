"""Which rows and axes of a model's activations are places of its picture, and which are not."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.feature_maps.layout import Layout
from actviz_widgets.feature_maps.layout_of import layout_of
from actviz_widgets.feature_maps.layouts import FeatureMaps, Series, Tokens, Units, Volume
from actviz_widgets.feature_maps.slice_layouts import GridMaps, Heads
from actviz_widgets.model.activation_model import ActivationModel

L, ops = keras.layers, keras.ops


def layouts_of(model: keras.Model) -> dict[str, Layout]:
    activation_model = ActivationModel(model)
    return {
        info.path: layout_of(
            info.activation_shape, activation_model.role(info.path), info_dtype(activation_model)
        )
        for info in activation_model.captured
    }


def info_dtype(_: ActivationModel) -> str:
    return "float32"


def layouts(inputs: Any, outputs: Any) -> dict[str, Layout]:
    return layouts_of(keras.Model(inputs, outputs))


def patches(x: Any, grid: int = 8, channels: int = 16) -> Any:
    x = L.Conv2D(channels, x.shape[1] // grid, x.shape[1] // grid, name="patches")(x)
    return L.Reshape((grid * grid, channels), name="rows")(x)


@pytest.fixture
def picture() -> Any:
    return keras.Input((32, 32, 3), name="picture")


def test_a_grid_of_patches_folds_and_goes_on_to_through_a_block(picture: Any) -> None:
    x = patches(picture)
    normal = L.LayerNormalization(name="norm")(x)
    x = L.Add(name="sum")([x, L.MultiHeadAttention(2, 8, name="mha")(normal, normal)])
    x = x + L.Dense(16, name="mlp")(L.Dense(32, activation="gelu", name="wide")(x))
    read = layouts(picture, L.LayerNormalization(name="last")(x))
    for path in ("rows", "norm", "mha", "sum", "wide", "mlp", "last"):
        assert read[path] == Tokens(read[path].shape, (8, 8), 0), path


@pytest.mark.parametrize("channels", [25, 64])
def test_the_transposed_tokens_of_a_mixer_are_rows_and_the_others_fold(
    picture: Any, channels: int
) -> None:
    x = patches(picture, channels=channels)
    turned = L.Permute((2, 1), name="turned")(x)
    mixed = L.Dense(64, name="mixed")(L.Dense(30, activation="gelu", name="wide")(turned))
    x = L.Add(name="sum")([x, L.Permute((2, 1), name="back")(mixed)])
    read = layouts(picture, L.Dense(channels, name="channels")(x))
    for path in ("turned", "wide", "mixed"):
        assert isinstance(read[path], Series), path
    for path in ("rows", "back", "sum", "channels"):
        assert read[path] == Tokens((64, channels), (8, 8), 0), path


def test_a_transposition_by_an_operation_is_seen_too(picture: Any) -> None:
    turned = L.Dense(64, name="turned")(ops.transpose(patches(picture, channels=64), (0, 2, 1)))
    swapped = L.Dense(64, name="swapped")(ops.swapaxes(turned, 1, 2))
    read = layouts(picture, swapped)
    assert isinstance(read["turned"], Series)
    assert isinstance(read["swapped"], Tokens)


class Mixing(keras.layers.Layer):  # type: ignore[misc]
    """A block of a mixer, which transposes within."""

    def __init__(self, channels: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.wide, self.tokens = L.Dense(30, name="wide"), L.Dense(64, name="tokens")
        self.channels = L.Dense(channels, name="channels")

    def call(self, x: Any) -> Any:
        x = x + ops.transpose(self.tokens(self.wide(ops.transpose(x, (0, 2, 1)))), (0, 2, 1))
        return x + self.channels(x)


@pytest.mark.parametrize("channels", [25, 64])
def test_within_a_layer_written_by_hand_what_is_transposed_is_rows(
    picture: Any, channels: int
) -> None:
    read = layouts(picture, Mixing(channels, name="mixing")(patches(picture, channels=channels)))
    assert isinstance(read["mixing/wide"], Series)
    assert isinstance(read["mixing/tokens"], Series)
    assert read["mixing"] == Tokens((64, channels), (8, 8), 0)
    if channels == 25:  # else it is not told from what is transposed
        assert read["mixing/channels"] == Tokens((64, 25), (8, 8), 0)


def test_a_lambda_that_may_transpose_is_not_taken_for_the_grid(picture: Any) -> None:
    turn = L.Lambda(lambda x: ops.transpose(x, (0, 2, 1)), name="turn", output_shape=(64, 64))
    read = layouts(picture, turn(patches(picture, channels=64)))
    assert isinstance(read["turn"], Series)


class Queries(keras.layers.Layer):  # type: ignore[misc]
    """Learned queries, as many for each picture."""

    def __init__(self, count: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.count = count

    def build(self, shape: Any) -> None:
        self.table = self.add_weight(shape=(1, self.count, shape[-1]), name="table")

    def call(self, x: Any) -> Any:
        return ops.broadcast_to(self.table, (ops.shape(x)[0], self.count, x.shape[-1]))


@pytest.mark.parametrize("count", [100, 49, 66])
def test_object_queries_are_rows_and_so_is_what_attends_by_them(picture: Any, count: int) -> None:
    memory = patches(picture)
    queries = Queries(count, name="queries")(memory)
    attended = L.MultiHeadAttention(2, 8, name="cross")(queries, memory)
    boxes = L.Dense(4, name="boxes")(L.LayerNormalization(name="norm")(attended))
    read = layouts(picture, boxes)
    for path in ("queries", "cross", "norm", "boxes"):
        assert isinstance(read[path], Series), path


def test_learned_tokens_and_capsules_are_rows(picture: Any) -> None:
    maps = L.Conv2D(32, 3, strides=5, name="maps")(picture)
    capsules = L.Reshape((6, 6, 4, 8), name="capsules")(maps)
    rows = L.Reshape((144, 8), name="all")(capsules)
    units = L.Dense(64)(L.Flatten()(rows))
    learned = L.Reshape((36, 4), name="none_of_the_grid")(L.Dense(144)(units))
    read = layouts(picture, L.Dense(2, name="after")(learned))
    assert read["capsules"] == GridMaps((6, 6, 4, 8))
    assert (read["capsules"].count, read["capsules"].slice_count) == (8, 4)
    for path in ("all", "none_of_the_grid", "after"):
        assert isinstance(read[path], Series), path


def test_a_detector_has_maps_of_its_grid_with_the_anchors_as_slices(picture: Any) -> None:
    head = L.Conv2D(21, 3, strides=4, padding="same", name="conv")(picture)
    boxes = L.Reshape((8, 8, 3, 7), name="head")(head)
    scores = L.Activation("sigmoid", name="scores")(boxes)
    read = layouts(picture, [scores, L.Reshape((192, 7), name="rows")(head), boxes[..., :4]])
    assert read["head"] == read["scores"] == GridMaps((8, 8, 3, 7))
    assert isinstance(read["rows"], Series)


def test_a_detector_of_open_size_has_them_too() -> None:
    picture = keras.Input((None, None, 3))
    head = L.Conv2D(21, 3, padding="same")(picture)

    def split(x: Any) -> Any:
        shape = ops.shape(x)
        return ops.reshape(x, (-1, shape[1], shape[2], 3, 7))

    layer = L.Lambda(split, name="head", output_shape=(None, None, 3, 7))
    assert layouts(picture, layer(head))["head"] == GridMaps((None, None, 3, 7))


def test_volumes_videos_and_what_is_cut_otherwise_stay_as_they_are(picture: Any) -> None:
    volume = keras.Input((8, 8, 8, 1))
    assert layouts(volume, L.Conv3D(4, 3, padding="same", name="conv")(volume))["conv"] == Volume(
        (8, 8, 8, 4)
    )
    video = keras.Input((8, 8, 8, 3))
    each = L.TimeDistributed(L.Conv2D(4, 3, padding="same"), name="each")
    assert layouts(video, each(video))["each"] == Volume((8, 8, 8, 4))
    bands = L.Reshape((4, 8, 32, 3), name="bands")(picture)
    assert layouts(picture, bands)["bands"] == Volume((4, 8, 32, 3))


def test_bands_convolved_in_three_dimensions_are_slices_of_the_picture_s_maps() -> None:
    picture = keras.Input((9, 9, 12))
    x = L.Reshape((9, 9, 12, 1), name="bands")(picture)
    read = layouts(picture, L.Conv3D(4, 3, name="conv")(x))
    assert read["conv"] == GridMaps((7, 7, 10, 4))


class Patches(keras.layers.Layer):  # type: ignore[misc]
    """Cuts a picture into patches, as Keras's example of a vision transformer does."""

    def call(self, x: Any) -> Any:
        cut = ops.image.extract_patches(x, 4)
        return ops.reshape(cut, (-1, cut.shape[1] * cut.shape[2], cut.shape[3]))


class PatchEncoder(keras.layers.Layer):  # type: ignore[misc]
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.projection = L.Dense(64, name="projection")
        self.positions = L.Embedding(64, 64, name="positions")

    def call(self, x: Any) -> Any:
        table = self.positions(ops.expand_dims(ops.arange(64), 0))
        return self.projection(x) + table


def test_the_patches_of_a_vision_transformer_by_hand_fold(picture: Any) -> None:
    x = PatchEncoder(name="encoder")(Patches(name="cut")(picture))
    read = layouts(picture, L.LayerNormalization(name="norm")(x))
    for path in ("cut", "encoder/projection", "encoder"):
        assert isinstance(read[path], Tokens), path
        assert read[path].grid == (8, 8)
    assert read["norm"] == Tokens((64, 64), (8, 8), 0)
    assert layouts_of(keras.Sequential([keras.Input((32, 32, 3)), Patches(name="cut")]))[
        "cut"
    ] == Tokens((64, 48), (8, 8), 0)


class Embedding(keras.layers.Layer):  # type: ignore[misc]
    """Patches, a class token and a table of positions, as KerasHub's vision transformer has it."""

    def __init__(self, registers: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        self.registers = registers
        self.patches = L.Conv2D(16, 8, 8, name="patches")
        self.positions = L.Embedding(17 + registers, 16, name="positions")

    def build(self, shape: Any) -> None:
        self.patches.build(shape)
        self.positions.build((1, 17 + self.registers))
        self.token = self.add_weight(shape=(1, 1 + self.registers, 16), name="token")

    def call(self, x: Any) -> Any:
        rows = ops.reshape(self.patches(x), (-1, 16, 16))
        token = ops.tile(self.token, (ops.shape(x)[0], 1, 1))
        ids = ops.expand_dims(ops.arange(17 + self.registers), 0)
        return ops.concatenate([token, rows], axis=1) + self.positions(ids)


@pytest.mark.parametrize("registers", [0, 4])
def test_a_table_of_positions_is_not_the_grid(picture: Any, registers: int) -> None:
    x = Embedding(registers, name="embedding")(picture)
    attended = L.MultiHeadAttention(2, 8, name="mha")(x, x)
    read = layouts(picture, L.LayerNormalization(name="norm")(attended))
    count = 17 + registers
    for path in ("embedding", "mha", "norm"):
        assert read[path] == Tokens((count, 16), (4, 4), 1 + registers), path
    for name in ("query", "key", "value"):
        of_each = Tokens((count, 8), (4, 4), 1 + registers)
        assert read[f"mha/{name}"] == Heads((count, 2, 8), of_each)


def test_queries_of_words_are_rows_of_each_head() -> None:
    words = keras.Input((5, 16))
    read = layouts(words, L.MultiHeadAttention(2, 8, name="mha")(words, words))
    assert read["mha/query"] == Heads((5, 2, 8), Series((5, 8)))
    assert not read["mha/query"].has_feature_maps


def test_tokens_put_in_front_and_behind_are_left_out_where_they_are(picture: Any) -> None:
    rows = patches(picture, 4)
    front, behind = Queries(3, name="front")(rows), Queries(2, name="behind")(rows)
    x = L.Concatenate(axis=1, name="joined")([front, rows, behind])
    only = L.LayerNormalization(name="only")(x[:, 3:19])
    read = layouts(picture, [L.Dense(16, name="dense")(x), only])
    assert read["joined"] == read["dense"] == Tokens((21, 16), (4, 4), 3)
    assert isinstance(read["only"], Series | Tokens)


def test_gates_of_one_place_are_units(picture: Any) -> None:
    maps = L.Conv2D(30, 3, name="maps")(picture)
    gate = L.GlobalAveragePooling2D(keepdims=True, name="squeezed")(maps)
    gate = L.Conv2D(30, 1, activation="sigmoid", name="gate")(gate)
    read = layouts(picture, L.Multiply(name="gated")([maps, gate]))
    assert read["squeezed"] == read["gate"] == Units((1, 1, 30))
    assert isinstance(read["gated"], FeatureMaps)


def test_rows_are_called_time_only_where_a_layer_works_along_them() -> None:
    cloud = keras.Input((20, 3))
    points = L.GlobalMaxPooling1D()(L.Conv1D(8, 1, name="points")(cloud))
    assert layouts(cloud, points)["points"] == Series((20, 8), is_time=False)
    for along in (L.Conv1D(8, 3, name="steps"), L.LSTM(8, return_sequences=True, name="steps")):
        series = keras.Input((20, 3), name="series")
        read = layouts(series, along(series))
        assert all(isinstance(each, Series) and each.is_time for each in read.values())
    assert "rows" in Series((20, 8)).caption(np.zeros((20, 8)), 0, None)
    assert "time" in Series((20, 8), is_time=True).caption(np.zeros((20, 8)), 0, None)


def test_a_nested_model_makes_the_grid_that_goes_on_outside(picture: Any) -> None:
    inner = keras.Input((32, 32, 3))
    backbone = keras.Model(inner, patches(inner), name="backbone")
    read = layouts(picture, L.LayerNormalization(name="norm")(backbone(picture)))
    assert read["backbone/rows"] == read["norm"] == Tokens((64, 16), (8, 8), 0)
