"""The trainer: members are on their own, runs repeat and resume, and it learns."""

import numpy as np
import pandas as pd
import pytest
import torch
from trainers import POSES, same, trainer, weights

from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import normalise, rotation_x, rotation_y, turn
from liftkit.layers import BatchNormReLU
from liftkit.losses import LOSSES
from liftkit.metrics import mirrored, n_mpjpe
from liftkit.priors import knees_bend_backwards
from liftkit.representations import REPRESENTATIONS
from liftkit.run import Run
from liftkit.training import TrainConfig, Trainer

# A member is on its own, and a run repeats.


@pytest.mark.slow
@pytest.mark.parametrize("prior", ["paper", "gravity"])
@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_a_member_of_an_ensemble_learns_what_its_seed_learns_alone(name, prior):
    config = dict(prior=prior, dropout=0.3, tilt_spread=3.0, label_swap=0.5, record_every=1)
    together = trainer(name, seeds=(4, 9, 2), **config).run(6)
    alone = trainer(name, seeds=(9,), **config).run(6)
    ours, theirs = weights(together), weights(alone)
    for key in theirs:
        torch.testing.assert_close(ours[key][1:2], theirs[key], rtol=1e-4, atol=1e-5)
    history = together.history.query("seed == 9").reset_index(drop=True)
    pd.testing.assert_frame_equal(history, alone.history, rtol=1e-3, atol=1e-5)
    lifted = together.to_run().lift(POSES)
    np.testing.assert_allclose(lifted[1], alone.to_run().lift(POSES)[0], atol=0.05)
    assert np.abs(lifted[1] - lifted[0]).max() > 5


def test_the_same_seeds_give_the_same_bits_and_others_do_not():
    a, b, c = (trainer(seeds=seeds, dropout=0.5, record_every=1).run(5) for seeds in [(1, 2), (1, 2), (3, 2)])
    assert same(a, b)
    assert not torch.equal(weights(a)["lifter.outputs.0.weight"][0], weights(c)["lifter.outputs.0.weight"][0])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["legs_torso", "five_parts_shared"])
def test_a_loaded_state_goes_on_bit_for_bit(name):
    config = dict(seeds=(0, 1), dropout=0.3, record_every=2)
    through = trainer(name, **config).run(4)
    state = through.state_dict()
    through.run(7)
    resumed = trainer(name, **config)
    resumed.load_state_dict(state)
    assert resumed.steps_done == 4
    resumed.run(7)
    assert same(resumed, through)
    assert len(resumed.history) == 2 * 5
    again = trainer(name, **config)  # neither the trainer saved nor the one loaded has touched the state
    again.load_state_dict(state)
    assert same(again.run(7), through)


@pytest.mark.slow
def test_pauses_change_nothing():
    paused, through = trainer(dropout=0.2, record_every=1), trainer(dropout=0.2, record_every=1).run()
    for _ in range(4):
        paused.run(10)
    assert same(paused, through)
    assert paused.run().steps_done == 40  # the config has none left


# History.


def test_history_has_one_row_per_recorded_step_and_seed_with_the_losses_of_that_step():
    seen = {}

    def note(trained):
        seen[trained.steps_done] = {name: value.tolist() for name, value in trained.losses.items()}

    trained = trainer("five_parts", seeds=(3, 1), steps=7, record_every=3).run(callbacks=[note])
    history = trained.history
    assert list(history.columns[:3]) == ["representation", "step", "seed"]
    assert set(history.columns[3:]) == {*LOSSES, "discriminator", "knees"}
    assert history["step"].tolist() == [3, 3, 6, 6, 7, 7]
    assert history["seed"].tolist() == [3, 1] * 3
    assert set(history["representation"]) == {"five_parts"}
    for name in (*LOSSES, "discriminator"):
        assert history[name].tolist() == pytest.approx([v for step in (3, 6, 7) for v in seen[step][name]])
    assert history["knees"].between(0, 1).all()


def test_before_training_the_history_is_empty_with_the_same_columns():
    trained = trainer()
    empty = trained.history
    assert len(empty) == 0
    assert list(empty.columns) == list(trained.run(10).history.columns)


def test_a_run_is_a_copy_that_further_training_does_not_change():
    trained = trainer("five_parts_shared", dropout=0.3).run(5)
    run = trained.to_run()
    before = run.lift(POSES)
    trained.run(5)
    np.testing.assert_array_equal(run.lift(POSES), before)
    assert np.abs(trained.to_run().lift(POSES) - before).max() > 1
    assert trained.lifter.training and not run.lifter.training
    assert same(trained, trainer("five_parts_shared", dropout=0.3).run(10))  # nor does making it change training


@pytest.mark.slow
def test_running_averages_follow_the_real_poses():
    trained = trainer(batch=128, learning_rate=0, flip=0.0, schedule="constant", scale="pose").run(60)
    real = torch.from_numpy(normalise(POSES))
    inputs = zip(trained.lifter.inputs, trained.lifter.sees, strict=True)
    expected = torch.cat([layer.weight @ real[:, joints].flatten(1).T for layer, joints in inputs]).detach()
    norm = trained.lifter.input_norm
    assert isinstance(norm, BatchNormReLU)
    torch.testing.assert_close(norm.mean, expected.mean(-1), rtol=0, atol=0.05)
    torch.testing.assert_close(norm.var, expected.var(-1), rtol=0.2, atol=0.01)


# It learns.


@pytest.fixture(scope="module")
def one_person() -> np.ndarray:
    """(N, J, 3) in mm: one person standing still, seen from every azimuth by a camera tilted 10 degrees."""
    world = synthetic_motion(subjects=2, frames=4).joints[0]
    azimuth = np.random.default_rng(0).uniform(0, 2 * np.pi, 3000)
    rotation = rotation_x(np.array(np.radians(10))) @ np.diag([1.0, -1, -1]) @ rotation_y(azimuth)
    return turn(world, rotation).astype(np.float32)


@pytest.fixture(scope="module")
def small_trainer(one_person) -> Trainer:
    config = TrainConfig(width=32, batch=64, steps=300, learning_rate=5e-3, knee_every=25)
    return Trainer("legs_torso", one_person[:2500, :, :2], range(5), config, "cpu")


@pytest.fixture(scope="module")
def untrained(small_trainer) -> Run:
    return small_trainer.to_run()


@pytest.fixture(scope="module")
def learned(small_trainer, untrained) -> Run:
    return small_trainer.run().to_run()


@pytest.mark.slow
def test_it_learns_the_depth_of_a_person_whom_it_has_seen_only_in_2d(one_person, untrained, learned):
    truth = one_person[2500:]
    before, after = (run.lift(truth[..., :2]) for run in (untrained, learned))
    # Errors without any alignment by rotation or reflection; a member or two may end mirrored.
    flat = n_mpjpe(truth * [1, 1, 0], truth).mean()
    assert flat > 90 and n_mpjpe(before, truth).mean(-1).min() > 90
    assert np.median(n_mpjpe(after, truth).mean(-1)) < 45
    assert np.median(mirrored(after, truth).mean(-1)) < 0.02
    assert np.median(knees_bend_backwards(after).mean(-1)) > 0.98


@pytest.mark.slow
def test_while_it_learns_its_consistency_losses_fall_and_views_look_real(learned):
    history = learned.history
    first, last = (history[history["step"].between(*steps)] for steps in ((1, 30), (271, 300)))
    for name in ("reprojection", "quarter_turns"):
        assert (last.groupby("seed")[name].mean() < 0.25 * first.groupby("seed")[name].mean()).all()
    assert last["discriminator"].median() > 0.3  # 0 if it recognises every view
    assert last.groupby("seed")["knees"].mean().median() > 0.9
