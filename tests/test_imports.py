"""What may import what, and what `import actviz_widgets` may load and leave behind."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import actviz_widgets

PACKAGE = Path(actviz_widgets.__file__).parent
FLOORS = (
    {
        "activations",
        "color_scale",
        "feature_maps",
        "latest_wins",
        "layer_calls",
        "layer_paths",
        "model_input",
        "pixels",
        "predictions",
    },
    {"activation_model", "descriptions", "figure", "picture_sources", "plots", "selection"},
    {"canvas", "controls", "pictures"},
    {"explorer"},
)
FLOOR_OF = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}


def imported_modules(file: Path) -> set[str]:
    """Names every module that a file imports, its own package's with a leading dot."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            own = [node.module] if node.module else [alias.name for alias in node.names]
            names |= {f".{name}" for name in own}
    return names


def run(code: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(code)],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_every_module_has_its_floor() -> None:
    assert {file.stem for file in PACKAGE.glob("*.py")} - {"__init__"} == set(FLOOR_OF)


@pytest.mark.parametrize("module", sorted(FLOOR_OF))
def test_imports_go_downward_only(module: str) -> None:
    for name in imported_modules(PACKAGE / f"{module}.py"):
        if name.startswith("."):
            assert FLOOR_OF[name[1:]] < FLOOR_OF[module], f"{module} imports {name}"


def test_keras_and_ipympl_are_each_known_to_their_own_modules_alone() -> None:
    knows_keras = {"activation_model", "layer_calls", "explorer"}  # the last for types only
    for module in FLOOR_OF:
        names = imported_modules(PACKAGE / f"{module}.py")
        assert "tensorflow" not in names
        assert "keras" not in names or module in knows_keras
        assert "ipympl" not in names or module == "canvas"
        assert "pyplot" not in names
    tree = ast.parse((PACKAGE / "explorer.py").read_text(encoding="utf-8"))
    assert not any(
        isinstance(node, ast.Import) and node.names[0].name == "keras" for node in tree.body
    )


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = run("import actviz_widgets, sys; print(*sys.modules)").split()
    for name in ("keras", "tensorflow", "matplotlib", "ipympl", "ipywidgets", "numpy", "PIL"):
        assert name not in loaded


def test_plotting_does_not_load_keras() -> None:
    loaded = run("from actviz_widgets import plot_layer; import sys; print(*sys.modules)").split()
    assert "keras" not in loaded


def test_all_public_names_are_there() -> None:
    for name in actviz_widgets.__all__:
        assert getattr(actviz_widgets, name) is not None
    assert set(dir(actviz_widgets)) == set(actviz_widgets.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = actviz_widgets.no_such_name  # type: ignore[attr-defined]


MAKE_AN_EXPLORER = """
import keras, numpy as np
from actviz_widgets import ActivationExplorer
model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3)])
explorer = ActivationExplorer(model, np.zeros((8, 8, 3), np.uint8))
"""


@pytest.mark.parametrize(
    "before",
    [
        "",
        "import matplotlib",
        "import matplotlib; matplotlib.use('svg')",
        "import matplotlib.pyplot as plt; plt.switch_backend('pdf'); plt.figure()",
    ],
)
def test_the_backend_and_rc_params_stay_after_an_explorer_was_made(before: str) -> None:
    look = """
    import matplotlib
    seen = (matplotlib.get_backend(auto_select=False), dict(matplotlib.rcParams.copy()))
    import matplotlib._pylab_helpers as helpers
    figures = list(helpers.Gcf.figs)
    """
    code = textwrap.dedent(before) + "\n" + (textwrap.dedent(look) if before else "")
    code += MAKE_AN_EXPLORER
    if before:
        code += (
            "assert seen[0] == matplotlib.get_backend(auto_select=False)\n"
            "now = dict(matplotlib.rcParams.copy())\n"
            "assert seen[1] == now, [k for k in now if now[k] != seen[1].get(k)]\n"
            "assert figures == list(helpers.Gcf.figs)\n"
        )
    else:
        code += "import matplotlib\nassert matplotlib.get_backend(auto_select=False) is None\n"
    assert run(code + "print('same')").splitlines()[-1] == "same"
