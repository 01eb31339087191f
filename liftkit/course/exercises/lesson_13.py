"""Exercises of lesson 13: your own poses."""

import numpy as np

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_shape
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.keypoints.names import COCO
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import load_record, record_names, sample_keypoints

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


def check_middle_joints(student: StudentFunction) -> None:
    # A point that a detector did not find is often at (0, 0), with a score near 0. Or it is a guess.
    for point, low, place in (("nose", 0.05, None), ("left_hip", 0.05, (0, 0)), ("right_shoulder", 0.25, None),
                              ("right_hip", 0.35, None)):  # fmt: skip
        points, score = some_points(seed=11)
        seen = middle_joints(points, score)
        score[COCO.index(point)] = low
        points[COCO.index(point)] = points[COCO.index(point)] if place is None else place
        found = expect_shape(student(points, score), (3, 2), "the result", finite=False)
        named = dict(zip((*MIDDLE, *COCO), (*seen, *points), strict=True))
        for name, mine, right in zip(MIDDLE, found, middle_joints(points, score), strict=True):
            if not _equal(mine, right):
                fault = _compare_joint(name, mine, right, named)
                raise WrongAnswer(f"With a score of {low} for the {point.replace('_', ' ')}, the {name} is {fault}")


def _compare_joint(name: str, mine: np.ndarray, right: np.ndarray, named: dict[str, np.ndarray]) -> str:
    """What is wrong with a joint. ``named``: where each joint and point was."""
    if np.isnan(right).any():
        off = np.linalg.norm(mine - named[name])
        return f"unknown: expected NaN, found {mine.round(0).tolist()}, {off:.0f} pixels from where it was."
    if np.isnan(mine).any():
        return "NaN, but no point that it needs has a score below 0.3."
    other = "".join(f": it is the {point}" for point, place in named.items() if _equal(mine, place))
    return f"off by {np.abs(mine - right).max():.0f} pixels{other}. The order is {', '.join(MIDDLE)}."


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return np.allclose(one, other, rtol=0, atol=1e-3, equal_nan=True)


def least_agreed():
    spread = {name: depths_of_seeds(name).std(axis=0).mean() for name in record_names()}
    return max(spread, key=spread.get)


def depths_of_seeds(name):
    poses, _ = read_keypoints(sample_keypoints())
    return load_record(name).lift(poses.x2d)[..., 1:, 2]


def explain_spread(name: str) -> str:
    depths = {known: depths_of_seeds(known) for known in record_names()}  # (S, N, J) in the file's pixels
    spread = {known: depth.std(axis=0).mean() for known, depth in depths.items()}
    message = f"Its seeds spread by {spread[name]:.1f} pixels; the largest spread is {max(spread.values()):.1f}."
    varied = max(depths, key=lambda known: depths[known].std(axis=1).mean())
    slip = "Its depths differ most from pose to pose: the standard deviation goes along the seeds, `axis=0`."
    return message + f" {slip}" * (name == varied)


EXERCISES = {
    "13.1": Coding(
        title="The joints that COCO lacks",
        task="""`points` (17, 2) are one person's keypoints in COCO's order, in pixels, and `score` (17,) is how sure
        the detector is of each: numpy. Human3.6M has a pelvis, a spine and a thorax, which COCO lacks. Return the
        three, in this order, as an array (3, 2). The pelvis is midway between the hips, the thorax between the
        shoulders, the spine between these two. A point with a score below 0.3 is missing; whatever needs it is NaN.""",
        hint_1="`COCO.index('left_hip')` is the row of a point (`from liftkit.keypoints.names import COCO`).",
        hint_2="First put NaN wherever the score is low. Sums and means of NaN are NaN without any further code.",
        reference=middle_joints,
        checks=check_middle_joints,
        conclusion="Each joint comes from the two it lies between, and none from a point at (0, 0) that nobody saw.",
    ),
    "13.2": Measuring(
        title="Whose seeds agree least?",
        task="""Lift the package's sample by all eight seeds of each recorded representation. Whose depths differ most
        between seeds: the standard deviation over seeds, averaged over the poses and the joints without the pelvis?
        Answer with its name.""",
        hint_1="`run.lift(sample.x2d)[..., 1:, 2]` has the shape (seeds, poses, joints). Which axis are the seeds?",
        hint_2="`depth.std(axis=0).mean()` is the number to compare, for each `load_record(name)`.",
        measure=least_agreed,
        choices=tuple(record_names()),
        wrong=explain_spread,
        conclusion="That is a spread, and not an error: `five_parts`, whose seeds agree best here, has the least even "
        "seeds of all on people whose truth is known, between 63 and 80 mm (lesson 09).",
    ),
    "13.3": Reasoning(
        title="Eight that agree",
        task="""On your film, all eight seeds put the left elbow within 20 mm of each other. There is no truth to
        compare with. What may you say?""",
        hint_1="Eight students of the same teacher, with the same book, are asked the same question.",
        hint_2="What do all eight seeds share that may be wrong for your film?",
        options={
            "The elbow's depth is right to about 20 mm.": """
            Agreement bounds what differs between seeds, and nothing else. They share the training poses, the assumed
            tilt of the camera and your detector's mistakes, and can all be wrong together.""",
            "The choice of a seed matters little here; how wrong they all are stays open.": """
            The spread shows what is left to chance in training. An error that all seeds share leaves no spread, so a
            small spread is not a bound, while a large one is a warning.""",
            "The representation suits this film.": """
            Seeds of a bad representation can agree, too: one that always predicts 0 agrees with itself perfectly.""",
            "With more seeds the elbow's depth would become right.": """
            More seeds give a steadier mean. An error that all of them share, such as that of a wrong tilt,
            is in the mean of a thousand.""",
            "Nothing: without the truth no number says anything.": """
            The spread says how much of the depth is the luck of a seed, and a large one would have been a
            warning.""",
        },
        answer="b",
    ),
}
