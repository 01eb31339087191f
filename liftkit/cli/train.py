"""liftkit train: the main job."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Annotated

import typer

from liftkit.cli.common import (
    STOPPED,
    BatchOption,
    DataOption,
    LearningRateOption,
    PresetOption,
    PriorOption,
    StepsOption,
    TiltOption,
    TiltSpreadOption,
    WidthOption,
    check_out,
    friendly,
    show_baselines,
    show_table,
    with_summary,
)


@friendly
def train(
    data: DataOption = "synthetic",
    representation: Annotated[str, typer.Option(help="How the pose is cut into segments.")] = "legs_torso",
    seeds: Annotated[int, typer.Option(help="Members of the ensemble: seeds 0, 1, ...", min=1)] = 2,
    preset: PresetOption = "lesson",
    steps: StepsOption = None,
    width: WidthOption = None,
    batch: BatchOption = None,
    learning_rate: LearningRateOption = None,
    prior: PriorOption = None,
    tilt: TiltOption = None,
    tilt_spread: TiltSpreadOption = None,
    out: Annotated[Path | None, typer.Option(help="Save the run and its results in this folder.")] = None,
) -> None:
    """Train a lifter on 2D poses alone, then judge it on test poses.

    Example: `liftkit train --data cmu.npz --representation full --seeds 6 --out runs/full`
    """
    from liftkit import Trainer, load_poses, preset_config
    from liftkit.callbacks import ProgressBar

    options = dict(steps=steps, width=width, batch=batch, learning_rate=learning_rate)
    config = preset_config(preset, **options, prior=prior, tilt=tilt, tilt_spread=tilt_spread)
    check_out(out)
    poses = load_poses(data)
    trainer = Trainer(representation, poses, range(seeds), config)
    typer.echo(f"{poses}\n{representation}: {trainer.lifter.parameter_count:,} parameters a member, {seeds} members, "
               f"prior {config.prior}")  # fmt: skip
    if out is None:
        typer.echo("The run will not be kept: --out FOLDER saves it.")
    run = _train(trainer, ProgressBar())
    results = _judge(run, poses)
    if out is not None:
        _save(run, results, out)
    if run.message:
        typer.echo(f"Stopped early: {run.message}", err=True)
        raise typer.Exit(STOPPED)


def _train(trainer, bar):
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the message is told at the end
        run = trainer.run(callbacks=[bar]).to_run()
    seconds = time.perf_counter() - started
    seen = trainer.steps_done * trainer.config.batch
    rate = seen * len(run.seeds) / seconds
    typer.echo(f"Trained in {seconds:.0f} s: {len(run.seeds)} x {seen:,} poses, {rate:,.0f} a second in all\n")
    return run


def _judge(run, poses):
    """Show the errors on the test poses, or on all where there are none such; None where there is no truth."""
    from liftkit import evaluate

    if poses.x3d is None:
        typer.echo("These poses have no 3D truth: nothing to judge the lifter by.")
        return None
    judged = poses.part("test")
    kind = "test" if (judged.split == "test").all() else "training"
    results = evaluate(run, judged)
    show_table(with_summary(results), f"Errors in mm on {len(judged):,} {kind} poses")
    show_baselines(judged)
    return results


def _save(run, results, out: Path) -> None:
    from liftkit.system.files import write_atomically

    run.save(out)
    if results is not None:
        results.insert(0, "representation", run.representation.name)
        write_atomically(out / "results.csv", lambda file: results.to_csv(file, index=False))
    typer.echo(f"Saved in {out}.")
