"""The cats-and-dogs network: a small convolutional classifier, built but not trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

PICTURE_SIZE = (150, 150)
"""Height and width, in pixels, of the pictures that the network takes."""


def build_network(dropout: float = 0.0) -> keras.Model:
    """Builds the network of the cats-and-dogs tutorial with fresh random weights.

    Four convolutions, each followed by pooling, and two dense layers; 3,453,121 parameters.

    Args:
        dropout: Share of the 6,272 flattened values set to zero while training, in `[0, 1)`.
            With 0 there is no dropout layer. Dropout has no weights, so weights trained with it
            fit the network built without it. Defaults to `0.0`.

    Returns:
        A Sequential model from pictures `(batch_size, 150, 150, 3)` with values in `[0, 1]` to the
        probability of the second class, `(batch_size, 1)`.
    """
    from keras import Input, Sequential, layers

    stack: list[object] = [Input((*PICTURE_SIZE, 3))]
    for number, channels in enumerate((32, 64, 128, 128), start=1):
        stack.append(layers.Conv2D(channels, 3, activation="relu", name=f"conv2d_{number}"))
        stack.append(layers.MaxPooling2D(2, name=f"max_pooling2d_{number}"))
    stack.append(layers.Flatten(name="flatten"))
    if dropout:
        stack.append(layers.Dropout(dropout, name="dropout"))
    stack.append(layers.Dense(512, activation="relu", name="dense_1"))
    stack.append(layers.Dense(1, activation="sigmoid", name="dense_2"))
    return Sequential(stack, name="cats_and_dogs")
