"""A small trained model and real photographs, to try the explorer on: nothing is downloaded."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    import numpy as np

CLASS_NAMES = ("cat", "dog")
"""The classes of `cats_and_dogs_model`, in the order of its labels."""


def cats_and_dogs_model() -> keras.Model:
    """Loads a convolutional network that tells cats from dogs.

    It was trained with `python -m actviz_widgets.samples.train` on 2,000 photographs; the log of
    that and its accuracy on 1,000 others are in `cats_and_dogs.json` beside the weights, which are
    kept in half precision.

    Returns:
        A Sequential model of 3,453,121 parameters, from pictures `(batch_size, 150, 150, 3)` with
        values in `[0, 1]` to the probability of a dog, `(batch_size, 1)`. It is not compiled.
    """
    import numpy as np

    from .network import build_network

    model = build_network()
    with files(__name__).joinpath("cats_and_dogs.npz").open("rb") as file, np.load(file) as stored:
        model.set_weights([stored[name].astype("float32") for name in stored.files])
    return model


def images() -> dict[str, np.ndarray]:
    """Gives a few real photographs, a cat first.

    They ship with scikit-image, under free licences.

    Returns:
        `{name: picture}`, each picture `(height, width, 3)`, uint8.

    Raises:
        ImportError: If scikit-image is not installed.
    """
    try:
        from skimage import data
    except ImportError as error:
        raise ImportError(
            "The sample photographs come with scikit-image, which is not installed. Run: "
            "pip install 'actviz-widgets[lab]'"
        ) from error
    return {
        "cat": data.chelsea(),
        "astronaut": data.astronaut(),
        "coffee": data.coffee(),
        "rocket": data.rocket(),
    }
