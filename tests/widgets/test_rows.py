"""Rows and panels free what is in them."""

from __future__ import annotations

import ipywidgets as widgets
from ipywidgets.widgets.widget import _instances

from actviz_widgets.widgets.rows import Panel, Row


def test_closing_a_panel_frees_its_rows_and_all_in_them() -> None:
    before = set(_instances)
    panel = Panel([Row([widgets.Label("a"), Row([widgets.Button()])]), widgets.Label("b")])
    assert len(_instances) > len(before) + 10
    panel.close()
    panel.close()
    assert set(_instances) == before


def test_a_row_goes_on_in_the_next_line_where_the_window_is_narrow() -> None:
    assert Row([]).layout.flex_flow == "row wrap"
