"""All that a scene is made of: what is chosen, how to show it, and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..activations.channel_survey import ChannelSurvey
from ..activations.explanations import Explanations
from ..activations.explored import Explored
from ..activations.second_model import SecondModel
from .look import Look
from .map_places import MapPlaces
from .selected import Selected


@dataclass(frozen=True)
class Shown:
    """All that a scene is made of.

    Attributes:
        selected: What is looked at.
        look: How to show it.
        order: The channels, in the order in which they are gone through.
        strips_per_page: How many layers of a network there is room for.
        explored: The model and the pictures.
        survey: The channels over the pictures, at the chosen epoch.
        places: Where maps lie on the picture.
        explanations: What speaks for a class; `None` where there is no model to run.
        other: A second model to compare with; `None` for none.
        class_names: A name per class, if they have names.
    """

    selected: Selected
    look: Look
    order: Sequence[int]
    strips_per_page: int
    explored: Explored
    survey: ChannelSurvey
    places: MapPlaces
    explanations: Explanations | None
    other: SecondModel | None
    class_names: Sequence[str] | None

    def of_the_layer_alone(self) -> Shown:
        """Gives the same without what other layers put out, which takes memory."""
        kept_pass = self.selected.kept_pass
        activations = kept_pass.arrays.of([self.selected.layer])
        kept_pass = replace(kept_pass, activations=activations)
        return replace(self, selected=replace(self.selected, kept_pass=kept_pass))
