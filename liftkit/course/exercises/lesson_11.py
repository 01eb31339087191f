"""Exercises of lesson 11: reading a paper's code."""

from collections.abc import Callable

import torch

from liftkit import evaluate, load_poses, load_record
from liftkit.course.checking import StudentFunction, WrongAnswer, expect_shape
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.poses import evenly


def depends_on_others(call, x2d):
    together, alone = call(x2d), call(x2d[:4])
    return bool((together[:4] - alone).abs().max() > 1e-4)


def some_networks() -> dict[str, tuple[Callable, bool]]:
    """Networks from poses (B, 17, 2) to depths (B, 17), and whether poses of a batch depend on each other."""
    into, out = torch.randn(34, 24, generator=_seeded(11)), torch.randn(24, 17, generator=_seeded(12)) / 24

    def features(x2d):
        return x2d.flatten(1) @ into

    def batch_statistics(x2d):
        if len(x2d) < 2:
            raise ValueError("one pose has no spread: expected two or more")
        h = features(x2d)
        return ((h - h.mean(0)) / (h.var(0) + 1e-3).sqrt()).relu() @ out

    def fixed_map(x2d):
        return features(x2d).relu() @ out + 1e-6 * len(x2d)  # rounding, as a larger batch may bring

    def own_statistics(x2d):
        h = features(x2d)
        return ((h - h.mean(1, keepdim=True)) / h.std(1, keepdim=True)).relu() @ out

    def centred_poses(x2d):
        return features(x2d - x2d.mean(0)).relu() @ out

    return {
        "that normalises features by the mean and spread of the batch": (batch_statistics, True),
        "that is a fixed map (its rounding differs by 1e-6 with the size of the batch)": (fixed_map, False),
        "that normalises the features of each pose by themselves": (own_statistics, False),
        "that subtracts the mean pose of the batch from its input": (centred_poses, True),
    }


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def check_depends_on_others(student: StudentFunction) -> None:
    x2d = torch.rand(24, 17, 2, generator=_seeded(13)) * 2 - 1
    for name, (network, right) in some_networks().items():
        found = bool(expect_shape(student(network, x2d), (), "the result") != 0)
        if found != right:
            does = "depend" if right else "do not depend"
            raise WrongAnswer(f"Of a network {name} the depths {does} on the other poses; found {found}.")


def larger_without_pelvis():
    poses, run = evenly(load_poses("synthetic").test, 1024), load_record("legs_torso")
    of_16, of_17 = (evaluate(run, poses, joints=joints).pa_mpjpe_reflection.mean() for joints in (16, 17))
    return float(of_16 / of_17)


def explain_factor(found: float) -> str:
    if abs(found - 17 / 16) < 2e-3:
        return (
            "17/16 would be right if the pelvis had no error. But Procrustes' alignment moves the pose as a whole, so "
            "that the pelvis gets an error too."
        )
    if abs(found * larger_without_pelvis() - 1) < 5e-3:
        return "That is 17 joints divided by 16. Which of the two errors is the larger?"
    return "Take the mean over seeds of `pa_mpjpe_reflection`, with `joints=16` and with `joints=17`."


EXERCISES = {
    "11.1": Coding(
        title="Ask the network",
        task="""`call` is a network: poses (B, 17, 2) as a torch tensor in, depths (B, 17) out, for any B from 2 on.
        `x2d` (24, 17, 2) are poses to try it with. Return whether the depths of a pose depend on the other poses of
        its batch: True or False. Find out by calling it, and ignore differences below 1e-4: they are rounding.""",
        hint_1="What would have to stay the same, if the others did not matter?",
        hint_2="Lift the first poses once together with all, and once without the rest.",
        reference=depends_on_others,
        checks=check_depends_on_others,
        conclusion="A network tells what it does, whatever its text says.",
    ),
    "11.2": Reasoning(
        title="A sign",
        task="""By the 90-degree consistency of lesson 03 the depth of (x, y, z), seen from +90 degrees, is -x. Two such
        turns show it from behind. One script of the authors demands of the depth there: z. Which depth z agrees with
        both?""",
        hint_1="Turn by 90 degrees twice: (x, y, z), then (z, y, -x), then ...",
        hint_2="Two turns demand the depth -z. When is that z?",
        options={
            "Each: seen from behind, a joint is as near as before.": """
            Whoever walks around a person sees far what was near: depth is measured from the pelvis, along the line of
            sight.""",
            "Only 0: a flat pose.": """
            From behind, two turns demand -z and the script z. Only 0 is both. So this term pulls depths towards 0, and
            the other terms pull the other way.""",
            "Only -z: the pose comes out mirrored.": """
            The mirrored pose has the same problem: two turns demand z of it, and the script -z.""",
            "Each: the error is squared, so a sign makes no difference.": """
            Squared is the difference of prediction and target. With another sign the target is another place.""",
            "Each positive z: the script demands z, a joint behind the pelvis.": """
            For a positive z two turns demand -z, which is negative, and the script demands z. The sign of z
            is no help.""",
        },
        answer="b",
    ),
    "11.3": Measuring(
        title="Sixteen joints or seventeen",
        task="""The authors' code leaves out the pelvis before it aligns and averages. By which factor is the PA-MPJPE
        (reflection allowed) of the recorded `legs_torso` larger by 16 joints than by 17, in the mean over seeds? Take
        the test poses of the synthetic people, `evaluate(run, poses, joints=16)`. Answer with three digits after the
        point.""",
        hint_1="`evaluate(load_record('legs_torso'), poses, joints=16).pa_mpjpe_reflection.mean()` is one of the two.",
        hint_2="Some hundred poses are enough: `load_poses('synthetic').test.select(slice(None, None, 23))`.",
        measure=larger_without_pelvis,
        wrong=explain_factor,
        tolerance=0.004,
        conclusion="Two papers that count joints differently differ by this without any difference between lifters.",
    ),
}
