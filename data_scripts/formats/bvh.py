"""BVH motion-capture files of any skeleton: joint positions, and one clip of our 17 joints.

The format (Biovision): HIERARCHY, nested ROOT, JOINT and End Site with OFFSET and CHANNELS; MOTION, Frames, Frame
Time, and a line of numbers a frame. Angles are degrees, and a joint's rotations are multiplied in the order of its
channels. A position channel takes the place of the offset along its axis, at the root and elsewhere, as Blender and
MotionBuilder have it. The format says no unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from formats.clips import Clip, subject_of
from formats.joint_maps import recognise
from formats.kinematics import LARGEST, euler, forward
from formats.numbers import parse_numbers

from liftkit.data.people import JointMap, check_person, person_height, pick_joints
from liftkit.system.files import check_file, reading

UNITS = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4, "CMU (inch / 0.45)": 25.4 / 0.45}  # mm a unit
SHORTEST, TALLEST = 1200.0, 2100.0  # mm: so narrow that no height fits two units
MOST_NODES = 1000


@dataclass
class Node:
    """A joint or an end site: its parent's index, its offset, and its channels such as "yposition", "zrotation"."""

    name: str
    parent: int
    offset: np.ndarray | None = None
    channels: list[str] = field(default_factory=list)
    first: int = 0  # column of the first channel


def parse_hierarchy(text: str) -> list[Node]:
    """The joints and end sites of a BVH hierarchy, a parent before its children. Raises ValueError naming the line."""
    nodes, open_nodes, opened, columns = [], [], True, 0
    text = re.sub(r"(?m)(?:^|(?<=\s))(?:#|//).*", "", text)  # comments
    for line in re.sub("([{}])", r"\n\1\n", text).splitlines():
        word, *rest = line.split() or [""]
        word = word.upper()
        if word in ("ROOT", "JOINT", "END"):
            if (word == "ROOT") == bool(nodes) or (nodes and not open_nodes) or not opened:
                raise ValueError(f"{line.strip()!r}: expected one ROOT, and every JOINT and End Site inside another")
            parent = open_nodes[-1] if open_nodes else -1
            name = f"{nodes[parent].name}:end" if word == "END" else " ".join(rest)
            nodes.append(Node(_unused(name, nodes), parent))
            opened = False
            if len(nodes) > MOST_NODES:
                raise ValueError(f"expected at most {MOST_NODES} joints, found more")
        elif word == "{" and not opened:
            open_nodes.append(len(nodes) - 1)
            opened = True
        elif word == "}" and open_nodes and opened:
            open_nodes.pop()
        elif word == "OFFSET" and open_nodes and opened:
            nodes[open_nodes[-1]].offset = _finite(" ".join(rest).encode(), 3)
        elif word == "CHANNELS" and open_nodes and opened:
            columns = _set_channels(nodes[open_nodes[-1]], rest, columns)
        elif word not in ("", "HIERARCHY"):
            raise ValueError(f"{line.strip()[:80]!r} is no line of a BVH hierarchy, or out of place")
    if not nodes or open_nodes or not opened:
        raise ValueError("the hierarchy has no ROOT, or a brace is missing")
    if absent := [node.name for node in nodes if node.offset is None]:
        raise ValueError(f"expected an OFFSET in {', '.join(absent)}")
    return nodes


def _unused(name: str, nodes: list[Node]) -> str:
    if not name:
        raise ValueError("a ROOT or JOINT has no name")
    taken, count = {node.name for node in nodes}, 2
    while (unused := name if name not in taken else f"{name}{count}") in taken:
        count += 1
    return unused


def _set_channels(node: Node, words: list[str], columns: int) -> int:
    """Give a node its channels, which begin in the given column; the column after them."""
    channels = [word.lower() for word in words[1:]]
    wrong = [c for c in channels if not re.fullmatch("[xyz](position|rotation)", c)]
    if words[:1] != [str(len(channels))] or wrong or len(set(channels)) != len(channels) or node.channels:
        raise ValueError(
            f"{node.name}: expected CHANNELS, their number and as many different names such as Xposition and "
            f"Zrotation, found {' '.join(words)!r}"
        )
    node.channels, node.first = channels, columns
    return columns + len(channels)


def _finite(text: bytes, count: int) -> np.ndarray:
    numbers = parse_numbers(text, count)
    if not (np.abs(numbers) < LARGEST).all():
        raise ValueError(f"expected numbers below {LARGEST:g}, found NaN, infinity or larger ones")
    return numbers


def read_points(path: str | Path) -> tuple[list[str], np.ndarray, float]:
    """The names of the joints and end sites ("NAME:end"), their positions (F, K, 3) and the frames a second.

    Positions are in the file's unit and axes. An end site of length 0 says nothing and is left out. Raises ValueError
    naming the file and the place.
    """
    path = check_file(path)
    content = re.sub(rb"(?m)^[ \t]*(?:#|//).*", b"", path.read_bytes())
    middle = re.search(rb"(?im)^[ \t]*MOTION\s", content)
    if not middle or b"HIERARCHY" not in content[:1000].upper():
        raise ValueError(f"{path}: expected a BVH file with HIERARCHY and MOTION, found {content[:20]!r} ...")
    head, motion = content[: middle.start()], content[middle.end() :]
    with reading(path, "HIERARCHY"):
        nodes = parse_hierarchy(head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    with reading(path, "MOTION"):
        frames, fps, values = _parse_motion(motion, sum(len(node.channels) for node in nodes))
        positions = _pose(nodes, values)
    kept = [k for k, node in enumerate(nodes) if ":end" not in node.name or node.channels or node.offset.any()]
    return [nodes[k].name for k in kept], positions[:, kept], fps


def _parse_motion(motion: bytes, channels: int) -> tuple[int, float, np.ndarray]:
    start = re.match(rb"\s*frames\s*:\s*(\d{1,9})\s+frame\s+time\s*:\s*(\S+)", motion, re.IGNORECASE)
    if not start:
        raise ValueError(f"expected 'Frames: N' and 'Frame Time: SECONDS', found {motion[:60]!r}")
    frames, seconds = int(start[1]), float(start[2])
    if not frames or not channels or not 1e-4 < seconds < 10:
        raise ValueError(f"found {frames} frames of {channels} channels, {seconds} seconds each")
    fps = 1 / seconds
    if abs(fps - round(fps)) < 5e-4 * fps:  # files say 0.0083333 for 120 frames a second; 23.976 is left alone
        fps = float(round(fps))
    try:
        return frames, fps, _finite(motion[start.end() :], frames * channels).reshape(frames, channels)
    except ValueError as error:
        raise ValueError(f"{frames:,} frames of {channels} channels: {error}") from error


def _pose(nodes: list[Node], values: np.ndarray) -> np.ndarray:
    def rotation(k: int, part: slice) -> np.ndarray | None:
        turns = [(c[0], nodes[k].first + i) for i, c in enumerate(nodes[k].channels) if c.endswith("rotation")]
        axes, columns = "".join(axis for axis, _ in turns), [column for _, column in turns]
        return euler(axes, np.radians(values[part][:, columns])) if turns else None

    def translation(k: int, part: slice) -> np.ndarray:
        moves = [("xyz".index(c[0]), nodes[k].first + i) for i, c in enumerate(nodes[k].channels) if "position" in c]
        place = np.tile(nodes[k].offset, (len(values[part]) if moves else 1, 1))
        for axis, column in moves:
            place[:, axis] = values[part, column]
        return place

    return forward([node.parent for node in nodes], rotation, translation, len(values))


def unit_of(height: float) -> str:
    """The name in ``UNITS`` of the unit in which a person as tall as ``height`` (ankle to head along the bones) is of
    human size. Raises ValueError where there is none.

    >>> unit_of(160.0), unit_of(1.6)
    ('cm', 'm')
    """
    fitting = [name for name, mm in UNITS.items() if SHORTEST < height * mm < TALLEST]
    if len(fitting) != 1:
        raise ValueError(
            f"the unit cannot be told: from ankle to head along the bones the person measures {height:.4g}, which is "
            f"{SHORTEST:.0f} to {TALLEST:.0f} mm in none of {', '.join(UNITS)}. Give the scale in mm a unit (--scale)"
        )
    return fitting[0]


def read_bvh(
    path: str | Path, joint_map: JointMap | None = None, scale: float | str = "auto", up: str = "y", skip: int = 0
) -> Clip:
    """One clip of our 17 joints from a BVH file.

    Without a ``joint_map`` the skeleton is recognised by its names (``joint_maps.BVH_MAPS``). ``scale`` is mm a unit;
    "auto" tells it from the person's height among ``UNITS``. ``up`` is the file's vertical axis, "y" or "z". ``skip``
    frames are left out at the start: the CMU conversions by B. Hahne begin with a T-pose. Raises ValueError naming the
    file where something is missing, damaged or of no human size.
    """
    path = Path(path)
    if up not in ("y", "z"):
        raise ValueError(f"up must be y or z, found {up!r}")
    names, points, fps = read_points(path)
    with reading(path):
        skeleton, joint_map = ("own joint map", joint_map) if joint_map else recognise(names)
        joints = pick_joints(points, names, joint_map)[skip:]
        if not len(joints):
            raise ValueError(f"{skip} frames are to be skipped, there are {len(points)}")
        unit = unit_of(person_height(joints)) if scale == "auto" else f"{scale} mm"
        mm = UNITS[unit] if scale == "auto" else float(scale)
        if not 0 < mm < LARGEST:
            raise ValueError(f"the scale must be a positive number of mm a unit, found {scale}")
        joints = joints * mm
        if up == "z":
            joints = np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)
        check_person(joints)
    about = f"skeleton {skeleton}, unit {unit}"
    return Clip(joints, fps, name=path.stem, subject=subject_of(path.stem), about=about)
