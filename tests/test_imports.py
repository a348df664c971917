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
        "activation_bounds",
        "activations",
        "backends",
        "cell_image",
        "color_bar",
        "color_scale",
        "datasets",
        "drawable",
        "encoded_pictures",
        "figure_layout",
        "frames",
        "given_arrays",
        "kept_epochs",
        "latest_wins",
        "layer_paths",
        "layer_roles",
        "lettering",
        "map_statistics",
        "model_input",
        "outlines",
        "picture_labels",
        "pixels",
        "placing",
        "predictions",
        "receptive_field",
        "repainting",
        "sampling",
        "saving",
        "spaced_locator",
        "structures",
        "tile_grid",
        "views",
        "words_panel",
    },
    {
        "array_inputs",
        "bars_panel",
        "canvas",
        "comparison",
        "controls",
        "feature_maps",
        "input_views",
        "layer_calls",
        "linked_zoom",
        "map_histogram",
        "map_profile",
        "model_files",
        "palette",
        "panel_side",
        "picture_box",
        "picture_sources",
        "plots",
        "preprocessing",
        "reach",
        "series",
        "symbolic_inputs",
        "tile_image",
    },
    {
        "activation_model",
        "descriptions",
        "joined_reach",
        "layer_chooser",
        "layer_rules",
        "map_panel",
        "network_panel",
        "overlay_panel",
        "page",
        "picture_panel",
        "pictures",
        "ranking",
        "selection",
        "tied_controls",
        "tiles_panel",
        "zoom",
    },
    {
        "appearance",
        "class_scores",
        "comparison_panel",
        "declared_inputs",
        "downloads",
        "epoch_extraction",
        "graph_pass",
        "layer_reach",
        "loaded_pictures",
        "strips",
    },
    {
        "class_evidence",
        "extraction",
        "figure_panels",
        "more_panel",
        "receptive_fields",
        "stepping",
        "view_code",
        "view_controls",
    },
    {
        "channel_survey",
        "choice",
        "epoch_recorder",
        "explanations",
        "explorer_controls",
        "figure",
        "map_places",
        "subject",
    },
    {
        "activation_history",
        "page_fit",
        "pointing",
        "scenes",
        "second_model",
    },
    {
        "showing",
    },
    {
        "seen_field",
        "surveying",
    },
    {
        "explorer",
    },
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


def imported_at_once(file: Path) -> set[str]:
    """Names every module outside the package that a file imports when it is itself imported."""
    names = set()
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add((node.module or "").split(".")[0])
            elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                waiting.extend(node.orelse)
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting.append(node)
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


@pytest.mark.parametrize("module", sorted(FLOOR_OF))
def test_each_module_stands_as_low_as_it_can(module: str) -> None:
    own = {name[1:] for name in imported_modules(PACKAGE / f"{module}.py") if name[0] == "."}
    assert FLOOR_OF[module] == max((FLOOR_OF[name] + 1 for name in own), default=0)


def test_the_explorer_stands_alone_on_top() -> None:
    assert FLOORS[-1] == {"explorer"}


KNOW_KERAS = {
    "activation_history",
    "activation_model",
    "backends",
    "class_evidence",
    "class_scores",
    "symbolic_inputs",
    "declared_inputs",
    "epoch_recorder",
    "explorer",  # for types only
    "extraction",
    "graph_pass",
    "layer_calls",
    "model_files",
    "receptive_fields",
    "second_model",
}
KNOW_A_BACKEND = {
    "tensorflow": {"backends", "graph_pass"},
    "jax": {"backends"},
    "torch": {"backends"},
}


@pytest.mark.parametrize("module", sorted(FLOOR_OF))
def test_keras_its_backends_and_ipympl_are_each_known_to_their_own_modules_alone(
    module: str,
) -> None:
    names = imported_modules(PACKAGE / f"{module}.py")
    assert "keras" not in names or module in KNOW_KERAS
    for backend, modules in KNOW_A_BACKEND.items():
        assert backend not in names or module in modules
    assert "tf_keras" not in names
    assert "ipympl" not in names or module == "canvas"
    assert "pyplot" not in names


@pytest.mark.parametrize("module", sorted(FLOOR_OF))
def test_no_backend_is_imported_before_it_is_needed(module: str) -> None:
    at_once = imported_at_once(PACKAGE / f"{module}.py")
    assert not at_once & set(KNOW_A_BACKEND)
    assert "keras" not in at_once or module in KNOW_KERAS - {"explorer"}


def test_what_is_imported_at_once_is_told_from_what_is_imported_in_functions(
    tmp_path: Path,
) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        textwrap.dedent("""
        import numpy.linalg
        from matplotlib import pyplot
        from . import own
        if TYPE_CHECKING:
            import keras
        try:
            import jax
        except ImportError:
            import torch
        class Group:
            import scipy
            def method(self):
                import tensorflow
        async def work():
            from PIL import Image
        """),
        encoding="utf-8",
    )
    assert imported_at_once(file) == {"numpy", "matplotlib", "jax", "torch", "scipy"}


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
