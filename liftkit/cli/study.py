"""liftkit study: the experiment, many seeds of several representations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from liftkit.cli import options
from liftkit.cli.common import friendly, show_table

SHOWN = ("representation", "seeds", "mean", "low95", "high95", "sd", "median", "reached", "mirrored")


@friendly
def study(
    out: Annotated[Path, typer.Option(help="The study's folder; one that was killed goes on.")],
    data: Annotated[
        list[str] | None, typer.Option(help='"synthetic" or a pose file; may be given several times.')
    ] = None,
    test: Annotated[list[str] | None, typer.Option(help="More pose files to evaluate on.")] = None,
    representations: Annotated[
        str | None, typer.Option(help="Names with commas between them; default: the five of the paper.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Seeds 0, 1, ... of each representation.", min=1)] = 4,
    preset: options.Preset = "lesson",
    steps: options.Steps = None,
    width: options.Width = None,
    batch: options.Batch = None,
    learning_rate: options.LearningRate = None,
    prior: options.Prior = None,
    tilt: options.Tilt = None,
    tilt_spread: options.TiltSpread = None,
    policies: Annotated[str, typer.Option(help="Which checkpoints count.")] = "last,unsupervised,oracle",
    judged: Annotated[int, typer.Option(help="At most so many test poses, evenly spaced.", min=1)] = 4096,
    members: Annotated[int | None, typer.Option(help="Seeds trained as one ensemble.", min=1)] = None,
    processes: Annotated[int | None, typer.Option(help="Default: one a core.", min=1)] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a dask scheduler that gives the workers.")] = None,
    restart: Annotated[bool, typer.Option(help="Throw away what is in the folder.")] = False,
) -> None:
    """Train representations x seeds x data sets, evaluate all, and show which is better and how surely.

    Example: `liftkit study --data cmu.npz --representations full,legs_torso --seeds 8 --out runs/study`
    """
    from liftkit import preset_config, run_study
    from liftkit.callbacks import StudyBar
    from liftkit.representations import PAPER

    given = dict(steps=steps, width=width, batch=batch, learning_rate=learning_rate)
    config = preset_config(preset, **given, prior=prior, tilt=tilt, tilt_spread=tilt_spread)
    names = [name.strip() for name in representations.split(",")] if representations else PAPER
    sets = {Path(name).stem: name for name in data or ["synthetic"]}
    tests = {Path(name).stem: name for name in test or []}
    client = _client(scheduler)
    done = run_study(
        names, sets, range(seeds), config, out, client, tests=tests, policies=policies.split(","),
        max_test_poses=judged, members=members, processes=processes, restart=restart, progress=StudyBar(),
    )  # fmt: skip
    typer.echo("PA-MPJPE in mm, reflection allowed, over seeds.\n")
    for policy in done.results.policy.unique():
        table = done.summary(policy)
        for (data_set, test_set), rows in table.groupby(["data", "test"], sort=False):
            title = f"Trained on {data_set}, evaluated on {test_set}, checkpoint: {policy}"
            show_table(rows[list(SHOWN)], title)
    typer.echo(f"Tables, settings and networks are in {out}.")


def _client(scheduler: str | None):
    if scheduler is None:
        return None
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError("--scheduler needs dask: in the clone, pip install -e '.[cluster]'") from error
    try:
        return Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(f"--scheduler {scheduler}: no dask scheduler answers there ({error})") from error
