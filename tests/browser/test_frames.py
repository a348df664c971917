"""The canvas's frames on the page: each is shown, exactly, and none is encoded anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .lab import Explorer, Lab, opened_cell, wait_for

CELL = """
from actviz_widgets import ActivationExplorer, samples

explorer = ActivationExplorer(samples.cats_and_dogs_model(), samples.images())
explorer.layer = "conv2d_3"
explorer
"""
# How often a canvas is encoded, an image is loaded, and a frame is drawn.
COUNT = """
window.counts = { encoded: 0, loaded: 0, drawn: 0 };
function count(owner, method, name, worth = () => true) {
  const original = owner[method];
  owner[method] = function (...given) {
    if (worth(...given)) window.counts[name] += 1;
    return original.apply(this, given);
  };
}
count(HTMLCanvasElement.prototype, "toDataURL", "encoded");
count(URL, "createObjectURL", "loaded");
count(CanvasRenderingContext2D.prototype, "drawImage", "drawn", (it) => it instanceof ImageBitmap);
"""
ALL_AT_ONCE = """
for explorer.channel in range(30, 60):
    explorer.figure.canvas.draw()
"""


@pytest.fixture(scope="module")
def explorer(browser: Browser, lab: Lab) -> Iterator[Explorer]:
    with opened_cell(browser, lab, "frames.ipynb", CELL, COUNT) as explorer:
        wait_for(lambda: counts(explorer)["encoded"] > 0, "the page is at rest", 30)
        yield explorer


def counts(explorer: Explorer) -> dict[str, int]:
    found: dict[str, int] = explorer.notebook.page.evaluate("() => window.counts")
    return found


def test_a_step_is_drawn_without_being_loaded(explorer: Explorer) -> None:
    before = counts(explorer)
    explorer.slider_handle.press("ArrowRight")
    explorer.expect_in_step()
    after = counts(explorer)
    assert after["drawn"] > before["drawn"]
    assert after["loaded"] == before["loaded"]


def test_none_of_many_frames_at_once_is_lost_and_few_are_encoded(explorer: Explorer) -> None:
    before = counts(explorer)
    explorer.notebook.run(ALL_AT_ONCE)
    wait_for(lambda: counts(explorer)["drawn"] >= before["drawn"] + 30, "frames were drawn", 30)
    explorer.expect_in_step()
    # What a page without a kernel shows is made when all is at rest.
    wait_for(lambda: counts(explorer)["encoded"] > before["encoded"], "it is at rest", 30)
    assert counts(explorer)["encoded"] < before["encoded"] + 10


def test_a_frame_that_cannot_be_decoded_is_sent_anew(explorer: Explorer) -> None:
    explorer.notebook.run("explorer.figure.canvas.send_binary(b'no picture')")
    explorer.notebook.run("explorer.channel = 7")
    explorer.expect_in_step()


def test_a_figure_of_another_size_is_shown(explorer: Explorer) -> None:
    explorer.set_room(600)
    explorer.expect_in_step()
    explorer.set_room(None)
    explorer.expect_in_step()


def test_ipympl_shows_them_where_the_page_cannot(browser: Browser, lab: Lab) -> None:
    script = f"{COUNT}\ndelete window.createImageBitmap;"
    with opened_cell(browser, lab, "frames_as_ever.ipynb", CELL, script) as explorer:
        before = counts(explorer)
        explorer.slider_handle.press("ArrowRight")
        explorer.expect_in_step()
        after = counts(explorer)
        assert after["drawn"] == before["drawn"] == 0
        assert after["loaded"] > before["loaded"]
