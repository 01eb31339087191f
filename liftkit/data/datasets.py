"""``load_poses``: an embedded data set by name, or a pose file by path."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from liftkit.data.broad_movements import MOVEMENTS
from liftkit.data.cameras import Rig, film
from liftkit.data.pose_files import load_pose_file
from liftkit.data.synthetic import RANDOM, random_poses, synthetic_motion
from liftkit.poses import PoseSet


def synthetic_poses(
    seed: int = 0, coupling: float = 0.0, rig: str | Rig = "orthographic", movements: str = "basic"
) -> PoseSet:
    """The embedded data set: more than 60,000 poses, generated in seconds; the same arguments give the same bits."""
    if movements not in (*MOVEMENTS, RANDOM):
        raise ValueError(f"movements must be one of {', '.join(MOVEMENTS)}, {RANDOM}, found {movements!r}")
    if movements == RANDOM:
        if coupling:
            raise ValueError(f"random poses have no coupling of legs and torso, found coupling {coupling}")
        return film(random_poses(seed), rig, seed)
    # Four times as many clips as basic: at 20 frames each they took 390 MB, at every second one 200 MB.
    clips = {"frames": 10, "fps": 7.5} if movements == "broad" else {}
    return film(synthetic_motion(seed, coupling, movements=movements, **clips), rig, seed)


DATASETS = {
    "synthetic": synthetic_poses,
    "synthetic-broad": partial(synthetic_poses, movements="broad"),
    "synthetic-random": partial(synthetic_poses, movements=RANDOM),
}


def load_poses(name_or_path: str | Path, **options) -> PoseSet:
    """Load a PoseSet by the name of an embedded data set or from a pose file.

    Args:
        name_or_path: an embedded data set or a pose file (.npz). "synthetic" has basic movements,
            "synthetic-broad" also dance, fight, climbing and sport, "synthetic-random" poses of random joint angles.
        options: of the embedded data set: ``seed``; ``coupling``, 0 to 1, how far the torso follows the legs; ``rig``,
            "orthographic" (2D in mm), "perspective" (2D in pixels), "wide" or a Rig; ``movements``, "basic", "broad" or
            "random", instead of the longer names.

    Raises:
        ValueError: if the name is unknown, or the file is missing or not valid.

    >>> load_poses("synthetic").units
    'mm'
    """
    if str(name_or_path) in DATASETS:
        return DATASETS[str(name_or_path)](**options)
    path = Path(name_or_path)
    if not path.suffix and not path.exists():
        raise ValueError(f"unknown data set {str(path)!r}; expected {', '.join(DATASETS)} or the path of an .npz file")
    if options:
        raise ValueError(f"{path}: a file takes no options, found {', '.join(options)}")
    if path.suffix.lower() in (".json", ".csv", ".bvh", ".amc", ".mat", ".h5", ".tgz") and path.exists():
        raise ValueError(f"{path}: expected a pose file (.npz); `liftkit data keypoints` makes one of a person's own "
                         "keypoints, the scripts in data_scripts/ make them of data sets")  # fmt: skip
    return load_pose_file(path)
