"""The networks' layers: batch normalisation and its averages, dropout and the random numbers behind it."""

import math

import numpy as np
import pytest
import torch
from random_networks import generators

from liftkit.layers import BatchNormReLU, Dropout, uniform
from liftkit.networks import Discriminator, Lifter


def test_the_running_variance_of_the_smallest_batch_is_unbiased():
    h = torch.tensor([[[1.0, 3.0], [0.0, 10.0]]])  # one net, two units, two samples
    layer = BatchNormReLU(1, 2).train()
    layer(h, None)
    torch.testing.assert_close(layer.var, torch.tensor([[0.9 + 0.1 * 2, 0.9 + 0.1 * 50]]))


def test_a_single_view_moves_no_average_and_a_batch_of_real_poses_does():
    lifter = Lifter("legs_torso", width=8).train()
    x2d, before = torch.rand(1, 6, 17, 2), lifter.input_norm.mean.clone()
    one_view = lifter(x2d[:, None])
    assert torch.equal(lifter.input_norm.mean, before)
    torch.testing.assert_close(one_view[:, 0], lifter(x2d))
    assert not torch.equal(lifter.input_norm.mean, before)


def test_uniform_numbers_come_from_each_members_own_generator():
    together, alone = uniform(generators(5, 6), 4, 3), uniform(generators(6), 4, 3)
    assert together.shape == (2, 4, 3)
    assert torch.equal(together[1], alone[0])
    assert not torch.equal(together[0], together[1])


def dropped(rate: float, *seeds: int, shape=(2, 64, 1001)) -> torch.Tensor:
    layer = Dropout(rate).train()
    layer.generators = generators(*seeds)
    return layer(torch.ones(len(seeds) * shape[0], *shape[1:]))


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_dropout_drops_its_share_at_every_place_and_keeps_the_expectation(rate):
    h = dropped(rate, 0, 1)
    flat = h.view(2, -1)
    flat = flat[:, : flat.shape[1] // 8 * 8].reshape(-1, 8)
    kept = (flat != 0).double().mean(0)  # by place, as the random numbers come eight at a time
    sigma = math.sqrt(rate * (1 - rate) / len(flat))
    np.testing.assert_allclose(kept, 1 - rate, atol=5 * sigma)
    assert h.double().mean() == pytest.approx(1, abs=5 * sigma / (1 - rate))
    assert h.unique().numel() == 2


@pytest.mark.parametrize("rate", [0.001, 0.3, 1 / 256, 0.25])
def test_dropout_keeps_its_rate_exactly(rate):
    zeros, count = (dropped(rate, 0, shape=(4, 1000, 1000)) == 0).sum().item(), 4_000_000
    assert zeros / count == pytest.approx(rate, abs=4 * math.sqrt(rate * (1 - rate) / count))


@pytest.mark.parametrize("rate, factor", [(0.001, 1 / 0.999), (0.25, 4 / 3), (0.5, 2), (0.75, 4)])
def test_what_dropout_keeps_is_enlarged_by_the_inverse_of_its_probability(rate, factor):
    assert dropped(rate, 0).max().item() == pytest.approx(factor)


@pytest.mark.parametrize(
    "build, layers", [(lambda: Lifter("full", 16, dropout=0.5), 6), (lambda: Discriminator(16), 3)]
)
def test_each_of_the_two_halves_of_a_residual_block_has_dropout(build, layers):
    network, calls = build().train(), []
    for layer in network.modules():
        if isinstance(layer, Dropout):
            layer.register_forward_hook(lambda *arguments: calls.append(1))
    network(torch.rand(1, 4, 17, 2))
    assert len(calls) == 2 * layers


def test_dropout_of_neighbours_is_independent():
    kept = (dropped(0.5, 0)[0, 0] != 0).double() * 2 - 1
    for lag in (1, 4, 8):
        assert (kept[lag:] * kept[:-lag]).mean().abs() < 5 / math.sqrt(1000)


def test_a_members_dropout_is_the_one_that_it_has_alone():
    together, alone = dropped(0.3, 4, 7, shape=(3, 5, 11)), dropped(0.3, 7, shape=(3, 5, 11))
    assert torch.equal(together[3:], alone)
    assert not torch.equal(together[:3], alone)


@pytest.mark.parametrize("rate, training", [(0.5, False), (0.0, True)])
def test_no_dropout_in_evaluation_nor_at_rate_0(rate, training):
    layer = Dropout(rate).train(training)
    layer.generators = generators(0)
    h = torch.rand(2, 3, 40)
    assert torch.equal(layer(h), h)
