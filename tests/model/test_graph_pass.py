"""The compiled pass gives what the eager one gives, and only the layers asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.model.graph_pass import GraphPass
from actviz_widgets.model.shared_pass import can_be_compiled

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 24, 24, 3), dtype=np.float32)


def nested() -> keras.Model:
    keras.utils.set_random_seed(3)
    inner_input = keras.Input((None, None, 8), name="maps")
    x = keras.layers.Conv2D(8, 3, padding="same", name="conv")(inner_input)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.ReLU(name="relu")(x)
    block = keras.Model(inner_input, keras.layers.Add(name="sum")([x, inner_input]), name="block")
    inputs = keras.Input((24, 24, 3), name="picture")
    x = keras.layers.Rescaling(2.0, offset=-1, name="scaled")(inputs)
    x = keras.layers.Conv2D(8, 3, strides=2, name="stem")(x)
    x = block(block(x))
    x = keras.layers.Dropout(0.5, name="dropout")(x)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    head = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(5, activation="softmax", name="dense")], name="head"
    )
    model = keras.Model(inputs, head(x), name="nested")
    for variable in model.non_trainable_variables:
        if "moving" in variable.path:
            variable.assign(RNG.uniform(0.5, 2, variable.shape))
    return model


@pytest.fixture(scope="module")
def activation_model() -> ActivationModel:
    return ActivationModel(nested())


@pytest.fixture(scope="module")
def graph(activation_model: ActivationModel) -> GraphPass:
    return GraphPass(activation_model, PICTURE)


def paths_of(activation_model: ActivationModel) -> list[str]:
    return [info.path for info in activation_model.captured]


def assert_close(given: Any, expected: Any) -> None:
    given, expected = np.asarray(given), np.asarray(expected)
    assert given.shape == expected.shape
    assert given.dtype == expected.dtype
    largest = np.abs(expected).max()
    np.testing.assert_allclose(given, expected, rtol=0, atol=1e-5 * largest)


SUBSETS: list[Callable[[list[str]], list[str]]] = [
    lambda paths: paths,
    lambda paths: [],
    lambda paths: paths[:1],
    lambda paths: paths[-1:],
    lambda paths: paths[::3],
    lambda paths: paths[::-1],
    lambda paths: ["block/norm", "block#2/norm"],
    lambda paths: ["head/dense", "stem", "block#2/conv"],
    lambda paths: ["picture"],
]


@pytest.mark.parametrize("choose", SUBSETS)
def test_any_layers_of_a_nested_model_equal_those_of_the_eager_pass(
    activation_model: ActivationModel, graph: GraphPass, choose: Callable[[list[str]], list[str]]
) -> None:
    layers = choose(paths_of(activation_model))
    picture = RNG.random((1, 24, 24, 3), dtype=np.float32)
    eager = activation_model.forward_pass(picture, layers)
    given = graph.run(picture, layers)
    assert list(given.activations) == layers
    for path in layers:
        assert_close(given.activations[path], eager.activations[path])
    assert_close(given.predictions, eager.predictions)


def test_each_layer_alone_equals_that_of_the_eager_pass(
    activation_model: ActivationModel, graph: GraphPass
) -> None:
    eager = activation_model.forward_pass(PICTURE)
    for path, expected in eager.activations.items():
        assert_close(graph.run(PICTURE, (path,)).activations[path], expected)


def test_the_same_layers_are_given_anew_for_each_picture(
    activation_model: ActivationModel, graph: GraphPass
) -> None:
    for _ in range(3):
        picture = RNG.random((1, 24, 24, 3), dtype=np.float32)
        given = graph.run(picture, ("block#2",)).activations["block#2"]
        assert_close(given, activation_model(picture)["block#2"])


def test_the_model_itself_gives_the_same_predictions(
    activation_model: ActivationModel, graph: GraphPass
) -> None:
    expected = activation_model.model(PICTURE, training=False)
    assert_close(graph.run(PICTURE, ()).predictions, expected)


def test_the_layers_run_in_inference_mode(
    activation_model: ActivationModel, graph: GraphPass
) -> None:
    before = activation_model.model.get_weights()
    given = graph.run(PICTURE, ("block#2", "dropout")).activations
    assert np.array_equal(given["dropout"], given["block#2"])
    for now, then in zip(activation_model.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_weights_that_change_later_are_followed() -> None:
    activation_model = ActivationModel(nested())
    graph = GraphPass(activation_model, PICTURE)
    model = activation_model.model
    before = np.asarray(graph.run(PICTURE, ("stem",)).activations["stem"])
    model.set_weights([weights + 0.5 for weights in model.get_weights()])
    given = graph.run(PICTURE, ("stem", "block#2/norm"))
    eager = activation_model.forward_pass(PICTURE)
    assert not np.allclose(given.activations["stem"], before)
    for path, activation in given.activations.items():
        assert_close(activation, eager.activations[path])
    assert_close(given.predictions, eager.predictions)


def test_weights_that_are_trained_later_are_followed() -> None:
    activation_model = ActivationModel(nested())
    graph = GraphPass(activation_model, PICTURE)
    model = activation_model.model
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.concatenate([PICTURE, PICTURE]), np.array([0, 4]), epochs=2, verbose=0)
    paths = ("block/norm", "block#2", "head")
    eager = activation_model.forward_pass(PICTURE, paths)
    for path, activation in graph.run(PICTURE, paths).activations.items():
        assert_close(activation, eager.activations[path])


def test_the_model_trains_on_after_it_was_traced() -> None:
    activation_model = ActivationModel(nested())
    GraphPass(activation_model, PICTURE).run(PICTURE, ("stem",))
    model = activation_model.model
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_weights()
    model.fit(PICTURE, np.array([0]), verbose=0)
    assert any(
        not np.array_equal(now, then) for now, then in zip(model.get_weights(), before, strict=True)
    )


def several_inputs() -> keras.Model:
    picture = keras.Input((8, 8, 3), name="picture")
    words = keras.Input((5,), dtype="int32", name="words")
    table = keras.Input((4,), dtype="float64", name="table")
    maps = keras.layers.GlobalMaxPooling2D(name="pool")(
        keras.layers.Conv2D(4, 3, name="conv")(picture)
    )
    embedded = keras.layers.Embedding(20, 4, name="embedding")(words)
    read = keras.layers.GRU(4, name="gru")(embedded)
    joined = keras.layers.Concatenate(name="joined")([maps, read, table])
    outputs = {
        "score": keras.layers.Dense(1, name="score")(joined),
        "label": keras.layers.Dense(3, name="label")(joined),
    }
    return keras.Model({"table": table, "picture": picture, "words": words}, outputs)


def test_several_inputs_in_a_dict_and_several_outputs_are_the_same() -> None:
    activation_model = ActivationModel(several_inputs())
    inputs = {
        "words": RNG.integers(0, 20, (1, 5)).astype(np.int32),
        "table": RNG.random((1, 4)),
        "picture": RNG.random((1, 8, 8, 3), dtype=np.float32),
    }
    graph = GraphPass(activation_model, inputs)
    other = {name: np.roll(array, 1, axis=1) for name, array in inputs.items()}
    for given_inputs in (inputs, other):
        eager = activation_model.forward_pass(given_inputs)
        for layers in (tuple(eager.activations), ("embedding",), ("joined", "conv"), ()):
            given = graph.run(given_inputs, layers)
            assert list(given.activations) == list(layers)
            for path in layers:
                assert_close(given.activations[path], eager.activations[path])
            assert given.predictions.keys() == eager.predictions.keys()
            for name, prediction in eager.predictions.items():
                assert_close(given.predictions[name], prediction)


def test_a_list_of_inputs_is_the_same() -> None:
    one, other = keras.Input((4,), name="one"), keras.Input((4,), name="other")
    outputs = keras.layers.Subtract(name="difference")([one, other])
    activation_model = ActivationModel(keras.Model([one, other], outputs))
    inputs = [RNG.random((1, 4), dtype=np.float32), RNG.random((1, 4), dtype=np.float32)]
    graph = GraphPass(activation_model, inputs)
    given = graph.run(inputs, ("difference",)).activations["difference"]
    np.testing.assert_array_equal(given, inputs[0] - inputs[1])


def test_texts_go_through_a_graph_too() -> None:
    vectorize = keras.layers.TextVectorization(output_sequence_length=4, name="vectorize")
    vectorize.adapt(["the cat sat", "the dog ran"])
    model = keras.Sequential(
        [keras.Input((1,), dtype="string"), vectorize, keras.layers.Embedding(20, 3, name="embed")]
    )
    activation_model = ActivationModel(model)
    words = np.array([["the cat ran"]])
    graph = GraphPass(activation_model, words)
    assert graph.fits(np.array([["a much longer text than the first one"]]))
    given = graph.run(words, ("vectorize", "embed"))
    eager = activation_model.forward_pass(words)
    for path, activation in given.activations.items():
        assert_close(activation, eager.activations[path])


class Positions(keras.layers.Layer):  # type: ignore[misc]
    """Gives a table that has no batch axis."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.table = self.add_weight(shape=(shape[1], shape[2]), name="table")

    def call(self, inputs: Any) -> Any:
        return self.table + 0


class AddPositions(keras.layers.Layer):  # type: ignore[misc]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.positions = Positions(name="positions")
        self.mean = keras.layers.Lambda(keras.ops.mean, output_shape=(), name="mean")

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.positions.build(shape)

    def call(self, inputs: Any) -> Any:
        return inputs + self.positions(inputs) - self.mean(inputs)


def test_what_has_no_batch_axis_is_given_whole() -> None:
    model = keras.Sequential([keras.Input((5, 3)), AddPositions(name="add")])
    activation_model = ActivationModel(model)
    series = RNG.random((1, 5, 3), dtype=np.float32)
    graph = GraphPass(activation_model, series)
    eager = activation_model.forward_pass(series).activations
    assert {path: activation.shape for path, activation in eager.items()} == {
        "add/positions": (5, 3),
        "add/mean": (),
        "add": (1, 5, 3),
    }
    for layers in (tuple(eager), ("add/positions",), ("add/mean",), ("add",)):
        for path, activation in graph.run(series, layers).activations.items():
            assert_close(activation, eager[path])


@pytest.mark.parametrize("dtype", ["bool", "int32", "uint8", "float16", "bfloat16", "float64"])
def test_activations_of_any_dtype_are_the_same(dtype: str) -> None:
    cast = keras.layers.Lambda(lambda x: keras.ops.cast(x * 2, dtype), name="cast")
    activation_model = ActivationModel(keras.Sequential([keras.Input((5, 3)), cast]))
    series = RNG.random((1, 5, 3), dtype=np.float32)
    given = GraphPass(activation_model, series).run(series, ("cast",)).activations["cast"]
    assert keras.backend.standardize_dtype(given.dtype) == dtype
    np.testing.assert_array_equal(given, activation_model(series)["cast"])


def test_of_an_activation_model_of_chosen_layers_these_are_given() -> None:
    activation_model = ActivationModel(nested(), ["block#2/conv", "stem"])
    graph = GraphPass(activation_model, PICTURE)
    eager = activation_model.forward_pass(PICTURE).activations
    given = graph.run(PICTURE, ("stem", "block#2/conv")).activations
    assert list(given) == ["stem", "block#2/conv"]
    for path, activation in given.items():
        assert_close(activation, eager[path])


def test_a_layer_that_is_not_there_is_a_key_error(graph: GraphPass) -> None:
    with pytest.raises(KeyError, match="nope"):
        graph.run(PICTURE, ("nope",))


def test_very_many_different_choices_of_layers_stay_right(
    activation_model: ActivationModel, graph: GraphPass
) -> None:
    paths = paths_of(activation_model)
    eager = activation_model.forward_pass(PICTURE).activations
    pairs = [(one, other) for one in paths for other in paths if one < other][:80]
    for pair in [*pairs, *pairs[:3]]:
        for path, activation in graph.run(PICTURE, pair).activations.items():
            assert_close(activation, eager[path])


@pytest.mark.parametrize(
    ("inputs", "fits"),
    [
        (np.zeros((1, 24, 24, 3), np.float32), True),
        (np.zeros((1, 24, 25, 3), np.float32), False),
        (np.zeros((2, 24, 24, 3), np.float32), False),
        (np.zeros((24, 24, 3), np.float32), False),
        (np.zeros((1, 24, 24, 3), np.float64), False),
        (np.zeros((1, 24, 24, 3), np.uint8), False),
        ([np.zeros((1, 24, 24, 3), np.float32)] * 2, False),
    ],
)
def test_inputs_of_the_same_shapes_and_dtypes_fit(
    graph: GraphPass, inputs: Any, fits: bool
) -> None:
    assert graph.fits(inputs) is fits


def test_for_another_size_another_graph_is_traced() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(2, 3, name="conv")])
    activation_model = ActivationModel(model)
    for size in (8, 12):
        picture = RNG.random((1, size, size, 3), dtype=np.float32)
        given = GraphPass(activation_model, picture).run(picture, ("conv",)).activations["conv"]
        assert_close(given, activation_model(picture)["conv"])


class ByHand(keras.Model):  # type: ignore[misc]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3, name="dense")

    def build(self, shape: Any) -> None:
        self.dense.build(shape)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*shape[:-1], 3)


def nesting(inner: Any) -> keras.Model:
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.layers.ReLU()(inner(inputs)))


@pytest.mark.parametrize("build", [nested, several_inputs])
def test_models_that_always_run_the_same_layers_can_be_compiled(build: Any) -> None:
    assert can_be_compiled(build())


def test_a_sequential_model_can_be_compiled() -> None:
    assert can_be_compiled(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))


def test_a_model_written_by_hand_cannot_be_compiled() -> None:
    model = ByHand()
    model(np.ones((1, 4), np.float32))
    assert not can_be_compiled(model)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_model_written_by_hand_within_another_cannot_be_compiled(depth: int) -> None:
    model: keras.Model = ByHand(name="own")
    for _ in range(depth):
        model = nesting(model)
    assert not can_be_compiled(model)


def test_a_model_written_by_hand_within_a_sequential_one_cannot_be_compiled() -> None:
    assert not can_be_compiled(keras.Sequential([keras.Input((4,)), ByHand()]))


# Keras would rather have `build` in it, which nobody writes by hand.
@pytest.mark.filterwarnings("ignore:`build..` was called on layer:UserWarning")
def test_a_model_written_by_hand_within_a_wrapper_cannot_be_compiled() -> None:
    model = keras.Sequential([keras.Input((5, 4)), keras.layers.TimeDistributed(ByHand())])
    assert not can_be_compiled(model)


@pytest.mark.parametrize("before", [False, True])
def test_tensorflow_s_own_options_are_as_before(graph: GraphPass, before: bool) -> None:
    import tensorflow as tf

    options = tf.config.optimizer
    options.set_experimental_options({"disable_meta_optimizer": before, "remapping": False})
    try:
        kept = options.get_experimental_options()
        assert kept["disable_meta_optimizer"] == before
        graph.run(PICTURE, ("stem",))
        assert options.get_experimental_options() == kept
    finally:
        options.set_experimental_options({"disable_meta_optimizer": False, "remapping": True})
