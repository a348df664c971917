"""The table of models on the backend at hand, which `KERAS_BACKEND` names."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer, ActivationModel, get_activations

from ..explorer.test_any_model import ANY_BACKEND, Row
from ..model_kinds import checks, nested, plain
from ..model_kinds.making import Made, with_weights
from .store import FILE

BACKEND = keras.backend.backend()
# On TensorFlow, all rows are held to this by test_any_model.
HERE = ANY_BACKEND if BACKEND != "tensorflow" else ANY_BACKEND[:1]
PICTURES = plain.PICTURES


@pytest.fixture(scope="module", params=HERE, ids=lambda row: row.kind)
def row(request: pytest.FixtureRequest) -> Row:
    wanted: Row = request.param
    return wanted


@pytest.fixture(scope="module")
def made(row: Row) -> Made:
    return row.make()


@pytest.fixture(scope="module")
def on_tensorflow() -> dict[str, np.ndarray]:
    with np.load(FILE) as stored:
        return dict(stored)


def test_each_layer_call_gives_what_it_does_by_hand(row: Row, made: Made) -> None:
    checks.check_eager_pass(made, row.paths.split())


def test_a_compiled_pass_gives_the_same_as_by_hand(row: Row, made: Made) -> None:
    if row.is_batched or BACKEND == "tensorflow":
        checks.check_compiled_pass(made, row.paths.split())
        return
    # Keras itself sets the batches' outputs one behind the other, and has nothing to do it with.
    with pytest.raises((ValueError, RuntimeError), match="zero-dimensional"):
        ActivationModel(made.model).predict(made.inputs, verbose=0)


def test_the_explorer_shows_each_layer_as_by_hand_from_one_pass(row: Row, made: Made) -> None:
    checks.check_explorer(made, row.paths.split())


def test_neither_a_pass_nor_an_explorer_leaves_a_trace(row: Row, made: Made) -> None:
    checks.check_left_untouched(made, predicts=row.is_batched or BACKEND == "tensorflow")


@pytest.mark.slow
@pytest.mark.parametrize("row", ANY_BACKEND, ids=lambda row: row.kind)
def test_each_layer_call_gives_what_it_does_on_tensorflow(
    row: Row, on_tensorflow: dict[str, np.ndarray]
) -> None:
    made = row.make()
    first = keras.tree.map_structure(lambda array: array[:1], made.inputs)
    for path, array in get_activations(made.model, first).items():
        stored = on_tensorflow[f"{row.kind}: {path}"]
        checks.assert_close(array, stored, max(made.tolerance, 1e-4), path)


@pytest.mark.parametrize("make", [plain.sequential, nested.functional_in_subclassed])
def test_predict_follows_weights_that_changed_since_its_first_call(make: Any) -> None:
    made: Made = make()
    activation_model = ActivationModel(made.model)
    before = activation_model.predict(made.inputs, verbose=0)
    with_weights(made.model, seed=2)
    after = activation_model.predict(made.inputs, verbose=0)
    assert set(after) == set(before)
    last = list(activation_model(made.inputs))[-1]
    *_, expected = checks.by_hand(made, made.inputs)
    checks.assert_close(after[last], expected, made.tolerance, last)
    assert not np.allclose(after[last], before[last])


def test_an_explorer_made_after_the_weights_changed_shows_the_new_ones() -> None:
    made = plain.sequential()
    ActivationExplorer(made.model, PICTURES).close()
    with_weights(made.model, seed=3)
    checks.check_explorer(made, ["conv", "norm", "pool", "dropout", "flatten", "dense"])


def test_what_each_backend_knows_of_open_sizes_shows_before_a_run() -> None:
    captured = ActivationModel(plain.open_sizes().model).captured
    assert [info.output_shape for info in captured] == [
        (None, None, None, 4),
        (None, None, None, 4),
        (None, 4),
    ]


def test_a_model_can_be_trained_after_it_was_looked_at() -> None:
    made = plain.sequential()
    made.model.compile("sgd", "sparse_categorical_crossentropy")
    explorer = ActivationExplorer(made.model, PICTURES)
    before = [array.copy() for array in made.model.get_weights()]
    made.model.fit(PICTURES, np.array([0, 1]), verbose=0)
    after = made.model.get_weights()
    assert any(not np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    assert len(explorer.activation) == 10
    explorer.close()


def test_pictures_of_bytes_go_in_as_a_two_hundred_and_fifty_fifth() -> None:
    made = plain.sequential()
    pictures = np.arange(2 * 12 * 12 * 3, dtype=np.uint8).reshape(2, 12, 12, 3)
    explorer = ActivationExplorer(made.model, pictures)
    scaled = pictures[:1].astype(np.float32) / np.float32(255)
    for info, value in zip(explorer.layers, checks.by_hand(made, scaled), strict=True):
        explorer.layer = info.path
        checks.assert_equal(explorer.activation, value[0], info.path)
    explorer.close()
