import numpy as np
import pytest
from PIL import Image

from actviz_widgets.pictures.pictures import given_arrays


@pytest.mark.parametrize(
    "array",
    [
        np.array([["the cat"], ["é"]], object),
        np.array([[b"the cat"], ["é".encode()]], object),
        np.array([["the cat"], ["é"]]),
        np.array([[b"the cat"], ["é".encode()]]),
    ],
)
def test_strings_of_any_kind_become_numpys_own(array: np.ndarray) -> None:
    assert given_arrays.is_text(array)
    plain = given_arrays.as_plain_text(array)
    assert plain.dtype.kind == "U"
    assert plain.tolist() == [["the cat"], ["é"]]


def test_bytes_that_are_no_text_become_text_all_the_same() -> None:
    assert given_arrays.as_plain_text(np.array([b"\xff"], object)).tolist() == ["\ufffd"]


def test_numbers_stay_the_same_array() -> None:
    array = np.arange(3)
    assert given_arrays.as_plain_text(array) is array
    assert given_arrays.as_array(array, "meta") is array


def test_a_long_text_does_not_lengthen_the_others() -> None:
    assert given_arrays.as_array(["a", "b" * 10**6], "texts").nbytes < 100


def test_parts_of_unequal_shapes_are_told_of() -> None:
    with pytest.raises(ValueError, match=r"'meta' is a list of parts of unequal shapes.*Pad them"):
        given_arrays.as_array([[1, 2], [3]], "meta")


@pytest.mark.parametrize("given", [None, 3, {1: 2}, Image.new("L", (2, 2))])
def test_what_is_no_array_is_told_of(given: object) -> None:
    with pytest.raises(TypeError, match=r"'meta' is of type \w+; an array is wanted"):
        given_arrays.as_array(given, "meta")
