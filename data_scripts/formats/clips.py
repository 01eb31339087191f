"""Clips of motion capture: what a reader returns for one file, and many of them joined to one Motion."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from formats.kinematics import resample
from formats.meaning import oddities, scaled, turned

from liftkit.data.cameras import Motion
from liftkit.data.people import JointMap, check_person, person_height, pick_joints, upside_down
from liftkit.system.files import check_file, reading


@dataclass(frozen=True, eq=False)
class MotionClip:
    """One clip of one person."""

    joints: np.ndarray  # (F, 17, 3) in mm, y up, right-handed, anywhere in the room
    fps: float  # frames per second
    name: str
    subject: str
    about: str = ""  # what was found, such as the unit
    skeleton: str = ""  # how its joints were recognised
    up: str = "y"  # the file's vertical axis
    notes: tuple[str, ...] = ()  # what was assumed
    action: str = ""  # "": its name
    split: str = "train"

    def describe(self) -> str:
        """One line about what was found."""
        return (
            f"{self.name}: {len(self.joints):,} frames at {self.fps:g} per second, ankle to head "
            f"{person_height(self.joints):.0f} mm, upright in {self.upright:.0%} of them; {self.about}"
        )

    @property
    def upright(self) -> float:
        """The share of frames in which the head is above both ankles."""
        return 1 - float(np.mean(upside_down(-self.joints)))


def person_clip(
    path: Path, points: np.ndarray, names: Sequence[str], joint_map: JointMap, fps: float, skeleton: str,
    scale: float | str = "auto", up: str = "auto", left_handed: bool = False, about: str = "", notes: tuple = (),
) -> MotionClip:  # fmt: skip
    """One clip of our 17 joints out of named points (F, K, 3) of a file.

    Args:
        joint_map: our joint -> name, or names whose mean is taken.
        scale: mm per unit; "auto" takes the one of ``meaning.UNITS`` that fits the person's height.
        up: the file's vertical axis, see :func:`meaning.turned`.
        left_handed: the file's axes are left-handed.
    """
    joints, unit = scaled(pick_joints(points, names, joint_map), scale)
    joints, up, found = turned(joints, up, left_handed)
    check_person(joints)
    about = f"{about or f'skeleton {skeleton}'}, unit {unit}, up is {up}"
    return MotionClip(joints, fps, path.stem, subject_of(path.stem), about, skeleton, up, (*notes, *found))


def remarks(clips: Sequence[MotionClip]) -> tuple[list[str], list[str]]:
    """Notes on what was assumed and warnings of what looks wrong, each with the clips that it is about."""
    notes, warnings = {}, {}
    for clip in clips:
        for kind, found in ((notes, clip.notes), (warnings, oddities(clip.joints))):
            for text in found:
                kind.setdefault(text, []).append(clip.name)
    kinds: dict[str, list[str]] = {}
    for clip in clips:
        kinds.setdefault(f"skeleton {clip.skeleton}, up is {clip.up}", []).append(clip.name)
    same: dict[int, list[str]] = {}
    for clip in clips:
        same.setdefault(hash(clip.joints.tobytes()), []).append(clip.name)
    for names in same.values():
        if len(set(names)) > 1:
            warnings.setdefault("they hold the same motion", []).extend(names)
    if len(kinds) > 1:
        text = "; ".join(f"{kind} ({listed(names)})" for kind, names in kinds.items())
        warnings[f"they are read differently: {text}"] = ["the files"]
    return tuple([f"{listed(names)}: {text}" for text, names in kind.items()] for kind in (notes, warnings))


def told_apart(clips: Sequence[MotionClip], files: Sequence[Path]) -> list[MotionClip]:
    """Clips of different names: if two files have one name, the folders belong to all names and are the subjects."""
    if len({clip.name for clip in clips}) == len(clips):
        return list(clips)
    places = [file.resolve().with_suffix("") for file in files]
    common = Path(os.path.commonpath([place.parent for place in places]))
    places = [place.relative_to(common) for place in places]
    if double := [str(file) for file, place in zip(files, places, strict=True) if places.count(place) > 1]:
        raise ValueError(f"expected clips of different names, found {listed(double)}; rename one or leave it out")
    note = ("files of one name are told apart by their folders, which are their subjects",)
    clips = [replace(clip, notes=clip.notes + note) for clip in clips]
    return [
        replace(clip, name=place.as_posix(), subject=place.parts[0] if len(place.parts) > 1 else clip.subject)
        for clip, place in zip(clips, places, strict=True)
    ]


def labelled(clips: Sequence[MotionClip], index: Mapping[str, Mapping[str, str]]) -> tuple[list[MotionClip], list[str]]:
    """Clips with the labels of an index, by name or by its first pattern that fits, and the names it does not have."""
    patterns = [key for key in index if set(key) & set("*?[")]
    found = {}
    for clip in clips:
        fitting = [clip.name] if clip.name in index else [key for key in patterns if fnmatchcase(clip.name, key)]
        if fitting:
            found[clip.name] = index[fitting[0]]
    labels = [replace(clip, **{key: text for key, text in found.get(clip.name, {}).items() if text}) for clip in clips]
    return labels, [clip.name for clip in clips if clip.name not in found]


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def subject_of(stem: str) -> str:
    """The subject in a file name of CMU's form SUBJECT_TRIAL; "" for any other name.

    >>> subject_of("35_01"), subject_of("walk")
    ('35', '')
    """
    match = re.fullmatch(r"(\d+)_\d+", stem)
    return match[1] if match else ""


_ARRAY = "write its joints to a numpy array (frames, joints, 3), which `arrays` reads"
# Other files that people have: suffix -> what to do.
FOREIGN = {
    ".c3d": ". This is C3D, which `c3d` reads",
    ".bvh": ". This is BVH, which `bvh` reads",
    ".amc": ". This is Acclaim motion, which `asf` reads with its .asf",
    ".npz": ". This is a file of arrays, which `arrays` or `positions` reads",
    ".skeleton": f". This is NTU RGB+D, 25 Kinect joints: {_ARRAY} (--order kinect25 --unit m)",
    ".trc": f". This is TRC, a table of points: {_ARRAY}",
    ".mat": f". This is MATLAB (HumanEva, MPI-INF-3DHP): mpi_inf_3dhp.py reads the latter; of others, {_ARRAY}",
    **dict.fromkeys((".fbx", ".glb", ".gltf", ".usd"), ". This is a scene; export its motion as BVH, as Blender does"),
    **dict.fromkeys((".mp4", ".avi", ".mov"), ". This is a film; run a detector first, then `liftkit lift`"),
}
FOREIGN[".pkl"] = FOREIGN[".npy"] = FOREIGN[".json"] = FOREIGN[".npz"]


def find_files(given: Sequence[Path], *suffixes: str) -> list[Path]:
    """The given files and those below given folders, each once, whose names end in one of the suffixes; never none."""
    found = []
    for path in given:
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        fitting = [file for file in below if file.suffix.lower() in suffixes and not file.is_dir()]
        if not fitting and not path.is_dir():
            known = FOREIGN.get(path.suffix.lower(), "")
            raise ValueError(f"{path}: expected a file whose name ends in {' or '.join(suffixes)}, or a folder{known}")
        found += fitting
    if not found:
        raise ValueError(f"{', '.join(map(str, given))}: no {' or '.join(suffixes)} file there")
    return list(dict.fromkeys(found))


def skeleton_of(amc: Path, skeletons: Sequence[Path]) -> Path:
    """The ASF file for an AMC file: the only one, or the one of its subject (35.asf for 35_01.amc); else ValueError."""
    fitting = [asf for asf in skeletons if asf.stem == amc.stem.split("_")[0]]
    if len(skeletons) > 1 and len(fitting) != 1:
        raise ValueError(f"{amc}: expected one {amc.stem.split('_')[0]}.asf among {', '.join(map(str, skeletons))}")
    return fitting[0] if fitting else skeletons[0]


def join_clips(
    clips: Sequence[MotionClip], fps: float = 30.0, test: Sequence[str] = (), name: str = "motion capture"
) -> Motion:
    """Join clips to one Motion, pelvis at the origin, numbered from 0 in the given order.

    ``test``: names of clips or subjects of the test split, or patterns such as "*_subject5"; others keep theirs.
    """
    names = [clip.name for clip in clips]
    if not clips or len(set(names)) != len(names):
        raise ValueError(f"expected clips of different names, found {', '.join(names) or 'none'}")
    fits = lambda clip, key: any(text == key or fnmatchcase(text, key) for text in (clip.name, clip.subject))  # noqa: E731
    if unknown := sorted(key for key in test if not any(fits(clip, key) for clip in clips)):
        raise ValueError(f"--test {', '.join(unknown)}: no clip or subject of that name; the clips: {listed(names)}")
    tested = {clip.name for clip in clips if any(fits(clip, key) for key in test)}
    resampled = [resample(clip.joints, clip.fps, fps) for clip in clips]
    counts = [len(joints) for joints in resampled]
    repeat = lambda labels: np.repeat(list(labels), counts)  # noqa: E731
    return Motion(
        np.concatenate([(joints - joints[:, :1]).astype(np.float32) for joints in resampled]),
        subject=repeat(clip.subject for clip in clips),
        action=repeat(clip.action or clip.name for clip in clips),
        clip=repeat(range(len(clips))).astype(np.int32),
        frame=np.concatenate([np.arange(count, dtype=np.int32) for count in counts]),
        split=repeat("test" if clip.name in tested else clip.split for clip in clips),
        fps=float(fps),
        name=name,
    )


LABELS, SPLITS = ("action", "subject", "split"), ("train", "test")


def read_labels(path: str | Path) -> dict[str, dict[str, str]]:
    """Read an index of clips, CMU's (see :func:`read_index`) or a table: clip -> its labels.

    The table has the columns "clip" (a name, or a pattern such as "walk*_subject?", for the clips that no name and no
    pattern before it fits) and any of "action", "subject" and "split" (train or test), separated by tabs, semicolons or
    commas.
    """
    path = check_file(path, 2**24)
    with reading(path):
        lines = _lines(path)
        separator = next((s for s in "\t;," if s in (lines or [""])[0]), "\t")
        heading = [word.strip().lower() for word in (lines or [""])[0].split(separator)]
        if "clip" not in heading:
            return {clip: {"action": action} for clip, action in read_index(path).items()}
        if unknown := set(heading) - {"clip", *LABELS}:
            raise ValueError(f"expected the columns clip, {', '.join(LABELS)}, found {', '.join(sorted(unknown))}")
        found: dict[str, dict[str, str]] = {}
        for number, row in enumerate(csv.reader(lines[1:], delimiter=separator), start=2):
            if not any(row):
                continue
            labels = dict(zip(heading, map(str.strip, row), strict=False))
            clip = labels.pop("clip", "")
            if len(row) != len(heading) or not clip or clip in found or labels.get("split", "") not in ("", *SPLITS):
                raise ValueError(f"line {number}: expected {', '.join(heading)}, each clip once, split train or test")
            found[clip] = labels
        if not found:
            raise ValueError("expected a line for each clip below the heading, found none")
        return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"expected text in UTF-8 (in Excel: CSV UTF-8), found another encoding: {error}") from error


def read_index(path: str | Path) -> dict[str, str]:
    """Read an index with a line "SUBJECT_TRIAL<TAB>DESCRIPTION" for each clip, as CMU publishes it: clip -> text.

    Other lines are headings and are skipped. Clip names get at least two digits: 2_1 becomes 02_01.
    """
    path = check_file(path, 2**24)
    found: dict[str, str] = {}
    with reading(path):
        for number, line in enumerate(_lines(path), start=1):
            match = re.match(r"(\d{1,3})_(\d{1,3})\s+(\S.*)", line.strip())
            if not match:
                continue
            clip = f"{int(match[1]):02d}_{int(match[2]):02d}"
            if clip in found:
                raise ValueError(f"line {number}: clip {clip} occurs twice")
            found[clip] = match[3].split("\t")[0].strip()
        if not found:
            raise ValueError("expected lines 'SUBJECT_TRIAL<TAB>DESCRIPTION', found none")
    return found
