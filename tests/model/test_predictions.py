from typing import Any

import numpy as np
import pytest

from actviz_widgets.model.predictions import (
    Prediction,
    check_class_names,
    class_count,
    strongest_class,
)

PETS = ("cat", "dog")


@pytest.mark.parametrize(
    ("output_shape", "count"),
    [
        ((None, 1), 2),
        ((None, 2), 2),
        ((None, 10), 10),
        ((None, None), None),
        ((None,), None),
        ((None, 5, 10), 10),
        ((None, 48, 80, 1), 2),
        ((), None),
        (None, None),
    ],
)
def test_classes_are_counted_by_the_units_of_the_output_or_its_channels(
    output_shape: tuple[int | None, ...] | None, count: int | None
) -> None:
    assert class_count(output_shape) == count


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.9, Prediction("dog", 0.9, True)),
        (0.5, Prediction("dog", 0.5, True)),
        (0.25, Prediction("cat", 0.75, True)),
        (0.0, Prediction("cat", 1.0, True)),
        (1.0, Prediction("dog", 1.0, True)),
    ],
)
def test_one_sigmoid_unit_speaks_for_two_classes(value: float, expected: Prediction) -> None:
    assert strongest_class(np.array([value]), PETS, "sigmoid") == expected


@pytest.mark.parametrize(
    ("value", "class_name"), [(3.0, "dog"), (0.0, "dog"), (0.4, "dog"), (-0.4, "cat"), (-3, "cat")]
)
def test_one_logit_has_its_middle_at_0_and_is_no_probability(value: float, class_name: str) -> None:
    prediction = strongest_class(np.array([value]), PETS, "linear")
    assert prediction == Prediction(class_name, value, False)


def test_of_a_softmax_the_largest_is_taken() -> None:
    prediction = strongest_class(np.array([0.1, 0.7, 0.2]), ("cat", "dog", "bird"), "softmax")
    assert prediction == Prediction("dog", 0.7, True)
    assert str(prediction) == "dog (70.0%)"


def test_without_names_classes_are_numbered() -> None:
    prediction = strongest_class(np.array([0.1, 0.7, 0.2]))
    assert prediction is not None
    assert prediction.class_name == "class 1"


def test_of_several_sigmoid_units_the_largest_is_taken() -> None:
    prediction = strongest_class(np.array([0.9, 0.95, 0.1]), ("indoor", "cat", "dog"), "sigmoid")
    assert prediction == Prediction("cat", 0.95, True)


@pytest.mark.parametrize("activation_function", ["linear", None])
def test_logits_are_not_called_probabilities(activation_function: str | None) -> None:
    prediction = strongest_class(np.array([-1.0, 4.0]), PETS, activation_function)
    assert prediction == Prediction("dog", 4.0, False)
    assert str(prediction) == "dog (score 4; the model gives no probabilities)"


@pytest.mark.parametrize("activation_function", ["linear", "relu", "tanh", "softplus", None])
def test_values_that_lie_in_0_to_1_by_chance_are_not_called_probabilities(
    activation_function: str | None,
) -> None:
    prediction = strongest_class(np.array([0.3, 0.9]), PETS, activation_function)
    assert prediction == Prediction("dog", 0.9, False)


def test_a_sum_of_1_is_a_probability_where_the_layer_does_not_tell_its_function() -> None:
    # As a `keras.layers.Softmax` at the end does not.
    prediction = strongest_class(np.array([0.25, 0.75]), PETS, None)
    assert prediction == Prediction("dog", 0.75, True)


@pytest.mark.parametrize(
    "predictions",
    [
        np.array([0.1, np.nan]),
        np.array([np.nan]),
        np.array([0.1, np.inf]),
        np.array([]),
        np.array(0.5),
        np.zeros((4, 10)),
    ],
)
def test_what_speaks_for_no_class_gives_none(predictions: np.ndarray) -> None:
    assert strongest_class(predictions) is None


def test_half_precision_probabilities_are_read_as_they_are() -> None:
    prediction = strongest_class(np.array([0.25, 0.75], np.float16), PETS, "softmax")
    assert prediction == Prediction("dog", 0.75, True)
    assert type(prediction.score) is float


@pytest.mark.parametrize("output_shape", [(None, 1), (None, 2)])
def test_two_names_fit_one_unit_or_two(output_shape: tuple[int | None, ...]) -> None:
    assert check_class_names(["cat", "dog"], output_shape) == PETS


def test_names_may_be_left_out() -> None:
    assert check_class_names(None, (None, 5, 10)) is None


def test_names_become_texts() -> None:
    assert check_class_names(np.array([3, 7]), (None, 2)) == ("3", "7")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "output_shape", "sentence"),
    [
        (["cat"], (None, 1), "has 1 names, .*1 unit, which stands for 2 classes. Give 2 names"),
        (["cat"], (None, 2), "has 1 names, .*output has 2 units. Give 2 names"),
        (list("abcdefg"), (None, 10), r"has 7 names, .* \.\.\.; .*output has 10 units"),
        ([], (None, 10), "has 0 names, .*Give 10 names"),
        (["cat", "dog"], (None, 5, 10), r"has 2 names, .*output has 10 channels. Give 10 names"),
        (["cat"], (None, 9, 9, 1), "has 1 names, .*1 channel, which stands for 2 classes. Give 2"),
        (["cat", "dog"], (None,), r"no classifier.*\(None,\).*Leave class_names out"),
        (["cat", "dog"], None, "no classifier"),
    ],
)
def test_a_wrong_number_of_names_is_refused(
    names: list[str], output_shape: tuple[int | None, ...] | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_class_names(names, output_shape)


def test_one_text_for_all_names_is_refused() -> None:
    with pytest.raises(TypeError, match=r"class_names is the text 'cat'; a list of names"):
        check_class_names("cat", (None, 3))


def test_what_is_no_list_of_names_is_refused_in_a_sentence() -> None:
    with pytest.raises(TypeError, match=r"class_names.* list of names"):
        check_class_names(2, (None, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"cat", "dog"}, "a set, which has no order"),
        (frozenset({"cat", "dog"}), "a set, which has no order"),
        (b"cd", "of type bytes"),
        (["cat", None], "A name in class_names is of type NoneType"),
        ([["cat"], "dog"], "A name in class_names is of type list"),
    ],
)
def test_names_without_an_order_or_that_are_none_are_refused(names: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        check_class_names(names, (None, 2))
