"""Smoothing and tilt on films whose motion and tilt are known."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import films
from liftkit import film, train
from liftkit.data.cameras import Rig
from liftkit.data.synthetic import synthetic_motion

MOTION = synthetic_motion(subjects=2, frames=30, fps=30.0)


class Knows:
    """A lifter that knows the true depths of some poses and is off by normal errors."""

    seeds = (0, 1)

    def __init__(self, poses, error):
        self.x3d = poses.x3d + np.random.default_rng(0).normal(scale=error, size=(2, *poses.x3d.shape))

    def lift(self, x2d):
        return self.x3d


@pytest.fixture(scope="module")
def poses():
    found = film(MOTION, Rig(views=1))
    return found.select(found.clip % 8 == 0)


@pytest.mark.slow
def test_smoothing_helps_against_jitter_and_a_perfect_lifter_has_no_error(poses):
    table = films.smoothing(Knows(poses, 30.0), poses).set_index(["noise_mm", "seconds"])
    raw, smooth = table.loc[(0.0, 0.0)], table.loc[(0.0, films.SECONDS)]
    assert smooth.jitter < 0.2 * raw.jitter and smooth.pa_mpjpe < 0.8 * raw.pa_mpjpe
    assert films.smoothing(Knows(poses, 0.0), poses).iloc[0][["pa_mpjpe", "jitter"]].tolist() == pytest.approx(
        [0, 0], abs=1e-3
    )


def test_a_lifter_that_knows_sees_the_tilt(poses):
    table = films.tilt_errors(Knows(poses, 1.0), {10.0: poses})
    assert table.rms[0] == pytest.approx(table.rms_of_true_poses[0], abs=0.2) and abs(table.bias[0]) < 4


@pytest.mark.slow
def test_both_tables_are_written(positions, tmp_path):
    train("legs_torso", film(MOTION).x2d, (0, 1), width=16, batch=8, steps=1).save(tmp_path / "run")
    films.main(positions, tmp_path / "run", tmp_path)
    assert len(pd.read_csv(tmp_path / "steady.csv")) == 2 * len(films.WIDTHS)
    assert pd.read_csv(tmp_path / "tilt.csv").tilt.tolist() == list(films.TILTS)
