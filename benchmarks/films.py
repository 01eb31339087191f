"""What belongs to a film and not to a pose: ``python -m benchmarks.films cmu17_bodies.npz``.

CMU's test clips, filmed without and with the errors of detectors, lifted by the mean of a run's members: error and
jitter before and after smoothing, over several widths (results/steady.csv), and how far the camera's tilt that is seen
in the lifted people is off (results/tilt.csv). Jitter is the mean difference of a joint's acceleration from the true
one, in mm per frame squared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks import blocks
from benchmarks.lifter import NOISE
from benchmarks.pages import markdown
from liftkit import PoseSet, Run, film, metrics
from liftkit.data.cameras import Rig
from liftkit.data.noise import add_keypoint_noise
from liftkit.export.steady import SECONDS, smooth, steady_bones
from liftkit.export.upright import estimate_tilt
from liftkit.recorded import LIFTER
from liftkit.uncertainty import consensus

WIDTHS = (0.0, 0.03, SECONDS, 0.1, 0.15)  # seconds; 0: as lifted
TILTS = (-10.0, 0.0, 10.0, 20.0, 30.0, 40.0)  # degrees
FPS = 30.0


def main(
    file: blocks.FILE = None,
    run: Annotated[Path, typer.Option(help="The folder of the run that lifts.")] = LIFTER,
    out: Annotated[Path, typer.Option(help="The folder of the tables.")] = Path("results"),
) -> None:
    """Lift, smooth and judge; write both tables."""
    motion, lifter = blocks.read_motion(file), Run.load(run)
    smoothed = smoothing(lifter, film(motion, Rig(views=1)).test)
    blocks.write_table(smoothed, out / "steady.csv")
    tilts = tilt_errors(lifter, {tilt: film(motion, Rig(views=1, tilt=tilt)).test for tilt in TILTS})
    blocks.write_table(tilts, out / "tilt.csv")
    for table in (smoothed, tilts):
        typer.echo(markdown(as_text(table)) + "\n")


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """A table for a page: two digits of the widths, one of the rest."""
    forms = {"seconds": "{:.2f}", "tilt": "{:.0f}", "noise_mm": "{:.0f}"}
    texts = {column.replace("_", " "): table[column].map(forms.get(column, "{:.1f}").format) for column in table}
    return pd.DataFrame(texts)


def smoothing(run: Run, poses: PoseSet) -> pd.DataFrame:
    """One row per noise and width: error and jitter, the mean over clips."""
    rows = []
    for noise in (0.0, NOISE):
        found = add_keypoint_noise(poses, noise) if noise else poses
        lifted, _ = consensus(run.lift(found.x2d).astype(float))
        for width in WIDTHS:
            x3d = steady_bones(smooth(lifted, poses.clip, poses.frame, FPS, width), poses.clip) if width else lifted
            of_clips = pd.DataFrame([clip_scores(x3d, poses, clip) for clip in np.unique(poses.clip)])
            rows.append({"noise_mm": noise, "seconds": width} | of_clips.mean().to_dict())
    return pd.DataFrame(rows)


def clip_scores(x3d: np.ndarray, poses: PoseSet, clip: int) -> dict[str, float]:
    """PA-MPJPE (reflection forbidden), N-MPJPE and jitter (NaN below three frames) of one clip."""
    pred, truth = (x[poses.clip == clip].astype(float) for x in (x3d, poses.x3d))
    difference = np.linalg.norm(np.diff(pred - truth, 2, axis=0), axis=-1)
    return {
        "pa_mpjpe": metrics.pa_mpjpe(pred, truth).mean(),
        "n_mpjpe": metrics.n_mpjpe(pred, truth).mean(),
        "jitter": difference.mean() if len(difference) else np.nan,
    }


def tilt_errors(run: Run, filmed: dict[float, PoseSet]) -> pd.DataFrame:
    """One row per tilt: mean and root mean square over clips of how far the tilt is off, lifted and in the truth."""
    rows = []
    for tilt, poses in filmed.items():
        lifted, _ = consensus(run.lift(poses.x2d))
        off = [[estimate_tilt(x[poses.clip == clip]) - tilt for x in (lifted, poses.x3d)] for clip in set(poses.clip)]
        bias, square = np.mean(off, 0), np.sqrt(np.mean(np.square(off), 0))
        rows.append({"tilt": tilt, "bias": bias[0], "rms": square[0], "rms_of_true_poses": square[1]})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
