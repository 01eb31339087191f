"""Acclaim motion capture: a skeleton (ASF) and its motion (AMC), the form in which CMU publishes its database.

The ASF has :units, :root, :bonedata and :hierarchy. With C the turn of a bone's ``axis`` and M the turn of its values
in the AMC, the bone turns against its parent by C M C^-1 and ends at ``direction`` times ``length`` in its own frame.
Rotations are about fixed axes in the order written: of "XYZ" and of "dof rx ry rz" x comes first. A unit of length is
1 / ``length`` inches, so CMU's 0.45 makes it 56.4 mm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from formats.clips import Clip, subject_of
from formats.joint_maps import CMU_BONES
from formats.kinematics import LARGEST, euler, forward
from formats.numbers import parse_numbers

from liftkit.data.people import JointMap, check_person, pick_joints
from liftkit.system.files import check_file, reading

INCH = 25.4  # mm
CMU_FPS = 120.0  # the AMC says no frame rate; this is CMU's
MOST_BONES = 1000


@dataclass
class Bone:
    """A bone: parent's index (-1: it is the root), its vector in mm, the axis and the values it has in the AMC."""

    name: str
    vector: np.ndarray = field(default_factory=lambda: np.zeros(3))
    axis: np.ndarray = field(default_factory=lambda: np.eye(3))
    dof: tuple[str, ...] = ()
    order: str = ""  # of rotations: the axis that turns first comes first
    parent: int = -1


@dataclass
class Skeleton:
    """An ASF file: its bones, the root first and every parent before its children, and its units."""

    bones: list[Bone]
    mm: float
    degrees: bool


def read_asf(path: str | Path) -> Skeleton:
    """The skeleton of an ASF file. Raises ValueError naming the file and the section or bone."""
    path = check_file(path, 2**24)
    sections: dict[str, list[list[str]]] = {}
    lines = None
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split("#")[0].split()
        if words and words[0].startswith(":"):
            lines = sections.setdefault(words[0].lower(), [])
        elif words and lines is not None:
            lines.append(words)
    if absent := [name for name in (":root", ":bonedata", ":hierarchy") if name not in sections]:
        raise ValueError(f"{path}: expected an ASF file; it has no {', '.join(absent)}")
    with reading(path, ":units"):
        units = {words[0].lower(): words[1] for words in sections.get(":units", []) if len(words) > 1}
        length = float(units.get("length", 1))
        angle = units.get("angle", "deg").lower()
        if angle[:3] not in ("deg", "rad") or not 1e-3 < length < 1e3:
            raise ValueError(f"expected a positive length and angle deg or rad, found {length} and {angle!r}")
    skeleton = Skeleton([], INCH / length, angle.startswith("deg"))
    with reading(path, ":root"):
        bones = [_root(sections[":root"], skeleton)]
    with reading(path, ":bonedata"):
        bones += [_bone(entry, skeleton) for entry in _entries(sections[":bonedata"])]
    with reading(path, ":hierarchy"):
        skeleton.bones = _arrange(bones, sections[":hierarchy"])
    return skeleton


def _root(lines: list[list[str]], skeleton: Skeleton) -> Bone:
    entry = {words[0].lower(): words[1:] for words in lines}
    turn = np.array(entry.get("orientation", [0, 0, 0]), float)
    place = np.array(entry.get("position", [0, 0, 0]), float)
    letters = "".join(entry.get("axis", ["XYZ"])).lower()
    dof = tuple(word.lower() for word in entry.get("order", "TX TY TZ RX RY RZ".split()))
    if sorted(dof) != "rx ry rz tx ty tz".split() or turn.shape != (3,) or place.shape != (3,):
        raise ValueError("expected order TX TY TZ RX RY RZ, and three numbers each as position and orientation")
    if not (np.abs(place) < LARGEST).all():
        raise ValueError(f"expected a position of numbers below {LARGEST:g}, found {place}")
    return Bone("root", place * skeleton.mm, _axis(turn, letters, skeleton), dof, letters)


def _entries(lines: list[list[str]]) -> Iterator[dict[str, list[str]]]:
    """The keywords of each bone between begin and end, with the words after them."""
    entry: dict[str, list[str]] | None = None
    for words in lines:
        word = words[0].lower()
        if word == "begin" and entry is None:
            entry = {}
        elif word == "end" and entry is not None:
            yield entry
            entry = None
        elif entry is None:
            raise ValueError(f"found {' '.join(words)!r} outside begin and end")
        else:
            entry.setdefault(word, words[1:])  # the further lines of limits, "(-70 70)", do not matter
    if entry is not None:
        raise ValueError("a bone has no end")


def _bone(entry: dict[str, list[str]], skeleton: Skeleton) -> Bone:
    name = " ".join(entry.get("name", []))
    if not name:
        raise ValueError(f"a bone has no name: {entry}")
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # huge numbers are refused below
            vector = np.array(entry["direction"], float) * float(entry["length"][0]) * skeleton.mm
        *turn, letters = entry.get("axis", ["0", "0", "0", "XYZ"])
        axis = _axis(np.array(turn, float), letters.lower(), skeleton)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"{name}: expected direction X Y Z, length L and axis X Y Z XYZ: {error}") from error
    if vector.shape != (3,) or not (np.abs(vector) < LARGEST).all():
        raise ValueError(f"{name}: expected three finite numbers as direction and one as length")
    dof = tuple(word.lower() for word in entry.get("dof", []))
    if set(dof) - {"rx", "ry", "rz"} or len(set(dof)) != len(dof):
        raise ValueError(f"{name}: only rotations (rx, ry, rz) can be read, found dof {' '.join(dof)}")
    return Bone(name, vector, axis, dof, "".join(word[1] for word in dof))


def _axis(turn: np.ndarray, letters: str, skeleton: Skeleton) -> np.ndarray:
    if sorted(letters) != ["x", "y", "z"] or turn.shape != (3,) or not (np.abs(turn) < LARGEST).all():
        raise ValueError(f"expected an axis of three numbers and an order such as XYZ, found {turn} {letters!r}")
    turn = np.radians(turn) if skeleton.degrees else turn
    return euler(letters[::-1], turn[None, ::-1])[0]


def _arrange(bones: list[Bone], lines: list[list[str]]) -> list[Bone]:
    """The bones in an order in which parents come first, with their parents' places in it."""
    by_name = {bone.name: bone for bone in bones}
    if len(by_name) != len(bones) or len(bones) > MOST_BONES:
        raise ValueError(f"expected at most {MOST_BONES} bones of different names, found {len(bones)}")
    children = {words[0]: words[1:] for words in lines if words[0].lower() not in ("begin", "end")}
    arranged, seen = [by_name["root"]], {"root"}
    for place, bone in enumerate(arranged):  # grows while it is walked
        for child in children.get(bone.name, []):
            if child not in by_name or child in seen:
                raise ValueError(f"{child}, below {bone.name}, is no bone or occurs twice")
            by_name[child].parent = place
            arranged.append(by_name[child])
            seen.add(child)
    if lost := [name for name in [*children, *by_name] if name not in seen]:
        raise ValueError(f"found bones that do not hang on the root: {', '.join(lost)}")
    return arranged


def read_amc(path: str | Path, skeleton: Skeleton) -> dict[str, np.ndarray]:
    """The values of a skeleton's bones, name -> (F, number of dof), from an AMC file, as they stand in it.

    Every frame names the same bones in the same order, and frames are numbered one after another. Raises ValueError
    naming the file where it is not so, is cut short, or does not fit the skeleton.
    """
    path = check_file(path)
    content = re.sub(rb"(?m)^[ \t]*[#:].*", b"", path.read_bytes())
    with reading(path):
        names = re.findall(rb"(?m)^[ \t]*([A-Za-z]\S*)", content)
        if not names:
            raise ValueError("expected an AMC file: numbered frames of bones and their values")
        count = next((k for k in range(1, len(names)) if names[k] == names[0]), len(names))
        if len(names) % count or names != names[:count] * (len(names) // count):
            raise ValueError(f"every frame, the last too, must name the same {count} bones in the same order")
        sizes = _sizes([name.decode("utf-8", "replace") for name in names[:count]], skeleton)
        # A name becomes NaN: whether each value stands where it should is then seen for all frames at once.
        width = 1 + sum(1 + size for size in sizes.values())
        numbers = parse_numbers(re.sub(rb"(?m)^[ \t]*[A-Za-z]\S*", b" nan", content), len(names) // count * width)
        return _split(numbers.reshape(-1, width), sizes)


def _sizes(names: list[str], skeleton: Skeleton) -> dict[str, int]:
    """How many values each of the named bones has."""
    sizes = {bone.name: len(bone.dof) for bone in skeleton.bones}
    if unknown := [name for name in names if name not in sizes]:
        raise ValueError(f"the skeleton has no bone {', '.join(unknown)}")
    if absent := [name for name, size in sizes.items() if size and name not in names]:
        raise ValueError(f"its frames have no {', '.join(absent)}")
    return {name: sizes[name] for name in names}


def _split(frames: np.ndarray, sizes: dict[str, int]) -> dict[str, np.ndarray]:
    """The values of each bone, from rows of: frame number, then NaN (its name) and the values of each bone."""
    starts = dict(zip(sizes, np.cumsum([1, *(1 + size for size in sizes.values())]).tolist(), strict=False))
    named = np.zeros(frames.shape[1], bool)
    named[list(starts.values())] = True
    wrong = (np.isnan(frames) != named).any(1)
    wrong[1:] |= np.diff(frames[:, 0]) != 1
    wrong |= ~(np.abs(frames[:, ~named]) < LARGEST).all(1)
    if wrong.any():
        number = np.flatnonzero(wrong)[0] + 1
        raise ValueError(f"block {number}: expected the next frame's number and {sum(sizes.values())} finite values")
    return {name: frames[:, start + 1 : start + 1 + sizes[name]] for name, start in starts.items()}


def pose(skeleton: Skeleton, values: dict[str, np.ndarray], degrees: bool = True) -> np.ndarray:
    """The ends of a skeleton's bones (F, K, 3) in mm, the root's place first, in the order of ``skeleton.bones``.

    ``values`` are those of :func:`read_amc`, in degrees or radians.
    """

    def rotation(k: int, part: slice) -> np.ndarray | None:
        bone = skeleton.bones[k]
        if not bone.order:
            return None
        columns = [bone.dof.index("r" + letter) for letter in bone.order[::-1]]
        angles = values[bone.name][part][:, columns]
        return bone.axis @ euler(bone.order[::-1], np.radians(angles) if degrees else angles) @ bone.axis.T

    def translation(k: int, part: slice) -> np.ndarray:
        bone = skeleton.bones[k]
        if k:
            return bone.vector
        return bone.vector + values["root"][part][:, [bone.dof.index(t) for t in ("tx", "ty", "tz")]] * skeleton.mm

    frames = len(values["root"])
    return forward([bone.parent for bone in skeleton.bones], rotation, translation, frames, along_own=True)


def read_asf_amc(
    asf: str | Path, amc: str | Path, joint_map: JointMap = CMU_BONES, fps: float = CMU_FPS, skip: int = 0
) -> Clip:
    """One clip of our 17 joints from a skeleton and its motion; by default those of CMU (``joint_maps.CMU_BONES``).

    ``fps`` is the motion's frame rate, which the files do not say. ``skip`` frames are left out at the start. Raises
    ValueError naming the file where something is missing, damaged or of no human size.
    """
    amc = Path(amc)
    skeleton = read_asf(asf)
    values = read_amc(amc, skeleton)
    with reading(amc):
        points = pose(skeleton, values, _in_degrees(amc, skeleton))
        joints = pick_joints(points, [bone.name for bone in skeleton.bones], joint_map)[skip:]
        check_person(joints)
    about = f"skeleton {Path(asf).name}, unit {skeleton.mm:.4g} mm"
    return Clip(joints, fps, name=amc.stem, subject=subject_of(amc.stem), about=about)


def _in_degrees(amc: Path, skeleton: Skeleton) -> bool:
    """Whether the AMC's angles are degrees: as it says, else as the skeleton says."""
    with amc.open("rb") as file:
        head = file.read(4096).upper()
    return b":DEGREES" in head or (skeleton.degrees and b":RADIANS" not in head)
