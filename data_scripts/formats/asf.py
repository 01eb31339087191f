"""Acclaim skeletons (ASF): bones, their axes and the values that they have in a motion (AMC).

The file has :units, :root, :bonedata and :hierarchy. With C the rotation of a bone's ``axis`` and M the rotation of its
values in the AMC, the bone is rotated against its parent by C M C^-1, and it ends at ``direction`` times ``length`` in
its own frame. Rotations are about fixed axes in the order written: x comes first in "XYZ" and in "dof rx ry rz"; XYZ is
the order of an axis that says none. A unit of length is 1 / ``length`` inches, so CMU's 0.45 makes it 56.4 mm; it is
unknown without a ``length``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from formats.kinematics import LARGEST_NUMBER, euler
from formats.text_numbers import with_decimal_points

from liftkit.system.files import check_file, reading

INCH = 25.4  # mm
MOST_BONES = 1000


@dataclass
class Bone:
    """A bone of an ASF file."""

    name: str
    vector: np.ndarray = field(default_factory=lambda: np.zeros(3))  # from its beginning to its end
    axis: np.ndarray = field(default_factory=lambda: np.eye(3))  # rotation (3, 3)
    dof: tuple[str, ...] = ()  # the values it has in the AMC, such as "rx"
    order: str = ""  # of its rotations: the axis that turns first comes first
    parent: int = -1  # its index; -1 for the root


@dataclass
class AcclaimSkeleton:
    """An ASF file."""

    bones: list[Bone]  # the root first, every parent before its children
    mm: float | None  # per unit of lengths; None: the file does not say it
    degrees: bool  # whether angles are in degrees
    notes: tuple[str, ...] = ()  # what was assumed


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
        length = float(units.get("length", "1").replace(",", "."))
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
    return Bone("root", place, _axis(turn, letters, skeleton), dof, letters)


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
            vector = np.array(entry["direction"], float) * float(entry["length"][0])
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
