"""Which joint of a motion-capture skeleton is which of ours: known skeletons by their names, and maps from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

from liftkit.data.people import JointMap
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_file, reading

LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


def _map(limbs: str, left: str, right: str, **trunk: str | list[str]) -> JointMap:
    """A joint map from names of the six limb joints, with {} for the side, and of the trunk."""
    sides = {"left": left, "right": right}
    named = zip(LIMBS, limbs.split(), strict=True)
    arms_and_legs = {f"{side}_{limb}": name.format(sides[side]) for limb, name in named for side in sides}
    return {joint: (arms_and_legs | trunk)[joint] for joint in H36M_17.names[1:]}


_FULL = ("{}UpLeg {}Leg {}Foot {}Arm {}ForeArm {}Hand", "Left", "Right")
_SHORT = ("UpperLeg_{} LowerLeg_{} Foot_{} UpperArm_{} LowerArm_{} Hand_{}", "L", "R")

# CMU's own skeleton (Acclaim); a joint is the end of a bone. A forearm is two bones there, radius and wrist, with the
# turn of the hand between them. The lower neck ends 0.55 m above the midpoint of the hips, itself 0.1 m below the root;
# half-way is between the ends of lower and upper back.
CMU_BONES = _map(
    "{}hipjoint {}femur {}tibia {}clavicle {}humerus {}wrist",
    "l",
    "r",
    spine=["lowerback", "upperback"],
    thorax="lowerneck",
    neck="upperneck",
    head="head",
)

# BVH skeletons, tried in this order. If the head has no end, its top is unknown: head, neck and thorax move down by
# one joint.
BVH_MAPS: dict[str, JointMap] = {
    "liftkit": {joint: joint for joint in H36M_17.names[1:]},
    # CMU as converted by B. Hahne (for MotionBuilder, 3ds Max, Daz): the chest has length 0.
    "CMU": _map(*_FULL, spine="Spine", thorax="Neck1", neck="Head", head="Head:end"),
    "CMU without the head's end": _map(
        *_FULL, spine="Spine", thorax=["LeftArm", "RightArm"], neck="Neck1", head="Head"
    ),
    "Mixamo": _map(*_FULL, spine="Spine1", thorax="Neck", neck="Head", head="HeadTop_End"),
    "Mixamo with the head's end": _map(*_FULL, spine="Spine1", thorax="Neck", neck="Head", head="Head:end"),
    "Mixamo without the head's end": _map(
        *_FULL, spine="Spine1", thorax=["LeftShoulder", "RightShoulder"], neck="Neck", head="Head"
    ),
    "UpperArm_L": _map(*_SHORT, spine="Spine", thorax="Neck", neck="Head", head="Head:end"),
    "UpperArm_L without the head's end": _map(
        *_SHORT, spine="Spine", thorax=["Shoulder_L", "Shoulder_R"], neck="Neck", head="Head"
    ),
}


def _without_prefix(name: str) -> str:
    """A name without the prefix of its name space: mixamorig:Hips -> Hips, but Head:end -> Head:end."""
    return re.sub(r"^(?:[^:]*:(?!end\d*$)|mixamorig\d*_)", "", name)


def match_skeleton(names: Sequence[str]) -> tuple[str, JointMap]:
    """Find the first known skeleton whose joints all occur in ``names``.

    Returns:
        The skeleton's name, and a map to these names.

    Raises:
        ValueError: lists the joints and explains how to write a map, if no skeleton matches.

    >>> match_skeleton(H36M_17.names)[0]
    'liftkit'
    """
    found = {_without_prefix(name): name for name in reversed(names)}
    for skeleton, joints in BVH_MAPS.items():
        sources = {joint: [s] if isinstance(s, str) else list(s) for joint, s in joints.items()}
        if all(name in found for source in sources.values() for name in source):
            return skeleton, {joint: [found[name] for name in source] for joint, source in sources.items()}
    raise ValueError(
        f"no known skeleton has these joints: {', '.join(names)}. Give a joint map (--map FILE.json): "
        f'{{"spine": ["Spine", "Chest"], "head": "Head:end", ...}} for {", ".join(H36M_17.names[1:])}'
    )


def load_joint_map(path: str | Path) -> JointMap:
    """Read a joint map from a JSON or TOML file.

    It maps each of our joints to a name of the source, "name:end" for its end site, or a list of names, whose mean
    is taken. The pelvis may be left out: it is the midpoint of the hips, wherever the source has its root.

    Raises:
        ValueError: names the file if it is not such a map.
    """
    path = check_file(path, 2**20)
    with reading(path):
        text = path.read_text(encoding="utf-8")
        joints = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        if not isinstance(joints, dict):
            raise ValueError(f"expected a joint map, found a {type(joints).__name__}")
        for joint, source in joints.items():
            names = [source] if isinstance(source, str) else source
            if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
                raise ValueError(f"{joint}: expected a name or a list of names, found {source!r}")
        if wrong := sorted(set(joints) - {"pelvis"} ^ set(H36M_17.names[1:])):
            raise ValueError(f"a joint map has our 17 joints, missing or unknown: {', '.join(wrong)}")
    return joints
