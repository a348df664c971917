"""Texts are cut where it costs least."""

from __future__ import annotations

from actviz_widgets.figure.artists.lettering import shortened, width_of

TITLE = "gradient × mobilenetv2_0.35_96/block_3/expand_relu · channel 0 of 48"
WITHOUT_PARENTS = "gradient × …/expand_relu · channel 0 of 48"


def test_what_fits_stays_as_it_is() -> None:
    assert shortened(TITLE, width_of(TITLE, 12), 12) == TITLE


def test_a_layer_s_parents_go_first() -> None:
    for keep_end in (True, False):
        room = width_of(WITHOUT_PARENTS, 12)
        assert shortened(TITLE, room, 12, keep_end=keep_end) == WITHOUT_PARENTS


def test_what_still_does_not_fit_is_cut_at_one_end() -> None:
    room = width_of("gradient × …/exp", 12)
    start, end = (shortened(TITLE, room, 12, keep_end=keep_end) for keep_end in (False, True))
    assert (start[:13], start[-1]) == ("gradient × …/", "…")
    assert (end[0], end[-7:]) == ("…", "0 of 48")
    assert max(width_of(start, 12), width_of(end, 12)) <= room
