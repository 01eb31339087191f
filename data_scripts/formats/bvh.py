"""BVH motion-capture files of any skeleton: joint positions, and one clip of our 17 joints.

The format (Biovision): HIERARCHY, nested ROOT, JOINT and End Site with OFFSET and CHANNELS; MOTION, Frames, Frame
Time, and a line of numbers per frame. Angles are degrees, and a joint's rotations are multiplied in the order of its
channels. A position channel replaces the offset along its axis, at the root and elsewhere, as in Blender and
MotionBuilder; in a file whose positions are nearer to zero than to the offsets they are added. The format does not
define a unit, axes or the place of a person's joints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from formats.clips import MotionClip, person_clip
from formats.joint_maps import match_skeleton, spine_half_way
from formats.kinematics import LARGEST_NUMBER, euler, forward
from formats.meaning import perhaps_radians, skipped
from formats.text_numbers import parse_numbers, with_decimal_points

from liftkit.data.people import JointMap
from liftkit.system.files import check_file, reading

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
            nodes[open_nodes[-1]].offset = _small(parse_numbers(" ".join(rest).encode(), 3))
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


def _small(numbers: np.ndarray, per_frame: int = 0) -> np.ndarray:
    if len(bad := np.flatnonzero(~(np.abs(numbers) < LARGEST_NUMBER))):
        frame = f" in frame {bad[0] // per_frame + 1}" if per_frame else ""
        raise ValueError(f"expected numbers below {LARGEST_NUMBER:g}, found NaN, infinity or larger ones{frame}")
    return numbers


class Points(NamedTuple):
    """Named points of a BVH file."""

    names: list[str]
    points: np.ndarray  # (F, K, 3) in the file's unit and axes
    fps: float
    parents: list[int]  # -1 for the root
    notes: tuple[str, ...]  # what was assumed


def read_points(path: str | Path, fps: float | None = None) -> Points:
    """Read names and positions of the joints and end sites ("NAME:end"); end sites of length 0 are left out.

    Args:
        fps: frames per second, in place of the file's.
    """
    path = check_file(path)
    content = re.sub(rb"(?m)^[ \t]*(?:#|//).*", b"", path.read_bytes())
    middle = re.search(rb"(?im)^[ \t]*MOTION\s", content)
    if not middle or b"HIERARCHY" not in content[:1000].upper():
        raise ValueError(f"{path}: expected a BVH file with HIERARCHY and MOTION, found {content[:20]!r} ...")
    head, motion = content[: middle.start()], content[middle.end() :]
    with reading(path, "HIERARCHY"):
        text = with_decimal_points(head.removeprefix(b"\xef\xbb\xbf")).decode("utf-8", "replace")
        nodes = parse_hierarchy(text)
    with reading(path, "MOTION"):
        found, values = _parse_motion(with_decimal_points(motion), sum(len(node.channels) for node in nodes), fps)
        added = _added(nodes, values)
        positions = _pose(nodes, values, added)
    kept = [k for k, node in enumerate(nodes) if ":end" not in node.name or node.channels or node.offset.any()]
    parents = [kept.index(nodes[k].parent) if k else -1 for k in kept]
    notes = ("joint positions are added to the offsets",) if added else ()
    notes += perhaps_radians(values[:, [c.endswith("rotation") for node in nodes for c in node.channels]])
    return Points([nodes[k].name for k in kept], positions[:, kept], found, parents, notes)


def _parse_motion(motion: bytes, channels: int, fps: float | None) -> tuple[float, np.ndarray]:
    """Frames per second and the values (F, channels)."""
    start = re.match(rb"\s*frames\s*:\s*(\d{1,9})\s+frame\s+time\s*:\s*(\S+)", motion, re.IGNORECASE)
    if not start:
        raise ValueError(f"expected 'Frames: N' and 'Frame Time: SECONDS', found {motion[:60]!r}")
    frames, seconds = int(start[1]), float(start[2].replace(b",", b"."))
    if not frames or not channels:
        raise ValueError(f"found {frames} frames of {channels} channels")
    if fps is None and not 1e-4 < seconds < 1:
        raise ValueError(f"the frame time is {seconds:g} seconds; give the frames per second (--source-fps 30)")
    numbers = _small(parse_numbers(motion[start.end() :], per_frame=channels), channels)
    if len(numbers) != frames * channels:
        whole, rest = divmod(len(numbers), channels)
        rest = f" and {rest} numbers" if rest else ""
        raise ValueError(
            f"expected {frames:,} frames of {channels} channels, found {whole:,} whole frames{rest}; is the file cut "
            "short, or its line 'Frames:' wrong?"
        )
    return fps or _rate(1 / seconds), numbers.reshape(frames, channels)


def _rate(fps: float) -> float:
    """Files say 0.0083333 for 120 frames per second; 23.976 is left alone."""
    return float(round(fps)) if abs(fps - round(fps)) < 5e-4 * fps else fps


def _moves(node: Node) -> list[tuple[int, int]]:
    """(axis, column) of a node's position channels."""
    return [("xyz".index(c[0]), node.first + i) for i, c in enumerate(node.channels) if c.endswith("position")]


def _added(nodes: list[Node], values: np.ndarray) -> bool:
    """Whether the positions of joints below the root are nearer to zero than to the offsets."""
    near_zero = near_offset = 0.0
    for node in nodes[1:]:
        for axis, column in _moves(node):
            near_zero += np.abs(values[:, column]).mean()
            near_offset += np.abs(values[:, column] - node.offset[axis]).mean()
    return near_zero < near_offset


def _pose(nodes: list[Node], values: np.ndarray, added: bool = False) -> np.ndarray:
    def rotation(k: int, part: slice) -> np.ndarray | None:
        turns = [(c[0], nodes[k].first + i) for i, c in enumerate(nodes[k].channels) if c.endswith("rotation")]
        axes, columns = "".join(axis for axis, _ in turns), [column for _, column in turns]
        return euler(axes, np.radians(values[part][:, columns])) if turns else None

    def translation(k: int, part: slice) -> np.ndarray:
        moves = _moves(nodes[k])
        place = np.tile(nodes[k].offset, (len(values[part]) if moves else 1, 1))
        for axis, column in moves:
            place[:, axis] = values[part, column] + (nodes[k].offset[axis] if added and k else 0)
        return place

    return forward([node.parent for node in nodes], rotation, translation, len(values), values=values.size)


def read_bvh(
    path: str | Path, joint_map: JointMap | None = None, fps: float | None = None, skip: int = 0, **how
) -> MotionClip:
    """Read one clip of our 17 joints from a BVH file.

    Args:
        joint_map: our joint -> the file's; default: matched by the names, the spine by its place.
        fps: frames per second, in place of the file's.
        skip: frames to leave out at the start; the CMU conversions by B. Hahne begin with a T-pose.
        how: ``scale``, ``up``, ``left_handed``, as of :func:`formats.clips.person_clip`.
    """
    path = Path(path)
    names, points, fps, parents, notes = read_points(path, fps)
    with reading(path):
        points, skeleton = skipped(points, skip), "own joint map"
        if not joint_map:
            skeleton, joint_map = match_skeleton(names)
            joint_map, note = spine_half_way(points, names, parents, joint_map)
            notes += note
        about = f"skeleton {skeleton}, spine {joint_map['spine']}"
        return person_clip(path, points, names, joint_map, fps, skeleton, about=about, notes=notes, **how)
