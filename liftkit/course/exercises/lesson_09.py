"""Exercises of lesson 09: five parts, and a cut of your own."""

from functools import cache

from liftkit import sensitivity
from liftkit.course.exercise import Measuring, Reasoning
from liftkit.data.datasets import load_poses
from liftkit.recorded import load_record, record_names


@cache  # seconds each
def between(name):
    poses = load_poses("synthetic").test.select(slice(None, None, 160))
    return sensitivity(load_record(name), poses).between("legs_torso").mean()


def most_sensitive():
    return max(record_names(), key=between)


def explain_sensitivity(name: str) -> str:
    return f"{name} has {between(name):.2f} mm per mm; another has {between(most_sensitive()):.2f} mm."


EXERCISES = {
    "09.1": Reasoning(
        title="Five coins",
        task="""With the paper's own views nothing distinguishes a depth from its reverse. Suppose that each of five
        independent parts ends up mirrored or not like a fair coin, independently of the others. In which share of the
        seeds do all five agree, so that an alignment that may reflect can still correct the pose?""",
        hint_1="An alignment that may reflect turns the whole pose over at once. Which outcomes can it correct?",
        hint_2="Count the outcomes: 2 x 2 x 2 x 2 x 2 of them, and those in which all coins show the same side.",
        options={
            "In all of them: that is what the reflection is for.": """
            The reflection turns all parts together. A pose in which only one leg is reversed stays wrong.""",
            "In 1 of 2.": "One network is one coin, and always agrees with itself. Five coins have 32 outcomes.",
            "In 1 of 16.": """
            2 of 32 outcomes: none mirrored, or all. Real parts are not fair coins: one discriminator sees all of them
            together. But more parts have more ways to disagree, and no alignment corrects those.""",
            "In 1 of 32.": """
            That counts only the seeds without any mirrored part; if all five are mirrored, they agree, too.""",
            "In 1 of 5.": """
            Five parts are five coins, not one draw among five: count their outcomes, 2 x 2 x 2 x 2 x 2.""",
        },
        answer="c",
    ),
    "09.2": Measuring(
        title="Whose legs and torso depend most on each other?",
        task="""Take the five recorded runs (`load_record(name)`). In which representation is the sensitivity between
        legs and torso (the halves of lesson 06, so the torso includes both arms), in both directions, the largest? Use
        the mean over seeds. Answer with its name.""",
        hint_1="Both are imported by `from liftkit import load_record, sensitivity`. `sensitivity(run, poses)` gives "
        "a `Dependence`, a matrix for each seed; a few hundred test poses are plenty.",
        hint_2="`sensitivity(run, poses).between('legs_torso').mean()` is the number to compare.",
        measure=most_sensitive,
        choices=tuple(sorted(record_names())),
        wrong=explain_sensitivity,
        conclusion="Joined again by a single block, five parts depend on each other more than the parts of the uncut "
        "pose do. (This says nothing about the error.)",
    ),
}
