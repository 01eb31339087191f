"""Statistics over seeds: means with intervals, the share that reached the optimum, and paired comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from liftkit.study.verdict import (
    ALPHA,
    HIGHER_IS_BETTER,
    LEAST_SEEDS,
    SIZE,
    both_alignments,
    scipy_special,
    verdict,
)

REACHED = 0.75  # times the flat pose's error
GROUP = ["data", "test"]
ALIGNMENTS = ("pa_mpjpe_reflection", "pa_mpjpe")  # with reflection allowed and forbidden
ASIDE = (*ALIGNMENTS, "pa_mpjpe_macro")  # shown beside any other metric


def interval(values: Sequence[float], level: float = ALPHA) -> tuple[float, float]:
    """Student's t interval of a mean (95 % by default); NaN for fewer than four finite values.

    Coverage, simulated for n = 4, 6, 8 and 16 seeds: normal errors 95 %; skewed ones (lognormal, sd of the logarithm
    0.3) 94 %; two modes of equal weight, 5 sd apart, 89, 94, 94, 95 %; one seed in five in the far mode 88, 86, 88,
    93 %, and 69, 74, 83, 92 % if it is 10 sd away. So it falls short where few seeds can miss a mode: look at them.

    >>> low, high = interval([1.0, 2.0, 3.0, 4.0])
    >>> round(low, 2), round(high, 2)
    (0.45, 4.55)
    """
    values = _finite(values)
    if len(values) < LEAST_SEEDS:
        return float("nan"), float("nan")
    half = scipy_special().stdtrit(len(values) - 1, 1 - level / 2) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def with_interval(values: Sequence[float], digits: int = 1, sign: str = "") -> str:
    """The mean and its interval as text, with ``sign="+"`` for differences; without an interval if there is none.

    >>> with_interval([1.0, 2.0, 3.0, 4.0]), with_interval([-1.0, 2.0], sign="+")
    ('2.5 (0.4 to 4.6)', '+0.5')
    """
    low, high = interval(values)
    form = f"{{:{sign}.{digits}f}}".format
    return form(np.nanmean(values)) + ("" if np.isnan(low) else f" ({form(low)} to {form(high)})")


def paired_p(differences: Sequence[float]) -> float:
    """Two-sided p-value of a paired t test, of the differences; NaN for fewer than four finite ones."""
    values = _finite(differences)
    if len(values) < LEAST_SEEDS:
        return float("nan")
    error = values.std(ddof=1) / np.sqrt(len(values))
    if error == 0:
        return float(values.mean() == 0)
    return float(2 * scipy_special().stdtr(len(values) - 1, -abs(values.mean()) / error))


def p_text(p: float, corrected: float | None = None) -> str:
    """A p-value as text, never "0.000"; beside it the one that is corrected for several comparisons, if it differs.

    >>> p_text(0.0341), p_text(3e-7), p_text(0.012, corrected=0.036), p_text(1e-9, corrected=4e-9)
    ('p 0.034', 'p < 0.001', 'p 0.012, corrected 0.036', 'p < 0.001')
    """
    text = "p < 0.001" if p < 0.001 else f"p {p:.3f}"
    more = text if corrected is None else p_text(corrected)
    return text if more == text else f"{text}, corrected {more.removeprefix('p ')}"


def holm(p: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Correct the p-values of a block of comparisons (Holm 1979); NaN are left out.

    Returns:
        The corrected p-values, and for each comparison the level of the interval that excludes 0 exactly where the
        corrected p is below ``ALPHA``: ``ALPHA`` / (m - rank), or less where a smaller p already failed.

    >>> holm([0.01, 0.04, 0.03])[0].round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, float)
    corrected, level = np.full((2, len(p)), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    left = np.arange(len(order), 0, -1)
    scaled = np.maximum.accumulate(left * p[order])
    corrected[order] = np.minimum(scaled, 1)
    level[order] = ALPHA * np.divide(p[order], scaled, out=1 / left, where=scaled > 0)
    return corrected, level


def clip_means(values: Sequence[float], clip: Sequence[int]) -> np.ndarray:
    """Values of N poses -> their means over each of K clips: the independent witnesses for an interval over poses.

    >>> interval(clip_means(errors := [60, 62, 70, 72, 50, 52, 65, 67], clip=[0, 0, 1, 1, 2, 2, 3, 3]))[0] < 50
    True
    """
    return pd.Series(np.asarray(values, float)).groupby(np.asarray(clip)).mean().to_numpy()


def summarise(
    results: pd.DataFrame,
    metric: str = "pa_mpjpe_reflection",
    references: pd.DataFrame | None = None,
    by: Sequence[str] = GROUP,
) -> pd.DataFrame:
    """The distribution of an error over seeds: one row per data set, test set and representation.

    Args:
        results: a table as :attr:`liftkit.Study.results`, of one checkpoint policy.
        metric: a column of errors; small is good.
        references: a table as :attr:`liftkit.Study.references`, whose flat pose is the measure of "reached".
        by: columns that keep blocks of results apart; those of ``references`` too.

    Returns:
        ``seeds``, those with a value, of which all other columns are; ``mean`` with ``low95`` and ``high95`` (see
        :func:`interval`), ``sd``, ``median``, ``best``, ``worst``; mean and interval of the other alignment and of the
        mean over actions, such as ``pa_mpjpe``, ``pa_mpjpe_low95``, ``pa_mpjpe_high95`` (NaN if not in the results);
        ``reached``, the share of seeds whose error is at most 0.75 times the flat pose's (NaN if that is not known);
        ``mirrored``, the share of poses whose depth is reversed, with its interval and ``mirrored_most``, that of the
        highest seed; ``parameters``; ``seconds`` of training per seed.

    Raises:
        ValueError: on an unknown metric.
    """
    check_metric(results, metric)
    by, rows = list(by), []
    for (*block, representation), group in results.groupby([*by, "representation"], sort=False):
        seeds = group[np.isfinite(group[metric])]
        error = seeds[metric]
        limit = REACHED * _flat(references, dict(zip(by, block, strict=True)), metric)
        row = dict(zip(by, block, strict=True)) | {"representation": representation, "seeds": len(seeds)}
        row |= {"mean": error.mean()} | interval_columns("", error)
        row |= {"sd": error.std(), "median": error.median(), "best": error.min(), "worst": error.max()}
        for other in ASIDE:
            if other != metric:
                values = seeds[other] if other in seeds else error * np.nan
                row |= {other: values.mean()} | interval_columns(f"{other}_", values)
        row["reached"] = (error <= limit).mean() if np.isfinite(limit) else np.nan
        mirrored = seeds["mirrored"]
        ends = {name: np.clip(end, 0, 1) for name, end in interval_columns("mirrored_", mirrored).items()}
        row |= {"mirrored": mirrored.mean()} | ends | {"mirrored_most": mirrored.max()}
        rows.append(row | {"parameters": int(group["parameters"].iloc[0]), "seconds": group["seconds"].mean()})
    return pd.DataFrame(rows)


def compare_pairs(
    results: pd.DataFrame,
    first: str | Iterable[str],
    second: str,
    metric: str = "pa_mpjpe_reflection",
    size: float = SIZE,
    by: Sequence[str] = GROUP,
    looked_at: Sequence[float] = (),
) -> pd.DataFrame:
    """Representations against another one, seed by seed: one row per data set, test set and first one.

    All rows together are the block of comparisons for which p-values and intervals are corrected.

    Args:
        first: one or several names.
        metric: if it is one alignment, the other one is judged too.
        size: the claim is that the first is better by this share of the second's mean (default: the paper's 20 %).
        by: as for :func:`summarise`.
        looked_at: p-values of further comparisons of the same block, made before.

    Returns:
        ``pairs`` of seeds; ``difference``, the mean of first minus second (negative: the first has the smaller error),
        with its 95 % t interval ``low95``, ``high95`` and the standard deviation ``sd`` of the pairs; ``p``, of a
        paired t test; ``p_holm``, ``low_holm``, ``high_holm``, corrected by :func:`holm`; ``relative``, the difference
        as a share of the second's mean; ``effect``, Cohen's d of the pairs (mean by standard deviation of the
        differences); ``verdict``, see :func:`liftkit.study.verdict.verdict`, which first of all says if the alignments
        disagree; the other alignment's columns have its name before theirs.

    Raises:
        ValueError: on a name or metric that is not in the table, on one against itself, and if no set has both.
    """
    check_metric(results, metric)
    firsts = [first] if isinstance(first, str) else list(first)
    for name in (*firsts, second):
        if name not in set(results["representation"]):
            raise ValueError(f"unknown representation {name!r}; there are {', '.join(results.representation.unique())}")
    if second in firsts:
        raise ValueError(f"{second} is compared with itself: leave it out of the first ones")
    table = _compare(results, firsts, second, metric, size, list(by), looked_at)
    others = [other for other in ALIGNMENTS if other != metric and metric in ALIGNMENTS and other in results]
    for other in others:
        found = _compare(results, firsts, second, other, size, list(by), looked_at).drop(
            columns=[*by, "first", "second"]
        )
        table = table.join(found.add_prefix(f"{other}_"))
        verdicts = {metric: table["verdict"], other: found["verdict"]}
        table["verdict"] = list(map(both_alignments, *(verdicts[alignment] for alignment in ALIGNMENTS)))
    return table


def _compare(
    results, firsts: list[str], second: str, metric: str, size: float, by: list[str], looked_at: Sequence[float]
) -> pd.DataFrame:
    """The comparison by one metric."""
    rows, differences = [], []
    for block, table in results.groupby(by, sort=False):
        errors = table.pivot(index="seed", columns="representation", values=metric)
        for first in (name for name in firsts if {name, second} <= set(errors)):
            pairs = errors[[first, second]].replace([np.inf, -np.inf], np.nan).dropna()
            difference, other = (pairs[first] - pairs[second]).to_numpy(float), pairs[second].mean()
            mean, sd = pd.Series(difference).agg(["mean", "std"])
            differences.append(difference)
            rows.append(
                dict(zip(by, block, strict=True)) | {"first": first, "second": second, "pairs": len(pairs)}
                | {"difference": mean} | interval_columns("", difference) | {"sd": sd, "p": paired_p(difference)}
                | {"relative": mean / other if other else np.nan, "effect": mean / sd if sd else np.nan}
                | {"size": size * other}
            )  # fmt: skip
    if not rows:
        raise ValueError(f"none of {', '.join(firsts)} was trained and evaluated on the same sets as {second}")
    table = pd.DataFrame(rows)
    corrected, levels = (each[: len(table)] for each in holm([*table["p"], *looked_at]))
    ends = np.array([interval(values, level) for values, level in zip(differences, levels, strict=True)])
    table = table.assign(p_holm=corrected, low_holm=ends[:, 0], high_holm=ends[:, 1])
    gain = ends if metric in HIGHER_IS_BETTER else -ends[:, ::-1]
    claims = zip(*gain.T, table["size"], table["pairs"], table["sd"], levels, strict=True)
    return table.assign(verdict=[verdict(*claim) for claim in claims])


def share_reached(errors: Sequence[float], limits: Sequence[float]) -> np.ndarray:
    """For each limit the share of seeds whose error is at most that; a seed without a value reaches none.

    >>> share_reached([100.0, 104.0, 120.0], [99, 104, 150]).round(2).tolist()
    [0.0, 0.67, 1.0]
    """
    return (np.asarray(errors, float)[None] <= np.asarray(limits, float)[:, None]).mean(1)


def check_metric(results: pd.DataFrame, metric: str) -> None:
    metrics = [column for column in results.columns if results[column].dtype.kind == "f" and column != "seconds"]
    if metric not in metrics:
        raise ValueError(f"unknown metric {metric!r}; there are {', '.join(metrics)}")


def _finite(values: Sequence[float]) -> np.ndarray:
    values = np.asarray(values, float)
    return values[np.isfinite(values)]


def interval_columns(prefix: str, values: Sequence[float]) -> dict[str, float]:
    """The ends of the interval of a mean, by the names of their columns in a table."""
    return dict(zip((f"{prefix}low95", f"{prefix}high95"), interval(values), strict=True))


def _flat(references: pd.DataFrame | None, block: dict[str, str], metric: str) -> float:
    """The flat pose's error of a block; NaN if it is not known."""
    if references is None or metric not in references or metric in HIGHER_IS_BETTER:
        return np.nan
    rows = references[references["lifter"] == "flat"]
    return rows[np.logical_and.reduce([rows[key] == value for key, value in block.items()])][metric].mean()
