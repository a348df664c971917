"""The checks of the exercises: right, wrong and missing answers, and why."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest

from actviz_widgets.course.exercises import Exercises, best_threshold, stripes
from tests.test_notebooks import FOLDER, execute, read

EXERCISES = range(1, 9)


@pytest.fixture(scope="module")
def exercises() -> Exercises:
    return Exercises()


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize(
    "answer",
    [..., None, [], {}, object(), -1e9, 10**9, float("nan"), True, "conv", np.zeros((2, 3)), b"x"],
    ids=repr,
)
def test_whatever_is_answered_there_is_a_verdict(
    exercises: Exercises, exercise: int, answer: object
) -> None:
    verdict = exercises.check(exercise, answer)
    assert not verdict.right
    assert verdict.why.endswith(".")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_number_is_too_large_to_be_judged(exercises: Exercises, exercise: int) -> None:
    assert not exercises.check(exercise, 10**400).right


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_dots_are_no_answer_yet(exercises: Exercises, exercise: int) -> None:
    assert repr(exercises.check(exercise, ...)).startswith("No answer yet. ")


@pytest.mark.parametrize(
    ("exercise", "answer", "why"),
    [
        (1, 72 * 72, "the values of one channel"),
        (1, 64, "the number of channels"),
        (1, 7, "Multiply"),
        (2, 5, "above zero in"),
        (3, "conv2d_1", "at least 85% is asked for"),
        (3, "conv2d_4", "an earlier layer"),
        (4, 0.75, "share of all values"),
        (4, 72, "from 0 to 1"),
        (4, 0.1, "Count the values above zero"),
        (5, 24, "hardly answers"),
        (6, np.zeros((150, 150, 3)), "at most, on"),
        (7, 8, "depends on"),
        (7, 5, "Start with 1"),
        (8, 0, "without which it is higher"),
    ],
)
def test_a_wrong_answer_is_told_why(
    exercises: Exercises, exercise: int, answer: object, why: str
) -> None:
    verdict = exercises.check(exercise, answer)
    assert verdict.right is False
    assert why in verdict.why
    assert repr(verdict).startswith("Wrong. ")


def test_a_channel_for_horizontal_edges_is_none_for_vertical_ones(exercises: Exercises) -> None:
    lying = np.stack([stripes().swapaxes(0, 1), stripes()])
    on_lying, on_upright = np.asarray(exercises.activation_model(lying)["conv2d_2"]).mean((1, 2))
    verdict = exercises.check(5, int(np.argmax(on_lying - 2 * on_upright)))
    assert verdict.right is False


@pytest.mark.slow
def test_the_truth_is_the_network_s() -> None:
    """With other weights, other answers are right."""
    exercises = Exercises()
    kernel, bias = exercises.model.get_layer("conv2d_1").get_weights()
    kernel[..., 3], bias[3] = 0, -1
    exercises.model.get_layer("conv2d_1").set_weights([kernel, bias])
    assert exercises.check(2, 3).right
    assert Exercises().check(2, 3).right is False


def test_there_are_eight(exercises: Exercises) -> None:
    assert exercises.check(9, 1).right is None


def test_a_threshold_may_have_the_classes_on_either_side() -> None:
    labels = np.array([0, 0, 1, 1])
    assert best_threshold(np.array([1.0, 2, 3, 4]), labels) == 1
    assert best_threshold(np.array([4.0, 3, 2, 1]), labels) == 1
    assert best_threshold(np.array([1.0, 3, 2, 4]), labels) == 0.75


def cells(name: str) -> list[nbformat.NotebookNode]:
    return read(FOLDER / name).cells


def test_exercises_and_solutions_differ_in_the_answers_alone() -> None:
    blank, solved = cells("04_exercises.ipynb"), cells("solutions/04_exercises.ipynb")
    asked = 0
    for before, after in zip(blank[1:-1], solved[1:], strict=True):
        if "exercises.check" in before.source:
            asked += 1
            assert before.source.startswith("answer = ...\n")
            assert after.source.endswith(before.source.split("\n")[-1])
        else:
            assert after.source == before.source.replace("](02_", "](../02_")
    assert asked == len(EXERCISES)


@pytest.mark.slow
def test_wrong_answers_are_told_so_and_the_notebook_goes_on(tmp_path: Path) -> None:
    notebook = read(FOLDER / "04_exercises.ipynb")
    for cell in notebook.cells:
        cell.source = cell.source.replace("answer = ...", "answer = 12")
    executed = execute(notebook, tmp_path)
    assert executed.errors() == []
    said = executed.verdicts()
    assert len(said) == len(EXERCISES)
    assert not any(verdict.startswith("Right") for verdict in said)
