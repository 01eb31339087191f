"""What the recorded runs depend on: ``python -m benchmarks.dependence``; minutes. Writes ``results/dependence*``
and ``liftkit/recorded/dependence.csv``.

The five recorded runs on test people of the embedded data, whose legs and torso move independently (coupling 0), and
on others whose torso follows the legs (coupling 1); beside them lifters of the whole pose that were shown the answers,
trained on the one and on the other. Then lifters trained where the torso follows the legs, and judged on combinations
of legs and arms that they have never seen: does made-up dependence cost accuracy? With ``--study`` also the networks
of the study on real motion (``benchmarks.real_study``), on CMU's test clips.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from formats.positions import read_positions

from benchmarks.blocks import with_ends, write_table
from benchmarks.pages import CHROMIUM, write_svg
from benchmarks.speed import peak_mib
from liftkit import (
    Discriminator,
    Lifter,
    PoseSet,
    Run,
    Study,
    TrainConfig,
    dependence_and_error,
    dependence_summary,
    evaluate,
    film,
    intervention,
    learned_correlation,
    load_poses,
    load_record,
    sensitivity,
    supervised_reference,
    train,
    verdicts,
)
from liftkit.plots import dependence_figure
from liftkit.poses import evenly
from liftkit.recorded import DEPENDENCE
from liftkit.representations import PAPER
from liftkit.study.statistics import p_text

COUNT = 5000
UNSEEN_STEPS = 800
BEYOND = ("subject", "facing")


def main(
    study: Annotated[Path | None, typer.Option(help="Folder of benchmarks.real_study.")] = None,
    file: Annotated[Path | None, typer.Option(help="cmu17_bodies.npz, for --study.")] = None,
    out: Annotated[Path, typer.Option(help="The folder of the other tables.")] = Path("results"),
    table: Annotated[Path, typer.Option(help="The file of the dependences.")] = DEPENDENCE,
) -> None:
    """Print and write the tables: dependence within and between parts, verdicts, and the link to error."""
    runs = {name: load_record(name) for name in PAPER}
    if CHROMIUM:
        draw(runs, out)
    tables = {"": [], "_verdicts": [], "_error": []}
    for coupling in (0.0, 1.0):
        poses = load_poses("synthetic", coupling=coupling)
        taught = {"shown the answers": supervised_reference(poses, range(4), runs["full"].config)}
        add(tables, f"synthetic, coupling {coupling:g}", runs | taught, poses.test)
    unseen(tables)
    if study is not None:
        real = film(read_positions(file), "orthographic")
        trained = Study.load(study / "cmu-gravity")
        runs = {name: trained.run(name) for name in PAPER}
        taught = {"shown the answers": supervised_reference(real, range(4), runs["full"].config)}
        add(tables, "cmu", runs | taught, real.test)
    for name, parts in tables.items():
        found = pd.concat(parts, ignore_index=True)
        write_table(found, out / f"dependence{name}.csv" if name else table)
        typer.echo(found.round(3).to_string(index=False))
    typer.echo(f"sensitivity of 8 members x 5,000 poses at width 128: {sensitivity_seconds():.1f} s; {peak_mib()} MiB")


def draw(runs: dict[str, Run], out: Path) -> None:
    """The whole pose beside legs and torso: each joint swapped by itself."""
    poses = evenly(load_poses("synthetic").test, COUNT)
    moved = {name: intervention(runs[name], poses, "joints") for name in ("full", "legs_torso")}
    write_svg(dependence_figure(moved, "five_parts"), out / "dependence.svg", width=1000, height=500)


def add(tables: dict[str, list], data: str, runs: dict[str, Run], poses: PoseSet) -> None:
    few = evenly(poses, COUNT)
    swapped = {name: intervention(run, few) for name, run in runs.items()}
    correlated = {name: learned_correlation(run, few, within=BEYOND) for name, run in runs.items()}
    for measured in (
        swapped,
        {name: sensitivity(run, few) for name, run in runs.items()},
        correlated,
        {name: found.excess for name, found in correlated.items()},
    ):
        tables[""].append(dependence_summary(measured).assign(data=data))
    for name, run in runs.items():
        tables["_verdicts"].append(verdicts(run, poses, within=BEYOND).assign(name=name, data=data))
    errors = pd.concat(evaluate(run, few).assign(representation=name) for name, run in runs.items())
    tables["_error"].append(dependence_and_error(swapped, errors).assign(data=data))


def unseen(tables: dict[str, list]) -> None:
    tied, free = load_poses("synthetic", coupling=1.0), load_poses("synthetic").test
    strange = evenly(free.select(~np.isin(free.action, np.unique(tied.train.action))), COUNT)
    runs = {
        name: train(name, tied, range(8), width=64, steps=UNSEEN_STEPS)
        for name in ("full", "legs_torso", "legs_torso_shared")
    }
    swapped = {name: intervention(run, strange) for name, run in runs.items()}
    errors = pd.concat(evaluate(run, strange).assign(representation=name) for name, run in runs.items())
    table = dependence_and_error(swapped, errors)
    tables["_error"].append(table.assign(data="trained at coupling 1, combinations unseen"))


def summary(dependences: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """The figures for a page: how far depths move if the other part is swapped, what correlates, verdicts."""
    moved = dependences[dependences.what == "movement of the lifted depth"].set_index(["data", "name"])
    rows = []
    for (data, name), found in judged.groupby(["data", "name"], sort=False):
        row, r2 = moved.loc[data, name], found.set_index("source")
        words = r2.verdict.unique()
        rows.append(
            {"tested on": data, "lifter": name, "seeds": row.members}
            | {
                "moves (mm)": with_ends(row["between"], row.between_low95, row.between_high95)
                if row["between"]
                else "0"
            }
            | {"R² legs → torso": f"{r2.r2_learned['legs']:.2f} ({r2.r2_data['legs']:.2f})"}
            | {"R² torso → legs": f"{r2.r2_learned['torso']:.2f} ({r2.r2_data['torso']:.2f})"}
            | {"verdict": words[0] if len(words) == 1 else f"{r2.verdict['legs']}; torso → legs {r2.verdict['torso']}"}
        )
    return pd.DataFrame(rows)


def with_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """The figures for a page: whether seeds that depend more have larger errors, where anything depends."""
    rows = []
    for _, row in errors.iterrows():
        known = row.rho == row.rho
        rows.append(
            {"trained on, tested on": row.data, "lifter": row["name"], "seeds": row.seeds, "error": f"{row.error:.1f}"}
            | {"moves": f"{row['between']:.1f}", "Spearman": f"{row.rho:+.2f} ({p_text(row.p)})" if known else "-"}
        )
    return pd.DataFrame(rows)


def sensitivity_seconds() -> float:
    lifter, discriminator = Lifter("legs_torso", 128, 8), Discriminator(128, 8)
    run = Run(lifter, discriminator, tuple(range(8)), TrainConfig(width=128), pd.DataFrame())
    poses = evenly(load_poses("synthetic"), COUNT)
    start = time.perf_counter()
    sensitivity(run, poses)
    return time.perf_counter() - start


if __name__ == "__main__":
    typer.run(main)
