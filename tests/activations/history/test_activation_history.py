"""The callback that keeps activations while a model trains, and the training beside it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image

from actviz_widgets import ActivationHistory, get_activations
from actviz_widgets.pictures.resize import resized

from ...model_kinds import checks

pytestmark = pytest.mark.slow  # each test trains

RNG = np.random.default_rng(0)
X = RNG.random((96, 12, 12, 3), dtype=np.float32)
Y = (X[..., 0].mean((1, 2)) > 0.5).astype(np.int32)
SHOWN = X[:2]


def block(name: str = "block") -> keras.Sequential:
    return keras.Sequential(
        [layers.Conv2D(3, 3, activation="relu", name="conv"), layers.BatchNormalization(name="n")],
        name=name,
    )


def sequential() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.RandomFlip(name="flip"),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.3, name="dropout"),
            layers.Flatten(name="flatten"),
            layers.Dense(2, activation="softmax", name="out"),
        ]
    )


def functional() -> keras.Model:
    entry = keras.Input((12, 12, 3), name="entry")
    one, other = layers.Conv2D(3, 3, name="one")(entry), layers.Conv2D(3, 3, name="other")(entry)
    x = layers.GlobalAveragePooling2D(name="pool")(layers.Add(name="add")([one, other]))
    return keras.Model(entry, layers.Dense(2, activation="softmax", name="out")(x))


def nested() -> keras.Model:
    entry = keras.Input((12, 12, 3))
    x = layers.GlobalAveragePooling2D(name="pool")(block()(entry))
    return keras.Model(entry, layers.Dense(2, activation="softmax", name="out")(x))


class Subclassed(keras.Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.block = block()
        self.drop = layers.Dropout(0.3, name="drop")
        self.pool = layers.GlobalAveragePooling2D(name="pool")
        self.out = layers.Dense(2, activation="softmax", name="out")

    def call(self, x: Any, training: bool = False) -> Any:
        return self.out(self.pool(self.drop(self.block(x), training=training)))


def subclassed() -> keras.Model:
    model = Subclassed()
    model(SHOWN)
    return model


def regularized() -> keras.Model:
    """A model whose layers add a loss with each call."""
    entry = keras.Input((12, 12, 3))
    x = layers.Conv2D(3, 3, activity_regularizer="l2", name="conv")(entry)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(entry, layers.Dense(2, activation="softmax", name="out")(x))


def unbuilt() -> keras.Model:
    return keras.Sequential([block(), layers.Flatten(), layers.Dense(2, activation="softmax")])


BUILT = [sequential, functional, nested, subclassed]


def compiled(make: Callable[[], keras.Model]) -> keras.Model:
    keras.utils.set_random_seed(7)
    model = make()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def trained(
    make: Callable[[], keras.Model], *callbacks: keras.callbacks.Callback, epochs: int = 3
) -> tuple[keras.Model, dict[str, list[float]]]:
    model = compiled(make)
    done = model.fit(
        X, Y, epochs=epochs, batch_size=32, verbose=0, callbacks=list(callbacks),
        validation_data=(X[:32], Y[:32]),
    )  # fmt: skip
    return model, done.history


def after_training(*histories: ActivationHistory, epochs: int = 3) -> ActivationHistory:
    trained(functional, *histories, epochs=epochs)
    return histories[0]


# -------------------------------------------------------------------------------- the training


def random_states() -> list[Any]:
    """Gives where each source of random numbers is."""
    name, keys, *rest = np.random.get_state()
    return [
        random.getstate(),
        (name, bytes(np.asarray(keys).tobytes()), *rest),
        tf.random.get_global_generator().state.numpy().tolist(),
        float(tf.random.uniform(())),
        float(keras.random.uniform(())),
    ]


@pytest.mark.parametrize("make", [*BUILT, regularized, unbuilt])
def test_training_with_it_is_to_the_bit_the_training_without_it(
    make: Callable[[], keras.Model],
) -> None:
    plain, plain_numbers = trained(make)
    plain_states = random_states()
    watched, watched_numbers = trained(make, ActivationHistory(SHOWN))
    assert plain_states == random_states()
    assert plain_numbers == watched_numbers
    assert len(plain.variables) == len(watched.variables)
    for one, other in zip(plain.variables, watched.variables, strict=True):
        checks.assert_equal(one.value, other.value, one.path)
    for one, other in zip(plain.optimizer.variables, watched.optimizer.variables, strict=True):
        checks.assert_equal(one.value, other.value, one.path)


@pytest.mark.parametrize("make", BUILT)
def test_an_epoch_that_is_recorded_leaves_no_trace_in_the_model(
    make: Callable[[], keras.Model],
) -> None:
    seen: list[tuple[Any, Any]] = []

    def all_of(model: keras.Model) -> Any:
        variables = [*model.optimizer.variables, *(v for m in model.metrics for v in m.variables)]
        return checks.state(model), [checks.as_array(v.value).tobytes() for v in variables]

    class Watched(ActivationHistory):
        def _record(self, epoch: int, logs: Any) -> None:
            before = all_of(self.model)
            super()._record(epoch, logs)
            seen.append((before, all_of(self.model)))

    trained(make, Watched(SHOWN))
    assert len(seen) == 4
    for before, after in seen:
        assert before == after


# ------------------------------------------------------------------------------- what is kept


@pytest.mark.parametrize("make", BUILT)
def test_each_epoch_is_what_the_model_gave_then(make: Callable[[], keras.Model]) -> None:
    expected: dict[int, list[dict[str, np.ndarray]]] = {}
    outputs: dict[int, list[np.ndarray]] = {}

    class ByHand(keras.callbacks.Callback):  # type: ignore[misc]
        def look(self, epoch: int) -> None:
            expected[epoch] = [get_activations(self.model, x[None]) for x in SHOWN]
            outputs[epoch] = [np.asarray(self.model(x[None], training=False)) for x in SHOWN]

        def on_train_begin(self, logs: Any = None) -> None:
            self.look(0)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.look(epoch + 1)

    history = ActivationHistory(SHOWN)
    trained(make, history, ByHand())
    assert history.epochs == (0, 1, 2, 3)
    assert [info.path for info in history.layers] == list(expected[0][0])
    for epoch in history.epochs:
        for image in range(2):
            kept = history.activations(epoch, image)
            assert list(kept) == list(expected[epoch][image])
            for path, array in kept.items():
                checks.assert_equal(array, expected[epoch][image][path][0], path)
            checks.assert_equal(
                history.predictions(epoch, image), outputs[epoch][image][0], "predictions"
            )
    first, last = (history.activations(epoch)["out"] for epoch in (0, 3))
    assert not np.array_equal(first, last)


def test_a_model_that_its_first_batch_builds_begins_with_epoch_1() -> None:
    history = ActivationHistory(SHOWN)
    trained(unbuilt, history)
    assert history.epochs == (1, 2, 3)
    assert history.left_out == 0


def test_a_second_fit_goes_on_counting() -> None:
    history = ActivationHistory(SHOWN)
    model = compiled(functional)
    for epochs in (2, 3):
        model.fit(X, Y, epochs=epochs, verbose=0, callbacks=[history])
    assert history.epochs == (0, 1, 2, 3, 4, 5)
    model.fit(X, Y, initial_epoch=5, epochs=7, verbose=0, callbacks=[history])
    assert history.epochs == (0, 1, 2, 3, 4, 5, 6, 7)
    now = get_activations(model, SHOWN[:1])
    for path, array in history.activations(7).items():
        checks.assert_equal(array, now[path][0], path)


def test_a_training_that_goes_on_begins_with_its_initial_epoch() -> None:
    history = ActivationHistory(SHOWN)
    compiled(functional).fit(
        X, Y, initial_epoch=10, epochs=12, verbose=0, callbacks=[history]
    )  # fmt: skip
    assert history.epochs == (10, 11, 12)


def test_a_fit_that_was_interrupted_counts_the_epochs_that_ended() -> None:
    class Interrupted(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == 2:
                raise KeyboardInterrupt

    history, model = ActivationHistory(SHOWN), compiled(functional)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=9, verbose=0, callbacks=[history, Interrupted()])
    assert history.epochs == (0, 1, 2)
    model.fit(X, Y, epochs=1, verbose=0, callbacks=[history])
    assert history.epochs == (0, 1, 2, 3)


def test_chosen_layers_alone_are_kept() -> None:
    history = after_training(ActivationHistory(SHOWN, layers=["add", "one"]))
    assert [info.path for info in history.layers] == ["add", "one"]
    assert list(history.activations(2)) == ["add", "one"]
    assert history.predictions(2).shape == (2,)


def test_what_is_kept_cannot_be_changed_by_hand() -> None:
    history = after_training(ActivationHistory(SHOWN))
    with pytest.raises(ValueError, match="read-only"):
        history.activations(1)["one"][:] = 0
    assert all(array.base is None for array in history.activations(1).values())


# --------------------------------------------------------------------------------- the budget


def test_the_budget_holds_and_what_is_left_out_is_counted() -> None:
    whole = after_training(ActivationHistory(SHOWN), epochs=12)
    an_epoch = (whole.nbytes - SHOWN.nbytes * 2) // 13
    budget = SHOWN.nbytes * 2 + 5 * an_epoch
    seen: list[tuple[int, tuple[int, ...]]] = []

    class Sizes(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append((history.nbytes, history.epochs))

    history = ActivationHistory(SHOWN, memory_budget=budget)
    after_training(history, Sizes(), epochs=12)  # type: ignore[arg-type]
    assert len(seen) == 12
    for number, (size, epochs) in enumerate(seen, 1):
        assert size <= budget
        assert epochs[0] == 0
        assert epochs[-1] == number
    assert history.epochs == (0, 4, 8, 12)
    assert history.left_out == 9
    assert repr(history).endswith(
        f"4 epochs, 9 left out, 2 pictures, 6 layers, {history.nbytes / 1000:.3g} kB)"
    )
    for epoch in history.epochs:
        for path, array in history.activations(epoch, 1).items():
            checks.assert_equal(array, whole.activations(epoch, 1)[path], path)


def test_every_nth_epoch_is_kept_where_asked_for() -> None:
    history = after_training(ActivationHistory(SHOWN, every=4), epochs=10)
    assert history.epochs == (0, 4, 8, 10)
    with pytest.raises(ValueError, match=r"Epoch 5 is not kept.*: 0, 4, 8, 10\."):
        history.activations(5)
    with pytest.raises(ValueError, match="no picture 2; choose 0 to 1"):
        history.activations(4, 2)


@pytest.mark.parametrize("budget", [1, SHOWN.nbytes * 4 + 10_000])
def test_two_epochs_that_do_not_fit_are_refused_before_the_first_batch(budget: int) -> None:
    history, model = ActivationHistory(SHOWN, memory_budget=budget), compiled(functional)
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"(?s)memory_budget.*[Ff]ewer pictures"):
        model.fit(X, Y, verbose=0, callbacks=[history])
    assert all(map(np.array_equal, before, model.get_weights()))
    assert history.epochs == ()


def test_a_thousand_pictures_are_refused_without_running_them_all() -> None:
    many = np.zeros((1000, 12, 12, 3), np.float32)
    history = ActivationHistory(many, memory_budget=2 * many.nbytes * 2)
    with pytest.raises(ValueError, match=r"layers put out for \d+ of 1000 pictures takes"):
        compiled(functional).fit(X, Y, verbose=0, callbacks=[history])


# ------------------------------------------------------------------------------- the pictures


def test_pictures_of_all_kinds_are_taken(tmp_path: Path) -> None:
    array = RNG.integers(0, 255, (20, 30, 3), np.uint8)
    Image.fromarray(array).save(tmp_path / "file.png")
    expected = resized(array, 12, 12) / np.float32(255)
    kinds: dict[str, object] = {
        "array": array,
        "path": tmp_path / "file.png",
        "folder": tmp_path,
        "PIL image": Image.fromarray(array),
        "named": {"mine": array},
    }
    for kind, images in kinds.items():
        history = after_training(ActivationHistory(images), epochs=1)
        assert len(history.images) == 1, kind
        entry = history.activations(0)["entry"]
        assert entry.shape == (12, 12, 3)
        assert np.allclose(entry, expected, atol=0.02), kind
    data = tf.data.Dataset.from_tensor_slices((X[:3], Y[:3])).batch(2)
    assert len(after_training(ActivationHistory(data), epochs=1).images) == 3


def test_files_are_read_and_preprocessed_once_and_may_go_then(tmp_path: Path) -> None:
    file = tmp_path / "file.png"
    Image.fromarray(RNG.integers(0, 255, (12, 12, 3), np.uint8)).save(file)
    calls = []

    def preprocess(pixels: np.ndarray) -> np.ndarray:
        calls.append(pixels.shape)
        file.unlink(missing_ok=True)
        return pixels / 255

    history = after_training(ActivationHistory(file, preprocess=preprocess))
    assert history.epochs == (0, 1, 2, 3)
    assert calls == [(1, 12, 12, 3)]


def test_files_of_a_folder_that_cannot_be_read_are_left_out_and_said(tmp_path: Path) -> None:
    for name in ("b.png", "c.png"):
        Image.fromarray(RNG.integers(0, 255, (12, 12, 3), np.uint8)).save(tmp_path / name)
    (tmp_path / "a.png").write_bytes(b"nothing")
    history = after_training(ActivationHistory(tmp_path))
    assert history.images == ("b.png", "c.png")
    assert history.subject().note == "the pictures, without 1 that cannot be read"


def test_several_inputs_are_taken() -> None:
    left, right = keras.Input((4,), name="left"), keras.Input((6,), name="right")
    x = layers.Concatenate(name="both")([left, right])
    model = keras.Model([left, right], layers.Dense(1, name="out")(x))
    model.compile("sgd", "mse")
    given = [RNG.random((5, 4), np.float32), RNG.random((5, 6), np.float32)]
    history = ActivationHistory([array[:2] for array in given])
    model.fit(given, np.zeros((5, 1)), epochs=2, verbose=0, callbacks=[history])
    assert np.array_equal(
        history.activations(2, 1)["both"], np.concatenate([given[0][1], given[1][1]])
    )


# --------------------------------------------------------------------------------- the errors


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        ({"images": None}, TypeError, "images is None; a picture or several are wanted"),
        ({"every": 0}, ValueError, "every is 0; 1 or more is wanted"),
        ({"every": 1.5}, TypeError, "every is 1.5; a number of epochs"),
        ({"every": True}, TypeError, "every is True; a number of epochs"),
        ({"memory_budget": 0}, ValueError, "memory_budget is 0 bytes"),
        ({"memory_budget": "1 GB"}, TypeError, "memory_budget is '1 GB'; a number of bytes"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_settings_are_refused_at_once(
    arguments: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        ActivationHistory(**({"images": SHOWN} | arguments))


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        ({"images": []}, ValueError, "no pictures"),
        ({"images": "nowhere.png"}, ValueError, "nowhere.png"),
        ({"images": np.zeros((5, 5, 3))}, ValueError, r"\(5, 5, 3\).*takes \(12, 12, 3\)"),
        ({"layers": ["no_such"]}, ValueError, "no layer 'no_such'"),
        ({"preprocess": 3}, TypeError, "a function is wanted"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_does_not_fit_the_model_is_refused_before_the_first_batch(
    arguments: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    model = compiled(functional)
    before = model.get_weights()
    history = ActivationHistory(**({"images": SHOWN} | arguments))
    with pytest.raises(kind, match=sentence):
        model.fit(X, Y, verbose=0, callbacks=[history])
    assert all(map(np.array_equal, before, model.get_weights()))
    assert repr(history) == "ActivationHistory(empty)"


def test_a_folder_of_which_no_file_can_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"a\.png.*not a picture that can be read"):
        after_training(ActivationHistory(tmp_path))


def test_an_empty_history_says_what_fills_it() -> None:
    history = ActivationHistory(SHOWN)
    assert (history.epochs, history.left_out, history.nbytes) == ((), 0, 0)
    for ask in (
        lambda: history.images,
        lambda: history.layers,
        lambda: history.activations(0),
        lambda: history.predictions(0),
    ):
        with pytest.raises(ValueError, match=r"history is empty.*callbacks=\[history\]"):
            ask()


def test_another_model_s_training_is_refused() -> None:
    history = after_training(ActivationHistory(SHOWN))
    with pytest.raises(ValueError, match="of the training of another model"):
        trained(sequential, history)
    assert history.epochs == (0, 1, 2, 3)
