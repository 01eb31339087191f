"""A small file of joint positions, and studies that train nothing."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def positions(tmp_path_factory):
    """Joint positions of 96 frames: 48 clips of four synthetic people, the last of them for the test."""
    from liftkit.data.synthetic import synthetic_motion  # torch takes seconds, and pytest's first process runs no test

    motion = synthetic_motion(subjects=4, frames=2)
    keep = motion.clip % 12 == 0
    labels = {name: getattr(motion, name)[keep] for name in ("subject", "action", "clip", "frame", "split")}
    path = tmp_path_factory.mktemp("positions") / "cmu17.npz"
    names = np.array(motion.skeleton.names)
    np.savez(path, joints_mm=motion.joints[keep], fps=np.float32(motion.fps), joint_names=names, **labels)
    return path


@pytest.fixture
def no_training(monkeypatch):
    """Call it, and from then on a step of training fails."""
    from liftkit.training import Trainer

    def step(trainer):
        raise AssertionError("trained again")

    return lambda: monkeypatch.setattr(Trainer, "step", step)


@pytest.fixture
def few_synthetic(monkeypatch):
    """Call it with a module, and that loads every 499th of the synthetic poses only."""
    from liftkit import load_poses

    def load(*arguments, **options):
        poses = load_poses(*arguments, **options)
        return poses.select(np.arange(0, len(poses), 499))

    return lambda module: monkeypatch.setattr(module, "load_poses", load)
