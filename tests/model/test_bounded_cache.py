"""What was used last is kept, up to a number of entries or of bytes."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from actviz_widgets.model.bounded_cache import BoundedCache


def kept(cache: BoundedCache[str, int]) -> str:
    return "".join(key for key in "abcdefgh" if key in cache)


def test_what_is_put_in_can_be_had_again() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    assert cache.get("a") is None
    assert "a" not in cache
    cache.put("a", 1)
    assert cache.get("a") == cache.peek("a") == 1
    assert "a" in cache
    assert cache.size == 1


def test_of_more_than_may_be_kept_the_least_recently_used_goes_first() -> None:
    cache: BoundedCache[str, int] = BoundedCache(3)
    for key in "abc":
        cache.put(key, 0)
    cache.get("a")
    cache.put("d", 0)
    assert kept(cache) == "acd"
    cache.put("e", 0)
    assert kept(cache) == "ade"


def test_what_is_put_in_again_is_the_one_that_was_used_last() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    for key in "aba":
        cache.put(key, cache.size)
    cache.put("c", 0)
    assert kept(cache) == "ac"
    assert cache.peek("a") == 2


def test_a_glance_makes_nothing_younger() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("a", 0)
    cache.put("b", 0)
    cache.peek("a")
    cache.put("c", 0)
    assert kept(cache) == "bc"


def test_what_was_asked_for_and_is_not_there_takes_no_room() -> None:
    cache: BoundedCache[str, int] = BoundedCache(1)
    cache.put("a", 0)
    assert cache.get("b") is None
    assert kept(cache) == "a"


def test_that_there_is_nothing_can_be_kept_too() -> None:
    cache: BoundedCache[str, int | None] = BoundedCache(2)
    cache.put("a", None)
    assert "a" in cache
    assert cache.get("a") is None


def test_bytes_are_bounded_as_entries_are() -> None:
    cache: BoundedCache[str, np.ndarray] = BoundedCache(100, lambda array: array.nbytes)
    cache.put("a", np.zeros(40, np.uint8))
    cache.put("b", np.zeros(60, np.uint8))
    assert cache.size == 100
    cache.put("c", np.zeros(1, np.uint8))
    assert "a" not in cache
    assert cache.size == 61
    cache.put("b", np.zeros(10, np.uint8))
    assert cache.size == 11


@pytest.mark.parametrize("before", [[], ["a", "b"]])
def test_what_was_put_in_last_stays_however_large(before: list[str]) -> None:
    cache: BoundedCache[str, int] = BoundedCache(5, lambda size: size)
    for key in before:
        cache.put(key, 2)
    cache.put("c", 1000)
    assert kept(cache) == "c"
    cache.put("d", 3)
    assert kept(cache) == "d"


def test_what_has_grown_since_is_counted_as_large_as_it_is_now() -> None:
    cache: BoundedCache[str, list[int]] = BoundedCache(5, len)
    growing = [0]
    cache.put("a", growing)
    cache.put("b", [0, 0])
    growing.extend([0, 0, 0])
    assert cache.size == 6
    cache.put("b", [0, 0])
    assert "a" not in cache
    assert cache.size == 2


def test_what_is_let_go_of_is_freed() -> None:
    cache: BoundedCache[str, np.ndarray] = BoundedCache(1)
    cache.put("a", np.zeros(4))
    held = weakref.ref(cache.peek("a"))
    cache.put("b", np.zeros(4))
    gc.collect()
    assert held() is None
    cache.clear()
    assert cache.size == 0
