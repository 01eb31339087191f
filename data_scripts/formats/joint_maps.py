"""Which joint of a motion-capture skeleton is which of ours: known skeletons by their names, and maps from a file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from liftkit.data.people import JointMap, pick_joints
from liftkit.skeleton import H36M_17
from liftkit.system.extras import tomllib
from liftkit.system.files import check_file, reading

LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


def _map(limbs: str, left: str, right: str, **trunk: str | list[str]) -> JointMap:
    """A joint map from names of the six limb joints, with {} for the side, and of the trunk."""
    sides = {"left": left, "right": right}
    named = zip(LIMBS, limbs.split(), strict=True)
    arms_and_legs = {f"{side}_{limb}": name.format(sides[side]) for limb, name in named for side in sides}
    return {joint: (arms_and_legs | trunk)[joint] for joint in H36M_17.names[1:]}


_FULL = ("{}UpLeg {}Leg {}Foot {}Arm {}ForeArm {}Hand", "Left", "Right")

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

# BVH skeletons whose trunk the general rule below would read otherwise. If the head has no end, its top is unknown:
# head, neck and thorax move down by one joint.
BVH_MAPS: dict[str, JointMap] = {
    "liftkit": {joint: joint for joint in H36M_17.names[1:]},
    # CMU as converted by B. Hahne (for MotionBuilder, 3ds Max, Daz): the chest has length 0.
    "CMU": _map(*_FULL, spine="Spine", thorax="Neck1", neck="Head", head="Head:end"),
    "CMU without the head's end": _map(
        *_FULL, spine="Spine", thorax=["LeftArm", "RightArm"], neck="Neck1", head="Head"
    ),
}

# The names of limb joints in other skeletons, without side, separators and common prefix: Mixamo, MotionBuilder, Unity,
# Unreal, Biped, Blender's Rigify, DAZ, Poser, MakeHuman, Xsens, 3ds Max, 100STYLE, Biovision, SMPL. The first that the
# file has counts: a "Shoulder" above an "Arm" is the collar. Of ankle and foot, wrist and hand it is the one that comes
# first in the limb.
LIMB_NAMES = {
    "hip": "upleg upperleg upperleg01 thigh thighbend hip".split(),
    "knee": "lowleg lowerleg lowerleg01 shin calf knee leg".split(),
    "ankle": "ankle foot".split(),
    "shoulder": "uparm uarm upperarm upperarm01 shldr shldrbend arm shoulder".split(),
    "elbow": "lowarm lowerarm lowerarm01 farm forearm forearmbend elbow".split(),
    "wrist": "wrist hand".split(),
}
COLLARS = "collar clavicle scapula shoulder shoulder1".split()
MIDDLE = ("m", "c")  # of names such as "Head_M"
HEADS, TIPS = ["head", "head1", "spine006"], ["headtopend", "headend", "head1end", "headtop", "headnub", "spine006end"]
NECKS, SPINES = r"neck|spine004|spine005", r"spine|chest|abdomen|torso|back|waist|belly|^[lt]\d+$"
HALF = (0.35, 0.65)  # of the way from pelvis to thorax; Human3.6M's spine joint lies at 0.48


def _words(name: str) -> list[str]:
    """The words of a name, in lower case: "CC_Base_L_UpperArm01" -> cc, base, l, upper, arm, 01."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def _by_meaning(names: Sequence[str]) -> dict[tuple[str, str], str]:
    """(side, name without side, separators, common prefix and suffix) -> name; the side is "left", "right" or ""."""
    ends = {name: "".join(re.findall(r":(end\d*)$", name)) for name in names}
    words = {name: _words(name.removesuffix(f":{end}")) for name, end in ends.items()}
    for place, rest in ((0, slice(1, None)), (-1, slice(-1))):
        joints = [words[name] for name in names if not ends[name]]
        while joints and (common := Counter(w[place] for w in joints if len(w) > 1).most_common(1)):
            word, count = common[0]
            if count < 0.8 * len(joints):
                break
            words = {name: w[rest] if len(w) > 1 and w[place] == word else w for name, w in words.items()}
            joints = [words[name] for name in names if not ends[name]]
    sides = {"left": "left", "l": "left", "right": "right", "r": "right"}
    limbs = {name for known in LIMB_NAMES.values() for name in known} | set(COLLARS)
    found: dict[tuple[str, str], str] = {}
    for name, parts in words.items():
        if len(parts) == 2 and parts[0] in ("l", "t") and parts[1].isdecimal():  # vertebrae: L5, L3, T12, T8
            parts = ["".join(parts)]
        side = next((sides[part] for part in parts if part in sides), "")
        rest = "".join(part for part in parts if part not in sides and (part not in MIDDLE or len(parts) == 1))
        for short in ("left", "right", "l", "r"):  # in names without separators, such as lthigh
            if not side and rest.startswith(short) and rest.removeprefix(short) in limbs:
                side, rest = sides[short], rest.removeprefix(short)
        found.setdefault((side, rest + ends[name]), name)
    return found


def _limbs(found: dict[tuple[str, str], str], names: Sequence[str]) -> dict[str, str]:
    """Our limb joints -> names, as far as both sides have one of the same kind."""
    mapped = {}
    for limb, known in LIMB_NAMES.items():
        both = [name for name in known if ("left", name) in found and ("right", name) in found]
        if limb in ("ankle", "wrist"):
            both.sort(key=lambda name: names.index(found["left", name]))
        for side in ("left", "right") if both else ():
            mapped[f"{side}_{limb}"] = found[side, both[0]]
    return mapped


def _trunk(found: dict[tuple[str, str], str], limbs: dict[str, str]) -> dict[str, str | list[str]]:
    """Our joints of the trunk -> names. If the head has no end, head, neck and thorax move down by one joint."""
    middle = {name: source for (side, name), source in found.items() if not side}
    heads = [middle[name] for name in HEADS if name in middle]
    tips = [middle[name] for name in TIPS if name in middle]
    necks = [source for name, source in middle.items() if re.search(NECKS, name) and source not in heads + tips]
    spines = [
        source for name, source in middle.items() if re.search(SPINES, name) and source not in heads + tips + necks
    ]
    arms = [limbs[joint] for joint in ("left_shoulder", "right_shoulder") if joint in limbs]
    collars = [[found["left", n], found["right", n]] for n in COLLARS if {("left", n), ("right", n)} <= found.keys()]
    shoulders = collars[0] if collars else arms
    chain = [*(necks[:1] if tips else necks[-1:]), *heads[:1], *tips[:1]]
    if len(chain) < 3 and shoulders:
        chain = [shoulders, *chain]
    mapped = dict(zip(("thorax", "neck", "head"), chain, strict=True)) if len(chain) == 3 and heads else {}
    return mapped | ({"spine": spines[len(spines) // 2]} if spines else {})


def match_skeleton(names: Sequence[str]) -> tuple[str, JointMap]:
    """Find our joints among the names of a skeleton: a known one, or any whose names mean the same.

    Returns what the skeleton is called here, and a map to these names (parents before their children).

    >>> match_skeleton(H36M_17.names)[0]
    'liftkit'
    """
    plain = {re.sub(r"^(?:[^:]*:(?!end\d*$))", "", name): name for name in reversed(names)}
    for skeleton, joints in BVH_MAPS.items():
        sources = {joint: [s] if isinstance(s, str) else list(s) for joint, s in joints.items()}
        if all(name in plain for source in sources.values() for name in source):
            return skeleton, {joint: [plain[name] for name in source] for joint, source in sources.items()}
    found = _by_meaning(names)
    mapped = _limbs(found, names)
    mapped |= _trunk(found, mapped)
    draft = {joint: mapped.get(joint, "?") for joint in H36M_17.names[1:]}
    sources = [name for source in draft.values() for name in ([source] if isinstance(source, str) else source)]
    if "?" not in sources and len(set(sources)) == len(sources):
        return f"like {draft['left_hip']}, {draft['left_shoulder']}", draft
    raise ValueError(
        f"no known skeleton has these joints: {', '.join(names)}. Give a joint map (--map FILE.json); a draft: "
        + json.dumps(draft)
    )


def spine_half_way(
    points: np.ndarray, names: Sequence[str], parents: Sequence[int], joint_map: JointMap
) -> tuple[JointMap, tuple[str, ...]]:
    """The map with the joint of the trunk that lies nearest to half-way between pelvis and thorax as its spine.

    Returns:
        The map, and a note if no joint lies between 0.35 and 0.65 of the way.
    """
    joints = pick_joints(points, names, joint_map)
    pelvis, thorax = (joints[:, H36M_17.index(name)] for name in ("pelvis", "thorax"))
    place = names.index(joint_map["neck"] if isinstance(joint_map["neck"], str) else joint_map["neck"][0])
    chain = []
    while (place := parents[place]) >= 0:
        chain.append(place)
    way = thorax - pelvis
    with np.errstate(all="ignore"):  # damage is refused later
        shares = {k: float(np.median(((points[:, k] - pelvis) * way).sum(-1) / (way * way).sum(-1))) for k in chain}
    shares = {k: share for k, share in shares.items() if np.isfinite(share)}
    if not shares:
        return joint_map, ()
    best = min(shares, key=lambda k: abs(shares[k] - 0.5))
    note = f"the spine is taken from {names[best]}, {shares[best]:.2f} of the way from pelvis to thorax (half-way: 0.5)"
    return dict(joint_map) | {"spine": names[best]}, () if HALF[0] <= shares[best] <= HALF[1] else (note,)


def load_joint_map(path: str | Path) -> JointMap:
    """Read a joint map from a JSON or TOML file.

    It maps each of our joints to a name of the source, "name:end" for its end site, or a list of names, whose mean
    is taken. The pelvis may be left out: it is the midpoint of the hips, wherever the source has its root.
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
