"""The trainer: members are on their own, runs repeat and resume, what goes wrong is told, and it learns."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

from liftkit import watch
from liftkit.geometry import flip, normalise, rotation_x, rotation_y, turn
from liftkit.layers import BatchNormReLU
from liftkit.losses import LOSSES, LossTerm, discriminator_loss, reprojection
from liftkit.metrics import mirrored, n_mpjpe
from liftkit.poses import PoseSet
from liftkit.priors import knees_bend_backwards
from liftkit.representations import REPRESENTATIONS
from liftkit.run import Run
from liftkit.synthetic import synthetic_motion
from liftkit.training import TrainConfig, Trainer, train

POSES = np.random.default_rng(0).normal(scale=300, size=(200, 17, 2)).astype(np.float32)
QUICK = dict(width=16, batch=8, steps=40, knee_every=3)


def trainer(representation="legs_torso", poses=POSES, seeds=(0,), **config) -> Trainer:
    return Trainer(representation, poses, seeds, TrainConfig(**(QUICK | config)), device="cpu")


def weights(trained: Trainer) -> dict[str, torch.Tensor]:
    """Every parameter and running average of both networks, copied, as (M, numbers of a member)."""
    networks = {"lifter": trained.lifter, "discriminator": trained.discriminator}
    return {
        f"{part}.{key}": value.detach().clone().view(len(trained.seeds), -1)
        for part, network in networks.items()
        for key, value in network.state_dict().items()
    }


def same(a: Trainer, b: Trainer) -> bool:
    """Whether two trainers are bit for bit at the same place, in weights, averages and history."""
    ours, theirs = weights(a), weights(b)
    return all(torch.equal(ours[key], theirs[key]) for key in ours) and a.history.equals(b.history)


# A member is on its own, and a run repeats.


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


def test_pauses_change_nothing():
    paused, through = trainer(dropout=0.2, record_every=1), trainer(dropout=0.2, record_every=1).run()
    for _ in range(4):
        paused.run(10)
    assert same(paused, through)
    assert paused.run().steps_done == 40  # the config has none left


# One step.


@pytest.mark.parametrize("prior", ["paper", "gravity"])
def test_a_step_is_a_cycle_then_the_discriminators_then_the_lifters_half(prior):
    whole, halves = (trainer(prior=prior, dropout=0.2, knee_every=99, seeds=(0, 5)) for _ in range(2))
    for _ in range(3):
        whole.step()
        cycle = halves.begin_cycle()
        halves.step_discriminator(cycle)
        halves.step_lifter(cycle)
        halves.steps_done += 1
    assert same(whole, halves)
    assert all(torch.equal(whole.losses[name], halves.losses[name]) for name in whole.losses)
    assert list(whole.losses) == ["discriminator", "adversarial", "reprojection", "quarter_turns"]


@pytest.mark.parametrize("half, other", [("discriminator", "lifter"), ("lifter", "discriminator")])
def test_each_half_trains_its_own_network_alone(half, other):
    trained = trainer(seeds=(0, 1))
    before = {part: [p.detach().clone() for p in getattr(trained, part).parameters()] for part in (half, other)}
    getattr(trained, f"step_{half}")()
    moved = {
        part: [not torch.equal(a, b) for a, b in zip(getattr(trained, part).parameters(), old, strict=True)]
        for part, old in before.items()
    }
    assert all(moved[half]) and not any(moved[other])


def test_adam_takes_its_first_step_against_the_weighted_sums_gradient():
    trained = trainer(prior="paper", learning_rate=0.01)
    cycle = trained.begin_cycle()
    total = sum(term.weight * term(cycle, trained.discriminator) for term in LOSSES.values())
    parameters = list(trained.lifter.parameters())
    gradients = torch.autograd.grad(total.sum(), parameters, retain_graph=True)
    before = [p.detach().clone() for p in parameters]
    trained.step_lifter(cycle)
    for p, old, g in zip(parameters, before, gradients, strict=True):
        sure = g.abs() > 1e-5  # Adam's first step is the learning rate against the sign
        torch.testing.assert_close((p - old)[sure], -0.01 * g.sign()[sure], rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("label_swap, swapped", [(0.0, False), (1.0, True)])
def test_the_discriminator_is_told_real_from_view_unless_labels_are_swapped(label_swap, swapped):
    trained = trainer(seeds=(0, 1), label_swap=label_swap)
    cycle = trained.begin_cycle()
    scores = trained.discriminator(cycle.x2d), trained.discriminator(cycle.x2d_view)
    expected = discriminator_loss(*scores, torch.tensor([swapped] * 2)).detach()
    trained.step_discriminator(cycle)
    torch.testing.assert_close(trained.losses["discriminator"], expected)


def test_labels_are_swapped_for_a_member_at_a_time_and_as_often_as_asked():
    trained = trainer(seeds=range(20), label_swap=0.3, learning_rate=0, batch=4)
    swaps = []
    for _ in range(30):
        cycle = trained.begin_cycle()
        scores = trained.discriminator(cycle.x2d), trained.discriminator(cycle.x2d_view)
        straight = discriminator_loss(*scores, torch.zeros(20, dtype=torch.bool)).detach()
        trained.step_discriminator(cycle)
        swaps.append(~torch.isclose(trained.losses["discriminator"], straight, rtol=1e-4))
    swaps = torch.stack(swaps).double()
    assert swaps.mean() == pytest.approx(0.3, abs=5 * math.sqrt(0.3 * 0.7 / swaps.numel()))
    assert 0 < swaps[0].sum() < 20


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_batches_are_drawn_from_the_normalised_poses_and_flipped_pose_by_pose(probability):
    trained = trainer(seeds=(0, 1), batch=500, flip=probability)
    x2d = trained.begin_cycle().x2d.reshape(1000, -1)
    real = torch.from_numpy(normalise(POSES))
    exact = "donot_use_mm_for_euclid_dist"
    pools = [pool.reshape(200, -1) for pool in (real, flip(real))]
    distance = torch.stack([torch.cdist(x2d, pool, compute_mode=exact) for pool in pools])
    nearest, which = distance.min(2)
    assert (nearest.min(0).values < 1e-5).all()
    flipped = nearest[1] < nearest[0]
    assert flipped.double().mean() == pytest.approx(probability, abs=5 * math.sqrt(probability * 0.7 / 1000))
    drawn = which.gather(0, flipped.long()[None])[0]
    assert len(drawn[:500].unique()) > 150 and not torch.equal(drawn[:500], drawn[500:])


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_the_learning_rate_follows_its_schedule_for_both_networks(schedule):
    rates = []

    def note(trained):
        rates.append([optimiser.param_groups[0]["lr"] for optimiser in trained.optimisers])

    trainer(schedule=schedule, steps=8, learning_rate=0.02).run(callbacks=[note])
    cosine = [0.01 * (1 + math.cos(math.pi * step / 8)) for step in range(8)]
    expected = cosine if schedule == "cosine" else [0.02] * 8
    np.testing.assert_allclose(rates, np.stack([expected] * 2, 1))


def test_a_loss_of_weight_zero_is_left_out_and_other_weights_count():
    def lifted(**losses):
        return trainer(weights={name: 0 for name in LOSSES} | losses, record_every=1, prior="paper").run(3)

    without = lifted(reprojection=1)
    assert without.history[["adversarial", "quarter_turns"]].isna().to_numpy().all()
    assert without.history["reprojection"].notna().all()
    key = "lifter.blocks.0.linear1.weight"
    assert not torch.equal(weights(without)[key], weights(lifted(reprojection=1, adversarial=1))[key])
    untouched = lifted()
    assert torch.equal(weights(untouched)[key], weights(trainer(prior="paper"))[key])


# Poses: 2D of the train split, and nothing else.


def pose_set(x3d="true", test_scale=1.0, split=("train", "test")) -> PoseSet:
    rng = np.random.default_rng(1)
    x2d = rng.normal(scale=300, size=(80, 17, 2)).astype(np.float32)
    x2d[40:] *= rng.uniform(1, 1 + test_scale, (40, 17, 1))
    depths = {"true": None, "garbage": rng.normal(scale=900, size=(80, 17, 3)).astype(np.float32)}
    if x3d in depths:
        truth = depths[x3d] if depths[x3d] is not None else np.concatenate([x2d, x2d[..., :1]], -1)
        x3d = truth - truth[:, :1]
    return PoseSet(x2d, x3d, clip=np.repeat([0, 1], 40), split=np.repeat(split, 40), units="mm")


def test_only_2d_poses_of_the_train_split_matter():
    expected = trainer(poses=pose_set().x2d[:40], record_every=1).run(4)
    for poses in (pose_set(), pose_set("garbage"), pose_set(None), pose_set(test_scale=9.0)):
        assert same(trainer(poses=poses, record_every=1).run(4), expected)


def test_a_pose_set_without_a_train_split_is_used_whole():
    torch.testing.assert_close(
        trainer(poses=pose_set(split=("", ""))).poses, torch.from_numpy(normalise(pose_set().x2d))
    )


@pytest.mark.parametrize(
    "kind",
    [
        torch.from_numpy,
        lambda x: x.astype(np.float64),
        lambda x: x * 0.25 + np.float32(64.0),
        lambda x: np.asfortranarray(x),
        lambda x: x[::-1][::-1],
        lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
    ],
)
def test_neither_unit_place_nor_memory_layout_of_the_poses_matters(kind):
    poses = POSES.round()  # so that scaling and shifting them is exact
    given = kind(poses)
    if isinstance(given, np.ndarray):
        given.flags.writeable = False
    assert torch.equal(trainer(poses=given).poses, trainer(poses=poses).poses)


def test_training_leaves_the_callers_poses_alone():
    poses = POSES.copy()
    trainer(poses=poses).run(2)
    trainer(poses=torch.from_numpy(poses)).run(2)
    assert (poses == POSES).all()


@pytest.mark.parametrize(
    "poses, message",
    [
        (POSES[0], r"poses must have shape \(N, 17, 2\) with N at least 1, found \(17, 2\)"),
        (POSES[:, :16], r"poses must have shape \(N, 17, 2\) with N at least 1, found \(200, 16, 2\)"),
        (POSES[:0], r"found \(0, 17, 2\)"),
        (np.zeros((5, 17, 3)), r"poses must have shape \(..., joints, 2\), found \(5, 17, 3\)"),
        (np.zeros((5, 17, 2), int), "poses must hold floating-point numbers, found int64"),
        (POSES * np.float32("nan"), "poses must be finite, found NaN or infinity"),
        (torch.full((5, 17, 2), float("inf")), "poses must be finite, found NaN or infinity"),
        ("poses.npz", "poses must be a numpy array or a torch tensor, found str"),
        (None, "poses must be a numpy array or a torch tensor, found NoneType"),
    ],
)
def test_other_poses_are_refused(poses, message):
    with pytest.raises(ValueError, match=message):
        trainer(poses=poses)


@pytest.mark.parametrize(
    "seeds, message",
    [
        ((), r"seeds must be one or more different integers, found \(\)"),
        ((1, 2, 1), r"seeds must be one or more different integers, found \(1, 2, 1\)"),
        (3, r"seeds must be a sequence such as \(0, 1, 2\), found 3"),
        ((0, -1), "a seed must be an integer from 0 to .*, found -1"),
        ((0.5,), "a seed must be an integer from 0 to .*, found 0.5"),
        ((True,), "a seed must be an integer from 0 to .*, found True"),
        ("01", "a seed must be an integer from 0 to .*, found '0'"),
        ((2**64,), "a seed must be an integer from 0 to .*, found 18446744073709551616"),
    ],
)
def test_other_seeds_are_refused(seeds, message):
    with pytest.raises(ValueError, match=message):
        trainer(seeds=seeds)


def test_unknown_names_are_refused_with_the_choices():
    with pytest.raises(ValueError, match="unknown representation 'halves'; there are full, legs_torso"):
        train("halves", POSES)
    with pytest.raises(ValueError, match="unknown fields stepps in the config; there are width, batch, steps"):
        train("full", POSES, stepps=3)
    with pytest.raises(ValueError, match="unknown prior 'papers'; there are paper, gravity"):
        train("full", POSES, prior="papers")


# Knees.


def share_of_knees(x3d: torch.Tensor) -> torch.Tensor:
    """(M, B, J, 3) -> (M,), from METHOD's formula, joint by joint."""
    hip_r, knee_r, ankle_r, hip_l, knee_l, ankle_l = (x3d[..., j, :] for j in range(1, 7))
    bend = torch.cross(hip_r - knee_r, ankle_r - knee_r, -1) + torch.cross(hip_l - knee_l, ankle_l - knee_l, -1)
    return ((bend * (hip_r - hip_l)).sum(-1) > 0).double().mean(1)


def test_members_with_knees_forwards_are_reversed_with_adams_memory_and_the_others_left_alone():
    seeds, config = range(6), dict(batch=64, prior="gravity")
    tested, untested = trainer(seeds=seeds, knee_every=4, **config), trainer(seeds=seeds, knee_every=99, **config)
    tested.run(4)
    untested.run(3)
    cycle = untested.begin_cycle()
    untested.step_discriminator(cycle)
    untested.step_lifter(cycle)
    forwards = share_of_knees(cycle.x3d) < 0.5
    assert forwards.any() and not forwards.all()
    sign = torch.where(forwards, -1.0, 1.0)[:, None]
    ours, theirs = weights(tested), weights(untested)
    for key in ours:
        assert torch.equal(ours[key], theirs[key] * sign if key.startswith("lifter.outputs") else theirs[key])
    outputs = set(tested.lifter.outputs.parameters())
    for p, q in zip(tested.lifter.parameters(), untested.lifter.parameters(), strict=True):
        ours, theirs = tested.optimisers[0].state[p], untested.optimisers[0].state[q]
        first = theirs["exp_avg"].view(6, -1) * (sign if p in outputs else 1)
        assert torch.equal(ours["exp_avg"].view(6, -1), first)
        assert torch.equal(ours["exp_avg_sq"], theirs["exp_avg_sq"])
    a, b = tested.to_run().lift(POSES), untested.to_run().lift(POSES)
    np.testing.assert_array_equal(a[..., 2], b[..., 2] * sign[..., None].numpy())


def test_the_papers_prior_knows_nothing_of_knees():
    tested = trainer(seeds=range(6), knee_every=2, prior="paper").run(5)
    assert same(tested, trainer(seeds=range(6), knee_every=99, prior="paper").run(5))


def test_knees_are_tested_again_and_again():
    trained = trainer(seeds=(0, 1), knee_every=3, batch=64)
    reversals = []
    trained.lifter.reverse_depth = lambda members, moments: reversals.append(trained.steps_done)
    trained.run(10)
    assert reversals == [3, 6, 9]


# History.


def test_history_has_a_row_a_recorded_step_and_seed_with_that_steps_losses():
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


# Stopping, on purpose or not.


def poisoned(member: int, at: int, kind: str):
    """A reprojection term that from step ``at`` on gives one member NaN: as its value or only as its gradient."""
    calls = []

    def term(cycle, discriminator):
        calls.append(None)
        loss = reprojection(cycle)
        if len(calls) < at:
            return loss
        members = list(loss.unbind())
        mine = members[member]
        # the square root is 0, its gradient infinite
        members[member] = mine * float("nan") if kind == "value" else mine + (mine - mine.detach()).sqrt()
        return torch.stack(members)

    return LossTerm(term, 10.0)


def stop_at(step: int):
    return lambda trained: trained.stop() if trained.steps_done == step else None


def interrupt_at(step: int):
    def callback(trained):
        if trained.steps_done == step:
            raise KeyboardInterrupt

    return callback


@pytest.mark.parametrize(
    "kind, at, callbacks, reason",
    [
        ("value", 7, [], r"diverged at step 7 \(reprojection is not finite\)"),
        ("value", 7, [stop_at(8)], r"diverged at step 7 \(reprojection is not finite\)"),
        ("value", 7, [interrupt_at(9)], r"diverged at step 7 \(reprojection is not finite\)"),
        ("gradient", 10, [], r"diverged at step 10 \(.*weight.* not finite\)"),
    ],
)
def test_a_run_that_diverges_goes_back_to_the_last_good_state_and_names_seed_and_step(
    monkeypatch, kind, at, callbacks, reason
):
    good = trainer(seeds=(5, 8, 6), record_every=1, knee_every=99).run(5)
    monkeypatch.setattr(watch, "CHECK_EVERY", 5)
    monkeypatch.setitem(LOSSES, "reprojection", poisoned(1, at, kind))
    trained = trainer(seeds=(5, 8, 6), record_every=1, knee_every=99)
    message = rf"^the member with seed 8 {reason}; back to step 5, the last good one$"
    with pytest.warns(RuntimeWarning, match=message):
        trained.run(callbacks=callbacks)
    assert trained.steps_done == 5
    assert same(trained, good)
    assert trained.to_run().message == trained.message
    monkeypatch.undo()
    assert same(trained.run(3), good.run(3))
    assert trained.message == ""


def test_the_default_look_comes_before_much_is_lost(monkeypatch):
    monkeypatch.setitem(LOSSES, "reprojection", poisoned(0, 53, "value"))
    with pytest.warns(RuntimeWarning, match="seed 4 diverged at step 53 .* back to step 50"):
        run = train("five_parts", POSES, (4,), **(QUICK | {"steps": 300}))
    assert np.isfinite(run.lift(POSES)).all()


def test_ctrl_c_keeps_what_was_learned_and_warns():
    with pytest.warns(RuntimeWarning, match="interrupted at step 7"):
        trained = trainer(record_every=1).run(callbacks=[interrupt_at(7)])
    assert same(trained, trainer(record_every=1).run(7))
    assert trained.message == "interrupted at step 7; what was learned until then is kept"
    with pytest.warns(RuntimeWarning, match="interrupted"):
        run = train("legs_torso", POSES, callbacks=[interrupt_at(7)], device="cpu", **QUICK)
    assert run.message == trained.message
    np.testing.assert_array_equal(run.lift(POSES), trained.to_run().lift(POSES))


def test_callbacks_are_closed_however_the_run_ends():
    class Closes:
        closed = 0

        def __call__(self, trained):
            if trained.steps_done == 2:
                raise LookupError

        def close(self):
            self.closed += 1

    callback, trained = Closes(), trainer()
    trained.run(1, [callback])
    assert callback.closed == 1
    with pytest.raises(LookupError):
        trained.run(1, [callback])
    assert callback.closed == 2


def test_stop_ends_a_run_after_the_step_and_the_next_run_goes_on():
    trained = trainer(record_every=1).run(callbacks=[stop_at(5)])
    assert (trained.steps_done, trained.message) == (5, "")
    assert same(trained.run(3), trainer(record_every=1).run(8))


def test_callbacks_are_called_in_order_after_every_step_and_their_errors_pass_through():
    calls = []

    def first(trained):
        calls.append(("first", trained.steps_done))

    def second(trained):
        calls.append(("second", trained.steps_done))
        if trained.steps_done == 2:
            raise OSError("the disk is full")

    trained = trainer()
    with pytest.raises(OSError, match="the disk is full"):
        trained.run(callbacks=(callback for callback in (first, second)))
    assert calls == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]
    assert trained.steps_done == 2


def test_a_run_is_a_copy_that_further_training_does_not_change():
    trained = trainer("five_parts_shared", dropout=0.3).run(5)
    run = trained.to_run()
    before = run.lift(POSES)
    trained.run(5)
    np.testing.assert_array_equal(run.lift(POSES), before)
    assert np.abs(trained.to_run().lift(POSES) - before).max() > 1
    assert trained.lifter.training and not run.lifter.training
    assert same(trained, trainer("five_parts_shared", dropout=0.3).run(10))  # nor does making it change training


def test_running_averages_follow_the_real_poses():
    trained = trainer(batch=128, learning_rate=0, flip=0.0, schedule="constant").run(60)
    seen = [torch.tensor(joints) for joints in trained.lifter.sees]
    real = torch.from_numpy(normalise(POSES))
    expected = torch.cat(
        [layer.weight @ real[:, joints].flatten(1).T for layer, joints in zip(trained.lifter.inputs, seen, strict=True)]
    ).detach()
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
def pupil(one_person) -> Trainer:
    config = TrainConfig(width=32, batch=64, steps=300, learning_rate=5e-3, knee_every=25)
    return Trainer("legs_torso", one_person[:2500, :, :2], range(5), config, "cpu")


@pytest.fixture(scope="module")
def untrained(pupil) -> Run:
    return pupil.to_run()


@pytest.fixture(scope="module")
def learned(pupil, untrained) -> Run:
    return pupil.run().to_run()


def test_it_learns_the_depth_of_a_person_whom_it_has_seen_only_in_2d(one_person, untrained, learned):
    truth = one_person[2500:]
    before, after = (run.lift(truth[..., :2]) for run in (untrained, learned))
    # Errors without any alignment by rotation or reflection; a member or two may end mirrored.
    flat = n_mpjpe(truth * [1, 1, 0], truth).mean()
    assert flat > 90 and n_mpjpe(before, truth).mean(-1).min() > 90
    assert np.median(n_mpjpe(after, truth).mean(-1)) < 45
    assert np.median(mirrored(after, truth).mean(-1)) < 0.02
    assert np.median(knees_bend_backwards(after).mean(-1)) > 0.98


def test_while_it_learns_its_consistency_losses_fall_and_views_look_real(learned):
    history = learned.history
    first, last = (history[history["step"].between(*steps)] for steps in ((1, 30), (271, 300)))
    for name in ("reprojection", "quarter_turns"):
        assert (last.groupby("seed")[name].mean() < 0.25 * first.groupby("seed")[name].mean()).all()
    assert last["discriminator"].median() > 0.3  # 0 where it tells every view from a real pose
    assert last.groupby("seed")["knees"].mean().median() > 0.9
