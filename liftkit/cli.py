"""The command line: ``liftkit train | evaluate | data | doctor``."""

from __future__ import annotations

import time
import warnings
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

BAD_INPUT, STOPPED = 2, 3
SHOWN = ("n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection", "pck", "auc", "mirrored")

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Learn to lift 2D human poses to 3D.")
data = typer.Typer(no_args_is_help=True, help="Make, look at and check pose files.")
app.add_typer(data, name="data")

DataOption = Annotated[str, typer.Option("--data", help='"synthetic", or the path of a pose file (.npz).')]


def _friendly(command):
    """Bad input and a failing disk become one clear line and exit code 2, not a traceback."""

    @wraps(command)
    def wrapped(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except (ValueError, OSError) as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(BAD_INPUT) from error

    return wrapped


def _show(frame, title: str) -> None:
    table = Table(title=title, title_justify="left")
    for column in frame.columns:
        table.add_column(
            str(column).replace("_", " "),
            justify="left" if frame[column].dtype.kind not in "fiu" else "right",
        )
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row))
    Console().print(table)


def _show_baselines(poses) -> None:
    from liftkit import baselines

    _show(baselines(poses)[["lifter", *SHOWN[:-1]]], "For comparison: all depths 0; another pose's depths")


def _with_summary(table):
    """Rows as text, and below them the mean and the range over seeds."""
    import pandas as pd

    summary = [table[list(SHOWN)].agg(how).to_dict() | {"seed": how} for how in ("mean", "min", "max")]
    return pd.concat([table.astype({"seed": str}), pd.DataFrame(summary)])[["seed", *SHOWN]]


@app.command()
@_friendly
def train(
    data: DataOption = "synthetic",
    representation: Annotated[str, typer.Option(help="How the pose is cut into segments.")] = "legs_torso",
    seeds: Annotated[int, typer.Option(help="Members of the ensemble: seeds 0, 1, ...", min=1)] = 2,
    preset: Annotated[str, typer.Option(help='"lesson" or "paper": what the options below start from.')] = "lesson",
    steps: Annotated[int | None, typer.Option(help="Training steps.")] = None,
    width: Annotated[int | None, typer.Option(help="Units of the residual blocks.")] = None,
    batch: Annotated[int | None, typer.Option(help="Poses a step and member.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Adam's, for both networks.")] = None,
    prior: Annotated[str | None, typer.Option(help='"paper" or "gravity".')] = None,
    tilt: Annotated[float | None, typer.Option(help="The camera's tilt in degrees (gravity).")] = None,
    tilt_spread: Annotated[float | None, typer.Option(help="Its standard deviation where unknown.")] = None,
    out: Annotated[Path | None, typer.Option(help="Save the run and its results in this folder.")] = None,
) -> None:
    """Train a lifter on 2D poses alone, then judge it on test poses.

    Example: `liftkit train --data cmu.npz --representation full --seeds 6 --out runs/full`
    """
    from liftkit import PRESETS, TrainConfig, Trainer, evaluate, load_poses
    from liftkit.callbacks import ProgressBar

    if preset not in PRESETS:
        raise ValueError(f"unknown preset {preset!r}; there are {', '.join(PRESETS)}")
    options = dict(steps=steps, width=width, batch=batch, learning_rate=learning_rate)
    options |= dict(prior=prior, tilt=tilt, tilt_spread=tilt_spread)
    config: TrainConfig = PRESETS[preset](**{name: value for name, value in options.items() if value is not None})
    _check_out(out)
    poses = load_poses(data)
    trainer = Trainer(representation, poses, range(seeds), config)
    judged, kind = (poses.test, "test") if (poses.split == "test").any() else (poses, "training")
    typer.echo(f"{poses}\n{representation}: {trainer.lifter.parameter_count:,} parameters a member, {seeds} members, "
               f"prior {config.prior}")  # fmt: skip
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the message is told below
        run = trainer.run(callbacks=[ProgressBar()]).to_run()
    seconds = time.perf_counter() - started
    seen = trainer.steps_done * config.batch
    typer.echo(f"{seen:,} poses a member in {seconds:.0f} s: {seen * seeds / seconds:,.0f} poses a second\n")
    if judged.x3d is not None:
        results = evaluate(run, judged)
        _show(_with_summary(results), f"Errors in mm on {len(judged):,} {kind} poses")
        _show_baselines(judged)
    else:
        typer.echo("These poses have no 3D truth: nothing to judge the lifter by.")
        results = None
    if out is not None:
        _save(run, results, out)
    if run.message:
        typer.echo(f"Stopped early: {run.message}", err=True)
        raise typer.Exit(STOPPED)


def _check_out(out: Path | None) -> None:
    """Refuse a folder that holds something before hours are spent on what could not be saved there."""
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"--out {out}: expected a new or empty folder; nothing is overwritten")


def _save(run, results, out: Path) -> None:
    from liftkit.files import write_atomically

    run.save(out)
    if results is not None:
        results.insert(0, "representation", run.representation.name)
        write_atomically(out / "results.csv", lambda file: results.to_csv(file, index=False))
    typer.echo(f"Saved in {out}.")


@app.command("evaluate")
@_friendly
def evaluate_(
    run: Annotated[Path, typer.Argument(help="The folder of a trained run.")],
    data: DataOption = "synthetic",
    split: Annotated[str, typer.Option(help='The poses to judge on: "test", "train" or "all".')] = "test",
    by: Annotated[str | None, typer.Option(help='A row for each "action", "subject" or "joint".')] = None,
) -> None:
    """Judge a saved run on poses whose 3D is known.

    Example: `liftkit evaluate runs/full --data cmu.npz --by action`
    """
    from liftkit import Run, evaluate, load_poses

    loaded, poses = Run.load(run), load_poses(data)
    poses = poses if split == "all" else poses.select(split=split)
    table = evaluate(loaded, poses, by=by)
    title = f"{loaded.representation.name}: errors in mm on {len(poses):,} poses of {poses.name}"
    if by is None:
        _show(_with_summary(table), title)
        _show_baselines(poses)
    else:
        columns = [column for column in SHOWN if column in table]
        _show(table.groupby(by, sort=False, as_index=False)[columns].mean(), f"{title}, mean over seeds")


@app.command()
@_friendly
def draw(
    run: Annotated[Path, typer.Argument(help="The folder of a trained run.")],
    out: Annotated[Path, typer.Option(help="The picture to write (.svg).")],
    data: DataOption = "synthetic",
    count: Annotated[int, typer.Option(help="How many poses, evenly from the test poses.", min=1, max=50)] = 4,
    member: Annotated[int, typer.Option(help="Which member lifts them.", min=0)] = 0,
) -> None:
    """Draw lifted poses, seen from the side, beside the truth.

    Example: `liftkit draw runs/full --data cmu.npz --out lifted.svg`
    """
    import numpy as np

    from liftkit import Run, load_poses
    from liftkit.drawing import lifting_svg
    from liftkit.files import write_atomically

    loaded, poses = Run.load(run), load_poses(data)
    if member >= len(loaded.seeds):
        raise ValueError(
            f"--member {member}: expected 0 to {len(loaded.seeds) - 1}, the run has {len(loaded.seeds)} members"
        )
    poses = poses.test if (poses.split == "test").any() else poses
    poses = poses.select(np.linspace(0, len(poses) - 1, count + 2).astype(int)[1:-1])
    svg = lifting_svg(loaded.lift(poses.x2d)[member], poses.x3d)
    write_atomically(out, lambda file: file.write(svg.encode()))
    typer.echo(f"{len(poses)} poses of {poses.name}, drawn in {out}.")


@data.command("make")
@_friendly
def make(
    file: Annotated[Path, typer.Argument(help="The pose file to write (.npz).")],
    seed: Annotated[int, typer.Option(help="Another seed gives other people.")] = 0,
    coupling: Annotated[float, typer.Option(help="How far arms follow legs, 0 to 1.")] = 0.0,
    rig: Annotated[str, typer.Option(help='"orthographic" (mm) or "perspective" (pixels).')] = "orthographic",
) -> None:
    """Write the embedded synthetic data set to a file.

    Example: `liftkit data make coupled.npz --coupling 1`
    """
    from liftkit import load_poses, save_poses

    if file.exists():
        raise ValueError(f"{file} exists already; nothing is overwritten")
    poses = load_poses("synthetic", seed=seed, coupling=coupling, rig=rig)
    save_poses(poses, file)
    typer.echo(f"{poses}, saved in {file}.")


@data.command("show")
@_friendly
def show(
    name: Annotated[str, typer.Argument(help='"synthetic", or the path of a pose file.')] = "synthetic",
) -> None:
    """Check a pose file and count what is in it.

    Example: `liftkit data show cmu.npz`
    """
    import pandas as pd

    from liftkit import load_poses

    poses = load_poses(name)
    labels = pd.DataFrame({field: getattr(poses, field) for field in ("split", "subject", "clip", "action")})
    counts = labels.groupby("split").agg(poses=("clip", "size"), clips=("clip", "nunique"),
                                         subjects=("subject", "nunique"), actions=("action", "nunique"))  # fmt: skip
    typer.echo(repr(poses))
    _show(counts.reset_index(), "What is in it")


@app.command()
def doctor() -> None:
    """Look at this machine: versions, device, threads, memory; each problem with its remedy.

    Example: `liftkit doctor`
    """
    from liftkit.doctor import examine

    findings = examine()
    for finding in findings:
        mark = "FAIL" if finding.fatal and finding.remedy else "note" if finding.remedy else "ok"
        typer.echo(
            f"{mark:5}{finding.what:13}{finding.found}" + (f"\n{'':5}-> {finding.remedy}" if finding.remedy else "")
        )
    if any(finding.fatal and finding.remedy for finding in findings):
        raise typer.Exit(1)
    typer.echo("liftkit can run here.")
