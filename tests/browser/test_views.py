"""Each view and each link of the explorer, in a real JupyterLab in a real Chromium."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from .axe import serious_violations
from .lab import Explorer, Lab, opened_cell, wait_for

SCREENSHOTS = Path(__file__).parent / "screenshots"

CELL = """
from actviz_widgets import ActivationExplorer, samples

model, images = samples.cats_and_dogs_model(), samples.images()
explorer = ActivationExplorer(model, images, class_names=["cat", "dog"])
explorer
"""
VIEWS = ("channel", "layer", "overlay", "compare", "network", "why")


@pytest.fixture(scope="module")
def opened(browser: Browser, lab: Lab) -> Iterator[Explorer]:
    with opened_cell(browser, lab, "views.ipynb", CELL) as explorer:
        explorer.notebook.run(
            "from tests.explorer import driver\n"
            "from actviz_widgets.explorer.appearance import Appearance as _Appearance\n"
            "names = ['image', 'layer', 'channel', *_Appearance.class_own_traits()]\n"
            "before = {name: getattr(explorer, name) for name in names}"
        )
        yield explorer


@pytest.fixture
def explorer(opened: Explorer) -> Explorer:
    """The explorer, back at its first view."""
    opened.notebook.run(
        "explorer.view = 'channel'\n"
        "for name, value in before.items(): setattr(explorer, name, value)\n"
        "driver.canvas_of(explorer).toolbar.home()"
    )
    opened.output.scroll_into_view_if_needed()
    opened.expect_in_step()
    return opened


def value(explorer: Explorer, expression: str) -> object:
    return explorer.notebook.value(expression)


def show(explorer: Explorer, view: str) -> None:
    """Chooses a view from its control, and waits until it is drawn."""
    explorer.dropdown("View").select_option(label=view.capitalize())
    wait_for(lambda: value(explorer, "explorer.view") == view, view)
    explorer.expect_in_step()
    SCREENSHOTS.mkdir(exist_ok=True)
    explorer.output.screenshot(path=SCREENSHOTS / f"view_{view}.png")


def place_of(explorer: Explorer, axes: str, x: float, y: float) -> tuple[float, float]:
    """Gives where on the page a point of some axes is."""
    across, up = explorer.notebook.value(  # type: ignore[misc]
        f"[float(v) for v in {axes}.transData.transform(({x}, {y}))]"
    )
    box = explorer.canvas.bounding_box()
    assert box is not None
    return box["x"] + across, box["y"] + box["height"] - up


def axes_of(explorer: Explorer, label: str) -> str:
    """Gives an expression for the axes of this label, which has to be on show."""
    expression = f"next(a for a in explorer.figure.axes if a.get_label() == {label!r})"
    assert value(explorer, f"bool({expression}.get_visible())"), label
    return expression


def test_the_channel_view_shows_picture_map_colour_bar_and_histogram(explorer: Explorer) -> None:
    show(explorer, "channel")
    axes = axes_of(explorer, "histogram")
    # All the map's values are in it, on the scale that the colour bar has.
    counts = value(explorer, "driver.histogram_counts(explorer)")
    wanted = value(
        explorer,
        "__import__('numpy').histogram(explorer.feature_map, "
        "len(driver.histogram_counts(explorer)))[0].tolist()",
    )
    assert counts == wanted
    # And it stands as high as the colour bar does.
    edges = "[round(float(v), 6) for v in ({0}.bbox.y0, {0}.bbox.y1)]".format
    bar = "driver.figure_of(explorer).color_bar_axes"
    assert value(explorer, edges(axes)) == value(explorer, edges(bar))


def test_a_click_on_a_tile_chooses_it_and_a_double_click_opens_it(explorer: Explorer) -> None:
    show(explorer, "layer")
    expect(explorer.output).to_contain_text("all 32 channels")
    mouse = explorer.notebook.page.mouse
    axes = axes_of(explorer, "tiles")
    place = value(
        explorer,
        "driver.point_of(explorer, 'tiles', "
        "lambda tile: tile.channel == 13 and tile.row is not None)",
    )
    x, y = place_of(explorer, axes, *place)  # type: ignore[misc]
    mouse.click(x, y)
    wait_for(lambda: value(explorer, "explorer.channel") == 13, "the tile's channel")
    explorer.expect_in_step()
    expect(explorer.number_box).to_have_value("13")
    expect(explorer.status).to_contain_text("channel 13 of 32")
    mouse.dblclick(x, y)
    wait_for(lambda: value(explorer, "explorer.view") == "channel", "the map by itself")
    assert value(explorer, "explorer.channel") == 13
    explorer.expect_in_step()


def test_what_does_not_fit_on_a_page_is_counted_and_paged(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_3 · Conv2D · 34 × 34 × 128")
    show(explorer, "layer")
    expect(explorer.output).to_contain_text("64 of 128 channels, page 1 of 2")
    explorer.button("Page on").click()
    wait_for(lambda: value(explorer, "explorer.channel") == 64, "the second page's first channel")
    expect(explorer.output).to_contain_text("64 of 128 channels, page 2 of 2")
    expect(explorer.button("Page on")).to_be_disabled()
    explorer.expect_in_step()
    explorer.dropdown("Tiles").select_option("256")
    expect(explorer.output).to_contain_text("all 128 channels")
    explorer.expect_in_step()


def test_the_overlay_lies_where_the_map_s_receptive_fields_are_centred(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_4 · Conv2D · 15 × 15 × 128")
    show(explorer, "overlay")
    box = explorer.number("Opacity")
    box.fill("1")
    box.press("Enter")
    wait_for(lambda: value(explorer, "explorer.opacity") == 1.0, "the opacity")
    explorer.expect_in_step()
    covered = explorer.pixels()
    box.fill("0")
    box.press("Enter")
    wait_for(lambda: value(explorer, "explorer.opacity") == 0.0, "the opacity")
    explorer.expect_in_step()
    assert (covered != explorer.pixels()).any(axis=-1).mean() > 0.1


def test_two_pictures_are_compared_on_one_scale_with_their_difference(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_2 · Conv2D · 72 × 72 × 64")
    show(explorer, "compare")
    explorer.dropdown("With image").select_option(label="coffee")
    wait_for(lambda: value(explorer, "explorer.other_image") == 2, "the other picture")
    explorer.expect_in_step()
    largest = explorer.notebook.value(
        "float(abs(driver.kept_pass(explorer, 2, 'conv2d_2')"
        ".activations['conv2d_2'][..., 0] - explorer.feature_map).max())"
    )
    expect(explorer.status).to_contain_text(f"The largest difference is {largest:.4g}.")
    explorer.dropdown("With image").select_option(label="the same")
    expect(explorer.status).to_contain_text("The largest difference is 0.")


def test_a_click_on_a_strip_of_the_network_goes_to_the_layer(explorer: Explorer) -> None:
    show(explorer, "network")
    axes = axes_of(explorer, "network strips")
    place = value(
        explorer,
        "driver.point_of(explorer, 'network strips', lambda strip: strip.layer == 'conv2d_3')",
    )
    explorer.notebook.page.mouse.click(*place_of(explorer, axes, *place))  # type: ignore[misc]
    wait_for(lambda: value(explorer, "explorer.layer") == "conv2d_3", "the strip's layer")
    explorer.expect_in_step()
    expect(explorer.dropdown("Layer").locator("option:checked")).to_contain_text("conv2d_3")


def test_why_shows_the_evidence_for_the_class_that_is_chosen(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_4 · Conv2D · 15 × 15 × 128")
    show(explorer, "why")
    probability = value(explorer, "float(explorer.predictions[0])")
    assert isinstance(probability, float)
    expect(explorer.status).to_contain_text(f"Evidence for cat: probability {1 - probability:.1%}")
    explorer.dropdown("Class").select_option(label="dog")
    expect(explorer.status).to_contain_text(f"Evidence for dog: probability {probability:.1%}")
    explorer.expect_in_step()


def test_the_mouse_over_the_map_frames_what_that_position_sees(explorer: Explorer) -> None:
    explorer.dropdown("Layer").select_option(label="conv2d_2 · Conv2D · 72 × 72 × 64")
    explorer.expect_in_step()
    without = explorer.pixels()
    x, y = place_of(explorer, "driver.map_axes(explorer)", 20, 30)
    explorer.notebook.page.mouse.move(x - 3, y)
    explorer.notebook.page.mouse.move(x, y)
    wait_for(lambda: value(explorer, "explorer.position") == (30, 20), "the position")
    shown = value(explorer, "float(explorer.feature_map[30, 20])")
    expect(explorer.output).to_contain_text(f"row 30, column 20: {shown:.6g}")
    # A 3 × 3 convolution, a 2 × 2 pooling and another one: 8 pixels, every 2 of them.
    expect(explorer.output).to_contain_text("sees rows 60 to 67, columns 40 to 47")
    explorer.expect_in_step()
    assert (explorer.pixels()[:, :420] != without[:, :420]).any()
    explorer.notebook.page.mouse.move(5, 5)
    wait_for(lambda: value(explorer, "explorer.position") is None, "no position")
    explorer.expect_in_step()


def test_zooming_into_the_map_zooms_into_the_picture(explorer: Explorer) -> None:
    explorer.output.get_by_title("Zoom to rectangle").click()
    mouse = explorer.notebook.page.mouse
    mouse.move(*place_of(explorer, "driver.map_axes(explorer)", 30, 40))
    mouse.down()
    mouse.move(*place_of(explorer, "driver.map_axes(explorer)", 60, 60))
    mouse.move(*place_of(explorer, "driver.map_axes(explorer)", 90, 100))
    mouse.up()
    wait_for(
        lambda: value(explorer, "float(explorer.figure.axes[1].get_xlim()[0])") != -0.5, "the zoom"
    )
    explorer.expect_in_step()
    low, high = value(  # type: ignore[misc]
        explorer, "[float(v) for v in explorer.figure.axes[1].get_xlim()]"
    )
    left, right = value(  # type: ignore[misc]
        explorer, "[float(v) for v in explorer.figure.axes[0].get_xlim()]"
    )
    # Position p of the first layer is centred on pixel p + 1 of 150; the picture is 451 wide.
    scale = value(explorer, "driver.kept_pass(explorer).picture.view.size[1] / 150")
    assert isinstance(scale, float)
    assert left == pytest.approx((low + 1 + 0.5) * scale - 0.5, abs=1e-6)
    assert right == pytest.approx((high + 1 + 0.5) * scale - 0.5, abs=1e-6)
    explorer.output.get_by_title("Zoom to rectangle").click()
    explorer.output.get_by_title("Reset original view").click()
    wait_for(
        lambda: value(explorer, "float(explorer.figure.axes[0].get_xlim()[0])") == -0.5, "home"
    )
    explorer.expect_in_step()


def test_keys_on_the_figure_step_and_tab_leaves_it(explorer: Explorer) -> None:
    page = explorer.notebook.page
    figure = explorer.output.locator(".jupyter-matplotlib-canvas-div")
    figure.focus()
    for key, changed, wanted in (
        ("ArrowRight", "channel", 1),
        ("ArrowRight", "channel", 2),
        ("ArrowLeft", "channel", 1),
        ("ArrowDown", "layer", "max_pooling2d_1"),
        ("ArrowUp", "layer", "conv2d_1"),
        ("PageDown", "image", 1),
        ("PageUp", "image", 0),
    ):
        page.keyboard.press(key)
        wait_for(lambda c=changed, w=wanted: value(explorer, f"explorer.{c}") == w, key)  # type: ignore[misc]
    explorer.expect_in_step()
    expect(figure).to_be_focused()
    page.keyboard.press("Tab")
    expect(figure).not_to_be_focused()
    figure.focus()
    page.keyboard.press("Shift+Tab")
    expect(figure).not_to_be_focused()


def test_a_dropdown_is_worked_by_arrows_and_letters(explorer: Explorer) -> None:
    page = explorer.notebook.page
    cells = page.locator(".jp-Cell")
    before = cells.count()
    view = explorer.dropdown("View")
    view.focus()
    page.keyboard.press("ArrowDown")
    expect(view).to_be_focused()
    wait_for(lambda: value(explorer, "explorer.view") == "layer", "the next view")
    order = explorer.dropdown("Order")
    order.focus()
    page.keyboard.press("m")  # "mean"; as a shortcut it would make text of the cell
    expect(order).to_be_focused()
    wait_for(lambda: value(explorer, "explorer.order") == "mean", "the order by mean")
    explorer.button("More").focus()
    page.keyboard.press("b")  # as a shortcut, another cell
    explorer.slider_handle.focus()
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    explorer.expect_in_step()
    assert cells.count() == before
    expect(explorer.output).to_be_visible()


def test_the_channels_go_by_the_order_that_is_chosen(explorer: Explorer) -> None:
    explorer.dropdown("Order").select_option(label="mean")
    wait_for(lambda: value(explorer, "explorer.order") == "mean", "the order")
    expect(explorer.status).to_contain_text("On all 4 pictures")
    wanted = explorer.notebook.value(
        "[int(c) for c in (-sum(driver.kept_pass(explorer, i, 'conv2d_1')"
        ".activations['conv2d_1'].astype('float64').mean((0, 1)) for i in range(4))).argsort()]"
    )
    assert isinstance(wanted, list)
    explorer.notebook.run(f"explorer.channel = {wanted[0]}")
    expect(explorer.slider_handle).to_have_attribute("aria-valuenow", "0.0")
    for channel in wanted[1:4]:
        explorer.slider_handle.press("ArrowRight")
        wait_for(lambda c=channel: value(explorer, "explorer.channel") == c, "the next")  # type: ignore[misc]
    expect(explorer.number_box).to_have_value(str(wanted[3]))
    explorer.expect_in_step()


def test_play_steps_until_the_page_is_hidden(explorer: Explorer) -> None:
    page = explorer.notebook.page
    explorer.notebook.run("explorer.speed = 10")
    explorer.button("Play").click()
    wait_for(lambda: int(str(value(explorer, "explorer.channel"))) >= 3, "three steps")
    expect(explorer.button("Pause")).to_be_visible()
    page.evaluate(
        "() => { Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    wait_for(lambda: value(explorer, "explorer.playing") is False, "it stops")
    page.evaluate("() => { delete document.hidden; }")
    expect(explorer.button("Play")).to_be_visible()
    explorer.expect_in_step()


@pytest.fixture
def more(explorer: Explorer) -> Iterator[Locator]:
    """The explorer with its further controls open."""
    explorer.button("More").click()
    expect(explorer.button("Save figure")).to_be_visible()
    yield explorer.output
    explorer.button("More").click()
    expect(explorer.button("Save figure")).to_have_count(0)


def test_what_is_clipped_off_the_scale_is_marked_and_counted(
    explorer: Explorer, more: Locator
) -> None:
    explorer.number("Clip %").fill("5")
    explorer.number("Clip %").press("Enter")
    wait_for(lambda: value(explorer, "explorer.clip") == 5.0, "the clipping")
    expect(explorer.status).to_contain_text(re.compile(r"Not on the colour scale: \d+ "))
    explorer.expect_in_step()
    # The colour of values above the scale.
    assert (explorer.pixels() == (0, 255, 0)).all(axis=-1).sum() > 50
    expect(explorer.number("To")).to_be_disabled()
    explorer.dropdown("Scale").select_option("fixed")
    # Where it is, until other limits are typed.
    wait_for(lambda: value(explorer, "explorer.color_limits"), "the limits on show")
    expect(explorer.number("Clip %")).to_be_disabled()
    for box, limit in (("From", "0"), ("To", "0.5")):
        explorer.number(box).fill(limit)
        explorer.number(box).press("Enter")
    wait_for(lambda: value(explorer, "explorer.color_limits") == (0.0, 0.5), "the limits")
    explorer.expect_in_step()
    explorer.dropdown("Colors").select_option("cividis")
    wait_for(lambda: value(explorer, "explorer.cmap") == "cividis", "the colours")
    explorer.expect_in_step()


def test_pictures_come_from_the_browser_and_a_broken_one_is_named(
    explorer: Explorer, more: Locator, tmp_path: Path
) -> None:
    count = int(str(value(explorer, "len(explorer.images)")))
    rng = np.random.default_rng(0)
    for name in ("one.png", "two.jpg"):
        Image.fromarray(rng.integers(0, 255, (60, 80, 3), np.uint8)).save(tmp_path / name)
    (tmp_path / "broken.jpg").write_bytes((tmp_path / "two.jpg").read_bytes()[:900])
    with explorer.notebook.page.expect_file_chooser() as chooser:
        more.get_by_role("button", name="Add pictures").click()
    chooser.value.set_files([tmp_path / name for name in ("one.png", "broken.jpg", "two.jpg")])
    wait_for(lambda: value(explorer, "len(explorer.images)") == count + 2, "two more pictures")
    expect(explorer.status).to_contain_text("broken.jpg")
    assert value(explorer, "explorer.images[-2:]") == ("one.png", "two.jpg")
    expect(explorer.dropdown("Image").locator("option:checked")).to_have_text("one.png")
    explorer.expect_in_step()


def test_the_figure_and_the_array_can_be_taken_along(explorer: Explorer, more: Locator) -> None:
    page = explorer.notebook.page
    explorer.number("Width (in)").fill("6")
    explorer.number("Width (in)").press("Enter")
    explorer.number("dpi").fill("150")
    explorer.number("dpi").press("Enter")
    with page.expect_download() as download:
        explorer.button("Save figure").click()
    with Image.open(download.value.path()) as picture:
        assert picture.size[0] == 900
    with page.expect_download() as download:
        explorer.button("Save array (.npy)").click()
    array = np.load(io.BytesIO(Path(download.value.path()).read_bytes()))
    mean = value(explorer, "float(explorer.feature_map.mean())")
    assert (array.shape, float(array.mean())) == ((148, 148), mean)
    # The page's figure is as it was.
    explorer.expect_in_step()


def test_the_code_recreates_the_view(explorer: Explorer, more: Locator) -> None:
    explorer.notebook.run(
        "explorer.image, explorer.layer, explorer.channel = 1, 'conv2d_2', 7\n"
        "explorer.view, explorer.clip, explorer.cmap = 'overlay', 2, 'magma'"
    )
    explorer.button("Show code").click()
    code = more.get_by_label("Code")
    expect(code).to_have_value(re.compile("explorer.channel = 7"))
    text = code.input_value()
    explorer.notebook.run(
        "import pathlib as _pathlib, tempfile as _tempfile\n"
        "def _png(one):\n"
        "    path = _pathlib.Path(_tempfile.mkdtemp()) / 'figure.png'\n"
        "    one.save(path, width=8.5, height=4.25, dpi=100)\n"
        "    return path.read_bytes()\n"
        "names = {'model': model, 'images': images}\n"
        f"exec({text!r}.rsplit('explorer', 1)[0], names)\n"
        "same = _png(explorer) == _png(names['explorer'])\n"
        "names['explorer'].close()"
    )
    assert value(explorer, "same")
    explorer.button("Hide code").click()


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_stands_in_the_way_of_anyone(explorer: Explorer, view: str) -> None:
    show(explorer, view)
    explorer.button("More").click()
    expect(explorer.button("Save figure")).to_be_visible()
    try:
        assert serious_violations(explorer.notebook.page, ".actviz-explorer") == []
    finally:
        explorer.button("More").click()


# The notebook of a laptop, of a projector at twice the size, and a side panel.
@pytest.mark.parametrize("width", [None, 560, 400, 272])
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_is_shown_whole_in_any_room(explorer: Explorer, width: int | None, theme: str) -> None:
    explorer.notebook.choose_theme(theme)
    explorer.set_room(width)
    name = f"{width or 'wide'}_{theme.lower()}.png"
    try:
        for view in VIEWS:
            explorer.notebook.run(f"explorer.view = {view!r}")
            wait_for(lambda: overhang(explorer) <= 0, f"all of it fits across, {view}")
            explorer.expect_in_step()
            explorer.output.screenshot(path=SCREENSHOTS / f"{view}_{name}")
        if width == 560:
            assert serious_violations(explorer.notebook.page, ".actviz-explorer") == []
    finally:
        explorer.set_room(None)
        explorer.notebook.choose_theme("Light")


def overhang(explorer: Explorer) -> float:
    """Tells by how many pixels something of the explorer reaches over its edge."""
    return float(
        explorer.output.locator(".actviz-explorer").first.evaluate(
            "root => { const edge = root.getBoundingClientRect().right;"
            " return Math.max(...[...root.querySelectorAll('*')].map("
            "node => node.getBoundingClientRect().right)) - edge - 1; }"
        )
    )


ROWS = """
root => {
  const canvas = root.querySelector("canvas").getBoundingClientRect().top;
  const boxes = [...root.querySelectorAll("select, input, button, [role=slider]")]
    .map((control) => control.getBoundingClientRect())
    .filter((box) => box.width > 0 && box.bottom <= canvas);
  const middles = boxes.map((box) => (box.top + box.bottom) / 2).sort((a, b) => a - b);
  return middles.filter((middle, index) => index === 0 || middle - middles[index - 1] > 12).length;
}
"""
CUT_LABELS = """
root => [...root.querySelectorAll(".widget-label")]
  .filter((label) => label.getClientRects().length > 0 && label.scrollWidth > label.clientWidth)
  .map((label) => label.textContent)
"""
LARGE_CELL = """
import keras
from actviz_widgets import ActivationExplorer, samples

def network():
    inputs = keras.Input((48, 48, 3))
    inner = [keras.layers.Conv2D(80, 3, padding="same", name=f"block_{i}") for i in range(14)]
    base = keras.Sequential([keras.Input((48, 48, 3)), *inner], name="a_long_named_backbone")
    pooled = keras.layers.GlobalAveragePooling2D()(base(inputs))
    outputs = keras.layers.Dense(5, "softmax")(keras.layers.Dropout(0.5)(pooled))
    return keras.Model(inputs, outputs)

explorer = ActivationExplorer(network(), samples.images(), compare_with=network())
explorer
"""


def controls(explorer: Explorer) -> Locator:
    return explorer.output.locator(".actviz-explorer")


def assert_two_rows(explorer: Explorer) -> None:
    """Expects two rows of controls above the figure in each view, with no label cut."""
    explorer.set_room(840)  # what a window of 1,280 pixels has beside its sidebar
    try:
        for view in VIEWS:
            explorer.notebook.run(f"explorer.view = {view!r}")
            wait_for(lambda: controls(explorer).evaluate(ROWS) == 2, f"two rows, {view}")
            assert controls(explorer).evaluate(CUT_LABELS) == [], view
            explorer.expect_in_step()
    finally:
        explorer.set_room(None)


def test_the_controls_of_each_view_take_two_rows(explorer: Explorer) -> None:
    assert_two_rows(explorer)


def test_so_do_those_of_a_nested_model_and_another_one(browser: Browser, lab: Lab) -> None:
    with opened_cell(browser, lab, "large.ipynb", LARGE_CELL) as explorer:
        assert_two_rows(explorer)


def test_the_toolbar_lies_over_nothing_in_a_narrow_room(explorer: Explorer) -> None:
    for width, place in ((400, "above"), (840, "beside")):
        explorer.set_room(width)
        toolbar = explorer.output.locator(".jupyter-matplotlib-toolbar")
        is_there = {
            "above": lambda box: box["width"] > box["height"],
            "beside": lambda box: box["width"] < box["height"],
        }[place]
        wait_for(lambda: is_there(toolbar.bounding_box()), f"the toolbar {place}")  # noqa: B023
        for view in VIEWS:
            explorer.notebook.run(f"explorer.view = {view!r}")
            explorer.expect_in_step()
            box, canvas = toolbar.bounding_box(), explorer.canvas.bounding_box()
            assert box is not None
            assert canvas is not None
            left, top = round(box["x"] - canvas["x"]), round(box["y"] - canvas["y"])
            right, bottom = left + round(box["width"]), top + round(box["height"])
            under = explorer.kernel_pixels()[max(top, 0) : bottom, max(left, 0) : right]
            assert (under == 255).all(), (width, view)
    explorer.set_room(None)
