"""Model files that are opened without running any code they bring along."""

from __future__ import annotations

import json
import weakref
import zipfile
from pathlib import Path
from typing import Any

import keras

from .backends import is_model
from .unopened_files import why_not_opened

_losses: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


class MissingModelError(FileNotFoundError, TypeError, ValueError):
    """A text was given for a model, and there is no file of that name."""


def opened(model: Any) -> Any:
    """Gives a model as it is, and the model in a file where a path is given.

    Args:
        model: A Keras model, or the path of a `.keras` or `.h5` file.

    Raises:
        TypeError: If it is neither.
        ValueError: If there is no such file, it cannot be read, or reading it would run code.
    """
    if is_model(model):
        return model
    if not isinstance(model, str | Path):
        kind = type(model)
        raise TypeError(
            f"The model given is of type {kind.__module__}.{kind.__qualname__}; a keras.Model is "
            "wanted, or the path of a .keras file. Load one with keras.models.load_model(path), or "
            "build one with keras.Sequential([...])."
        )
    path = Path(model)
    if path.is_dir():
        raise ValueError(
            f"{str(path)!r} is a folder; a keras.Model is wanted, or the path of a .keras file. A "
            "TensorFlow SavedModel has no layers to look at: save the model as .keras."
        )
    if not path.is_file():
        raise MissingModelError(
            f"There is no file {str(path)!r}; a keras.Model is wanted, or the path of a .keras or "
            ".h5 file. Check the path."
        )
    try:
        loaded = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # what a file can be wrong in is open-ended
        raise ValueError(why_not_opened(path, error)) from error
    _losses[loaded] = _loss_in(path)
    return loaded


def loss_of(model: Any) -> Any:
    """Gives the loss that a model is trained with, as it was compiled, or by name.

    Returns:
        Of a model of several outputs a dict or a list of them; `None` where it is not known.
    """
    return getattr(model, "loss", None) or _losses.get(model)


def _loss_in(path: Path) -> Any:
    """Names the loss that a model in a `.keras` file was compiled with; `None` if none is told."""
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
        return _named((config.get("compile_config") or {}).get("loss"))
    except (zipfile.BadZipFile, KeyError, ValueError, AttributeError):
        return None  # a file of another kind


def _named(loss: Any) -> Any:
    if isinstance(loss, list):
        return [_named(one) for one in loss]
    if not isinstance(loss, dict):
        return loss
    if "class_name" in loss:  # an object, or a function, as Keras writes it down
        return loss["config"] if isinstance(loss.get("config"), str) else loss["class_name"]
    return {name: _named(one) for name, one in loss.items()}
