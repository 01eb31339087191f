"""Acclaim motion capture: a skeleton (ASF) and its motion (AMC), the form in which CMU publishes its database.

The ASF has :units, :root, :bonedata and :hierarchy. With C the rotation of a bone's ``axis`` and M the rotation of its
values in the AMC, the bone is rotated against its parent by C M C^-1, and it ends at ``direction`` times ``length`` in
its own frame. Rotations are about fixed axes in the order written: x comes first in "XYZ" and in "dof rx ry rz"; XYZ is
the order of an axis that says none. A unit of length is 1 / ``length`` inches, so CMU's 0.45 makes it 56.4 mm; it is
unknown without a ``length``. An AMC may say its frame rate (:SAMPLES-PER-SECOND); CMU's do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from formats.clips import MotionClip, subject_of
from formats.joint_maps import CMU_BONES
from formats.kinematics import LARGEST_NUMBER, euler, forward
from formats.meaning import scaled, turned
from formats.text_numbers import parse_numbers, with_decimal_points

from liftkit.data.people import JointMap, check_person, pick_joints
from liftkit.system.files import check_file, reading

INCH = 25.4  # mm
CMU_FPS = 120.0  # of files that do not say it
MOST_BONES = 1000


@dataclass
class Bone:
    """A bone of an ASF file."""

    name: str
    vector: np.ndarray = field(default_factory=lambda: np.zeros(3))  # from its beginning to its end, in mm
    axis: np.ndarray = field(default_factory=lambda: np.eye(3))  # rotation (3, 3)
    dof: tuple[str, ...] = ()  # the values it has in the AMC, such as "rx"
    order: str = ""  # of its rotations: the axis that turns first comes first
    parent: int = -1  # its index; -1 for the root


@dataclass
class AcclaimSkeleton:
    """An ASF file."""

    bones: list[Bone]  # the root first, every parent before its children
    mm: float | None  # per unit; None: the file does not say it, and lengths are in its unit
    degrees: bool  # whether angles are in degrees
    notes: tuple[str, ...] = ()  # what was assumed

    @property
    def factor(self) -> float:
        """What lengths of the file are multiplied by."""
        return self.mm or 1.0


def read_asf(path: str | Path) -> AcclaimSkeleton:
    """Read an ASF file; ValueError names the file and the section or bone."""
    path = check_file(path, 2**24)
    sections: dict[str, list[list[str]]] = {}
    lines = None
    text = with_decimal_points(path.read_bytes().removeprefix(b"\xef\xbb\xbf")).decode("utf-8", "replace")
    for line in text.splitlines():
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
    skeleton = AcclaimSkeleton([], INCH / length if "length" in units else None, angle.startswith("deg"))
    with reading(path, ":root"):
        bones = [_root(sections[":root"], skeleton)]
    with reading(path, ":bonedata"):
        bones += [_bone(entry, skeleton) for entry in _entries(sections[":bonedata"])]
    if any(not words[-1].isalpha() for words in sections[":bonedata"] if words[0].lower() == "axis"):
        skeleton.notes = ("an axis without an order is taken as XYZ",)
    with reading(path, ":hierarchy"):
        skeleton.bones = _arrange(bones, sections[":hierarchy"])
    return skeleton


def _root(lines: list[list[str]], skeleton: AcclaimSkeleton) -> Bone:
    entry = {words[0].lower(): words[1:] for words in lines}
    turn = np.array(entry.get("orientation", [0, 0, 0]), float)
    place = np.array(entry.get("position", [0, 0, 0]), float)
    letters = "".join(entry.get("axis", ["XYZ"])).lower()
    dof = tuple(word.lower() for word in entry.get("order", "TX TY TZ RX RY RZ".split()))
    if sorted(dof) != "rx ry rz tx ty tz".split() or turn.shape != (3,) or place.shape != (3,):
        raise ValueError("expected order TX TY TZ RX RY RZ, and three numbers each as position and orientation")
    if not (np.abs(place) < LARGEST_NUMBER).all():
        raise ValueError(f"expected a position of numbers below {LARGEST_NUMBER:g}, found {place}")
    return Bone("root", place * skeleton.factor, _axis(turn, letters, skeleton), dof, letters)


def _entries(lines: list[list[str]]) -> Iterator[dict[str, list[str]]]:
    """Yield keyword -> words after it for each bone between begin and end."""
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
            entry.setdefault(word, words[1:])  # further lines of limits, such as "(-70 70)", do not matter
    if entry is not None:
        raise ValueError("a bone has no end")


def _bone(entry: dict[str, list[str]], skeleton: AcclaimSkeleton) -> Bone:
    name = " ".join(entry.get("name", []))
    if not name:
        raise ValueError(f"a bone has no name: {entry}")
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # huge numbers are refused below
            vector = np.array(entry["direction"], float) * float(entry["length"][0]) * skeleton.factor
        turn = entry.get("axis", ["0", "0", "0"])
        *turn, letters = turn if turn and turn[-1].isalpha() else [*turn, "XYZ"]
        axis = _axis(np.array(turn, float), letters.lower(), skeleton)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"{name}: expected direction X Y Z, length L and axis X Y Z XYZ: {error}") from error
    if vector.shape != (3,) or not (np.abs(vector) < LARGEST_NUMBER).all():
        raise ValueError(f"{name}: expected three finite numbers as direction and one as length")
    dof = tuple(word.lower() for word in entry.get("dof", []))
    if set(dof) - {"rx", "ry", "rz"} or len(set(dof)) != len(dof):
        raise ValueError(f"{name}: only rotations (rx, ry, rz) can be read, found dof {' '.join(dof)}")
    return Bone(name, vector, axis, dof, "".join(word[1] for word in dof))


def _axis(turn: np.ndarray, letters: str, skeleton: AcclaimSkeleton) -> np.ndarray:
    if sorted(letters) != ["x", "y", "z"] or turn.shape != (3,) or not (np.abs(turn) < LARGEST_NUMBER).all():
        raise ValueError(f"expected an axis of three numbers and an order such as XYZ, found {turn} {letters!r}")
    turn = np.radians(turn) if skeleton.degrees else turn
    return euler(letters[::-1], turn[None, ::-1])[0]


def _arrange(bones: list[Bone], lines: list[list[str]]) -> list[Bone]:
    """Sort the bones so that parents come first, and set each one's parent."""
    by_name = {bone.name: bone for bone in bones}
    if len(by_name) != len(bones) or len(bones) > MOST_BONES:
        raise ValueError(f"expected at most {MOST_BONES} bones of different names, found {len(bones)}")
    children = {words[0]: words[1:] for words in lines if words[0].lower() not in ("begin", "end")}
    arranged, seen = [by_name["root"]], {"root"}
    for place, bone in enumerate(arranged):  # grows while it is walked
        for child in children.get(bone.name, []):
            if child not in by_name or child in seen:
                raise ValueError(f"{child}, below {bone.name}, is not a bone or occurs twice")
            by_name[child].parent = place
            arranged.append(by_name[child])
            seen.add(child)
    if lost := [name for name in [*children, *by_name] if name not in seen]:
        raise ValueError(f"found bones that are not connected to the root: {', '.join(lost)}")
    return arranged


def read_amc(path: str | Path, skeleton: AcclaimSkeleton) -> dict[str, np.ndarray]:
    """Read the motion of a skeleton from an AMC file.

    Returns:
        Bone -> values (F, number of dof) in the file's order and unit.

    Raises:
        ValueError: names the file if frames are not numbered one after another, do not name the same bones in the same
            order, are cut short, or do not fit the skeleton.
    """
    path = check_file(path)
    content = with_decimal_points(re.sub(rb"(?m)^[ \t]*[#:].*", b"", path.read_bytes()))
    with reading(path):
        names = re.findall(rb"(?m)^[ \t]*([A-Za-z]\S*)", content)
        if not names:
            raise ValueError("expected an AMC file: numbered frames of bones and their values")
        count = next((k for k in range(1, len(names)) if names[k] == names[0]), len(names))
        if wrong := next((k for k, name in enumerate(names) if name != names[k % count]), len(names) % count):
            frame = (wrong if wrong >= count else len(names)) // count + 1
            raise ValueError(
                f"frame {frame}: every frame must name the same {count} bones in the same order as the first"
            )
        sizes = _sizes([name.decode("utf-8", "replace") for name in names[:count]], skeleton)
        # Each name becomes NaN, so that all frames can be compared with the layout at once.
        width = 1 + sum(1 + size for size in sizes.values())
        numbers = parse_numbers(re.sub(rb"(?m)^[ \t]*[A-Za-z]\S*", b" nan", content), per_frame=width)
        frames, rest = divmod(len(numbers), width)
        whole = numbers[: frames * width].reshape(-1, width)
        found = _split(whole, sizes) if frames else {}
        if rest or frames != len(names) // count:
            raise ValueError(
                f"frame {frames + 1}: expected its number and {width - count - 1} values, found {rest} words"
            )
        return found


def _sizes(names: list[str], skeleton: AcclaimSkeleton) -> dict[str, int]:
    """The number of values of each named bone."""
    sizes = {bone.name: len(bone.dof) for bone in skeleton.bones}
    if unknown := [name for name in names if name not in sizes]:
        raise ValueError(f"the skeleton has no bone {', '.join(unknown)}")
    if absent := [name for name, size in sizes.items() if size and name not in names]:
        raise ValueError(f"its frames have no {', '.join(absent)}")
    return {name: sizes[name] for name in names}


def _split(frames: np.ndarray, sizes: dict[str, int]) -> dict[str, np.ndarray]:
    """The values of each bone, from rows of the frame number, then NaN (the name) and the values of each bone."""
    starts = dict(zip(sizes, np.cumsum([1, *(1 + size for size in sizes.values())]).tolist(), strict=False))
    named = np.zeros(frames.shape[1], bool)
    named[list(starts.values())] = True
    wrong = (np.isnan(frames) != named).any(1)
    wrong[1:] |= np.diff(frames[:, 0]) != 1
    wrong |= ~(np.abs(frames[:, ~named]) < LARGEST_NUMBER).all(1)
    if wrong.any():
        number = np.flatnonzero(wrong)[0] + 1
        raise ValueError(f"frame {number}: expected the next frame's number and {sum(sizes.values())} finite values")
    return {name: frames[:, start + 1 : start + 1 + sizes[name]] for name, start in starts.items()}


def pose(skeleton: AcclaimSkeleton, values: dict[str, np.ndarray], degrees: bool = True) -> np.ndarray:
    """The root's position and the ends of the other bones, (F, K, 3) in mm, in the order of ``skeleton.bones``.

    ``values`` are what :func:`read_amc` returned, in degrees or radians.
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
        return bone.vector + values["root"][part][:, [bone.dof.index(t) for t in ("tx", "ty", "tz")]] * skeleton.factor

    frames = len(values["root"])
    count = sum(array.size for array in values.values())
    return forward(
        [bone.parent for bone in skeleton.bones], rotation, translation, frames, along_own=True, values=count
    )


def read_asf_amc(
    asf: str | Path,
    amc: str | Path,
    joint_map: JointMap = CMU_BONES,
    fps: float | None = None,
    skip: int = 0,
    scale: float | str = "auto",
    up: str = "auto",
) -> MotionClip:
    """Read one clip of our 17 joints from a skeleton and its motion.

    Args:
        joint_map: our joint -> bone.
        fps: the motion's frame rate; default: what the AMC says, or CMU's 120.
        skip: frames to leave out at the start.
        scale: mm per unit; "auto" takes the skeleton's, or if it says none the one that fits the person's height.
        up: the vertical axis, see :func:`meaning.turned`.

    Raises:
        ValueError: names the file if something is missing, damaged or not of human size.
    """
    amc = Path(amc)
    skeleton = read_asf(asf)
    values = read_amc(amc, skeleton)
    notes = skeleton.notes
    with reading(amc):
        points = pose(skeleton, values, _in_degrees(amc, skeleton))
        joints = pick_joints(points, [bone.name for bone in skeleton.bones], joint_map)[skip:]
        unit = f"{skeleton.mm or 0:.4g} mm"
        if skeleton.mm is None or scale != "auto":
            joints, unit = scaled(joints / skeleton.factor, scale)
            notes += () if scale != "auto" else (f"the skeleton says no unit; {unit} by the person's height (--scale)",)
        joints, up, note = turned(joints, up)
        check_person(joints)
        rate = fps or _rate(amc)
    notes += note + (() if rate else (f"{CMU_FPS:g} frames per second are assumed, CMU's (--source-fps)",))
    about = f"skeleton {Path(asf).name}, unit {unit}, up is {up}"
    return MotionClip(joints, rate or CMU_FPS, amc.stem, subject_of(amc.stem), about, "ASF", up, notes)


def _head(amc: Path) -> bytes:
    with amc.open("rb") as file:
        return file.read(4096).upper()


def _rate(amc: Path) -> float | None:
    """The frames per second that the AMC says; None if it says none."""
    found = re.search(rb"(?m)^[ \t]*:SAMPLES-PER-SECOND[ \t]+(\S+)", _head(amc))
    rate = float(found[1]) if found else None
    if rate is not None and not 0.1 < rate < 1e4:
        raise ValueError(f":SAMPLES-PER-SECOND is {rate:g}; give the frames per second (--source-fps 120)")
    return rate


def _in_degrees(amc: Path, skeleton: AcclaimSkeleton) -> bool:
    """Whether the AMC's angles are degrees, by the AMC itself or else by the skeleton."""
    head = _head(amc)
    return b":DEGREES" in head or (skeleton.degrees and b":RADIANS" not in head)
