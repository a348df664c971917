"""What shows a value that lies elsewhere, and reports what the user makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .own_thread import Dropdown


class Tie:
    """One control, in step with a value that lies elsewhere.

    What is to be shown flows one way, from where it lies into the control. So a value that the
    control has, and that is not the one it is to show, was chosen by the user: it is reported, and
    then the control shows what has become of it, the value from before if it was refused.

    Args:
        control: A widget with a `value`.
        wanted: Gives the value that the control is to show, one that it can have.
        choose: Called with the value that the user chose. What `wanted` gives is up to date when it
            returns.
    """

    def __init__(
        self, control: Any, wanted: Callable[[], Any], choose: Callable[[Any], object]
    ) -> None:
        self.control = control
        self._wanted = wanted
        self._choose = choose
        control.observe(self._on_value, names="value")

    def show(self) -> None:
        """Brings the control in step."""
        if isinstance(self.control, Dropdown):
            self.offer(self.control.options)
        else:
            self.control.value = self._wanted()

    def offer(self, options: Sequence[tuple[str, Any]]) -> None:
        """Has a dropdown offer something else; what is chosen stays."""
        self.control.offer(options, self._wanted())

    def _on_value(self, change: dict[str, Any]) -> None:
        value = change["new"]
        # None is a dropdown of which nothing is chosen, for as long as it gets other entries.
        if value is not None and value != self._wanted():
            self._choose(value)
            self.show()
