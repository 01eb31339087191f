"""Clips of motion capture: what a reader returns for one file, and many of them joined to one Motion."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from formats.kinematics import resample
from formats.meaning import oddities

from liftkit.data.cameras import Motion
from liftkit.data.people import person_height, upside_down
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


def remarks(clips: Sequence[MotionClip]) -> tuple[list[str], list[str]]:
    """Notes on what was assumed and warnings of what looks wrong, each with the clips that it is about."""
    notes, warnings = {}, {}
    for clip in clips:
        told = [
            *clip.notes,
            *([f"up is {clip.up}, the direction from ankles to head (--up)"] if clip.up != "y" else []),
        ]
        for kind, found in ((notes, told), (warnings, oddities(clip.joints))):
            for text in found:
                kind.setdefault(text, []).append(clip.name)
    if len({clip.up for clip in clips}) > 1 or len({clip.skeleton for clip in clips}) > 1:
        kinds: dict[str, list[str]] = {}
        for clip in clips:
            kinds.setdefault(f"skeleton {clip.skeleton}, up is {clip.up}", []).append(clip.name)
        text = "; ".join(f"{kind} ({_listed(names)})" for kind, names in kinds.items())
        warnings["they differ: " + text] = ["the files"]
    return tuple([f"{_listed(names)}: {text}" for text, names in kind.items()] for kind in (notes, warnings))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def subject_of(stem: str) -> str:
    """The subject in a file name of CMU's form SUBJECT_TRIAL; "" for any other name.

    >>> subject_of("35_01"), subject_of("walk")
    ('35', '')
    """
    match = re.fullmatch(r"(\d+)_\d+", stem)
    return match[1] if match else ""


def find_files(given: Sequence[Path], *suffixes: str) -> list[Path]:
    """The given files and those below given folders, each once, whose names end in one of the suffixes.

    Raises:
        ValueError: if a given file ends in another suffix, or nothing is found.
    """
    found = []
    for path in given:
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        fitting = [file for file in below if file.suffix.lower() in suffixes and not file.is_dir()]
        if not fitting and not path.is_dir():
            raise ValueError(f"{path}: expected a file whose name ends in {' or '.join(suffixes)}, or a folder")
        found += fitting
    if not found:
        raise ValueError(f"{', '.join(map(str, given))}: no {' or '.join(suffixes)} file there")
    return list(dict.fromkeys(found))


def skeleton_of(amc: Path, skeletons: Sequence[Path]) -> Path:
    """The ASF file for an AMC file: the only one, or the one of its subject (35.asf for 35_01.amc).

    Raises:
        ValueError: if there are several and none fits.
    """
    fitting = [asf for asf in skeletons if asf.stem == amc.stem.split("_")[0]]
    if len(skeletons) > 1 and len(fitting) != 1:
        raise ValueError(f"{amc}: expected one {amc.stem.split('_')[0]}.asf among {', '.join(map(str, skeletons))}")
    return fitting[0] if fitting else skeletons[0]


def join_clips(
    clips: Sequence[MotionClip],
    fps: float = 30.0,
    test: Sequence[str] = (),
    actions: Mapping[str, str] | None = None,
    name: str = "motion capture",
) -> Motion:
    """Join clips to one Motion, pelvis at the origin, numbered from 0 in the given order.

    Args:
        fps: frames per second of the result; the clips are resampled.
        test: names of clips or subjects of the test split; all others train.
        actions: clip name -> action; a clip that is not in it is an action of its own name.

    Raises:
        ValueError: if two clips have one name, or ``test`` names neither a clip nor a subject.
    """
    names = [clip.name for clip in clips]
    if not clips or len(set(names)) != len(names):
        raise ValueError(f"expected clips of different names, found {', '.join(names) or 'none'}")
    if unknown := sorted(set(test) - set(names) - {clip.subject for clip in clips}):
        raise ValueError(f"--test {', '.join(unknown)}: no clip or subject of that name; the clips: {', '.join(names)}")
    resampled = [resample(clip.joints, clip.fps, fps) for clip in clips]
    counts = [len(joints) for joints in resampled]
    repeat = lambda labels: np.repeat(list(labels), counts)  # noqa: E731
    return Motion(
        np.concatenate([(joints - joints[:, :1]).astype(np.float32) for joints in resampled]),
        subject=repeat(clip.subject for clip in clips),
        action=repeat((actions or {}).get(name, name) for name in names),
        clip=repeat(range(len(clips))).astype(np.int32),
        frame=np.concatenate([np.arange(count, dtype=np.int32) for count in counts]),
        split=repeat("test" if {clip.name, clip.subject} & set(test) else "train" for clip in clips),
        fps=float(fps),
        name=name,
    )


def read_index(path: str | Path) -> dict[str, str]:
    """Read an index with a line "SUBJECT_TRIAL<TAB>DESCRIPTION" for each clip, as CMU publishes it.

    Other lines are headings and are skipped. Clip names get at least two digits: 2_1 becomes 02_01.

    Returns:
        Clip name -> description.

    Raises:
        ValueError: if the file holds no clip, or one of them twice.
    """
    path = check_file(path, 2**24)
    found: dict[str, str] = {}
    with reading(path):
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
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
