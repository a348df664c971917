"""Which of several inputs is shown beside a layer: the first that the layer depends on."""

from __future__ import annotations

from dataclasses import dataclass

from ..model.input_dependence import Dependence
from ..pictures import structures
from ..pictures.pictures import Picture
from ..receptive_fields.receptive_fields import index_of_input
from ..views import PictureView


@dataclass(frozen=True)
class LayerInputs:
    """The input that is shown beside a layer.

    Attributes:
        picture: The picture, with that input shown.
        line: What to say of the others that the layer depends on, as a sentence; empty if nothing.
    """

    picture: Picture
    line: str = ""


def layer_inputs(picture: Picture, dependence: Dependence) -> LayerInputs:
    """Chooses the input to show beside a layer.

    That is the first picture among those that the layer depends on, and else the first of them.

    Args:
        picture: What goes into the model.
        dependence: Which inputs reach the layer.
    """
    names = picture.input_names
    if not names or not picture.of_each:  # one input, or all that a preprocessor made of a text
        return LayerInputs(picture)
    arrays = structures.leaves(picture.model_input)
    # The model's own order may be another than that of the keys of a dict.
    there = [
        index
        for index, array in enumerate(arrays)
        if index_of_input(picture.model_input, array) in dependence.inputs
    ]
    if not there:
        return LayerInputs(picture, "This layer depends on none of the inputs.")
    pictures = [index for index in there if isinstance(picture.of_each[index][0], PictureView)]
    shown = picture.of_input((pictures or there)[0])
    listed = _listed([names[index] for index in there])
    if not dependence.is_known:
        line = (
            f"Which of the inputs {listed} this layer depends on is not known: it works within a "
            "layer or model written by hand."
        )
    else:
        line = f"This layer depends on the inputs {listed}." if len(there) > 1 else ""
    return LayerInputs(shown, line)


def _listed(names: list[str]) -> str:
    quoted = [repr(name) for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)
