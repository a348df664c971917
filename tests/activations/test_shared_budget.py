"""All open explorers keep no more together than the one of the largest budget may by itself."""

from __future__ import annotations

import gc

import keras
import numpy as np
import pytest

from actviz_widgets import ActivationExplorer
from actviz_widgets.activations import shared_budget
from actviz_widgets.activations.shared_budget import Share
from tests.explorer import driver

PICTURES = np.random.default_rng(0).random((4, 24, 24, 3), np.float32)
BUDGET = 200_000


def small() -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            keras.layers.Conv2D(16, 3, activation="relu", name="first"),
            keras.layers.Conv2D(16, 3, activation="relu", name="second"),
            keras.layers.GlobalAveragePooling2D(name="mean"),
            keras.layers.Dense(2, activation="softmax", name="classes"),
        ]
    )


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no other explorer were open."""
    gc.collect()
    monkeypatch.setattr(shared_budget, "_open", type(shared_budget._open)())


class Keeps:
    """Something that keeps so many bytes."""

    def __init__(self, share: Share, nbytes: int) -> None:
        self.nbytes = nbytes
        share.add(self)

    def clear(self) -> None:
        self.nbytes = 0


def test_the_one_looked_at_longest_ago_gives_up_first() -> None:
    shares = [Share(100) for _ in range(3)]
    kept = [Keeps(share, 50) for share in shares]
    shares[0].look()
    shares[2].look()
    shares[2].make_room()
    assert [each.nbytes for each in kept] == [50, 0, 50]


def test_the_largest_budget_holds_for_all() -> None:
    shares = [Share(100), Share(1000)]
    kept = [Keeps(share, 90) for share in shares]
    shares[0].make_room()
    assert [each.nbytes for each in kept] == [90, 90]


def test_what_is_gone_counts_no_more() -> None:
    first, second = Share(1000), Share(100)
    kept = [Keeps(first, 90), Keeps(second, 90)]
    del first
    gc.collect()
    second.make_room()
    assert [each.nbytes for each in kept] == [90, 90]


def test_a_cell_run_ten_times_keeps_no_more_than_one_explorer_may() -> None:
    model = small()
    explorers = []
    for _ in range(10):
        explorer = ActivationExplorer(model, PICTURES, memory_budget=BUDGET)
        explorer.image = 1
        explorers.append(explorer)
        kept = sum(driver.cache_of(each).nbytes for each in explorers)
        assert 0 < kept <= BUDGET
    assert driver.cache_of(explorers[0]).nbytes == 0
    assert driver.cache_of(explorers[-1]).nbytes > 0


def test_an_explorer_that_gave_up_computes_again_when_it_is_looked_at() -> None:
    model = small()
    first = ActivationExplorer(model, PICTURES, memory_budget=BUDGET)
    first.layer = "second"
    shown = first.feature_map.copy()
    for _ in range(3):
        other = ActivationExplorer(model, PICTURES, memory_budget=BUDGET)
        other.image = 1
    assert driver.cache_of(first).nbytes == 0
    passes = driver.forward_passes(first)
    note = driver.note_at(first, 2, 3)
    assert note
    assert driver.forward_passes(first) == passes  # what is on screen is still there
    np.testing.assert_array_equal(first.feature_map, shown)
    first.layer = "first"
    assert driver.forward_passes(first) > passes
    assert first.feature_map.shape == (22, 22)
