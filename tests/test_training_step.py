"""One step of the trainer: the batch, both halves, learning rates, weights of losses, and the test of the knees."""

import math

import numpy as np
import pytest
import torch
from trainers import POSES, same, trainer, weights

from liftkit.geometry import flip, normalise
from liftkit.layers import Dropout
from liftkit.losses import LOSSES, discriminator_loss


@pytest.mark.parametrize("network", ["lifter", "discriminator"])
def test_dropout_of_the_config_acts_in_both_networks_while_they_train(network):
    def two_calls(dropout):
        trained = trainer(dropout=dropout, width=64)
        x2d = trained.begin_cycle().x2d
        return [getattr(trained, network)(x2d) for _ in range(2)]

    assert torch.equal(*two_calls(0.0))
    assert not torch.equal(*two_calls(0.5))


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_every_dropout_layer_has_the_configs_rate(rate):
    trained = trainer(dropout=rate)
    networks = trained.lifter, trained.discriminator
    rates = [[layer.rate for layer in network.modules() if isinstance(layer, Dropout)] for network in networks]
    assert rates == [[rate] * 3, [rate]]  # the lifter's three blocks, the discriminator's one layer for its blocks


@pytest.mark.parametrize("prior", ["paper", "gravity"])
def test_a_step_is_a_cycle_then_the_discriminators_then_the_lifters_half(prior):
    whole, halves = (trainer(prior=prior, dropout=0.2, knee_every=2, seeds=(0, 5), record_every=1) for _ in range(2))
    for _ in range(5):
        whole.step()
        cycle = halves.begin_cycle()
        halves.step_discriminator(cycle)
        halves.step_lifter(cycle)
        halves.finish_step(cycle)
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
def test_real_poses_should_score_1_and_views_0_unless_labels_are_swapped(label_swap, swapped):
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


def test_beyond_the_configs_steps_a_cosine_schedule_learns_no_more():
    rates = []
    note = lambda trained: rates.append(trained.optimisers[0].param_groups[0]["lr"])  # noqa: E731
    trainer(schedule="cosine", steps=1, learning_rate=0.02).run(4, callbacks=[note])
    assert rates == [0.02, 0, 0, 0]


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


def test_a_member_is_reversed_only_if_most_of_its_shins_fold_forwards():
    trained, reversed_members = trainer(seeds=range(3), knee_every=1), []
    trained._knees = lambda cycle: torch.tensor([0.49, 0.5, 0.51])
    trained.lifter.reverse_depth = lambda members, moments: reversed_members.append(members.tolist())
    trained.step()
    assert reversed_members == [[True, False, False]]


def test_the_papers_prior_does_not_test_knees():
    tested = trainer(seeds=range(6), knee_every=2, prior="paper").run(5)
    assert same(tested, trainer(seeds=range(6), knee_every=99, prior="paper").run(5))


def test_knees_are_tested_again_and_again():
    trained = trainer(seeds=(0, 1), knee_every=3, batch=64)
    reversals = []
    trained.lifter.reverse_depth = lambda members, moments: reversals.append(trained.steps_done)
    trained.run(10)
    assert reversals == [3, 6, 9]
