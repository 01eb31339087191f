"""What students get wrong in lesson 05, and what they must be told."""

from liftkit.course.segments import share_misled
from liftkit.records import record_results

ERRORS = record_results().pivot(index="seed", columns="representation", values="pa_mpjpe_reflection")

WRONG = [
    ("05.2", 1 - share_misled(), r"too large\. That is the share of pairs in which `legs_torso` is better"),
    ("05.2", (ERRORS.full < ERRORS.legs_torso).mean(), r"share of the 8 pairs with the same seed"),
    ("05.2", 100 * share_misled(), r"per cent"),
    ("05.2", 64 * share_misled(), r"number of pairs: divide it by all 64"),
    ("05.2", 0.0, r"0 is too small\. There are 8 x 8 = 64 pairs"),
]
