"""Verdicts on dependences: within and between parts, in the data or made up, and whether they cost accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations as permutations_of

import numpy as np
import pandas as pd

from liftkit.correlation.coefficients import TINY, pearson
from liftkit.correlation.dependence import Dependence, Parts, joints_of
from liftkit.correlation.measures import check_fit, groups, places, residuals
from liftkit.correlation.swapping import depth_scale, intervention
from liftkit.geometry import pose_scale
from liftkit.poses import PoseSet, require_truth
from liftkit.run import Run
from liftkit.study.statistics import interval_columns
from liftkit.system.extras import optional

LEVEL = 0.05
LEAST_MOVED = 1.0  # mm; depths that move less count as not moved
PERMUTATIONS = 199
RESAMPLES = 9999  # pairings of seeds and errors


def dependence_summary(dependences: Mapping[str, Dependence], parts: Parts = "legs_torso") -> pd.DataFrame:
    """How much depths depend on joints of the same part and of other parts.

    Args:
        dependences, parts: by name, such as a representation's; as for :meth:`Dependence.within`.

    Returns:
        One row per name. ``within``, ``between``: the mean over pairs, then over members, with its 95 % t interval
        (NaN below four members); ``share``: between / (within + between).
    """
    rows = []
    for name, dependence in dependences.items():
        row = {"name": name, "members": len(dependence.values), "what": dependence.what, "unit": dependence.unit}
        for where in ("within", "between"):
            of_members = getattr(dependence, where)(parts)
            row |= {where: of_members.mean()} | interval_columns(f"{where}_", of_members)
        rows.append(row | {"share": row["between"] / (row["within"] + row["between"])})
    return pd.DataFrame(rows)


def verdicts(
    run: Run,
    poses: PoseSet,
    parts: Parts = "legs_torso",
    within: Sequence[str] = ("subject", "facing"),
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> pd.DataFrame:
    """Whether a lifter's dependence between parts is in the data or made up.

    For each source part, which is swapped, and target part, whose depths may move, the verdict is

    - "none": the depths do not move by 1 mm, whatever correlates: parts that do not depend on each other still share
      the view, and the scale by which the whole pose is normalised;
    - "real": they move, the data have such a dependence (``p_data``), and that of the lifter is not found to exceed it
      (``p_excess``);
    - "beyond the data": they move, the data have such a dependence, and the lifter's exceeds it: a part is made up;
    - "spurious": they move, no such dependence is found in the data, and the learned correlation is more than chance
      both by itself (``p_learned``) and in what it has beyond that of the data (``p_excess``);
    - "undecided": otherwise, for instance with too few clips.

    What counts as excess is the variance of the target's depths that the source's 2D joints explain, in mm^2. A perfect
    regression explains as much of it as the data have, but a larger share (R2), because its depths have no noise.

    Args:
        run: its members are averaged.
        poses: of at least four clips, with 3D truth.
        parts: as for :func:`liftkit.intervention`.
        within: labels of poses, or "facing": what these explain does not count as correlation.
        permutations: how often, for the p-values, depths are paired with the 2D of other poses of the same group, and
            true with lifted depths exchanged in random clips (``p_excess``).
        seed: of all draws.

    Returns:
        One row per pair of parts. ``moved``: by :func:`liftkit.intervention`, in mm; ``r2_data``, ``r2_learned``: the
        mean squared multiple correlation of the source's 2D joints with the target's true and lifted depths, from only
        one pose per clip, because frames of the same clip are not independent samples.

    Raises:
        ValueError: if the poses have no 3D truth or fewer than four clips.
    """
    check_fit(run, poses)
    require_truth(poses, "a verdict")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(poses))
    few = poses.select(np.sort(order[np.unique(poses.clip[order], return_index=True)[1]]))  # one pose per clip
    if len(few) < 4:
        raise ValueError(f"{poses.name}: a verdict needs at least 4 clips, found {len(few)}")
    seen, true, lifted = _residual(run, few, within)
    shuffles = [_shuffled(groups(few, within), rng) for _ in range(permutations)]
    found = np.stack([_share(seen, depths) for depths in (true, lifted)])
    by_chance = np.stack([[_share(seen, depths[order]) for depths in (true, lifted)] for order in shuffles])
    basis = _bases(seen)
    excess = _excess(basis, true, lifted, np.zeros(len(few), bool))
    excess_by_chance = [_excess(basis, true, lifted, rng.random(len(few)) < 0.5) for _ in range(permutations)]
    swapped = intervention(run, poses, parts, seed=seed)
    index = {name: j for j, name in enumerate(poses.skeleton.names[1:])}
    joints = {part: [index[joint] for joint in members] for part, members in joints_of(parts).items()}
    rows = []
    for source, target in permutations_of(joints, 2):
        block = np.ix_(joints[source], joints[target])
        data, learned = found[(slice(None), *block)].mean((-2, -1))
        null_data, null_learned = by_chance[(slice(None), slice(None), *block)].mean((-2, -1)).T
        tests = {
            "p_data": _p(null_data, data),
            "p_learned": _p(null_learned, learned),
            "p_excess": _p(np.stack(excess_by_chance)[(slice(None), *block)].mean((-2, -1)), excess[block].mean()),
        }
        moved = float(swapped.mean[swapped.rows.index(source), joints[target]].mean())
        row = {"source": source, "target": target, "clips": len(few), "moved": moved, "r2_data": data}
        rows.append(row | {"r2_learned": learned, **tests, "verdict": _verdict(moved, **tests)})
    return pd.DataFrame(rows)


def _residual(run: Run, few: PoseSet, within: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What ``within`` leaves of 2D places (N, 16, 2), true depths (N, 1, 16) and lifted ones (N, M, 16), in mm."""
    seen = residuals(places(few)[:, 1:], few, within)
    to_mm = (depth_scale(few)[0] / pose_scale(few.x2d))[..., 0]
    lifted = [of_member[..., 2] * to_mm for of_member in run.lift(few.x2d)]
    depths = residuals(np.stack([few.x3d[..., 2], *lifted], axis=1)[..., 1:], few, within)
    true, lifted = depths[:, :1], depths[:, 1:]
    reversed_members = (true * lifted).sum((0, 2)) < 0  # a mirrored lifter has the dependence of its mirror image
    return seen, true, np.where(reversed_members[:, None], -lifted, lifted)


def _share(seen: np.ndarray, depths: np.ndarray) -> np.ndarray:
    """(16, 16) R2 of places (N, 16, 2) with depths (N, M, 16), the mean over members."""
    squared = pearson(seen, depths.reshape(len(depths), -1)) ** 2
    return np.nan_to_num(squared.reshape(-1, *depths.shape[1:])).mean(1)


def _excess(basis: np.ndarray, true: np.ndarray, lifted: np.ndarray, exchanged: np.ndarray) -> np.ndarray:
    """(16, 16) explained variance of lifted minus that of true depths, which change places where ``exchanged`` (N,)."""
    exchanged = exchanged[:, None, None]

    def explained(depths):
        on_basis = basis @ depths.reshape(len(depths), -1) / len(depths) ** 0.5
        return (on_basis**2).sum(1).reshape(-1, *depths.shape[1:]).mean(1)

    return explained(np.where(exchanged, true, lifted)) - explained(np.where(exchanged, lifted, true))


def _bases(seen: np.ndarray) -> np.ndarray:
    """(16, 2, N) orthonormal vectors that span the x and y of each joint over poses; 0 for those that do not change."""
    u, size, _ = np.linalg.svd(seen.swapaxes(0, 1), full_matrices=False)
    return (u * (size > TINY * size.max())[:, None]).swapaxes(1, 2)


def _p(by_chance: np.ndarray, found: float) -> float:
    """The p-value of a one-sided permutation test, in which the arrangement found counts as one of the possible."""
    return float((1 + (by_chance >= found).sum()) / (1 + len(by_chance)))


def _verdict(moved: float, p_data: float, p_learned: float, p_excess: float) -> str:
    if moved < LEAST_MOVED:
        return "none"
    if p_data < LEVEL <= p_excess:
        return "real"
    if p_learned >= LEVEL or p_excess >= LEVEL:
        return "undecided"
    return "beyond the data" if p_data < LEVEL else "spurious"


def _shuffled(group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(N,) a random permutation of the poses within each group."""
    shuffled = np.empty(len(group), int)
    shuffled[np.argsort(group, kind="stable")] = np.lexsort((rng.random(len(group)), group))
    return shuffled


def dependence_and_error(
    dependences: Mapping[str, Dependence],
    errors: pd.DataFrame,
    metric: str = "pa_mpjpe_reflection",
    parts: Parts = "legs_torso",
) -> pd.DataFrame:
    """Whether seeds with more dependence between parts have larger errors.

    Args:
        dependences, parts: by representation; as for :meth:`Dependence.within`.
        errors, metric: a table with the columns representation, seed and ``metric``.

    Returns:
        One row per representation. ``between``, ``error``: means over seeds; ``rho``, ``p``: Spearman's correlation of
        both and its two-sided permutation p-value, NaN if seeds do not differ.

    Raises:
        ValueError: if a seed has no error.
    """
    rows = []
    for name, dependence in dependences.items():
        table = errors[errors["representation"] == name].set_index("seed")[metric]
        if missing := [seed for seed in dependence.seeds if seed not in table.index]:
            raise ValueError(f"{name}: no error of the seeds {missing}; found {list(table.index)}")
        between, error = dependence.between(parts), table.loc[list(dependence.seeds)].to_numpy(float)
        rho = p = float("nan")
        if len(error) > 2 and np.ptp(between) > 0 and np.ptp(error) > 0:
            with optional("study"):
                from scipy import stats
            drawn = dict(permutation_type="pairings", n_resamples=RESAMPLES, rng=np.random.default_rng(0))
            # Spearman is the correlation of standardised ranks: as a mean of products it takes 1.3 s instead of 24.
            # Rounded, orders of equal correlation are equal in every bit, and count for each other's p.
            b, e = (stats.zscore(stats.rankdata(values)) for values in (between, error))
            together = lambda b, axis, e=e: (b * e).mean(axis).round(12) + 0.0  # noqa: E731
            test = stats.permutation_test((b,), together, vectorized=True, **drawn)
            rho, p = float(test.statistic), float(test.pvalue)
        found = {"between": between.mean(), "error": error.mean(), "rho": rho, "p": p}
        rows.append({"name": name, "seeds": len(error), **found})
    return pd.DataFrame(rows)
