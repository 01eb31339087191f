"""Studies of a few seconds."""

from liftkit import Study, TrainConfig, run_study

CONFIG = TrainConfig(width=16, batch=16, steps=24, record_every=8)


def quick(poses, out, representations=("full", "legs_torso"), seeds=(0, 1, 2), config=CONFIG, **more) -> Study:
    given = dict(members=2, evaluations=3, device="cpu", processes=1) | more
    return run_study(representations, poses, seeds, config, out, **given)
