"""Exercises of lesson 05: legs and torso, apart."""

from __future__ import annotations

import numpy as np
import torch

from liftkit.course.checking import Pupil, Wrong
from liftkit.course.exercise import Coding, Measuring
from liftkit.networks import Lifter
from liftkit.recorded import record_results
from liftkit.representations import REPRESENTATIONS, Representation, Segment
from liftkit.skeleton import H36M_17


def three_parts():
    legs, torso = REPRESENTATIONS["legs_torso"].segments
    column, arms = torso.owns[:4], torso.owns[4:]
    segments = (legs, Segment("column", column), Segment("arms", arms))
    return Representation("three_parts", segments, blocks=2)


def grade_three_parts(pupil: Pupil) -> None:
    mine = pupil()
    if not isinstance(mine, Representation):
        raise Wrong(f"Expected a Representation, found {type(mine).__name__}.")
    if len(mine.segments) != 3:
        raise Wrong(f"Expected three segments, found {len(mine.segments)}: {', '.join(s.name for s in mine.segments)}.")
    limbs = {"legs": ("hip", "knee", "ankle"), "arms": ("shoulder", "elbow", "wrist")}
    parts = {part: [n for n in H36M_17.names if n.endswith(ends)] for part, ends in limbs.items()}
    parts["column"] = ["spine", "thorax", "neck", "head"]
    for part, joints in parts.items():
        if not any(set(segment.owns) == set(joints) for segment in mine.segments):
            raise Wrong(f"No segment owns just the {part}: {', '.join(joints)}.")
    for part, joints in parts.items():
        _expect_no_answer(mine, part, joints)


def _expect_no_answer(mine: Representation, part: str, joints: list[str]) -> None:
    """Move the joints of one part, in a random lifter: no other part's depth may answer."""
    generator = torch.Generator().manual_seed(7)
    lifter = Lifter(mine, width=32, generators=[generator]).eval()
    x2d = torch.randn(1, 8, 17, 2, generator=generator)
    moved, where = x2d.clone(), [H36M_17.index(joint) for joint in joints]
    moved[:, :, where] += 0.5
    with torch.no_grad():
        change = (lifter(moved) - lifter(x2d)).abs().amax(dim=(0, 1))
    change[where] = 0
    if change.max() > 1e-6:
        answered = H36M_17.names[int(change.argmax())]
        raise Wrong(f"The {part} moved, and the depth of the {answered} changed by {change.max():.2g}: "
                    "the segments are not independent.")  # fmt: skip


def share_misled():
    errors = record_results().set_index("representation").pa_mpjpe_reflection
    full, cut = errors["full"].to_numpy(), errors["legs_torso"].to_numpy()
    return float((full[:, None] < cut[None, :]).mean())


def judge_misled(found: float, expected: float) -> str:
    errors = record_results().pivot(index="seed", columns="representation", values="pa_mpjpe_reflection")
    paired = (errors["full"] < errors["legs_torso"]).mean()
    if np.isclose(found, 1 - expected, atol=0.005):
        return "That is the share of pairs in which `legs_torso` is better."
    if np.isclose(found, paired, atol=0.005):
        return f"That is the share of the {len(errors)} pairs with the same seed; here any seed meets any other."
    if np.isclose(found, 100 * expected, atol=0.5):
        return "That is in per cent: give a share from 0 to 1."
    if np.isclose(found, expected * len(errors) ** 2, atol=0.5):
        return f"That is a number of pairs: divide it by all {len(errors) ** 2}."
    return f"There are {len(errors)} x {len(errors)} = {len(errors) ** 2} pairs; count those where `full` has less."


EXERCISES = (
    Coding(
        "05.1",
        "Three segments of your own",
        """
        Build and return a `Representation` of three independent segments: the legs; the column (spine, thorax, neck,
        head); the arms. Every joint but the pelvis belongs to exactly one. At most six residual blocks in all.
        """,
        (
            "`REPRESENTATIONS['legs_torso'].segments` shows how segments look. The arms start at the shoulders.",
            "`Representation('three_parts', (Segment('legs', (...)), ...), blocks=2)`; nothing is shared by default.",
        ),
        three_parts,
        grade_three_parts,
        "Each joint has one owner, and when one segment's joints move no other segment's depth answers.",
    ),
    Measuring(
        "05.2",
        "Misled by one seed",
        """
        Two students train one seed each, of whatever number: one `full`, the other `legs_torso`. They compare the two
        errors (`pa_mpjpe_reflection`). Take every pair that the recorded seeds can form, 8 x 8: in which share of
        them, from 0 to 1, does the *full* pose look better?
        """,
        (
            "`record_results()` in `liftkit.recorded` has an error a seed. Compare each of one with each of the other.",
            "With two arrays `full` and `cut`: `(full[:, None] < cut[None, :]).mean()`.",
        ),
        share_misled,
        judge=judge_misled,
        because="So often would one seed each have named the wrong winner, although with eight seeds each the interval "
        "for the mean difference does not hold 0.",
    ),
)
