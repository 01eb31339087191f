"""The public names that lessons and other people's code rely on: they exist, and they are documented."""

import inspect

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


def test_all_resolves_without_doubles_and_dir_lists_it():
    assert len(set(liftkit.__all__)) == len(liftkit.__all__)
    assert set(liftkit.__all__) <= set(dir(liftkit))
    homes = {name: getattr(liftkit, name) for name in liftkit.__all__}
    assert homes["normalise"].__module__ == "liftkit.geometry"
    from liftkit import training

    assert homes["Trainer"] is training.Trainer


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'liftkit' has no attribute 'lift_kit'"):
        liftkit.lift_kit  # noqa: B018


@pytest.mark.parametrize("name", PARAMETERS)
def test_promised_parameters_come_first_and_in_order(name):
    found = list(inspect.signature(getattr(liftkit, name)).parameters)
    assert found[: len(PARAMETERS[name])] == PARAMETERS[name]


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
