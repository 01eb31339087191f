"""Motion without jitter: what is steady stays, what jumps is averaged, what is unknown stays unknown."""

import numpy as np
import pytest

from liftkit.data.body import standing_person
from liftkit.export.steady import LONGEST_GAP, SECONDS, smooth, steady_bones
from liftkit.skeleton import H36M_17

FPS = 30.0
BONES = np.array(H36M_17.bones)


def film(frames: int = 90, jitter: float = 0.0) -> np.ndarray:
    """(F, 17, 3) a person in mm who slowly lifts both arms."""
    swing = np.linspace(0, 150, frames)
    x3d = np.stack([standing_person(shoulder_elevation=[angle, angle]) for angle in swing]).astype(float)
    x3d += np.random.default_rng(0).normal(scale=jitter, size=x3d.shape) if jitter else 0
    return x3d - x3d[:, :1]


def smoothed(x3d: np.ndarray, **how) -> np.ndarray:
    given = dict(clip=np.zeros(len(x3d), int), frame=np.arange(len(x3d)), fps=FPS)
    given |= how
    return steady_bones(smooth(x3d, **given), given["clip"])


def lengths(x3d: np.ndarray) -> np.ndarray:
    return np.linalg.norm(x3d[:, BONES[:, 1]] - x3d[:, BONES[:, 0]], axis=-1)


@pytest.mark.slow
def test_slow_motion_without_jitter_stays_where_it_is():
    np.testing.assert_allclose(smoothed(film())[5:-5], film()[5:-5], atol=3)


@pytest.mark.slow
def test_jitter_goes_and_the_motion_stays():
    true, noisy = film(), film(jitter=30)
    found = smoothed(noisy)
    error, before = (np.linalg.norm(x - true, axis=-1).mean() for x in (found, noisy))
    jump, jump_before = (np.linalg.norm(np.diff(x, 2, axis=0), axis=-1).mean() for x in (found, noisy))
    assert error < 0.6 * before and jump < 0.1 * jump_before


def test_every_bone_keeps_one_length():
    found = lengths(smoothed(film(jitter=10)))
    relative = found / found.sum(1, keepdims=True)
    np.testing.assert_allclose(relative, np.broadcast_to(relative[0], relative.shape), rtol=1e-6)


@pytest.mark.slow
def test_somebody_who_comes_nearer_grows_as_a_whole():
    grows = np.linspace(1, 2, 90)[:, None, None]
    found = lengths(smoothed(film() * grows))
    np.testing.assert_allclose(found[10:-10].sum(1), lengths(film() * grows)[10:-10].sum(1), rtol=0.02)


def test_the_mean_is_weighted_by_a_normal_curve():
    """One joint moves by 1 in one frame: what is left of that in the frames around it is the normal density."""
    x3d = np.zeros((61, 17, 3))
    x3d[:, 1:, 0] = np.arange(1, 17)  # all on one line
    x3d[30, 16, 1] = 0.1
    found = smoothed(x3d)[:, 16, 1]
    offsets = (np.arange(61) - 30) / (SECONDS * FPS)
    expected = np.exp(-(offsets**2) / 2)
    np.testing.assert_allclose(found[26:35], (0.1 * expected / expected.sum())[26:35], rtol=0.02)


def test_clips_and_stretches_that_are_apart_do_not_go_together():
    still, moved = film(30) * 0 + film(30)[:1], film(30) * 0 + film(30)[-1:]
    both, halves = np.concatenate([still, moved]), np.repeat([0, 1], 30)
    np.testing.assert_allclose(smoothed(both, clip=halves), both, atol=1e-3)
    gap = np.arange(60) + halves * int(LONGEST_GAP * FPS + 1)
    apart = smoothed(both, frame=gap)
    np.testing.assert_allclose(lengths(apart), lengths(both), rtol=0.02)
    assert np.abs(smoothed(both)[29] - both[29]).max() > 100  # one film of both moves


def test_the_order_of_frames_does_not_matter():
    order = np.random.default_rng(1).permutation(90)
    noisy = film(jitter=20)
    np.testing.assert_allclose(smoothed(noisy[order], frame=order), smoothed(noisy)[order], atol=1e-6)


def test_what_is_unknown_stays_unknown_and_counts_for_nothing():
    noisy, ankle = film(jitter=10), H36M_17.index("left_ankle")
    hidden = noisy.copy()
    hidden[40:60, ankle] = np.nan
    found, whole = smoothed(hidden), smoothed(noisy)
    assert np.isnan(found[40:60, ankle]).all() and np.isnan(found).sum() == 20 * 3
    others = [joint for joint in range(17) if joint != ankle]
    np.testing.assert_allclose(found[:, others], whole[:, others], rtol=0.02, atol=2)
    assert np.isnan(smoothed(np.full_like(noisy, np.nan))).all()


@pytest.mark.parametrize("wrong", [{"fps": 0}, {"seconds": -1}, {"fps": np.nan}])
def test_a_rate_or_width_that_is_not_positive_is_refused(wrong):
    with pytest.raises(ValueError, match="fps and seconds must be positive"):
        smoothed(film(5), **wrong)
