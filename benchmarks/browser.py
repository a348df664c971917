"""Steps and drags of a slider in JupyterLab in Chromium: from the key to the pixels."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page, WebSocket, sync_playwright

from tests.browser.chromium import FLAGS, find_or_install
from tests.browser.lab import Explorer, Lab, Notebook, running_lab

from .cell import cells
from .rows import Measured, Row
from .timing import in_milliseconds, percentile_95

FLOOR, OURS, RIVAL = "label", "explorer", "`set_data` + `draw_idle`"
ROOTS = {FLOOR: ".bench-floor", OURS: ".bench-explorer", RIVAL: ".bench-rival"}

MOVES, DRAG_SECONDS = 60, 2.0
MOVE = 0.01  # of the slider's length, whichever that is: some 1.3 channels of 128
# Milliseconds without a change, after which all that a step or a drag brings about has come.
STEP_QUIET, DRAG_QUIET = 400, 1200
PATIENCE = 30_000
SETTLED = 2000  # milliseconds
HEIGHT = 1700


def run(quick: bool) -> Measured:
    """Measures steps at both pixel ratios, and drags; quickly, a few of each."""
    steps, drags = (4, 1) if quick else (40, 3)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        notebooks = Path(folder) / "notebooks"
        notebooks.mkdir()
        browser = playwright.chromium.launch(
            executable_path=find_or_install(playwright), args=list(FLAGS)
        )
        with running_lab(notebooks) as lab:
            with _opened(browser, lab) as page:
                times, sizes = _steps(page, steps)
                rows = _step_rows(times, "", bounded=True)
                rows += _drag_rows(page, drags, statistics.median(times[OURS]))
                rows.append(_bytes_row(sizes, ""))
            with _opened(browser, lab, pixel_ratio=2) as page:
                times, sizes = _steps(page, steps // 2)
                where = ", device pixel ratio 2"
                rows += _step_rows(times, where, bounded=False)
                rows.append(_bytes_row(sizes, where))
            for magic in ("%matplotlib inline", ""):
                with _opened(browser, lab, magic=magic) as page:
                    times, _ = _steps(page, steps // 2)
                    rows += _step_rows(times, f", {magic or 'no %matplotlib line'}", bounded=True)
        versions = {"Chromium": browser.version}
        browser.close()
    return Measured(rows, versions)


# ------------------------------------------------------------------------------------- the page


@dataclass
class _Bench:
    """The page with the three sliders, and what came to it over its websockets."""

    page: Page
    notebook: Notebook
    rivals: tuple[str, ...]
    bytes_received: int = 0

    def listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def handle(self, rival: str) -> Locator:
        return self.page.locator(ROOTS[rival]).get_by_role("slider")

    def watch(self, rival: str, events: tuple[str, str], quiet: int) -> None:
        """Begins to time what the page shows of a rival, from one event and until after another."""
        shows = ".bench-text" if rival == FLOOR else "canvas"
        self.page.evaluate(
            "what => { bench.watch(what) }",
            {
                "selector": f"{ROOTS[rival]} {shows}",
                "from": events[0],
                "until": events[1],
                "quiet": quiet,
                "patience": PATIENCE,
            },
        )

    def watched(self) -> dict[str, Any]:
        """Waits until all is quiet, and gives `end` and `changes`, in milliseconds."""
        result: dict[str, Any] = self.page.evaluate("() => bench.result")
        return result

    def _count(self, payload: str | bytes) -> None:
        self.bytes_received += len(payload)


@contextmanager
def _opened(
    browser: Browser, lab: Lab, *, pixel_ratio: int = 1, magic: str = "%matplotlib widget"
) -> Iterator[_Bench]:
    """Opens a notebook of its own, and runs it."""
    name = f"bench_{pixel_ratio}_{magic.split()[-1] if magic else 'none'}.ipynb"
    # All three have to be in view: the browser spares what is not, and the mouse misses it.
    v4: Any = nbformat.v4
    notebook = v4.new_notebook(
        cells=[
            v4.new_code_cell(cell, metadata={"jupyter": {"source_hidden": True}})
            for cell in cells(magic)
        ]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.folder / name)  # type: ignore[no-untyped-call]
    context = browser.new_context(
        viewport={"width": 1280, "height": HEIGHT}, device_scale_factor=pixel_ratio
    )
    page = context.new_page()
    rivals = ROOTS if "widget" in magic else {name: ROOTS[name] for name in (FLOOR, OURS)}
    bench = _Bench(page, notebook=None, rivals=tuple(rivals))  # type: ignore[arg-type]  # the page has to listen first
    page.on("websocket", bench.listen)
    bench.notebook = Notebook(page, lab, name)
    bench.notebook.run_all()
    page.add_script_tag(path=Path(__file__).parent / "page.js")
    for rival in rivals:
        box = bench.handle(rival).bounding_box()
        assert box is not None
        assert box["y"] < HEIGHT, f"the slider of {rival} is out of view"
    # The explorer takes the width that there is, and its rival the explorer's size.
    page.wait_for_timeout(SETTLED)
    if RIVAL in rivals:
        bench.notebook.run("figure.set_size_inches(explorer.figure.get_size_inches())")
        page.wait_for_function(
            """selectors => {
                const [ours, other] = selectors.map(name => document.querySelector(name));
                return ours.width === other.width && ours.height === other.height;
            }""",
            arg=[f"{ROOTS[rival]} canvas" for rival in (OURS, RIVAL)],
        )
    page.wait_for_timeout(SETTLED)
    yield bench
    bench.notebook.close()
    context.close()


# -------------------------------------------------------------------------------------- a step


def _steps(bench: _Bench, rounds: int) -> tuple[dict[str, list[float]], dict[str, list[int]]]:
    """Presses an arrow key on each slider by turns.

    Returns:
        Milliseconds from key to change, and bytes received, by rival.
    """
    times: dict[str, list[float]] = {rival: [] for rival in bench.rivals}
    sizes: dict[str, list[int]] = {rival: [] for rival in bench.rivals}
    for turn in range(-3, rounds):  # the first ones warm up
        for rival in bench.rivals:
            handle = bench.handle(rival)
            handle.focus()
            bench.watch(rival, ("keydown", "keydown"), STEP_QUIET)
            bench.bytes_received = 0
            handle.press("ArrowRight")
            changes = bench.watched()["changes"]
            if turn >= 0:
                times[rival].append(changes[0])
                sizes[rival].append(bench.bytes_received)
    return times, sizes


def _step_rows(times: dict[str, list[float]], where: str, *, bounded: bool) -> list[Row]:
    middle = {rival: statistics.median(values) for rival, values in times.items()}
    slow = {f"{rival}, 95th percentile": percentile_95(found) for rival, found in times.items()}
    ours_slow = slow[f"{OURS}, 95th percentile"]
    what = f"channel step, key to pixels{where}"
    rows = [
        Row(
            f"{what}, median against the label's",
            middle[OURS] / middle[FLOOR],
            at_most=2.5 if bounded else None,
            figures=in_milliseconds({OURS: middle[OURS], FLOOR: middle[FLOOR]}),
        ),
        Row(
            f"{what}, 95th percentile against the label's median",
            ours_slow / middle[FLOOR],
            at_most=4 if bounded else None,
            figures=in_milliseconds(slow),
        ),
    ]
    if RIVAL in middle:
        rows.append(
            Row(
                f"{what}, times faster than `set_data` + `draw_idle`",
                middle[RIVAL] / middle[OURS],
                figures=in_milliseconds({OURS: middle[OURS], RIVAL: middle[RIVAL]}),
            )
        )
    return rows


def _bytes_row(sizes: dict[str, list[int]], where: str) -> Row:
    middle = {rival: statistics.median(values) for rival, values in sizes.items()}
    return Row(
        f"bytes on the wire per channel step{where}, against `set_data` + `draw_idle`",
        middle[OURS] / middle[RIVAL],
        figures={f"{rival}, kB": size / 1000 for rival, size in middle.items()},
    )


# -------------------------------------------------------------------------------------- a drag


@dataclass(frozen=True)
class _Drag:
    """What one drag showed, in frames and milliseconds."""

    frames: int
    last_after_up: float
    took: float
    shows_the_last_value: bool


def _drag_rows(bench: _Bench, rounds: int, step: float) -> list[Row]:
    drags: dict[str, list[_Drag]] = {OURS: [], RIVAL: []}
    for _ in range(rounds):
        for rival, found in drags.items():
            found.append(_drag(bench, rival))
    frames = {
        f"{rival}, frames": statistics.median(drag.frames for drag in found)
        for rival, found in drags.items()
    }
    late = {
        f"{rival}, after mouse up": statistics.median(drag.last_after_up for drag in found)
        for rival, found in drags.items()
    }
    took = {
        f"{rival}, drag took": statistics.median(drag.took for drag in found)
        for rival, found in drags.items()
    }
    right = sum(drag.shows_the_last_value for drag in drags[OURS])
    what = f"{MOVES} mouse moves in a two-second drag"
    return [
        Row(
            f"{what}, frames drawn, times as many as `set_data` + `draw_idle`",
            frames[f"{OURS}, frames"] / frames[f"{RIVAL}, frames"],
            figures={**frames, **in_milliseconds(took)},
        ),
        Row(
            f"{what}, the last frame after the mouse is up, against one step",
            late[f"{OURS}, after mouse up"] / step,
            at_most=1.5,
            figures=in_milliseconds({**late, "one step": step}),
        ),
        Row(
            f"{what}, share of drags that end on the last value, pixel for pixel",
            right / rounds,
            at_least=1,
            figures={"drags": rounds, "that do": right},
        ),
    ]


def _drag(bench: _Bench, rival: str) -> _Drag:
    handle, mouse = bench.handle(rival), bench.page.mouse
    bench.notebook.run("explorer.channel = rival_slider.value = 0")
    bench.page.wait_for_function(
        "selector => document.querySelector(selector).ariaValueNow === '0.0'",
        arg=f"{ROOTS[rival]} .noUi-handle",
    )
    bench.page.wait_for_timeout(DRAG_QUIET)
    box = handle.bounding_box()
    track = bench.page.locator(f"{ROOTS[rival]} .noUi-base").bounding_box()
    assert box is not None
    assert track is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    bench.watch(rival, ("pointerdown", "pointerup"), DRAG_QUIET)
    mouse.down()
    start = time.perf_counter()
    for move in range(1, MOVES + 1):
        time.sleep(max(start + move * DRAG_SECONDS / MOVES - time.perf_counter(), 0))
        mouse.move(x + MOVE * track["width"] * move, y)
    mouse.up()
    watched = bench.watched()
    end, changes = watched["end"], watched["changes"]
    return _Drag(
        len(changes),
        max(changes[-1] - end, 0),
        end,
        rival == OURS and _is_in_step(bench, handle),
    )


def _is_in_step(bench: _Bench, handle: Locator) -> bool:
    """Whether slider, kernel and canvas agree."""
    shown = float(handle.get_attribute("aria-valuenow") or -1)
    if bench.notebook.value("explorer.channel") != shown:
        return False
    explorer = Explorer(bench.notebook)
    # There are two canvases on the page.
    explorer.canvas = bench.page.locator(f"{ROOTS[OURS]} canvas").first
    return explorer.shows_what_the_kernel_holds()
