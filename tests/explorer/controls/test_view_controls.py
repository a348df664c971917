"""The controls that views have of their own, without kernel or browser."""

from __future__ import annotations

from typing import Any

import pytest

from actviz_widgets.explorer.controls.view_controls import (
    Explainable,
    Pager,
    ViewControls,
    order_dropdown,
    view_dropdown,
)
from actviz_widgets.model.outputs import Output
from actviz_widgets.widgets.owner_thread import OwnerThread
from actviz_widgets.widgets.rows import Row
from actviz_widgets.widgets.tied_controls import TiedControls

from .conftest import Traits

CATS_AND_DOGS = (Explainable("", ("cat", "dog")),)


def test_a_control_sets_its_trait_and_the_trait_its_control(
    traits: Traits, tied: TiedControls
) -> None:
    view, order = view_dropdown(tied), order_dropdown(tied)
    view.value, order.value = "network", "variance"
    assert (traits.view, traits.order) == ("network", "variance")
    traits.view = "why"
    tied.show()
    assert view.value == "why"
    assert not traits.errors


def test_a_value_that_only_code_sets_becomes_an_entry(traits: Traits, tied: TiedControls) -> None:
    controls = ViewControls(tied, OwnerThread(), lambda pages: None)
    tiles, _ = controls.of("layer", ("a",), (0,), (), has_other_model=False)
    traits.tiles = 9
    tied.show()
    assert tiles.value == 9
    assert [value for _, value in tiles.options] == [16, 64, 256, 1024, 9]
    assert not traits.errors


@pytest.mark.parametrize(
    ("view", "labels"),
    [
        ("channel", []),
        ("layer", ["Tiles", "Page back"]),
        ("overlay", ["Opacity"]),
        ("compare", ["With image", "With model", "With epoch"]),
        ("network", ["Page back"]),
        ("why", ["Class", "Opacity"]),
    ],
)
def test_each_view_has_its_own_controls(
    traits: Traits, tied: TiedControls, view: str, labels: list[str]
) -> None:
    controls = ViewControls(tied, OwnerThread(), lambda pages: None)
    given = controls.of(view, ("a", "b", "c"), (0, 1, 4), CATS_AND_DOGS, has_other_model=True)

    def label(control: Any) -> str:
        first = control.children[0] if isinstance(control, Row | Pager) else control
        return str(first.description)

    assert [label(control) for control in given] == labels
    again = controls.of(view, ("a", "b", "c"), (0, 1, 4), CATS_AND_DOGS, has_other_model=True)
    assert all(one is other for one, other in zip(given, again, strict=True))


def test_of_several_outputs_one_is_chosen_and_then_its_class_and_place(
    traits: Traits, tied: TiedControls
) -> None:
    controls = ViewControls(tied, OwnerThread(), lambda pages: None)
    outputs = (
        Output("mask", (None, 4, 6, 3), "one class", "softmax"),
        Output("sort", (None, 1), "any classes", "sigmoid"),
    )
    traits.offer_outputs(outputs)
    explainable = (
        Explainable("mask", ("a", "b", "c"), has_places=True),
        Explainable("sort", ("cat", "dog")),
    )

    def given() -> list[Any]:
        return list(controls.of("why", "abc", (0,), explainable, has_other_model=False))

    output, _ = given()
    output.value = "mask"
    output, classes, place, _ = given()
    assert [text for text, _ in classes.options] == ["the predicted one", "a", "b", "c"]
    classes.value, place.value = 2, "3, 5"
    assert (traits.output, traits.class_index, traits.output_place) == ("mask", 2, (3, 5))
    place.value = "4, 0"
    assert place.value == "3, 5"
    assert "4 × 6 places" in traits.errors.pop()
    output.value = "sort"
    tied.show()
    _, classes, _ = given()
    assert [text for text, _ in classes.options] == ["the predicted one", "cat", "dog"]
    assert (traits.class_index, traits.output_place, place.value) == (None, None, "")
    assert not traits.errors


def test_what_to_compare_with_may_be_the_same(traits: Traits, tied: TiedControls) -> None:
    controls = ViewControls(tied, OwnerThread(), lambda pages: None)
    image, model, epoch = controls.of("compare", "abc", (0, 1, 4), (), has_other_model=True)
    assert image.options[0][0] == epoch.options[0][0] == "the same"
    image.value, model.value, epoch.value = 2, True, 4
    assert (traits.other_image, traits.other_model, traits.other_epoch) == (2, True, 4)
    image.value = image.options[0][1]
    assert traits.other_image is None
    traits.other_image = 1
    tied.show()
    assert image.value == 1
    # A picture that is added is offered too.
    controls.of("compare", "abcd", (0, 1, 4), (), has_other_model=True)
    assert [text for text, _ in image.options] == ["the same", "a", "b", "c", "d"]
    assert (image.value, traits.other_image) == (1, 1)


def test_the_pager_turns_and_stops_at_the_ends() -> None:
    turned: list[int] = []
    pager = Pager(turned.append, OwnerThread())
    pager.show(0, 1)
    assert pager.layout.display == "none"
    pager.show(0, 3)
    assert pager.layout.display is None
    assert (pager.back.disabled, pager.on.disabled) == (True, False)
    pager.on.click()
    pager.back.click()
    assert turned == [1, -1]
    pager.show(2, 3)
    assert (pager.back.disabled, pager.on.disabled) == (False, True)
