import itertools

import pytest

from actviz_widgets.pictures.datasets import MOST_FROM_A_DATASET, first_of


@pytest.mark.parametrize(
    ("sizes", "most_bytes", "count"),
    [
        ([], None, 0),
        ([5, 5], None, 2),
        ([5, 5], 10, 2),
        ([5, 5, 1], 10, 2),
        ([5, 6], 10, 1),
        ([50, 1], 10, 1),
        ([50], 10, 1),
    ],
)
def test_as_many_are_taken_as_fit_and_at_least_one(
    sizes: list[int], most_bytes: int | None, count: int
) -> None:
    taken, note = first_of(sizes, lambda size: size, most_bytes, "pictures")
    assert taken == sizes[:count]
    is_cut = count < len(sizes)
    assert note == (f"the first {count} pictures of the dataset" if is_cut else "")


def test_of_what_has_no_end_the_first_are_taken() -> None:
    taken, note = first_of(itertools.count(), lambda _: 0, 1, "inputs")
    assert taken == list(range(MOST_FROM_A_DATASET))
    assert note == "the first 100 inputs of the dataset"
