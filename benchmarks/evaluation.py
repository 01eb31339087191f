"""Speed of lifting, judging and making data: ``python -m benchmarks.evaluation``; a minute.

Each stands against a plain implementation in turn: networks one after the other, poses aligned or made one by one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
import typer

from benchmarks.plain import PlainLifter
from benchmarks.speed import matmul_rate, peak_mib, products, seconds
from liftkit import REPRESENTATIONS, TrainConfig, load_poses
from liftkit.data.body import draw_bodies, place_joints, standing_angles
from liftkit.data.synthetic import synthetic_motion
from liftkit.evaluation import pose_errors
from liftkit.geometry import normalise
from liftkit.metrics import pa_mpjpe
from liftkit.networks import Discriminator, Lifter
from liftkit.run import Run

FEW = 1000  # poses for the plain loops, which are slow


def lifting(width: int, members: int, name: str = "legs_torso") -> dict:
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
    return row(what, members * len(poses) / ours, members * theirs / ours, share)


def judging() -> dict:
    """Every metric of a table, against numpy's Procrustes alignment of one pose after the other, for one metric."""
    poses = load_poses("synthetic").test
    pred = (poses.x3d + np.random.default_rng(0).normal(0, 50, poses.x3d.shape)).astype(np.float32)

    def plain() -> list[float]:
        return [float(pa_mpjpe(p, t)) for p, t in zip(pred[:FEW], poses.x3d[:FEW], strict=True)]

    ours, theirs, _ = in_turn(lambda: pose_errors(pred, poses), plain)
    return row("judging, all metrics", len(poses) / ours, theirs / FEW * len(poses) / ours)


def making() -> dict:
    """Synthetic motion, against its forward kinematics alone, frame by frame."""
    frames = len(synthetic_motion().joints)
    angles, body = standing_angles(), draw_bodies(np.random.default_rng(0), 1)
    ours, theirs, _ = in_turn(synthetic_motion, lambda: [place_joints(angles, body) for _ in range(FEW)])
    return row("synthetic motion", frames / ours, theirs / FEW * frames / ours)


def in_turn(ours, plain, rounds: int = 3) -> tuple[float, float, float]:
    """Median seconds of both, and the matrix-multiply rate, measured in turn."""
    measured = [(seconds(ours, 2), seconds(plain, 2), matmul_rate()) for _ in range(rounds)]
    return tuple(float(np.median(column)) for column in zip(*measured, strict=True))


def row(what: str, poses_per_second: float, ratio: float, share: float = float("nan")) -> dict:
    return {
        "what": what, "poses_per_second": round(poses_per_second), "share_of_matmul": round(share, 3),
        "ratio_to_plain": round(ratio, 2), "peak_MiB": peak_mib(),
    }  # fmt: skip


def main() -> None:
    """Print a row for each: poses a second (of all members), share of the matrix-multiply rate, ratio to plain."""
    rows = [lifting(64, 1), lifting(64, 8), lifting(128, 8), lifting(1024, 1), judging(), making()]
    typer.echo(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
