"""The paper's four claims, judged by one rule from the stored results: a table for the pages, and nothing that trains.

The rule is ``liftkit.study.verdict``: the words supported, contradicted and undecided, by intervals that are corrected
for the number of comparisons (Holm), with reflection allowed and forbidden. A claim on spread is judged by the test of
Brown and Forsythe.
"""

from __future__ import annotations

import pandas as pd

from benchmarks.blocks import ALLOWED, FORBIDDEN
from benchmarks.dependence import movements
from benchmarks.real_study import CLAIMED, compared
from benchmarks.stability import RATIO, brown_forsythe, power
from liftkit.representations import PAPER
from liftkit.study.statistics import compare_pairs, summarise
from liftkit.study.verdict import ALPHA, CONTRADICTED, SUPPORTED, UNDECIDED, both_alignments, describe_mirrored, verdict

OTHER, WINNER = CLAIMED


def claims(
    results: pd.DataFrame, summaries: pd.DataFrame, pairs: pd.DataFrame, moved: pd.DataFrame, *matrix: pd.DataFrame
) -> pd.DataFrame:
    """One row per claim, one column per prior.

    Args:
        results, summaries, pairs: the tables of ``benchmarks.real_study``.
        moved: the table ``dependence`` of ``benchmarks.dependence``.
        matrix: the tables of ``benchmarks.matrix``, one per prior that was measured.
    """
    carried = abroad(*matrix)
    results, summaries, pairs = (table[table.policy == "last"] for table in (results, summaries, pairs))
    rows = [
        ("1. legs + torso beats the full pose by a fifth", lambda prior: beats(pairs, summaries, prior, "cmu")),
        ("1. and is the best of the five", lambda prior: best(results, prior)),
        ("2. the full pose learns dependences that do not exist", lambda prior: depends(moved, prior)),
        ("3. training is more stable", lambda prior: stable(results, summaries, prior)),
    ]
    for data in carried[0].data.unique():
        title = f"4. it generalises better: from {data} synthetic poses to CMU"
        rows.append((title, lambda prior, data=data: beats(*carried, prior, data)))
    titles = {"gravity": "views about gravity", "paper": "the paper's views"}
    return pd.DataFrame([{"claim": name} | {titles[p]: judge(p) for p in titles} for name, judge in rows])


def abroad(*matrix: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """On CMU's test clips, of what never saw CMU: every representation against the full pose, a prior's as one block,
    and summaries."""
    rows = pd.concat(matrix).query(f"action == 'poses' and test == 'cmu' and representation in {PAPER}")
    rows, by = rows[~rows.data.str.contains("cmu")].assign(parameters=0, seconds=0.0), ("prior", "data", "test")
    pairs = [compare_pairs(table, others(OTHER, table), OTHER, by=by) for _, table in rows.groupby("prior")]
    return pd.concat(pairs, ignore_index=True), summarise(rows, by=by)


def others(name: str, table: pd.DataFrame) -> tuple[str, ...]:
    """The representations of a table but one."""
    return tuple(one for one in PAPER if one != name and one in set(table.representation))


def beats(pairs: pd.DataFrame, summaries: pd.DataFrame, prior: str, data: str) -> str:
    """The winner against the full pose on CMU's test clips."""
    here = "prior == @prior and data == @data and test == 'cmu'"
    pair = pairs.query(f"{here} and first == @WINNER")
    if pair.empty:
        return "not measured"
    pair = pair.iloc[0]
    mirrored = summaries.query(here).set_index("representation")
    columns = ["mirrored", "mirrored_low95", "mirrored_high95", "mirrored_most", "seeds"]
    shares = [f"{name}: {describe_mirrored(*row[columns])}" for name, row in mirrored.loc[[WINNER, OTHER]].iterrows()]
    return f"**{pair.verdict}**: {difference(pair)}; forbidden {difference(pair, FORBIDDEN)}. {'; '.join(shares)}"


def of(pairs: pd.DataFrame | pd.Series, metric: str, *names: str) -> list:
    """Columns of comparisons by one metric; those of the main one have no name before theirs."""
    return [pairs[name if metric == ALLOWED else f"{metric}_{name}"] for name in names]


def difference(pair: pd.Series, metric: str = ALLOWED) -> str:
    mean, low, high, relative = of(pair, metric, "difference", "low_holm", "high_holm", "relative")
    return f"{mean:+.1f} mm ({low:+.1f} to {high:+.1f}, {relative:+.0%})"


def best(results: pd.DataFrame, prior: str) -> str:
    """Whether the winner is better than each of the others: no size is claimed, so below 0 is enough."""
    at_home = results.query("prior == @prior and data == 'cmu' and test == 'cmu'")
    pairs = compared(at_home, others(WINNER, at_home), WINNER, size=0).set_index("first")
    words = [word(*of(pairs, metric, "low_holm", "high_holm", "pairs", "sd")) for metric in (ALLOWED, FORBIDDEN)]
    nearest = pairs.loc[pairs.difference.idxmin()]
    return f"**{both_alignments(*words)}**: {nearest.name} minus {WINNER} {difference(nearest)}"


def word(*intervals: pd.Series) -> str:
    """The verdict on "better than each", from the others' errors minus its own: intervals, seeds, spreads."""
    words = {verdict(low, high, 0, n, sd).split()[0] for low, high, n, sd in zip(*intervals, strict=True)}
    return CONTRADICTED if CONTRADICTED in words else SUPPORTED if words == {SUPPORTED} else UNDECIDED


def depends(moved: pd.DataFrame, prior: str) -> str:
    """How far the depths of one part move if the other is swapped, where legs and torso are known to be independent."""
    if prior != "gravity":
        return "–"
    full, parts = (movements(moved).loc["synthetic, coupling 0", name] for name in (OTHER, WINNER))
    judged = SUPPORTED if full.between_low95 > parts.between_high95 else UNDECIDED
    ends = f"{full.between_low95:.1f} to {full.between_high95:.1f}"
    return f"**{judged}**: {full['between']:.1f} mm ({ends}) in the full pose, {parts['between']:.2g} in legs + torso"


def stable(results: pd.DataFrame, summaries: pd.DataFrame, prior: str) -> str:
    """The spread over seeds, and how many reach 0.75 times the flat pose's error."""
    here = "prior == @prior and data == 'cmu' and test == 'cmu'"
    errors = results.query(here).pivot(index="seed", columns="representation", values=ALLOWED)[[WINNER, OTHER]].dropna()
    (narrow, wide), p = errors.std(), float(brown_forsythe(*errors.to_numpy().T))
    judged = f"{UNDECIDED} (power {power(len(errors), RATIO):.2f} for a ratio of {RATIO:g})"
    if p < ALPHA:
        judged = SUPPORTED if narrow < wide else CONTRADICTED
    reached = summaries.query(here).set_index("representation").reached.loc[[WINNER, OTHER]] * len(errors)
    counts = " and ".join(f"{count:.0f}" for count in reached) + f" of {len(errors)} seeds reach the optimum"
    return f"**{judged}**: sd {narrow:.1f} and {wide:.1f} mm (p {p:.3f}); {counts}"
