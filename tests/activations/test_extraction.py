"""How often a model is run, symbolically, eagerly and as a graph, and what is copied."""

from __future__ import annotations

import gc
import weakref

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer, ActivationModel
from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.activations.extraction import Extraction
from actviz_widgets.model import shared_pass as shared_pass_module
from actviz_widgets.model.graph_pass import GraphPass
from actviz_widgets.model.layer_catalog import LayerCatalog
from actviz_widgets.model.shared_pass import shared_pass
from actviz_widgets.pictures.pictures import Pictures
from actviz_widgets.views import SeriesView

PICTURES = np.random.default_rng(0).random((6, 20, 20, 3), np.float32)


def small(size: int | None = 20) -> keras.Model:
    inputs = keras.Input((size, size, 3), name="picture")
    x = keras.layers.Rescaling(2.0, name="scaled")(inputs)
    for number in range(6):
        x = keras.layers.Conv2D(8, 3, padding="same", name=f"conv_{number}")(x)
    return keras.Model(inputs, keras.layers.GlobalAveragePooling2D(name="pool")(x))


def extraction_of(model: keras.Model, budget: int = 2**28) -> Extraction:
    activation_model = ActivationModel(model)
    pictures = Pictures(PICTURES, declared_inputs(activation_model))
    return Extraction(activation_model, pictures, budget)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Counts runs of the model: to see its layers, to begin with, eagerly, and as a graph."""
    counts = {"symbolic": 0, "eager": 0, "traced": 0, "graph": 0}
    capture, record = LayerCatalog._capture, LayerCatalog._record
    trace, run = GraphPass.__init__, GraphPass.run

    def counting(name: str, own):  # type: ignore[no-untyped-def]
        def count(*args, **kwargs):  # type: ignore[no-untyped-def]
            counts[name] += 1
            return own(*args, **kwargs)

        return count

    def count_eager(self, recording, inputs):  # type: ignore[no-untyped-def]
        counts["eager"] += isinstance(inputs, np.ndarray)
        return record(self, recording, inputs)

    monkeypatch.setattr(LayerCatalog, "_capture", counting("symbolic", capture))
    monkeypatch.setattr(LayerCatalog, "_record", count_eager)
    monkeypatch.setattr(GraphPass, "__init__", counting("traced", trace))
    monkeypatch.setattr(GraphPass, "run", counting("graph", run))
    return counts


def test_the_first_picture_takes_one_pass_and_shows_the_layers_along_with_it(
    runs: dict[str, int],
) -> None:
    explorer = ActivationExplorer(small(), PICTURES)
    assert len(explorer.layers) == 9
    assert runs == {"symbolic": 0, "eager": 1, "traced": 0, "graph": 0}
    explorer.close()


def test_from_the_third_picture_on_a_graph_is_run(runs: dict[str, int]) -> None:
    extraction = extraction_of(small())
    for image in range(6):
        extraction.get(image, "conv_0")
    assert runs == {"symbolic": 0, "eager": 2, "traced": 1, "graph": 4}


def test_what_was_seen_takes_no_run(runs: dict[str, int]) -> None:
    extraction = extraction_of(small())
    for image in range(4):
        extraction.get(image, "conv_0")
    before = dict(runs)
    for image in range(4):
        for path in extraction.layers:
            extraction.get(image, path)
    assert runs == before


def test_a_model_over_the_budget_is_traced_once_and_never_run_eagerly(
    runs: dict[str, int],
) -> None:
    extraction = extraction_of(small(), budget=60_000)
    for path in extraction.layers:
        extraction.get(0, path)
    assert runs["symbolic"] == runs["eager"] == 0
    assert runs["traced"] == 1
    assert 2 <= runs["graph"] <= 9


def test_open_sizes_are_captured_by_the_graph_so_that_they_stay_open(
    runs: dict[str, int],
) -> None:
    extraction = extraction_of(small(size=None))
    assert extraction.layers["conv_0"].output_shape == (None, None, None, 8)
    assert runs["symbolic"] == 1


@pytest.mark.parametrize("size", [20, None])
def test_a_pass_that_shows_the_layers_holds_on_to_no_tensor(size: int | None) -> None:
    activation_model = ActivationModel(small(size))
    activations = activation_model(PICTURES[:1])
    tensors = [weakref.ref(tensor) for tensor in activations.values()]
    del activations
    gc.collect()
    assert [tensor() for tensor in tensors] == [None] * len(tensors)


def test_the_arrays_look_into_the_tensors_and_cannot_be_written_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(tensor: object) -> None:
        raise AssertionError("a tensor was copied")

    monkeypatch.setattr(keras.ops, "convert_to_numpy", refuse)
    extraction = extraction_of(small())
    for image in range(3):
        kept_pass = extraction.get(image, "conv_0")
        for array in kept_pass.activations.values():
            assert not array.flags.writeable
            assert not array.flags.owndata


def test_a_model_that_cannot_be_traced_goes_on_eagerly(runs: dict[str, int]) -> None:
    class ByNumpy(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x):  # type: ignore[no-untyped-def]
            if isinstance(x, keras.KerasTensor):
                return keras.KerasTensor(x.shape, x.dtype)
            return keras.ops.convert_to_tensor(np.asarray(x) + 1)

        def compute_output_spec(self, x):  # type: ignore[no-untyped-def]
            return keras.KerasTensor(x.shape, x.dtype)

    inputs = keras.Input((20, 20, 3))
    model = keras.Model(inputs, ByNumpy(name="by_numpy")(inputs))
    extraction = extraction_of(model)
    for image in range(5):
        kept_pass = extraction.get(image, "by_numpy")
        np.testing.assert_array_equal(kept_pass.activations["by_numpy"], PICTURES[image] + 1)
    assert runs["graph"] == 0
    assert runs["traced"] == 1


def test_weights_that_change_later_change_what_the_graph_gives() -> None:
    model = small()
    extraction = extraction_of(model)
    for image in range(4):
        extraction.get(image, "conv_0")
    kept = extraction.get(3, "conv_0").activations["conv_0"]
    before = kept.copy()
    model.get_layer("conv_0").bias.assign(np.full(8, 5, np.float32))
    assert np.array_equal(kept, before)
    later = extraction.get(4, "conv_0").activations["conv_0"]
    expected = np.asarray(model.get_layer("conv_0")(2 * PICTURES[4:5]))[0]
    np.testing.assert_allclose(later, expected, atol=1e-5)


def test_sizes_that_come_once_are_not_traced(runs: dict[str, int]) -> None:
    pictures = [np.zeros((size, size, 3), np.float32) for size in range(16, 32, 2)]
    activation_model = ActivationModel(small(size=None))
    extraction = Extraction(
        activation_model, Pictures(pictures, declared_inputs(activation_model)), 2**28
    )
    for image in range(len(pictures)):
        extraction.get(image, "conv_0")
    assert runs["traced"] == 0


def test_how_many_graphs_are_kept_is_bounded(runs: dict[str, int]) -> None:
    sizes = range(16, 30, 2)
    pictures = [np.zeros((size, size, 3), np.float32) for size in sizes for _ in range(4)]
    activation_model = ActivationModel(small(size=None))
    extraction = Extraction(
        activation_model, Pictures(pictures, declared_inputs(activation_model)), 2**28
    )
    for image in range(len(pictures)):
        extraction.get(image, "conv_0")
    assert runs["traced"] == len(sizes)
    kept = shared_pass(activation_model.model)._compiled
    assert 0 < kept.size <= shared_pass_module._MOST_COMPILED


@pytest.mark.parametrize(("kernel", "rows"), [(1, "row"), (3, "time step")])
def test_rows_are_time_only_where_a_layer_works_along_them(kernel: int, rows: str) -> None:
    layers = [keras.Input((30, 3)), keras.layers.Conv1D(4, kernel, name="conv")]
    activation_model = ActivationModel(keras.Sequential(layers))
    points = Pictures(
        PICTURES[:1, :10, :, :].reshape(1, 200, 3)[:, :30], declared_inputs(activation_model)
    )
    view = Extraction(activation_model, points, 2**28).get(0, "conv").picture.view
    assert isinstance(view, SeriesView)
    assert view.rows == rows
