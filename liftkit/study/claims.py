"""The paper's claims (arXiv 2209.00618), each judged by one rule from results: for pages, lessons and widgets alike.

The words are those of :mod:`liftkit.study.verdict`, by intervals that are corrected for the number of comparisons
(Holm), with reflection allowed and forbidden. A claim on spread is judged by the test of Brown and Forsythe (1974).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from liftkit.representations import PAPER
from liftkit.study.statistics import ALIGNMENTS, REACHED, compare_pairs, interval, p_text
from liftkit.study.verdict import (
    ALPHA,
    CONTRADICTED,
    LEAST_SEEDS,
    SUPPORTED,
    UNDECIDED,
    both_alignments,
    describe_mirrored,
    scipy_special,
    verdict,
)
from liftkit.system.numbers import Rounded

WINNER, OTHER = "legs_torso", "full"
ALLOWED, FORBIDDEN = ALIGNMENTS
RATIO, DRAWS = 2.0, 4000  # of the spreads, for which the power is shown; simulated experiments
BEATS, BEST = "1. legs + torso beats the full pose (paper: by a fifth)", "1. and is the best of the five"
DEPENDS = "2. the full pose learns spurious dependences"
STABLE = "3. training is more stable"
GENERALISES = "4. generalises better: {} to {}"
NOT_MEASURED = "not measured"


class Judgement(NamedTuple):
    """A verdict, and the figures behind it."""

    word: str
    figures: str


def judge(
    results: pd.DataFrame | None = None, references: pd.DataFrame | None = None, moved: pd.DataFrame | None = None
) -> dict[str, Judgement]:
    """Judge every claim that was measured, by its title.

    Args:
        results: a table as :attr:`liftkit.Study.results`, of one checkpoint policy. Rows whose ``test`` is their
            ``data`` decide on the claims 1 and 3; there is one such data set at most. The others decide on claim 4.
        references: a table as :attr:`liftkit.Study.references`: its flat pose is the measure of "reached".
        moved: a table of :func:`liftkit.dependence_summary` on poses whose legs and torso are independent: claim 2.

    Raises:
        ValueError: if a column is missing, or if several data sets are tested at home.
    """
    columns = ["data", "test", "representation", "seed", *ALIGNMENTS, "mirrored"]
    results = pd.DataFrame(columns=columns) if results is None else results
    if missing := [name for name in columns if name not in results]:
        raise ValueError(f"results: expected the columns {', '.join(missing)} too, found {', '.join(results)}")
    home, away = results[results.data == results.test], results[results.data != results.test]
    if (several := home.data.unique()).size > 1:
        raise ValueError(f"expected one data set that is tested at home, found {', '.join(several)}")
    found = _beats(home, BEATS)
    if set(PAPER) <= set(home.representation):
        found[BEST] = _best(home)
    if moved is not None and {WINNER, OTHER} <= set(moved.name):
        found[DEPENDS] = _depends(moved)
    if {WINNER, OTHER} <= set(home.representation):
        found[STABLE] = _stable(home, references)
    return found | _beats(away, GENERALISES)


def titles(judged: Mapping[str, Mapping[str, Judgement]]) -> tuple[str, ...]:
    """The titles of all claims that some evidence judges, in the paper's order."""
    found = dict.fromkeys(title for each in judged.values() for title in each)
    return tuple(sorted(found, key=lambda title: title[0]))


def _beats(table: pd.DataFrame, title: str) -> dict[str, Judgement]:
    """The winner against the full pose on every set; all representations against it are one block."""
    found, names = {}, set(table.representation)
    if {WINNER, OTHER} <= names:
        pairs = compare_pairs(table, [name for name in PAPER if name in names - {OTHER}], OTHER)
        for pair in pairs[pairs["first"] == WINNER].to_dict("records"):
            rows = table[(table.data == pair["data"]) & (table.test == pair["test"])]
            shares = [f"{name}: {_mirrored(rows[rows.representation == name])}" for name in (WINNER, OTHER)]
            text = f"{difference(pair)}; with reflection forbidden {difference(pair, FORBIDDEN)}. {'; '.join(shares)}"
            found[title.format(pair["data"], pair["test"])] = Judgement(pair["verdict"], text)
    return found


def _of(pairs, metric: str, *names: str) -> list:
    """Columns of comparisons by one metric; those of the main one have no name before theirs."""
    return [pairs[name if metric == ALLOWED else f"{metric}_{name}"] for name in names]


def difference(pair, metric: str = ALLOWED, with_p: bool = True) -> str:
    """A row of :func:`~liftkit.study.statistics.compare_pairs` as text: the mean, its corrected interval, p as it is
    and corrected, if there are so many seeds, and the mean as a share of the second's error."""
    columns = ("difference", "low_holm", "high_holm", "relative")
    mean, low, high, relative = map(Rounded, _of(pair, metric, *columns))
    if low != low:
        return f"{mean:+.1f} mm ({relative:+.0%})"
    p = f", {p_text(*_of(pair, metric, 'p', 'p_holm'))}" if with_p else ""
    return f"{mean:+.1f} mm ({low:+.1f} to {high:+.1f}, {relative:+.0%}{p})"


def _mirrored(rows: pd.DataFrame) -> str:
    share = rows.mirrored[np.isfinite(rows[ALLOWED])]
    return describe_mirrored(share.mean(), *np.clip(interval(share), 0, 1), share.max(), len(share))


def _best(home: pd.DataFrame) -> Judgement:
    """Whether the winner is better than each of the others: no size is claimed, so below 0 is enough."""
    pairs = compare_pairs(home, [name for name in PAPER if name != WINNER], WINNER, size=0)
    words = [_word(*_of(pairs, metric, "low_holm", "high_holm", "pairs", "sd")) for metric in ALIGNMENTS]
    nearest = pairs.loc[pairs.difference.idxmin()]
    return Judgement(both_alignments(*words), f"{nearest['first']} minus {WINNER} {difference(nearest)}")


def _word(*intervals: pd.Series) -> str:
    """The verdict on "better than each", from the others' errors minus its own: intervals, seeds, spreads."""
    words = {verdict(low, high, 0, n, sd).split()[0] for low, high, n, sd in zip(*intervals, strict=True)}
    return CONTRADICTED if CONTRADICTED in words else SUPPORTED if words == {SUPPORTED} else UNDECIDED


def _depends(moved: pd.DataFrame) -> Judgement:
    """How far the depths of one part move if the other is swapped, where legs and torso are known to be independent."""
    rows = moved[moved.what == "movement of the lifted depth"].set_index("name")
    full, parts = rows.loc[OTHER], rows.loc[WINNER]
    judged = SUPPORTED if full.between_low95 > parts.between_high95 else UNDECIDED
    ends = f"{full.between_low95:.1f} to {full.between_high95:.1f}"
    text = f"{full['between']:.1f} mm ({ends}) in the full pose, {parts['between']:.2g} in legs + torso"
    return Judgement(judged, text)


def _stable(home: pd.DataFrame, references: pd.DataFrame | None) -> Judgement:
    """The spread over seeds, and how many reach 0.75 times the flat pose's error."""
    errors = home.pivot(index="seed", columns="representation", values=ALLOWED)[[WINNER, OTHER]].dropna()
    (narrow, wide), n = errors.std(), len(errors)
    p = brown_forsythe(*errors.to_numpy().T)
    judged = f"{UNDECIDED} (no test below {LEAST_SEEDS} seeds)"
    if n >= LEAST_SEEDS:
        judged = f"{UNDECIDED} (power {power(n, RATIO):.2f} for a ratio of {RATIO:g})"
        if p < ALPHA:
            judged = SUPPORTED if narrow < wide else CONTRADICTED
    text = f"sd {narrow:.1f} and {wide:.1f} mm" + (f" ({p_text(p)})" if n >= LEAST_SEEDS else "")
    if references is not None:
        flat = references[(references.lifter == "flat") & (references.test == home.test.iloc[0])][ALLOWED].mean()
        counts = (errors <= REACHED * flat).sum()
        text += f"; {counts[WINNER]} and {counts[OTHER]} of {n} seeds reach the optimum"
    return Judgement(judged, text)


def brown_forsythe(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The p of Levene's test about the median, along the last axis: of two groups, a t test of the deviations.

    >>> float(brown_forsythe(np.array([1.0, 2, 3, 4]), np.array([5.0, 6, 7, 8])))
    1.0
    """
    x, y = (np.abs(v - np.median(v, axis=-1, keepdims=True)) for v in (first, second))
    n, m = x.shape[-1], y.shape[-1]
    pooled = (x.var(-1) * n + y.var(-1) * m) / (n + m - 2)
    t = (x.mean(-1) - y.mean(-1)) / np.sqrt(np.maximum(pooled * (1 / n + 1 / m), 1e-300))
    return 2 * scipy_special().stdtr(n + m - 2, -np.abs(t))


def power(runs: int, ratio: float, draws: int = DRAWS) -> float:
    """The share of experiments in which the test (p < 0.05) sees normal errors with spreads of this ratio."""
    first, second = np.random.default_rng(0).normal(size=(2, draws, runs))
    return float((brown_forsythe(first, second * ratio) < ALPHA).mean())
