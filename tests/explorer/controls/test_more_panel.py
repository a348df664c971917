"""The panel of what is needed now and then, without kernel or browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from actviz_widgets.explorer.controls.more_panel import COLOR_MAPS, Actions, MorePanel
from actviz_widgets.widgets.owner_thread import OwnerThread
from actviz_widgets.widgets.tied_controls import TiedControls

from .conftest import Traits


def more_panel(tied: TiedControls, **given: Any) -> MorePanel:
    actions = Actions(
        save_figure=lambda *_: None,
        save_array=lambda: None,
        add_pictures=None,
        code=lambda: "the code",
        size=(8.5, 4.25),
    )
    return MorePanel(tied, OwnerThread(), replace(actions, **given))


def test_limits_of_the_colour_scale_stay_in_their_order(traits: Traits, tied: TiedControls) -> None:
    panel = more_panel(tied)
    panel.high_box.value = 5
    assert traits.color_limits == (0, 5)
    panel.low_box.value = 7
    assert traits.color_limits == (7, 8)
    tied.show()
    assert (panel.low_box.value, panel.high_box.value) == (7, 8)
    assert not traits.errors


def test_limits_that_no_box_can_hold_stay(traits: Traits, tied: TiedControls) -> None:
    panel = more_panel(tied)
    traits.color_limits = (-1e38, 1e38)
    tied.show()
    assert (panel.low_box.value, panel.high_box.value) == (-1e30, 1e30)
    assert traits.color_limits == (-1e38, 1e38)


def test_files_chosen_in_the_browser_are_handed_on_by_name(tied: TiedControls) -> None:
    added: list[dict[str, bytes]] = []
    panel = more_panel(tied, add_pictures=lambda files: added.append(dict(files)))
    now = datetime.now(UTC)
    panel.upload.value = [
        {"name": name, "type": "", "size": 1, "content": memoryview(data), "last_modified": now}
        for name, data in (("a.png", b"abc"), ("b.jpg", b"de"))
    ]
    assert added == [{"a.png": b"abc", "b.jpg": b"de"}]
    # The same file can be chosen once more.
    assert panel.upload.value == ()


def test_the_figure_is_saved_at_the_size_in_the_boxes(tied: TiedControls) -> None:
    saved: list[tuple[object, ...]] = []
    panel = more_panel(tied, save_figure=lambda *given: saved.append(given))
    panel.format.value = "svg"
    panel.size_boxes[0].value = 6
    panel.save_button.click()
    assert saved == [("svg", 6.0, 4.25, 200.0)]


def test_the_code_is_written_while_it_is_on_show(tied: TiedControls) -> None:
    texts = iter(["first", "second"])
    panel = more_panel(tied, code=lambda: next(texts))
    panel.show()
    assert panel.code_box.value == ""
    panel.code_button.click()
    assert panel.code_box.value == "first"
    panel.show()
    assert panel.code_box.value == "second"
    panel.code_button.click()
    panel.show()
    assert panel.code_box.value == "second"


def test_the_colour_maps_offered_get_lighter_in_one_direction_from_their_ends_or_middle() -> None:
    import matplotlib as mpl
    import numpy as np

    for name in COLOR_MAPS:
        red, green, blue = mpl.colormaps[name](np.linspace(0, 1, 65))[:, :3].T
        # Relative luminance, WCAG 2.
        light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        steps = np.diff(light)
        rises, falls = (steps > -0.01).all(), (steps < 0.01).all()
        two_ways = (steps[:31] > -0.01).all() and (steps[33:] < 0.01).all()
        assert rises or falls or two_ways, name
