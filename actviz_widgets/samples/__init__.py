"""A small trained model and real photographs, which come along, and more of them from the web."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf

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


def resized(picture: np.ndarray, size: tuple[int, int] = (150, 150)) -> np.ndarray:
    """Brings a photograph to the size that a network takes, in the way that the samples are.

    It is the way of `keras.utils.image_dataset_from_directory`, by which `cats_and_dogs_model` was
    trained, and of the explorer: bilinear, without smoothing. Pillow smooths what it makes smaller,
    and the network answers otherwise to that.

    Args:
        picture: `(height, width, channels)`, numbers of any dtype.
        size: Height and width wanted, in pixels. Defaults to those of `cats_and_dogs_model`.

    Returns:
        `(height, width, channels)`, float32, in the range of the picture, such as `[0, 255]`.

    Example:
    ```python
    x = samples.resized(samples.images()["cat"])[None] / 255
    samples.cats_and_dogs_model().predict(x)
    ```
    """
    import numpy as np
    from keras import ops

    return np.asarray(
        ops.convert_to_numpy(ops.image.resize(np.asarray(picture, np.float32), size)), np.float32
    )


def cats_and_dogs_data(
    folder: str | Path | None = None,
) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """Gives photographs of cats and dogs, to train and to validate with.

    Args:
        folder: Laid out as `train/cats`, `train/dogs`, `validation/cats`, `validation/dogs`. Every
            picture in it is read once, so that a broken one is named here. Defaults to `None`: the
            public filtered cats-and-dogs set, 2,000 photographs to train with and 1,000 to
            validate with, 65 MiB, is downloaded and unpacked into Keras's cache, once, with a
            progress bar; its SHA-256 checksum is verified.

    Returns:
        A `tf.data.Dataset` for training, shuffled anew in each epoch, and one for validation, mixed
        and in the same order each time. Both give batches of 20: pictures `(20, 150, 150, 3)`,
        float32, values in `[0, 1]`, and labels `(20, 1)`, float32, 0 for a cat and 1 for a dog.

    Raises:
        OSError: If there is no folder given and the photographs cannot be downloaded.
        ValueError: If a folder of the four is missing or has no pictures, or a picture is broken.

    Example:
    ```python
    training, validation = samples.cats_and_dogs_data("my_photos")
    model.fit(training, validation_data=validation)
    ```
    """
    from .photographs import batches, fetched_folder, photographs

    files = photographs(fetched_folder() if folder is None else Path(folder))
    return batches(files["train"], is_training=True), batches(files["validation"], False)
