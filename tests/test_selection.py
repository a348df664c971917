import numpy as np
import pytest
import traitlets

from actviz_widgets.selection import Selection

SHAPES = {"conv1": (34, 34, 128), "conv2": (17, 17, 32), "dense": (10,), "scalar": ()}


@pytest.fixture
def selection() -> Selection:
    selection = Selection()
    selection.offer(3, SHAPES)
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


def test_a_layer_that_is_not_there_is_refused_with_the_nearest(selection: Selection) -> None:
    selection.channel = 100
    with pytest.raises(ValueError, match=r"no layer 'conv'; the nearest are 'conv"):
        selection.layer = "conv"
    assert chosen(selection) == (0, "conv1", 100)


@pytest.mark.parametrize("name", ["image", "channel"])
@pytest.mark.parametrize("value", [1.0, "1", None, [1]])
def test_what_is_no_index_is_refused(selection: Selection, name: str, value: object) -> None:
    with pytest.raises(traitlets.TraitError, match=rf"'{name}'.*an integer from 0"):
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


def test_layer_and_channel_can_be_set_together_in_either_order(selection: Selection) -> None:
    selection.layer = "dense"
    with selection.hold_trait_notifications():
        selection.channel = 100
        selection.layer = "conv1"
    assert chosen(selection) == (0, "conv1", 100)


def test_selections_can_be_linked(selection: Selection) -> None:
    other = Selection()
    other.offer(3, SHAPES)
    other.layer = "conv2"
    traitlets.link((selection, "layer"), (other, "layer"))
    traitlets.link((selection, "channel"), (other, "channel"))
    selection.channel = 100
    assert chosen(other) == (0, "conv1", 100)
    other.layer = "dense"
    assert chosen(selection) == chosen(other) == (0, "dense", 9)


def test_one_selections_offer_is_not_anothers(selection: Selection) -> None:
    other = Selection()
    other.offer(1, {"conv9": (4, 6, 3)})
    with pytest.raises(ValueError, match="'conv1'"):
        other.layer = "conv1"
    selection.image = 2
