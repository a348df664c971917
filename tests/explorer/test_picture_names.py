from __future__ import annotations

import pytest

from actviz_widgets.explorer.picture_names import index_of_picture
from actviz_widgets.explorer.selection import Selection
from actviz_widgets.explorer.traits import SelectionError, SelectionTypeError

IMAGES = ("photos/cat.png", "Dog.jpg", "dog.jpg", "house.png", "house.jpg")


@pytest.mark.parametrize(
    ("name", "index"),
    [("photos/cat.png", 0), ("cat.png", 0), ("cat", 0), ("CAT", 0), ("Dog.jpg", 1), ("dog.jpg", 2)],
)
def test_a_picture_is_found_by_its_name_where_that_leaves_no_doubt(name: str, index: int) -> None:
    assert index_of_picture(name, IMAGES, "image") == index


def test_a_name_of_several_pictures_is_not_guessed_at() -> None:
    with pytest.raises(SelectionError, match=r"could be 'house.png' \(3\), 'house.jpg' \(4\)"):
        index_of_picture("house", IMAGES, "image")


def test_an_unknown_name_comes_with_the_nearest() -> None:
    with pytest.raises(SelectionError, match=r"no picture of that name: the nearest are 'house"):
        index_of_picture("hause.png", IMAGES, "image")
    with pytest.raises(SelectionError, match=r"there are 'photos/cat.png', .*'house.jpg'\."):
        index_of_picture("zebra", IMAGES, "image")


def test_a_picture_is_chosen_by_its_name_or_its_index() -> None:
    selection = Selection()
    selection.offer(2, {}, images=("cat.png", "dog.png"))
    selection.image = "dog"
    assert selection.image == 1
    with pytest.raises(ValueError, match="no picture of that name"):
        selection.image = "horse"
    with pytest.raises(SelectionTypeError, match="or a name, is wanted"):
        selection.image = 0.5
    assert selection.image == 1
    selection.image = 0
    assert selection.image == 0
