"""What an explorer is opened on: checked, and looked at once, before the first widget is made."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..activations.cache import checked_budget
from ..activations.explored import Explored, explored_model
from ..activations.history.activation_history import ActivationHistory
from ..activations.second_model import SecondModel, second_model
from ..activations.shared_budget import Share
from ..feature_maps.color_scale import color_map
from ..model.predictions import check_class_names
from ..pictures.pictures import Preprocess
from .chosen import Chosen

if TYPE_CHECKING:
    import keras

# Layers whose maps are still the picture.
_BEFORE_THE_FIRST = ("CenterCrop", "Normalization", "Rescaling", "Resizing", "ZeroPadding2D")


@dataclass(frozen=True)
class Opened:
    """What an explorer is opened on.

    Attributes:
        explored: The model and the pictures.
        other: A second model to compare with; `None` for none.
        class_names: A name per class, if they have names.
        given: The arguments that code which recreates the view has to repeat, by name.
        image_count: How many pictures were handed in.
        first_layer: Path of the layer to begin with.
        cmap: A matplotlib colour map, or the name of one.
        share: What it keeps beside other explorers.
    """

    explored: Explored
    other: SecondModel | None
    class_names: Sequence[str] | None
    given: Mapping[str, object]
    image_count: int
    first_layer: str
    cmap: Any
    share: Share

    @property
    def epochs(self) -> tuple[int, ...]:
        """Numbers of the epochs to choose from; of a model as it is now 0 alone."""
        return tuple(self.explored.by_epoch)

    def choose_first(self, chosen: Chosen) -> None:
        """Chooses what an explorer begins with, and says what else there is."""
        newest = self.explored.by_epoch[self.epochs[-1]]
        self.offer(chosen, newest.layouts)
        chosen.epoch, chosen.image = self.epochs[-1], newest.first_image
        chosen.layer, chosen.cmap = self.first_layer, self.cmap
        chosen.layer_was_chosen = False
        # What makes a difference to be seen.
        if self.other is not None:
            chosen.other_model = True
        elif len(self.epochs) > 1:
            chosen.other_epoch = self.epochs[0]
        elif self.image_count > 1:
            chosen.other_image = (chosen.image + 1) % self.image_count

    def offer(self, chosen: Chosen, layouts: Mapping[str, Any]) -> None:
        """Says what there is to choose from now, with the layouts of the layers by their paths."""
        images = self.explored.images
        count = len(images)
        chosen.offer(count, layouts, self.epochs, images)
        runs_model = next(iter(self.explored.by_epoch.values())).runs_model
        chosen.offer_outputs(self.explored.outputs if runs_model else ())
        chosen.offer_to_compare(count, self.epochs, has_other_model=self.other is not None)


def opened(
    model: keras.Model | ActivationHistory,
    images: object,
    *,
    preprocess: Preprocess | None,
    class_names: Sequence[str] | None,
    layers: Sequence[str] | None,
    cmap: Any,
    memory_budget: int,
    labels: Sequence[Hashable] | None,
    compare_with: keras.Model | str | Path | None,
) -> Opened:
    """Opens a model on pictures, or what was kept of a training; see `ActivationExplorer`.

    The first picture goes through the model here: all that can be wrong shows.
    """
    memory_budget = checked_budget(memory_budget)
    share = Share(memory_budget)
    if compare_with is not None:
        memory_budget //= 2
    if isinstance(model, ActivationHistory):
        _check_nothing_beside(
            images=images, preprocess=preprocess, labels=labels, compare_with=compare_with
        )
        explored = model.subject(layers)
    else:
        explored = explored_model(model, images, preprocess, layers, memory_budget, labels, share)
    given_names = check_class_names(class_names, _shape_of_classes(explored))
    class_names = given_names or explored.class_names
    explored = replace(explored, class_names=class_names)
    other = None
    if compare_with is not None:
        other = second_model(compare_with, explored, memory_budget, share)
    color_map(cmap)
    first_layer = _first_worth_showing(explored)
    newest = explored.by_epoch[tuple(explored.by_epoch)[-1]]
    newest.get(newest.first_image, first_layer)
    given = {
        "preprocess": preprocess,
        "class_names": given_names,
        "layers": layers,
        "labels": labels,
        "compare_with": compare_with,
    }
    image_count = len(explored.images)
    return Opened(explored, other, class_names, given, image_count, first_layer, cmap, share)


def _first_worth_showing(explored: Explored) -> str:
    """Gives the first layer whose maps are no longer the picture."""
    newest = explored.by_epoch[tuple(explored.by_epoch)[-1]]
    layouts, model = newest.layouts, explored.activation_model
    with_maps = [
        path
        for path, info in newest.layers.items()
        if layouts[path].has_feature_maps
        and info.class_name not in (*_BEFORE_THE_FIRST, "EinsumDense")
        and not model.role(path).passes_on
    ]
    return (with_maps or list(layouts))[0]


def _shape_of_classes(explored: Explored) -> tuple[int | None, ...] | None:
    """Gives the shape of the one output, its units last; `None` if there are several."""
    outputs = explored.outputs
    if len(outputs) == 1:
        return outputs[0].shape_units_last
    return None if outputs else explored.activation_model.prediction_shape


def last_before_the_classes(explored: Explored) -> str | None:
    """Gives the last layer with feature maps that stands before what tells the classes.

    That is where Grad-CAM is looked at. Of a segmentation, whose output is maps itself, it is the
    last one before those.

    Returns:
        `None` if there is no such layer.
    """
    source = explored.by_epoch[tuple(explored.by_epoch)[-1]]
    own = {output.shape for output in explored.outputs}
    model = explored.activation_model
    for path, info in reversed(tuple(source.layers.items())):
        role, shape = model.role(path), info.output_shape
        is_map = source.layouts[path].has_feature_maps and not role.is_attention
        if is_map and not role.passes_on and shape not in own and set(shape[1:-1]) != {1}:
            return path
    return None


def _check_nothing_beside(**given: object) -> None:
    for name, value in given.items():
        if value is not None:
            raise TypeError(
                f"{name} was given beside an ActivationHistory, which has its own since the "
                f"training. Leave {name} out here, and give it to ActivationHistory before fit."
            )
