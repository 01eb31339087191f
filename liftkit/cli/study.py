"""liftkit study: the experiment, many seeds of several representations."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated

from typer import Option

from liftkit.cli import options
from liftkit.cli.common import friendly, say, show_table, stoppable
from liftkit.system.extras import optional

SUMMARY = ("representation", "seeds", "mean", "low95", "high95", "pa_mpjpe", "sd", "reached", "parameters")
COMPARISON = ("first", "pairs", "difference", "low_holm", "high_holm", "p", "p_holm", "pa_mpjpe_difference", "verdict")

EXPLANATION = """
PA-MPJPE in mm over seeds: with reflection allowed, and as "pa mpjpe" with reflection forbidden. Intervals: 95 %,
Student's t, over the seeds or pairs given; none below 4. "reached": at most 0.75 times the flat pose's error. Intervals
of differences and "p holm" are corrected by Holm for the rows of a table, "p" is not. The verdict is on the claim that
the first is better by a fifth of the other's error, the paper's figure.
"""


@friendly
def study(
    *,
    out: Annotated[Path, Option(help="The study's folder; one that was killed goes on.")],
    data: Annotated[list[str] | None, Option(help=f"{options.DATA} May be given several times.")] = None,
    test: Annotated[list[str] | None, Option(help="More pose files to evaluate on.")] = None,
    representations: Annotated[
        str | None, Option(help="Names with commas between them; default: the five of the paper.")
    ] = None,
    seeds: Annotated[int, Option(help="Seeds 0, 1, ... of each representation.", min=1)] = 4,
    training: options.Training,
    policies: Annotated[str, Option(help="Which checkpoints count.")] = "last,unsupervised,oracle",
    judged: Annotated[int, Option(help="At most so many test poses, evenly spaced.", min=1)] = 4096,
    members: Annotated[int | None, Option(help="Seeds trained as one ensemble.", min=1)] = None,
    processes: Annotated[int | None, Option(help="Default: one a core.", min=1)] = None,
    scheduler: Annotated[str | None, Option(help="Address of a dask scheduler that gives the workers.")] = None,
    restart: Annotated[bool, Option(help="Throw away what is in the folder.")] = False,
    supervised: Annotated[bool, Option(help="Also train networks with the answers, as a reference.")] = False,
) -> None:
    """Train representations x seeds x data sets, evaluate all, and show which is better and how surely.

    Example: `liftkit study --data cmu.npz --representations full,legs_torso --seeds 8 --out runs/study`
    """
    from liftkit import run_study
    from liftkit.callbacks import StudyBar
    from liftkit.representations import PAPER

    config = training.config()
    names = [name.strip() for name in representations.split(",")] if representations else PAPER
    sets, tests = _by_stem(data or ["synthetic"], test or [])
    checkpoints = [name.strip() for name in policies.split(",")]
    client = _client(scheduler)
    with stoppable(f"What is done is kept in {out}: the same command goes on."):
        done = run_study(
            names, sets, range(seeds), config, out, client, tests=tests, policies=checkpoints,
            max_test_poses=judged, members=members, processes=processes, restart=restart, supervised=supervised,
            progress=StudyBar(),
        )  # fmt: skip
    say(EXPLANATION)
    for policy in done.results.policy.unique():
        show_policy(done, policy, against="full" if "full" in names else names[0])
    say(f"Tables, settings and networks are in {out}.")


def _by_stem(*lists: list[str]) -> list[dict[str, str]]:
    """Each list of files by the names that their sets have in the tables; ValueError if two have the same."""
    known: dict[str, str] = {}
    for name in chain(*lists):
        if (other := known.setdefault(Path(name).stem, name)) != name or list(chain(*lists)).count(name) > 1:
            raise ValueError(f"{other} and {name} would both be called {Path(name).stem!r}: rename one of the files")
    return [{Path(name).stem: name for name in names} for names in lists]


def show_policy(study, policy: str, against: str) -> None:
    """Print the summary, the references and the comparison of each data and test set."""
    from liftkit.study.verdict import describe_mirrored

    summary, names = study.summary(policy), list(study.results.representation.unique())
    others = [name for name in names if name != against]
    pairs = study.compare(others, against, policy) if others else None
    for (data, test), rows in summary.groupby(["data", "test"], sort=False):
        title = f"Trained on {data}, evaluated on {test}, checkpoint: {policy}"
        show_table(rows[list(SUMMARY)], title)
        for row in rows.itertuples():
            share = (row.mirrored, row.mirrored_low95, row.mirrored_high95, row.mirrored_most)
            say(f"{row.representation}: {describe_mirrored(*share, row.seeds)}")
        found = study.references.query("data == @data and test == @test")
        if len(found):
            means = found.groupby(["lifter", "representation"], sort=False)[["pa_mpjpe_reflection", "pa_mpjpe"]].mean()
            show_table(means.reset_index(), "For comparison: all depths 0; another pose's depths; shown the answers")
        if pairs is not None:
            compared = pairs[(pairs.data == data) & (pairs.test == test)]
            show_table(compared[list(COMPARISON)], f"Minus {against}, seed by seed")


def _client(scheduler: str | None):
    if scheduler is None:
        return None
    with optional("cluster"):
        from distributed import Client
    try:
        return Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(f"--scheduler {scheduler}: no dask scheduler answers there ({error})") from error
