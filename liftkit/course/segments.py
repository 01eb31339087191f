"""Exercises of lessons 04 to 07: the pose cut into segments."""

from __future__ import annotations

import torch

from liftkit import sensitivity
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.course.pupil import Pupil, Wrong
from liftkit.datasets import load_poses
from liftkit.networks import Lifter
from liftkit.records import load_record, record_names
from liftkit.representations import REPRESENTATIONS, Representation, Segment
from liftkit.skeleton import H36M_17


def most_parameters():
    counts = {name: load_record(name).lifter.parameter_count for name in record_names()}
    return max(counts, key=counts.get)


def judge_parameters(found: set[str], expected: set[str]) -> str:
    named, most = (load_record(min(names)).lifter.parameter_count for names in (found, expected))
    return f"A lifter of {min(found)} has {named:,} parameters; another representation has {most:,}."


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
    Measuring(
        "04.1",
        "Who has the most parameters?",
        """
        Five representations come with the package as recorded runs. Whose lifter has the most parameters? Answer with
        its name. (A comparison of errors is worth little if one network is much larger.)
        """,
        (
            "`load_record(name)` gives a run; `record_names()`, in `liftkit.records`, says which there are.",
            "Compare `load_record(name).lifter.parameter_count`.",
        ),
        most_parameters,
        tuple(sorted(record_names())),
        judge=judge_parameters,
        because="Residual blocks hold most parameters, and all have five or six; what joins the segments comes on top.",
    ),
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
    Reasoning(
        "06.1",
        "Joined halfway",
        """
        In `legs_torso_shared`, legs and torso have two blocks each of their own; then their features are joined and
        go through two blocks together. Can a wrist's predicted depth depend on an ankle's 2D position?
        """,
        (
            "Follow the ankle's coordinates through the network. Which layers can they reach?",
            "What enters the shared blocks, and what leaves them?",
        ),
        {
            "a": (
                "No: each segment has its own blocks.",
                "Its first two blocks are its own; but what leaves the shared blocks has passed through both segments' "
                "features, and every depth is read from there.",
            ),
            "b": (
                "Yes: through the shared blocks.",
                "From the join on, every depth can use every joint. The sensitivity between legs and torso of the "
                "recorded run is not 0: measure it.",
            ),
            "c": (
                "Only while it is trained: afterwards the weights are fixed.",
                "Fixed weights are no cut. A trained lifter passes the ankle's coordinates through the same layers.",
            ),
        },
        "b",
    ),
    Measuring(
        "07.1",
        "Which lifter's torso listens most to the legs?",
        """
        Take the recorded runs. In which representation is the sensitivity between legs and torso the largest? The
        mean over seeds counts. Answer with its name.
        """,
        (
            "`sensitivity(run, poses)` gives a `Dependence`; a few hundred test poses are plenty.",
            "`sensitivity(run, poses).between('legs_torso').mean()` is the number to compare.",
        ),
        most_sensitive,
        tuple(sorted(record_names())),
        judge=judge_sensitivity,
        because="Cutting a pose into more parts does not help where the parts are joined again.",
    ),
)
