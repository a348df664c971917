from __future__ import annotations

from dataclasses import dataclass

import pytest

from actviz_widgets.activations.history.kept_epochs import KeptEpochs


@dataclass(frozen=True)
class Entry:
    epoch: int
    nbytes: int = 10


def after(count: int, *, every: int = 1, room: int = 100, first: int = 0) -> KeptEpochs[Entry]:
    """Gives what is kept after `count` epochs of 10 bytes each."""
    kept: KeptEpochs[Entry] = KeptEpochs(every, room)
    for epoch in range(first, first + count):
        kept.add(epoch, Entry(epoch))
        assert kept.nbytes <= room
        assert max(kept.entries) == epoch
        assert min(kept.entries) == first
    return kept


def test_all_epochs_are_kept_while_they_fit() -> None:
    kept = after(10)
    assert list(kept.entries) == list(range(10))
    assert (kept.nbytes, kept.in_words()) == (100, "")


@pytest.mark.parametrize(
    ("count", "left"),
    [
        (11, [0, 2, 4, 6, 8, 10]),
        (12, [0, 2, 4, 6, 8, 10, 11]),
        (13, [0, 2, 4, 6, 8, 10, 12]),
        (20, [0, 4, 8, 12, 16, 19]),
        (21, [0, 4, 8, 12, 16, 20]),
        (100, [0, 16, 32, 48, 64, 80, 96, 99]),
    ],
)
def test_when_they_no_longer_fit_they_are_thinned_out_evenly(count: int, left: list[int]) -> None:
    kept = after(count)
    assert list(kept.entries) == left
    assert [entry.epoch for entry in kept.entries.values()] == left


def test_what_is_left_out_is_counted() -> None:
    assert after(12).in_words() == "Kept are 7 of 12 epochs: every 2nd, the first and the newest."
    assert after(31, every=3, room=1000).in_words() == (
        "Kept are 11 of 31 epochs: every 3rd, the first and the newest."
    )
    assert "every 12th," in after(31, every=12, room=1000).in_words()
    assert "every 21st," in after(31, every=21, room=1000).in_words()


def test_every_nth_epoch_is_kept_beside_the_first_and_the_newest() -> None:
    assert list(after(13, every=5).entries) == [0, 5, 10, 12]
    assert list(after(13, every=5, first=3).entries) == [3, 5, 10, 15]
    assert list(after(60, every=5).entries) == [0, 10, 20, 30, 40, 50, 59]


def test_at_the_least_the_first_and_the_newest_are_kept() -> None:
    kept = after(50, room=20)
    assert list(kept.entries) == [0, 49]
    assert kept.epoch_count == 50


def test_room_is_made_before_an_entry_comes() -> None:
    kept = after(10)
    assert kept.newest_bytes == 10
    assert kept.make_room(kept.newest_bytes)
    assert kept.nbytes == 50
    assert not kept.make_room(95)
    assert list(kept.entries) == [0]


def test_an_entry_that_does_not_fit_beside_the_first_is_left_out_and_counted() -> None:
    kept = after(3)
    kept.add(3, Entry(3, nbytes=95))
    assert list(kept.entries) == [0]
    assert kept.in_words().startswith("Kept are 1 of 4 epochs")
