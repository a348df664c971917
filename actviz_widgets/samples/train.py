"""The command that trains the cats-and-dogs network on a folder of photographs.

`python -m actviz_widgets.samples.train FOLDER`, with FOLDER laid out as `train/cats`, `train/dogs`,
`validation/cats`, `validation/dogs`; any two class names will do. The alphabetically first class
is 0, the other one 1.

The optimizer keeps a running average of the weights, and that average is the result: it is steadier
than the last step's weights, so no epoch has to be picked by its validation accuracy.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .network import PICTURE_SIZE, build_network

if TYPE_CHECKING:
    import keras

BATCH_SIZE = 20
LEARNING_RATE = 1e-4
DROPOUT = 0.5


def main(arguments: list[str] | None = None) -> None:
    """Trains, saves the model, and writes the log beside it."""
    options = parse_options(arguments)
    import keras

    keras.utils.set_random_seed(options.seed)
    class_names = find_class_names(options.folder)
    training, validation = (
        load_pictures(options.folder / part, class_names) for part in ("train", "validation")
    )

    network = build_network(DROPOUT)
    network.compile(
        optimizer=keras.optimizers.RMSprop(LEARNING_RATE, use_ema=True, ema_momentum=0.999),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    started = time.monotonic()
    history = network.fit(
        augmented_batches(training, options.seed),
        validation_data=plain_batches(validation),
        epochs=options.epochs,
        shuffle=False,  # the batches are shuffled already
        callbacks=[keras.callbacks.SwapEMAWeights()],
        verbose=1,
    )
    seconds = time.monotonic() - started

    trained = build_network()
    weights = network.get_weights()
    if options.output.suffix == ".npz":
        weights = save_half_precision(options.output, weights)
        trained.set_weights(weights)
    else:
        trained.set_weights(weights)
        trained.save(options.output)
    trained.compile(loss="binary_crossentropy", metrics=["accuracy"])
    loss, accuracy = trained.evaluate(plain_batches(validation), verbose=0)

    log = {
        "class_names": class_names,
        "pictures": {"train": len(training[0]), "validation": len(validation[0])},
        "seed": options.seed,
        "epochs": options.epochs,
        "seconds": round(seconds),
        "keras": keras.__version__,
        "validation_accuracy": round(float(accuracy), 4),
        "validation_loss": round(float(loss), 4),
        "history": {
            name: [round(float(value), 4) for value in values]
            for name, values in history.history.items()
        },
    }
    log_file = options.output.with_suffix(".json")
    log_file.write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    print(f"validation accuracy {accuracy:.1%}; wrote {options.output} and {log_file}")


def parse_options(arguments: list[str] | None) -> argparse.Namespace:
    """Reads the command line; a wrong one ends the program with a sentence."""
    parser = argparse.ArgumentParser(
        prog="python -m actviz_widgets.samples.train",
        description="Train the cats-and-dogs network on a folder of photographs.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        help="laid out as train/cats, train/dogs, validation/cats, validation/dogs",
    )
    parser.add_argument("--epochs", type=int, default=100, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("cats_and_dogs.keras"),
        help="a .keras file (the whole model), or an .npz file (its weights in half precision); "
        "the log goes beside it as .json; default: %(default)s",
    )
    options = parser.parse_args(arguments)
    if options.output.suffix not in (".keras", ".npz"):
        parser.error(f"--output is {options.output}; give a file that ends in .keras or .npz")
    if options.epochs < 1:
        parser.error(f"--epochs is {options.epochs}; give 1 or more")
    try:
        find_class_names(options.folder)
    except ValueError as error:
        parser.error(str(error))
    return options


def find_class_names(folder: Path) -> list[str]:
    """Names the two classes of a folder of photographs, in alphabetical order.

    Raises:
        ValueError: If `train` and `validation` do not both hold the same two folders.
    """
    found = [
        sorted(entry.name for entry in (folder / part).glob("*") if entry.is_dir())
        for part in ("train", "validation")
    ]
    if len(found[0]) != 2 or found[0] != found[1]:
        raise ValueError(
            f"{folder} has the class folders {found[0]} in train and {found[1]} in validation; "
            "the same two are needed in both, such as train/cats, train/dogs, validation/cats and "
            "validation/dogs"
        )
    return found[0]


def load_pictures(folder: Path, class_names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Reads every photograph of a folder into memory.

    Returns:
        Pictures `(count, 150, 150, 3)`, uint8, and labels `(count, 1)`, float32, 0 or 1.
    """
    import keras

    batches = keras.utils.image_dataset_from_directory(
        folder,
        label_mode="binary",
        class_names=class_names,
        image_size=PICTURE_SIZE,
        batch_size=64,
        shuffle=False,
    ).as_numpy_iterator()
    pictures, labels = zip(*batches, strict=True)
    return np.concatenate(pictures).round().astype(np.uint8), np.concatenate(labels)


def plain_batches(data: tuple[np.ndarray, np.ndarray]) -> Any:
    """Gives batches of pictures scaled to `[0, 1]` with their labels, in order."""
    import tensorflow as tf

    return (
        tf.data.Dataset.from_tensor_slices(data)
        .batch(BATCH_SIZE)
        .map(lambda pictures, labels: (tf.cast(pictures, tf.float32) / 255, labels))
        .prefetch(tf.data.AUTOTUNE)
    )


def augmented_batches(data: tuple[np.ndarray, np.ndarray], seed: int) -> Any:
    """Gives shuffled batches scaled to `[0, 1]`, each picture turned, moved and zoomed a little."""
    import tensorflow as tf

    change = augmentation(seed)
    return (
        tf.data.Dataset.from_tensor_slices(data)
        .shuffle(len(data[0]), seed=seed)
        .batch(BATCH_SIZE, drop_remainder=True)
        .map(
            lambda pictures, labels: (
                change(tf.cast(pictures, tf.float32) / 255, training=True),
                labels,
            ),
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )
        .prefetch(tf.data.AUTOTUNE)
    )


def augmentation(seed: int) -> keras.Sequential:
    """Builds the random changes that make a small set of photographs go further."""
    from keras import Sequential, layers

    return Sequential(
        [
            layers.RandomFlip("horizontal", seed=seed),
            layers.RandomRotation(0.07, fill_mode="reflect", seed=seed + 1),
            layers.RandomTranslation(0.1, 0.1, fill_mode="reflect", seed=seed + 2),
            layers.RandomZoom((-0.25, 0.1), fill_mode="reflect", seed=seed + 3),
            layers.RandomBrightness(0.1, value_range=(0, 1), seed=seed + 4),
            layers.RandomContrast(0.2, value_range=(0, 1), seed=seed + 5),
        ]
    )


def save_half_precision(file: Path, weights: list[np.ndarray]) -> list[np.ndarray]:
    """Stores weights as float16 and gives back what was stored, as float32."""
    stored = [array.astype(np.float16) for array in weights]
    np.savez_compressed(file, *stored)
    return [array.astype(np.float32) for array in stored]


if __name__ == "__main__":
    main()
