"""Exercises of lesson 06: legs and torso, apart."""

import torch

from liftkit.course.checking import StudentFunction, WrongAnswer, explain
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


def check_three_parts(student: StudentFunction) -> None:
    mine = student()
    if not isinstance(mine, Representation):
        raise WrongAnswer(f"Expected a Representation, found {type(mine).__name__}.")
    names = [segment.name for segment in mine.segments]
    if len(names) != 3:
        raise WrongAnswer(f"Expected three segments, found {len(names)}: {', '.join(names)}.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WrongAnswer(f"Two segments have the same name, {twice[0]}: in a table nobody could tell which is which.")
    ends = {"legs": "hip knee ankle", "arms": "shoulder elbow wrist", "column": "spine thorax neck head"}
    parts = {part: [n for n in H36M_17.names if n.endswith(tuple(ends[part].split()))] for part in ends}
    for part, joints in parts.items():
        if not any(set(segment.owns) == set(joints) for segment in mine.segments):
            raise WrongAnswer(f"No segment owns exactly the {part}: {', '.join(joints)}.")
    generator = torch.Generator().manual_seed(7)
    lifter = Lifter(mine, width=32, generators=[generator]).eval()
    x2d = torch.randn(1, 8, 17, 2, generator=generator)
    for part, joints in parts.items():  # if one part moves, no depth of another may change
        moved, own = x2d.clone(), [H36M_17.index(joint) for joint in joints]
        moved[:, :, own] += 0.5
        change = (lifter(moved) - lifter(x2d)).detach().abs().amax(dim=(0, 1))
        change[own] = 0
        if change.max() > 1e-6:
            answer = f"the depth of the {H36M_17.names[int(change.argmax())]} changed by {change.max():.2g}"
            raise WrongAnswer(f"The {part} moved, and {answer}: the segments are not independent.")


def share_misled():
    errors = record_results().set_index("representation").pa_mpjpe_reflection
    full, cut = errors["full"].to_numpy(), errors["legs_torso"].to_numpy()
    return float((full[:, None] < cut[None, :]).mean())


def explain_misled(found: float) -> str:
    errors = record_results().pivot(index="seed", columns="representation", values="pa_mpjpe_reflection")
    seeds, share, paired = len(errors), share_misled(), (errors["full"] < errors["legs_torso"]).mean()
    mistakes = {
        "That is the share of pairs in which `legs_torso` is better.": 1 - share,
        f"That is the share of the {seeds} pairs with the same seed; here any seed can meet any other.": paired,
        "That is in per cent: give a share from 0 to 1.": 100 * share,
        f"That is the number of pairs: divide it by all {seeds**2}.": seeds**2 * share,
    }
    otherwise = f"There are {seeds} x {seeds} = {seeds**2} pairs; count those in which `full` has the smaller error."
    return explain(found, mistakes, otherwise)


EXERCISES = {
    "06.1": Coding(
        title="Three segments of your own",
        task="""Build and return a `Representation` of three independent segments: the legs; the column (spine,
        thorax, neck, head); the arms. Every joint except the pelvis belongs to exactly one. At most six residual
        blocks in all.""",
        hint_1="`REPRESENTATIONS['legs_torso'].segments` shows two segments. The arms start at the shoulders.",
        hint_2="`Representation('three_parts', (Segment('legs', (...)), ...), blocks=2)` shares nothing by default.",
        reference=three_parts,
        checks=check_three_parts,
        conclusion="Each joint has one owner, and if one segment's joints move, no depth of another segment changes.",
    ),
    "06.2": Measuring(
        title="Misled by one seed",
        task="""Two students train one seed each, with any seed number: one `full`, the other `legs_torso`. They compare
        the two errors (`pa_mpjpe_reflection`). Take every pair that the recorded seeds can form, 8 x 8: in which share
        of them, from 0 to 1, does the *full* pose look better?""",
        hint_1="`record_results()` in `liftkit.recorded` has one error per seed. Compare all pairs of the two.",
        hint_2="With two arrays `full` and `cut`: `(full[:, None] < cut[None, :]).mean()`.",
        measure=share_misled,
        wrong=explain_misled,
        conclusion="In this share of pairs, one seed each names the wrong winner, although in all eight pairs of equal "
        "seeds the cut is the better one.",
    ),
}
