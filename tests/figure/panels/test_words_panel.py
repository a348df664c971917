import matplotlib as mpl
import pytest

from actviz_widgets.views import (
    WordsView,
)

from ..figure_drawing import axes_of, shown, texts
from ..views_at_hand import BARS


def test_words_that_fit_are_shown_as_they_are() -> None:
    figure = shown(WordsView("one  $x$\n\n  two"))
    assert "one  $x$\n\n  two" in texts(figure)


@pytest.mark.parametrize("label", ["words for the input", "words for the activation"])
def test_words_that_do_not_fit_say_how_many_lines_more_there_are(label: str) -> None:
    words = WordsView("\n".join(f"line {index}" for index in range(100)))
    figure = shown(words, words)
    (text,) = axes_of(figure, label).texts
    lines = text.get_text().splitlines()
    assert lines[:-1] == [f"line {index}" for index in range(len(lines) - 1)]
    assert lines[-1] == f"… {100 - (len(lines) - 1)} more lines"
    assert 20 <= len(lines) <= 25


def test_more_words_are_shown_where_there_is_more_room() -> None:
    words = WordsView("\n".join(f"line {index}" for index in range(30)))
    figure = shown(words)
    figure.figure.set_size_inches(8.5, 8)
    figure.figure.canvas.callbacks.process("resize_event", None)
    assert words.text in texts(figure)


def test_words_are_not_handed_to_latex() -> None:
    with mpl.rc_context({"text.usetex": True}):
        figure = shown(BARS, WordsView("a_1"), "b_2")
        labels = axes_of(figure, "bars").get_yticklabels()
    assert not any(label.get_usetex() for label in labels)
    for text in (
        *figure.figure.texts,
        *(text for axes in figure.figure.axes for text in axes.texts),
    ):
        assert not text.get_usetex()
