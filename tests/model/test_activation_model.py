"""Every layer call's activation from one pass, equal to Keras's own, and no trace left."""

from __future__ import annotations

import threading
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationModel, LayerInfo, get_activations

KERAS_CALL = keras.Layer.__call__
RNG = np.random.default_rng(0)
PICTURES = RNG.random((2, 16, 16, 3), dtype=np.float32)


def sequential() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.MaxPooling2D(name="pool"),
            keras.layers.Dropout(0.5, name="dropout"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(3, activation="softmax", name="dense"),
        ],
        name="plain",
    )


def functional() -> keras.Model:
    inputs = keras.Input((16, 16, 3), name="picture")
    left = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="left")(inputs)
    right = keras.layers.DepthwiseConv2D(3, padding="same", name="right")(inputs)
    joined = keras.layers.Concatenate(name="joined")([left, right])
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(joined)
    return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid", name="out")(pooled))


def assert_same(one: Any, other: Any) -> None:
    assert np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("build", [sequential, functional])
def test_each_activation_equals_that_of_a_plain_multi_output_model(build: Any) -> None:
    model = build()
    plain = keras.Model(model.inputs, [layer.output for layer in model.layers])
    expected = dict(zip([layer.name for layer in model.layers], plain([PICTURES]), strict=True))
    activations = ActivationModel(model)(PICTURES)
    assert list(activations) == list(expected)
    for path, activation in activations.items():
        assert_same(activation, expected[path])


def test_predict_gives_the_same_for_all_pictures() -> None:
    model = sequential()
    activation_model = ActivationModel(model)
    predicted = activation_model.predict(PICTURES, batch_size=1, verbose=0)
    eager = activation_model(PICTURES)
    assert list(predicted) == list(eager)
    for path, activation in predicted.items():
        assert isinstance(activation, np.ndarray)
        np.testing.assert_allclose(activation, np.asarray(eager[path]), rtol=1e-5, atol=1e-6)


def test_one_call_is_one_pass_of_every_layer() -> None:
    calls: list[str] = []

    @keras.saving.register_keras_serializable()
    class Counting(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            calls.append(self.name)
            return inputs * 2

    model = keras.Sequential([keras.Input((3,)), Counting(name="a"), Counting(name="b")])
    activation_model = ActivationModel(model)
    calls.clear()
    activation_model(np.ones((1, 3), np.float32))
    assert calls == ["a", "b"]


def test_captured_names_each_call_with_its_class_and_shape() -> None:
    captured = ActivationModel(sequential()).captured
    assert captured[0] == LayerInfo("conv", "conv", "Conv2D", (None, 14, 14, 4))
    assert [info.path for info in captured] == [
        "conv", "norm", "pool", "dropout", "flatten", "dense",
    ]  # fmt: skip
    assert captured[-1].output_shape == (None, 3)


def test_sizes_left_open_stay_open_in_captured() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(2, 3, name="c")])
    activation_model = ActivationModel(model)
    assert activation_model.captured[0].output_shape == (None, None, None, 2)
    assert activation_model(PICTURES)["c"].shape == (2, 14, 14, 2)


def test_chosen_layers_come_alone_and_in_the_order_asked_for() -> None:
    activation_model = ActivationModel(sequential(), ["dense", "conv"])
    assert [info.path for info in activation_model.captured] == ["dense", "conv"]
    assert list(activation_model(PICTURES)) == ["dense", "conv"]
    assert set(activation_model.predict(PICTURES, verbose=0)) == {"dense", "conv"}


def test_nested_and_shared_layers_have_paths_of_their_own() -> None:
    inner_input = keras.Input((16, 16, 3), name="inner_input")
    inner = keras.Model(
        inner_input, keras.layers.Conv2D(3, 1, name="conv")(inner_input), name="inner"
    )
    inputs = keras.Input((16, 16, 3), name="picture")
    model = keras.Model(inputs, inner(inner(inputs)))
    activations = ActivationModel(model)(PICTURES)
    assert list(activations) == [
        "picture",
        "inner/inner_input",
        "inner/conv",
        "inner",
        "inner#2/inner_input",
        "inner#2/conv",
        "inner#2",
    ]
    once = inner(PICTURES)
    assert_same(activations["inner/conv"], once)
    assert_same(activations["inner#2/conv"], inner(once))


def test_a_model_written_by_hand_tells_its_layers_once_it_has_run() -> None:
    class ByHand(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.conv = keras.layers.Conv2D(2, 3, name="conv")
            self.dense = keras.layers.Dense(1, name="dense")

        def call(self, inputs: Any) -> Any:
            return self.dense(keras.ops.mean(self.conv(inputs), axis=(1, 2)))

    model = ByHand()
    model(PICTURES)
    activation_model = ActivationModel(model)
    with pytest.raises(ValueError, match="has not run yet"):
        _ = activation_model.captured
    assert_same(activation_model(PICTURES)["conv"], model.conv(PICTURES))
    assert [info.path for info in activation_model.captured] == ["conv", "dense"]
    unknown = ActivationModel(model, ["nope"])
    with pytest.raises(ValueError, match="no layer 'nope'"):
        unknown(PICTURES)


def test_of_an_rnn_the_layer_is_captured_and_not_its_cell() -> None:
    model = keras.Sequential(
        [keras.Input((5, 3)), keras.layers.LSTM(4, return_sequences=True, name="lstm")]
    )
    activation_model = ActivationModel(model)
    assert [info.path for info in activation_model.captured] == ["lstm"]
    series = RNG.random((2, 5, 3), dtype=np.float32)
    assert activation_model.predict(series, verbose=0)["lstm"].shape == (2, 5, 4)


@pytest.mark.parametrize("structure", [lambda x: [x], lambda x: {"picture": x}, lambda x: x])
def test_a_single_input_may_be_declared_in_a_list_or_dict(structure: Any) -> None:
    inputs = keras.Input((16, 16, 3), name="picture")
    outputs = keras.layers.Conv2D(2, 3, name="conv")(inputs)
    model = keras.Model(structure(inputs), structure(outputs))
    activation_model = ActivationModel(model)
    assert_same(activation_model(PICTURES)["conv"], model.get_layer("conv")(PICTURES))
    assert activation_model.prediction_shape == (None, 14, 14, 2)
    assert activation_model.predict(PICTURES, verbose=0)["conv"].shape == (2, 14, 14, 2)


def test_get_activations_gives_arrays() -> None:
    activations = get_activations(sequential(), PICTURES, layers=["conv"])
    assert list(activations) == ["conv"]
    assert type(activations["conv"]) is np.ndarray
    assert activations["conv"].shape == (2, 14, 14, 4)


@pytest.mark.slow
def test_the_model_is_left_as_it_was() -> None:
    model = sequential()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(PICTURES, np.array([0, 1]), verbose=0)

    def state() -> tuple[Any, ...]:
        return (
            model.get_config(),
            [array.tobytes() for array in model.get_weights()],
            [variable.path for variable in model.variables],
            [layer.name for layer in model.layers],
            [len(layer._inbound_nodes) for layer in model.layers],
            [layer.__dict__.get("call") for layer in model.layers],
            [layer.trainable for layer in model.layers],
            model.losses,
            [metric.name for metric in model.metrics],
            model.optimizer.iterations.numpy(),
            model.compiled,
        )

    before = state()
    activation_model = ActivationModel(model)
    activation_model(PICTURES)
    activation_model.predict(PICTURES, verbose=0)
    assert state() == before
    assert keras.Layer.__call__ is KERAS_CALL
    model.fit(PICTURES, np.array([0, 1]), verbose=0)


def test_activity_losses_and_states_of_layers_stay_as_they_were() -> None:
    class Counter(keras.layers.Layer):  # type: ignore[misc]
        def build(self, _: Any) -> None:
            self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, inputs: Any) -> Any:
            self.count.assign_add(1)
            return inputs

    model = keras.Sequential(
        [keras.Input((3,)), Counter(), keras.layers.Dense(2, activity_regularizer="l2")]
    )
    model(np.ones((1, 3), np.float32))
    losses, count = [float(loss) for loss in model.losses], float(model.layers[0].count)
    activation_model = ActivationModel(model)
    activation_model(np.full((1, 3), 5, np.float32))
    activation_model.forward_pass(np.full((1, 3), 5, np.float32))
    activation_model.predict(np.full((1, 3), 5, np.float32), verbose=0)
    assert [float(loss) for loss in model.losses] == losses
    assert float(model.layers[0].count) == count


def test_a_model_that_raises_leaves_nothing_patched() -> None:
    class Broken(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            raise RuntimeError("out of order")

        def compute_output_spec(self, inputs: Any) -> Any:
            return keras.KerasTensor(inputs.shape, inputs.dtype)

    model = keras.Sequential([keras.Input((3,)), Broken()])
    with pytest.raises(Exception, match="out of order"):
        ActivationModel(model)(np.ones((1, 3), np.float32))
    assert keras.Layer.__call__ is KERAS_CALL


def test_another_thread_may_run_the_model_meanwhile() -> None:
    inside, go_on = threading.Event(), threading.Event()
    recorder = threading.current_thread()

    class Waiting(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            if threading.current_thread() is recorder:
                inside.set()
                assert go_on.wait(60)
            return inputs + 1

        def compute_output_spec(self, inputs: Any) -> Any:
            return keras.KerasTensor(inputs.shape, inputs.dtype)

    model = keras.Sequential(
        [keras.Input((3,)), Waiting(name="waiting"), keras.layers.Dense(2, name="dense")]
    )
    elsewhere: list[Any] = []

    def use_the_model() -> None:
        assert inside.wait(60)
        elsewhere.append(np.asarray(model(np.zeros((4, 3), np.float32))))
        go_on.set()

    go_on.set()
    activation_model = ActivationModel(model)
    inside.clear()
    go_on.clear()
    thread = threading.Thread(target=use_the_model)
    thread.start()
    activations = activation_model(np.ones((1, 3), np.float32))
    thread.join()
    assert list(activations) == ["waiting", "dense"]
    assert activations["dense"].shape == (1, 2)
    assert elsewhere[0].shape == (4, 2)


@pytest.mark.slow
def test_passes_beside_a_training_thread_change_nothing_of_the_training() -> None:
    class Loss(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            self.add_loss(0.1 * keras.ops.mean(inputs**2))
            return inputs

    targets = np.random.default_rng(1).random((2, 16, 16, 4), dtype=np.float32)

    def trained(*, looked_at: bool) -> tuple[list[float], list[bytes]]:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((16, 16, 3))])
        for _ in range(3):
            model.add(keras.layers.Conv2D(4, 3, padding="same"))
            model.add(keras.layers.BatchNormalization())
            model.add(Loss())
        model.compile("sgd", "mse", run_eagerly=True)
        activation_model = ActivationModel(model)
        history: list[float] = []

        def train() -> None:
            fitted = model.fit(PICTURES, targets, epochs=8, batch_size=1, shuffle=False, verbose=0)
            history.extend(fitted.history["loss"])

        thread = threading.Thread(target=train)
        thread.start()
        while looked_at and thread.is_alive():
            activation_model(PICTURES[:1])
        thread.join()
        return history, [array.tobytes() for array in model.get_weights()]

    assert trained(looked_at=True) == trained(looked_at=False)


def test_it_is_saved_and_loaded_like_any_model(tmp_path: Any) -> None:
    activation_model = ActivationModel(sequential(), ["pool", "dense"])
    file = tmp_path / "activations.keras"
    activation_model.save(file)
    loaded = keras.models.load_model(file)
    expected = activation_model(PICTURES)
    for path, activation in loaded(PICTURES).items():
        assert_same(activation, expected[path])


def test_the_inputs_reach_a_model_of_double_precision_unrounded() -> None:
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3), dtype="float64"),
            keras.layers.Conv2D(2, 3, dtype="float64", name="conv"),
        ]
    )
    pictures = RNG.random((1, 16, 16, 3))
    activation = ActivationModel(model)(pictures)["conv"]
    assert_same(activation, model(pictures))
    assert np.asarray(activation).dtype == np.float64


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        (keras.layers.Rescaling(1 / 255), 255),
        (keras.layers.Rescaling(1 / 127.5, offset=-1), 255),
        (keras.layers.Rescaling(2.0, offset=-1), 1),
        (keras.layers.Normalization(mean=[120.0] * 3, variance=[3600.0] * 3), 240),
    ],
)
def test_a_scaling_layer_at_the_front_is_found(scaling: keras.Layer, expected: float) -> None:
    augment = keras.Sequential(
        [keras.Input((16, 16, 3)), keras.layers.RandomFlip(), keras.layers.RandomZoom(0.1)]
    )
    inner = keras.Sequential(
        [keras.Input((16, 16, 3)), keras.layers.Resizing(8, 8), scaling], name="inner"
    )
    model = keras.Sequential([keras.Input((16, 16, 3)), augment, inner, keras.layers.Conv2D(2, 3)])
    found = ActivationModel(model).leading_scaling()
    assert found is not None
    assert found[0] == f"inner/{scaling.name}"
    assert found[1] == pytest.approx(expected)


def test_a_scaling_layer_after_others_is_no_leading_one() -> None:
    model = keras.Sequential(
        [keras.Input((16, 16, 3)), keras.layers.Conv2D(2, 3), keras.layers.Rescaling(0.1)]
    )
    assert ActivationModel(model).leading_scaling() is None


def test_what_is_no_keras_model_is_refused_in_a_sentence() -> None:
    with pytest.raises(TypeError, match=r"of type builtins\.dict; a keras\.Model is wanted"):
        ActivationModel({})  # type: ignore[arg-type]


def test_an_unbuilt_model_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"'new' is not built.*keras\.Input"):
        ActivationModel(keras.Sequential([keras.layers.Dense(2)], name="new"))


def test_an_unknown_layer_is_refused_with_the_nearest_named() -> None:
    with pytest.raises(ValueError, match=r"no layer 'con'; the nearest are 'conv'"):
        ActivationModel(sequential(), ["con"])
    with pytest.raises(ValueError, match="layers is empty"):
        ActivationModel(sequential(), [])


def test_an_activation_model_given_as_the_model_is_unwrapped() -> None:
    model = sequential()
    within = ActivationModel(model, ["conv"])
    assert ActivationModel(within).model is model
    assert [info.path for info in ActivationModel(within).captured] == ["conv"]
    assert [info.path for info in ActivationModel(within, ["dense"]).captured] == ["dense"]
    assert list(get_activations(within, PICTURES)) == ["conv"]
    everything = ActivationModel(model)
    assert list(get_activations(everything, PICTURES)) == list(get_activations(model, PICTURES))
