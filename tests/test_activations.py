from collections.abc import Sequence

import numpy as np
import pytest

from actviz_widgets.activations import Activations, Seen

# Bytes of each layer's activation, in the order in which the layers run.
SIZES = {"conv1": 400, "conv2": 300, "conv3": 200, "dense": 100}
ALL = sum(SIZES.values())


class Model:
    """Writes down what it was run on."""

    def __init__(self, other_bytes: int = 0) -> None:
        self.runs: list[tuple[int, list[str]]] = []
        self.other_bytes = other_bytes

    def __call__(self, picture: int, layer_paths: Sequence[str]) -> Seen[str]:
        self.runs.append((picture, list(layer_paths)))
        activations = {path: np.full(SIZES[path], picture, np.uint8) for path in layer_paths}
        return Seen(f"picture {picture}", None, activations, self.other_bytes)


def test_a_picture_goes_through_the_model_once_for_all_its_layers() -> None:
    model = Model()
    activations = Activations(model, SIZES, ALL)
    for path in [*SIZES, *SIZES]:
        seen = activations.get(0, path)
        assert seen.picture == "picture 0"
        assert seen.activations[path].nbytes == SIZES[path]
    assert model.runs == [(0, list(SIZES))]
    assert activations.forward_passes == 1
    assert activations.is_whole


def test_pictures_seen_already_cost_no_pass_while_they_fit() -> None:
    activations = Activations(Model(), SIZES, 3 * ALL)
    for picture in (0, 1, 2, 1, 0, 2):
        assert (activations.get(picture, "conv1").activations["conv1"] == picture).all()
    assert activations.forward_passes == 3
    assert activations.nbytes == 3 * ALL


def test_the_picture_not_looked_at_for_longest_goes_first() -> None:
    model = Model()
    activations = Activations(model, SIZES, 2 * ALL)
    for picture in (0, 1, 0, 2, 0, 1):
        activations.get(picture, "conv1")
    assert [picture for picture, _ in model.runs] == [0, 1, 2, 1]


@pytest.mark.parametrize("budget", [1, 250, 450, ALL, 2 * ALL + 1, 5 * ALL])
def test_what_is_kept_stays_within_the_budget_or_is_the_one_layer_asked_for(budget: int) -> None:
    activations = Activations(Model(), SIZES, budget)
    for picture in range(4):
        for path in SIZES:
            activations.get(picture, path)
            assert activations.nbytes <= max(budget, SIZES[path])


def test_the_pictures_themselves_count_too() -> None:
    activations = Activations(Model(other_bytes=500), SIZES, 2 * ALL + 999)
    activations.get(0, "conv1")
    assert activations.nbytes == ALL + 500
    activations.get(1, "conv1")
    assert activations.nbytes == ALL + 500


def test_of_layers_too_large_together_the_one_asked_for_and_those_after_it_are_kept() -> None:
    model = Model()
    activations = Activations(model, SIZES, 600)
    assert not activations.is_whole
    for path in ("conv2", "conv3", "dense", "conv2"):
        activations.get(0, path)
    assert model.runs == [(0, ["conv2", "conv3", "dense"])]
    assert activations.nbytes == 600


def test_after_the_last_layer_the_first_ones_come_again() -> None:
    model = Model()
    Activations(model, SIZES, 500).get(0, "dense")
    assert model.runs == [(0, ["dense", "conv1"])]


def test_a_layer_larger_than_the_budget_is_given_alone() -> None:
    model = Model()
    activations = Activations(model, SIZES, 150)
    assert activations.get(0, "conv1").activations["conv1"].nbytes == 400
    assert model.runs == [(0, ["conv1"])]


def test_a_layer_that_is_not_kept_costs_a_pass() -> None:
    activations = Activations(Model(), SIZES, 400)
    for path in ("conv1", "conv2", "conv1"):
        activations.get(0, path)
    assert activations.forward_passes == 3


def test_sizes_not_known_before_the_first_pass_are_held_to_the_budget_after_it() -> None:
    model = Model()
    activations = Activations(model, dict.fromkeys(SIZES, 0), 500)
    assert activations.is_whole
    seen = activations.get(0, "conv3")
    assert list(seen.activations) == ["conv3", "dense"]
    assert activations.nbytes == 300
    assert not activations.is_whole
    activations.get(1, "conv3")
    assert model.runs == [
        (0, ["conv3", "dense", "conv1", "conv2"]),
        (1, ["conv3", "dense"]),
    ]


def test_a_failed_pass_leaves_the_other_pictures_kept() -> None:
    model = Model()

    def run(picture: int, layer_paths: Sequence[str]) -> Seen[str]:
        if picture == 1:
            raise ValueError("broken file")
        return model(picture, layer_paths)

    activations = Activations(run, SIZES, 2 * ALL)
    activations.get(0, "conv1")
    with pytest.raises(ValueError, match="broken file"):
        activations.get(1, "conv1")
    activations.get(0, "conv1")
    assert len(model.runs) == 1


def test_nothing_is_kept_after_clearing() -> None:
    activations = Activations(Model(), SIZES, ALL)
    activations.get(0, "conv1")
    activations.clear()
    assert activations.nbytes == 0
    activations.get(0, "conv1")
    assert activations.forward_passes == 2
