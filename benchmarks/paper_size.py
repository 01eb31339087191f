"""The paper's size on a GPU in ten minutes: ``python -m benchmarks.paper_size cmu17_bodies.npz --peak-tflops 989``.

Full pose, and legs and torso; as described and as the code ran; width 1024, batch 8192. All four get the same number of
steps, as many as fit into ``--minutes`` by the speed measured first. Killed, it goes on when called again, with those
steps. Without ``--out`` it only prints. Large matrix products take bfloat16 on a GPU; all the rest (normalisation, the
first and last layers, losses, Adam, evaluation) stays in float32. Memory: an estimated 8 GB per seed trained at once.
"""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated
from unittest.mock import patch

import numpy as np
import pandas as pd
import torch
import typer

from benchmarks import blocks
from benchmarks.pages import markdown
from benchmarks.speed import step_operations
from liftkit import PoseSet, TrainConfig, Trainer, film, run_study
from liftkit.callbacks import StudyBar
from liftkit.config import PRESETS
from liftkit.layers import Linear
from liftkit.poses import evenly
from liftkit.system.files import write_atomically

NAMES = ("full", "legs_torso")
USED = ("paper", "as_run")
SHARE = 0.8  # of the time, for training; the rest goes into evaluation and storage
TRIED = 5  # steps that measure the speed
PLAN = "plan.json"


def main(
    file: blocks.FILE = None,
    minutes: Annotated[float, typer.Option(help="In all; sets the number of steps.")] = 10.0,
    seeds: blocks.SEEDS = 4,
    members: Annotated[int | None, typer.Option(help="Seeds trained at once, if not all: for less memory.")] = None,
    width: blocks.WIDTH = 1024,
    batch: blocks.BATCH = 8192,
    steps: Annotated[int | None, typer.Option(help="Instead of as many as fit.")] = None,
    bf16: Annotated[bool | None, typer.Option(help="Large products in bfloat16; default: on a GPU.")] = None,
    peak_tflops: Annotated[float, typer.Option(help="Of the device, at this precision: for the share.")] = np.nan,
    device: str | None = None,
    folder: blocks.FOLDER = Path("runs/paper_size"),
    out: Annotated[Path | None, typer.Option(help="For example results/paper_size.csv; default: none.")] = None,
) -> None:
    """Measure the speed, train what fits, and print errors with intervals, speed and share of the peak."""
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    bf16 = not device.startswith("cpu") if bf16 is None else bf16
    members, size, tables = min(members or seeds, seeds), dict(width=width, batch=batch), []
    poses = film(blocks.read_motion(file), "orthographic")
    how = dict(policies=("last",), evaluations=1, max_test_poses=blocks.TEST_POSES)
    how |= dict(members=members, device=device, processes=1)
    with patch.object(Linear, "forward", product_in_bf16) if bf16 else nullcontext():
        tried = {p: {n: try_steps(n, poses, members, PRESETS[p](**size), device) for n in NAMES} for p in USED}
        steps = steps or planned(folder / PLAN, minutes, -(-seeds // members), tried)
        for preset in USED:
            config, place = PRESETS[preset](steps=steps, **size), folder / (preset + "-bf16" * bf16)
            bar = StudyBar(desc=preset)
            study = run_study(NAMES, {"train": poses}, range(seeds), config, place, progress=bar, **how)
            per_step = study.results.seconds / steps  # of one seed: those trained at once share the seconds
            operations = study.results.representation.map({name: one for name, (_, one) in tried[preset].items()})
            speed = {"poses_per_second": batch / per_step, "share_of_peak": operations / per_step / peak_tflops / 1e12}
            about = dict(preset=preset, bf16=bf16, device=device, steps=steps)
            tables.append(study.results.assign(**about, **size, **speed))
    table = pd.concat(tables, ignore_index=True)[[*about, *size, *blocks.COLUMNS, *speed, "message"]]
    if out is not None:
        blocks.write_table(table, out)
    typer.echo(markdown(summary(table)))


def product_in_bf16(layer: Linear, h: torch.Tensor, whole=Linear.forward) -> torch.Tensor:
    """:class:`Linear` with its product in bfloat16 if it trains and is square: a layer between two wide ones."""
    if not layer.training or layer.weight.shape[1] != layer.weight.shape[2]:
        return whole(layer, h)
    with torch.autocast(h.device.type, torch.bfloat16):
        return whole(layer, h).float()


def try_steps(name: str, poses: PoseSet, members: int, config: TrainConfig, device: str) -> tuple[float, float]:
    """Seconds per step of all members, and operations per step of one."""
    trainer = Trainer(name, evenly(poses.part("train"), 10_000), range(members), config, device)
    trainer.run(2)
    start = time.perf_counter()
    trainer.run(TRIED)  # its test for finite weights waits for the GPU
    return (time.perf_counter() - start) / TRIED, step_operations(trainer) / members


def planned(path: Path, minutes: float, groups: int, tried: dict) -> int:
    """The number of steps: what an earlier call stored, or what fits into the time."""
    if not path.exists():
        seconds = groups * sum(seconds for names in tried.values() for seconds, _ in names.values())
        plan = {"steps": max(int(SHARE * 60 * minutes / seconds), 1), "seconds_of_a_step": seconds}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: file.write(json.dumps(plan).encode()))
    return json.loads(path.read_bytes())["steps"]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per preset and representation: errors with intervals, speed and share of the peak."""
    by = ["preset", "representation"]
    speed = table.groupby(by, sort=False)[["poses_per_second", "share_of_peak"]].mean()
    rows = blocks.means(table, by).assign(steps=table.steps.iloc[0])
    rates = {"poses per second": speed.poses_per_second.round().astype(int).to_numpy()}
    return rows.assign(**rates, **{"% of peak": (100 * speed.share_of_peak).round(1).to_numpy()})


if __name__ == "__main__":
    typer.run(main)
