"""The supervised reference: it learns the depths that it is shown, and each seed its own."""

import dataclasses

import numpy as np
import pytest

from liftkit import TrainConfig, load_poses, supervised_reference


@pytest.mark.slow
def test_a_reference_learns_the_depths_that_it_is_shown(poses):
    shown = supervised_reference(load_poses("synthetic"), (0, 1), TrainConfig(width=32, batch=128, steps=300))
    z, truth = shown.lift(poses.x2d)[..., 2], poses.x3d[..., 2]
    assert (np.abs(z - truth).mean((1, 2)) < 0.8 * np.abs(truth).mean()).all()
    assert (((z * truth).sum(-1) > 0).mean(1) > 0.9).all()  # and not the mirror image


def test_the_same_seed_gives_the_same_reference(poses):
    config = TrainConfig(width=8, batch=16, steps=3)
    together, alone = (supervised_reference(poses, seeds, config).lift(poses.x2d) for seeds in ((0, 1), (1,)))
    np.testing.assert_allclose(together[1], alone[0], atol=1e-3)
    with pytest.raises(ValueError, match="a supervised reference needs the true 3D poses"):
        supervised_reference(dataclasses.replace(poses, x3d=None))
