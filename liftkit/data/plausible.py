"""Whether 2D poses look like people, and if not, which mistake would explain it: the order, the axes, the sides.

A pose's strangeness is its Mahalanobis distance from synthetic people who move in many ways, seen from all sides. On
CMU's test clips it lay below 1.6 in 99.5 of 100 films; poses whose points were read in a wrong order lay above 1.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from liftkit.data.cameras import FACING
from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import hip_midpoint, rotation_x, rotation_y, turn
from liftkit.skeleton import H36M_17

STRANGE, BETTER = 1.9, 0.65  # the median strangeness of a film that is doubted; the share that explains it
# Times the width that people have in relation to their height. Of 1536 films of CMU's and synthetic people the largest
# was 1.08, of single frames with 1.5 % noise one in a thousand lay above; stretched to 16:9, 4 in 10 films do.
TOO_WIDE = 1.25
OPPOSITE = -0.6  # the correlation of the widths of hips and shoulders; of people it is above 0
SPREAD = 0.05  # of a pose's size: smaller deviations mean nothing
ENOUGH = 300  # poses that are looked at, evenly spaced
_PAIRS = {H36M_17.names[left].removeprefix("left_"): [left, right] for left, right in H36M_17.pairs}
_TRUNK = [H36M_17.index(name) for name in ("spine", "thorax")]
_CHAIN = [*_PAIRS["knee"], *_PAIRS["ankle"], *_TRUNK]
_PARENTS = np.maximum(H36M_17.parents, 0)  # the pelvis is its own: a bone of length 0


def _exchange_arms(x2d: np.ndarray) -> np.ndarray:
    found = x2d.copy()
    for part in ("shoulder", "elbow", "wrist"):
        found[:, _PAIRS[part]] = x2d[:, _PAIRS[part][::-1]]
    return found


EXCHANGED = "left and right seem to be exchanged in the legs or in the arms"
# What may have gone wrong with all points, and what undoes it.
MISTAKES = {
    "y must point down, and seems to point up": lambda x2d: x2d * [1.0, -1.0],
    "the trunk is horizontal: x and y seem to be exchanged": lambda x2d: x2d[..., ::-1],
    "the trunk is horizontal: the picture seems to be turned by 90 degrees": lambda x2d: x2d[..., ::-1] * [1.0, -1.0],
    EXCHANGED: _exchange_arms,
}


def doubts(x2d: np.ndarray, others: Mapping[str, np.ndarray] | None = None) -> tuple[list[str], str]:
    """What is implausible about poses as those of people.

    Args:
        x2d: (F, 17, 2), y down, in any unit; NaN: missing.
        others: order of joints -> the same points read in that order, (F, 17, 2).

    Returns:
        Sentences without a full stop, and the order of ``others`` that would make people of them, or "".
    """
    own = strangeness(x2d)
    if own > STRANGE:
        orders = {name: strangeness(poses) for name, poses in (others or {}).items()}
        causes = {text: strangeness(undo(np.asarray(x2d, float))) for text, undo in MISTAKES.items()}
        best = min(orders, key=orders.get, default="")
        if best and orders[best] < min(BETTER * own, STRANGE, *causes.values()):
            return [f"the points make no person in this order; they do in the order {best}"], best
        likely = min(causes, key=causes.get)
        if causes[likely] < BETTER * own:
            return [likely], ""
    if not np.isfinite(own):
        return [], ""
    if (wide := _width(x2d)) > TOO_WIDE:
        return [f"the person is {wide:.1f} times as wide as people are: are width and height of the picture right?"], ""
    if _sides_agree(x2d) < OPPOSITE:
        return [EXCHANGED], ""
    return ["the joints make no person: is their order another one?"] if own > STRANGE else [], ""


def strangeness(x2d: np.ndarray) -> float:
    """The median distance of complete poses (F, 17, 2) from those of people; NaN if none is complete."""
    poses = _complete(x2d)
    if not len(poses):
        return np.nan
    mean, precision = _people()
    offset = _normalised(poses) - mean
    return float(np.median(np.sqrt(np.einsum("fi,ij,fj->f", offset, precision, offset) / len(mean))))


def _complete(x2d: np.ndarray) -> np.ndarray:
    poses = np.asarray(x2d, float)
    poses = poses[np.isfinite(poses).all((1, 2))]
    poses = poses[np.ptp(poses, axis=1).max(1) > 0] if len(poses) else poses
    return poses[:: -(-len(poses) // ENOUGH) or 1]


def _normalised(poses: np.ndarray) -> np.ndarray:
    rooted = poses - hip_midpoint(poses)[:, None]
    return (rooted / np.sqrt((rooted**2).mean((1, 2), keepdims=True)))[:, 1:].reshape(len(poses), -1)


@lru_cache(1)
def _views() -> tuple[np.ndarray, np.ndarray]:
    """Poses of synthetic people seen from all sides, (N, 17, 2), and the mean length of each joint's bone (17,)."""
    joints, rng = synthetic_motion(0, movements="broad", subjects=3, frames=2, fps=1.0).joints, np.random.default_rng(0)
    tilt, azimuth = rng.uniform(-0.15, 0.6, len(joints)), rng.uniform(0, 2 * np.pi, len(joints))
    seen = turn(joints - joints[:, :1], rotation_x(tilt) @ FACING @ rotation_y(azimuth))[..., :2]
    return seen, np.linalg.norm(joints - joints[:, _PARENTS], axis=-1).mean(0)


@lru_cache(1)
def _people() -> tuple[np.ndarray, np.ndarray]:
    """Mean (32,) and inverse covariance (32, 32) of people's normalised poses, with true and with midway joints."""
    seen = _views()[0]
    at = {name: seen[:, i] for i, name in enumerate(H36M_17.names)}
    midway = {"thorax": (at["left_shoulder"] + at["right_shoulder"]) / 2, "pelvis": hip_midpoint(seen)}
    midway |= {"spine": (midway["pelvis"] + midway["thorax"]) / 2, "neck": (midway["thorax"] + at["head"]) / 2}
    guessed = np.stack([(at | midway)[name] for name in H36M_17.names], axis=1)
    both = np.concatenate([_normalised(seen), _normalised(guessed)])
    return both.mean(0), np.linalg.inv(np.cov(both.T) + SPREAD**2 * np.eye(both.shape[1]))


def _sides_agree(x2d: np.ndarray) -> float:
    """The correlation over frames, about 0, of the widths of hips and shoulders, with sign; 0 if edge-on."""
    poses = _complete(x2d)
    hips, shoulders = (poses[:, left, 0] - poses[:, right, 0] for left, right in (_PAIRS["hip"], _PAIRS["shoulder"]))
    size, wide = np.ptp(poses, axis=1).max(1), np.sqrt((hips**2).mean() * (shoulders**2).mean())
    return float((hips * shoulders).mean() / wide) if wide > (0.05 * size.mean()) ** 2 else 0.0


def _width(x2d: np.ndarray) -> float:
    """How wide shoulders, hips and arms are in the widest tenth of the frames, in relation to people; their median.

    The measure of height is what is longest: legs and trunk, or upright trunk or shank (of people who sit or kneel).
    """
    poses = _complete(x2d)
    if not len(poses):
        return np.nan
    vectors, true = poses - poses[:, _PARENTS], _views()[1]
    tall = np.linalg.norm(vectors[:, _CHAIN], axis=-1).sum(1) / true[_CHAIN].sum()
    for upright in (_TRUNK, *([ankle] for ankle in _PAIRS["ankle"])):
        tall = np.maximum(tall, np.abs(vectors[:, upright, 1].sum(1)) / true[upright].sum())
    pairs = _PAIRS["hip"], _PAIRS["shoulder"]
    widths = [np.abs(poses[:, left, 0] - poses[:, right, 0]) / true[[left, right]].sum() for left, right in pairs]
    arms = [*_PAIRS["elbow"], *_PAIRS["wrist"]]
    widths.append(np.max(np.abs(vectors[:, arms, 0]) / true[arms], axis=1))
    return float(np.median([np.quantile(width, 0.9) for width in widths]) / max(np.quantile(tall, 0.9), 1e-9))
