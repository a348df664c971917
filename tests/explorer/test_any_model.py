"""A small model of each kind: the paths of its layer calls, in full, and their values.

Each row names the kind, what builds the model along with the layers called by hand, and the paths
in the order in which the calls should come. All that is promised of any model is checked for each.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer, ActivationModel, get_activations

from ..model_kinds import attention, checks, files, nested, plain, precision, recurrent, several
from ..model_kinds.making import Made
from . import driver

pytestmark = pytest.mark.slow  # all kinds together


@dataclass(frozen=True)
class Row:
    """A kind of model.

    Attributes:
        kind: In words.
        make: Builds the model.
        paths: Of its layer calls, separated by spaces, in the order in which they run.
        compiles: Whether Keras's own `predict` takes its inputs.
        is_batched: Whether all that its layers put out has a batch axis.
    """

    kind: str
    make: Callable[[], Made]
    paths: str
    compiles: bool = True
    is_batched: bool = True


def of(module: str, name: str) -> Callable[[], Made]:
    """Builds a model of a module that needs TensorFlow, which is not imported before."""
    made_by: Callable[[], Made] = lambda: getattr(  # noqa: E731
        importlib.import_module(f"..model_kinds.{module}", __package__), name
    )()
    return made_by


NESTED = (
    "backbone/entry backbone/block1/entry backbone/block1/conv backbone/block1/norm "
    "backbone/block1 backbone/pool backbone flatten dense"
)
MHA = "mha/query mha/key mha/value"

ANY_BACKEND = [
    Row("Sequential", plain.sequential, "conv norm pool dropout flatten dense"),
    Row("Functional", plain.functional, "picture left right joined pooled out"),
    Row("subclassed, with control flow", plain.subclassed, "conv mix mix#2 wide dense"),
    Row("open sizes", plain.open_sizes, "conv up pooled"),
    Row("tokens, Embedding", plain.embedding, "embedding lstm out"),
    Row("Conv1D", plain.conv_1d, "conv pool dense"),
    Row("Conv3D", plain.conv_3d, "conv pool pooled"),
    Row("channels_first", plain.channels_first, "conv norm pool pooled"),
    Row("Rescaling and augmentation", plain.preprocessing, "flip rotate rescale noise conv"),
    Row("activity regularizer", plain.activity_regularizer, "conv regularization flatten dense"),
    Row("SpectralNormalization", plain.spectral_normalization, "spectral/conv spectral flatten"),
    Row("custom layer", plain.custom_layer, "scale/leaky scale conv"),
    Row("Lambda", plain.lambda_layer, "square conv mean"),
    Row("keras.ops in the graph", plain.ops_in_the_graph, "picture conv dense"),
    Row("pictures of bytes", plain.bytes_in, "rescale conv"),
    Row("grey pictures without channels", plain.grey, "channel conv"),
    Row(
        "truths, whole numbers, NaN, infinity",
        plain.odd_values,
        "picture odd:0 odd:1 odd:2 odd:3 odd:4 flatten",
    ),
    Row(
        "a number for the whole batch",
        plain.one_for_the_batch,
        "picture largest flatten",
        is_batched=False,
    ),
    Row("single numbers", several.scalars, "entry dense"),
    Row("tables", several.tabular, "normal hidden norm out"),
    Row(
        "Functional in Functional in Sequential",
        nested.functional_in_functional_in_sequential,
        NESTED,
    ),
    Row(
        "Sequential in subclassed in Functional in Functional",
        nested.sequential_in_subclassed_in_functional,
        "entry backbone/entry backbone/block1/tower/conv backbone/block1/tower/norm "
        "backbone/block1/tower backbone/block1/add backbone/block1 backbone/pool backbone head",
    ),
    Row(
        "subclassed in Functional",
        nested.subclassed_in_functional,
        "entry inner/conv inner/mix inner/mix#2 inner/wide inner/dense inner softmax",
    ),
    Row(
        "Functional in subclassed",
        nested.functional_in_subclassed,
        "stage0/entry stage0/conv stage0 stage1/entry stage1/conv stage1 head",
    ),
    Row("shared layer", nested.shared_layer, "entry conv pool conv#2 conv#3"),
    Row(
        "shared submodel",
        nested.shared_submodel,
        "left right tower/conv tower/flatten tower tower#2/conv tower#2/flatten tower#2 difference",
    ),
    Row(
        "layer shared with a shared submodel",
        nested.shared_in_both,
        "entry mix inner/entry inner/mix inner/relu inner "
        "inner#2/entry inner#2/mix inner#2/relu inner#2",
    ),
    Row("inputs in a list", several.inputs_in_a_list, "picture table conv pooled joined out"),
    Row("inputs in a tuple", several.inputs_in_a_tuple, "picture table conv pooled joined out"),
    Row("inputs in a dict", several.inputs_in_a_dict, "left b_right subtract"),
    Row("subclassed, with inputs in a dict", several.subclassed, "joined out"),
    Row(
        "a submodel of several inputs",
        several.inputs_inside,
        "entry inner/left inner/right inner/add inner dense",
    ),
    Row("outputs in a list", several.outputs_in_a_list, "picture conv place kind"),
    Row("outputs in a dict", several.outputs_in_a_dict, "picture conv place kind"),
    Row("several tensors", several.several_tensors, "picture conv halves:0 halves:1 added"),
    Row("nested structures", several.nested_structures, "picture parts:0 parts:1 parts:2 conv"),
    Row("RNNs", recurrent.rnns, "rnn gru lstm"),
    Row("return_state", recurrent.with_states, "series lstm:0 lstm:1 lstm:2 gru"),
    Row("stacked cells", recurrent.stacked_cells, "rnn"),
    Row("custom cell", recurrent.custom_cell, "rnn"),
    Row("Bidirectional", recurrent.bidirectional, "both/forward_lstm both/backward_lstm both"),
    Row("ConvLSTM2D", recurrent.conv_lstm, "films last"),
    Row("stateful RNN", recurrent.stateful, "lstm"),
    Row("masked series", recurrent.masked, "masking lstm"),
    Row("series of open length", recurrent.open_series, "gru pooled"),
    Row("TimeDistributed Dense", recurrent.dense_over_time, "td"),
    Row("TimeDistributed Conv2D", recurrent.layer_over_time, "td pool"),
    Row("TimeDistributed CNN", recurrent.network_over_time, "td/conv td/norm td/pooled td lstm"),
    Row("TimeDistributed, open time", recurrent.open_time, "td/conv td/norm td/pooled td lstm"),
    Row(
        "MultiHeadAttention with scores",
        attention.multi_head_attention,
        f"series {MHA} mha/softmax mha/attention_output mha:0 mha:1 out",
    ),
    Row("Attention with scores", attention.attention, "series attend:0 attend:1 out"),
    Row(
        "vision transformer",
        attention.vision_transformer,
        f"picture patches flat token positions/table positions norm {MHA} "
        "mha/attention_output mha sum head",
    ),
    Row(
        "a tensor without batch axis",
        attention.without_batch_axis,
        "tokens words positions/table positions out",
    ),
    Row("mixed_float16", precision.mixed_float16, "conv norm pooled dense"),
    Row("mixed_bfloat16", precision.mixed_bfloat16, "conv norm pooled dense"),
    Row("float16", precision.float16, "conv norm pooled dense"),
    Row("quantized to int8", precision.quantized, "conv flatten hidden dense"),
    Row("from a .keras file", files.from_keras_file, NESTED),
    Row("from an .h5 file", files.from_h5_file, NESTED),
    Row("loaded, saved and loaded again", files.saved_again, NESTED),
    Row("custom layer from a file", files.custom_from_file, "scale/leaky scale conv"),
]
TENSORFLOW = [
    Row("double precision", plain.double_precision, "conv flatten"),
    Row("TextVectorization", of("texts", "vectorized_text"), "words embedding pooled", False),
    Row("texts put out", of("texts", "texts_inside"), "look_up words"),
    Row("tf_keras Sequential", of("legacy", "sequential"), "conv norm dropout flatten dense"),
    Row(
        "tf_keras nested",
        of("legacy", "nested"),
        "backbone/picture backbone/inner/entry backbone/inner/conv backbone/inner/norm "
        "backbone/inner backbone/pool backbone flatten",
    ),
    Row(
        "tf_keras shared",
        of("legacy", "shared"),
        "picture tower/conv tower/relu tower tower#2/conv tower#2/relu tower#2 conv",
    ),
    Row("tf_keras subclassed", of("legacy", "subclassed"), "conv conv#2 wide pooled"),
    Row("tf_keras RNNs", of("legacy", "rnns"), "lstm gru dense"),
    Row("tf_keras inputs", of("legacy", "several_inputs"), "picture table pooled joined out"),
]
TABLE = ANY_BACKEND + TENSORFLOW
PICTURE = plain.PICTURES[:1]


@pytest.fixture(scope="module", params=TABLE, ids=lambda row: row.kind)
def row(request: pytest.FixtureRequest) -> Row:
    wanted: Row = request.param
    return wanted


@pytest.fixture(scope="module")
def made(row: Row) -> Made:
    return row.make()


def test_each_layer_call_gives_what_it_does_by_hand(row: Row, made: Made) -> None:
    checks.check_eager_pass(made, row.paths.split())


def test_a_compiled_pass_gives_the_same_as_by_hand(row: Row, made: Made) -> None:
    if row.compiles:
        checks.check_compiled_pass(made, row.paths.split())
    else:
        with pytest.raises(ValueError, match="Invalid dtype"):
            made.model.predict(made.inputs, verbose=0)


def test_the_explorer_shows_each_layer_as_by_hand_from_one_pass(row: Row, made: Made) -> None:
    checks.check_explorer(made, row.paths.split())


def test_later_pictures_show_the_same(row: Row, made: Made) -> None:
    checks.check_later_pictures(made, row.paths.split())


def test_a_run_shows_of_the_layers_what_the_graph_does(made: Made) -> None:
    checks.check_capture(made)


def test_neither_a_pass_nor_an_explorer_leaves_a_trace(made: Made) -> None:
    checks.check_left_untouched(made)


class Broken(keras.layers.Layer):  # type: ignore[misc]
    """Raises once it is told to."""

    is_broken = False

    def call(self, x: Any) -> Any:
        if self.is_broken:
            raise RuntimeError("out of order")
        return x


@pytest.fixture
def broken_model() -> Iterator[keras.Model]:
    broken = Broken(name="broken")
    inner = nested.functional_of(nested.conv(), broken, name="inner")
    model = nested.functional_of(inner, keras.layers.Flatten(name="flatten"), name="whole")
    broken.is_broken = True
    before = checks.state(model)
    yield model
    assert checks.state(model) == before
    assert keras.Layer.__call__ is checks.KERAS_CALL
    broken.is_broken = False
    checks.assert_equal(
        list(get_activations(model, PICTURE).values())[-1], model(PICTURE), "flatten"
    )


@pytest.mark.parametrize(
    "look",
    [
        lambda model: ActivationModel(model)(PICTURE),
        lambda model: ActivationModel(model).predict(PICTURE, verbose=0),
        lambda model: get_activations(model, PICTURE),
        lambda model: ActivationExplorer(model, PICTURE),
    ],
    ids=["call", "predict", "get_activations", "explorer"],
)
def test_a_layer_that_raises_is_named_with_what_it_was_given(
    look: Callable[[keras.Model], object], broken_model: keras.Model
) -> None:
    sentence = (
        r"The layer 'inner/broken' \(Broken\), given \((1|None), 12, 12, 3\), raised "
        "RuntimeError: out of order"
    )
    with pytest.raises(ValueError, match=sentence):
        look(broken_model)


@pytest.mark.parametrize("make", [several.inputs_in_a_list, several.inputs_in_a_tuple])
def test_one_array_for_several_inputs_is_refused_with_all_of_them_named(
    make: Callable[[], Made],
) -> None:
    model = make().model
    sentence = r"'picture' \(12, 12, 3\) float32 and 'table' \(4,\) float32"
    with pytest.raises(ValueError, match=sentence):
        ActivationExplorer(model, PICTURE)
    with pytest.raises(ValueError, match=r"'picture' .*'table' "):
        get_activations(model, PICTURE)
    assert keras.Layer.__call__ is checks.KERAS_CALL


class Fork(keras.Model):  # type: ignore[misc]
    """Runs one layer for light pictures, another for dark ones."""

    def __init__(self) -> None:
        super().__init__()
        self.light = keras.layers.Conv2D(2, 3, name="light")
        self.dark = keras.layers.Conv2D(2, 3, name="dark")
        self.flatten = keras.layers.Flatten(name="flatten")

    def call(self, x: Any) -> Any:
        return self.flatten(self.light(x) if float(keras.ops.mean(x)) > 0.5 else self.dark(x))


@pytest.fixture(scope="module")
def fork() -> tuple[Fork, np.ndarray]:
    pictures = np.stack([np.full((12, 12, 3), value, np.float32) for value in (0.9, 0.1)])
    model = Fork()
    for index in range(2):
        model(pictures[index : index + 1])
    return model, pictures


def test_a_layer_that_a_picture_does_not_pass_is_named_and_the_others_are_shown(
    fork: tuple[Fork, np.ndarray],
) -> None:
    model, pictures = fork
    explorer = ActivationExplorer(model, pictures)
    assert [info.path for info in explorer.layers] == ["light", "flatten"]
    explorer.image = 1
    with pytest.raises(ValueError, match="did not call 'light' for this picture"):
        _ = explorer.activation
    assert "did not call 'light' for this picture" in driver.sentences(explorer)[0]
    explorer.layer = "flatten"
    checks.assert_equal(explorer.activation, model(pictures[1:])[0], "flatten")
    assert not any("⚠" in sentence for sentence in driver.sentences(explorer))
    explorer.image, explorer.layer = 0, "light"
    checks.assert_equal(explorer.activation, model.light(pictures[:1])[0], "light")
    explorer.close()


def test_each_input_gives_the_layers_that_it_passes(fork: tuple[Fork, np.ndarray]) -> None:
    model, pictures = fork
    activation_model = ActivationModel(model)
    assert list(activation_model(pictures[:1])) == ["light", "flatten"]
    assert list(activation_model(pictures[1:])) == ["dark", "flatten"]
    with pytest.raises(ValueError, match="did not call 'light' for this input"):
        activation_model.forward_pass(pictures[1:], ["light"])


# ------------------------------------------------------------------------------- what may go astray


def test_each_call_has_a_path_of_its_own_whatever_the_layers_are_called() -> None:
    inputs = keras.Input((8, 8, 3), name="entry")
    twice = keras.layers.Conv2D(3, 3, padding="same", name="conv")
    other = keras.layers.Conv2D(4, 3, name="conv-2")
    activations = get_activations(
        keras.Model(inputs, other(twice(twice(inputs)))), np.ones((1, 8, 8, 3), np.float32)
    )
    assert list(activations) == ["entry", "conv", "conv#2", "conv-2"]
    other.name = "conv#2"
    activations = get_activations(
        keras.Model(inputs, other(twice(twice(inputs)))), np.ones((1, 8, 8, 3), np.float32)
    )
    assert list(activations) == ["entry", "conv", "conv#2", "conv#2#2"]
    assert activations["conv#2#2"].shape == (1, 6, 6, 4)


def test_a_pass_leaves_the_losses_of_the_model_alone_also_while_it_runs() -> None:
    # Another thread may be about to read them.
    seen: list[int] = []
    models: list[keras.Model] = []

    class Watching(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            self.add_loss(keras.ops.mean(inputs))
            for model in models:
                seen.append(sum(len(layer._losses) for layer in model._flatten_layers()))
            return inputs

    model = keras.Sequential([keras.Input((3,)), Watching(), keras.layers.Dense(2), Watching()])
    model(np.ones((1, 3), np.float32))
    activation_model = ActivationModel(model)
    models.append(model)
    activation_model.forward_pass(np.ones((1, 3), np.float32))
    activation_model(np.ones((1, 3), np.float32))
    assert seen == [2, 2, 2, 2]
    assert len(model.losses) == 2


def test_windows_of_a_picture_are_all_shown_and_counted_in_bytes() -> None:
    class Windows(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            cut = keras.ops.reshape(inputs, (-1, 4, 8, 4, 8, 3))
            return keras.ops.reshape(keras.ops.transpose(cut, (0, 1, 3, 2, 4, 5)), (-1, 8, 8, 3))

    model = keras.Sequential([keras.Input((32, 32, 3)), Windows(name="windows")])
    picture = np.random.default_rng(0).random((32, 32, 3), dtype=np.float32)
    explorer = ActivationExplorer(model, picture)
    assert explorer.activation.shape == (16, 8, 8, 3)
    explorer.slice = 6
    assert np.array_equal(explorer.feature_map, picture[8:16, 16:24, 0])
    assert driver.kept_pass(explorer).activations["windows"].base is None or (
        driver.kept_pass(explorer).activations["windows"].base.nbytes == explorer.activation.nbytes
    )
    explorer.close()


def test_layers_that_a_later_picture_leads_to_are_offered_then() -> None:
    class Branches(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.dark = keras.layers.Conv2D(2, 3, name="dark")
            self.light = keras.layers.Conv2D(3, 3, name="light")

        def call(self, inputs: Any) -> Any:
            branch = self.dark if float(keras.ops.mean(inputs)) < 0.5 else self.light
            return keras.ops.max(branch(inputs), axis=(1, 2))

    model = Branches()
    dark, light = np.zeros((8, 8, 3), np.float32), np.ones((8, 8, 3), np.float32)
    model(dark[None])
    model(light[None])
    explorer = ActivationExplorer(model, {"dark": dark, "light": light})
    assert [info.path for info in explorer.layers] == ["dark"]
    explorer.image = 1
    assert [info.path for info in explorer.layers] == ["dark", "light"]
    assert "did not call 'dark' for this picture" in driver.sentences(explorer)[0]
    assert len(driver.control(explorer, "Layer").options) == 2
    explorer.layer, explorer.channel = "light", 2
    assert np.array_equal(explorer.activation, checks.as_array(model.light(light[None]))[0])
    explorer.close()


@pytest.mark.parametrize("extra", [lambda outputs: keras.ops.sum(outputs), lambda outputs: None])
def test_an_output_that_is_one_number_or_nothing_is_given_as_that(extra: Any) -> None:
    class TwoOutputs(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(2, name="dense")

        def call(self, inputs: Any) -> Any:
            outputs = self.dense(inputs)
            return {"first": outputs, "second": extra(outputs)}

    model = TwoOutputs()
    table = np.ones((1, 3), np.float32)
    model(table)
    explorer = ActivationExplorer(model, table)
    assert explorer.predictions["first"].shape == (2,)
    second = explorer.predictions["second"]
    assert second is None or second.shape == ()
    explorer.close()


def test_what_a_model_puts_out_counts_in_the_memory_kept() -> None:
    inputs = keras.Input((16, 16, 3))
    small = keras.layers.Conv2D(3, 3, padding="same", name="small")(inputs)
    model = keras.Model(inputs, keras.layers.UpSampling2D(32, name="large")(small))
    pictures = np.random.default_rng(0).integers(0, 255, (6, 16, 16, 3), np.uint8)
    explorer = ActivationExplorer(model, pictures, layers=["small"], memory_budget=8_000_000)
    for image in range(6):
        explorer.image = image
    kept = driver.cache_of(explorer)
    passes = [kept.kept(image, "small") for image in range(6)]
    assert explorer.predictions.nbytes == 3 * 512 * 512 * 4
    assert kept.nbytes <= 8_000_000
    assert sum(each.predictions.nbytes for each in passes if each is not None) <= 8_000_000
    explorer.close()
    explorer = ActivationExplorer(model, pictures, layers=["small"], memory_budget=1_000_000)
    assert driver.cache_of(explorer).nbytes <= 1_000_000
    with pytest.raises(ValueError, match="output for one picture takes more than memory_budget"):
        _ = explorer.predictions
    explorer.close()


# Saving as HDF5 is what tf_keras advises against, and what people have done.
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file:UserWarning")
def test_a_file_of_keras_2_that_keras_3_cannot_read_is_said_to_be_one(tmp_path: Any) -> None:
    import tf_keras

    model = tf_keras.Sequential([tf_keras.Input((5, 3)), tf_keras.layers.LSTM(4)])
    for name in ("old.keras", "old.h5"):
        model.save(tmp_path / name)
        with pytest.raises(ValueError, match=r"saved by Keras 2\..*tf_keras.models.load_model"):
            ActivationModel(tmp_path / name)


def reset(model: keras.Model) -> None:
    for layer in model.layers:
        if hasattr(layer, "reset_state"):
            layer.reset_state()


def test_a_model_of_a_fixed_batch_shows_one_picture_at_a_time() -> None:
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(4, 5, 3)),
            keras.layers.LSTM(2, stateful=True, return_sequences=True, name="lstm"),
            keras.layers.Dense(2, name="dense"),
        ]
    )
    series = np.random.default_rng(0).random((4, 5, 3), dtype=np.float32)
    reset(model)
    expected = checks.as_array(model(series))
    reset(model)
    explorer = ActivationExplorer(model, series)
    for index in range(4):
        explorer.image, explorer.layer = index, "dense"
        np.testing.assert_allclose(explorer.activation, expected[index], rtol=1e-6)
        assert explorer.predictions.shape == (5, 2)
        assert explorer.activation.base is None
    explorer.close()
