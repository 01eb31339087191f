"""What was trained on what, and tested on what: ``python -m benchmarks.matrix cmu17_bodies.npz``.

Five representations (under the paper's prior the two that it compares), trained on basic, broad and random synthetic
poses, on CMU's train clips and on mixtures; tested on the test poses of each, in the mean over poses, over actions
("macro") and by action. Beside them a network of the full pose that was shown the true depths ("supervised").
Orthographic cameras that look down by 10 degrees; the scale is the prior's, as in ``benchmarks.real_study``. Killed, it
goes on when called again. Of random poses nobody can know the depth of a limb: judge on motion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks import blocks
from benchmarks.pages import markdown
from benchmarks.real_study import CLAIMED, SCALES
from liftkit import PoseSet, Run, TrainConfig, baselines, evaluate, film, load_poses, run_study, supervised_reference
from liftkit.callbacks import StudyBar
from liftkit.poses import concatenate, evenly
from liftkit.recorded import MATRIX
from liftkit.representations import PAPER
from liftkit.study.jobs import fingerprint

SYNTHETIC = ("basic", "broad", "random")
MIXTURES = (("broad", "random"), ("broad", "cmu"), ("broad", "random", "cmu"))
NAMES = {"gravity": PAPER, "paper": CLAIMED}
SUPERVISED = "supervised"
MEANS = ("poses", "macro")  # over poses; over actions
GROUP = ["data", "test", "representation"]


def main(
    file: blocks.FILE = None,
    train: Annotated[list[str] | None, typer.Option(help="A training set; may be given often. Default: all.")] = None,
    seeds: blocks.SEEDS = 4,
    claimed: Annotated[int, typer.Option(help="Seeds of full and legs_torso, which the paper's claims are about.")] = 8,
    width: blocks.WIDTH = 96,
    steps: blocks.STEPS = 1500,
    batch: blocks.BATCH = 256,
    prior: blocks.PRIOR = "gravity",
    folder: blocks.FOLDER = Path("runs/matrix"),
    table: Annotated[Path, typer.Option(help="The errors of every seed; the prior is put into its name.")] = MATRIX,
    out: Annotated[Path, typer.Option(help="The means by action; likewise.")] = Path("results/matrix.csv"),
    processes: blocks.PROCESSES = None,
) -> None:
    """Run, or go on with, the matrix of a prior, or some training sets of it: the rows of others stay. The errors of
    every seed go into the package, where lessons find them (``liftkit.recorded.matrix_results``), the means over seeds
    by action into ``results/``."""
    sources = training_sets(file)
    tests = {name: by_movement(s) for name, s in sources.items() if "+" not in name}
    size = dict(width=width, steps=steps, batch=batch)
    config = TrainConfig(**size, prior=prior, scale=SCALES[prior])
    judged = []
    for source in blocks.chosen(train, sources, "--train"):
        trained = lifters(sources[source], source, seeds, claimed, config, folder, processes)
        judged += [judge(run, tests).assign(data=source, representation=name) for name, run in trained]
    errors = pd.concat(judged, ignore_index=True)
    nothing = pd.DataFrame({name: baselines(test).pa_mpjpe_reflection for name, test in tests.items()})
    mean = errors.action.isin(MEANS)
    actions = blocks.interval_columns(errors[~mean], [*GROUP, "action"])
    table, out = (place.with_stem(f"{place.stem}_{prior}") for place in (table, out))
    means = blocks.with_stored(errors[mean].assign(prior=prior), table, "data", [*sources])
    means = means.assign(flat=means.test.map(nothing.loc[0]), chance=means.test.map(nothing.loc[1]))
    means = means[["prior", "data", "test", "action", "flat", "chance", *blocks.COLUMNS]]
    blocks.write_table(means, table)
    blocks.write_table(blocks.with_stored(actions, out, "data", [*sources]), out)
    typer.echo(markdown(summary(means)))


def lifters(
    poses: PoseSet, source: str, seeds: int, claimed: int, config: TrainConfig, folder: Path, processes: int | None
) -> Iterator[tuple[str, Run]]:
    """Everything trained on one set of poses, by representation: "supervised" was shown the answers."""
    how = dict(policies=("last",), evaluations=1, max_test_poses=1, processes=processes)  # the tests follow
    for names, wanted in ((NAMES[config.prior], range(seeds)), (CLAIMED, range(seeds, claimed))):
        if wanted:
            place = folder / config.prior / f"{source}-{wanted[0]}"
            bar = StudyBar(desc=f"{config.prior}, {source}")
            study = run_study(names, {source: poses}, wanted, config, place, progress=bar, **how)
            yield from ((name, study.run(name)) for name in names)
    yield SUPERVISED, supervised(poses, source, seeds, config, folder / SUPERVISED)


def training_sets(file: Path | None) -> dict[str, PoseSet]:
    """Every source and mixture by name; CMU's only if there is a file."""
    sources = {name: load_poses("synthetic", movements=name) for name in SYNTHETIC}
    if file is not None:
        sources["cmu"] = film(blocks.read_motion(file), "orthographic")
    possible = [parts for parts in MIXTURES if set(parts) <= set(sources)]
    return sources | {"+".join(m): concatenate([sources[part] for part in m], "+".join(m)) for m in possible}


def by_movement(poses: PoseSet) -> PoseSet:
    """Test poses with the movement of the legs as their action: "walk" for "walk+wave"."""
    poses = evenly(poses.part("test"), blocks.TEST_POSES)
    return replace(poses, action=np.array([action.partition("+")[0] for action in poses.action]), copy=False)


def supervised(poses: PoseSet, source: str, seeds: int, config: TrainConfig, folder: Path) -> Run:
    """Networks that were shown the answers, kept in a folder; they depend on no prior."""
    place = folder / f"{source}-{config.width}-{config.steps}-{config.batch}-{seeds}-{fingerprint(poses)}"
    if not place.exists():  # moved there as a whole
        supervised_reference(poses, range(seeds), config).save(new := place.with_name(f".{place.name}"))
        new.rename(place)
    return Run.load(place)


def judge(run: Run, tests: dict[str, PoseSet]) -> pd.DataFrame:
    """The errors of every seed on every test: by action, over all "poses", and "macro", the mean over actions."""
    rows = []
    for name, test in tests.items():
        actions = evaluate(run, test, by="action")
        macro = actions.groupby("seed", as_index=False)[[*blocks.ERRORS, "mirrored"]].mean().assign(action="macro")
        poses = evaluate(run, test).assign(action="poses")
        rows.append(pd.concat([poses, macro, actions]).assign(test=name))
    return pd.concat(rows)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per training set and representation, one column per test: over poses, reflection forbidden / allowed."""
    rows: dict[tuple, dict] = {}
    for (source, test, name), seeds in table[table.action == "poses"].groupby(GROUP, sort=False):
        cell = " / ".join(blocks.with_interval(seeds[error], 0) for error in blocks.ALIGNMENTS)
        row = rows.setdefault((source, name), {"trained on": source, "representation": name})
        row["{} (flat {:.0f}, chance {:.0f})".format(test, *seeds[["flat", "chance"]].iloc[0])] = cell
    return pd.DataFrame(rows.values())


if __name__ == "__main__":
    typer.run(main)
