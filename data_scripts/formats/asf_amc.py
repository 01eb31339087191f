"""Acclaim motion (AMC) of a skeleton (ASF), the form in which CMU publishes its database.

An AMC may say its frame rate (:SAMPLES-PER-SECOND); CMU's do not.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from formats.asf import AcclaimSkeleton, read_asf
from formats.clips import MotionClip, person_clip
from formats.joint_maps import CMU_BONES
from formats.kinematics import LARGEST_NUMBER, euler, forward
from formats.meaning import perhaps_radians, skipped, unit_of
from formats.text_numbers import parse_numbers, with_decimal_points

from liftkit.data.people import JointMap, person_height, pick_joints
from liftkit.system.files import check_file, reading

CMU_FPS = 120.0  # of files that do not say it


def read_amc(path: str | Path, skeleton: AcclaimSkeleton) -> dict[str, np.ndarray]:
    """Read the motion of a skeleton from an AMC file.

    Returns:
        Bone -> values (F, number of dof) in the file's order and unit.
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
    """The root's position and the ends of the other bones, (F, K, 3) in the skeleton's unit, in the order of its bones.

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
        return bone.vector + values["root"][part][:, [bone.dof.index(t) for t in ("tx", "ty", "tz")]]

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
    """Read one clip of our 17 joints from a skeleton and its motion, in the skeleton's unit if it says one.

    Args as of :func:`formats.bvh.read_bvh`; the rate is what the AMC says, or CMU's 120.
    """
    amc = Path(amc)
    skeleton = read_asf(asf)
    values = read_amc(amc, skeleton)
    notes = skeleton.notes
    with reading(amc):
        head = _head(amc)
        # What an AMC says counts before what the skeleton says.
        degrees = b":DEGREES" in head or (skeleton.degrees and b":RADIANS" not in head)
        turns = [values[b.name][:, [word[0] == "r" for word in b.dof]].ravel() for b in skeleton.bones if b.dof]
        notes += perhaps_radians(np.concatenate(turns)) if degrees else ()
        points = skipped(pose(skeleton, values, degrees), skip)
        scale = skeleton.mm or scale if scale == "auto" else scale
        names, about = [bone.name for bone in skeleton.bones], f"skeleton {Path(asf).name}"
        if scale == "auto":
            scale = unit_of(person_height(pick_joints(points, names, joint_map)))
            notes += (f"the skeleton says no unit; {scale} by the person's height (--scale)",)
        rate = fps or _rate(head)
        notes += () if rate else (f"{CMU_FPS:g} frames per second are assumed, CMU's (--source-fps)",)
        how = {"scale": scale, "up": up, "about": about, "notes": notes}
        return person_clip(amc, points, names, joint_map, rate or CMU_FPS, "ASF", **how)


def _head(amc: Path) -> bytes:
    """What stands before the first frame, in capitals."""
    with amc.open("rb") as file:
        lines = []
        for line in file:
            if line.strip().isdigit():
                break
            lines.append(line)
    return b"".join(lines).upper()


def _rate(head: bytes) -> float | None:
    """The frames per second that the AMC says; None if it says none."""
    found = re.search(rb"(?m)^[ \t]*:SAMPLES-PER-SECOND[ \t]+(\S+)", head)
    try:
        rate = float(found[1]) if found else None
    except ValueError:
        rate = np.nan
    if rate is not None and not 0.1 < rate < 1e4:
        said = found[1][:20].decode("utf-8", "replace")
        raise ValueError(f":SAMPLES-PER-SECOND is {said}; give the frames per second (--source-fps 120)")
    return rate
