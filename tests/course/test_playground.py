"""What lessons 03 and 04 build on: the losses of given poses, and a training with a student's losses."""

import pytest
import torch

from liftkit import TrainConfig, Trainer, load_poses
from liftkit.course.exercises.lesson_03 import quarter_turns, reprojection
from liftkit.course.playground import cycle_of, losses_of, own_losses
from liftkit.losses import LOSSES
from liftkit.networks import Lifter

POSES = load_poses("synthetic").test.select(slice(None, None, 900))


def mirrored(lifter):
    lifter.reverse_depth(torch.ones(lifter.members, dtype=torch.bool))
    return lifter


def test_under_the_papers_views_a_mirrored_lifter_has_the_same_losses_at_opposite_angles():
    lifter = Lifter("full", width=16, members=2, generators=[torch.Generator().manual_seed(s) for s in (0, 1)]).eval()
    as_made = {prior: losses_of(cycle_of(lifter, POSES, prior)) for prior in ("paper", "gravity")}
    mirrored(lifter)
    other = {prior: losses_of(cycle_of(lifter, POSES, prior, opposite=True)) for prior in ("paper", "gravity")}
    assert other["paper"] == pytest.approx(as_made["paper"], rel=1e-4)
    assert other["gravity"] != pytest.approx(as_made["gravity"], rel=0.01)
    assert losses_of(cycle_of(lifter, POSES)) != pytest.approx(as_made["paper"], rel=1e-4)  # the same angles


def trained(seeds):
    trainer = Trainer("full", POSES.x2d, seeds, TrainConfig.lesson(prior="paper", width=16, batch=8, steps=1))
    trainer.lifter.eval()  # else batch normalisation depends on which poses are lifted in one call
    trainer.step()
    return trainer.losses


def test_a_training_with_the_solutions_of_03_has_liftkits_losses_and_leaves_them_in_place():
    before = dict(LOSSES)
    with own_losses(reprojection=reprojection, quarter_turns=quarter_turns):
        own = trained((0, 1))
        assert LOSSES["reprojection"] != before["reprojection"]
        assert LOSSES["reprojection"].weight == before["reprojection"].weight
    assert before == LOSSES
    for name, values in trained((0, 1)).items():
        torch.testing.assert_close(own[name], values, rtol=1e-4, atol=1e-6)


def test_losses_come_back_after_an_error():
    before = dict(LOSSES)
    with pytest.raises(ZeroDivisionError), own_losses(reprojection=lambda *_: 1 / 0):
        Trainer("full", POSES.x2d, (0,), TrainConfig.lesson(prior="paper", width=16, batch=8, steps=1)).step()
    assert before == LOSSES
