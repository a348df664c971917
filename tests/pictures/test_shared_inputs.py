"""Whether two models take the same pictures, told by the inputs that they declare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actviz_widgets.pictures.model_input import Inputs, ModelInput
from actviz_widgets.pictures.shared_inputs import check_same, scaling_note

RGB = ModelInput((12, 12, 3), name="picture")
OPEN = ModelInput((None, None, 3))
SCALED = replace(RGB, scaling=("scale", 255.0))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (RGB, RGB),
        (RGB, OPEN),
        (RGB, replace(RGB, dtype="float16")),
        (RGB, ModelInput(None)),
        ([RGB, OPEN], (RGB, OPEN)),
    ],
)
def test_a_model_that_takes_all_that_the_first_does_is_accepted(
    first: Inputs, second: Inputs
) -> None:
    check_same(first, second)


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (OPEN, RGB, r"takes \(12, 12, 3\) float32, the first \(any, any, 3\) float32\. To compare"),
        (RGB, replace(RGB, dtype="uint8"), r"takes \(12, 12, 3\) uint8, the first"),
        (RGB, replace(RGB, data_format="channels_first"), "both have to take the same pictures"),
        (RGB, ModelInput((4,)), r"takes \(4,\) float32"),
        (RGB, [RGB, OPEN], r"takes '0' \(12, 12, 3\) float32, '1' \(any, any, 3\) float32, the"),
        ({"a": RGB, "b": OPEN}, [RGB, OPEN], "give a model of the same inputs"),
        (
            ModelInput(None),
            ModelInput((2,), "int32"),
            r"takes \(2,\) int32, the first arrays float",
        ),
    ],
)
def test_one_that_does_not_is_refused_with_what_each_takes(
    first: Inputs, second: Inputs, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_same(first, second)


def test_it_is_told_which_of_the_two_scales_pixels_itself() -> None:
    assert scaling_note(RGB, SCALED).startswith("The second model scales pixels itself, the first")
    assert scaling_note(SCALED, RGB).startswith("The first model scales pixels itself, the second")
    assert scaling_note(RGB, RGB) == scaling_note(SCALED, SCALED) == ""
    assert scaling_note([RGB, RGB], [SCALED, RGB]) == ""
