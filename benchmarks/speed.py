"""How fast liftkit is here: ``python -m benchmarks.speed``; half a minute. Medians of several runs.

The blocks on speed (training, scaling, study, evaluation, human36m, widgets and this one) put what they measure into
one table, each in place of the rows that the same command gave before. Other programs slow everything down.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch
import typer

from benchmarks import blocks
from liftkit import TrainConfig, Trainer, load_poses
from liftkit.layers import Linear

SPEED = Path("results/speed.csv")


class Measured(NamedTuple):
    """A figure, and the goal that it has, if it has one."""

    what: str
    value: float
    unit: str = ""
    at_least: float = float("nan")
    at_most: float = float("nan")


def record(name: str, rows: Iterable[Measured], out: Path) -> None:
    """Print what the block ``name`` has measured and write it into the table, in place of what this command gave."""
    made = pd.DataFrame(rows).assign(command=" ".join([f"python -m benchmarks.{name}", *sys.argv[1:]]))
    typer.echo(summary(made).drop(columns="command").to_string(index=False))
    blocks.write_table(blocks.with_stored(made[["command", *Measured._fields]], out, "command"), out)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Figures in words, each with its goal and whether that is met."""
    rows = []
    for each in table.itertuples():
        bars = [("at least", each.at_least, each.value >= each.at_least)]
        bars += [("at most", each.at_most, each.value <= each.at_most)]
        goals = [f"{word} {text(bar)}: {'met' if met else '**not met**'}" for word, bar, met in bars if bar == bar]
        measured = f"{text(each.value)} {each.unit if isinstance(each.unit, str) else ''}".strip()
        rows.append({"command": f"`{each.command}`", "what": each.what, "measured": measured, "goal": "; ".join(goals)})
    return pd.DataFrame(rows)


def text(value: float) -> str:
    """A figure in two or more digits.

    >>> text(1.234), text(56.7), text(12345.6)
    ('1.2', '57', '12,346')
    """
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}"


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


def peak_mib(of_children: bool = False) -> int:
    """The most memory that this process, or any that it started, has had, in MiB (Linux; macOS counts in bytes)."""
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)


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


def main(out: blocks.OUT = SPEED) -> None:
    """Measure a lesson's step with one thread and with all, the synthetic poses, and how long Python starts."""
    poses, rows, threads = load_poses("synthetic"), [], torch.get_num_threads()
    lesson = Trainer("legs_torso", poses, range(2), TrainConfig.lesson(batch=128), "cpu")
    for count in sorted({1, threads}):
        torch.set_num_threads(count)
        rows.append(Measured(f"a step of a lesson, 2 seeds, {count} threads", seconds(lesson.step, 40) * 1e3, "ms"))
    rows.append(Measured(f"{len(poses):,} synthetic poses", seconds(lambda: load_poses("synthetic", seed=1)), "s"))
    for code in ("import liftkit", "from liftkit import train, evaluate, load_poses"):
        took = seconds(lambda code=code: subprocess.run([sys.executable, "-c", code], check=True))
        rows.append(Measured(f"python, `{code}`", took, "s"))
    record("speed", rows, out)


if __name__ == "__main__":
    typer.run(main)
