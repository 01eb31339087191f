"""What a student and a researcher write, for mypy: nothing here is run. tests/test_types.py checks this file strictly.

A line with ``type: ignore`` is wrong on purpose: if a public name were Any, mypy would call that comment unused.
"""

from pathlib import Path

import numpy as np
import torch
from typing_extensions import assert_type  # of typing since Python 3.11; torch needs it

import liftkit
from liftkit import (
    H36M_17,
    REPRESENTATIONS,
    Camera,
    Dependence,
    Discriminator,
    Lifter,
    PoseSet,
    Representation,
    Run,
    Segment,
    Study,
    TrainConfig,
    Trainer,
)


def a_student(x2d: np.ndarray) -> None:
    poses = liftkit.load_poses("synthetic")
    assert_type(poses, PoseSet)
    run = liftkit.train("legs_torso", poses.train, seeds=(0, 1), width=64, steps=100)
    assert_type(run, Run)
    x3d = run.lift(x2d)
    assert_type(x3d, np.ndarray)
    liftkit.evaluate(run, poses.test, by="action")
    assert_type(liftkit.normalise(x2d), np.ndarray)
    assert_type(liftkit.normalise(torch.from_numpy(x2d)), torch.Tensor)
    assert_type(liftkit.project(liftkit.rotate(x3d, np.pi / 2, elevation=0.1)), np.ndarray)
    assert_type(liftkit.pa_mpjpe(x3d, x3d, reflection=True), np.ndarray)
    assert_type(H36M_17.index("left_wrist"), int)

    liftkit.train(3, poses)  # type: ignore[arg-type]
    liftkit.evaluate(poses, poses)  # type: ignore[arg-type]
    liftkit.load_poses(3)  # type: ignore[arg-type]
    liftkit.normalise([[0.0, 0.0]])  # type: ignore[type-var]
    liftkit.lift_kit  # type: ignore[attr-defined]  # noqa: B018
    run.lifts(x2d)  # type: ignore[attr-defined]
    H36M_17.index(13)  # type: ignore[arg-type]


def a_researcher(folder: Path, poses: PoseSet, x2d: torch.Tensor) -> None:
    legs = Segment("legs", ("left_hip", "left_knee"))
    mine = liftkit.register(Representation("mine", (legs,), blocks=1))
    assert_type(mine, Representation)
    assert_type(REPRESENTATIONS["full"].independent, bool)
    trainer = Trainer(mine, poses, seeds=range(4), config=TrainConfig.paper(width=128))
    assert_type(trainer.run(100, callbacks=[lambda trained: print(trained.steps_done)]), Trainer)
    run = trainer.to_run()
    assert_type(Run.load(run.save(folder)), Run)
    assert_type(Lifter("full", width=32).forward(x2d), torch.Tensor)
    assert_type(Discriminator(width=32).forward(x2d), torch.Tensor)
    assert_type(liftkit.project(run.lift(x2d), Camera(1145.0, (512, 515), [0.0, 0.0, 4000.0])), torch.Tensor)
    assert_type(liftkit.rotate(run.lift(x2d), torch.zeros(4, 1), np.zeros(3)), torch.Tensor)
    assert_type(liftkit.sensitivity(run, poses), Dependence)
    assert_type(liftkit.intervention(run, poses, {"arm": ["left_wrist"]}).between("full"), np.ndarray)
    assert_type(liftkit.run_study(["full", mine], poses, range(2), TrainConfig(), folder), Study)

    TrainConfig(width="wide")  # type: ignore[arg-type]
    Trainer("full", poses, seeds=3)  # type: ignore[arg-type]
    Lifter("full", "wide")  # type: ignore[arg-type]
    liftkit.sensitivity(poses, run)  # type: ignore[arg-type]
    liftkit.pck(x2d, x2d, threshold="near")  # type: ignore[arg-type]
