"""Run beside an installed wheel: the sample model, its photographs and an explorer work."""

from __future__ import annotations

from importlib.resources import files

import actviz_widgets
from actviz_widgets import ActivationExplorer, samples

assert files(actviz_widgets).joinpath("py.typed").is_file()
model = samples.cats_and_dogs_model()
explorer = ActivationExplorer(model, samples.images(), class_names=samples.CLASS_NAMES)
explorer.layer, explorer.channel = "conv2d_3", 17
assert explorer.feature_map.shape == (34, 34)
explorer.save("explorer.png")
explorer.close()
print(f"actviz-widgets {actviz_widgets.__version__} works as installed")
