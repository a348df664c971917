"""The cells of the browser's notebook: the floor and the explorer, and below them its rival."""

FLOOR_AND_EXPLORER = """
import ipywidgets as widgets
from IPython.display import display
from actviz_widgets import ActivationExplorer, samples

pictures = samples.images()
explorer = ActivationExplorer(samples.cats_and_dogs_model(), pictures)
explorer.layer = "conv2d_3"
explorer.add_class("bench-explorer")
maps = explorer.activation

def new_slider():
    return widgets.IntSlider(
        max=maps.shape[-1] - 1, readout=False, layout=widgets.Layout(width="800px")
    )

# The floor: one round trip, and nothing to draw.
floor_slider, label = new_slider(), widgets.Label("0")
label.add_class("bench-text")
floor_slider.observe(lambda change: setattr(label, "value", str(change["new"])), names="value")
floor = widgets.VBox([floor_slider, label])
floor.add_class("bench-floor")

display(floor, explorer)
"""

RIVAL = """
import matplotlib.pyplot as plt

# What people write, of the same size and content.
with plt.ioff():
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 4.25))
left.imshow(pictures["cat"])
left.set_title("cat")
image = right.imshow(maps[:, :, 0])
figure.colorbar(image)
rival_slider = new_slider()

def show(change):
    values = maps[:, :, change["new"]]
    image.set_data(values)
    image.set_clim(values.min(), values.max())
    right.set_title(f"conv2d_3, channel {change['new']} of {maps.shape[-1]}")
    figure.canvas.draw_idle()

rival_slider.observe(show, names="value")
rival = widgets.VBox([rival_slider, figure.canvas])
rival.add_class("bench-rival")

display(rival)
"""


def cells(magic: str) -> list[str]:
    """Gives the cells of a notebook that begins with a `%matplotlib` line, or with none.

    The rival needs `%matplotlib widget`, and is left out of the others.
    """
    first = f"{magic}\n{FLOOR_AND_EXPLORER}"
    return [first, RIVAL] if "widget" in magic else [first]
