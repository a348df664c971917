from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from actviz_widgets.activations.cache import Activations, Fit, KeptPass

# Bytes of each layer's activation, in the order in which the layers run.
SIZES = {"conv1": 400, "conv2": 300, "conv3": 200, "dense": 100}
ALL = sum(SIZES.values())


class Model:
    """Writes down what it was run on."""

    def __init__(
        self,
        other_bytes: int = 0,
        sizes: Mapping[str, int] = SIZES,
        known: Mapping[str, int] | None = None,
    ) -> None:
        self.runs: list[tuple[int, list[str]]] = []
        self.other_bytes = other_bytes
        self.sizes = sizes
        self.known = sizes if known is None else known

    def __call__(self, picture: int, fit: Fit) -> KeptPass[str]:
        layer_paths = fit(self.known, self.other_bytes)
        self.runs.append((picture, list(layer_paths)))
        activations = {path: np.full(self.sizes[path], picture, np.uint8) for path in layer_paths}
        return KeptPass(f"picture {picture}", None, activations, self.known, self.other_bytes)


def test_a_picture_goes_through_the_model_once_for_all_its_layers() -> None:
    model = Model()
    activations = Activations(model, ALL)
    for path in [*SIZES, *SIZES]:
        kept_pass = activations.get(0, path)
        assert kept_pass.picture == "picture 0"
        assert kept_pass.activations[path].nbytes == SIZES[path]
    assert model.runs == [(0, list(SIZES))]
    assert activations.forward_passes == 1
    assert activations.part_count(kept_pass) == 1


def test_pictures_seen_already_cost_no_pass_while_they_fit() -> None:
    activations = Activations(Model(), 3 * ALL)
    for picture in (0, 1, 2, 1, 0, 2):
        assert (activations.get(picture, "conv1").activations["conv1"] == picture).all()
    assert activations.forward_passes == 3
    assert activations.nbytes == 3 * ALL


def test_the_picture_not_looked_at_for_longest_goes_first() -> None:
    model = Model()
    activations = Activations(model, 2 * ALL)
    for picture in (0, 1, 0, 2, 0, 1):
        activations.get(picture, "conv1")
    assert [picture for picture, _ in model.runs] == [0, 1, 2, 1]


@pytest.mark.parametrize("budget", [1, 250, 450, ALL, 2 * ALL + 1, 5 * ALL])
def test_what_is_kept_stays_within_the_budget(budget: int) -> None:
    activations = Activations(Model(), budget)
    for picture in range(4):
        for path, size in SIZES.items():
            kept_pass = activations.get(picture, path)
            assert activations.nbytes <= budget
            assert (path in kept_pass.activations) is (size <= budget)


def test_the_pictures_themselves_count_too() -> None:
    activations = Activations(Model(other_bytes=500), 2 * ALL + 999)
    activations.get(0, "conv1")
    assert activations.nbytes == ALL + 500
    activations.get(1, "conv1")
    assert activations.nbytes == ALL + 500


def test_the_picture_leaves_less_room_for_its_layers() -> None:
    kept_pass = Activations(Model(), ALL).get(0, "conv1")
    assert Activations(Model(), ALL).part_count(kept_pass) == 1
    beside = Activations(Model(other_bytes=1), ALL).get(0, "conv1")
    assert Activations(Model(), ALL).part_count(beside) > 1


def test_a_layer_within_the_budget_is_kept_alone_where_its_picture_leaves_no_room_for_it() -> None:
    activations = Activations(Model(other_bytes=50), 400)
    activations.get(1, "dense")
    kept_pass = activations.get(0, "conv1")
    assert not activations.is_too_large(kept_pass, "conv1")
    assert list(kept_pass.activations) == ["conv1"]
    assert activations.nbytes == 450
    assert activations.kept(1, "dense") is None
    activations.get(0, "conv1")
    assert activations.forward_passes == 2
    activations.get(0, "dense")
    assert activations.nbytes <= 400


def test_layers_too_large_together_are_computed_in_parts_as_they_are_asked_for() -> None:
    model = Model()
    activations = Activations(model, 800)
    for path in SIZES:
        assert path in activations.get(0, path).activations
    assert model.runs == [(0, ["conv1"]), (0, ["conv2"]), (0, ["conv3", "dense"])]
    assert activations.part_count(activations.get(0, "dense")) == 3


@pytest.mark.parametrize("budget", [400, 450, 500, 600, 700, 800, 999])
def test_each_part_takes_at_most_half_the_room_or_is_a_single_layer(budget: int) -> None:
    model = Model()
    activations = Activations(model, budget)
    for path in SIZES:
        activations.get(0, path)
    assert [path for _, part in model.runs for path in part] == list(SIZES)
    for _, part in model.runs:
        assert len(part) == 1 or sum(SIZES[path] for path in part) <= budget // 2


def test_layers_of_one_part_cost_one_pass_whichever_is_asked_for_first() -> None:
    for first, second in (("conv3", "dense"), ("dense", "conv3")):
        model = Model()
        activations = Activations(model, 600)
        activations.get(0, first)
        activations.get(0, second)
        assert model.runs == [(0, ["conv3", "dense"])]


def test_two_parts_of_a_picture_are_kept_side_by_side() -> None:
    model = Model()
    activations = Activations(model, 600)
    for path in ("conv2", "conv3", "dense", "conv2", "conv3"):
        kept_pass = activations.get(0, path)
    assert model.runs == [(0, ["conv2"]), (0, ["conv3", "dense"])]
    assert set(kept_pass.activations) == {"conv2", "conv3", "dense"}
    assert activations.nbytes == 600


def test_the_same_part_of_two_pictures_is_kept_side_by_side() -> None:
    activations = Activations(Model(), 600)
    for picture in (0, 1, 0, 1):
        assert (activations.get(picture, "conv3").activations["conv3"] == picture).all()
    assert activations.forward_passes == 2


def test_of_the_parts_the_one_not_looked_at_for_longest_goes_first() -> None:
    model = Model()
    activations = Activations(model, 700)
    for path in ("conv2", "conv3", "conv2", "conv1"):
        activations.get(0, path)
    assert activations.kept(0, "conv1") is not None
    assert activations.kept(0, "conv2") is not None
    assert activations.kept(0, "conv3") is None
    assert activations.nbytes == 700


def test_what_is_kept_can_be_asked_for_without_a_pass() -> None:
    activations = Activations(Model(), 600)
    assert activations.kept(0, "conv3") is None
    kept_pass = activations.get(0, "conv3")
    assert activations.kept(0, "dense") is kept_pass
    assert activations.kept(0, "conv2") is None
    assert activations.kept(1, "conv3") is None
    assert activations.forward_passes == 1


def test_a_layer_larger_than_the_budget_is_not_kept_and_not_an_error() -> None:
    model = Model()
    activations = Activations(model, 350)
    kept_pass = activations.get(0, "conv1")
    assert kept_pass.picture == "picture 0"
    assert activations.is_too_large(kept_pass, "conv1")
    assert not activations.is_too_large(kept_pass, "conv2")
    assert "conv1" not in kept_pass.activations
    assert activations.nbytes == 0
    assert activations.kept(0, "conv1") is None
    assert kept_pass.sizes["conv1"] == 400


def test_a_layer_larger_than_the_budget_costs_no_second_pass_when_asked_for_again() -> None:
    model = Model()
    activations = Activations(model, 350)
    for path in ("conv1", "conv1", "conv2", "conv1", "conv2"):
        activations.get(0, path)
    assert model.runs == [(0, []), (0, ["conv2"])]


def test_once_another_layer_was_seen_a_layer_larger_than_the_budget_costs_no_pass_at_all() -> None:
    activations = Activations(Model(), 350)
    kept_pass = activations.get(0, "conv2")
    assert activations.get(0, "conv1") is kept_pass
    assert activations.forward_passes == 1


def test_layers_larger_than_the_budget_are_in_no_part() -> None:
    activations = Activations(Model(), 250)
    kept_pass = activations.get(0, "dense")
    # Within 125 bytes each: conv3, which is larger, and dense.
    assert activations.part_count(kept_pass) == 2


def test_a_layer_of_exactly_the_budget_is_kept() -> None:
    activations = Activations(Model(), 400)
    assert activations.get(0, "conv1").activations["conv1"].nbytes == 400
    assert activations.nbytes == 400


def test_layers_that_push_each_other_out_cost_a_pass_each_time() -> None:
    activations = Activations(Model(), 400)
    for path in ("conv1", "conv2", "conv1"):
        activations.get(0, path)
    assert activations.forward_passes == 3


UNKNOWN = dict.fromkeys(SIZES, 0)


def test_sizes_unknown_beforehand_are_held_to_the_budget_after_the_run() -> None:
    model = Model(known=UNKNOWN)
    activations = Activations(model, 600)
    kept_pass = activations.get(0, "conv3")
    assert model.runs == [(0, list(SIZES))]
    assert list(kept_pass.activations) == ["conv3", "dense"]
    assert activations.nbytes == 300
    assert activations.part_count(kept_pass) == 3
    assert kept_pass.sizes == SIZES


def test_sizes_unknown_beforehand_cost_one_pass_where_all_fits() -> None:
    activations = Activations(Model(known=UNKNOWN), ALL)
    for path in SIZES:
        assert path in activations.get(0, path).activations
    assert activations.forward_passes == 1
    assert activations.nbytes == ALL


def test_a_layer_that_turns_out_larger_than_the_budget_costs_no_second_pass() -> None:
    activations = Activations(Model(known=UNKNOWN), 350)
    kept_pass = activations.get(0, "conv1")
    assert activations.is_too_large(kept_pass, "conv1")
    assert activations.get(0, "conv1") is kept_pass
    assert activations.forward_passes == 1


def test_a_size_that_a_run_has_shown_stays_known() -> None:
    # Of the layers in two parts, one is larger than the budget, which shows when it runs.
    sizes = {"conv1": 400, "texts": 5000, "conv2": 400}
    activations = Activations(Model(sizes=sizes, known={**sizes, "texts": 0}), 700)
    for path in ("texts", "conv2"):
        activations.get(0, path)
    passes = activations.forward_passes
    kept_pass = activations.get(0, "texts")
    assert activations.is_too_large(kept_pass, "texts")
    assert activations.forward_passes == passes


@pytest.mark.parametrize("seed", range(40))
def test_over_any_walk_the_budget_holds_and_each_layer_that_fits_is_given(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = {f"layer{index}": int(random.integers(0, 500)) for index in range(12)}
    known = {path: size * int(random.random() < 0.8) for path, size in sizes.items()}
    other_bytes = int(random.integers(0, 100))
    budget = int(random.integers(200, 3000))
    activations = Activations(Model(other_bytes, sizes, known), budget)
    for _ in range(300):
        picture = int(random.integers(0, 5))
        path = str(random.choice(list(sizes)))
        was_kept = activations.kept(picture, path) is not None
        passes = activations.forward_passes
        kept_pass = activations.get(picture, path)
        assert kept_pass.picture == f"picture {picture}"
        if activations.nbytes > budget:
            assert activations.nbytes - other_bytes in sizes.values()  # one layer, and no more
        assert activations.nbytes <= budget + other_bytes
        assert activations.forward_passes - passes <= (0 if was_kept else 1)
        if sizes[path] <= budget:
            np.testing.assert_array_equal(
                kept_pass.activations[path], np.full(sizes[path], picture, np.uint8)
            )
            assert activations.kept(picture, path) is kept_pass
        else:
            assert path not in kept_pass.activations
            assert activations.is_too_large(kept_pass, path)


@pytest.mark.parametrize("seed", range(6))
def test_going_back_and_forth_between_two_layers_costs_no_pass_after_the_first_two(
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    budget = 1000
    sizes = {f"layer{index}": int(random.integers(1, budget // 2)) for index in range(10)}
    activations = Activations(Model(sizes=sizes), budget)
    for _ in range(20):
        one, other = random.choice(list(sizes), 2, replace=False).tolist()
        activations.get(0, one)
        activations.get(0, other)
        passes = activations.forward_passes
        for path in (one, other, one, other):
            activations.get(0, path)
        assert activations.forward_passes == passes


def test_a_failed_pass_leaves_the_other_pictures_kept() -> None:
    model = Model()

    def run(picture: int, fit: Fit) -> KeptPass[str]:
        if picture == 1:
            raise ValueError("broken file")
        return model(picture, fit)

    activations = Activations(run, 2 * ALL)
    activations.get(0, "conv1")
    with pytest.raises(ValueError, match="broken file"):
        activations.get(1, "conv1")
    activations.get(0, "conv1")
    assert len(model.runs) == 1


def test_a_pass_that_fails_when_it_runs_leaves_what_there_was_room_for() -> None:
    model = Model()
    breaks: list[bool] = []

    def run(picture: int, fit: Fit) -> KeptPass[str]:
        kept_pass = model(picture, fit)
        if breaks:
            raise ValueError("out of memory")
        return kept_pass

    activations = Activations(run, 3 * ALL)
    activations.get(0, "conv1")
    activations.get(1, "conv1")
    breaks.append(True)
    with pytest.raises(ValueError, match="out of memory"):
        activations.get(2, "conv1")
    assert activations.kept(2, "conv1") is None
    for picture in (0, 1):
        assert activations.kept(picture, "dense") is activations.get(picture, "conv1")
    assert activations.nbytes == 2 * ALL


def test_a_part_that_fails_leaves_the_other_parts_of_the_picture_kept() -> None:
    model = Model()

    def run(picture: int, fit: Fit) -> KeptPass[str]:
        kept_pass = model(picture, fit)
        if "conv2" in kept_pass.activations:
            raise ValueError("no such op")
        return kept_pass

    activations = Activations(run, 600)
    activations.get(0, "conv3")
    with pytest.raises(ValueError, match="no such op"):
        activations.get(0, "conv2")
    assert activations.kept(0, "conv3") is not None
    assert "dense" in activations.get(0, "dense").activations
    assert len(model.runs) == 2


def test_nothing_is_kept_after_clearing() -> None:
    activations = Activations(Model(), ALL)
    activations.get(0, "conv1")
    activations.clear()
    assert activations.nbytes == 0
    assert activations.kept(0, "conv1") is None
    activations.get(0, "conv1")
    assert activations.forward_passes == 2


def test_what_is_seen_of_a_picture_counts_all_its_bytes() -> None:
    kept_pass = KeptPass(
        "", None, {"a": np.zeros(3, np.float32), "b": np.zeros(5, np.uint8)}, {}, 7
    )
    assert kept_pass.nbytes == 12 + 5 + 7
