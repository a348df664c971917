"""Choosers of one thing among many, without kernel or browser."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ipywidgets.widgets.widget import _instances

from actviz_widgets.widgets.choosers import Chooser, NumberChooser
from actviz_widgets.widgets.owner_thread import OwnerThread


def chooser(entries: Sequence[str] = ("a", "b", "c")) -> tuple[Chooser, list[int]]:
    calls: list[int] = []
    made = Chooser("Image", entries, OwnerThread(), steps=True)
    made.on_choice(calls.append)
    return made, calls


def numbers(value: int, there_are: Sequence[int]) -> tuple[NumberChooser, list[int]]:
    calls: list[int] = []
    made = NumberChooser(OwnerThread())
    made.on_choice(calls.append)
    made.show("epoch", value, there_are)
    return made, calls


def test_what_is_picked_is_called_back_with_and_what_is_shown_is_not() -> None:
    made, calls = chooser()
    made.show(2)
    made.show(1)
    assert calls == []
    made.dropdown.value = 0
    assert calls == [0]


def test_entries_of_the_same_text_are_told_apart() -> None:
    made, calls = chooser(["same"] * 3)
    made.dropdown.value = 2
    assert calls == [2]


def test_there_and_back_again_before_it_is_shown_are_both_called_back_with() -> None:
    made, calls = chooser()
    made.dropdown.value = 2
    made.dropdown.value = 0
    assert calls == [2, 0]
    one, counted = numbers(0, range(9))
    one.slider.value = 5
    one.slider.value = 0
    assert counted == [5, 0]


def test_the_buttons_step_and_stop_at_the_ends() -> None:
    made, calls = chooser()
    made.show(0)
    assert (made.previous_button.disabled, made.next_button.disabled) == (True, False)
    made.next_button.click()
    made.show(1)
    made.previous_button.click()
    assert calls == [1, 0]
    made.show(2)
    assert (made.previous_button.disabled, made.next_button.disabled) == (False, True)
    made.next_button.click()
    assert calls == [1, 0]


def test_each_of_two_quick_clicks_counts() -> None:
    made, calls = chooser()
    made.show(0)
    made.next_button.click()
    made.next_button.click()
    assert calls == [1, 2]


def test_more_entries_leave_the_chosen_one() -> None:
    made, calls = chooser()
    made.show(1)
    made.extend(["d", "e"])
    assert [text for text, _ in made.dropdown.options] == ["a", "b", "c", "d", "e"]
    assert (made.dropdown.value, calls) == (1, [])
    made.dropdown.value = 4
    assert calls == [4]


def test_a_number_is_shown_in_box_and_slider_without_calling_back() -> None:
    made, calls = numbers(3, range(64))
    made.show("channel", 500, range(512))
    assert (made.number_box.value, made.slider.value) == (500, 500)
    made.show("channel", 1, range(2))
    assert (made.number_box.value, made.slider.value, made.slider.max) == (1, 1, 1)
    assert made.number_box.description == "Channel"
    assert calls == []


def test_the_slider_goes_through_the_numbers_in_their_order() -> None:
    made, calls = numbers(7, (7, 2, 9))
    assert (made.slider.value, made.number_box.value) == (0, 7)
    made.slider.value = 2
    assert calls == [9]
    made.show("channel", 9, (9, 2, 7))
    assert (made.slider.value, made.number_box.value, calls) == (0, 9, [9])


@pytest.mark.parametrize(
    ("typed", "chosen"), [(9, 9), (2, 4), (6, 9), (0, 1), (5, 9), (3, 1), (8, 9)]
)
def test_a_number_typed_stands_for_the_nearest_in_the_direction_of_the_change(
    typed: int, chosen: int
) -> None:
    shown = 1 if typed == 2 else 4
    made, calls = numbers(shown, (1, 4, 9))
    made.number_box.value = typed
    assert calls == [chosen]
    assert made.number_box.value == chosen


def test_one_number_alone_cannot_be_changed() -> None:
    made, _ = numbers(0, (0,))
    assert made.number_box.disabled
    assert made.slider.disabled


def test_closing_frees_all_of_it() -> None:
    before = set(_instances)
    made = [chooser()[0], numbers(0, range(3))[0], Chooser("Image", "ab", OwnerThread())]
    assert set(_instances) != before
    for each in made:
        each.close()
        each.close()
    assert set(_instances) == before
