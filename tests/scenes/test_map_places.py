"""Where maps lie on the picture shown, and what of it their positions see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.activations.extraction import Extraction
from actviz_widgets.feature_maps.layouts import FeatureMaps, Tokens, Units
from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.pictures.pictures import Picture, Pictures
from actviz_widgets.receptive_fields.receptive_field import ReceptiveField
from actviz_widgets.receptive_fields.receptive_fields import ReceptiveFields
from actviz_widgets.scenes import map_places
from actviz_widgets.scenes.map_places import MapPlaces

L = keras.layers
RNG = np.random.default_rng(0)


def functional(shape: tuple[int | None, ...], make: Callable[[Any], Any]) -> keras.Model:
    x = keras.Input(shape)
    return keras.Model(x, make(x))


def network(x: Any) -> Any:
    x = L.Conv2D(4, 3, strides=2, name="conv")(x)
    x = L.MaxPooling2D(2, name="pool")(x)
    tokens = L.Reshape((9, 4), name="tokens")(x)
    L.Dense(2)(tokens)
    return L.Dense(3, name="units")(L.Flatten(name="flat")(tokens))


class Opened:
    """A model opened on pictures, and where its maps lie."""

    def __init__(self, model: Any, images: object, preprocess: Any = None) -> None:
        self.model = ActivationModel(model)
        pictures = Pictures(images, declared_inputs(self.model), preprocess)
        self.extraction = Extraction(self.model, pictures, 2**26)
        self.places = MapPlaces(self.model)

    def picture(self, image: int = 0) -> Picture:
        return self.extraction.get(image, next(iter(self.extraction.layers))).picture

    def extent(self, layer: str, image: int = 0) -> tuple[float, float, float, float] | None:
        seen = self.extraction.get(image, layer)
        layout = self.extraction.layout(seen, layer)
        shown = layout.feature_map(seen.activations[layer], 0, 0)
        return self.places.extent(layer, seen.picture, (shown.shape[0], shown.shape[1]))

    def field(self, layer: str, row: int, column: int, channel: int = 0, image: int = 0) -> Any:
        seen = self.extraction.get(image, layer)
        layout = self.extraction.layout(seen, layer)
        return self.places.field(layer, seen.picture, layout, row, column, channel, 0)


def photo(height: int, width: int, channels: int = 3) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, channels), dtype=np.uint8)


@pytest.fixture
def opened() -> Opened:
    # The model takes 14 x 14 pixels: the picture is twice as high, and three times as wide.
    return Opened(functional((14, 14, 3), network), photo(28, 42))


def test_a_map_of_pixels_lies_on_the_whole_picture(opened: Opened) -> None:
    first = opened.model.captured[0].path
    assert opened.extent(first) == pytest.approx((-0.5, 41.5, 27.5, -0.5))


def test_a_map_lies_around_the_centres_of_its_fields_on_the_picture_shown(opened: Opened) -> None:
    # Positions of the convolution are centred on the input's pixels 1, 3, ..., 11; those of the
    # pooling on 2, 6, 10. Both lie from 0 to 12, half a pixel in from the edge at -0.5.
    assert opened.extent("conv") == pytest.approx((1.0, 37.0, 24.5, 0.5))
    assert opened.extent("pool") == pytest.approx((1.0, 37.0, 24.5, 0.5))
    for layer, count in (("conv", 6), ("pool", 3)):
        extent = opened.extent(layer)
        assert extent is not None
        left, right, bottom, top = extent
        for at in range(count):
            _, box = opened.field(layer, at, at)
            (above, below), (before, behind) = box
            assert top + (bottom - top) * (at + 0.5) / count == pytest.approx((above + below) / 2)
            assert left + (right - left) * (at + 0.5) / count == pytest.approx(
                (before + behind) / 2
            )


def test_tokens_lie_where_the_map_does_that_they_are_made_of(opened: Opened) -> None:
    seen = opened.extraction.get(0, "tokens")
    assert isinstance(opened.extraction.layout(seen, "tokens"), Tokens)
    assert opened.extent("tokens") == opened.extent("pool")
    assert opened.places.extent("tokens", seen.picture, (9, 4)) is None


def test_a_field_is_a_box_on_the_picture_shown(opened: Opened) -> None:
    field, box = opened.field("conv", 1, 2)
    assert (field.rows, field.columns) == ((2, 4), (4, 6))
    # Pixels 2 to 4 of the input are pixels 4 to 9 of twice as many; 4 to 6 are 12 to 20.
    assert box == ((3.5, 9.5), (11.5, 20.5))
    assert opened.places.words(field) == "sees rows 2 to 4, columns 4 to 6 of the 14 × 14 input"


def test_an_element_has_its_field_however_the_activation_is_laid_out(opened: Opened) -> None:
    pooled = [opened.field("pool", row, column) for row in range(3) for column in range(3)]
    tokens = [opened.field("tokens", row, column, 3) for row in range(3) for column in range(3)]
    assert tokens == pooled
    assert len({box for _, box in pooled}) == 9
    seen = opened.extraction.get(0, "flat")
    layout = opened.extraction.layout(seen, "flat")
    folded = layout.feature_map(np.arange(36), 0, 0)
    assert folded.shape[0] > 1
    for (row, column), unit in np.ndenumerate(folded):
        at = opened.field("flat", row, column)
        assert at == (pooled[int(unit) // 4] if np.isfinite(unit) else (None, None))
    field, box = opened.field("units", 0, 2)
    # The strides never come to the last row and column of the input.
    assert opened.places.words(field) == "sees rows 0 to 12, columns 0 to 12 of the 14 × 14 input"
    assert box == ((-0.5, 25.5), (-0.5, 38.5))
    assert opened.field("units", 1, 0) == (None, None)


def test_channels_that_come_first_change_no_place() -> None:
    def make(x: Any) -> Any:
        return L.AveragePooling2D(2, data_format="channels_first", name="pool")(x)

    first = Opened(functional((3, 8, 12), make), photo(16, 36))
    assert first.extent("pool") == (-0.5, 35.5, 15.5, -0.5)
    assert first.field("pool", 3, 0, 2)[1] == ((11.5, 15.5), (-0.5, 5.5))


def test_a_position_in_the_padding_sees_nothing_of_the_picture() -> None:
    padded = Opened(functional((8, 8, 1), L.ZeroPadding2D(1, name="padded")), photo(8, 8, 1))
    field, box = padded.field("padded", 0, 4)
    assert box is None
    assert padded.places.words(field) == "sees nothing of the picture"
    assert padded.field("padded", 1, 4)[1] == ((-0.5, 0.5), (2.5, 3.5))
    assert padded.extent("padded") == (-1.5, 8.5, 8.5, -1.5)


def test_what_a_layer_does_not_tell_is_not_known() -> None:
    model = functional((8, 8, 1), L.Lambda(lambda x: x[:, ::2], name="every_other"))
    places = Opened(model, photo(8, 8, 1))
    field, box = places.field("every_other", 1, 1)
    assert not field.is_known
    assert box is None
    assert places.places.words(field) == "receptive field not known"
    assert places.extent("every_other") is None
    assert places.places.extent("no_such_layer", places.picture(), (4, 8)) is None
    layout = FeatureMaps((4, 8, 1))
    at = places.places.field("no_such_layer", places.picture(), layout, 0, 0, 0, 0)
    assert at == (None, None)


def test_a_transposed_map_has_fields_but_does_not_lie_on_the_picture() -> None:
    model = functional((8, 12, 2), L.Permute((2, 1, 3), name="turned"))
    turned = Opened(model, RNG.random((8, 12, 2), np.float32))
    assert turned.extent("turned") is None
    assert turned.field("turned", 11, 2)[1] == ((1.5, 2.5), (10.5, 11.5))


def test_a_unit_laid_out_otherwise_than_the_run_has_it_has_no_field(opened: Opened) -> None:
    at = opened.places.field("conv", opened.picture(), Units((7,)), 0, 3, 0, 0)
    assert at == (None, None)


@pytest.mark.parametrize("names", [("picture", "meta"), ("zebra", "apple")])
def test_of_several_inputs_the_one_that_is_shown_counts(names: tuple[str, str]) -> None:
    inputs = {names[1]: keras.Input((3,), name=names[1])}
    inputs[names[0]] = keras.Input((20, 24, 3), name=names[0])
    x = L.AveragePooling2D(4, name="pool")(inputs[names[0]])
    y = L.Dense(2, name="beside")(inputs[names[1]])
    x = L.Dense(1, name="both")(L.Concatenate()([L.Flatten()(x), y]))
    arrays = {
        names[0]: RNG.random((2, 20, 24, 3), np.float32),
        names[1]: RNG.random((2, 3), np.float32),
    }
    both = Opened(keras.Model(inputs, x), arrays)
    assert both.extent("pool") == (-0.5, 23.5, 19.5, -0.5)
    assert both.field("pool", 4, 5)[1] == ((15.5, 19.5), (19.5, 23.5))
    field, box = both.field("beside", 0, 1)
    assert both.places.words(field) == "sees nothing of the picture"
    assert box is None


def test_where_the_input_is_no_picture_there_is_nothing_to_see() -> None:
    series = Opened(functional((30, 4), L.Conv1D(3, 3, name="conv")), np.ones((2, 30, 4), "f"))
    assert series.field("conv", 2, 1) == (None, None)
    assert series.extent("conv") is None
    film = Opened(
        functional((6, 8, 8, 3), L.Conv3D(2, 3, name="conv")), np.ones((1, 6, 8, 8, 3), "f")
    )
    assert film.field("conv", 2, 1) == (None, None)
    assert film.extent("conv") is None
    words = Opened(functional((5,), L.Embedding(9, 3, name="words")), np.ones((1, 5), np.int32))
    assert words.field("words", 2, 1) == (None, None)
    assert words.places.words(None) == "receptive field not known"


def test_a_model_of_open_size_takes_each_picture_as_large_as_it_is() -> None:
    model = functional((None, None, 3), L.MaxPooling2D(2, name="pool"))
    any_size = Opened(model, [photo(8, 12), photo(20, 10)])
    assert any_size.extent("pool") == (-0.5, 11.5, 7.5, -0.5)
    assert any_size.extent("pool", image=1) == (-0.5, 9.5, 19.5, -0.5)


def test_with_one_size_open_the_picture_keeps_its_shape() -> None:
    model = functional((None, 12, 3), L.MaxPooling2D(2, name="pool"))
    narrow = Opened(model, photo(16, 24))
    assert narrow.picture().model_input.shape == (1, 8, 12, 3)
    assert narrow.extent("pool") == (-0.5, 23.5, 15.5, -0.5)


def test_what_preprocess_cut_out_of_the_picture_is_not_guessed() -> None:
    model = functional((None, None, 3), L.MaxPooling2D(2, name="pool"))
    cut = Opened(model, photo(16, 16), lambda x: x[:, 4:12, 4:12])
    assert cut.extent("pool") is None
    field, box = cut.field("pool", 1, 1)
    assert field.rows == (2, 3)
    assert box is None


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Notes the shape of model input each time the layers are followed."""
    shapes: list[tuple[int, ...]] = []

    class Counted(ReceptiveFields):
        def __init__(self, model: ActivationModel, inputs: Any, picture: int = 0) -> None:
            shapes.append(inputs.shape)
            super().__init__(model, inputs, picture)

    monkeypatch.setattr(map_places, "ReceptiveFields", Counted)
    return shapes


def test_the_layers_are_followed_once_for_a_size_and_when_asked(
    made: list[tuple[int, ...]],
) -> None:
    model = functional((None, None, 3), L.MaxPooling2D(2, name="pool"))
    sizes = [8, 10, 12, 14, 16]
    places = Opened(model, [photo(size, 10) for size in [*sizes, 8]])
    assert made == []
    for image in (0, 1, 2, 3, 0, 5):
        places.extent("pool", image)
        places.field("pool", 0, 0, image=image)
    assert made == [(1, size, 10, 3) for size in sizes[:4]]
    places.extent("pool", 4)
    places.extent("pool", 5)  # of the size that was asked about just before: still kept
    assert len(made) == 5
    places.extent("pool", 1)  # asked about longest ago
    assert made[5:] == [(1, 10, 10, 3)]


def test_that_the_layers_cannot_be_followed_is_remembered(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(*arguments: object) -> None:
        tries.append(arguments)
        raise RuntimeError("out of the model's own")

    monkeypatch.setattr(map_places, "ReceptiveFields", fail)
    for _ in range(3):
        assert opened.field("conv", 1, 1) == (None, None)
        assert opened.extent("conv") is None
    assert len(tries) == 1


def test_a_unit_behind_a_global_pooling_sees_the_whole_picture() -> None:
    model = functional((8, 8, 3), L.GlobalAveragePooling2D(name="pool"))
    places = Opened(model, photo(16, 24))
    field, box = places.field("pool", 0, 2)
    assert places.places.words(field) == "sees the whole picture"
    assert box == ((-0.5, 15.5), (-0.5, 23.5))
    assert places.extent("pool") is None


def test_the_words_are_those_of_the_field() -> None:
    known = ReceptiveField(True, (3, 9), (4, 10), (3, 9), (4, 10), (150, 140))
    assert MapPlaces.words(known) == "sees rows 3 to 9, columns 4 to 10 of the 150 × 140 input"


def test_anchors_and_heads_lie_where_their_grid_does() -> None:
    def detector(x: Any) -> Any:
        x = L.Conv2D(6, 8, strides=8, name="grid")(x)
        tokens = L.LayerNormalization(name="tokens")(L.Reshape((12, 6))(x))
        heads = L.EinsumDense("abc,cde->abde", (12, 2, 4), name="heads")(tokens)
        return [L.Reshape((3, 4, 2, 3), name="anchors")(x), heads]

    opened = Opened(functional((24, 32, 3), detector), photo(24, 32))
    whole = (-0.5, 31.5, 23.5, -0.5)
    for layer in ("grid", "anchors", "tokens", "heads"):
        assert opened.extent(layer) == whole, layer
    field, box = opened.field("anchors", 1, 2)
    assert str(field) == "rows 8 to 15, columns 16 to 23"
    assert box == ((7.5, 15.5), (15.5, 23.5))
