"""The study on real motion: ``python -m benchmarks.real_study cmu17_bodies.npz`` from the repository's root.

The five representations of the paper, trained on CMU motion capture and evaluated on CMU's test clips, which are of
other people, under both priors; as ``benchmarks.real_motion`` trains them (width 128, 400,128 poses per seed,
orthographic). Under the paper's prior a segment has the paper's scale too, that of the whole pose; under gravity it has
its own. Of the whole pose and of legs + torso more seeds are trained, as many as the paper's claims need for a power of
0.8: 14 for a difference as large as the paper's, 24 for its spread. What carries over from other training poses is the
question of ``benchmarks.matrix``. Killed, it goes on when called again. Writes the results, one row per seed and
checkpoint policy, into the package, where lessons find them
(``liftkit.recorded.real_study_results``), beside them ``real_study_references.csv``, the flat pose and chance on the
same clips, and into ``results/``: ``study_summary.csv``; ``study_comparisons.csv``, every representation against the
full pose; and ``study.svg``. ``benchmarks.tables`` puts them into the pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from formats.positions import read_positions

from benchmarks.blocks import ALLOWED, FORBIDDEN, with_ends, with_interval, write_table
from benchmarks.pages import CHROMIUM, markdown, write_svg
from liftkit import Study, TrainConfig, film, run_study
from liftkit.callbacks import StudyBar
from liftkit.plots import distribution_figure
from liftkit.recorded import REAL_STUDY
from liftkit.representations import PAPER
from liftkit.study.claims import OTHER, WINNER, difference
from liftkit.study.statistics import compare_pairs, summarise
from liftkit.study.verdict import MIRRORED

CLAIMED = (OTHER, WINNER)
CLAIMED_SEEDS = {"gravity": 14, "paper": 24}
SCALES = {"gravity": "segment", "paper": "pose"}
TABLES = ("results", "history")
ERRORS = {"reflection allowed": ALLOWED, "forbidden": FORBIDDEN}  # as the pages name them


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
    """Run, or go on with, one study for each prior; then write their tables as one."""
    real = film(read_positions(file), "orthographic")
    poses, tests, studies = {"cmu": real}, {"cmu": real.test}, {}
    for prior in ("gravity", "paper"):
        config = TrainConfig(width=128, steps=steps, prior=prior, scale=SCALES[prior])
        place, bar = folder / f"cmu-{prior}", StudyBar(desc=f"cmu, {prior}")
        how = dict(tests=tests, processes=processes, progress=bar)
        # networks that are shown the answers depend on no prior
        study = run_study(PAPER, poses, range(seeds), config, place, supervised=prior == "gravity", **how)
        if more:
            further, place = range(seeds, CLAIMED_SEEDS[prior]), place.with_name(f"{place.name}-more")
            study = join(study, run_study(CLAIMED, poses, further, config, place, **how))
        studies[prior] = study
        results, references = (together(studies, name) for name in ("results", "references"))
        write_table(results, table)
        write_table(references, table.with_stem(f"{table.stem}_references"))
        summaries, pairs = summarised(results, references), compared(results)
        write_table(summaries, out / "study_summary.csv")
        write_table(pairs, out / "study_comparisons.csv")
    if CHROMIUM:
        draw(results, out)
    typer.echo(markdown(figures(summaries, pairs, references)))


def join(study: Study, further: Study) -> Study:
    """The tables of a study with those of further seeds."""
    tables = [pd.concat([getattr(s, name) for s in (study, further)], ignore_index=True) for name in TABLES]
    return Study(*tables, study.about, references=study.references)


def together(studies: dict[str, Study], name: str) -> pd.DataFrame:
    """One of the tables of all studies, with their prior."""
    return pd.concat([getattr(s, name).assign(prior=prior) for prior, s in studies.items()], ignore_index=True)


def summarised(results: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """The distributions over seeds, policy by policy."""
    by = ("prior", "data", "test")
    tables = [
        summarise(rows, references=references, by=by).assign(policy=policy)
        for policy, rows in results.groupby("policy")
    ]
    return pd.concat(tables, ignore_index=True)


def compared(results: pd.DataFrame, names: tuple[str, ...] = PAPER[1:], second: str = "full", **how) -> pd.DataFrame:
    """Representations against another one; a prior, training set and policy are a block, corrected on its own."""
    blocks = results.groupby(["prior", "data", "policy"], sort=False)
    tables = [
        compare_pairs(rows, names, second, **how).assign(prior=prior, policy=policy)
        for (prior, _, policy), rows in blocks
    ]
    return pd.concat(tables, ignore_index=True)


def figures(
    summaries: pd.DataFrame, pairs: pd.DataFrame, references: pd.DataFrame, names: tuple[str, ...] = PAPER
) -> pd.DataFrame:
    """The figures for a page, of the last step's weights on CMU's test clips.

    Means over seeds, each representation against the full pose, and the references: lifters that know nothing, and
    networks that were shown the answers.
    """
    here = "policy == 'last' and test == 'cmu'"
    summaries, against = summaries.query(here), pairs.query(here).set_index(["prior", "data", "first"])
    references = references[references.test == "cmu"]
    flat = references[references.lifter == "flat"][ALLOWED].iloc[0]
    rows = []
    for _, row in summaries[summaries.representation.isin(names)].iterrows():
        minus = judged = "–"
        if row.representation != "full":
            pair = against.loc[row.prior, row.data, row.representation]
            minus, judged = difference(pair), pair.verdict
        shares = (100 * row[["mirrored", "mirrored_low95", "mirrored_high95", "mirrored_most"]]).astype(float)
        mirrored = "{:.0f} % ({:.0f} to {:.0f}), most {:.0f} %".format(*shares)
        if row.mirrored_most < MIRRORED:
            mirrored = "no seed"
        rows.append(
            {"trained on": row.data, "prior": row.prior, "representation": row.representation, "seeds": row.seeds}
            | {"reflection allowed": with_ends(row["mean"], row.low95, row.high95)}
            | {"forbidden": with_ends(row.pa_mpjpe, row.pa_mpjpe_low95, row.pa_mpjpe_high95)}
            | {"mean over actions": f"{row.pa_mpjpe_macro:.1f}"}
            | {"of flat": f"{row['mean'] / flat:.2f}", "sd": f"{row.sd:.1f}"}
            | {"reached": f"{row.reached * row.seeds:.0f} of {row.seeds}"}
            | {"mirrored": mirrored, "minus full": minus, "better (paper: by a fifth)": judged}
        )
    shown = references[(references.lifter == "supervised") & references.representation.isin(names)]
    for (data, name), seeds in shown.groupby(["data", "representation"], sort=False):
        known = {"trained on": data, "prior": "shown the answers", "representation": name, "seeds": len(seeds)}
        rows.append(known | {title: with_interval(seeds[error]) for title, error in ERRORS.items()})
    for _, row in references[references.lifter != "supervised"].drop_duplicates("lifter").iterrows():
        rows.append({"representation": row.lifter} | {title: f"{row[error]:.1f}" for title, error in ERRORS.items()})
    return pd.DataFrame(rows, dtype=object).fillna("–")


def draw(results: pd.DataFrame, out: Path) -> None:
    """The errors of all seeds, a panel for each prior and training set."""
    last = results[(results.policy == "last") & (results.test == "cmu")]
    panels = last.assign(test=last.test + " (" + last.prior + " prior)")
    figure = distribution_figure(panels).update_layout(margin={"t": 50, "r": 20})
    write_svg(figure.update_annotations(font_size=12), out / "study.svg", width=1280)


if __name__ == "__main__":
    typer.run(main)
