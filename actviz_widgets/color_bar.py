"""A colour bar for a scale that changes with every feature map.

matplotlib's own makes its artists anew when the limits change. Here the colours stay as they are,
and only the numbers beside them go along.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator, ScalarFormatter


class ColorBar:
    """The colours of an image from its lowest limit to its highest, with numbers to the right.

    Args:
        axes: Where to draw it; nothing else is in them.
        mappable: The image.

    Attributes:
        axes: Those of the bar. Their y limits are the limits of the colour scale.
        mappable: The image.
    """

    def __init__(self, axes: Axes, mappable: ScalarMappable) -> None:
        self.axes = axes
        self.mappable = mappable
        self._colors: object = None
        # In shares of the axes, so that it stays where it is whatever the limits are.
        self._image = AxesImage(
            axes,
            origin="lower",
            extent=(0, 1, 0, 1),
            interpolation="nearest",
            transform=axes.transAxes,
            zorder=0,
        )
        self._image.mouseover = False
        axes.set_label("<colorbar>")
        axes.set(xlim=(0, 1), xticks=[], autoscale_on=False)
        axes.set_navigate(False)
        axes.grid(False, which="both")
        axes.yaxis.tick_right()
        axes.yaxis.set_major_locator(MaxNLocator(6))
        # Short labels: powers of ten, and what all values share, go above the bar.
        formatter = ScalarFormatter()
        formatter.set_powerlimits((-3, 4))
        axes.yaxis.set_major_formatter(formatter)
        axes.yaxis.get_offset_text().set_fontsize("small")
        axes.tick_params(labelsize="small", left=False, right=True)
        self.update()
        axes.add_image(self._image)
        mappable.callbacks.connect("changed", lambda _: self.update())

    def update(self) -> None:
        """Brings the bar in step with the image's colours and limits."""
        colors = self.mappable.get_cmap()
        if colors is not self._colors:
            self._colors = colors
            ramp = colors(np.arange(colors.N))
            self._image.set_data((255 * ramp[:, None] + 0.5).astype(np.uint8))
        low, high = self.mappable.get_clim()
        if low is not None and high is not None and self.axes.get_ylim() != (low, high):
            self.axes.set_ylim(low, high)
