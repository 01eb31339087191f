"""The people that a detector found in all frames: as the rows of a file, and as arrays at one scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from liftkit.keypoints.names import BY_COUNT, ORDERS, tidy_all
from liftkit.keypoints.points import MOST, Points

MOST_PEOPLE = 1000  # in a frame: each is compared with each of the next one
LARGEST_COORDINATE = 1e6  # pixels
NORMALISED_BELOW = 2.0  # an image is larger than this many pixels
OUTSIDE = 0.2  # a larger share of negative coordinates is not of a picture
FLAG = 2.0  # visible, in COCO's labels
WORLD = (
    "these are world landmarks, whose origin is the middle of the hips: they are 3D already and have no place in the "
    "picture; give the landmarks in the image instead"
)
HIGHEST_SCORE = 10.0  # some detectors give scores a little above 1, or sums of several


class Row(NamedTuple):
    """One detection: its frame, its track or "", its points."""

    frame: int
    track: str
    points: Points


class Found(NamedTuple):
    """What a file holds, in the form that every parser returns."""

    rows: list[Row]
    names: tuple[str, ...] | None  # of the points, if the file names them once for all
    frames: int  # how many, empty ones included
    format: str = "other"
    size: tuple[float, float] | None = None  # width and height, if the file has them
    fps: float | None = None
    notes: tuple[str, ...] = ()  # what was decided and should be said


def within(frame: np.ndarray, frames: slice) -> np.ndarray:
    """Which of the frames (F,) have these numbers. Raises ValueError if none has."""
    kept = np.isin(frame, range(*frames.indices(int(frame.max()) + 1)))
    if not kept.any():
        raise ValueError(f"expected frames from {frame.min()} to {frame.max()}, found none of the range that was given")
    return kept


@dataclass(frozen=True, eq=False)
class People:
    """All detections of a source as arrays: D detections of K keypoints."""

    names: tuple[str, ...]
    points: np.ndarray  # (D, K, 3): x, y (down) in pixels or in [0, 1] of width and height, and a score in [0, 1]
    frame: np.ndarray  # (D,) integers
    track: np.ndarray  # (D,) strings, "" without tracks
    frames: int  # how many, empty ones included
    named: bool = True  # False: the order was taken by the number of points
    notes: tuple[str, ...] = ()

    def within(self, frames: slice | None) -> People:
        """The detections in frames of these numbers. Raises ValueError if there are none."""
        if frames is None:
            return self
        kept, (first, last) = within(self.frame, frames), (int(self.frame.min()), int(self.frame.max()))
        every = self.frames == last - first + 1  # else some numbers are left out
        numbers = range(*frames.indices(last + 1)) if every else np.unique(self.frame[kept])
        count = sum(number >= first for number in numbers)
        return replace(self, points=self.points[kept], frame=self.frame[kept], track=self.track[kept], frames=count)

    def scaled(self, size: tuple[float, float] | None, aspect: float | None, known=None) -> tuple[np.ndarray, str]:
        """The points with x and y at one scale, and their unit: pixels stay, [0, 1] is scaled. Raises ValueError.

        ``known`` is the size that stands in the file.
        """
        xy = self.points[..., :2]
        seen = xy[np.isfinite(xy).all(-1) & (xy != 0).any(-1)]
        largest = np.abs(seen).max(initial=0)
        if largest > LARGEST_COORDINATE:
            raise ValueError(f"expected coordinates in pixels, found {largest:.3g}")
        if seen.size and (seen < 0).mean() > OUTSIDE:
            raise ValueError(self._no_picture(seen))
        if seen.size and np.median(np.abs(seen)) > NORMALISED_BELOW:  # single points may lie outside the image
            if size is not None or aspect is not None:
                raise ValueError(f"its coordinates are in pixels (up to {largest:.0f}): leave size and aspect out")
            return self.points, "px"
        size = size or (None if aspect else known)
        if size is None and aspect is None:
            raise ValueError(
                "its coordinates lie in [0, 1]: give the image's size in pixels (--size 1280x720; in Python "
                "size=(1280, 720)), or its aspect (--aspect 1.78)"
            )
        factor, unit = ((aspect, 1.0), "none") if size is None else (size, "px")
        return self.points * (*factor, 1.0), unit

    def _no_picture(self, seen: np.ndarray) -> str:
        """What coordinates about 0 are."""
        hips = [self.names.index(f"{side}_hip") for side in ("left", "right") if f"{side}_hip" in self.names]
        middle = np.abs(self.points[:, hips, :2].mean(1)) if len(hips) == 2 else np.empty(0)
        middle = middle[np.isfinite(middle)]
        if middle.size and np.median(middle) < 0.02 * np.abs(seen).max():
            return WORLD
        low, high = seen.min(), seen.max()
        return f"expected pixels, or shares of the picture from 0 to 1, found coordinates from {low:.2f} to {high:.2f}"


def gather(found: Found, order: tuple[str, ...] | None = None) -> People:
    """Turn rows into arrays. Raises ValueError if rows differ, or if nothing says what the points are.

    ``order``: the points' names; else the file's, else by their number.
    """
    rows, frames = found.rows, found.frames
    if not rows:
        raise ValueError(f"expected a person with keypoints in some frame, found none in {frames} frames")
    own = tuple(dict.fromkeys(name for row in rows for name in row.points.names or ())) or None
    if own and (len(own) > MOST or not all(row.points.names for row in rows)):
        raise ValueError(f"expected the same named points for everybody, found {len(own)} different names")
    values, scores = _stacked(rows, own)
    values = np.where(np.isfinite(values), values, np.nan)  # no infinite place, and no signalling NaN
    xyz, seen, said = _meaning(values, scores, values.shape[1])
    names, named = _names(order, own, found.names, values.shape[1])
    frame, track = np.array([row.frame for row in rows], np.int64), np.array([row.track for row in rows], str)
    if frame.max() >= 2**31 or frame.min() < 0:  # time stamps, or the film's number: a PoseSet counts from 0 to 2**31
        frame -= frame.min()
    if (most := np.unique(frame, return_counts=True)[1].max()) > MOST_PEOPLE:
        raise ValueError(f"expected at most {MOST_PEOPLE:,} people in a frame, found {most:,}")
    points = np.concatenate([xyz, seen[..., None]], axis=2)
    said += _listed_again(frame, track)
    return People(names, points, frame, _useful_tracks(frame, track), frames, named, (*found.notes, *said))


def _listed_again(frame: np.ndarray, track: np.ndarray) -> list[str]:
    """What to say if the frames of a source are counted several times, and nothing says whether these are films."""
    lists = np.split(frame, np.flatnonzero(np.diff(frame) <= 0) + 1)
    twice = len(lists) > 1 and len(np.unique(frame)) < len(frame) and min(map(len, lists)) > 2
    if not twice or (track != "").any():
        return []
    return [f"frames are counted anew {len(lists)} times: taken as so many people; if they are films, split the file"]


def order_names(order: str | Sequence[str]) -> tuple[str, ...]:
    """The points of an order by its name, or of a list of names, as a sequence or with commas. Raises ValueError."""
    if isinstance(order, str) and order in ORDERS:
        return ORDERS[order]
    names = order.split(",") if isinstance(order, str) else list(order)
    if len(names) < 2:
        raise ValueError(f"unknown order {order!r}; the orders are {', '.join(ORDERS)}, or names with commas")
    return tidy_all(names)


def _stacked(rows: list[Row], names: tuple[str, ...] | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Points (D, K, d) and their scores (D, K) or None; points that some rows lack are NaN."""
    people = [row.points for row in rows]
    counts, widths = (sorted({p.values.shape[k] for p in people}) for k in (0, 1))
    if names is None and len(counts) > 1:
        raise ValueError(f"expected the same number of keypoints for everybody, found {counts}"[:200])
    if names is None and len(widths) > 1:
        raise ValueError(f"expected as many numbers for each point of everybody, found {widths}")
    place = {name: k for k, name in enumerate(names or ())}
    values = np.full((len(rows), len(names or people[0].values), widths[0]), np.nan)
    scores = np.ones(values.shape[:2])
    for p, value, score in zip(people, values, scores, strict=True):
        at = [place[name] for name in p.names] if names else slice(None)
        value[at] = p.values[:, : widths[0]]
        if p.scores is not None:
            if p.scores.shape != p.values.shape[:1]:
                found = f"{p.scores.size} and {p.values.shape}"
                raise ValueError(f"expected as many keypoint_scores as keypoints of x and y, found {found}")
            score[at] = p.scores
    return values, scores if any(p.scores is not None for p in people) else None


def _meaning(values: np.ndarray, scores: np.ndarray | None, count: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """x and y (D, K, 2), scores (D, K), and what was decided, of d numbers for each point."""
    notes = []
    first = values[..., 0]
    if values.shape[2] > 2 and count > 2 and any((first == np.arange(count) + start).all() for start in (0, 1)):
        values = values[..., 1:]
        notes.append("the first number of each point counts 0, 1, 2, ...: taken as its number, not as x")
    if scores is None and values.shape[2] > 2:
        last = values[..., -1]  # a score, or a depth
        known = last[np.isfinite(last)]
        depth = (known < 0).any() or (count == 33 and (not known.any() or known.max() > HIGHEST_SCORE))  # MediaPipe's z
        if values.shape[2] > 3 or not depth:
            scores = _checked(last)
        elif count != 33:
            notes.append("the third number of each point is negative in places: taken as a depth, and left out")
    if scores is None:
        notes.append("no scores found: every point counts as seen")
        scores = np.ones(values.shape[:2])
    known = scores[np.isfinite(scores)]
    if (highest := known.max(initial=0)) > HIGHEST_SCORE and 0 <= known.min() and highest <= 100:
        notes.append(f"scores up to {highest:g} are taken as percent")
        scores = scores / 100
    elif highest > FLAG:
        notes.append(f"scores up to {highest:.3g}: those above 1 count as 1")
    return values[..., :2], np.minimum(_checked(scores), 1.0), notes


def _checked(scores: np.ndarray) -> np.ndarray:
    known = scores[np.isfinite(scores)]
    if known.size and not 0 <= known.min() <= known.max() <= HIGHEST_SCORE:
        found = f"found numbers from {known.min():g} to {known.max():g}"
        raise ValueError(f"expected scores from 0 to 1 after x and y, {found}")
    return scores


def _names(order, own, listed, count: int) -> tuple[tuple[str, ...], bool]:
    if order is not None:
        names, named = order, True
    elif own or listed:
        names, named = tidy_all(own or listed), True
    elif count in BY_COUNT:
        names, named = BY_COUNT[count], False
    else:
        counts = ", ".join(map(str, sorted(BY_COUNT)))
        raise ValueError(f"expected {counts} keypoints per person, found {count}; --order takes the names of others")
    if len(names) != count:
        raise ValueError(f"it names {len(names)} keypoints, but people have {count}")
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"expected different names of keypoints, found {', '.join(twice)[:200]} twice")
    return names, named


def _useful_tracks(frame: np.ndarray, track: np.ndarray) -> np.ndarray:
    """The tracks; none if each detection has one of its own. Raises ValueError if one is twice in a frame."""
    tracked = track != ""
    pairs = list(zip(frame[tracked].tolist(), track[tracked].tolist(), strict=True))
    if twice := [pair for pair, count in Counter(pairs).items() if count > 1]:
        raise ValueError("frame {} has the person {} twice: expected one of each, or no track".format(*twice[0]))
    if len(pairs) > 2 and len({name for _, name in pairs}) == len(pairs) > len(set(frame[tracked].tolist())) > 1:
        return np.full_like(track, "")
    return track
