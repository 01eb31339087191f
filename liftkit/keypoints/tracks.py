"""One person out of many, frame by frame."""

from __future__ import annotations

import warnings

import numpy as np

from liftkit.keypoints.names import LIMBS
from liftkit.keypoints.people import People
from liftkit.system.extras import optional

FARTHEST_STEP = 0.5  # of a person's extent: how far the middle may move from frame to frame
LONGEST_STEP = 3  # times that, over a gap of any length
LONGEST_GAP = 300  # frames after which nobody is known again
CUT_OFF = 1 / 3  # what a person who lacks limbs counts in relation to a whole one
EXTENT = 3.5  # times the median distance of the points from their middle: about the diagonal of their box


def choose_person(people: People, points: np.ndarray, person: str | int | None, follow: bool) -> np.ndarray:
    """The indices (F,) of one person's detections, at most one per frame, in the order of frames.

    A person counts by the extent of the points, summed over frames; one who lacks limbs counts a third. Without
    ``person`` it is the one who counts most: a track, or detections that are near each other from frame to frame,
    goes on in the one that begins near its end. Without ``follow``: who counts most in each frame.
    """
    if person is None and follow:
        return everybody(people, points)[0]
    among = np.arange(len(points))
    if person is not None:
        among = np.flatnonzero(people.track == str(person))  # 2 and "2" are one track
        if not len(among):
            tracks = ", ".join(np.unique(people.track[people.track != ""]).tolist()[:20]) or "none"
            raise ValueError(f"there is no person {person!r}; its tracks are {tracks}")
    counts = _counts(people, points)
    order = among[np.lexsort((-counts[among], people.frame[among]))]
    return order[np.unique(people.frame[order], return_index=True)[1]]


def everybody(people: People, points: np.ndarray) -> list[np.ndarray]:
    """The indices of each person's detections, in the order of frames; who counts most, in all, comes first."""
    middle, extent = _places(points[:, _limbs(people)])
    counts = _counts(people, points)
    tracked = (people.track != "").any()
    pieces = _tracked(people, middle, extent) if tracked else _linked(people.frame, middle, extent)
    pieces.sort(key=lambda piece: -counts[piece].sum())
    ends = _Ends(pieces, people.frame, middle, extent)
    found = []
    for k, piece in enumerate(pieces):
        if ends.free[k]:
            ends.free[k] = False
            after, before = ends.chain(k, 1), ends.chain(k, -1)
            found.append(np.concatenate([*before[::-1], piece, *after]))
    return sorted(found, key=lambda rows: -counts[rows].sum())


class _Ends:
    """Where the pieces of people's ways begin and end, to find which goes on in which."""

    def __init__(self, pieces, frame, middle, extent):
        self.pieces, self.free = pieces, np.ones(len(pieces), bool)
        ends = {1: np.array([piece[0] for piece in pieces]), -1: np.array([piece[-1] for piece in pieces])}
        self.order = {way: at.argsort(kind="stable") for way, at in ((w, frame[i]) for w, i in ends.items())}
        self.frame = {way: frame[at][self.order[way]] for way, at in ends.items()}
        self.ends, self.frames, self.middle, self.extent = ends, frame, middle, extent

    def chain(self, k: int, way: int) -> list[np.ndarray]:
        """The pieces in which piece k goes on, forwards (1) or backwards (-1); they are no longer free."""
        found = []
        while (following := self._next(self.pieces[k][-1 if way > 0 else 0], way)) is not None:
            k = following
            self.free[k] = False
            found.append(self.pieces[k])
        return found

    def _next(self, end: int, way: int) -> int | None:
        """The free piece that begins (or ends) soonest after (before) a detection, near it in the picture."""
        at, times = self.frames[end], self.frame[way]
        low, high = (at + 1, at + LONGEST_GAP) if way > 0 else (at - LONGEST_GAP, at - 1)
        near = self.order[way][np.searchsorted(times, low) : np.searchsorted(times, high, side="right")]
        start = self.ends[way][near]
        gap = np.abs(self.frames[start] - at)
        size = self.extent[start] / (self.extent[end] or np.nan)
        step = np.linalg.norm(self.middle[start] - self.middle[end], axis=-1)
        fits = self.free[near] & (size > 0.5) & (size < 2) & (step <= _reach(gap) * self.extent[end])
        return int(near[fits][gap[fits].argmin()]) if fits.any() else None


def describe_tracks(people: People) -> str:
    """The tracks with their first and last frames, such as "1: 0-11, 7: 12-23"; "" if there is one or none."""
    tracks = list(dict.fromkeys(people.track[people.track != ""].tolist()))
    spans = [(track, people.frame[people.track == track]) for track in tracks[:8]]
    more = ", ..." if len(tracks) > 8 else ""
    return ", ".join(f"{t[:40]}: {f.min()}-{f.max()}" for t, f in spans) + more if len(tracks) > 1 else ""


def _counts(people: People, points: np.ndarray) -> np.ndarray:
    """What each detection counts (D,)."""
    limbs = points[:, _limbs(people)]
    return np.nan_to_num(_places(limbs)[1]) * np.where(np.isfinite(limbs).all((1, 2)), 1.0, CUT_OFF)


def _limbs(people: People) -> list[int]:
    """Where the limbs' points are; all points if there are none."""
    found = [people.names.index(name) for name in LIMBS if name in people.names]
    return found or list(range(len(people.names)))


def _places(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle (D, 2) of the points (D, K, 2) and their extent (D,), which a single wild point does not change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of people without a point
        middle = np.nanmedian(points, axis=1)
        return middle, EXTENT * np.nanmedian(np.linalg.norm(points - middle[:, None], axis=-1), axis=1)


def _tracked(people: People, middle: np.ndarray, extent: np.ndarray) -> list[np.ndarray]:
    """The detections of each track, in the order of frames; cut where it jumps and another goes on in its place."""
    order = np.lexsort((people.frame, people.track))
    order = order[people.track[order] != ""]
    before, after = order[:-1], order[1:]
    cut = people.track[before] != people.track[after]
    step = np.linalg.norm(middle[after] - middle[before], axis=-1)
    for k in np.flatnonzero(~cut & (step > extent[before] * _reach(people.frame[after] - people.frame[before]))):
        others = order[people.frame[order] == people.frame[after[k]]]
        apart = np.linalg.norm(middle[others] - middle[before[k]], axis=-1)
        cut[k] = apart.min() < FARTHEST_STEP * extent[before[k]]
    return np.split(order, np.flatnonzero(cut) + 1)


def _linked(frame: np.ndarray, middle: np.ndarray, extent: np.ndarray) -> list[np.ndarray]:
    """Detections that are near each other in neighbouring frames, joined so that the steps are smallest in all."""
    seen = np.flatnonzero(np.isfinite(extent) & (extent > 0))
    if not len(seen):
        return [np.unique(frame, return_index=True)[1]]
    seen = seen[np.argsort(frame[seen], kind="stable")]
    groups = np.split(seen, np.unique(frame[seen], return_index=True)[1][1:])
    pieces = {int(i): [int(i)] for i in groups[0]}  # last detection -> its piece
    done = []
    for before, group in zip(groups, groups[1:], strict=False):
        old = np.array(list(pieces))
        steps = np.linalg.norm(middle[old][:, None] - middle[group], axis=-1) / extent[old][:, None]
        steps[steps > _reach(frame[group[0]] - frame[before[0]])] = 1e6
        follows = {int(old[a]): int(group[b]) for a, b in zip(*_assigned(steps), strict=True) if steps[a, b] < 1e6}
        done += [piece for last, piece in pieces.items() if last not in follows]
        going = {follows[last]: [*piece, follows[last]] for last, piece in pieces.items() if last in follows}
        pieces = going | {int(i): [int(i)] for i in group if int(i) not in going}
    return [np.array(piece) for piece in (*done, *pieces.values())]


def _assigned(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns, each used once, whose sum of steps is the smallest."""
    if min(steps.shape) == 1:  # one person, as in most films
        return tuple(np.array([at]) for at in np.unravel_index(steps.argmin(), steps.shape))
    with optional("study"):
        from scipy.optimize import linear_sum_assignment
    return linear_sum_assignment(steps)


def _reach(gap):
    return FARTHEST_STEP * np.clip(gap, 1, LONGEST_STEP)
