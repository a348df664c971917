from __future__ import annotations

import re

import pytest

from actviz_widgets.activations.refusals import in_bytes, in_parts, refusal, too_large


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (14_745_600, "14.7 MB"),
        (256 * 2**20, "268 MB"),
        (999_400_000, "999 MB"),
        (2_200_000_000, "2.2 GB"),
        (3 * 10**12, "3 TB"),
    ],
)
def test_bytes_are_counted_in_the_unit_that_people_read(size: int, expected: str) -> None:
    assert in_bytes(size) == expected


@pytest.mark.parametrize("size", [999_600, 999_999, 999_999_999])
def test_no_number_of_bytes_has_an_exponent(size: int) -> None:
    assert re.fullmatch(r"[\d.,]+ [kMGT]?B", in_bytes(size))


def test_a_layer_too_large_is_told_with_both_sizes_and_what_helps() -> None:
    told = too_large("conv", 40_000_000, (1000, 1000, 10), 10_000_000)
    assert "conv puts out 1000 × 1000 × 10 values" in told
    assert "40 MB" in told
    assert "memory_budget" in told
    assert "10 MB" in told


def test_layers_in_parts_are_told_with_their_number() -> None:
    told = in_parts(40_000_000, 10_000_000, 9)
    for words in ("40 MB", "memory_budget is 10 MB", "in 9 parts"):
        assert words in told


def test_an_input_that_a_model_cannot_take_is_told_with_its_shapes() -> None:
    told = refusal("cat.jpg", "(1, 2, 2, 3) float32", ValueError("no such\nshape\nat all"))
    assert told == (
        "The model cannot take the picture 'cat.jpg', given as (1, 2, 2, 3) float32: no such shape"
    )


def test_what_keras_puts_around_a_reason_is_left_out() -> None:
    error = ValueError(
        "Exception encountered when calling Dense.call().\n\n"
        "\x1b[1mMatrix size-incompatible: In[0]: [1,4], In[1]: [3,2]\x1b[0m\n\n"
        "Arguments received by Dense.call():\n  • inputs=tf.Tensor(...)"
    )
    told = refusal("a", "(1, 4) float32", error)
    assert told.endswith("(1, 4) float32: Matrix size-incompatible: In[0]: [1,4], In[1]: [3,2]")
