"""What readers share: errors that name file and place, joints by name, and a check that a person is of human size."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from liftkit.files import expect_file
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17

# Our joint's name -> the name in the source, or several names, whose mean is taken.
JointMap = Mapping[str, str | Sequence[str]]

SHORTEST, TALLEST = 900.0, 2400.0  # mm from the lower ankle to the head, of a person who stands straight
# Whose lengths add up to a person's height: a leg, the trunk, the head.
CHAIN = ("right_ankle", "right_knee", "right_hip", "pelvis", "spine", "thorax", "neck", "head")
LONGEST = 1000  # characters of what a parser says: some quote the file
LARGEST_FILE = 2 * 2**30  # bytes of one file, or one member of an archive, after decompression


@contextmanager
def reading(path: str | Path, place: str = "") -> Iterator[None]:
    """Turn whatever goes wrong inside into a ValueError that begins with the file and the place in it.

    Parsers of foreign files raise many kinds of errors for damaged ones; a reader's caller meets one.
    """
    where = f"{path}: {place}: " if place else f"{path}: "
    try:
        yield
    except Exception as error:
        if isinstance(error, ValueError) and str(error).startswith(str(path)):
            raise
        raise ValueError(f"{where}{str(error)[:LONGEST] or type(error).__name__}") from error


def check_file(path: str | Path, limit: int = LARGEST_FILE) -> Path:
    """The path of a file that is there, not empty and not larger than ``limit`` bytes; else ValueError."""
    path = expect_file(path)
    size = path.stat().st_size
    if not 0 < size <= limit:
        raise ValueError(f"{path}: expected 1 to {limit:,} bytes, found {size:,}")
    return path


def parse_numbers(text: bytes, count: int) -> np.ndarray:
    """``count`` numbers separated by white space, in float64, at the speed of numpy.

    Raises ValueError on a word that is no number and on another count. "nan" and "inf" are numbers here.

    >>> parse_numbers(b"1 2.5\\n-3e2", 3).tolist()
    [1.0, 2.5, -300.0]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy warns at the first word that is no number
        try:
            numbers = np.fromstring(text, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise ValueError(f"expected {count:,} numbers, found a word among them") from error
    if len(numbers) != count:
        raise ValueError(f"expected {count:,} numbers, found {len(numbers):,}")
    return numbers


def pick_joints(points: np.ndarray, names: Sequence[str], mapping: JointMap) -> np.ndarray:
    """(F, K, d) points of a source with K ``names`` -> (F, 17, d) in Human3.6M's order.

    Raises ValueError naming the joints that the mapping or the source lacks.
    """
    place = {name: k for k, name in enumerate(names)}
    if len(place) != len(names) or points.shape[1] != len(names):
        raise ValueError(f"expected {points.shape[1]} different joint names, found {len(place)} in {len(names)}")
    if missing := [joint for joint in H36M_17.names if joint not in mapping]:
        raise ValueError(f"the joint map has no {', '.join(missing)}")
    if unknown := [joint for joint in mapping if joint not in H36M_17.names]:
        raise ValueError(f"the joint map names unknown joints: {', '.join(unknown)}")
    sources = [(m,) if isinstance(m := mapping[joint], str) else tuple(m) for joint in H36M_17.names]
    if absent := sorted({name for source in sources for name in source if name not in place}):
        raise ValueError(f"it has no joint {', '.join(absent)}; it has {', '.join(names)}")
    with np.errstate(over="ignore", invalid="ignore"):  # the mean of huge numbers or NaN
        return np.stack([points[:, [place[name] for name in source]].mean(1) for source in sources], axis=1)


def person_height(joints: np.ndarray) -> float:
    """The median over frames (F, 17, 3) of the length of the chain ankle, knee, hip, pelvis, ..., head, in its unit."""
    chain = [H36M_17.index(joint) for joint in CHAIN]
    with np.errstate(over="ignore", invalid="ignore"):  # huge numbers have a huge height
        return float(np.median(np.linalg.norm(np.diff(joints[:, chain], axis=1), axis=-1).sum(1)))


def upside_down(points: np.ndarray) -> np.ndarray:
    """(F,) whether the head is below both ankles, of points (F, 17, d) whose y points down.

    >>> upside_down(np.zeros((1, 17, 2))).tolist()
    [False]
    """
    y = {name: points[:, H36M_17.index(name), 1] for name in ("head", "left_ankle", "right_ankle")}
    return y["head"] > np.maximum(y["left_ankle"], y["right_ankle"])


def check_person(joints: np.ndarray, what: str = "joints") -> None:
    """Raise ValueError unless joints (F, 17, 3) are finite and a person is as tall as people are, in mm."""
    if not len(joints):
        raise ValueError(f"{what} hold no frame")
    bad = np.flatnonzero(~np.isfinite(joints).all((1, 2)))
    if len(bad):
        raise ValueError(f"{what} must be finite, found NaN or infinity in {len(bad)} frames, first {bad[0]}")
    height = person_height(joints)
    if not SHORTEST < height < TALLEST:
        raise ValueError(
            f"{what} must be in millimetres: expected {SHORTEST:.0f} to {TALLEST:.0f} from ankle to head along the "
            f"bones, found {height:.4g}"
        )


def camera_poses(x2d: np.ndarray, x3d: np.ndarray, frames: np.ndarray, name: str, **labels) -> PoseSet:
    """A PoseSet in pixels of what one camera saw: 3D (F, 17, 3) in its frame, in mm, anywhere; a label is one or F."""
    labels = {field: np.broadcast_to(value, len(frames)) for field, value in labels.items()}
    with np.errstate(over="ignore", invalid="ignore"):  # a PoseSet refuses what is not finite
        x2d, x3d = np.asarray(x2d, np.float32), (x3d - x3d[:, :1]).astype(np.float32)
    return PoseSet(x2d, x3d, frame=frames, **labels, units="px", name=name)


def check_agreement(x2d: np.ndarray, x3d: np.ndarray) -> None:
    """Raise ValueError unless 2D (F, 17, 2) and 3D (F, 17, 3), camera frame, go right and down together.

    It finds axes that point the other way and, in most clips, left and right exchanged in one of the two.
    """
    for axis, towards in enumerate(("right", "down")):
        with np.errstate(over="ignore", invalid="ignore"):  # huge numbers agree in nothing, or a PoseSet refuses them
            flat, solid = ((x[..., axis] - x[:, :1, axis]).ravel().astype(float) for x in (x2d, x3d))
            agreement = flat @ solid
        if not agreement > 0:
            raise ValueError(f"2D and 3D must agree in what goes {towards}: one of them has other axes or joints")
