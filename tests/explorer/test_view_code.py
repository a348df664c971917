from __future__ import annotations

from types import SimpleNamespace

import pytest

from actviz_widgets.explorer.chosen import Chosen
from actviz_widgets.explorer.view_code import view_code

NO_PART_OF_A_VIEW = {"playing", "play_over", "speed"}
HANDED_IN = {"cmap"}  # to the explorer, when it is opened


@pytest.mark.parametrize("name", sorted({*Chosen.class_trait_names()} - NO_PART_OF_A_VIEW))
def test_the_code_sets_each_trait_that_is_not_at_its_default(name: str) -> None:
    traits = {name: trait.default_value for name, trait in Chosen.class_traits().items()}
    explorer = SimpleNamespace(**traits | {name: "magma"})
    wanted = "cmap='magma'" if name in HANDED_IN else f"\nexplorer.{name} = 'magma'\n"
    assert wanted in view_code(explorer, {}, (), {})
