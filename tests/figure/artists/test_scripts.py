"""Names in any script are drawn in fonts that the machine has, and never warned of by Python."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from actviz_widgets.figure.artists import scripts
from actviz_widgets.figure.artists.lettering import shortened, width_of
from actviz_widgets.figure.artists.scripts import as_drawn, undrawable, write

CAT = "猫"
pytestmark = pytest.mark.usefixtures("fonts_of_matplotlib")


@pytest.fixture
def font(fonts_of_matplotlib: None, tmp_path: Path) -> str:
    """A font that has one Chinese character, twice as wide as it is high, added to the machine."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 1000), (2000, 1000), (2000, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "cat"])
    builder.setupCharacterMap({ord(CAT): "cat"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "cat": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "cat": (2000, 0)})
    builder.setupHorizontalHeader(ascent=1000, descent=0)
    builder.setupNameTable({"familyName": "One Cat", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(tmp_path / "cat.ttf")
    fontManager.addfont(tmp_path / "cat.ttf")
    scripts.forget_fonts()
    return "One Cat"


def drawn(words: str) -> Figure:
    figure = Figure()
    write(figure.text(0.5, 0.5, ""), words)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()  # type: ignore[attr-defined]
    return figure


def test_what_the_figures_own_font_has_is_drawn_in_it() -> None:
    for words in ("conv2d_1", "свёртка", "−1 × 2 … é"):
        assert as_drawn(words, ("sans-serif",)) == (words, ("sans-serif",))
        assert undrawable(words) == ""
        drawn(words)


def test_what_it_lacks_is_drawn_in_a_font_that_has_it(font: str) -> None:
    assert as_drawn(f"a {CAT}", ("sans-serif",)) == (f"a {CAT}", ("sans-serif", font))
    assert undrawable(CAT) == ""
    (text,) = drawn(f"a {CAT}").texts
    assert text.get_fontfamily() == ["sans-serif", font]


def test_a_text_is_as_wide_as_it_is_drawn(font: str) -> None:
    assert font
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # 2 em of 36 points, at 100 dots per inch.
        assert width_of(CAT, 36) == pytest.approx(1.08 * 2 * 36 * 100 / 72, rel=0.02)
        assert shortened(CAT * 8, 3.5 * width_of(CAT, 36), 36) == CAT * 3 + "…"


def test_what_no_font_has_becomes_boxes() -> None:
    assert as_drawn(f"a {CAT}!", ("sans-serif",)) == ("a □!", ("sans-serif",))
    assert undrawable(f"{CAT}, {CAT} قطة") == CAT  # DejaVu Sans has the Arabic ones
    drawn(f"a {CAT}!")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        width_of(CAT, 12)


def test_marks_that_are_not_seen_are_left_out() -> None:
    assert as_drawn("a\u200d\ufeff\u202eb\tc\nd\u00e9", ("sans-serif",))[0] == "ab c\ndé"
