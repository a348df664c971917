"""Where the maps of a layer lie on the picture shown, and what of it their positions see."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..activations.declared_inputs import declared_inputs
from ..feature_maps.layout import Layout
from ..model.activation_model import ActivationModel
from ..model.bounded_cache import BoundedCache
from ..pictures import structures
from ..pictures.model_input import ModelInput
from ..pictures.pictures import Picture
from ..receptive_fields.receptive_field import ReceptiveField
from ..receptive_fields.receptive_fields import ReceptiveFields, index_of_input
from ..views import PictureView

Edges = tuple[tuple[float, float], tuple[float, float]]
"""The edges of a box on the picture, `((top, bottom), (left, right))`, in the picture's pixels, of
which the first is centred on 0: the whole picture begins at -0.5."""

_MOST_SHAPES = 4  # shapes of model input whose receptive fields are kept


class MapPlaces:
    """Where the maps of a model's layers lie on the pictures that people look at.

    Receptive fields are in pixels of the model input; the picture shown is the user's own, of
    which the model input is a resized copy. What cannot be told is not guessed: which part of the
    picture `preprocess` cut out, for one.

    The layers are followed when something is first asked about a size of model input; see
    `ReceptiveFields`.

    Args:
        activation_model: Of the model to look at.
    """

    def __init__(self, activation_model: ActivationModel) -> None:
        self._model = activation_model
        # By the shapes of the inputs, and which of them is the picture; `None` where the layers
        # cannot be followed.
        self._fields: BoundedCache[tuple[Any, ...], ReceptiveFields | None] = BoundedCache(
            _MOST_SHAPES
        )

    def extent(
        self, layer: str, picture: Picture, map_shape: tuple[int, int]
    ) -> tuple[float, float, float, float] | None:
        """Gives the edges of a layer's map on the picture, for `matplotlib`'s `imshow(extent=)`.

        Each position of the map lies around its centre. The map may reach beyond the picture, or
        end before it.

        Args:
            layer: A layer path.
            picture: The picture.
            map_shape: Height and width of the map, as it is laid out.

        Returns:
            `(left, right, bottom, top)` in pixels of the picture shown, `picture.view.size`, of
            which the first is centred on 0; `None` where that is not known.
        """
        fields, scale = self._look(picture)
        if fields is None or scale is None or not fields.knows(layer):
            return None
        centres = fields.centres(layer)
        if centres is None or fields.map_size(layer) != tuple(map_shape):
            return None
        left, right, bottom, top = centres.extent(*map_shape)
        down, across = scale
        return (
            _scaled(left, across),
            _scaled(right, across),
            _scaled(bottom, down),
            _scaled(top, down),
        )

    def field(
        self,
        layer: str,
        picture: Picture,
        layout: Layout,
        row: int,
        column: int,
        channel: int,
        slice_index: int,
    ) -> tuple[ReceptiveField | None, Edges | None]:
        """Gives what a position of the map on show can see.

        Args:
            layer: A layer path.
            picture: The picture.
            layout: How the layer's activation is laid out for it.
            row: Of the map.
            column: Of the map.
            channel: The one chosen.
            slice_index: The slice chosen.

        Returns:
            The receptive field, in pixels of the model input, and the box on the picture shown.
            The field is `None` where there is nothing to ask about: no element at that place, no
            picture, or layers that cannot be followed. The box is `None` where nothing of the
            picture is seen, or it is not known what.
        """
        element = layout.element(row, column, channel, slice_index)
        fields, scale = self._look(picture) if element is not None else (None, None)
        if fields is None or element is None or not fields.knows(layer):
            return None, None
        try:
            field = fields.of_element(layer, element)
        except ValueError:  # what the layer puts out for zeros has another shape
            return None, None
        if scale is None or field.rows is None or field.columns is None:
            return field, None
        (top, bottom), (left, right) = field.rows, field.columns
        down, across = scale
        return field, (
            (_scaled(top - 0.5, down), _scaled(bottom + 0.5, down)),
            (_scaled(left - 0.5, across), _scaled(right + 0.5, across)),
        )

    @staticmethod
    def words(field: ReceptiveField | None) -> str:
        """Says what a position sees: `sees rows 3 to 9, columns 4 to 10 of the 150 × 150 input`."""
        if field is None or not field.is_known:
            return "receptive field not known"
        if field.is_whole_picture or field.rows is None or field.columns is None:
            return f"sees {field}"
        height, width = field.picture_size
        return f"sees {field} of the {height} × {width} input"

    def _look(self, picture: Picture) -> tuple[ReceptiveFields | None, tuple[float, float] | None]:
        """Gives the receptive fields for a picture, and how much larger it is than model input.

        Returns:
            Both `None` where model input is not known to be a picture; the scale, down and across,
            where the picture shown was not just resized to it.
        """
        found = self._input_shown(picture)
        if found is None or not isinstance(picture.view, PictureView):
            return None, None
        declared, values = found
        fields = self._fields_for(picture.model_input, values)
        shape = values.shape[1:]
        own = shape[1:] if declared.channels_first and len(shape) == 3 else shape[:2]
        if fields is None or fields.picture_size != own:
            return None, None
        size = picture.view.size
        if own != _resized(size, declared, own):
            return fields, None
        return fields, (size[0] / own[0], size[1] / own[1])

    def _input_shown(self, picture: Picture) -> tuple[ModelInput, Any] | None:
        """Finds the input that is the picture shown; `None` where what is shown is none."""
        declared = self._declared
        given = structures.leaves(picture.model_input)
        if len(declared) != len(given):
            return None
        pairs = list(zip(declared, given, strict=True))
        if picture.input_names:
            shown = pairs[picture.shown_input]
            return shown if shown[0].is_picture else None
        return next((pair for pair in pairs if pair[0].is_picture), None)

    @cached_property
    def _declared(self) -> list[ModelInput]:
        inputs: list[ModelInput] = structures.leaves(declared_inputs(self._model))
        return inputs

    def _fields_for(self, model_input: Any, values: Any) -> ReceptiveFields | None:
        index = index_of_input(model_input, values)
        key = index, *(array.shape for array in structures.leaves(model_input))
        if key not in self._fields:
            try:
                fields = ReceptiveFields(self._model, model_input, index or 0)
            except Exception:  # what a model can raise is open-ended
                fields = None
            self._fields.put(key, fields)
        return self._fields.get(key)


def _resized(
    size: tuple[int, int], declared: ModelInput, own: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Gives the size to which pictures are resized for an input; see `Preprocessing`.

    Args:
        size: Height and width of the picture shown.
        declared: The input.
        own: Height and width that the input has.
    """
    height, width, _ = declared.height_width_channels
    if height is not None and width is not None:
        return own  # there is but one size
    if height is None and width is None:
        return size
    if height is None:
        assert width is not None
        return max(1, round(size[0] * width / size[1])), width
    return height, max(1, round(size[1] * height / size[0]))


def _scaled(edge: float, scale: float) -> float:
    """Gives in pixels of the picture what is one in pixels of model input, from edge to edge."""
    return (edge + 0.5) * scale - 0.5
