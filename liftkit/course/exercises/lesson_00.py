"""Exercises of lesson 00: how exercises work, and what it takes to train and to evaluate a lifter."""

import numpy as np

from liftkit.course.checking import StudentFunction, expect_shape, expect_value, explain, random_poses
from liftkit.course.exercise import Coding, Reasoning
from liftkit.metrics import mpjpe

ROOT = "a distance is the root of dx² + dy² + dz²."


def mean_error(pred, truth):
    return np.sqrt(((pred - truth) ** 2).sum(axis=-1)).mean()


def check_mean_error(student: StudentFunction) -> None:
    truth, pred = random_poses(4, seed=11), random_poses(4, seed=12)
    slip = explain(expect_shape(student(pred, truth), (), "the error"), _slips(pred - truth), tolerance=1e-3)
    one = truth.copy()
    one[0, 5, 2] += 680
    for found, error, of, otherwise in (
        (truth.copy(), 0, "of a perfect prediction", ""),
        (truth + [30, 40, 0], 50, "if every joint is 30 mm too far right and 40 mm too low", f"A{ROOT[1:]}"),
        (one, 10, "if one joint of 4 x 17 is 680 mm too far away and the others are right",
         "Take the mean of the distances, over poses and all 17 joints."),
        (pred, mpjpe(pred, truth).mean(), "of 4 random poses", ""),
    ):  # fmt: skip
        expect_value(student(found, truth), error, f"the error {of}", slip or otherwise)


def _slips(off: np.ndarray) -> dict[str, float]:
    """What is said of a typical slip -> the error that it leads to. ``off`` (N, 17, 3): prediction minus truth."""
    far, along = np.linalg.norm(off, axis=-1), "it goes along the last axis, x, y and z (`axis=-1`)."
    return {
        f"That is the mean of the squared distances: {ROOT}": (far**2).mean(),
        f"That is the mean size of dx, dy and dz: {ROOT}": abs(off).mean(),
        f"That adds the sizes of dx, dy and dz: {ROOT}": abs(off).sum(axis=-1).mean(),
        f"That takes a mean of dx², dy² and dz² where there must be a sum: {ROOT}": far.mean() / np.sqrt(3),
        "That is one length for all numbers: give `np.linalg.norm` the last axis (`axis=-1`), then take the "
        "mean.": np.linalg.norm(off),
        "That is the distance in the image: the depth z belongs to it.": np.linalg.norm(off[..., :2], axis=-1).mean(),
        "That is one root for all: take each joint's root first, then the mean.": np.sqrt((far**2).mean()),
        "That leaves out the pelvis: take the mean of all 17 joints.": far[:, 1:].mean(),
        "That is the sum over all joints of all poses: take the mean.": far.sum(),
        "That is the sum over the joints of a pose: take the mean.": far.sum(axis=1).mean(),
        "That is the median: take the mean.": np.median(far),
        f"That is the length along the joints: {along}": np.linalg.norm(off, axis=1).mean(),
        f"That is the length along the poses: {along}": np.linalg.norm(off, axis=0).mean(),
    }


EXERCISES = {
    "00.1": Coding(
        title="How far off?",
        task="""Write the error by which poses are evaluated: the mean distance of predicted joints from true ones.
        `pred` and `truth` are numpy arrays (N, 17, 3) in mm. Return one number, the mean over all poses and all 17
        joints, in mm. (It is what the column `mpjpe` contains.)""",
        hint_1="How far off is one joint if it is off by dx, dy and dz? Do that for all joints at once, then average.",
        hint_2="`((pred - truth) ** 2).sum(axis=-1)` is the squared distance of every joint, of shape (N, 17).",
        reference=mean_error,
        checks=check_mean_error,
        conclusion="It is 0 for perfect poses, 50 mm for 30 mm right and 40 mm down, and liftkit's for random poses.",
    ),
    "00.2": Reasoning(
        title="Would it notice?",
        task="""Before the `Trainer` is made, somebody replaces every true depth of the six training people by a random
        number; their 2D poses stay as they are. Then all cells run as before. What becomes of the lifter and of
        `evaluate(run, poses.test)`? Answer with a letter.""",
        hint_1="Which arrays does the training read? And which does the evaluation read, of which people?",
        hint_2="The four steps of the game name everything that goes into it. The test people were left alone.",
        options={
            "The lifter comes out as it was, and so do its errors.": """
            Nothing that the training reads contains a depth, so nothing in it changes. True depths are read only to
            evaluate, and those of the test people are as they were.""",
            "The lifter comes out as it was, but its errors are larger.": """
            The same lifter gives the test people the same depths, and their true depths were not replaced: so their
            errors cannot change. An evaluation of the training people would.""",
            "The lifter learns the random depths, and its errors are about those of `chance`.": """
            To learn a depth it would have to be shown one. Go through the four steps of the game: which of them reads
            `x3d`?""",
            "The lifter gets worse, because the turned views are made from wrong depths.": """
            The turned views are made from the depths that the lifter predicts, not from true ones: nobody has any for
            a view that nobody photographed.""",
            "The training stops with an error, because the 2D poses no longer fit the 3D poses.": """
            Nothing compares the two. The trainer is given the 2D poses only, and these are as they were.""",
        },
        answer="a",
    ),
}
