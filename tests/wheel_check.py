"""Run beside an installed wheel: the sample model, its photographs, explorer and course work."""

from __future__ import annotations

from importlib.resources import files

import actviz_widgets
from actviz_widgets import ActivationExplorer, samples
from actviz_widgets.course.exercises import Exercises

assert files(actviz_widgets).joinpath("py.typed").is_file()
model = samples.cats_and_dogs_model()
explorer = ActivationExplorer(model, samples.images(), class_names=samples.CLASS_NAMES)
explorer.layer, explorer.channel = "conv2d_3", 17
assert explorer.feature_map.shape == (34, 34)
explorer.save("explorer.png")
explorer.close()
# The notebooks of the course need no more than the package.
assert Exercises().check(1, 72 * 72 * 64).right
print(f"actviz-widgets {actviz_widgets.__version__} works as installed")
