"""liftkit train: train one representation and evaluate it."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import typer
from typer import Option

from liftkit.cli import options
from liftkit.cli.common import STOPPED, friendly, say, show_baselines, show_table, with_summary


@friendly
def train(
    *,
    data: options.Data = "synthetic",
    representation: Annotated[str, Option(help="How the pose is divided into segments.")] = "legs_torso",
    seeds: Annotated[int, Option(help="Members of the ensemble: seeds 0, 1, ...", min=1)] = 2,
    training: options.Training,
    out: Annotated[Path | None, Option(help="Save the run and its results in this folder.")] = None,
) -> None:
    """Train a lifter on 2D poses only, then evaluate it on test poses.

    Example: `liftkit train --data cmu.npz --representation full --seeds 6 --out runs/full`
    """
    from liftkit import Trainer, load_poses
    from liftkit.callbacks import ProgressBar
    from liftkit.system.files import write_atomically

    config = training.config()
    _check_out(out)
    poses = load_poses(data)
    trainer = Trainer(representation, poses, range(seeds), config)
    say(f"{poses}\n{representation}: {trainer.lifter.parameter_count:,} parameters per member, {seeds} members, "
               f"prior {config.prior}")  # fmt: skip
    if out is None:
        say("The run will not be kept: --out FOLDER saves it.")
    run = _train(trainer, ProgressBar())
    if out is not None:
        run.save(out)  # before anything else can fail
        say(f"Saved in {out}.\n")
    results = _evaluate(run, poses)
    if out is not None and results is not None:
        results.insert(0, "representation", representation)
        write_atomically(out / "results.csv", lambda file: results.to_csv(file, index=False))
    if run.message:
        say(f"Stopped early: {run.message}", err=True)
        raise typer.Exit(STOPPED)


def _check_out(out: Path | None) -> None:
    """Refuse a folder that holds something, or cannot be made, before hours are spent on what could not be saved."""
    if out is None:
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"--out {out}: expected a new or empty folder; nothing is overwritten")
    out.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=out):
        pass


def _train(trainer, bar):
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the message is shown at the end
        run = trainer.run(callbacks=[bar]).to_run()
    seconds = time.perf_counter() - started
    seen = trainer.steps_done * trainer.config.batch
    rate = seen * len(run.seeds) / seconds
    say(f"Trained in {seconds:.0f} s: {len(run.seeds)} x {seen:,} poses, {rate:,.0f} per second in all\n")
    return run


def _evaluate(run, poses):
    """Show the errors on the test poses, or on all if there are none. Returns None if the 3D is not known."""
    from liftkit import evaluate

    if poses.x3d is None:
        say("These poses have no 3D truth: the lifter cannot be evaluated on them.")
        return None
    used = poses.part("test")
    kind = "test" if (used.split == "test").all() else "training"
    results = evaluate(run, used)
    show_table(with_summary(results), f"Errors in mm on {len(used):,} {kind} poses")
    show_baselines(used)
    return results
