"""What students get wrong in lesson 05, and what they must be told."""

from liftkit import REPRESENTATIONS, Representation, Segment
from liftkit.course.exercises.lesson_05 import share_misled
from liftkit.recorded import record_results

ERRORS = record_results().pivot(index="seed", columns="representation", values="pa_mpjpe_reflection")
LEGS, TORSO = REPRESENTATIONS["legs_torso"].segments
COLUMN, ARMS = TORSO.owns[:4], TORSO.owns[4:]


def representation(*segments, **blocks):
    return lambda: Representation("mine", [Segment(name, joints) for name, *joints in segments], **blocks)


WRONG = [
    ("05.1", representation(("legs", *LEGS.owns), ("torso", *TORSO.owns), blocks=3), r"found 2: legs, torso"),
    (
        "05.1",
        representation(("legs", *LEGS.owns), ("column", "spine", *COLUMN), ("arms", *ARMS), blocks=2),
        r"ValueError: segment 'column' names a joint twice",
    ),
    (
        "05.1",
        representation(("legs", *LEGS.owns), ("column", *COLUMN), ("arms", "neck", *ARMS), blocks=2),
        r"ValueError: mine: joints owned by two segments: neck",
    ),
    (
        "05.1",
        representation(("legs", *LEGS.owns), ("column", *COLUMN, *ARMS[:1]), ("arms", *ARMS[1:]), blocks=2),
        r"No segment owns just the arms: left_shoulder",
    ),
    (
        "05.1",
        representation(("legs", *LEGS.owns), ("column", *COLUMN), ("arms", *ARMS), blocks=1, shared_blocks=1),
        r"The legs moved, and the depth of the \w+ changed by \d",
    ),
    ("05.2", 1 - share_misled(), r"too large\. That is the share of pairs in which `legs_torso` is better"),
    ("05.2", (ERRORS.full < ERRORS.legs_torso).mean(), r"share of the 8 pairs with the same seed"),
    ("05.2", 100 * share_misled(), r"per cent"),
    ("05.2", 64 * share_misled(), r"number of pairs: divide it by all 64"),
    ("05.2", 0.0, r"0 is too small\. There are 8 x 8 = 64 pairs"),
]
