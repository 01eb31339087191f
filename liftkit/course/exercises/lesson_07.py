"""Exercises of lesson 07: five parts, and a cut of one's own."""

from __future__ import annotations

from liftkit import sensitivity
from liftkit.course.exercise import Measuring, Reasoning
from liftkit.data.datasets import load_poses
from liftkit.recorded import load_record, record_names


def most_sensitive():
    poses = load_poses("synthetic").test.select(slice(None, None, 160))
    between = {name: sensitivity(load_record(name), poses).between("legs_torso").mean() for name in record_names()}
    return max(between, key=between.get)


def judge_sensitivity(found: set[str], expected: set[str]) -> str:
    poses = load_poses("synthetic").test.select(slice(None, None, 160))
    named, most = (
        sensitivity(load_record(min(names)), poses).between("legs_torso").mean() for names in (found, expected)
    )
    return (
        f"Between legs and torso, a depth of {min(found)} moves by {named:.2f} mm per mm; in another by {most:.2f} mm."
    )


EXERCISES = (
    Reasoning(
        "07.1",
        "Five coins",
        """
        Under the paper's own views nothing tells a depth from its reverse. Suppose that each of five independent parts
        ends mirrored or not like a fair coin, each by itself. In which share of the seeds do all five agree, so that
        an alignment which may reflect can still mend the pose?
        """,
        (
            "An alignment that may reflect turns the whole pose over at once. Which outcomes can it mend?",
            "Count the outcomes: 2 x 2 x 2 x 2 x 2 of them, and those in which all coins show the same side.",
        ),
        {
            "a": (
                "In all of them: that is what the reflection is for.",
                "The reflection turns all parts together. A pose of which only one leg is reversed stays wrong.",
            ),
            "b": (
                "In 1 of 2.",
                "One network is one coin, and always agrees with itself. Five coins have 32 outcomes.",
            ),
            "c": (
                "In 1 of 16.",
                "2 of 32 outcomes: none mirrored, or all. Real parts are no fair coins: one discriminator sees all of "
                "them together. But the more parts, the more ways to disagree, and no alignment mends those.",
            ),
            "d": (
                "In 1 of 32.",
                "That counts only the seeds without any mirrored part; where all five are mirrored they agree too.",
            ),
        },
        "c",
    ),
    Measuring(
        "07.2",
        "Whose legs and torso listen most to each other?",
        """
        Take the five recorded runs (`load_record(name)`). In which representation is the sensitivity between legs and
        torso (the halves of lesson 05, so the torso has both arms), either way, the largest? The mean over seeds
        counts. Answer with its name.
        """,
        (
            "Both are imported by `from liftkit import load_record, sensitivity`. `sensitivity(run, poses)` gives a "
            "`Dependence`, a matrix for each seed; a few hundred test poses are plenty.",
            "`sensitivity(run, poses).between('legs_torso').mean()` is the number to compare.",
        ),
        most_sensitive,
        tuple(sorted(record_names())),
        judge=judge_sensitivity,
        because="Joined again by a single block, five parts listen to each other more than the uncut pose does. (Of "
        "the error this says nothing.)",
    ),
)
