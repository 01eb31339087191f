"""Typical wrong answers to the exercises of lesson 06: number, answer, pattern of the facts in the message."""

from liftkit import REPRESENTATIONS, Representation, Segment
from liftkit.course.exercises.lesson_06 import share_misled
from liftkit.recorded import record_results

ERRORS = record_results().pivot(index="seed", columns="representation", values="pa_mpjpe_reflection")
LEGS, TORSO = REPRESENTATIONS["legs_torso"].segments
COLUMN, ARMS = TORSO.owns[:4], TORSO.owns[4:]


def representation(*segments, **blocks):
    return lambda: Representation("mine", [Segment(name, joints) for name, *joints in segments], **blocks)


WRONG = [
    ("06.1", representation(("legs", *LEGS.owns), ("torso", *TORSO.owns), blocks=3), r"found 2: legs, torso"),
    (
        "06.1",
        representation(("legs", *LEGS.owns), ("column", "spine", *COLUMN), ("arms", *ARMS), blocks=2),
        r"ValueError: .*'column'.*twice",
    ),
    (
        "06.1",
        representation(("legs", *LEGS.owns), ("column", *COLUMN), ("arms", "neck", *ARMS), blocks=2),
        r"ValueError: .*neck",
    ),
    (
        "06.1",
        representation(("legs", *LEGS.owns), ("column", *COLUMN, *ARMS[:1]), ("arms", *ARMS[1:]), blocks=2),
        r"arms: left_shoulder",
    ),
    (
        "06.1",
        representation(("legs", *LEGS.owns), ("column", *COLUMN), ("arms", *ARMS), blocks=1, shared_blocks=1),
        r"legs moved.* \w+ changed by \d",
    ),
    (
        "06.1",
        representation(("part", *LEGS.owns), ("column", *COLUMN), ("part", *ARMS), blocks=2),
        r"same name, part",
    ),
    (
        "06.1",
        representation(("legs", *LEGS.owns), ("column", *COLUMN[1:]), ("arms", *ARMS), blocks=2),
        r"no segment owns spine",
    ),
    ("06.2", 1 - share_misled(), r"too large.*`legs_torso` is better"),
    ("06.2", (ERRORS.full < ERRORS.legs_torso).mean(), r"8 pairs with the same seed"),
    ("06.2", 100 * share_misled(), r"per cent"),
    ("06.2", 64 * share_misled(), r"number of pairs.* 64"),
    ("06.2", 0.02, r"too small.* 64 pairs"),
]
