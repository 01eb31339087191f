"""What each difference between the paper and its code does: ``python -m benchmarks.switches cmu17_bodies.npz``.

From the preset ``paper`` one switch at a time towards ``as_run``, then all of them; also the cosine schedule, which
neither has, and the code's two slips, which are no option of liftkit: the 180-degree term of five independent parts
with +z instead of -z, and the full pose trained on image coordinates. Filmed as Human3.6M is, by four perspective
cameras; everything is trained and tested on x and y in the camera frame (orthographic) unless the row says "image".
Killed, it goes on when called again.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple
from unittest.mock import patch

import numpy as np
import pandas as pd
import typer
from torch import Tensor

from benchmarks import blocks
from benchmarks.pages import markdown
from benchmarks.real_study import CLAIMED
from liftkit import Run, TrainConfig, baselines, film, run_study
from liftkit.callbacks import StudyBar
from liftkit.geometry import pose_scale
from liftkit.losses import LOSSES, Cycle, LossTerm
from liftkit.poses import evenly
from liftkit.recorded import SWITCHES as RECORDED
from liftkit.study.statistics import holm, interval, p_text, paired_p

NAMES = ("full", "legs_torso", "five_parts")
PAPER, AS_RUN = TrainConfig.paper().to_dict(), TrainConfig.as_run().to_dict()
ALL = {field: value for field, value in AS_RUN.items() if value != PAPER[field]}


class Switch(NamedTuple):
    """A row of the table: what differs from the paper, and in which representations."""

    name: str
    changes: dict = {}
    names: tuple[str, ...] = NAMES
    plus_z: bool = False
    image: bool = False


SWITCHES = [
    Switch("paper"),
    *(Switch(f"{field} {value}", {field: value}) for field, value in ALL.items()),
    Switch("schedule cosine", {"schedule": "cosine"}),
    Switch("180 degrees +z", {}, ("five_parts",), plus_z=True),
    Switch("trained on image", {}, ("full",), image=True),
    Switch("as_run", ALL),
    Switch("as_run, 180 degrees +z", ALL, ("five_parts",), plus_z=True),
    Switch("as_run, trained on image", ALL, ("full",), image=True),
]


def turns_with_plus_z(cycle: Cycle, discriminator: object = None) -> Tensor:
    """The 90-degree consistency as the code's five independent parts have it: seen from behind, depth should stay z."""
    expected = cycle.x3d_views[:, 1:, ..., 2]
    expected = expected * expected.new_tensor([1.0, 1.0, -1.0])[:, None, None]
    error = (cycle.z_views[:, 1:] - expected) ** 2  # (M, 3, B, J)
    return (error * cycle.per_joint("consistency_weight")).sum(-1).mean(2).sum(1)


def main(
    file: blocks.FILE = None,
    switch: Annotated[list[str] | None, typer.Option(help="A row; may be given often. Default: all.")] = None,
    seeds: blocks.SEEDS = 8,
    width: blocks.WIDTH = 64,
    steps: blocks.STEPS = 700,
    batch: blocks.BATCH = 256,
    learning_rate: blocks.RATE = 1e-3,
    folder: blocks.FOLDER = Path("runs/switches"),
    out: Annotated[Path, typer.Option(help="The table, in the package, where lesson 11 finds it.")] = RECORDED,
    processes: blocks.PROCESSES = None,
) -> None:
    """Run, or go on with, one study per switch, or some: the rows of others stay. After each, write the table (one row
    per seed). Print the means."""
    image = film(blocks.read_motion(file), "perspective")
    flat = replace(image, x2d=image.x3d[..., :2], units="mm", copy=False)
    test = evenly(flat.part("test"), blocks.TEST_POSES)
    nothing = baselines(test).pa_mpjpe_reflection[0]
    size = dict(width=width, steps=steps, batch=batch, learning_rate=learning_rate)
    order = [one.name for one in SWITCHES]
    wanted = blocks.chosen(switch, order, "--switch")
    for one in (one for one in SWITCHES if one.name in wanted):
        config = TrainConfig.paper(**{**size, **one.changes})
        slip = patch.dict(LOSSES, quarter_turns=LossTerm(turns_with_plus_z, LOSSES["quarter_turns"].weight))
        with slip if one.plus_z else nullcontext():
            study = run_study(
                one.names,
                {"train": image if one.image else flat},
                range(seeds),
                config,
                folder / one.name.replace(" ", "_"),
                tests={"test": flat.part("test")},
                policies=("last",),
                evaluations=1,
                max_test_poses=blocks.TEST_POSES,
                processes=1 if one.plus_z else processes,  # a patched loss stays in this process
                progress=StudyBar(desc=one.name),
            )
        errors = study.results[study.results.test == "test"].assign(switch=one.name, flat=nothing)
        errors["saturated"] = np.concatenate([saturated(study.run(name), test.x2d) for name in one.names])
        errors = errors[["switch", "flat", *blocks.COLUMNS, "saturated"]]
        table = blocks.with_stored(errors, out, "switch", order)
        blocks.write_table(table, out)
    for shown in (summary(table), claim(table)):
        typer.echo(markdown(shown))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per representation and switch, with the paired differences from ``paper``, corrected for their number."""
    by = ["representation", "switch"]
    rows = blocks.means(table, by)
    ends = [blocks.percent(seeds.saturated) for _, seeds in table.groupby(by, sort=False)]
    error = table.pivot(index=by, columns="seed", values="pa_mpjpe_reflection")
    paper = error[error.index.get_level_values("switch") == "paper"].droplevel("switch")
    more = error.sub(paper, level="representation")
    pairs = [more.loc[name, switch] for name, switch in rows.iloc[:, :2].to_numpy()]
    found = zip(pairs, *corrected(pairs), strict=True)
    told = [f"{text}; {p}" if pair.any() else "-" for pair, text, p in found]
    rows = rows.assign(**{"depths at their ends %": ends, "reflection, minus paper": told})
    flat = {"representation": "flat"} | dict.fromkeys(("PA-MPJPE", "reflection"), f"{table.flat.iloc[0]:.1f}")
    return pd.concat([rows.astype(object), pd.DataFrame([flat])], ignore_index=True).fillna("-")


def claim(table: pd.DataFrame) -> pd.DataFrame:
    """One row per switch: legs and torso minus the full pose, seed by seed, corrected for the number of rows."""
    error = table.pivot_table("pa_mpjpe_reflection", ["representation", "seed"], "switch", sort=False)
    pairs = (error.loc[CLAIMED[1]] - error.loc[CLAIMED[0]]).dropna(axis=1, how="all")
    texts, p = corrected([pairs[name] for name in pairs])
    title = f"{CLAIMED[1]} minus {CLAIMED[0]}, reflection"
    return pd.DataFrame({"switch": pairs.columns, title: texts, "p": p})


def corrected(pairs: list[pd.Series]) -> tuple[list[str], list[str]]:
    """Means of differences with their intervals, corrected for their number; p, raw and corrected."""
    raw = [paired_p(pair) if pair.any() else np.nan for pair in pairs]
    p, level = holm(raw)
    texts = [blocks.with_ends(pair.mean(), *interval(pair, alpha)) for pair, alpha in zip(pairs, level, strict=True)]
    return texts, [p_text(one, more) for one, more in zip(raw, p, strict=True)]


def saturated(run: Run, x2d: np.ndarray) -> np.ndarray:
    """Of each seed the share of depths at the ends of the tanh that bounds them, where it is flat (above 0.95)."""
    depths = run.lift(x2d)[..., 1:, 2] / pose_scale(x2d)[..., 0]
    return (np.abs(depths) > 0.95).mean((1, 2))


if __name__ == "__main__":
    typer.run(main)
