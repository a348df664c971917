"""Slider messages to a real kernel, on its main shell and on a subshell's thread of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from tests.side_door import PATIENCE, evaluate, execute

SETUP = """
import threading, time
import ipywidgets, keras, numpy as np
from actviz_widgets import ActivationExplorer
from tests.explorer import driver

model = keras.Sequential([
    keras.Input((16, 16, 3)),
    keras.layers.Conv2D(64, 3, name="first"),
    keras.layers.Conv2D(8, 3, name="second"),
])
pictures = np.random.default_rng(0).random((3, 16, 16, 3), np.float32)
explorer = ActivationExplorer(model, pictures)

owner = threading.get_ident()
update_threads, draw_threads, pass_threads, drawn = [], [], [], []
work = 0.0

def before_an_update():
    update_threads.append(threading.get_ident())
    drawn.append((explorer.image, explorer.layer, explorer.channel))
    time.sleep(work)

driver.watch_drawing(explorer, before_an_update)
for watched, method, threads in (
    (driver.repainter_of(explorer), "paint", draw_threads),
    (explorer.figure, "draw", draw_threads),
    (driver.pictures_of(explorer), "load", pass_threads),
):
    driver.watch(watched, method, lambda threads=threads: threads.append(threading.get_ident()))

slider = driver.slider(explorer, "Channel")
images, layers = driver.control(explorer, "Image"), driver.control(explorer, "Layer")
canvas = driver.canvas_of(explorer)
"""


class Kernel:
    """A kernel, and messages to it such as the browser sends."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client
        self.run(SETUP)

    def run(self, code: str) -> None:
        execute(self.client, code)

    def value(self, expression: str) -> object:
        return evaluate(self.client, expression)

    def new_subshell(self) -> str:
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        reply = self.client.get_control_msg(timeout=PATIENCE)
        return str(reply["content"]["subshell_id"])

    def send(self, widget: str, data: dict[str, object], subshell: str | None) -> None:
        comm_id = self.value(f"{widget}.model_id")
        self.send_to(str(comm_id), data, subshell)

    def send_to(self, comm_id: str, data: dict[str, object], subshell: str | None) -> None:
        message = self.client.session.msg("comm_msg", {"comm_id": comm_id, "data": data})
        message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)

    def wait_for(self, expression: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.value(expression):
            assert time.monotonic() < end, f"waited in vain for {expression}"
            time.sleep(0.05)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    manager, client = start_new_kernel(startup_timeout=PATIENCE)
    try:
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def slide_to(value: int) -> dict[str, object]:
    return {"method": "update", "state": {"value": value}, "buffer_paths": []}


@pytest.mark.parametrize("on_a_subshell", [False, True], ids=["main shell", "subshell"])
def test_all_is_computed_and_drawn_on_the_thread_that_built_the_explorer(
    kernel: Kernel, on_a_subshell: bool
) -> None:
    subshell = kernel.new_subshell() if on_a_subshell else None
    kernel.send("slider", slide_to(5), subshell)
    kernel.wait_for("drawn[-1:] == [(0, 'first', 5)]")
    kernel.send("images", {"method": "update", "state": {"index": 2}, "buffer_paths": []}, subshell)
    kernel.wait_for("drawn[-1:] == [(2, 'first', 5)]")
    kernel.send("layers", {"method": "update", "state": {"index": 1}, "buffer_paths": []}, subshell)
    kernel.wait_for("drawn[-1:] == [(2, 'second', 5)]")
    kernel.send("canvas", {"method": "custom", "content": {"type": "draw"}}, subshell)
    kernel.wait_for("len(draw_threads) >= 1")
    toolbar = {"type": "toolbar_button", "name": "home"}
    kernel.send("canvas.toolbar", {"method": "custom", "content": toolbar}, subshell)
    assert kernel.value("set(update_threads + draw_threads + pass_threads) == {owner}")
    assert kernel.value("len(pass_threads)") == 1


@pytest.mark.parametrize("on_a_subshell", [False, True], ids=["main shell", "subshell"])
def test_fifty_messages_over_slow_work_end_on_the_last_value_in_far_fewer_redraws(
    kernel: Kernel, on_a_subshell: bool
) -> None:
    subshell = kernel.new_subshell() if on_a_subshell else None
    kernel.run("work = 0.1")
    slider = str(kernel.value("slider.model_id"))
    for value in range(1, 51):
        kernel.send_to(slider, slide_to(value), subshell)
    kernel.wait_for("(slider.value, explorer.channel) == (50, 50)")
    kernel.wait_for("drawn[-1:] == [(0, 'first', 50)]")
    assert kernel.value("set(update_threads) == {owner}")
    assert kernel.value("len(drawn)") <= 15
    assert (
        kernel.value(
            "float(np.abs(driver.map_axes(explorer).images[0].get_array().data - "
            "explorer.activation[:, :, 50]).max())"
        )
        == 0.0
    )


def test_messages_that_come_while_a_cell_runs_are_drawn_when_it_has_ended(kernel: Kernel) -> None:
    subshell = kernel.new_subshell()
    slider = str(kernel.value("slider.model_id"))
    kernel.run("go_on = threading.Event()")
    busy = kernel.client.execute("go_on.wait(60); seen_in_cell = len(drawn)")
    for value in (3, 9, 27):
        kernel.send_to(slider, slide_to(value), subshell)
    release = kernel.client.session.msg(
        "execute_request",
        {
            "code": "go_on.set()",
            "silent": True,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        },
    )
    release["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(release)
    assert busy
    kernel.wait_for("drawn[-1:] == [(0, 'first', 27)]")
    assert kernel.value("seen_in_cell") == 0
    assert kernel.value("set(update_threads) == {owner}")


def test_a_trait_set_in_a_cell_is_answered_for_at_once(kernel: Kernel) -> None:
    kernel.run(
        "explorer.channel = 40\n"
        "at_once = explorer.feature_map.copy()\n"
        "in_figure = np.asarray(explorer.figure.axes[1].images[0].get_array()).copy()"
    )
    assert kernel.value("bool((at_once == explorer.activation[:, :, 40]).all())")
    assert kernel.value("bool((in_figure == at_once).all())")


def test_a_display_asked_for_on_a_subshell_is_drawn_by_the_owner(kernel: Kernel) -> None:
    message = kernel.client.session.msg(
        "execute_request",
        {
            "code": "shown = explorer._repr_mimebundle_()",
            "silent": True,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        },
    )
    message["header"]["subshell_id"] = kernel.new_subshell()
    kernel.client.shell_channel.send(message)
    kernel.wait_for("'shown' in globals()")
    assert kernel.value("'image/png' in shown")
    assert kernel.value("set(draw_threads) == {owner}")


def test_the_messages_of_linked_widgets_do_not_draw_on_their_own_thread(kernel: Kernel) -> None:
    kernel.run(
        "mine = ipywidgets.IntSlider(max=63)\n"
        "import traitlets; link = traitlets.link((mine, 'value'), (explorer, 'channel'))"
    )
    kernel.send("mine", slide_to(33), kernel.new_subshell())
    kernel.wait_for("drawn[-1:] == [(0, 'first', 33)]")
    assert kernel.value("slider.value") == 33
    assert kernel.value("set(update_threads) == {owner}")
