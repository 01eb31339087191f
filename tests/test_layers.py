"""Imports go downwards, never in a circle, `import liftkit` is light, and the top level stays small."""

import ast
import json
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import liftkit

PACKAGE = Path(liftkit.__file__).parent
# From the bottom to the top: a room may import from its own line and from the lines above it.
LAYERS = [
    ["system"],
    [
        "skeleton",
        "geometry",
        "representations",
        "poses",
        "priors",
        "layers",
        "networks",
        "losses",
        "config",
        "uncertainty",
    ],
    ["run", "metrics", "evaluation", "divergence", "training", "callbacks"],
    ["data"],
    ["keypoints", "study"],
    ["correlation"],
    ["recorded"],
    ["view"],
    ["plots", "export"],
    ["widgets"],
    ["course"],
    ["cli", "__main__"],
]
LAYER = {module: layer for layer, modules in enumerate(LAYERS) for module in modules}
DRAWING = LAYER["plots"]
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
STUB = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
# The module right below liftkit where each public name lives.
HOME = {n.name: s.module.split(".")[0] for s in STUB.body if isinstance(s, ast.ImportFrom) for n in s.names}


def module_of(path: Path) -> str:
    """The name right below liftkit: for widgets/widget.py it is widgets."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[str, int]]:
    """Every module that a file imports, at whatever place, as absolute dotted names with their lines."""
    found = []
    package = ("liftkit", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) + 1 - node.level]] if node.level else []
            base += node.module.split(".") if node.module else []
            found += [(".".join([*base, alias.name]), node.lineno) for alias in node.names]
    return found


def own(name: str) -> str | None:
    """The liftkit module behind an imported name; a public name's home; None for other packages."""
    parts = name.split(".")
    if parts[0] != "liftkit" or len(parts) == 1 or parts[1].startswith("_"):
        return None
    return HOME.get(parts[1], parts[1])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_downwards_or_stay_within_their_layer(path):
    module = module_of(path)
    assert module in LAYER, f"give liftkit/{module} a layer in this test"
    upwards = [
        f"line {line} imports {name}"
        for name, line in imported(path)
        if own(name) is not None and LAYER[own(name)] > LAYER[module]
    ]
    assert not upwards


@pytest.mark.slow
def test_modules_do_not_import_each_other_in_a_circle():
    graph = {}
    for path in FILES:
        needs = {own(name) for name, _ in imported(path)} - {None, module_of(path)}
        graph.setdefault(module_of(path), set()).update(needs)
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")
    assert order.index("skeleton") < order.index("networks") < order.index("training")


METHOD = "skeleton geometry poses representations priors layers networks losses config training run metrics evaluation"


def test_the_top_level_holds_the_methods_thirteen_files_and_little_else():
    found = {path.stem for path in PACKAGE.glob("*.py")}
    assert set(METHOD.split()) <= found and len(METHOD.split()) == 13
    assert len(found) <= 18


@pytest.mark.slow
def test_the_library_imports_no_lesson_script_or_test():
    scripts = {path.stem for path in (PACKAGE.parent / "data_scripts").iterdir()}
    assert {"cmu", "formats", "readers"} < scripts
    forbidden = {"notebooks", "data_scripts", "benchmarks", "tests", "conftest"} | scripts
    forbidden |= {"h5py", "cdflib"}  # only the scripts and their tests need these
    assert not [(path.name, name) for path in FILES for name, _ in imported(path) if name.split(".")[0] in forbidden]


@pytest.mark.slow
def test_only_the_top_layer_draws():
    drawing = {"plotly", "ipywidgets", "anywidget", "matplotlib", "IPython"}
    assert not [
        (path.name, name)
        for path in FILES
        for name, _ in imported(path)
        if name.split(".")[0] in drawing and LAYER[module_of(path)] < DRAWING
    ]


SEEN = "json.dumps(sorted({name.split('.')[0] for name in sys.modules}))"


@pytest.mark.slow
def test_importing_liftkit_is_light_and_training_needs_neither_plotly_nor_ipywidgets():
    code = f"import json, sys, liftkit; print({SEEN})\nfrom liftkit import train, evaluate, load_poses; print({SEEN})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    first, second = (set(json.loads(line)) for line in done.stdout.splitlines())
    assert not first & {"torch", "pandas", "numpy", "plotly", "ipywidgets"}
    assert "torch" in second
    assert not second & {"plotly", "ipywidgets", "anywidget", "IPython", "matplotlib"}
