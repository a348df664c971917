"""What the next one is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from actviz_widgets.explorer.stepping import Places, stepped

PLACES: dict[str, Places] = {
    "channel": lambda: (4, 0, 2),
    "layer": lambda: ["first", "second"],
    "image": lambda: range(5),
}
CHOSEN = SimpleNamespace(channel=0, layer="second", image=3)


@pytest.mark.parametrize(
    ("over", "steps", "next_one", "next_around"),
    [
        ("channel", 1, 2, 2),
        ("channel", 2, 2, 4),
        ("channel", -1, 4, 4),
        ("channel", -2, 4, 2),
        ("layer", 1, "second", "first"),
        ("layer", -5, "first", "first"),
        ("image", 0, 3, 3),
        ("image", 7, 4, 0),
    ],
)
def test_it_goes_in_order_and_stays_at_the_end_or_goes_around(
    over: str, steps: int, next_one: object, next_around: object
) -> None:
    assert stepped(over, steps, CHOSEN, PLACES, around=False) == next_one
    assert stepped(over, steps, CHOSEN, PLACES, around=True) == next_around


@pytest.mark.parametrize("steps", [1.5, "1", None])
def test_only_whole_steps_are_taken(steps: object) -> None:
    with pytest.raises(TypeError, match="a whole number is wanted"):
        stepped("image", steps, CHOSEN, PLACES, around=False)  # type: ignore[arg-type]


def test_what_cannot_be_stepped_through_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of 'channel', 'layer' and 'image'"):
        stepped("epoch", 1, CHOSEN, PLACES, around=False)
