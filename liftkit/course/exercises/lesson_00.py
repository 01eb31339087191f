"""Exercises of lesson 00: how exercises work, on what it takes to train and to judge a lifter."""

from __future__ import annotations

import numpy as np

from liftkit.course.checking import Pupil, expect_value
from liftkit.course.exercise import Coding, Reasoning
from liftkit.course.exercises.lesson_01 import some_poses
from liftkit.metrics import mpjpe


def mean_error(pred, truth):
    return np.sqrt(((pred - truth) ** 2).sum(axis=-1)).mean()


def grade_mean_error(pupil: Pupil) -> None:
    truth = some_poses(4, seed=11)
    expect_value(pupil(truth.copy(), truth), 0, "the error of a perfect prediction")
    expect_value(pupil(truth + [30, 40, 0], truth), 50, "the error where every joint is 30 mm to the right and 40 down",
                 why="A distance is the root of dx² + dy² + dz².")  # fmt: skip
    one = truth.copy()
    one[0, 5, 2] += 680
    expect_value(pupil(one, truth), 10, "the error where one joint of 4 x 17 is 680 mm too far away, the others right",
                 why="Take the mean of the distances, over poses and all 17 joints.")  # fmt: skip
    pred = some_poses(4, seed=12)
    expect_value(pupil(pred, truth), mpjpe(pred, truth).mean(), "the error of 4 random poses")


EXERCISES = (
    Coding(
        "00.1",
        "How far off?",
        """
        Write the error by which poses are judged: the mean distance of predicted joints from true ones. `pred` and
        `truth` are numpy arrays (N, 17, 3) in mm. Give one number, the mean over all poses and all 17 joints, in mm.
        (It is what the column `mpjpe` holds.)
        """,
        (
            "How far is one joint off, if it is dx, dy and dz away? Do that for all joints at once, then average.",
            "`((pred - truth) ** 2).sum(axis=-1)` is the squared distance of every joint, of shape (N, 17).",
        ),
        mean_error,
        grade_mean_error,
        "Nothing for a perfect prediction, 50 mm for 30 to the right and 40 down, and liftkit's on random poses.",
    ),
    Reasoning(
        "00.2",
        "What was it shown?",
        """
        A lifter was trained in this lesson. What did the training get to see? Answer with a letter.
        """,
        (
            "Read the cell that trains, and the words before it. What does the trainer do with `poses`?",
            "True depths serve to judge alone (`baselines`, `evaluate`). And the people judged are in `poses.test`.",
        ),
        {
            "a": (
                "2D poses of the training people.",
                "That is all. Nothing it saw holds a depth: neither the training people's nor anybody else's. (The "
                "cameras' tilt and the way knees bend, which it is told, are the same for everybody.)",
            ),
            "b": (
                "2D poses and true depths of the training people.",
                "With true depths nobody would need a game of lifter and discriminator: that would be supervised "
                "learning. True depths serve to show and to judge (`baselines`, `evaluate`) alone.",
            ),
            "c": (
                "2D poses of all people, those of the test too.",
                "The synthetic set has 8 people; the trainer takes the 6 of the split `train`. The other 2 are kept "
                "to find out whether what was learned holds for new people, too.",
            ),
            "d": (
                "The same people from two cameras at once.",
                "There are 4 cameras in the data, but no pose is ever paired with the same pose from another camera. "
                "The second view is made by turning the lifter's own prediction.",
            ),
        },
        "a",
    ),
)
