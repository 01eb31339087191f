"""Exercises of lesson 10: what does a lifted depth depend on?"""

import numpy as np

from liftkit import intervention
from liftkit.course.checking import StudentFunction, WrongAnswer, expect_shape, explain, random_poses
from liftkit.course.exercise import Coding, Measuring, Reasoning
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


def check_with_legs_of(student: StudentFunction) -> None:
    one, other = random_poses(2, seed=8)[..., :2] + [[[400.0, 300.0]], [[650.0, 420.0]]]  # the pelvis is not at 0
    mixed = expect_shape(student(one, other), (17, 2), "the mixed pose")
    slip = explain(mixed, _wrong_mixes(one, other), tolerance=1e-6)
    moved = np.linalg.norm(mixed - one, axis=-1)
    if moved[REST].max() > 1e-3:
        joint = REST[int(moved[REST].argmax())]
        fault = f"The {H36M_17.names[joint]} is not a leg joint, but it moved by {moved[joint]:.0f} pixels."
        raise WrongAnswer(f"{fault} {slip}".strip())
    if unmoved := [H36M_17.names[joint] for joint in LEGS if moved[joint] < 1e-3]:
        raise WrongAnswer(f"Still the first person's: {', '.join(unmoved)}.")
    off = np.linalg.norm((mixed - mixed[0]) - (other - other[0]), axis=-1)[LEGS].max()
    if off > 1e-3:
        where = slip or "Put them at the first person's pelvis, as far from it as they were from their own."
        raise WrongAnswer(f"The legs are {off:.0f} pixels off. {where}")


def _wrong_mixes(one: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
    """What is said of a typical slip -> the pose that it leads to."""

    def mixed(first, legs):
        pose = first.copy()
        pose[LEGS] = legs[LEGS]
        return pose

    shift, copied = one[0] - other[0], "the pelvis of the one is not where that of the other is."
    return {
        "That is the second person with the first one's legs: the other way round.": mixed(other, one - shift),
        f"Their places in the image were copied: {copied}": mixed(one, other),
        "The legs were shifted in the other direction.": mixed(one, other - shift),
        f"That is the other way round, and places were copied: {copied}": mixed(other, one),
        "The pelvis was counted as a leg joint: it stays where it is.": np.vstack([other[:1], mixed(one, other)[1:]]),
    }


def right_leg_moved(name):
    poses = load_poses("synthetic").test.select(slice(None, None, 80))
    right_leg = list(REPRESENTATIONS["five_parts"].segments[0].owns)
    return intervention(load_record(name), poses, "five_parts").table().loc["left_leg", right_leg]


def right_leg_unmoved():
    return {name for name in record_names() if right_leg_moved(name).max() == 0}


EXERCISES = {
    "10.1": Coding(
        title="An intervention by hand",
        task="""`x2d` and `other` are 2D poses (17, 2) of two people in the same image, numpy, in pixels. Give the first
        person the second one's legs (hips, knees and ankles): each leg joint as far from the pelvis, and in the same
        direction, as it is in `other`. Everything else stays. Return the mixed pose.""",
        hint_1="`liftkit.H36M_17.names` shows which joints are legs. Where are they if you only copy coordinates?",
        hint_2="`other[legs] - other[0]` is where legs are relative to their pelvis; add the first person's pelvis.",
        reference=with_legs_of,
        checks=check_with_legs_of,
        conclusion="The legs are another person's and hang from the same pelvis; nothing else moved. Any change in the "
        "arms that a lifter predicts now comes from the legs.",
    ),
    "10.2": Measuring(
        title="Only one leg",
        task="""So far all of the legs were swapped. Now swap only the *left leg* in the test poses (a part of
        `five_parts`), at an unchanged scale, and lift again. In which of the recorded representations does no depth of
        the *right* leg move at all, not even slightly, for any seed? Answer with a set of names, such as
        `{"full", "legs_torso"}`.""",
        hint_1="`intervention(run, poses, 'five_parts')` swaps each of the five parts, and measures each depth.",
        hint_2="`.table().loc['left_leg']` is how far each depth moves when the left leg is swapped, in the mean over "
        "seeds. Is it 0 for the three joints of the right leg?",
        measure=right_leg_unmoved,
        several=True,
        choices=tuple(sorted(record_names())),
        wrong=lambda name: (
            f"With another left leg, the right one of {name} moves by {right_leg_moved(name).mean():.0f} mm (mean)."
        ),
        conclusion="Training did not achieve this: only where each leg has a network of its own is there no path from "
        "the one to the other.",
    ),
    "10.3": Reasoning(
        title="Whose arms can you trust?",
        task="""Two lifters are evaluated on people whose legs and torso are independent. For lifter A, the correlation
        of lifted torso depths with the legs' 2D positions is no more than chance gives (R² 0.01), and they move by
        40 mm when the legs are swapped. For lifter B, cut into independent segments that have a scale each, the
        correlation is above chance (R² 0.04), and they move by 0 mm. Then comes a person with a splint, whose legs are
        in a position that no training person had. Whose lifted arms will the legs not disturb?""",
        hint_1="Which of the two numbers comes from changing the legs, and which from watching them?",
        hint_2="An output may vary with an input without being computed from it. What else connects B to the legs?",
        options={
            "A's: its output varies with the legs no more than by chance.": """
            That holds for poses like those it was evaluated on, where its errors do not vary with the legs. Legs that
            do not fit move its torso by 40 mm: it computes depths from them.""",
            "B's: nothing moves when the legs are swapped.": """
            Its segments share nothing, not even a scale, so no leg can affect a depth of the torso, in any pose: 0 mm.
            Its R² of 0.04 has another cause, such as the view.""",
            "Neither's: 0.04 and 40 mm are both above what the data contain.": """
            0.04 is a correlation: it says what varies with the legs, not what is computed from them. B moves by 0 mm,
            and because it is cut, it cannot move in any other pose either.""",
            "That cannot be known: no such legs were among the test poses.": """
            That is so for A. For B it is known without any pose: it has no path from a leg to the torso.""",
            "Both: A's depths do not vary with the legs, and B's do not move.": """
            What does not vary for the legs of the test people may move for others: by its 40 mm, A computes
            depths from the legs.""",
        },
        answer="b",
    ),
}
