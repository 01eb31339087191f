"""Exercises of lesson 11: your own poses."""

from __future__ import annotations

import numpy as np

from liftkit.course.checking import Pupil, Wrong, as_array
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.keypoints.names import COCO
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import load_record, sample_keypoints
from liftkit.skeleton import H36M_17

MIDDLE = ("pelvis", "spine", "thorax")


def middle_joints(points, score):
    found = np.where(score[:, None] < 0.3, np.nan, points)
    pelvis = (found[11] + found[12]) / 2
    thorax = (found[5] + found[6]) / 2
    return np.stack([pelvis, (pelvis + thorax) / 2, thorax])


def some_points(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """COCO's points of one person in pixels (17, 2), as a camera a little to the side sees them, and scores (17,)."""
    rng = np.random.default_rng(seed)
    points = rng.uniform((380, 150), (560, 850), (len(COCO), 2))
    for name, place in {"left_hip": (510, 480), "right_hip": (430, 500), "left_shoulder": (540, 240)}.items():
        points[COCO.index(name)] = place
    return points.round(1), rng.uniform(0.6, 1, len(COCO)).round(2)


def grade_middle_joints(pupil: Pupil) -> None:
    points, score = some_points(seed=11)
    expected = middle_joints(points, score)
    found = _middle(pupil(points, score))
    for name, mine, right in zip(MIDDLE, found, expected, strict=True):
        off = np.abs(mine - right).max()
        if not off < 1e-3:
            near = COCO[int(np.linalg.norm(points - mine, axis=1).argmin())] if np.isfinite(mine).all() else ""
            where = f" It is the {near}." if near and np.abs(points[COCO.index(near)] - mine).max() < 1e-3 else ""
            if other := [joint for joint, at in zip(MIDDLE, expected, strict=True) if np.abs(mine - at).max() < 1e-3]:
                where = f" It is the {other[0]}: the order is {', '.join(MIDDLE)}."
            raise Wrong(f"The {name} is off by {off:.0f} pixels.{where}")
    # What a detector did not find often stands at (0, 0), with a score near 0; or where it only guesses.
    _expect_lost(pupil, "left_hip", 0.05, at=(0, 0))
    _expect_lost(pupil, "right_shoulder", 0.25)
    points, score = some_points(seed=12)
    score[COCO.index("nose")], score[COCO.index("right_hip")] = 0.05, 0.35
    found = _middle(pupil(points, score))
    if not np.isfinite(found).all():
        raise Wrong("Only the nose is missing, and no joint here needs it (the right hip's score is 0.35), but "
                    f"{np.isnan(found).sum()} numbers are NaN.")  # fmt: skip


def _expect_lost(pupil: Pupil, lost: str, sure: float, at: tuple[float, float] | None = None) -> None:
    """Wrong unless the joints that need the point ``lost`` are NaN, and the one that does not is where it was."""
    points, score = some_points(seed=11)
    expected = middle_joints(points, score)
    points[COCO.index(lost)] = points[COCO.index(lost)] if at is None else at
    score[COCO.index(lost)] = sure
    found, spared = _middle(pupil(points, score)), 2 if lost.endswith("hip") else 0
    words = lost.replace("_", " ")
    for name, mine, right in zip(MIDDLE, found, expected, strict=True):
        if name != MIDDLE[spared] and np.isfinite(mine).any():
            off = np.linalg.norm(mine - right)
            raise Wrong(f"The {words} is missing (score {sure}), so the {name} cannot be had: expected NaN, found "
                        f"{mine.round(0).tolist()}, {off:.0f} pixels from where it was.")  # fmt: skip
    if not np.abs(found[spared] - expected[spared]).max() < 1e-3:
        raise Wrong(f"The {MIDDLE[spared]} does not need the {words}, but without it is {found[spared].tolist()}.")


def _middle(value) -> np.ndarray:
    array = as_array(value)
    if array.shape != (3, 2):
        raise Wrong(f"The result must have the shape (3, 2), found {array.shape}.")
    return array


def least_agreed():
    return H36M_17.names[spread_of_seeds().argmax()]


def spread_of_seeds() -> np.ndarray:
    """(J,): by how much the sample's depths differ between seeds, in the file's pixels."""
    poses, _ = read_keypoints(sample_keypoints())
    return load_record("legs_torso").lift(poses.x2d)[..., 2].std(axis=0).mean(axis=0)


def judge_agreed(found: set[str], expected: set[str]) -> str:
    spread = spread_of_seeds()
    (name,) = found
    return f"Seeds spread by {spread[H36M_17.index(name)]:.0f} pixels there; the largest is {spread.max():.0f}."


EXERCISES = (
    Coding(
        "11.1",
        "The joints that COCO lacks",
        """
        `points` (17, 2) are one person's key points in COCO's order, in pixels, `score` (17,) how sure the detector is:
        numpy. Human3.6M wants a pelvis, a spine and a thorax, which COCO has not. Give the three, in this order, as
        an array (3, 2). The pelvis is midway between the hips, the thorax midway between the shoulders, the spine
        midway between these two. A point with a score below 0.3 is missing; whatever needs it is NaN.
        """,
        (
            "`COCO.index('left_hip')` tells where a point stands (`from liftkit.keypoints.names import COCO`).",
            "Put NaN where the score is low, first of all. Sums and means of NaN are NaN by themselves.",
        ),
        middle_joints,
        grade_middle_joints,
        "Each joint from the two it lies between, and none made up from a point at (0, 0) that nobody saw.",
    ),
    Measuring(
        "11.2",
        "Where do they agree least?",
        """
        Lift the package's sample by all eight seeds of `legs_torso`. At which joint does the depth differ most
        between seeds: the standard deviation over seeds, averaged over the poses? Answer with the joint's name.
        """,
        (
            "`lifter.lift(sample.x2d)[..., 2]` has the shape (seeds, poses, joints). Which axis are the seeds?",
            "`depth.std(axis=0).mean(axis=0)` is a number a joint; `H36M_17.names[...]` names the largest.",
        ),
        least_agreed,
        H36M_17.names,
        judge=judge_agreed,
        because="It ends a limb: what is uncertain about the bones before it adds up there.",
    ),
    Reasoning(
        "11.3",
        "Eight that agree",
        """
        On your film, all eight seeds put the left elbow within 20 mm of each other. There is no truth to look at.
        What may you say?
        """,
        (
            "Eight pupils of the same teacher, with the same book, are asked the same question.",
            "What do all eight seeds share that may be wrong for your film?",
        ),
        {
            "a": (
                "The elbow's depth is right to about 20 mm.",
                "Agreement bounds what differs between seeds, and nothing else. They share the training poses, the "
                "camera's tilt that was assumed and your detector's mistakes, and are wrong together.",
            ),
            "b": (
                "The choice of a seed matters little here; how wrong they all are stays open.",
                "Spread shows what is left to chance in training. An error that all seeds share leaves no spread, so "
                "a small spread is no bound, while a large one is a warning.",
            ),
            "c": (
                "The representation suits this film.",
                "Seeds of a bad representation can agree too: one that always says 0 agrees with itself perfectly.",
            ),
        },
        "b",
    ),
)
