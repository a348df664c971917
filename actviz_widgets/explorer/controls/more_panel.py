"""What is needed now and then: colours, playing, adding pictures, taking things along, the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from ...widgets.own_thread import Button, FileUpload, FloatBox
from ...widgets.owner_thread import OwnerThread
from ...widgets.rows import Panel, Row
from ...widgets.tied_controls import TiedControls
from ..appearance import SCALES, STEPPED

COLOR_MAPS = ("viridis", "cividis", "magma", "inferno", "plasma", "gray", "PuOr", "RdBu_r")
"""Colour maps that are offered: even steps in lightness, safe for colour-blind readers."""

FORMATS = ("png", "svg", "pdf")
"""Formats of the figure that are offered."""

KEYS = (
    ("← →", "previous, next channel"),
    ("↑ ↓", "previous, next layer"),
    ("Page Up, Page Down", "previous, next picture"),
    ("Tab, Shift + Tab", "leave the figure"),
)
"""The keys that the explorer answers to, and what each does."""

_LARGEST_LIMIT = 1e30  # of a colour scale, in a box
_SCALE_TEXTS = {"channel": "per channel", "layer": "per layer", "fixed": "fixed"}
_STEPPED_TEXTS = {"channel": "channels", "layer": "layers", "image": "pictures"}


@dataclass(frozen=True)
class Actions:
    """What the panel's buttons do.

    Attributes:
        save_figure: Called with a format, and width and height in inches and dots per inch.
        save_array: Called with nothing.
        add_pictures: Called with the contents of files by their names; `None` where pictures cannot
            be added.
        code: Gives the view as Python code.
        size: Width and height that the figure is saved in at first, in inches.
    """

    save_figure: Callable[[str, float, float, float], object]
    save_array: Callable[[], object]
    add_pictures: Callable[[Mapping[str, bytes]], object] | None
    code: Callable[[], str]
    size: tuple[float, float]


class MorePanel(Panel):
    """Rows of controls that are shown when they are asked for.

    Args:
        tied: What ties a control to its trait.
        owner: The thread to answer on.
        actions: What the buttons do.
    """

    def __init__(self, tied: TiedControls, owner: OwnerThread, actions: Actions) -> None:
        self._owner = owner
        self._actions = actions
        rows = [self._colors(tied), self._play(tied)]
        if actions.add_pictures is not None:
            rows.append(self._upload())
        rows += [self._save(), self._code_row(), _keys()]
        super().__init__(
            rows,
            layout=widgets.Layout(
                width="100%",
                padding="0.5rem 0",
                border_top="1px solid var(--jp-border-color2, #bdbdbd)",
                border_bottom="1px solid var(--jp-border-color2, #bdbdbd)",
            ),
        )

    def show(self) -> None:
        """Brings in step what is no control of one trait alone."""
        is_fixed = self._scale.value == "fixed"
        for box in (self.low_box, self.high_box):
            box.disabled = not is_fixed
        for control in self._within_limits:
            control.disabled = is_fixed
        if self.code_box.layout.display != "none":
            self.code_box.value = self._actions.code()

    def _colors(self, tied: TiedControls) -> Row:
        scales = [(_SCALE_TEXTS[scale], scale) for scale in SCALES]
        tooltip = "What shares a colour scale"
        self.low_box = self._limit_box("From", "Where the fixed colour scale begins")
        self.high_box = self._limit_box("To", "Where the fixed colour scale ends")
        tied.tie(self.low_box, "color_limits", self._with_low, lambda pair: _limit(pair, 0))
        tied.tie(self.high_box, "color_limits", self._with_high, lambda pair: _limit(pair, 1))
        clip = "Percentage of the values that are left outside of the scale at each end"
        self._scale = tied.dropdown("Scale", "color_scale", scales, tooltip, "12.5rem")
        # These have no effect on limits that are fixed.
        self._within_limits = (
            tied.float_box("Clip %", "clip", 0, 49, 0.5, clip),
            tied.checkbox("symmetric about 0", "symmetric", "Zero in the middle of the scale"),
        )
        return Row(
            [
                self._scale,
                self.low_box,
                self.high_box,
                *self._within_limits,
                tied.dropdown(
                    "Colors", "cmap", [(name, name) for name in COLOR_MAPS], "Colour map", "11.5rem"
                ),
            ]
        )

    def _limit_box(self, label: str, tooltip: str) -> FloatBox:
        return FloatBox(
            min=-_LARGEST_LIMIT,
            max=_LARGEST_LIMIT,
            description=label,
            tooltip=tooltip,
            owner=self._owner,
            layout=widgets.Layout(width="7.5rem", flex="0 0 auto"),
            style={"description_width": "2.5rem"},
        )

    def _with_low(self, low: float) -> tuple[float, float]:
        high = self.high_box.value
        return low, high if high > low else low + 1

    def _with_high(self, high: float) -> tuple[float, float]:
        low = self.low_box.value
        return low if low < high else high - 1, high

    def _play(self, tied: TiedControls) -> Row:
        over = [(_STEPPED_TEXTS[what], what) for what in STEPPED]
        return Row(
            [
                tied.dropdown("Play", "play_over", over, "What to step through", "12rem"),
                tied.float_box("Speed", "speed", 0.1, 20, 0.5, "Steps a second"),
                _text("steps a second, while this page is on show"),
            ]
        )

    def _upload(self) -> Row:
        self.upload = FileUpload(
            accept="image/*",
            multiple=True,
            description="Add pictures",
            tooltip="Pictures from this computer, beside those there are",
            owner=self._owner,
            layout=widgets.Layout(width="auto"),
        )
        self.upload.observe(self._on_upload, names="value")
        return Row([self.upload, _text("from this computer, one or several files")])

    def _on_upload(self, change: dict[str, Any]) -> None:
        add_pictures = self._actions.add_pictures
        if not change["new"] or add_pictures is None:
            return
        files = {str(file["name"]): bytes(file["content"]) for file in change["new"]}
        self.upload.value = ()
        add_pictures(files)

    def _save(self) -> Row:
        actions = self._actions
        self.format = widgets.Dropdown(
            description="Figure",
            options=[(name.upper(), name) for name in FORMATS],
            tooltip="Format of the file",
            layout=widgets.Layout(width="10rem"),
            style={"description_width": "4.5rem"},
        )
        width, height = actions.size
        sizes = (("Width (in)", width), ("Height (in)", height), ("dpi", 200.0))
        self.size_boxes = [
            widgets.BoundedFloatText(
                value=value,
                min=1,
                max=2400 if label == "dpi" else 100,
                step=50 if label == "dpi" else 0.5,
                description=label,
                tooltip="Dots per inch, of a PNG" if label == "dpi" else "Of the file, in inches",
                layout=widgets.Layout(width="9rem" if label != "dpi" else "7rem"),
                style={"description_width": "4.5rem" if label != "dpi" else "2rem"},
            )
            for label, value in sizes
        ]
        self.save_button = self._button("Save figure", "Save the figure as a file")
        self.array_button = self._button("Save array (.npy)", "Save the map on display")
        self.save_button.on_click(
            lambda _: actions.save_figure(
                self.format.value, *(box.value for box in self.size_boxes)
            )
        )
        self.array_button.on_click(lambda _: actions.save_array())
        return Row([self.format, *self.size_boxes, self.save_button, self.array_button])

    def _code_row(self) -> Row:
        self.code_button = self._button("Show code", "Python code that recreates this view")
        self.code_box = widgets.Textarea(
            description="Code",
            tooltip="Python code that recreates this view",
            disabled=False,
            rows=8,
            layout=widgets.Layout(width="40rem", max_width="100%", display="none"),
            style={"description_width": "4.5rem"},
        )

        def toggle(_: object) -> None:
            hidden = self.code_box.layout.display == "none"
            self.code_box.layout.display = None if hidden else "none"
            self.code_button.description = "Hide code" if hidden else "Show code"
            self.show()

        self.code_button.on_click(toggle)
        return Row([self.code_button, self.code_box])

    def _button(self, text: str, tooltip: str) -> Button:
        return Button(
            description=text,
            tooltip=tooltip,
            owner=self._owner,
            layout=widgets.Layout(width="auto", flex="0 0 auto"),
        )


def _limit(limits: tuple[float, float] | None, end: int) -> float:
    """Gives the first or the second limit of a colour scale, as a box can hold it."""
    limit = (limits or (0.0, 1.0))[end]
    return max(-_LARGEST_LIMIT, min(limit, _LARGEST_LIMIT))


def _text(text: str) -> Any:
    return widgets.Label(text, layout=widgets.Layout(margin="2px 0.5rem"))


def _keys() -> Any:
    listed = " · ".join(f"<kbd>{keys}</kbd> {what}" for keys, what in KEYS)
    return widgets.HTML(
        f"Keys, with the focus on the figure or a button: {listed}",
        layout=widgets.Layout(margin="0 0 0 0.5rem", max_width="100%"),
    )
