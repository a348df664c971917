"""The traits that controls set, without kernel or browser."""

from __future__ import annotations

import pytest

from actviz_widgets.explorer.appearance import Appearance
from actviz_widgets.explorer.selection import Selection
from actviz_widgets.model.outputs import Output
from actviz_widgets.widgets.owner_thread import OwnerThread
from actviz_widgets.widgets.tied_controls import TiedControls


class Traits(Selection, Appearance):
    """All that controls set, and the errors that setting it raised."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[str] = []
        self.offer_to_compare(3, (0, 1, 4), has_other_model=True)
        self.offer_outputs((Output("", (None, 2), "one class", "softmax"),))

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
