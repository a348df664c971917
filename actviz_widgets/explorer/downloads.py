"""What is shown, as files that the browser saves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from ..figure.saving import array_bytes, figure_bytes
from ..widgets.page_link import PageLink

_MIME_TYPES = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}


class Downloads:
    """Gives the figure and the map on display to the browser, as files.

    Args:
        page: The page that is to save them.
        figure: Gives the figure.
        feature_map: Gives the map on display.
    """

    def __init__(
        self, page: PageLink, figure: Callable[[], Figure], feature_map: Callable[[], np.ndarray]
    ) -> None:
        self._page = page
        self._figure = figure
        self._feature_map = feature_map

    def figure(self, file_format: str, width: float, height: float, dpi: float) -> None:
        """Saves the figure; see `saving.save_figure`."""
        data = figure_bytes(self._figure(), file_format, width, height, dpi)
        self._page.download(f"activations.{file_format}", data, _MIME_TYPES[file_format])

    def array(self) -> None:
        """Saves the map on display as `.npy`."""
        data = array_bytes(self._feature_map())
        self._page.download("feature_map.npy", data, "application/octet-stream")
