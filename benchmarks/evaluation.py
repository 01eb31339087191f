"""Speed of lifting, judging and making data: ``python -m benchmarks.evaluation``; a minute.

Each stands against a plain implementation in turn: networks one after the other, poses aligned or made one by one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
import typer

from benchmarks import blocks
from benchmarks.plain import PlainLifter
from benchmarks.speed import SPEED, Measured, matmul_rate, products, record, seconds
from liftkit import REPRESENTATIONS, TrainConfig, load_poses
from liftkit.data.body import draw_bodies, place_joints, standing_angles
from liftkit.data.synthetic import synthetic_motion
from liftkit.evaluation import pose_errors
from liftkit.geometry import normalise
from liftkit.metrics import pa_mpjpe
from liftkit.networks import Discriminator, Lifter
from liftkit.run import Run

FEW = 1000  # poses for the plain loops, which are slow


def lifting(width: int, members: int, name: str = "legs_torso") -> list[Measured]:
    """``Run.lift`` of all test poses, against one plain network after the other, with a batch for all poses."""
    poses = load_poses("synthetic").test
    networks = Lifter(name, width, members), Discriminator(width, members)
    run = Run(*networks, tuple(range(members)), TrainConfig(width=width), pd.DataFrame())
    plain = PlainLifter(REPRESENTATIONS[name], width).eval()
    x2d = normalise(torch.from_numpy(poses.x2d))
    with torch.no_grad():
        ours, theirs, rate = in_turn(lambda: run.lift(poses.x2d), lambda: plain(x2d))
    share = 2 * products(run.lifter) * len(poses) / ours / rate
    what = f"lifting, width {width}, {members} members"
    rows = compared(what, members * len(poses) / ours, members * theirs / ours)
    return [*rows, Measured(f"{what}: of the matmul rate", 100 * share, "%")]


def judging() -> list[Measured]:
    """Every metric of a table, against numpy's Procrustes alignment of one pose after the other, for one metric."""
    poses = load_poses("synthetic").test
    pred = (poses.x3d + np.random.default_rng(0).normal(0, 50, poses.x3d.shape)).astype(np.float32)

    def plain() -> list[float]:
        return [float(pa_mpjpe(p, t)) for p, t in zip(pred[:FEW], poses.x3d[:FEW], strict=True)]

    ours, theirs, _ = in_turn(lambda: pose_errors(pred, poses), plain)
    return compared("judging, all metrics", len(poses) / ours, theirs / FEW * len(poses) / ours)


def making() -> list[Measured]:
    """Synthetic motion, against only its forward kinematics, frame by frame."""
    frames = len(synthetic_motion().joints)
    angles, body = standing_angles(), draw_bodies(np.random.default_rng(0), 1)
    ours, theirs, _ = in_turn(synthetic_motion, lambda: [place_joints(angles, body) for _ in range(FEW)])
    return compared("synthetic motion", frames / ours, theirs / FEW * frames / ours)


def in_turn(ours, plain, rounds: int = 3) -> tuple[float, float, float]:
    """Median seconds of both, and the matrix-multiply rate, measured in turn."""
    measured = [(seconds(ours, 2), seconds(plain, 2), matmul_rate()) for _ in range(rounds)]
    return tuple(float(np.median(column)) for column in zip(*measured, strict=True))


def compared(what: str, poses_per_second: float, ratio: float) -> list[Measured]:
    return [Measured(f"{what}: poses a second", poses_per_second), Measured(f"{what}: times plain", ratio)]


def main(out: blocks.OUT = SPEED) -> None:
    """Measure each: poses a second (of all members), the ratio to plain, the share of the matrix-multiply rate."""
    sizes = [(64, 1), (64, 8), (128, 8), (1024, 1)]
    record("evaluation", [*(row for size in sizes for row in lifting(*size)), *judging(), *making()], out)


if __name__ == "__main__":
    typer.run(main)
