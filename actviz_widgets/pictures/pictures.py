"""What users call an image, as the picture to show beside the input that the model gets.

What is no picture goes in untouched, and is shown as what it is. For pictures, two rules keep
preprocessing from fooling anyone. Float arrays of the model's input shape are taken to be model
input already and go in untouched, unless there is a `preprocess`, which they go through. Everything
else is a picture with values of 0 to 255: it is resized to the model's input size, and `preprocess`
(or a division by 255) makes model input of it.
Either way the picture shown is the user's own, not what became of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from ..views import InputView, PictureView
from . import given_arrays, pixels, structures
from . import labels as picture_labels
from .array_inputs import ArrayInputs, Example, input_names
from .flat_pictures import as_picture
from .input_views import view_of, words_of
from .model_input import Inputs, ModelInput, not_finite_sentence
from .own_preprocessor import OwnPreprocessor
from .picture import Picture
from .picture_sources import PictureSources, Source, are_pictures, one_by_one
from .preprocessing import Preprocess, Preprocessing
from .raw_inputs import Raw, RawInputs, has_text, in_structure
from .training_data import training_data
from .whole_numbers import WholeNumbers, too_dark

__all__ = ["Picture", "Pictures", "Preprocess"]


class Pictures:
    """The pictures, or other inputs, that a user handed in, read when they are asked for.

    Files named one by one, and arrays, are checked at once; the files of a folder when they are
    looked at, so that one broken file does not close a folder of thousands.

    Args:
        images: One picture or many: an array `(height, width, channels)` or
            `(count, height, width, channels)`, a path, a PIL image, a list or `{name: picture}` of
            these, a folder, or training data: see `training_data`. In a list or dict also the bytes
            of a file. For a model that takes no picture, or several inputs, arrays; see
            `ArrayInputs`.
        inputs: What the model takes: one input, or several in the structure it declares.
        preprocess: Makes model input of a picture: called with a float32 array
            `(1, height, width, channels)`, values 0 to 255, of the model's input size; for arrays
            of the model's own shape that are no 8-bit picture with their own values. Not called
            for inputs that are no pictures. Defaults to `None`: pixels are divided by 255, unless
            the model scales them itself, and floats go in as they are.
        most_bytes: Bytes that may be taken from a dataset; at least one picture is. Also those
            that files added as bytes may take. Defaults to `None`, any number.
        labels: The class of each picture, a number or a name, `None` where it is not known.
            Defaults to `None`: those of the dataset, or the names of the folders in the folder.
        own: What the model itself makes its input with, of pictures or of texts, where there is no
            `preprocess`. Defaults to `None`, nothing.

    Attributes:
        names: What to call each picture.
        note: In words, which of the pictures handed in these are; empty if all.
        class_names: What training data calls the classes, by number; empty if it does not.

    Raises:
        TypeError: If `images` or one of them is nothing that can be such an input.
        ValueError: If there is no picture, a file is missing or cannot be read, a shape does not
            fit the model, or values are NaN or infinite.
    """

    def __init__(
        self,
        images: object,
        inputs: Inputs,
        preprocess: Preprocess | None = None,
        *,
        most_bytes: int | None = None,
        labels: object = None,
        own: OwnPreprocessor | None = None,
    ) -> None:
        if preprocess is not None and not callable(preprocess):
            raise TypeError(
                f"preprocess is of type {type(preprocess).__name__}; a function is wanted, from a "
                "float32 array (1, height, width, channels) of 0 to 255 to model input."
            )
        self._preprocess = preprocess
        self._most_bytes = most_bytes
        self._preprocessing: Preprocessing | None = None
        data = training_data(images, inputs)
        images = images if data is None else data
        flat = as_picture(images, inputs)
        self._is_flat = flat is not None
        self._inputs = inputs = flat or inputs
        self.class_names: tuple[str, ...] = () if data is None else data.class_names
        self._own = own if preprocess is None else None
        sources: PictureSources | ArrayInputs | RawInputs
        if isinstance(inputs, ModelInput) and are_pictures(images, inputs):
            has_function = preprocess is not None or self._own is not None
            sources = PictureSources(images, inputs, most_bytes, has_preprocess=has_function)
            self._preprocessing = Preprocessing(inputs, preprocess, self._own)
        elif self._own is not None and has_text(images):
            sources = RawInputs(images, self._own, most_bytes)
        else:
            sources = ArrayInputs(images, inputs, most_bytes)
        self.names = tuple(_distinct(sources.names))
        self._labels = sources.labels
        if labels is not None:
            self._labels = picture_labels.checked(labels, len(self.names))
        self.note = self._first_note = sources.note
        self._first_count = len(self.names)
        self._sources: Sequence[Source | Example | Raw] = sources.sources

    def __len__(self) -> int:
        return len(self._sources)

    @property
    def labels(self) -> picture_labels.Labels:
        """The class of each picture, in step with `names`; `None` where it is not known."""
        return self._labels

    @property
    def takes_pictures(self) -> bool:
        """Whether pictures can be added: the model takes one picture, and these are such."""
        return self._preprocessing is not None

    def add(self, images: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Adds pictures behind those there are, which keep their index and their name.

        What is added has no class.

        Args:
            images: As handed in to begin with, or the bytes of files, such as `{name: bytes}`.

        Returns:
            The names of those added, distinct from all others; and a sentence for each that cannot
            be read.

        Raises:
            TypeError: If `images` is nothing that can be pictures.
            ValueError: If the model takes no picture, or several inputs.
        """
        inputs = self._inputs
        if not self.takes_pictures or not isinstance(inputs, ModelInput):
            raise ValueError(self._why_no_pictures())
        added: list[tuple[str, Source]] = []
        failures: list[str] = []
        for one in one_by_one(training_data(images, inputs) or images):
            try:
                number = len(self) + len(added)
                sources = PictureSources(
                    one,
                    inputs,
                    self._most_bytes,
                    number,
                    has_preprocess=self._preprocess is not None or self._own is not None,
                )
            except (TypeError, ValueError) as error:
                if isinstance(error, TypeError) and not isinstance(images, Mapping | list | tuple):
                    raise
                failures.append(str(error))
                continue
            for name, source in zip(sources.names, sources.sources, strict=True):
                try:
                    self._check_added(name, source, [source for _, source in added])
                except ValueError as error:
                    failures.append(str(error))
                else:
                    added.append((name, source))
        before = len(self)
        names = tuple(_distinct([*self.names, *(name for name, _ in added)]))
        self._sources = [*self._sources, *(source for _, source in added)]
        self._labels = (*self._labels, *(None for _ in added))
        if self._first_note and len(names) > self._first_count:
            self.note = f"{self._first_note}, and {len(names) - self._first_count} added"
        # Last, for whoever goes by the names finds all the rest.
        self.names = names
        return names[before:], tuple(failures)

    def first_readable(self) -> int:
        """Gives the index of the first picture whose file can be read.

        Raises:
            ValueError: If there is none; it names the first one.
        """
        failures = []
        for index in range(len(self)):
            try:
                self.check_file(index)
            except ValueError as error:
                failures.append(error)
            else:
                return index
        raise failures[0]

    def check_file(self, index: int) -> None:
        """Reads the file of a picture, if it is one, to see whether that can be done.

        Raises:
            ValueError: If it cannot.
        """
        source = self._sources[index]
        if isinstance(source, Path):
            pixels.open_file(source)

    def load(self, index: int) -> Picture:
        """Reads one picture and makes the model input.

        Raises:
            ValueError: If its file cannot be read, or `preprocess` fails or gives something that
                the model cannot take. The message names the picture.
        """
        picture = self._load(index)
        if not self._is_flat:
            return picture
        return replace(picture, model_input=picture.model_input.reshape(1, -1))

    def _load(self, index: int) -> Picture:
        name, source = self.names[index], self._sources[index]
        if isinstance(source, tuple):
            return self._from_arrays(name, source)
        if isinstance(source, Raw):
            return self._from_raw(name, source)
        if isinstance(source, WholeNumbers):
            return self._from_values(name, source.values, f"{source.values.dtype} values")
        warning = ""
        if isinstance(source, np.ndarray):
            if source.dtype.kind == "f":
                if self._preprocess is not None or self._own is not None:
                    return self._from_values(name, source, "floats")
                return self._from_arrays(name, (source[None],), "given as floats, so untouched")
            warning = self._too_dark(source, name) if source.dtype == np.uint16 else ""
            is_grey = source.ndim == 2 or source.shape[2:] == (1,)
            if source.dtype != np.uint16 or not is_grey:  # which Pillow holds with all their bits
                source = pixels.as_uint8(source, name)
        image = _image(source, name)
        if image.mode.startswith("I"):
            values = np.asarray(image)
            if image.mode != "I" or values.max() > 255:  # which are else taken for 8 bits
                warning = self._too_dark(values, name)
        return self._from_image(name, image, warning)

    def _too_dark(self, values: np.ndarray, name: str) -> str:
        return too_dark(values, name, has_preprocess=self._preprocess is not None)

    def _check_added(self, name: str, source: Source, beside: Sequence[Source]) -> None:
        """Checks a picture that is added, as far as it was not when it was named on its own."""
        if isinstance(source, Path):
            pixels.open_file(source)
        if not isinstance(source, bytes) or self._most_bytes is None:
            return
        kept = sum(len(each) for each in (*self._sources, *beside) if isinstance(each, bytes))
        if kept + len(source) > self._most_bytes:
            raise ValueError(
                f"The picture {name!r} is left out: with it the files added would take "
                f"{kept + len(source):,} bytes, and half of memory_budget is "
                f"{self._most_bytes:,}. Give a larger memory_budget."
            )

    def _why_no_pictures(self) -> str:
        count = len(structures.leaves(self._inputs))
        takes = f"{count} inputs" if count > 1 else "no picture"
        return (
            f"No pictures can be added: the model takes {takes}. Give all its inputs as arrays, "
            "when the explorer is made."
        )

    def _from_values(self, name: str, values: np.ndarray, given_as: str) -> Picture:
        """Gives what has the model's shape, and goes in through preprocess or as the model says."""
        assert self._preprocessing is not None
        assert isinstance(self._inputs, ModelInput)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError(not_finite_sentence(f"The picture {name!r}", values))
        made = self._preprocessing.run_values(name, values, given_as)
        shape, cut = self._inputs, ""
        if values.ndim == 3 and not (shape.channels_first and shape.fits(values.shape)):
            values, cut = self._preprocessing.seen(values, made.model_input)
        if not shape.fits(values.shape):
            shape = ModelInput(values.shape, data_format="channels_last")
        view, note = view_of(values, shape)
        how = "; ".join(filter(None, [made.how, cut, note]))
        return Picture(name, view, made.model_input, how, made.warning)

    def _from_image(self, name: str, image: Image.Image, warning: str = "") -> Picture:
        shown = np.asarray(pixels.flattened(image))
        assert self._preprocessing is not None  # there are pictures
        made = self._preprocessing.run(name, image)
        shown, note = self._preprocessing.seen(shown, made.model_input)
        how = "; ".join(filter(None, [made.how, note]))
        view = PictureView(pixels.scaled_down(shown), shown.shape[:2])
        return Picture(name, view, made.model_input, how, warning or made.warning)

    def _from_raw(self, name: str, raw: Raw) -> Picture:
        """Gives what the model's own preprocessor makes of texts."""
        assert self._own is not None
        try:
            model_input = in_structure(self._own.run(raw.batch), self._inputs)
        except Exception as error:  # what a preprocessor raises is open-ended
            raise ValueError(
                f"{self._own.at_first}, cannot take the input {name!r}: {error}"
            ) from error
        names = tuple(input_names(self._inputs))
        view: InputView = words_of(raw.words)
        if (picture := raw.picture) is not None:
            view, _ = view_of(picture, ModelInput(picture.shape, data_format="channels_last"))
        how = f"made by {self._own.in_words}"
        return Picture(name, view, model_input, how, "", names if len(names) > 1 else ())

    def _from_arrays(self, name: str, example: Example, how: str = "") -> Picture:
        """Gives what goes in as it is; of several inputs, one is shown."""
        arrays = [given_arrays.as_plain_text(array) for array in example]
        wanted: list[ModelInput] = structures.leaves(self._inputs)
        names = tuple(input_names(self._inputs))
        for array, input_name in zip(arrays, names, strict=True):
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                what = f"The picture {name!r}" + (f", {input_name!r}," * (len(arrays) > 1))
                raise ValueError(not_finite_sentence(what, array))
        shown = next((index for index, each in enumerate(wanted) if each.is_picture), 0)
        how = (how or _given_as(arrays)) + " (preprocess not called)" * (
            self._preprocess is not None
        )
        of_each = []
        for array, each, input_name in zip(arrays, wanted, names, strict=True):
            view, note = view_of(array[0], each)
            is_shown = f"shown is {input_name!r}" if len(arrays) > 1 else ""
            of_each.append((view, "; ".join(filter(None, [how, is_shown, note]))))
        warnings = [
            f"{input_name}: {warning}" if len(arrays) > 1 else warning
            for array, each, input_name in zip(arrays, wanted, names, strict=True)
            if (each.is_picture or array.dtype == np.uint8)
            and array.dtype.kind in "fiub"
            and (warning := each.warning(array))
        ]
        return Picture(
            name,
            of_each[shown][0],
            structures.packed(self._inputs, arrays),
            of_each[shown][1],
            " ".join(warnings),
            *((names, tuple(of_each), shown) if len(arrays) > 1 else ()),
        )


def _image(source: Path | Image.Image | np.ndarray | bytes, name: str) -> Image.Image:
    if isinstance(source, Path):
        return pixels.open_file(source)
    if isinstance(source, bytes):
        return pixels.open_bytes(source, name)
    return pixels.as_image(source, name)


def _given_as(arrays: list[np.ndarray]) -> str:
    if len(arrays) > 1:
        return "given as arrays, so untouched"
    is_text = given_arrays.is_text(arrays[0])
    return f"given as {'text' if is_text else 'an array'}, so untouched"


def _distinct(names: Sequence[str]) -> list[str]:
    """Numbers the names that stand for more than one picture."""
    distinct: dict[str, None] = {}
    for name in names:
        numbered = (f"{name} ({number})" for number in itertools.count(2))
        distinct[
            name if name not in distinct else next(n for n in numbered if n not in distinct)
        ] = None
    return list(distinct)
