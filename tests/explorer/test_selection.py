import numpy as np
import pytest
import traitlets

from actviz_widgets.explorer.selection import Selection
from actviz_widgets.feature_maps.layer_role import LayerRole
from actviz_widgets.feature_maps.layout import Shape
from actviz_widgets.feature_maps.layout_of import layout_of

SHAPES: dict[str, Shape] = {
    "conv1": (34, 34, 128),
    "conv2": (17, 17, 32),
    "dense": (10,),
    "scalar": (),
    "conv3d": (6, 17, 17, 8),
    "pool3d": (3, 8, 8, 8),
    "open": (None,),
    "open_video": (None, 8, 8, 4),
}
LAYOUTS = {path: layout_of(shape, LayerRole(), "float32") for path, shape in SHAPES.items()}
LAYOUTS["scores"] = layout_of((4, 9, 9), LayerRole(is_attention=True), "float32")


@pytest.fixture
def selection() -> Selection:
    selection = Selection()
    selection.offer(3, LAYOUTS)
    selection.layer = "conv1"
    return selection


def chosen(selection: Selection) -> tuple[int, str, int]:
    return selection.image, selection.layer, selection.channel


def test_the_first_picture_and_channel_are_chosen_at_first(selection: Selection) -> None:
    assert chosen(selection) == (0, "conv1", 0)


def test_what_there_is_can_be_chosen(selection: Selection) -> None:
    selection.image, selection.layer, selection.channel = 2, "dense", 9
    assert chosen(selection) == (2, "dense", 9)


def test_the_channel_stays_where_the_next_layer_has_it(selection: Selection) -> None:
    selection.channel = 17
    selection.layer = "conv2"
    assert selection.channel == 17


def test_the_channel_comes_down_to_the_last_of_a_layer_with_fewer(selection: Selection) -> None:
    selection.channel = 100
    selection.layer = "conv2"
    assert selection.channel == 31
    selection.layer = "scalar"
    assert selection.channel == 0


def test_picture_and_layer_do_not_change_with_each_other(selection: Selection) -> None:
    selection.channel = 5
    selection.image = 1
    assert chosen(selection) == (1, "conv1", 5)


@pytest.mark.parametrize("value", [np.int64(2), np.uint8(2), np.array(2)])
def test_numpys_integers_are_indices(selection: Selection, value: object) -> None:
    selection.image = value
    selection.channel = value
    assert chosen(selection) == (2, "conv1", 2)
    assert type(selection.image) is type(selection.channel) is int


@pytest.mark.parametrize("value", [-1, 3])
def test_a_picture_that_is_not_there_is_refused(selection: Selection, value: int) -> None:
    selection.image = 1
    with pytest.raises(ValueError, match=rf"image was set to {value}; .*3 pictures.* 0 to 2"):
        selection.image = value
    assert chosen(selection) == (1, "conv1", 0)


@pytest.mark.parametrize("value", [-1, 128])
def test_a_channel_that_is_not_there_is_refused(selection: Selection, value: int) -> None:
    sentence = rf"channel was set to {value}; 'conv1' has 128 channels, so choose 0 to 127"
    with pytest.raises(ValueError, match=sentence):
        selection.channel = value
    assert chosen(selection) == (0, "conv1", 0)


def test_of_a_dense_layer_units_are_spoken_of(selection: Selection) -> None:
    selection.layer = "dense"
    with pytest.raises(ValueError, match=r"channel was set to 10; 'dense' has 10 units"):
        selection.channel = 10


def test_of_attention_scores_heads_are_spoken_of(selection: Selection) -> None:
    selection.layer = "scores"
    with pytest.raises(ValueError, match=r"channel was set to 4; 'scores' has 4 heads"):
        selection.channel = 4


def test_the_first_slice_is_chosen_at_first(selection: Selection) -> None:
    assert selection.slice == 0


def test_each_slice_of_a_volume_can_be_chosen(selection: Selection) -> None:
    selection.layer = "conv3d"
    for index in (5, 0, np.int64(3)):
        selection.slice = index
        assert selection.slice == index
        assert type(selection.slice) is int


def test_the_slice_stays_where_the_next_layer_has_it(selection: Selection) -> None:
    selection.layer, selection.slice = "conv3d", 2
    selection.layer = "pool3d"
    assert selection.slice == 2


def test_the_slice_comes_down_to_the_last_of_a_layer_with_fewer(selection: Selection) -> None:
    selection.layer, selection.channel, selection.slice = "conv3d", 7, 5
    selection.layer = "pool3d"
    assert (selection.channel, selection.slice) == (7, 2)
    selection.layer = "dense"
    assert (selection.channel, selection.slice) == (7, 0)


def test_the_slice_does_not_change_with_picture_or_channel(selection: Selection) -> None:
    selection.layer, selection.slice = "conv3d", 5
    selection.image, selection.channel = 2, 7
    assert selection.slice == 5


@pytest.mark.parametrize("value", [-1, 6])
def test_a_slice_that_is_not_there_is_refused(selection: Selection, value: int) -> None:
    selection.layer, selection.slice = "conv3d", 1
    sentence = rf"slice was set to {value}; 'conv3d' has 6 slices, so choose 0 to 5"
    with pytest.raises(ValueError, match=sentence):
        selection.slice = value
    assert selection.slice == 1


def test_of_a_layer_that_is_no_volume_there_is_one_slice(selection: Selection) -> None:
    with pytest.raises(ValueError, match=r"slice was set to 1; 'conv1' has 1 slice, so choose 0"):
        selection.slice = 1


@pytest.mark.parametrize("index", [0, 17, 100_000])
def test_where_the_count_is_left_open_any_index_can_be_chosen(
    selection: Selection, index: int
) -> None:
    selection.layer = "open"
    selection.channel = index
    assert selection.channel == index
    selection.layer = "open_video"
    selection.slice = index
    assert selection.slice == index


@pytest.mark.parametrize("name", ["channel", "slice"])
def test_no_count_left_open_takes_a_negative_index(selection: Selection, name: str) -> None:
    selection.layer = {"channel": "open", "slice": "open_video"}[name]
    with pytest.raises(ValueError, match=f"{name} was set to -1"):
        setattr(selection, name, -1)
    assert getattr(selection, name) == 0


def test_a_count_left_open_keeps_the_channel(selection: Selection) -> None:
    selection.channel = 100
    selection.layer = "open"
    assert selection.channel == 100


def test_channel_and_slice_come_within_a_layout_that_is_known_later(selection: Selection) -> None:
    selection.layer, selection.channel = "open", 100
    selection.bring_within(layout_of((40,), LayerRole(), "float32"))
    assert selection.channel == 39
    selection.layer, selection.channel, selection.slice = "open_video", 3, 100
    selection.bring_within(layout_of((12, 8, 8, 4), LayerRole(), "float32"))
    assert (selection.channel, selection.slice) == (3, 11)


def test_what_is_within_a_layout_already_stays(selection: Selection) -> None:
    selection.layer, selection.channel, selection.slice = "open_video", 3, 5
    selection.bring_within(layout_of((12, 8, 8, 4), LayerRole(), "float32"))
    assert (selection.channel, selection.slice) == (3, 5)


def test_an_empty_layout_brings_to_the_first(selection: Selection) -> None:
    selection.layer, selection.channel = "open", 5
    selection.bring_within(layout_of((0,), LayerRole(), "float32"))
    assert selection.channel == 0


def test_a_layer_that_is_not_there_is_refused_with_the_nearest(selection: Selection) -> None:
    selection.channel = 100
    with pytest.raises(ValueError, match=r"no layer 'conv'; the nearest are 'conv"):
        selection.layer = "conv"
    assert chosen(selection) == (0, "conv1", 100)


@pytest.mark.parametrize("name", ["image", "channel", "slice"])
@pytest.mark.parametrize("value", [1.0, "1", None, [1]])
def test_what_is_no_index_is_refused(selection: Selection, name: str, value: object) -> None:
    # A text is taken for the name of a picture.
    wanted = "no picture of that name" if name == "image" and value == "1" else "an integer from 0"
    with pytest.raises(traitlets.TraitError, match=rf"{name}.*{wanted}"):
        setattr(selection, name, value)
    assert chosen(selection) == (0, "conv1", 0)


@pytest.mark.parametrize("value", [1, None, ["conv1"]])
def test_what_is_no_layer_path_is_refused(selection: Selection, value: object) -> None:
    with pytest.raises(traitlets.TraitError, match="'layer'"):
        selection.layer = value
    assert selection.layer == "conv1"


def test_observers_of_the_layer_find_the_channel_within_it(selection: Selection) -> None:
    selection.channel = 100
    seen = []
    selection.observe(lambda _: seen.append(chosen(selection)), names=["layer"])
    selection.layer = "dense"
    assert seen == [(0, "dense", 9)]


def test_observers_of_the_layer_find_the_slice_within_it(selection: Selection) -> None:
    selection.layer, selection.slice = "conv3d", 5
    seen: list[int] = []
    selection.observe(lambda _: seen.append(selection.slice), names=["layer"])
    selection.layer = "pool3d"
    assert seen == [2]


def test_layer_and_channel_can_be_set_together_in_either_order(selection: Selection) -> None:
    selection.layer = "dense"
    with selection.hold_trait_notifications():
        selection.channel = 100
        selection.layer = "conv1"
    assert chosen(selection) == (0, "conv1", 100)


def test_layer_and_slice_can_be_set_together_in_either_order(selection: Selection) -> None:
    with selection.hold_trait_notifications():
        selection.slice = 5
        selection.layer = "conv3d"
    assert (selection.layer, selection.slice) == ("conv3d", 5)


def test_selections_can_be_linked(selection: Selection) -> None:
    other = Selection()
    other.offer(3, LAYOUTS)
    other.layer = "conv2"
    traitlets.link((selection, "layer"), (other, "layer"))
    traitlets.link((selection, "channel"), (other, "channel"))
    selection.channel = 100
    assert chosen(other) == (0, "conv1", 100)
    other.layer = "dense"
    assert chosen(selection) == chosen(other) == (0, "dense", 9)


def test_one_selections_offer_is_not_anothers(selection: Selection) -> None:
    other = Selection()
    other.offer(1, {"conv9": layout_of((4, 6, 3), LayerRole(), "float32")})
    with pytest.raises(ValueError, match="'conv1'"):
        other.layer = "conv1"
    selection.image = 2
