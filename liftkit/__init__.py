"""liftkit: learn unsupervised 2D-to-3D human pose lifting by doing it."""

from importlib import import_module

__version__ = "0.1.0"

# Where each public name lives. It is imported when first used: torch and pandas take seconds, `liftkit --help` none.
_HOMES = {
    "data.cameras": ["RIGS", "Motion", "Rig", "film"],
    "config": ["PRESETS", "TrainConfig", "preset_config"],
    "correlation": [
        "Dependence",
        "data_correlation",
        "dependence_and_error",
        "dependence_summary",
        "intervention",
        "learned_correlation",
        "sensitivity",
        "supervised_reference",
        "verdicts",
    ],
    "data.datasets": ["load_poses"],
    "evaluation": ["baselines", "evaluate"],
    "geometry": ["Camera", "attach_depth", "flip", "mirror", "normalise", "project", "rotate"],
    "losses": ["LOSSES", "Cycle"],
    "metrics": ["auc", "mirrored", "mpjpe", "n_mpjpe", "pa_mpjpe", "pck"],
    "networks": ["Discriminator", "Lifter"],
    "poses": ["PoseSet", "save_poses"],
    "priors": ["PRIORS", "Prior"],
    "recorded": ["load_record"],
    "representations": ["REPRESENTATIONS", "Representation", "Segment", "register"],
    "run": ["Run"],
    "study": ["POLICIES", "Study", "run_study"],
    "skeleton": ["H36M_17", "Skeleton"],
    "training": ["Trainer", "train"],
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'liftkit' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"liftkit.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
