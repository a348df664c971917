"""Which pixels of the picture each position of a layer's activation can see.

The receptive field is followed through the layers, exactly: with the padding of each, its strides
and dilation, and the edges that cut it off. Where a layer does not tell what it computes, the field
is not known from there on; it is never guessed. What counts is the architecture: a weight that
happens to be zero hides no pixel. The bookkeeping is that of Araujo, Norris and Sim,
"Computing Receptive Fields of Convolutional Neural Networks", Distill (2019).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import keras

from ..model import backends
from ..model.activation_model import ActivationModel
from ..model.layer_paths import unknown_layer_sentence
from ..model.listening import listening
from ..model.symbolic_inputs import fixed_batch_size, in_structure, model_inputs
from .following import Following
from .probe import keeps_in_place
from .reach import COLUMN, ROW, Reach
from .receptive_field import Centres, ReceptiveField


class ReceptiveFields:
    """The receptive fields of all layer calls of a model, for pictures of one size.

    The layers are followed when this is made, by one symbolic run, which computes no activation;
    on PyTorch, and for layers that run on real values alone, by one forward pass of zeros. After
    that, asking costs no pass.

    Args:
        activation_model: Of the model to look at.
        inputs: One batch of model inputs, or anything with the same structure, shapes and dtypes.
        picture: Which of several inputs the picture is, counted in the order in which they are
            nested. Defaults to 0.

    Raises:
        ValueError: If that input is no picture: `(height, width)`, or with channels.
    """

    def __init__(self, activation_model: ActivationModel, inputs: Any, picture: int = 0) -> None:
        leaves = keras.tree.flatten(inputs)
        shape = tuple(int(size) for size in leaves[picture].shape[1:])
        if len(shape) not in (2, 3):
            raise ValueError(
                f"Input {picture} has shape {shape}, without the batch axis; receptive fields are "
                "of a picture, (height, width) or with channels. Choose another input."
            )
        channels_first = activation_model.data_format() == "channels_first" and len(shape) == 3
        height, width = shape[1:] if channels_first else shape[:2]
        self._picture_size = height, width
        recording = _followed(
            activation_model.model, inputs, picture, channels_first=channels_first
        )
        self._reaches = {
            path: recording.reach_of(tensor) for path, tensor in recording.activations.items()
        }
        self._roles = {call.info.path: call.role for call in recording.settled_calls()}

    @property
    def picture_size(self) -> tuple[int, int]:
        """Height and width of the model's input, in pixels."""
        return self._picture_size

    def knows(self, layer: str) -> bool:
        """Whether the model called a layer of this path."""
        return layer in self._reaches

    def of_element(self, layer: str, index: Sequence[int]) -> ReceptiveField:
        """Gives the receptive field of one element of a layer's activation.

        Args:
            layer: A layer path.
            index: The element's, in the activation of one picture: `(row, column, channel)` of a
                feature map, `(token, channel)`, `(unit,)`. All channels at a position count as one
                with the same field, which covers what any of them sees.

        Raises:
            ValueError: If the model has no such layer, or its activation no such element.
        """
        reach = self._reach(layer)
        if reach is None:
            return ReceptiveField(False, None, None, None, None, self._picture_size)
        if len(index) != len(reach.shape) or not all(
            0 <= at < size for at, size in zip(index, reach.shape, strict=True)
        ):
            raise ValueError(
                f"The activation of {layer!r} has shape {reach.shape}; there is no element "
                f"{tuple(index)} in it."
            )
        place = reach.place(index)
        rows, columns = reach.box(place) or (None, None)
        all_rows, all_columns = reach.unclipped_box(place) or (None, None)
        return ReceptiveField(True, rows, columns, all_rows, all_columns, self._picture_size)

    def centres(self, layer: str) -> Centres | None:
        """Gives where the feature maps of a layer lie on the picture.

        Args:
            layer: A layer path.

        Returns:
            `None` where the layer has no maps whose rows and columns are those of the picture, or
            branches met that lie apart.
        """
        reach = self._reach(layer)
        rows, columns = (None, None) if reach is None else reach.lines
        if rows is None or columns is None or self.map_size(layer) is None:
            return None
        return Centres(
            (float(rows.centre), float(columns.centre)), (float(rows.stride), float(columns.stride))
        )

    def map_size(self, layer: str) -> tuple[int, int] | None:
        """Gives the rows and columns of positions that a layer's activation has on the picture.

        Args:
            layer: A layer path. Its activation are feature maps, also with slices such as anchors
                behind their rows and columns; or tokens, `(count, channels)` or with heads between,
                that stand row by row for the positions of one.

        Returns:
            `None` where it is neither, or that is not known: after a transposition, for one.
        """
        reach = self._reach(layer)
        if reach is None or len(reach.shape) < 2:
            return None
        kinds = [[one.kind for one in axis if one.size > 1] for axis in reach.axes[1:]]
        are_rows = len(kinds) == 3 and kinds[0] == [ROW, COLUMN]  # of the heads of attention
        if len(kinds) == 2 or are_rows:
            sizes = {one.kind: one.size for one in reach.axes[1]}
            is_in_order = kinds[0] in ([], [ROW], [COLUMN], [ROW, COLUMN]) and not any(
                reach.has_places(axis) for axis in range(2, len(kinds) + 1)
            )
            return (sizes.get(ROW, 1), sizes.get(COLUMN, 1)) if is_in_order else None
        row_axis = 1 if self._roles[layer].channels_first else 0
        is_in_order = kinds[row_axis] in ([], [ROW]) and kinds[row_axis + 1] in ([], [COLUMN])
        if len(kinds) > 3:  # what is behind them are slices, such as anchors
            others = range(3, len(kinds) + 1)
            is_in_order &= not row_axis and not any(map(reach.has_places, others))
        height, width = reach.shape[row_axis : row_axis + 2]
        return (height, width) if is_in_order else None

    def _reach(self, layer: str) -> Reach | None:
        if layer not in self._reaches:
            raise ValueError(unknown_layer_sentence(layer, list(self._reaches)))
        return self._reaches[layer]


def index_of_input(inputs: Any, one: Any) -> int | None:
    """Gives the number by which `ReceptiveFields` knows one of several inputs.

    Args:
        inputs: The model inputs.
        one: The very object among them; `None` is given if it is not.
    """
    leaves = keras.tree.flatten(inputs)
    return next((index for index, leaf in enumerate(leaves) if leaf is one), None)


def _followed(model: Any, inputs: Any, picture: int, *, channels_first: bool) -> Following:
    """Follows the layers of a model; what cannot be seen through is tried out afterwards.

    What is then found to move positions is refused in another run.
    """
    in_place: dict[int, bool] = {}
    while True:
        refused = frozenset(number for number, is_so in in_place.items() if not is_so)
        recording = _followed_once(
            model, inputs, picture, channels_first=channels_first, refused=refused
        )
        untried = [one for one in recording.unseen if one.number not in in_place]
        for unseen in untried:
            may_try = len(refused) < _MOST_REFUSED
            in_place[unseen.number] = may_try and keeps_in_place(unseen, model)
            if may_try and not in_place[unseen.number]:
                break  # what comes behind it need not be tried
        if all(in_place.get(one.number) for one in recording.unseen):
            return recording


_MOST_REFUSED = 8
"""Functions that move positions, after which no more are tried: each takes another run."""


def _followed_once(
    model: Any, inputs: Any, picture: int, *, channels_first: bool, refused: frozenset[int]
) -> Following:
    """Runs a model symbolically; with zeros where that cannot be."""
    recordings: list[Following] = []

    def run(given: Any) -> Any:
        recording = Following(model=model, refused=refused)
        for index, tensor in enumerate(keras.tree.flatten(given)):
            shape = tensor.shape[1:]
            reach = Reach.of_nothing(shape)
            if index == picture:
                reach = Reach.of_picture(shape, channels_first=channels_first)
            if len(leaves) == 1:
                recording.picture = reach, backends.dtype_name(tensor)
            recording.note(tensor, reach)
        with listening(recording):
            model(in_structure(model, given), training=False)
        recordings.append(recording)
        return given

    leaves = keras.tree.flatten(inputs)
    declared = keras.tree.flatten(model_inputs(model))
    is_declared = len(declared) == len(leaves) and hasattr(declared[0], "dtype")
    # What is converted on its way in would be another tensor.
    dtypes = [
        keras.backend.standardize_dtype(leaf.dtype)
        for leaf in (declared if is_declared else leaves)
    ]
    if not is_declared and "float" in dtypes[picture]:
        dtypes[picture] = getattr(model, "input_dtype", dtypes[picture])
    shapes = [(fixed_batch_size(model), *leaf.shape[1:]) for leaf in leaves]
    symbols = [keras.KerasTensor(*symbol) for symbol in zip(shapes, dtypes, strict=True)]
    is_done = False
    # PyTorch's symbolic tensors are made anew at the door of each nested model.
    if keras.backend.backend() != "torch":
        with contextlib.suppress(Exception):  # what such a run can raise is open-ended
            _Run(model, run).compute_output_spec(keras.tree.pack_sequence_as(inputs, symbols))
            is_done = True
    if not is_done:
        zeros = [keras.ops.zeros(*symbol) for symbol in zip(shapes, dtypes, strict=True)]
        with backends.without_gradients():
            backends.without_trace(model, lambda: run(keras.tree.pack_sequence_as(inputs, zeros)))
    return recordings[-1]


class _Run(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """Runs something on symbolic inputs."""

    def __init__(self, model: Any, run: Callable[[Any], Any]) -> None:
        super().__init__(name="run", dtype="float32")
        self._allow_non_tensor_positional_args = True
        self._convert_input_args = False
        self.built = True
        self._run_on: Callable[[Any], Any] = lambda inputs: backends.without_trace(
            model, lambda: run(inputs)
        )

    def call(self, inputs: Any) -> Any:
        return self._run_on(inputs)
