"""BVH motion-capture files of any skeleton: joint positions, and one clip of our 17 joints.

The format (Biovision): HIERARCHY, nested ROOT, JOINT and End Site with OFFSET and CHANNELS; MOTION, Frames, Frame
Time, and a line of numbers per frame. Angles are degrees, and a joint's rotations are multiplied in the order of its
channels. A position channel replaces the offset along its axis, at the root and elsewhere, as in Blender and
MotionBuilder. The format does not define a unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from formats.clips import MotionClip, subject_of
from formats.joint_maps import match_skeleton
from formats.kinematics import LARGEST_NUMBER, euler, forward
from formats.text_numbers import parse_numbers

from liftkit.data.people import JointMap, check_person, person_height, pick_joints
from liftkit.system.files import check_file, reading

UNITS = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4, "CMU (inch / 0.45)": 25.4 / 0.45}  # mm per unit
HEIGHTS = (1200.0, 2100.0)  # mm from ankle to head: so narrow that no height fits two units
MOST_NODES = 1000


@dataclass
class Node:
    """A joint or an end site."""

    name: str
    parent: int  # its index
    offset: np.ndarray | None = None
    channels: list[str] = field(default_factory=list)  # such as "yposition", "zrotation"
    first: int = 0  # column of the first channel


def parse_hierarchy(text: str) -> list[Node]:
    """Parse a BVH hierarchy into joints and end sites, parents before children; ValueError names the line."""
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
            raise ValueError(f"{line.strip()[:80]!r} is not a line of a BVH hierarchy, or out of place")
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
    """Set a node's channels, which begin in the given column; return the column after them."""
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
    if not (np.abs(numbers) < LARGEST_NUMBER).all():
        raise ValueError(f"expected numbers below {LARGEST_NUMBER:g}, found NaN, infinity or larger ones")
    return numbers


def read_points(path: str | Path) -> tuple[list[str], np.ndarray, float]:
    """Read names and positions of the joints and end sites ("NAME:end"); end sites of length 0 are left out.

    Returns:
        The K names, their positions (F, K, 3) in the file's unit and axes, and the frames per second.

    Raises:
        ValueError: names the file and the place.
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
    if abs(fps - round(fps)) < 5e-4 * fps:  # files say 0.0083333 for 120 frames per second; 23.976 is left alone
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
    """The unit (a name in ``UNITS``) in which a person of this height, ankle to head along the bones, has human size.

    Raises:
        ValueError: if there is none.

    >>> unit_of(160.0), unit_of(1.6)
    ('cm', 'm')
    """
    low, high = HEIGHTS
    fitting = [name for name, mm in UNITS.items() if low < height * mm < high]
    if len(fitting) != 1:
        raise ValueError(
            f"the unit is unknown: from ankle to head along the bones the person measures {height:.4g}, which is "
            f"{low:.0f} to {high:.0f} mm in none of {', '.join(UNITS)}. Give the scale in mm per unit (--scale)"
        )
    return fitting[0]


def read_bvh(
    path: str | Path, joint_map: JointMap | None = None, scale: float | str = "auto", up: str = "y", skip: int = 0
) -> MotionClip:
    """Read one clip of our 17 joints from a BVH file.

    Args:
        joint_map: our joint -> the file's; default: the first of ``joint_maps.BVH_MAPS`` that matches the names.
        scale: mm per unit; "auto" takes that of ``UNITS`` that fits the person's height.
        up: the file's vertical axis, "y" or "z".
        skip: frames to leave out at the start; the CMU conversions by B. Hahne begin with a T-pose.

    Raises:
        ValueError: names the file if something is missing, damaged or not of human size.
    """
    path = Path(path)
    if up not in ("y", "z"):
        raise ValueError(f"up must be y or z, found {up!r}")
    names, points, fps = read_points(path)
    with reading(path):
        skeleton, joint_map = ("own joint map", joint_map) if joint_map else match_skeleton(names)
        joints = pick_joints(points, names, joint_map)[skip:]
        if not len(joints):
            raise ValueError(f"expected more than the {skip} frames that are skipped, found {len(points)}")
        unit = unit_of(person_height(joints)) if scale == "auto" else f"{scale} mm"
        mm = UNITS[unit] if scale == "auto" else float(scale)
        if not 0 < mm < LARGEST_NUMBER:
            raise ValueError(f"the scale must be a positive number of mm per unit, found {scale}")
        joints = joints * mm
        if up == "z":
            joints = np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)
        check_person(joints)
    about = f"skeleton {skeleton}, unit {unit}"
    return MotionClip(joints, fps, name=path.stem, subject=subject_of(path.stem), about=about)
