"""Train the recorded runs and store them in the package: ``make records``. Killed, it goes on when called again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from liftkit import TrainConfig, evaluate, load_poses, run_study
from liftkit.callbacks import StudyBar
from liftkit.poses import evenly
from liftkit.recorded import FOLDER, MAX_TEST_POSES, record_table, shrink, store
from liftkit.representations import PAPER
from liftkit.system.files import write_atomically


def main(
    seeds: Annotated[int, typer.Option(help="Seeds 0, 1, ... of each representation.")] = 8,
    steps: Annotated[int, typer.Option(help="Training steps of 256 poses.")] = 1563,
    folder: Annotated[Path, typer.Option(help="The study's folder, where it can go on.")] = Path("runs/records"),
    out: Annotated[Path, typer.Option(help="Where the records are kept.")] = FOLDER,
) -> None:
    """The five representations of the paper at a lesson's width on the embedded data, by the last step's weights."""
    poses = load_poses("synthetic")
    config = TrainConfig.lesson(steps=steps, record_every=20)
    study = run_study(
        PAPER,
        poses,
        range(seeds),
        config,
        folder,
        policies=("last",),
        max_test_poses=MAX_TEST_POSES,
        progress=StudyBar(),
    )
    test, tables = evenly(poses.test, MAX_TEST_POSES), []
    out.mkdir(parents=True, exist_ok=True)
    for name in PAPER:
        run = shrink(study.run(name))  # evaluated as it is stored
        store(run, out)
        table = evaluate(run, test).assign(representation=name, parameters=run.parameter_count)
        tables.append(table[["representation", *(column for column in table if column != "representation")]])
    history = study.history.drop(columns="data")
    about = {
        "command": "make records",
        "config": config.to_dict(),
        "seeds": list(range(seeds)),
        "representations": {job.representation.name: job.representation.to_dict() for job in study.jobs},
        "sessions": study.about["sessions"],
    }
    write_atomically(out / "results.csv", lambda f: pd.concat(tables).round(4).to_csv(f, index=False))
    write_atomically(out / "history.csv", lambda f: history.to_csv(f, index=False, float_format="%.5g"))
    write_atomically(out / "about.json", lambda f: f.write((json.dumps(about, indent=1) + "\n").encode()))
    typer.echo(study.summary().round(2).to_string(index=False))
    typer.echo(study.compare([name for name in PAPER if name != "full"], "full").round(3).to_string(index=False))


def summary() -> pd.DataFrame:
    """The figures of what is stored, for a page: errors over seeds, and the difference from the full pose."""
    return record_table().drop(columns="").reset_index()


if __name__ == "__main__":
    typer.run(main)
