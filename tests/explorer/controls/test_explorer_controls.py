"""All controls together, without kernel or browser."""

from __future__ import annotations

from ipywidgets.widgets.widget import _instances

from actviz_widgets.explorer.controls.explorer_controls import (
    Explainable,
    ExplorerControls,
    Offered,
)
from actviz_widgets.explorer.controls.layer_chooser import LayerEntry
from actviz_widgets.explorer.controls.more_panel import Actions
from actviz_widgets.widgets.owner_thread import OwnerThread

from .conftest import Traits


def explorer_controls(traits: Traits) -> ExplorerControls:
    return ExplorerControls(
        OwnerThread(),
        traits,
        traits.choose,
        lambda pages: None,
        Offered(
            images=("a", "b", "c"),
            entries=(LayerEntry("conv"),),
            paths=("conv",),
            epochs=(0, 1, 4),
            explainable=(Explainable("", ("cat", "dog")),),
            has_other_model=True,
            has_epochs=True,
        ),
        Actions(
            save_figure=lambda *_: None,
            save_array=lambda: None,
            add_pictures=lambda files: None,
            code=str,
            size=(8.5, 4.25),
        ),
    )


def test_closing_frees_every_widget(traits: Traits) -> None:
    before = set(_instances)
    traits.offer(3, {})
    controls = explorer_controls(traits)
    controls.more_button.value = True
    assert controls.more is not None
    for view in ("layer", "overlay", "compare", "why"):
        explainable = (Explainable("", ("cat", "dog"), has_places=True),)
        controls.view_controls.of(view, "abc", (0, 1, 4), explainable, has_other_model=True)
    assert len(_instances) > len(before) + 50
    controls.close()
    assert set(_instances) == before
