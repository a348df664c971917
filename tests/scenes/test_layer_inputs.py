"""Which of several inputs is shown beside a layer, and what is said of the others."""

from __future__ import annotations

import keras
import numpy as np

from actviz_widgets.activations.declared_inputs import declared_inputs
from actviz_widgets.activations.explored import explored_model
from actviz_widgets.model.activation_model import ActivationModel
from actviz_widgets.model.input_dependence import Dependence
from actviz_widgets.pictures.pictures import Pictures
from actviz_widgets.scenes.layer_inputs import layer_inputs
from actviz_widgets.scenes.map_places import MapPlaces
from actviz_widgets.scenes.selected import Selected, select
from actviz_widgets.views import PictureView, SeriesView

L, ops = keras.layers, keras.ops
RED, BLUE = (np.zeros((1, 20, 20, 3), np.float32) for _ in range(2))
RED[..., 0], BLUE[..., 2] = 1, 1


def siamese() -> keras.Model:
    left, right = keras.Input((20, 20, 3), name="left"), keras.Input((20, 20, 3), name="right")
    tower = keras.Sequential([keras.Input((20, 20, 3)), L.Conv2D(2, 3, name="conv")], name="tower")
    return keras.Model([left, right], L.Subtract(name="gap")([tower(left), tower(right)]))


def at(layer: str) -> tuple[Selected, MapPlaces]:
    explored = explored_model(siamese(), [RED, BLUE], None, None, 2**26)
    return select(explored, 0, layer, 0, 0, 0), MapPlaces(explored.activation_model)


def test_the_first_branch_has_the_first_picture() -> None:
    selected, _ = at("tower/conv")
    assert isinstance(selected.picture.view, PictureView)
    np.testing.assert_array_equal(selected.picture.view.pixels[0, 0], [255, 0, 0])
    assert selected.picture.title == "input 0 · left"


def test_the_second_branch_has_the_second_picture_its_fields_and_its_place() -> None:
    selected, places = at("tower#2/conv")
    assert isinstance(selected.picture.view, PictureView)
    np.testing.assert_array_equal(selected.picture.view.pixels[0, 0], [0, 0, 255])
    assert selected.picture.title == "input 0 · right"
    lines = selected.lines(None, (), "")
    assert any(line.endswith("shown is 'right'.") for line in lines)
    field, box = places.field("tower#2/conv", selected.picture, selected.layout, 2, 3, 0, 0)
    assert places.words(field) == "sees rows 2 to 4, columns 3 to 5 of the 20 × 20 input"
    assert box == ((1.5, 4.5), (2.5, 5.5))
    assert places.extent("tower#2/conv", selected.picture, (18, 18)) == (0.5, 18.5, 18.5, 0.5)


def test_a_layer_that_depends_on_both_shows_the_first_and_says_which_there_are() -> None:
    selected, places = at("gap")
    assert selected.picture.title == "input 0 · left"
    assert "This layer depends on the inputs 'left' and 'right'." in selected.lines(None, (), "")
    assert places.extent("gap", selected.picture, (18, 18)) == (0.5, 18.5, 18.5, 0.5)


def test_numbers_beside_a_picture_are_shown_where_a_layer_depends_on_them_alone() -> None:
    image, series = keras.Input((20, 20, 3), name="image"), keras.Input((30, 2), name="series")
    model = keras.Model(
        {"series": series, "image": image},
        L.Concatenate()([L.Flatten()(image), L.Flatten(name="flat")(series)]),
    )
    given = {"series": np.ones((1, 30, 2), np.float32), "image": RED}
    activation_model = ActivationModel(model)
    picture = Pictures(given, declared_inputs(activation_model)).load(0)
    assert isinstance(picture.view, PictureView)
    of_numbers = layer_inputs(picture, activation_model.dependence("flat")).picture
    assert isinstance(of_numbers.view, SeriesView)
    assert of_numbers.title.endswith("series")


def test_what_is_not_known_is_said() -> None:
    selected, _ = at("gap")
    unknown = Dependence(frozenset({0, 1}), is_known=False)
    found = layer_inputs(selected.kept_pass.picture, unknown)
    assert found.line.startswith("Which of the inputs 'left' and 'right' this layer depends on")
    assert layer_inputs(selected.kept_pass.picture, Dependence()).line == (
        "This layer depends on none of the inputs."
    )


def test_a_picture_that_is_all_length_is_said_to_be_stretched() -> None:
    model = keras.Sequential([keras.Input((12, 1000, 1)), L.Conv2D(2, 3, name="conv")])
    explored = explored_model(model, np.ones((1, 12, 1000, 1), np.float32), None, None, 2**26)
    lines = select(explored, 0, "conv", 0, 0, 0).lines(None, (), "")
    assert "The picture is 12 × 1,000 pixels, and stretched to be seen." in lines
