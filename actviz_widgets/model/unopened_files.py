"""What to say of a model file that cannot be opened, and of one that had better not be."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path

import keras

from .backends import first_lines

# What a file may not name: anything that comes with Python, `builtins` and `os` among it.
_PYTHON = frozenset(sys.stdlib_module_names) - {"__main__"}


def why_not_opened(path: Path, error: Exception) -> str:
    """Says why a model file was not opened, and what to do.

    Args:
        path: The file.
        error: What Keras raised.
    """
    # What Keras says may quote the path, and the layers' settings at length.
    said = str(error).replace(str(path), "")
    # It tells of the outermost layer first, and why at the very end.
    reason = said.rsplit("Exception encountered:", 1)[-1].strip()
    version = _saved_by(path)
    sentence = (
        _refused(path, said, reason)
        or _of_another_keras(version)
        or _own_code(reason)
        or _bad_layer(said, reason, version)
        or _damaged(path, said)
    )
    name = f"The model in {str(path)!r}"
    return f"{name} {sentence or f'cannot be opened: {first_lines(ValueError(said), 300)}'}"


def _refused(path: Path, said: str, reason: str) -> str:
    """Says what a file could do that is opened unawares; empty if nothing."""
    if "safe_mode=False" in said or "unsafe_deserialization" in said:
        return (
            "is refused: it brings Python code of its own, such as a Lambda layer, which opening "
            "it would run. If you trust whoever made it, allow it yourself: give "
            f"keras.models.load_model({str(path)!r}, safe_mode=False) as the model."
        )
    if "ExternalLink" in said or ("external" in said.lower() and "Not allowed" in said):
        return (
            "is refused: its weights are a link to another file of this machine, which opening it "
            "would read. Ask whoever made it for a file that holds its weights."
        )
    if "Not allowed" in said:
        return f"is refused by Keras as unsafe: {first_lines(ValueError(reason), 200)}"
    named, module = _missing(reason), re.search(r"config: \{'module': '([\w.]+)'", reason)
    if named and module and module.group(1).split(".")[0] in _PYTHON:
        return (
            f"is refused: it names '{module.group(1)}.{named[1]}', which is no part of a model but "
            "of Python itself, and could run any code. Open it by no other way either, unless you "
            "know why it is there."
        )
    return ""


def _of_another_keras(version: str) -> str:
    if not version.startswith("2."):
        return ""
    return (
        f"was saved by Keras {version}, and Keras {keras.__version__} cannot read it. Load it with "
        "tf_keras.models.load_model, and give the model."
    )


def _own_code(reason: str) -> str:
    """Says what of a model is defined elsewhere; empty if all of it is Keras's."""
    named = _missing(reason)
    if named is None:
        return ""
    kind, name = named
    return (
        f"has a {kind} of its own, {name!r}, which the file does not bring along. Load it where "
        "they are defined, with keras.models.load_model, and give the model."
    )


def _bad_layer(said: str, reason: str, version: str) -> str:
    """Says which layer of Keras's own cannot be made of its settings, and why."""
    by = ""
    if version and version != keras.__version__:
        by = f" It was saved by Keras {version}, and this is {keras.__version__}."
    unknown = re.search(r"Could not deserialize '(keras[\w.]*\.(\w+))'", reason)
    if unknown:
        return (
            f"cannot be opened: it has a layer {unknown.group(2)!r} of Keras, which Keras "
            f"{keras.__version__} does not have.{by}"
        )
    of_class = re.findall(r"\.(\w+)'> could not be deserialized|deserializing class '(\w+)'", said)
    if not of_class and "Could not deserialize" not in reason:
        return ""
    who = f"its layer of class {''.join(of_class[-1])!r}" if of_class else "one of its layers"
    why = first_lines(ValueError(reason), 300).rstrip(".")
    return f"cannot be opened: {who} cannot be made. {why}.{by}"


def _damaged(path: Path, said: str) -> str:
    """Says what is wrong with a file as a file."""
    if path.suffix == ".keras" and not zipfile.is_zipfile(path):
        return "cannot be opened: a .keras file is a zip archive, which this is not."
    if "No model config found" in said:
        return (
            "cannot be opened: the file holds weights alone. Build the model by its own code, call "
            "its load_weights, and give the model."
        )
    if "Expected a model.weights" in said:
        return "cannot be opened: the file holds no weights. Save the model again."
    if "Unable to synchronously open file" in said or "truncated file" in said:
        part = "its weights are" if path.suffix == ".keras" else "the file is"
        return (
            f"cannot be opened: {part} damaged, or of another format. Copy or save the file again."
        )
    if "File format not supported" in said:
        return "cannot be opened: it is no .keras or .h5 file, which is what Keras saves models in."
    return ""


def _missing(reason: str) -> tuple[str, str] | None:
    """Gives kind and name of what a file names and does not bring along."""
    named = re.search(r"Could not locate (class|function) '(\w+)'", reason)
    if named:
        return named.group(1), named.group(2)
    unknown = re.search(r"Unknown layer: '?(\w+)'?", reason)
    return ("class", unknown.group(1)) if unknown else None


def _saved_by(path: Path) -> str:
    """Gives the version of Keras that wrote a file; empty if it does not say."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return str(json.loads(archive.read("metadata.json"))["keras_version"])
        import h5py

        with h5py.File(path) as file:
            return str(file.attrs.get("keras_version", ""))
    except (OSError, KeyError, ValueError):
        return ""
