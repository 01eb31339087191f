"""How fast liftkit is here: ``python benchmarks/speed.py``. Medians of several runs; other programs slow them down."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
import typer

from liftkit import TrainConfig, Trainer, load_poses, pa_mpjpe
from liftkit.layers import Linear


def seconds(work: Callable[[], object], repeats: int = 7) -> float:
    """The median time of ``work`` after one run that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def matmul_rate(size: int = 1024) -> float:
    """This machine's matrix products, in floating-point operations a second."""
    a, b = torch.rand(2, size, size)
    return 2 * size**3 / seconds(lambda: [a @ b for _ in range(10)]) * 10


def peak_mib(who: int = resource.RUSAGE_SELF) -> int:
    """The most memory that this process has had, in MiB (Linux; macOS counts in bytes)."""
    return resource.getrusage(who).ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)


def children_mib() -> int:
    """The most memory that any process started from here has had, in MiB."""
    return peak_mib(resource.RUSAGE_CHILDREN)


def products(module) -> int:
    """Multiplications of a module's linear layers for one pose, of all its members."""
    return sum(layer.weight.numel() for layer in module.modules() if isinstance(layer, Linear))


def step_operations(trainer: Trainer) -> int:
    """Floating-point operations of the matrix products of one step, of lifter and discriminator only.

    A layer's product, the gradient of its weights and that of its input cost the same. The lifter sees the batch and
    its four views; the discriminator learns from real poses and views, and then judges the views for the lifter. No
    gradient is needed with respect to the batch itself, nor of the discriminator's weights for the lifter.
    """

    lifter, first = products(trainer.lifter), products(trainer.lifter.inputs)
    again = trainer.config.views == "batch"  # lifts the batch once more, for a view of the lifter's own
    judge, judge_first = products(trainer.discriminator), products(trainer.discriminator.input)
    lifting = 5 * lifter * 3 - first + again * lifter
    judging = 2 * judge * 3 - 2 * judge_first + judge * 2
    return 2 * trainer.config.batch * (lifting + judging)


def main(width: int = 128, batch: int = 256, members: int = 6, representation: str = "legs_torso") -> None:
    """Print training speed as a share of the machine's matrix-multiply rate, and the other bars of the project."""
    poses = load_poses("synthetic")
    for prior in ("paper", "gravity"):
        trainer = Trainer(
            representation, poses, range(members), TrainConfig(width=width, batch=batch, prior=prior), "cpu"
        )
        # in turn, so that a change of the machine's speed meets both
        pairs = [(seconds(trainer.step, 10), matmul_rate()) for _ in range(5)]
        step, rate = (statistics.median(column) for column in zip(*pairs, strict=True))
        share = statistics.median(step_operations(trainer) / s / r for s, r in pairs)
        print(
            f"training, {representation}, {prior}, width {width}, batch {batch}, {members} members: {step * 1e3:.0f} ms"
        )
        print(f"  {members * batch / step:,.0f} poses a second; {share:.0%} of {rate / 1e9:.0f} GFLOP/s")
    lesson = Trainer("legs_torso", poses, range(2), TrainConfig(batch=128), "cpu")
    for threads in (1, torch.get_num_threads()):
        torch.set_num_threads(threads)
        step = seconds(lesson.step, 40) * 1e3
        print(f"a lesson's step, width 64, batch 128, 2 members, threads: {threads}: {step:.0f} ms")
    pred, truth = np.random.default_rng(0).normal(size=(2, 100_000, 17, 3)).astype(np.float32)
    print(f"PA-MPJPE of 100,000 poses: {seconds(lambda: pa_mpjpe(pred, truth)):.2f} s")
    print(f"synthetic data, {len(poses):,} poses: {seconds(lambda: load_poses('synthetic', seed=1)):.2f} s")
    for what in ("import liftkit", "from liftkit import train, evaluate, load_poses"):
        print(f"{what}: {seconds(lambda what=what: subprocess.run([sys.executable, '-c', what], check=True)):.2f} s")


if __name__ == "__main__":
    typer.run(main)
