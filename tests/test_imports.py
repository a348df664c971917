"""What may import what, and what `import actviz_widgets` may load and leave behind."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import actviz_widgets

PACKAGE = Path(actviz_widgets.__file__).parent

# The rooms, and what of ours each may import beside itself: whole rooms, or modules of them.
ROOMS: dict[str, set[str]] = {
    "views": set(),
    "widgets": set(),
    "pictures": {"views"},
    "feature_maps": {"views"},
    "model": {"feature_maps.layer_role"},
    "receptive_fields": {"model"},
    "figure": {"views", "feature_maps"},
    "activations": {"views", "pictures", "feature_maps", "model"},
    "preferred": {"model", "feature_maps", "views"},
    "scenes": {
        *("views", "pictures", "feature_maps", "model", "receptive_fields", "activations"),
        "preferred",
    },
    "page": {
        *("views", "feature_maps", "model", "receptive_fields", "scenes", "activations"),
        "pictures",
    },
    "survey": {
        *("activations", "feature_maps", "model", "pictures", "receptive_fields", "views"),
        "page",
    },
    "explorer": {
        *("views", "widgets", "pictures", "feature_maps", "model", "receptive_fields", "figure"),
        *("activations", "preferred", "scenes", "page", "survey"),
    },
    # The public names, which the package itself has, and one of which is `samples`.
    "samples": {"", "model"},
    "course": {"", "model", "samples"},
}

# The rooms, or modules, that may import a library that is slow to load or knows one framework.
LIBRARIES: dict[str, set[str]] = {
    "keras": {*("model", "receptive_fields", "activations", "preferred"), "samples", "course"},
    "tensorflow": {"model.backends", "model.graph_pass", "samples"},
    "jax": {"model.backends", "model.jit_pass"},
    "torch": {"model.backends"},
    "tf_keras": set(),
    "matplotlib": {"feature_maps.color_scale", "figure", "widgets", "explorer"},
    "matplotlib.pyplot": {"figure.plots"},  # it has a state of its own, which is the user's
    "ipympl": {"widgets.canvas"},
    "ipywidgets": {"widgets", "explorer"},
    "anywidget": {"widgets"},
    "traitlets": {"widgets", "explorer"},
}
FOR_TYPES_ALONE = {"keras": {"explorer"}}
# Imported in functions alone: of the backends one may be all there is, and pyplot chooses how the
# user's own figures are shown.
NEVER_AT_ONCE = {"tensorflow", "jax", "torch", "matplotlib.pyplot"}


def name_of(file: Path) -> str:
    """Gives a module's name within the package, which itself has none."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}
MODULES = sorted(set(FILES) - {""})  # the package itself imports what it gives when asked for it


def room_of(module: str) -> str:
    return module.split(".")[0]


def is_among(module: str, places: set[str]) -> bool:
    """Whether a module is one of these, or in one of these rooms."""
    return any(module == place or (place and module.startswith(f"{place}.")) for place in places)


def statements(tree: ast.AST, *, at_once: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Gives the imports of a module, or those alone that run when it is itself imported."""
    waiting = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node
            elif not at_once:
                waiting.append(node)
            elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                waiting.extend(node.orelse)
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting.append(node)


def libraries(file: Path, *, at_once: bool = False) -> set[str]:
    """Names what a file imports from outside, each with all that it is part of."""
    names: set[str] = set()
    for node in statements(ast.parse(file.read_text(encoding="utf-8")), at_once=at_once):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {".".join(name.split(".")[:count]) for name in names for count in range(1, 9)}


def own_modules(module: str) -> set[str]:
    """Names what a module imports of the package, whenever it does."""
    file = FILES[module]
    names: set[str] = set()
    for node in statements(ast.parse(file.read_text(encoding="utf-8")), at_once=False):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            folder = file.parents[node.level - 1].relative_to(PACKAGE).parts
            start = (*folder, *(node.module or "").split(".")) if node.module else folder
            for alias in node.names:
                within = ".".join((*start, alias.name))
                names.add(within if within in FILES else ".".join(start))
    return names


def assert_no_circle(imports: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def run(code: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(code)],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


# -------------------------------------------------------------------------------------- the rooms


def test_the_top_of_the_package_holds_rooms_and_little_else() -> None:
    there = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    rooms = {room for room in ROOMS if (PACKAGE / room).is_dir()}
    assert there == {"__init__.py", "views.py", "py.typed"} | rooms


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_what_its_row_names(module: str) -> None:
    room = room_of(module)
    others = {name for name in own_modules(module) if name == "" or room_of(name) != room}
    assert {name for name in others if not is_among(name, ROOMS[room])} == set()


@pytest.mark.parametrize("module", MODULES)
def test_what_is_of_the_package_is_imported_by_its_place_and_so_seen_here(module: str) -> None:
    assert PACKAGE.name not in libraries(FILES[module])


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert_no_circle({module: own_modules(module) for module in MODULES})


def test_no_rooms_import_each_other_in_a_circle() -> None:
    # A module that is named by itself belongs to no room here: it is what both stand on.
    named = {place for row in ROOMS.values() for place in row if "." in place}

    def whole(module: str) -> str:
        return module if module in named else room_of(module)

    imports: dict[str, set[str]] = {}
    for module in MODULES:
        names = {whole(name) for name in own_modules(module)}
        imports.setdefault(whole(module), set()).update(names - {whole(module)})
    assert_no_circle(imports)


# `samples` is itself a public name, and `course` what its notebooks import.
@pytest.mark.parametrize(
    "package",
    sorted({name for name in MODULES if FILES[name].stem == "__init__"} - {"samples", "course"}),
)
def test_a_room_itself_holds_no_more_than_a_sentence(package: str) -> None:
    tree = ast.parse(FILES[package].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


# ---------------------------------------------------------------------------------- the libraries


@pytest.mark.parametrize("module", MODULES)
def test_a_library_is_known_to_its_own_rooms_alone(module: str) -> None:
    for library in libraries(FILES[module]) & set(LIBRARIES):
        places = LIBRARIES[library] | FOR_TYPES_ALONE.get(library, set())
        assert is_among(module, places), f"{module} imports {library}"


@pytest.mark.parametrize("module", MODULES)
def test_no_library_is_imported_before_it_is_needed(module: str) -> None:
    for library in libraries(FILES[module], at_once=True) & set(LIBRARIES):
        assert library not in NEVER_AT_ONCE
        assert is_among(module, LIBRARIES[library]), f"{module} imports {library} at once"


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
    at_once = {"numpy", "numpy.linalg", "matplotlib", "matplotlib.pyplot", "jax", "torch", "scipy"}
    assert libraries(file, at_once=True) == at_once
    assert libraries(file) == at_once | {"keras", "tensorflow", "PIL", "PIL.Image"}


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


@pytest.mark.slow
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
