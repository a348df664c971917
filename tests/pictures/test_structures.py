from typing import Any

import pytest

from actviz_widgets.pictures.pictures import structures

NESTED = {"image": 1, "more": [2, (3,)]}


def test_leaves_come_in_the_order_of_the_structure() -> None:
    assert structures.leaves(NESTED) == [1, 2, 3]
    assert structures.leaves({"b": 1, "a": 2}) == [1, 2]
    assert structures.leaves(7) == [7]


def test_each_leaf_has_a_place() -> None:
    assert structures.places(NESTED) == ["image", "more/0", "more/1/0"]
    assert structures.places(7) == [""]


def test_a_structure_is_packed_with_other_leaves() -> None:
    assert structures.packed(NESTED, "abc") == {"image": "a", "more": ["b", ("c",)]}
    assert structures.packed(7, "a") == "a"


@pytest.mark.parametrize(
    ("structure", "given", "found"),
    [
        ({"a": 1, "b": 2}, {"b": 20, "a": 10}, [10, 20]),
        ({"a": 1, "b": 2}, [10, 20], [10, 20]),
        ([1, 2], (10, 20), [10, 20]),
        ([1, 2], {"y": 20, "x": 10}, [10, 20]),
        # The keys of the structure go before the names of the inputs.
        ({"y": 1, "x": 2}, {"x": 10, "y": 20}, [20, 10]),
        ([1, 2], [[10, 11], 20], [[10, 11], 20]),
        ([1, 2], [10], None),
        ([1, 2], [{"x": 10, "y": 20}, {"x": 10, "y": 20}], None),
        ({"a": 1, "b": 2}, [{"x": 10, "y": 20}, {"x": 10, "y": 20}], None),
        ([1, 2], {"x": 10}, None),
        ({"a": 1, "b": 2}, {"a": 10, "c": 20}, None),
        ({"a": 1, "b": 2}, 10, None),
        ({"a": [1], "b": 2}, {"a": 10, "b": 20}, None),
    ],
)
def test_what_was_given_is_matched_along_the_structure_or_flat(
    structure: Any, given: Any, found: list[Any] | None
) -> None:
    assert structures.matched(structure, ["x", "y"], given) == found


def test_a_nested_structure_may_be_given_flat() -> None:
    assert structures.matched(NESTED, ["x", "y", "z"], [10, 20, 30]) == [10, 20, 30]
    assert structures.matched(NESTED, ["x", "y", "z"], {"z": 30, "x": 10, "y": 20}) == [10, 20, 30]
