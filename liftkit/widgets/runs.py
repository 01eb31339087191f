"""What the widgets of lifters have in common: runs side by side, their seeds, and the poses to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import torch

from liftkit.correlation.measures import check_fit
from liftkit.data.datasets import load_poses
from liftkit.poses import PoseSet
from liftkit.recorded import load_record
from liftkit.run import Run

MOST_POSES = 100  # to choose from, evenly out of all
MOST_NUMBERS = 8_000_000  # of all networks that a notebook's browser gets; beyond, only the kernel answers
ALL = "all"  # the choice of every seed


def default_poses(poses: PoseSet | None) -> PoseSet:
    """The poses, or by default the test people of the embedded data."""
    return load_poses("synthetic").test if poses is None else poses


class Runs(dict[str, Run]):
    """title -> run, by default the recorded ones of the full pose and of legs and torso.

    Raises:
        ValueError: if they have no titles, if there is no run or no pose, or if skeletons differ.
    """

    def __init__(self, runs: Mapping[str, Run] | None, poses: PoseSet):
        check_titles(runs)
        super().__init__({name: load_record(name) for name in ("full", "legs_torso")} if runs is None else runs)
        if not self or not len(poses):
            raise ValueError(f"expected a run and a pose at least, found {len(self)} and {len(poses)}")
        for run in self.values():
            check_fit(run, poses)

    @cached_property
    def seeds(self) -> tuple[str, ...]:
        """The seeds that all runs have, as the options of a control. Raises ValueError if there is none."""
        if not (found := common_seeds(self.values())):
            each = "; ".join(f"{title} {', '.join(map(str, run.seeds))}" for title, run in self.items())
            raise ValueError(f"expected runs with a seed in common, found {each}")
        return found

    def members(self, title: str, seed: str) -> list[int]:
        """The members of a run that are shown by a choice of seed."""
        return [self[title].seeds.index(int(each)) for each in (self.seeds if seed == ALL else [seed])]

    @torch.no_grad()
    def depths(self, x2d: np.ndarray) -> dict[str, np.ndarray]:
        """title -> (M, N, J) every member's depths of poses (N, J, 2), all on the lifter's scale."""
        found, flat = {}, torch.from_numpy(x2d.astype(np.float32))
        for title, run in self.items():
            x2d = flat.to(run.lifter.device).expand(len(run.seeds), *flat.shape)
            found[title] = run.lifter(x2d).cpu().numpy()
        return found


def check_titles(runs: object) -> None:
    """Raise ValueError unless it is a mapping, or None for the usual ones."""
    if not isinstance(runs, Mapping | None):
        raise ValueError(f"expected runs by title, such as {{'mine': run}}, found {type(runs).__name__}")


def common_seeds(runs: Iterable[Run]) -> tuple[str, ...]:
    """The seeds that all runs have, as the options of a control, or none."""
    return tuple(map(str, sorted(set.intersection(*(set(run.seeds) for run in runs)))))


def seeds_that_fit(seeds: Iterable[str], chosen: str, room: int) -> tuple[list[int], str]:
    """At most ``room`` seeds, the chosen one before others, and a sentence on those that a page leaves out."""
    seeds = sorted(seeds, key=lambda seed: seed != chosen)
    kept, left = sorted(map(int, seeds[:room])), len(seeds[room:])
    note = f"This page holds the seeds {', '.join(map(str, kept))}; the other {left} need a notebook."
    return kept, note if left else ""
