"""The link to the page in a real JupyterLab: keys, names, width, ticks and files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from .axe import serious_violations
from .lab import Explorer, Lab, Notebook, opened_cells, wait_for

SCREENSHOTS = Path(__file__).parent / "screenshots"
ROOT = ".actviz-explorer"
CANVAS = ".jupyter-matplotlib-canvas-div"
CELL = """
from actviz_widgets import ActivationExplorer, samples
from tests.explorer import driver

explorer = ActivationExplorer(samples.cats_and_dogs_model(), samples.images())
link = driver.page_link_of(explorer)
explorer
"""
# Which timers run, which kinds of keys are listened to, and what others get of them.
WATCH = """
window.timers = new Map();
const begin = window.setInterval, end = window.clearInterval;
window.setInterval = (action, delay, ...rest) => {
  const timer = begin(action, delay, ...rest);
  window.timers.set(timer, delay);
  return timer;
};
window.clearInterval = (timer) => { window.timers.delete(timer); end(timer); };
window.heard = [];
document.addEventListener("keydown", (event) => window.heard.push(event.key), true);
"""


@contextmanager
def opened_pages(
    browser: Browser, lab: Lab, name: str, *cells: str, **context: Any
) -> Iterator[Notebook]:
    """Opens these cells, and waits until an explorer has found its canvas."""
    with opened_cells(browser, lab, name, *cells, script=WATCH, **context) as notebook:
        expect(notebook.page.locator(CANVAS).first).to_have_attribute("role", "application")
        yield notebook


@pytest.fixture(scope="module")
def opened(browser: Browser, lab: Lab) -> Iterator[Explorer]:
    with opened_pages(browser, lab, "page.ipynb", CELL, "'below'") as notebook:
        explorer = Explorer(notebook)
        explorer.expect_in_step()
        yield explorer


@pytest.fixture
def explorer(opened: Explorer) -> Explorer:
    opened.notebook.run(
        "explorer.layer = 'conv2d_1'; explorer.channel = 5; explorer.image = 1\n"
        "link.on_key(lambda what, steps: explorer.step(what, steps))"
    )
    opened.output.scroll_into_view_if_needed()
    opened.expect_in_step()
    return opened


def choice(explorer: Explorer) -> object:
    return explorer.notebook.value("(explorer.image, explorer.layer, explorer.channel)")


def canvas_of(explorer: Explorer) -> Locator:
    return explorer.output.locator(CANVAS)


def is_focused(locator: Locator) -> bool:
    return bool(locator.evaluate("element => element === document.activeElement"))


@contextmanager
def busy_kernel(notebook: Notebook, tmp_path: Path) -> Iterator[None]:
    """Keeps the kernel's main thread busy until the block ends."""
    begun, over = tmp_path / "begun", tmp_path / "over"
    notebook.client.execute(
        "import pathlib, time\n"
        f"pathlib.Path({str(begun)!r}).touch()\n"
        f"while not pathlib.Path({str(over)!r}).exists(): time.sleep(0.01)"
    )
    try:
        wait_for(begun.exists, "the kernel is busy")
        yield
    finally:
        over.touch()


# ----------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("key", "back", "changed"),
    [
        ("ArrowRight", "ArrowLeft", (1, "conv2d_1", 6)),
        ("ArrowDown", "ArrowUp", (1, "max_pooling2d_1", 5)),
        ("PageDown", "PageUp", (2, "conv2d_1", 5)),
    ],
)
@pytest.mark.parametrize("place", ["canvas", "button"])
def test_keys_step_and_neither_page_nor_notebook_has_them(
    explorer: Explorer, key: str, back: str, changed: object, place: str
) -> None:
    page = explorer.notebook.page
    focused = canvas_of(explorer) if place == "canvas" else explorer.button("Next")
    focused.focus()
    page.evaluate("window.heard.length = 0")
    scrolled = "() => [...document.querySelectorAll('*')].map(e => e.scrollTop).filter(Boolean)"
    active = "() => [...document.querySelectorAll('.jp-Cell')].findIndex("
    active += "cell => cell.classList.contains('jp-mod-active'))"
    before = page.evaluate(scrolled), page.evaluate(active)
    page.keyboard.press(key)
    wait_for(lambda: choice(explorer) == changed, f"{key} has stepped on")
    page.keyboard.press(back)
    wait_for(lambda: choice(explorer) == (1, "conv2d_1", 5), f"{back} has stepped back")
    explorer.expect_in_step()
    assert (page.evaluate(scrolled), page.evaluate(active)) == before
    assert is_focused(focused)
    # Nor would shortcuts that sit on the document, and ask first.
    assert page.evaluate("window.heard") == []


def test_controls_keep_the_keys_that_are_their_own(explorer: Explorer) -> None:
    explorer.notebook.run("pressed = []; link.on_key(lambda *what: pressed.append(what))")
    page = explorer.notebook.page
    for control, key in (
        (explorer.output.get_by_role("combobox").first, "ArrowUp"),
        (explorer.output.get_by_role("spinbutton").first, "ArrowLeft"),
        (explorer.output.get_by_role("slider").first, "ArrowRight"),
    ):
        control.focus()
        page.keyboard.press(key)
    canvas_of(explorer).focus()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("PageDown")
    wait_for(lambda: explorer.notebook.value("pressed"), "the last key")
    assert explorer.notebook.value("pressed") == [("image", 1)]
    # The slider's own key has moved it.
    wait_for(lambda: explorer.notebook.value("explorer.channel") == 6, "the slider's step")


def test_tab_goes_on_from_the_canvas_and_back(explorer: Explorer) -> None:
    page = explorer.notebook.page
    canvas = canvas_of(explorer)
    for key in ("Tab", "Shift+Tab"):
        canvas.focus()
        page.keyboard.press(key)
        assert not is_focused(canvas), key
        assert page.evaluate("document.activeElement !== document.body"), key
    explorer.output.locator(".jupyter-matplotlib-button").first.focus()
    page.keyboard.press("Shift+Tab")
    assert is_focused(canvas)


def test_what_is_meant_for_the_notebook_goes_past_the_canvas(explorer: Explorer) -> None:
    page = explorer.notebook.page
    heard = "window.passed = []; const note = event => { if (event.key === 's') {"
    heard += " window.passed.push(event.ctrlKey); event.preventDefault(); } };"
    page.evaluate(f"() => {{ {heard} document.addEventListener('keydown', note); }}")
    canvas_of(explorer).focus()
    page.keyboard.press("Control+s")
    assert page.evaluate("window.passed") == [True]


def test_a_key_held_down_makes_no_queue(explorer: Explorer, tmp_path: Path) -> None:
    notebook = explorer.notebook
    notebook.run("pressed = []; link.on_key(lambda *what: pressed.append(what))")
    canvas_of(explorer).focus()
    with busy_kernel(notebook, tmp_path):
        for _ in range(12):
            notebook.page.keyboard.down("ArrowRight")
        notebook.page.keyboard.up("ArrowRight")
        notebook.page.keyboard.press("ArrowUp")
    wait_for(lambda: len(notebook.value("pressed")) == 3, "all keys")  # type: ignore[arg-type]
    assert notebook.value("pressed") == [("channel", 1), ("channel", 11), ("layer", -1)]


# ---------------------------------------------------------------------------------------- names


def test_sliders_are_named_as_the_boxes_beside_them(explorer: Explorer) -> None:
    expect(explorer.output.get_by_role("slider", name="Channel", exact=True)).to_have_count(1)
    explorer.notebook.run("explorer.layer = explorer.layers[-1].path")
    expect(explorer.output.get_by_role("slider", name="Unit", exact=True)).to_have_count(1)
    expect(explorer.output.get_by_role("slider", name="Channel", exact=True)).to_have_count(0)


def test_sliders_with_labels_of_their_own_or_two_ends_have_their_names(explorer: Explorer) -> None:
    explorer.notebook.run(
        "import ipywidgets as w\n"
        "more = w.HBox([w.IntText(description='Number'), w.IntSlider(description='Speed'),\n"
        "    w.IntRangeSlider(description='Limits')])\n"
        "explorer.children = (*explorer.children, more)"
    )
    try:
        for name in ("Speed", "Limits, from", "Limits, to"):
            expect(explorer.output.get_by_role("slider", name=name, exact=True)).to_have_count(1)
    finally:
        explorer.notebook.run("explorer.children = explorer.children[:-1]; more.close()")


def test_the_canvas_says_what_it_shows(explorer: Explorer) -> None:
    explorer.notebook.run("link.canvas_label = 'cat beside <b>conv2d_1</b>'")
    expect(canvas_of(explorer)).to_have_attribute(
        "aria-label", "Figure: cat beside <b>conv2d_1</b>"
    )
    for button in explorer.output.locator(".jupyter-matplotlib-button").all():
        assert button.get_attribute("aria-label")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious_and_the_focus_is_seen(explorer: Explorer, theme: str) -> None:
    page = explorer.notebook.page
    explorer.notebook.choose_theme(theme)
    canvas_of(explorer).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert is_focused(canvas_of(explorer))
    SCREENSHOTS.mkdir(exist_ok=True)
    explorer.output.screenshot(path=SCREENSHOTS / f"focus_canvas_{theme.lower()}.png")
    assert serious_violations(page, ROOT) == []
    outline = "element => getComputedStyle(element, {}).outlineStyle"
    assert canvas_of(explorer).evaluate(outline.format("'::after'")) == "solid"
    for role in ("combobox", "spinbutton", "slider", "button"):
        control = explorer.output.get_by_role(role).locator("visible=true").first  # type: ignore[arg-type]
        control.focus()
        assert control.evaluate(outline.format("null")) == "solid", role
        explorer.output.screenshot(path=SCREENSHOTS / f"focus_{role}_{theme.lower()}.png")
    explorer.notebook.choose_theme("Light")


def test_axe_would_find_a_button_without_a_name(explorer: Explorer) -> None:
    page = explorer.notebook.page
    page.evaluate(
        "root => document.querySelector(root).append(document.createElement('button'))", ROOT
    )
    try:
        found = serious_violations(page, ROOT)
        assert len(found) == 1
        assert "button-name" in found[0]
    finally:
        page.evaluate("root => document.querySelector(root).lastChild.remove()", ROOT)


# ---------------------------------------------------------------------------------------- width


def expect_to_fit(explorer: Explorer, width: int) -> None:
    root = explorer.output.locator(ROOT)
    wait_for(
        lambda: width - 30 < (explorer.canvas.bounding_box() or {"width": 0})["width"] <= width,
        f"a canvas within {width} pixels",
    )
    explorer.expect_in_step()
    overflow = "e => [e, ...e.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth"
    overflow += (
        " && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(e => e.className)"
    )
    assert root.evaluate(overflow) == []


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_figure_has_the_width_that_there_is(browser: Browser, lab: Lab, ratio: int) -> None:
    name = f"width_{ratio}.ipynb"
    with opened_pages(browser, lab, name, CELL, device_scale_factor=ratio) as notebook:
        explorer = Explorer(notebook)
        explorer.expect_in_step()
        first = round((explorer.canvas.bounding_box() or {"width": 0})["width"])
        for width in (500, 800, 640):
            explorer.set_room(width)
            expect_to_fit(explorer, width)
            explorer.output.screenshot(path=SCREENSHOTS / f"width_{width}_{ratio}.png")
        assert explorer.pixels().shape[1] > 600 * ratio
        explorer.set_room(None)
        expect_to_fit(explorer, first + 4)
        # A hidden page has no width, and one on show again the same as before.
        notebook.run("told = []; link.on_width(told.append)")
        for display in ("none", ""):
            explorer.output.evaluate("(output, how) => { output.style.display = how; }", display)
        explorer.set_room(560)
        wait_for(lambda: notebook.value("told"), "the width of a page on show")
        told = notebook.value("told")
        assert isinstance(told, list)
        assert len(told) == 1
        assert 530 < told[0] <= 560


def test_the_resize_handle_works_until_the_room_changes(explorer: Explorer) -> None:
    explorer.set_room(700)
    expect_to_fit(explorer, 700)
    box = explorer.canvas.bounding_box()
    assert box is not None
    mouse = explorer.notebook.page.mouse
    x, y = box["x"] + box["width"] - 5, box["y"] + box["height"] - 5
    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 150, y - 40, steps=5)
    mouse.up()
    wait_for(lambda: abs(explorer.pixels().shape[1] - (box["width"] - 155)) <= 3, "the smaller one")
    explorer.expect_in_step()
    explorer.set_room(600)
    expect_to_fit(explorer, 600)
    explorer.set_room(None)


# -------------------------------------------------------------------------------- ticks and files


@pytest.fixture(scope="module")
def two_views(browser: Browser, lab: Lab) -> Iterator[Notebook]:
    with opened_pages(browser, lab, "views_twice.ipynb", CELL, "explorer") as notebook:
        expect(notebook.page.locator(ROOT)).to_have_count(2)
        yield notebook


COUNT = "ticks = []; link.on_tick(lambda: ticks.append(1)); link.interval = 137"


def running(notebook: Notebook) -> object:
    return notebook.page.evaluate("[...window.timers.values()].filter(delay => delay === 137)")


def set_playing(notebook: Notebook, playing: bool) -> None:
    notebook.run(f"explorer.unobserve_all('playing'); {COUNT}; link.playing = {playing}")


def hide(notebook: Notebook, hidden: bool) -> None:
    notebook.page.evaluate(
        """hidden => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


COUNT_SENT = """() => {
  const send = WebSocket.prototype.send;
  window.sent = 0;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    if (text.includes('"tick":true')) window.sent += 1;
    return send.call(this, data);
  };
}"""
TEN_INTERVALS = """() => new Promise((done) => {
  let left = 10;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    done();
  }, 137);
})"""


def test_two_views_have_one_clock_which_stops_when_the_page_is_hidden(two_views: Notebook) -> None:
    set_playing(two_views, True)
    wait_for(lambda: len(two_views.value("ticks")) > 2, "ticks")  # type: ignore[arg-type]
    assert running(two_views) == [137]
    hide(two_views, True)
    wait_for(lambda: two_views.value("link.playing") is False, "the end of playing")
    wait_for(lambda: running(two_views) == [], "no timer")
    hide(two_views, False)
    assert two_views.value("link.playing") is False


def test_a_slow_kernel_has_no_tick_waiting(two_views: Notebook, tmp_path: Path) -> None:
    page = two_views.page
    set_playing(two_views, True)
    wait_for(lambda: two_views.value("ticks"), "a tick")
    with busy_kernel(two_views, tmp_path):
        page.evaluate(COUNT_SENT)
        page.evaluate(TEN_INTERVALS)
        assert page.evaluate("window.sent") <= 1
    # What counts the messages does see them.
    wait_for(lambda: page.evaluate("window.sent") > 2, "ticks of a kernel that answers")
    two_views.run("link.playing = False")


def test_one_of_two_views_saves_a_file(two_views: Notebook) -> None:
    saved: list[tuple[str, bytes]] = []
    page = two_views.page
    page.on(
        "download",
        lambda file: saved.append((file.suggested_filename, Path(file.path()).read_bytes())),
    )
    data = bytes(range(256)) * 40
    for name in ("one.bin", "two.bin"):
        with page.expect_download():
            two_views.run(
                f"link.download({name!r}, bytes(range(256)) * 40, 'application/octet-stream')"
            )
    wait_for(lambda: page.evaluate("1") and len(saved) >= 2, "both files")
    assert saved == [("one.bin", data), ("two.bin", data)]


def listeners(notebook: Notebook) -> int:
    """Counts who listens to keys on the window."""
    session = notebook.page.context.new_cdp_session(notebook.page)
    window = session.send("Runtime.evaluate", {"expression": "window"})["result"]["objectId"]
    found = session.send("DOMDebugger.getEventListeners", {"objectId": window})["listeners"]
    session.detach()
    return sum(listener["type"] == "keydown" for listener in found)


def clear_last_explorer(notebook: Notebook) -> None:
    cell = notebook.page.locator(f".jp-Cell:has({ROOT})").last
    cell.locator(".jp-InputPrompt").click()
    notebook.page.get_by_role("menuitem", name="Edit", exact=True).click()
    notebook.page.get_by_role("menuitem", name="Clear Cell Output", exact=True).click()


def test_playing_goes_on_without_one_view_and_ends_without_any(two_views: Notebook) -> None:
    page = two_views.page
    both = listeners(two_views)
    set_playing(two_views, True)
    wait_for(lambda: two_views.value("ticks"), "a tick")
    clear_last_explorer(two_views)
    expect(page.locator(ROOT)).to_have_count(1)
    wait_for(lambda: listeners(two_views) == both - 1, "one listener less")
    two_views.run("ticks.clear()")
    wait_for(lambda: len(two_views.value("ticks")) > 2, "more ticks")  # type: ignore[arg-type]
    assert two_views.value("link.playing") is True
    clear_last_explorer(two_views)
    expect(page.locator(ROOT)).to_have_count(0)
    wait_for(lambda: listeners(two_views) == both - 2, "no listener")
    wait_for(lambda: two_views.value("link.playing") is False, "the end of playing")
    wait_for(lambda: running(two_views) == [], "no timer")
