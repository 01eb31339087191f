"""The study on real motion: ``python -m benchmarks.real_study cmu17_bodies.npz`` from the repository's root.

The five representations of the paper, trained on CMU motion capture and on synthetic people, evaluated on CMU's test
clips, under both priors; as ``benchmarks.real_motion`` trains them (width 128, 400,128 poses per seed, orthographic).
Under the paper's prior a segment has the paper's scale too, that of the whole pose; under gravity it has its own. Of
the whole pose and of legs + torso more seeds are trained on CMU, as many as the paper's claims need for a power of 0.8:
14 for a difference as large as the paper's, 24 for its spread. Killed, it goes on when called again. Writes the
results, one row per seed and checkpoint policy, into the package, where lessons find them
(``liftkit.recorded.real_study_results``), and into ``results/``: ``study_summary.csv``; ``study_comparisons.csv``,
every representation against the full pose; and ``study.svg``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from formats.positions import read_positions

from benchmarks.pages import CHROMIUM, markdown, write_svg
from liftkit import Study, TrainConfig, film, load_poses, run_study
from liftkit.callbacks import StudyBar
from liftkit.plots import distribution_figure
from liftkit.recorded import REAL_STUDY
from liftkit.representations import PAPER
from liftkit.study.verdict import describe_mirrored
from liftkit.system.files import write_atomically

CLAIMED = ("full", "legs_torso")
CLAIMED_SEEDS = {"gravity": 14, "paper": 24}
SCALES = {"gravity": "segment", "paper": "pose"}
TABLES = ("results", "history")


def main(
    file: Annotated[Path, typer.Argument(help="cmu17_bodies.npz: joint positions in world coordinates.")],
    seeds: Annotated[int, typer.Option(help="Seeds 0, 1, ... of each representation.")] = 8,
    more: Annotated[bool, typer.Option(help="More seeds of full and legs_torso on CMU.")] = True,
    steps: Annotated[int, typer.Option(help="Training steps of 256 poses.")] = 1563,
    folder: Annotated[Path, typer.Option(help="Where the studies are kept while they grow.")] = Path("runs/real_study"),
    out: Annotated[Path, typer.Option(help="The folder of the summaries.")] = Path("results"),
    table: Annotated[Path, typer.Option(help="The file of the results, seed by seed.")] = REAL_STUDY,
    processes: Annotated[int | None, typer.Option(help="Default: one a core.")] = None,
) -> None:
    """Run, or go on with, one study for each training set and prior; then write their tables as one."""
    real = film(read_positions(file), "orthographic")
    tests = {"cmu": real.test}
    studies = {}
    for source in ("cmu", "synthetic"):
        poses = {source: real if source == "cmu" else load_poses(source)}
        for prior in ("gravity", "paper"):
            config = TrainConfig(width=128, steps=steps, prior=prior, scale=SCALES[prior])
            place, bar = folder / f"{source}-{prior}", StudyBar(desc=f"{source}, {prior}")
            how = dict(tests=tests, processes=processes, progress=bar)
            study = run_study(PAPER, poses, range(seeds), config, place, **how)
            if more and source == "cmu":
                further, place = range(seeds, CLAIMED_SEEDS[prior]), place.with_name(f"{place.name}-more")
                study = join(study, run_study(CLAIMED, poses, further, config, place, **how))
            studies[prior, source] = study
            write_tables(studies, out, table)
    if CHROMIUM:
        draw(studies, out)
    typer.echo(markdown(figures(studies)))


def join(study: Study, further: Study) -> Study:
    """The tables of a study with those of further seeds."""
    tables = [pd.concat([getattr(s, name) for s in (study, further)], ignore_index=True) for name in TABLES]
    return Study(*tables, study.about, references=study.references)


def write_tables(studies: dict[tuple[str, str], Study], out: Path, table: Path) -> None:
    """The results of all studies that are finished, and their summaries, each as one table."""
    results = pd.concat([s.results.assign(prior=prior) for (prior, _), s in studies.items()], ignore_index=True)
    summaries = [
        s.summary(policy).assign(prior=prior, policy=policy)
        for (prior, _), s in studies.items()
        for policy in s.results.policy.unique()
    ]
    comparisons = [
        s.compare(PAPER[1:], "full", policy).assign(prior=prior, policy=policy)
        for (prior, _), s in studies.items()
        for policy in s.results.policy.unique()
    ]
    tables = {table: results, out / "study_summary.csv": pd.concat(summaries, ignore_index=True)}
    tables[out / "study_comparisons.csv"] = pd.concat(comparisons, ignore_index=True)
    for path, rows in tables.items():
        write_atomically(path, lambda f, t=rows: t.round(4).to_csv(f, index=False))


def figures(studies: dict[tuple[str, str], Study], policy: str = "last") -> pd.DataFrame:
    """The figures for a page: errors over seeds on CMU's test clips, and each representation against the full pose."""
    rows = []
    for (prior, source), study in studies.items():
        pairs = study.compare(PAPER[1:], "full", policy).query("test == 'cmu'").set_index("first")
        for _, row in study.summary(policy).query("test == 'cmu'").iterrows():
            against = judged = "–"
            if row.representation != "full":
                pair = pairs.loc[row.representation]
                interval = f"{pair.low_holm:+.1f} to {pair.high_holm:+.1f}"
                against = (
                    f"{pair.difference:+.1f} ({pair.relative:+.0%}; {interval}; p {pair.p:.3f}, {pair.p_holm:.3f})"
                )
                judged = pair.verdict
            mirrored = (row.mirrored, row.mirrored_low95, row.mirrored_high95, row.mirrored_most)
            rows.append(
                {"trained on": source, "prior": prior, "representation": row.representation}
                | {"PA-MPJPE (95 %)": f"{row['mean']:.1f} ({row.low95:.1f}–{row.high95:.1f})", "sd": f"{row.sd:.1f}"}
                | {"best": f"{row.best:.1f}", "reached": f"{row.reached * row.seeds:.0f} of {row.seeds}"}
                | {"mirrored": describe_mirrored(*mirrored, row.seeds)}
                | {"against full (95 %, Holm)": against, "better by a fifth": judged}
            )
    return pd.DataFrame(rows)


def draw(studies: dict[tuple[str, str], Study], out: Path) -> None:
    """The errors of all seeds, a panel for each study."""
    tables = [
        s.results[(s.results.policy == "last") & (s.results.test == "cmu")].assign(test=f"cmu ({prior} prior)")
        for (prior, _), s in studies.items()
    ]
    figure = distribution_figure(pd.concat(tables)).update_layout(margin={"t": 50, "r": 20})
    write_svg(figure.update_annotations(font_size=12), out / "study.svg", width=80 + 300 * len(tables))


if __name__ == "__main__":
    typer.run(main)
