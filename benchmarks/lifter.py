"""The lifter of ``liftkit lift``: ``python -m benchmarks.lifter cmu17_bodies.npz``. Killed, it goes on.

Trained only on 2D poses: broad synthetic people, random poses and, three times, the train clips of CMU (nearly two
thirds of all), filmed by cameras that look from 10 degrees up to 40 down. In training the tilt of each camera is known,
as whoever sets one up knows it, and the discriminator is told from which source a pose is: a view of a person of CMU
must look like CMU's. What lifts is told neither. Half of the poses have the errors of detectors.
Stored in the package as a compact run, with the statistics of its training poses. OUT gets one row per test set,
action and lifter: the mean of all members, as ``liftkit lift`` uses it, the members by themselves (their mean error),
the flat pose, and a network of the same size that is shown the true depths. On keypoints with errors also the mean's
depths of the exact ones: what x and y by themselves cost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from benchmarks import blocks
from benchmarks.matrix import by_movement
from benchmarks.pages import markdown
from liftkit import PoseSet, Run, Study, TrainConfig, evaluate, film, load_poses, run_study, supervised_reference
from liftkit.callbacks import StudyBar
from liftkit.data.cameras import Motion, Rig
from liftkit.data.noise import add_keypoint_noise
from liftkit.evaluation import Lifts
from liftkit.geometry import attach_depth
from liftkit.poses import concatenate
from liftkit.recorded import LIFTER
from liftkit.system.files import write_atomically
from liftkit.uncertainty import PoseStatistics, consensus

TILT = (-10.0, 40.0)  # degrees, of the cameras
NOISE = 20.0  # mm, about 5 pixels of a person 410 pixels tall
PIXELS = 5.0  # of 1,000, by the cameras of "perspective"
LIFTERS = ("mean of all", "exact depths", "members", "flat", "shown the answers")
OFF = f", {PIXELS:g} px off"  # the end of a test's name
CMU = "CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu (NSF EIA-0196217), free to copy and change"


@dataclass
class Mean:
    """The mean of a run's members as one lifter."""

    run: Lifts
    seeds: tuple[int, ...] = (0,)

    def lift(self, x2d: np.ndarray, /) -> np.ndarray:
        return consensus(self.run.lift(x2d))[0][None]


@dataclass
class ExactDepths:
    """A lifter whose depths do not mind the errors of keypoints: it takes them from the exact ones (N, J, 2)."""

    lifter: Lifts
    exact: np.ndarray
    seeds: tuple[int, ...] = (0,)

    def lift(self, x2d: np.ndarray, /) -> np.ndarray:
        return attach_depth(x2d - x2d[:, :1], self.lifter.lift(self.exact)[0, ..., 2])[None]


@dataclass
class Flat:
    """The lifter that knows nothing."""

    seeds: tuple[int, ...] = (0,)

    def lift(self, x2d: np.ndarray, /) -> np.ndarray:
        return attach_depth(x2d - x2d[:, :1], np.zeros_like(x2d[..., 0]))[None]


def main(
    file: blocks.FILE = None,
    representation: str = "legs_torso",
    seeds: blocks.SEEDS = 8,
    width: blocks.WIDTH = 96,
    steps: blocks.STEPS = 4000,
    batch: blocks.BATCH = 256,
    noise: Annotated[bool, typer.Option(help="Half of the poses with the errors of detectors.")] = True,
    folder: blocks.FOLDER = Path("runs/lifter"),
    out: blocks.OUT = Path("results/lifter.csv"),
    package: Annotated[Path, typer.Option(help="Where the lifter is kept.")] = LIFTER,
    processes: blocks.PROCESSES = None,
) -> None:
    """Train, or go on with, the lifter; store and judge it."""
    motion = None if file is None else blocks.read_motion(file)
    poses = training_poses(motion, noise=noise)
    size = dict(width=width, steps=steps, batch=batch)
    study = train(poses, representation, seeds, folder / "study", size, processes=processes, progress=StudyBar())
    run = study.run(representation, data="all")
    seen = poses.part("train").x2d
    run.statistics = PoseStatistics.of(seen, run.representation).with_spread(run.lift, seen)
    run.history = run.history.iloc[0:0]
    run.save(package, compact=True)
    command = " ".join(["python -m benchmarks.lifter", *([file.name] if file else [])])
    about = {"command": command, "poses": poses.name, "motion": CMU if motion else "synthetic"}
    about |= {"sessions": study.about["sessions"]}
    write_atomically(package / "about.json", lambda f: f.write((json.dumps(about, indent=1) + "\n").encode()))
    if not (shown := folder / "supervised").exists():
        supervised_reference(poses, range(min(seeds, 4)), run.config, representation).save(shown)
    lifters = {"mean of all": Mean(stored := Run.load(package)), "members": stored, "flat": Flat()}
    tests = dict(test_sets(motion))
    table = judge(lifters | {"shown the answers": Mean(Run.load(shown))}, tests)
    for name, noisy in tests.items():
        if name.endswith(OFF):
            exact = ExactDepths(lifters["mean of all"], tests[name.removesuffix(OFF)].x2d)
            table = pd.concat([table, judge({"exact depths": exact}, {name: noisy})])
    blocks.write_table(table, out)
    typer.echo(markdown(summary(table)))


def train(
    poses: PoseSet, representation: str, seeds: int, folder: Path, changes: Mapping[str, Any], **how: Any
) -> Study:
    """Train the members, or go on; ``how`` goes to :func:`run_study`. Nothing is chosen by a test pose."""
    config = TrainConfig(**{"known_tilt": True, "condition": "action", **changes})
    how |= dict(policies=("last",), evaluations=1, max_test_poses=1)
    return run_study([representation], {"all": poses}, range(seeds), config, folder, **how)


def training_poses(motion: Motion | None, *, copies: int = 3, random: bool = True, noise: bool = True) -> PoseSet:
    """The mixture, with so many copies of the motion, as one set of 2D poses; the ``action`` of each is its source."""
    rig = Rig(tilt=TILT)
    sets = [load_poses("synthetic", movements=name, rig=rig).train for name in ("broad", "random")[: 1 + random]]
    if motion is not None:
        sets += copies * [film(motion, rig).train]
    named = [replace(poses, action=np.full(len(poses), poses.name)) for poses in sets]
    poses = concatenate(named, "+".join(s.name for s in sets))
    return concatenate([poses, add_keypoint_noise(poses, NOISE)], f"{poses.name}, half noisy") if noise else poses


def test_sets(motion: Motion | None) -> Iterator[tuple[str, PoseSet]]:
    """Name and poses of each test: people and clips that were not trained on, filmed without and with errors."""
    rigs = {"10 degrees": Rig(), "-10 to 40 degrees": Rig(tilt=TILT), "perspective": Rig(focal=1145.0)}
    for title, rig in rigs.items():
        sets = [load_poses("synthetic", movements="broad", rig=rig)]
        sets += [] if motion is None else [replace(film(motion, rig), name="cmu")]
        for poses in map(by_movement, sets):
            yield f"{poses.name}, {title}", poses
            if rig.focal:
                yield f"{poses.name}, {title}{OFF}", add_keypoint_noise(poses, PIXELS)


def judge(lifters: Mapping[str, Lifts], tests: Mapping[str, PoseSet]) -> pd.DataFrame:
    """One row per test, action ("macro": the mean over actions) and lifter, the mean over its members."""
    rows = []
    for name, poses in tests.items():
        for title, lifter in lifters.items():
            actions = evaluate(lifter, poses, by="action").groupby("action").mean(numeric_only=True)
            actions.loc["macro"] = actions.mean()
            rows.append(actions[[*blocks.ERRORS, "mirrored"]].reset_index().assign(test=name, lifter=title))
    return pd.concat(rows)[["test", "action", "lifter", *blocks.ERRORS, "mirrored"]]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per test: each lifter's error in the mean over actions, and the worst action against the flat pose."""
    errors = table.set_index(["test", "action", "lifter"])[blocks.FORBIDDEN].unstack()
    relative = errors["mean of all"] / errors["flat"]
    rows = []
    for test, macro in errors.xs("macro", level="action").iterrows():
        ratios = relative[test].drop("macro")
        rows.append(
            {"test": test}
            | {title: f"{macro[title]:.1f}" if macro[title] > 0 else "–" for title in LIFTERS}
            | {"of flat": f"{relative[test, 'macro']:.2f}", "worst action": f"{ratios.idxmax()} {ratios.max():.2f}"}
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
