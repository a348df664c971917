"""The control that chooses a layer, without kernel or browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets
import pytest
from ipywidgets.widgets.widget import _instances

from actviz_widgets.explorer.controls.layer_chooser import (
    FEW_ENOUGH_TO_SCAN,
    LayerChooser,
    LayerEntry,
)
from actviz_widgets.scenes.descriptions import layer_entry
from actviz_widgets.widgets.owner_thread import OwnerThread

MINOR = {"InputLayer", "Dropout"}


def entry(path: str, class_name: str, *shape: int) -> LayerEntry:
    return LayerEntry(layer_entry(path, class_name, shape), class_name in MINOR)


LAYERS = [
    entry("picture", "InputLayer", 64, 64, 3),
    *(
        entry(f"block{block}/{name}", class_name, 64 // block, 64 // block, 8 * block)
        for block in range(1, 6)
        for name, class_name in (
            ("conv", "Conv2D"),
            ("norm", "BatchNormalization"),
            ("dropout", "Dropout"),
        )
    ),
    entry("head/dense", "Dense", 10),
]
MAJOR = tuple(index for index, layer in enumerate(LAYERS) if not layer.is_minor)
CONV3, NORM3, DROPOUT3 = 7, 8, 9


class Chosen:
    """A chooser and what it has called back with."""

    def __init__(self, entries: list[LayerEntry]) -> None:
        self.chooser = LayerChooser(entries, OwnerThread())
        self.calls: list[int] = []
        self.chooser.on_choice(self.calls.append)
        self.chooser.show(1)

    def search(self, text: str) -> tuple[int, ...]:
        self.chooser.filter_box.value = text
        return self.chooser.offered


@pytest.fixture
def chosen() -> Iterator[Chosen]:
    chosen = Chosen(LAYERS)
    yield chosen
    chosen.chooser.close()


def controls(widget: Any) -> list[Any]:
    return [
        widget,
        *(found for child in getattr(widget, "children", ()) for found in controls(child)),
    ]


def test_it_offers_the_layers_by_their_texts_in_the_order_in_which_they_run(chosen: Chosen) -> None:
    assert chosen.chooser.offered == MAJOR
    texts = [text for text, _ in chosen.chooser.dropdown.options]
    assert texts == [LAYERS[index].text for index in MAJOR]
    assert texts[0] == "block1/conv · Conv2D · 64 × 64 × 8"


def test_the_first_layer_is_chosen_at_first_and_offered_even_where_it_is_minor() -> None:
    chooser = LayerChooser(LAYERS, OwnerThread())
    assert chooser.dropdown.value == 0
    assert chooser.offered == (0, *MAJOR)
    chooser.close()


def test_layers_of_the_same_text_are_told_apart() -> None:
    chosen = Chosen([LayerEntry("same")] * 3)
    chosen.chooser.dropdown.value = 2
    assert chosen.calls == [2]
    chosen.chooser.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("block3", (CONV3, NORM3, DROPOUT3)),
        ("block3 conv", (CONV3,)),
        ("conv block3", (CONV3,)),
        ("  Conv2D   BLOCK3 ", (CONV3,)),
        ("dense", (16,)),
        ("batchnorm", (2, 5, 8, 11, 14)),
        ("21", (CONV3, NORM3, DROPOUT3)),
        ("21 × 21 norm", (NORM3,)),
        ("k3/co", (CONV3,)),
        ("picture", (0,)),
        ("nothing like it", ()),
        ("block3 block4", ()),
    ],
)
def test_words_in_any_order_narrow_it_down_by_path_type_and_size(
    chosen: Chosen, text: str, expected: tuple[int, ...]
) -> None:
    assert chosen.search(text) == tuple(sorted({*expected, 1}))


@pytest.mark.parametrize("text", ["dense", "nothing like it", "dropout", "block1"])
def test_the_chosen_layer_is_always_offered(chosen: Chosen, text: str) -> None:
    assert 1 in chosen.search(text)
    chosen.chooser.show(CONV3)
    assert chosen.chooser.dropdown.value == CONV3
    assert CONV3 in chosen.chooser.offered


def test_typing_never_changes_the_chosen_layer_nor_calls_back(chosen: Chosen) -> None:
    chosen.chooser.show(NORM3)
    values: list[int] = []
    for text in ("d", "de", "den", "dens", "dense", "densex", "", "block1", "norm", " ", ""):
        chosen.search(text)
        values.append(chosen.chooser.dropdown.value)
        assert chosen.chooser.dropdown.label == LAYERS[NORM3].text
    assert set(values) == {NORM3}
    assert chosen.calls == []


def test_asking_for_all_layers_never_changes_the_chosen_one_nor_calls_back(chosen: Chosen) -> None:
    chosen.chooser.show(NORM3)
    for asked in (True, False, True, False):
        chosen.chooser.all_box.value = asked
        assert chosen.chooser.dropdown.value == NORM3
    assert chosen.calls == []


def test_an_empty_box_offers_all_again(chosen: Chosen) -> None:
    chosen.search("dense")
    assert chosen.search("") == MAJOR
    assert chosen.search("   ") == MAJOR


def test_layers_that_pass_on_what_they_are_given_are_offered_when_all_are_asked_for(
    chosen: Chosen,
) -> None:
    chosen.chooser.all_box.value = True
    assert chosen.chooser.offered == tuple(range(len(LAYERS)))
    chosen.chooser.all_box.value = False
    assert chosen.chooser.offered == MAJOR


def test_layers_that_pass_on_what_they_are_given_are_offered_when_searched_for(
    chosen: Chosen,
) -> None:
    assert chosen.search("dropout") == (1, 3, 6, 9, 12, 15)
    chosen.chooser.dropdown.value = DROPOUT3
    assert chosen.calls == [DROPOUT3]


def test_a_layer_that_passes_on_what_it_is_given_is_offered_when_chosen_from_code(
    chosen: Chosen,
) -> None:
    chosen.chooser.show(DROPOUT3)
    assert chosen.chooser.dropdown.value == DROPOUT3
    assert chosen.chooser.dropdown.label == LAYERS[DROPOUT3].text
    assert chosen.chooser.offered == tuple(sorted((*MAJOR, DROPOUT3)))
    assert chosen.calls == []


@pytest.mark.parametrize("index", MAJOR)
def test_picking_calls_back_with_the_index_of_the_layer(chosen: Chosen, index: int) -> None:
    chosen.chooser.show(MAJOR[0] if index != MAJOR[0] else MAJOR[1])
    chosen.chooser.dropdown.value = index
    assert chosen.calls == [index]


def test_picking_among_what_was_searched_for_calls_back_with_the_index_of_the_layer(
    chosen: Chosen,
) -> None:
    chosen.search("block3")
    chosen.chooser.dropdown.index = chosen.chooser.offered.index(NORM3)
    assert chosen.calls == [NORM3]
    chosen.chooser.show(NORM3)
    assert chosen.search("") == MAJOR
    assert chosen.chooser.dropdown.value == NORM3
    assert chosen.calls == [NORM3]


def test_what_is_shown_from_code_is_not_called_back(chosen: Chosen) -> None:
    for index in (CONV3, NORM3, DROPOUT3, CONV3, 0, 1):
        chosen.chooser.show(index)
        assert chosen.chooser.dropdown.value == index
    assert chosen.calls == []


def test_without_anyone_to_call_back_picking_does_nothing() -> None:
    chooser = LayerChooser(LAYERS, OwnerThread())
    chooser.dropdown.value = CONV3
    assert chooser.dropdown.value == CONV3
    chooser.close()


def test_the_counts_are_said(chosen: Chosen) -> None:
    assert "17 layers" in chosen.chooser.filter_box.placeholder
    assert "17" in chosen.chooser.all_box.description
    assert " 6 " in chosen.chooser.all_box.tooltip
    for text, said in (("block3", "3"), ("conv", "5"), ("nothing like it", "0"), ("dense", "1")):
        chosen.search(text)
        assert chosen.chooser.matches.value.split()[0] == said
    chosen.search("")
    assert chosen.chooser.matches.value == ""


def test_thousands_of_layers_are_counted_and_narrowed_down() -> None:
    layers = [LayerEntry(f"block{index // 3}/layer{index} · Conv2D · 8") for index in range(3000)]
    chosen = Chosen(layers)
    assert "3,000" in chosen.chooser.filter_box.placeholder
    assert chosen.search("block700/") == (1, 2100, 2101, 2102)
    chosen.search("conv2d")
    assert chosen.chooser.matches.value.split()[0] == "3,000"
    chosen.chooser.close()


@pytest.mark.parametrize("count", [1, FEW_ENOUGH_TO_SCAN, FEW_ENOUGH_TO_SCAN + 1])
def test_a_few_layers_need_no_search(count: int) -> None:
    chooser = LayerChooser([LayerEntry(f"layer{index}") for index in range(count)], OwnerThread())
    shown = controls(chooser)
    is_few = count <= FEW_ENOUGH_TO_SCAN
    assert any(isinstance(control, widgets.Text) for control in shown) is not is_few
    assert not any(isinstance(control, widgets.Checkbox) for control in shown)
    chooser.close()


def test_the_box_to_ask_for_all_is_there_where_there_are_more() -> None:
    chooser = LayerChooser([LayerEntry("conv"), LayerEntry("dropout", True)], OwnerThread())
    assert any(isinstance(control, widgets.Checkbox) for control in controls(chooser))
    chooser.close()


def test_each_control_has_a_name_in_words(chosen: Chosen) -> None:
    for control in controls(chosen.chooser):
        if isinstance(control, widgets.Dropdown | widgets.Text | widgets.Checkbox):
            assert control.description


@pytest.mark.parametrize("entries", [LAYERS, LAYERS[:2], LAYERS[1:2]])
def test_a_closed_chooser_leaves_nothing_behind(entries: list[LayerEntry]) -> None:
    before = set(_instances)
    chooser = LayerChooser(entries, OwnerThread())
    assert set(_instances) != before
    chooser.filter_box.value = "conv"
    chooser.all_box.value = True
    chooser.close()
    chooser.close()
    assert set(_instances) == before
