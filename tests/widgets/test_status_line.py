"""The lines under the figure."""

from __future__ import annotations

from ipywidgets.widgets.widget import _instances

from actviz_widgets.widgets.status_line import StatusLine


def test_problems_stand_first_and_are_marked() -> None:
    status = StatusLine()
    status.show(["what is shown", ""], ["what is wrong", ""])
    assert status.value.index("⚠ what is wrong") < status.value.index("what is shown")
    assert status.value.index("⚠ what is wrong") < status.value.index("what is shown")


def test_what_is_shown_is_text_and_no_markup() -> None:
    status = StatusLine()
    status.show(["a <b>bold</b> name"], ["1 < 2 & 3"])
    assert "a &lt;b&gt;bold&lt;/b&gt; name" in status.value
    assert "1 &lt; 2 &amp; 3" in status.value


def test_screen_readers_are_told() -> None:
    status = StatusLine()
    status.show([])
    assert 'role="status"' in status.value


def test_closing_frees_it() -> None:
    before = set(_instances)
    status = StatusLine()
    assert set(_instances) != before
    status.close()
    assert set(_instances) == before
