"""Controls that are each in step with one trait, without kernel or browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances

from actviz_widgets.explorer.appearance import Appearance
from actviz_widgets.explorer.controls.explorer_controls import ExplorerControls
from actviz_widgets.explorer.controls.layer_chooser import LayerEntry
from actviz_widgets.explorer.controls.more_panel import COLOR_MAPS, MorePanel
from actviz_widgets.explorer.controls.view_controls import (
    Pager,
    ViewControls,
    order_dropdown,
    view_dropdown,
)
from actviz_widgets.explorer.selection import Selection
from actviz_widgets.widgets.owner_thread import OwnerThread
from actviz_widgets.widgets.rows import Row
from actviz_widgets.widgets.tied_controls import TiedControls


class Traits(Selection, Appearance):
    """All that controls set, and the errors that setting it raised."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[str] = []
        self.offer_to_compare(3, (0, 1, 4), has_other_model=True)
        self._class_count = 2

    def choose(self, name: str, value: object) -> None:
        try:
            setattr(self, name, value)
        except Exception as error:
            self.errors.append(str(error))


@pytest.fixture
def traits() -> Traits:
    return Traits()


@pytest.fixture
def tied(traits: Traits) -> TiedControls:
    return TiedControls(OwnerThread(), traits, traits.choose)


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


def test_a_value_that_the_trait_refuses_is_taken_back(traits: Traits, tied: TiedControls) -> None:
    box = tied.float_box("Opacity", "opacity", 0, 10, 1, "")
    box.value = 7
    assert len(traits.errors) == 1
    assert "choose 0 to 1" in traits.errors[0]
    assert box.value == traits.opacity == 0.6


def test_two_controls_of_one_trait_go_together(traits: Traits, tied: TiedControls) -> None:
    row = tied.slider("Opacity", "opacity", 0, 1, 0.05, "")
    box, slider = row.children
    slider.value = 0.25
    tied.show()
    assert box.value == traits.opacity == 0.25


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
    given = controls.of(view, ("a", "b", "c"), (0, 1, 4), ("cat", "dog"), has_other_model=True)

    def label(control: Any) -> str:
        first = control.children[0] if isinstance(control, Row | Pager) else control
        return str(first.description)

    assert [label(control) for control in given] == labels
    again = controls.of(view, ("a", "b", "c"), (0, 1, 4), ("cat", "dog"), has_other_model=True)
    assert all(one is other for one, other in zip(given, again, strict=True))


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


def more_panel(tied: TiedControls, **given: Any) -> MorePanel:
    options: dict[str, Any] = {
        "save_figure": lambda *_: None,
        "save_array": lambda: None,
        "add_pictures": None,
        "code": lambda: "the code",
        "size": (8.5, 4.25),
    }
    return MorePanel(tied, OwnerThread(), **(options | given))


def test_limits_of_the_colour_scale_stay_in_their_order(traits: Traits, tied: TiedControls) -> None:
    panel = more_panel(tied)
    panel.high_box.value = 5
    assert traits.color_limits == (0, 5)
    panel.low_box.value = 7
    assert traits.color_limits == (7, 8)
    tied.show()
    assert (panel.low_box.value, panel.high_box.value) == (7, 8)
    assert not traits.errors


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


def test_closing_frees_every_widget(traits: Traits) -> None:
    before = set(_instances)
    traits.offer(3, {})
    controls = ExplorerControls(
        OwnerThread(),
        traits,
        traits.choose,
        lambda pages: None,
        images=("a", "b", "c"),
        entries=(LayerEntry("conv"),),
        paths=("conv",),
        epochs=(0, 1, 4),
        classes=("cat", "dog"),
        has_other_model=True,
        has_epochs=True,
        save_figure=lambda *_: None,
        save_array=lambda: None,
        add_pictures=lambda files: None,
        code=str,
        size=(8.5, 4.25),
    )
    controls.more_button.value = True
    assert controls.more is not None
    for view in ("layer", "overlay", "compare", "why"):
        controls.view_controls.of(view, "abc", (0, 1, 4), ("cat", "dog"), has_other_model=True)
    assert len(_instances) > len(before) + 50
    controls.close()
    assert set(_instances) == before
