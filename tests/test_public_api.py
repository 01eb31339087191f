"""The public names that lessons and other people's code rely on: they exist, and they are documented."""

import ast
import inspect
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

import liftkit

# The names of the design up to the trainer. More may be added; these stay.
PROMISED = """
    Skeleton H36M_17 PoseSet load_poses save_poses normalise rotate project Representation REPRESENTATIONS
    Lifter Discriminator LOSSES PRIORS TrainConfig Trainer train Run mpjpe n_mpjpe pa_mpjpe pck auc evaluate
""".split()
PARAMETERS = {
    "load_poses": ["name_or_path"],
    "save_poses": ["poses", "path"],
    "normalise": ["x2d"],
    "rotate": ["x3d", "azimuth", "elevation"],
    "project": ["x3d", "camera"],
    "Lifter": ["representation", "width", "members"],
    "Discriminator": ["width", "members"],
    "Trainer": ["representation", "poses", "seeds", "config"],
    "train": ["representation", "poses", "seeds"],
    "mpjpe": ["pred", "truth"],
    "n_mpjpe": ["pred", "truth"],
    "pa_mpjpe": ["pred", "truth", "reflection"],
    "pck": ["pred", "truth"],
    "auc": ["pred", "truth"],
    "evaluate": ["run", "poses"],
}
# Of the design and of the paper's protocols.
DEFAULTS = {
    "Lifter": {"width": 1024, "members": 1, "dropout": 0},
    "Discriminator": {"width": 1024, "members": 1, "dropout": 0, "joints": 17},
    "Trainer": {"seeds": (0,), "config": None, "device": None},
    "train": {"seeds": (0,), "device": None},
    "rotate": {"elevation": 0},
    "pa_mpjpe": {"reflection": False},
    "pck": {"threshold": 150},
    "evaluate": {"by": None},
    "baselines": {"seed": 0},
}
MEMBERS = {
    "Skeleton": ["names", "parents", "pairs", "index"],
    "PoseSet": "x2d x3d subject action clip frame camera split skeleton name train test select".split(),
    "Lifter": ["forward", "parameter_count"],
    "Discriminator": ["forward"],
    "TrainConfig": "width batch steps learning_rate dropout weights prior paper lesson".split(),
    "Trainer": ["step", "step_discriminator", "step_lifter", "run", "state_dict"],
    "Run": ["lift", "history", "config", "save", "load"],
}
CALLABLE = [name for name in liftkit.__all__ if callable(getattr(liftkit, name))]


def methods(cls) -> list[tuple[str, object]]:
    """The public functions, properties and class methods that a class itself defines."""
    own = {name: value for name, value in vars(cls).items() if not name.startswith("_")}
    plain = {
        name: getattr(value, "fget", None) or getattr(value, "func", None) or getattr(value, "__func__", value)
        for name, value in own.items()
    }
    return [(name, function) for name, function in plain.items() if inspect.isfunction(function)]


def unannotated(function) -> list[str]:
    """``**config`` and the like need no type: they are checked by name and value."""
    return [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.annotation is p.empty and p.kind != p.VAR_KEYWORD and p.name not in ("self", "cls")
    ]


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_name_is_public(name):
    assert name in liftkit.__all__
    assert getattr(liftkit, name) is not None


def test_the_stub_lists_exactly_the_names_that_there_are():
    stub = ast.parse(Path(liftkit.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    listed = {}
    for line in (node for node in stub.body if isinstance(node, ast.ImportFrom)):
        for alias in line.names:
            assert alias.asname == alias.name, (
                f"write `{alias.name} as {alias.name}`, or a type checker takes it as private"
            )
            assert alias.name not in listed
            listed[alias.name] = line.module
    assert sorted(listed) == sorted(liftkit.__all__) == sorted(dir(liftkit))
    for name, module in listed.items():
        assert getattr(liftkit, name) is getattr(import_module(f"liftkit.{module}"), name)


def test_a_star_import_gives_every_public_name_and_no_other():
    names: dict = {}
    exec("from liftkit import *", names)
    assert set(names) - {"__builtins__"} == set(liftkit.__all__)


def test_the_version_is_that_of_the_package():
    assert liftkit.__version__ == version("liftkit")


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="liftkit.*lift_kit"):
        liftkit.lift_kit  # noqa: B018
    with pytest.raises(ImportError, match="lift_kit"):
        exec("from liftkit import lift_kit")


@pytest.mark.parametrize("name", PARAMETERS)
def test_promised_parameters_come_first_and_in_order(name):
    found = list(inspect.signature(getattr(liftkit, name)).parameters)
    assert found[: len(PARAMETERS[name])] == PARAMETERS[name]


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_those_of_the_design(name):
    parameters = inspect.signature(getattr(liftkit, name)).parameters
    assert {parameter: parameters[parameter].default for parameter in DEFAULTS[name]} == DEFAULTS[name]


@pytest.mark.parametrize("name", MEMBERS)
def test_promised_attributes_exist(name):
    cls = getattr(liftkit, name)
    fields = set(getattr(cls, "__dataclass_fields__", {}))
    assert not [member for member in MEMBERS[name] if member not in fields and not hasattr(cls, member)]


@pytest.mark.parametrize("name", CALLABLE)
def test_public_functions_and_classes_say_what_they_do(name):
    value = getattr(liftkit, name)
    doc = inspect.getdoc(value) or ""
    assert len(doc.split("\n")[0]) > 20 and doc.split("\n\n")[0].rstrip().endswith((".", ":"))
    assert not doc.startswith(f"{name}(")  # what a dataclass without a docstring says of itself


@pytest.mark.parametrize("name", CALLABLE)
def test_public_parameters_are_annotated(name):
    value = getattr(liftkit, name)
    if not inspect.isclass(value):
        assert not unannotated(value)
        return
    assert not unannotated(value)
    missing = {method: unannotated(function) for method, function in methods(value)}
    assert not {method: names for method, names in missing.items() if names}


@pytest.mark.parametrize("name", [name for name in CALLABLE if inspect.isclass(getattr(liftkit, name))])
def test_public_methods_say_what_they_do_or_are_named_for_what_they_give(name):
    undocumented = [
        method
        for method, function in methods(getattr(liftkit, name))
        if not inspect.getdoc(function) and len(inspect.signature(function).parameters) > 1
    ]
    assert not undocumented
