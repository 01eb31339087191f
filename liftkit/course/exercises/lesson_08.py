"""Exercises of lesson 08: what does a lifted depth depend on?"""

from __future__ import annotations

import numpy as np

from liftkit import intervention
from liftkit.course.checking import Pupil, Wrong, expect_shape
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.course.exercises.lesson_01 import some_poses
from liftkit.data.datasets import load_poses
from liftkit.recorded import load_record, record_names
from liftkit.representations import REPRESENTATIONS
from liftkit.skeleton import H36M_17

LEGS = [H36M_17.index(joint) for joint in REPRESENTATIONS["legs_torso"].segments[0].owns]
REST = [joint for joint in range(len(H36M_17)) if joint not in LEGS]


def with_legs_of(x2d, other):
    legs = [i for i, name in enumerate(H36M_17.names) if name.endswith(("hip", "knee", "ankle"))]
    mixed = x2d.copy()
    mixed[legs] = other[legs] - other[0] + x2d[0]
    return mixed


def grade_with_legs_of(pupil: Pupil) -> None:
    one, other = some_poses(2, seed=8)[..., :2] + [[[400.0, 300.0]], [[650.0, 420.0]]]  # not centred on the pelvis
    mixed = expect_shape(pupil(one, other), (17, 2), "the mixed pose")
    moved = np.linalg.norm(mixed - one, axis=-1)
    if moved[REST].max() > 1e-3:
        joint = REST[int(moved[REST].argmax())]
        raise Wrong(f"The {H36M_17.names[joint]} is no leg, but it moved by {moved[joint]:.0f} pixels.")
    if (still := [joint for joint in LEGS if moved[joint] < 1e-3]) or not moved[LEGS].all():
        raise Wrong(f"Still the first person's: {', '.join(H36M_17.names[joint] for joint in still)}.")
    off = np.linalg.norm((mixed - mixed[0]) - (other - other[0]), axis=-1)[LEGS]
    if off.max() > 1e-3:
        raise Wrong(f"The legs hang {off.max():.0f} pixels off: put them at the first person's pelvis, as far from it "
                    "as they were from their own.")  # fmt: skip


def deaf_to_legs():
    poses = load_poses("synthetic").test.select(slice(None, None, 80))
    moved = {name: intervention(load_record(name), poses, "legs_torso").table() for name in record_names()}
    torso = list(REPRESENTATIONS["legs_torso"].segments[1].owns)
    return {name for name, table in moved.items() if table.loc["legs", torso].max() == 0}


def judge_deaf(found: set[str], expected: set[str]) -> str:
    poses, torso = load_poses("synthetic").test.select(slice(None, None, 80)), REPRESENTATIONS["legs_torso"].segments[1]
    for name in sorted(found - expected):
        mm = intervention(load_record(name), poses, "legs_torso").table().loc["legs", list(torso.owns)].mean()
        return f"With other legs, the torso that {name} lifts moves by {mm:.0f} mm on average."
    return f"There are {len(expected)} such representations; yours are {len(found)} of them."


EXERCISES = (
    Coding(
        "08.1",
        "An intervention by hand",
        """
        `x2d` and `other` are 2D poses (17, 2) of two people in the same image, numpy, in pixels. Give the first
        person the second one's legs (hips, knees and ankles): each leg joint as far from the pelvis, and in the same
        direction, as it is in `other`. Everything else stays.
        """,
        (
            "`H36M_17.names` (`from liftkit import H36M_17`) tells which joints are legs. Where would they be if you "
            "only copied their coordinates?",
            "`other[legs] - other[0]` is where legs are relative to a pelvis; add the pelvis that they hang from.",
        ),
        with_legs_of,
        grade_with_legs_of,
        "Legs of another, hung from the same pelvis, nothing else moved. Whatever a lifter now says of the arms that "
        "it did not say before, it has from the legs.",
    ),
    Measuring(
        "08.2",
        "Whose torso never answers the legs?",
        """
        Swap the legs in the test poses, at an unchanged scale, and lift again. In which of the recorded
        representations does no depth of the torso move at all, not by the smallest number, whatever the seed? Answer
        with a set of names, such as `{"full", "five_parts"}`.
        """,
        (
            "`intervention(run, poses, 'legs_torso')` swaps the legs, then the torso, and measures each depth.",
            "`.values` (seeds, halves, joints) holds it for each seed. The first half is the legs; the last ten joints "
            "are the torso. Is the largest of these numbers 0?",
        ),
        deaf_to_legs,
        tuple(sorted(record_names())),
        judge=judge_deaf,
        because="It is no merit of the training: where nothing is shared there is no way from a leg to the torso.",
    ),
    Reasoning(
        "08.3",
        "Whose arms can you trust?",
        """
        Two lifters, judged on people whose legs and torso are independent. Of lifter A the correlation of lifted torso
        depths with the legs' 2D places is no more than chance gives (R² 0.01), and they move by 40 mm when the legs
        are swapped. Of lifter B, cut into independent segments, the correlation is above chance (R² 0.04), and they
        move by 0 mm. Somebody with a splint, whose legs stand as no legs of the training people do, comes before the
        camera. The scale of the pose is taken from the torso alone. Whose lifted arms will the legs not disturb?
        """,
        (
            "Which of the two numbers comes from changing the legs, and which from watching them?",
            "An output may go with an input that it was not computed from. What else ties B's output to the legs?",
        ),
        {
            "a": (
                "A's: its output goes with the legs no more than by chance.",
                "That holds for poses like those it was judged on, where its errors do not go with the legs. Legs that "
                "do not fit move its torso by 40 mm: it computes depths from them.",
            ),
            "b": (
                "B's: nothing moves when the legs are swapped.",
                "Its segments share nothing, so once the scale is settled no place of a leg can reach a depth of the "
                "torso, in any pose: 0 mm. Its R² of 0.04 came another way: by a scale that legs had set, or by the "
                "view.",
            ),
            "c": (
                "Neither's: 0.04 and 40 mm are both above what the data hold.",
                "0.04 is a correlation: it says what goes along with the legs, not what is computed from them. B moves "
                "by 0 mm, and being cut it cannot move in any other pose either.",
            ),
            "d": (
                "It cannot be told: no such legs were among the test poses.",
                "Of A that is so. Of B it can be told without any pose: independent segments have no path from a leg "
                "to the torso.",
            ),
        },
        "b",
    ),
)
