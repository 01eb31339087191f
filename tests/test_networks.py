"""Networks: the same numbers and gradients as plain torch.nn modules, member by member; what they cannot learn."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from liftkit.layers import BatchNormReLU, Dropout, uniform
from liftkit.networks import Discriminator, Lifter
from liftkit.representations import REPRESENTATIONS, Representation
from liftkit.skeleton import H36M_17

WIDTH, MEMBERS, BATCH = 32, 2, 7
NAMES = list(REPRESENTATIONS)


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def random_poses(*shape: int, seed: int = 0) -> torch.Tensor:
    x2d = torch.rand(*shape, 17, 2, generator=generators(seed)[0], dtype=torch.float64) * 2 - 1
    x2d[..., 0, :] = 0
    return x2d


def stirred(network):
    """In double precision, every parameter and running average at a value of its own."""
    network.double()
    g = generators(9)[0]
    for name, tensor in network.state_dict().items():
        draw = torch.rand(tensor.shape, generator=g, dtype=torch.float64)
        if name.endswith(("gain", "var")):
            tensor.copy_(0.5 + draw)
        elif name.endswith(("shift", "mean", "bias")):
            tensor.copy_(draw - 0.5)
    return network


class Copies:
    """Plain modules whose weights are copied from slices of an ensemble's, remembering which."""

    def __init__(self, network):
        self.state, self.pairs = network.state_dict(), []

    def put(self, target, name: str, index: int):
        target.data = self.state[name][index].clone().view_as(target)
        if isinstance(target, nn.Parameter):
            self.pairs.append((name, index, target))

    def linear(self, name: str, index: int) -> nn.Linear:
        outputs, inputs = self.state[f"{name}.weight"].shape[1:]
        layer = nn.Linear(inputs, outputs, bias=f"{name}.bias" in self.state, dtype=torch.float64)
        self.put(layer.weight, f"{name}.weight", index)
        if layer.bias is not None:
            self.put(layer.bias, f"{name}.bias", index)
        return layer

    def norm(self, name: str, index: int) -> nn.BatchNorm1d:
        layer = nn.BatchNorm1d(self.state[f"{name}.gain"].shape[1], dtype=torch.float64)
        self.put(layer.weight, f"{name}.gain", index)
        self.put(layer.bias, f"{name}.shift", index)
        self.put(layer.running_mean, f"{name}.mean", index)
        self.put(layer.running_var, f"{name}.var", index)
        return layer

    def block(self, name: str, index: int) -> nn.Sequential:
        return nn.Sequential(
            self.linear(f"{name}.linear1", index),
            self.norm(f"{name}.norm1", index),
            nn.ReLU(),
            self.linear(f"{name}.linear2", index),
            self.norm(f"{name}.norm2", index),
            nn.ReLU(),
        )


class PlainLifter(nn.Module):
    """One member, written down from METHOD's description with samples first and a network for each segment."""

    def __init__(self, lifter: Lifter, member: int):
        super().__init__()
        self.copies, self.rep = Copies(lifter), lifter.representation
        count = len(self.rep.segments)
        nets = [member * count + s for s in range(count)]
        copies = self.copies
        self.inputs = nn.ModuleList(copies.linear(f"inputs.{s}", member) for s in range(count))
        self.norms = nn.ModuleList(copies.norm("input_norm", net) for net in nets)
        self.blocks = nn.ModuleList(
            nn.ModuleList(copies.block(f"blocks.{b}", net) for b in range(self.rep.blocks)) for net in nets
        )
        shared = self.rep.shared_blocks
        self.joins = nn.ModuleList(copies.linear(f"joins.{s}", member) for s in range(count) if shared)
        self.shared = nn.ModuleList(copies.block(f"shared_blocks.{b}", member) for b in range(shared))
        self.outputs = nn.ModuleList(copies.linear(f"outputs.{s}", member) for s in range(1 if shared else count))

    def forward(self, x2d):  # (B, J, 2)
        z, features = torch.zeros(x2d.shape[:2], dtype=torch.float64), []
        for s, segment in enumerate(self.rep.segments):
            joints = [H36M_17.index(joint) for joint in segment.sees]
            h = torch.relu(self.norms[s](self.inputs[s](x2d[:, joints].reshape(len(x2d), -1))))
            for block in self.blocks[s]:
                h = block(h) + h
            features.append(h)
        owned = [[H36M_17.index(joint) for joint in segment.owns] for segment in self.rep.segments]
        if self.joins:
            h = torch.cat([join(h) for join, h in zip(self.joins, features, strict=True)], dim=1)
            for block in self.shared:
                h = block(h) + h
            features, owned = [h], [sum(owned, [])]
        for output, h, joints in zip(self.outputs, features, owned, strict=True):
            z = z.index_copy(1, torch.tensor(joints), torch.tanh(output(h)))
        return z


class PlainDiscriminator(nn.Module):
    def __init__(self, discriminator: Discriminator, member: int):
        super().__init__()
        self.copies = Copies(discriminator)
        self.first = self.copies.linear("input", member)
        self.layers = nn.ModuleList(self.copies.linear(f"blocks.{b}", member) for b in range(6))
        self.last = self.copies.linear("output", member)

    def forward(self, x2d):
        h = torch.relu(self.first(x2d[:, 1:].reshape(len(x2d), -1)))
        for b in (0, 2, 4):
            h = torch.relu(self.layers[b + 1](torch.relu(self.layers[b](h)))) + h
        return self.last(h)[:, 0]


def assert_same_gradients(network, plain_members):
    """Every number of every parameter is compared, each exactly once."""
    compared = 0
    for plain in plain_members:
        for name, index, target in plain.copies.pairs:
            found = network.get_parameter(name).grad[index].view_as(target)
            torch.testing.assert_close(found, target.grad, rtol=1e-9, atol=1e-12)
            compared += target.numel()
    assert compared == sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("name", NAMES)
def test_lifter_equals_plain_modules_in_values_gradients_and_running_averages(name, mode):
    lifter = stirred(Lifter(name, WIDTH, MEMBERS)).train(mode == "train")
    plain = [PlainLifter(lifter, m).train(mode == "train") for m in range(MEMBERS)]
    x2d = random_poses(MEMBERS, BATCH).requires_grad_()
    x2d_plain = x2d.detach().clone().requires_grad_()
    pull = torch.randn(MEMBERS, BATCH, 17, generator=generators(1)[0], dtype=torch.float64)

    z = lifter(x2d)
    z_plain = torch.stack([net(x) for net, x in zip(plain, x2d_plain, strict=True)])
    torch.testing.assert_close(z, z_plain, rtol=1e-10, atol=1e-12)
    (z * pull).sum().backward()
    (z_plain * pull).sum().backward()
    torch.testing.assert_close(x2d.grad, x2d_plain.grad, rtol=1e-9, atol=1e-12)
    assert_same_gradients(lifter, plain)
    for ours, theirs in [
        (lifter.input_norm, [norm for net in plain for norm in net.norms]),
        (lifter.blocks[-1].norm2, [blocks[-1][4] for net in plain for blocks in net.blocks]),
    ]:
        torch.testing.assert_close(ours.mean, torch.stack([norm.running_mean for norm in theirs]))
        torch.testing.assert_close(ours.var, torch.stack([norm.running_var for norm in theirs]))


@pytest.mark.parametrize("name", ["legs_torso", "five_parts_shared"])
def test_each_view_is_normalised_by_its_own_statistics_and_moves_no_average(name):
    lifter = stirred(Lifter(name, WIDTH, MEMBERS)).train()
    plain = [PlainLifter(lifter, m).train() for m in range(MEMBERS)]
    before = {key: value.clone() for key, value in lifter.state_dict().items()}
    views = random_poses(MEMBERS, 3, BATCH) * torch.tensor([1.0, 0.2, 3.0])[:, None, None, None]
    z = lifter(views)
    expected = torch.stack([torch.stack([plain[m](views[m, v]) for v in range(3)]) for m in range(MEMBERS)])
    torch.testing.assert_close(z, expected, rtol=1e-10, atol=1e-12)
    after = lifter.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)
    torch.testing.assert_close(lifter.eval()(views)[:, 1], lifter(views[:, 1]))


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


def test_discriminator_equals_plain_modules_in_values_and_gradients():
    network = stirred(Discriminator(WIDTH, MEMBERS))
    plain = [PlainDiscriminator(network, m) for m in range(MEMBERS)]
    x2d = random_poses(MEMBERS, BATCH)
    scores = network(x2d)
    scores_plain = torch.stack([net(x) for net, x in zip(plain, x2d, strict=True)])
    torch.testing.assert_close(scores, scores_plain, rtol=1e-10, atol=1e-12)
    pull = torch.randn(MEMBERS, BATCH, generator=generators(1)[0], dtype=torch.float64)
    (scores * pull).sum().backward()
    (scores_plain * pull).sum().backward()
    assert_same_gradients(network, plain)


# (segments' joints, blocks, shared blocks) of METHOD's table; a batch normalisation's two parameters replace the bias
TABLE = {
    "full": ([(16, 16)], 6, 0),
    "legs_torso": ([(6, 6), (10, 10)], 3, 0),
    "legs_torso_shared": ([(6, 6), (10, 10)], 2, 2),
    "five_parts": ([(3, 3)] * 4 + [(4, 4)], 1, 0),
    "five_parts_shared": ([(3, 3)] * 4 + [(4, 4)], 1, 1),
    "left_right": ([(10, 8), (10, 8)], 3, 0),
}


@pytest.mark.parametrize("name", NAMES)
def test_parameter_count_is_that_of_the_papers_table(name):
    w, (segments, blocks, shared) = 64, TABLE[name]
    block = 2 * (w * w + 2 * w)
    expected = sum(2 * sees * w + 2 * w + blocks * block for sees, _ in segments)
    if shared:
        units = [w * owns // 16 for _, owns in segments]
        expected += sum(w * unit + unit for unit in units) + shared * block + 16 * w + 16
    else:
        expected += sum(owns * w + owns for _, owns in segments)
    for members in (1, 3):
        found = Lifter(name, w, members).parameter_count
        assert found == expected and isinstance(found, int)


def test_parameter_count_of_the_discriminator():
    w = 64
    assert Discriminator(w, 2).parameter_count == (32 * w + w) + 6 * (w * w + w) + (w + 1)


def test_two_independent_segments_have_nearly_the_full_poses_parameters():
    counts = [Lifter(name, 256).parameter_count for name in ("full", "legs_torso")]
    assert counts[1] / counts[0] == pytest.approx(1, abs=0.01)


def test_segments_share_the_joined_width_by_their_joints():
    units = {
        name: [join.weight.shape[1] for join in Lifter(name, 1024).joins]
        for name in ("legs_torso_shared", "five_parts_shared")
    }
    assert units == {"legs_torso_shared": [384, 640], "five_parts_shared": [192, 192, 256, 192, 192]}


@pytest.mark.parametrize("name", NAMES)
def test_depths_lie_within_one_and_the_pelvis_at_zero(name):
    lifter = Lifter(name, WIDTH, MEMBERS)
    z = lifter(random_poses(MEMBERS, BATCH).float() * 100)
    assert z.shape == (MEMBERS, BATCH, 17)
    assert (z[..., 0] == 0).all()
    assert 0 < z[..., 1:].abs().min() and z.abs().max() <= 1


def dependence(lifter: Lifter, x2d: torch.Tensor) -> np.ndarray:
    """(J, J) the largest |derivative| of any pose's depth (row) by any pose's 2D joint (column)."""
    jacobian = torch.autograd.functional.jacobian(lambda x: lifter(x).sum(0), x2d)  # (B, J, M, B, J, 2)
    return jacobian.abs().amax((0, 2, 3, 5)).numpy()


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("name", NAMES)
def test_a_depth_depends_on_the_joints_that_its_segment_sees_and_on_no_other(name, mode):
    rep = REPRESENTATIONS[name]
    lifter = stirred(Lifter(name, WIDTH, MEMBERS)).train(mode == "train")
    found = dependence(lifter, random_poses(MEMBERS, 4))
    sees = np.array([[joint in segment.sees for joint in H36M_17.names] for segment in rep.segments])
    expected = np.zeros((17, 17), bool)
    expected[1:] = sees[rep.segment_of[1:]] if rep.independent else sees.any(0)
    np.testing.assert_array_equal(found != 0, expected)


@pytest.mark.parametrize("build", [lambda: Lifter("legs_torso_shared", WIDTH, 3), lambda: Discriminator(WIDTH, 3)])
def test_one_members_input_changes_nothing_of_another(build):
    network = build().train()
    x2d = random_poses(3, BATCH).float()
    other = x2d.clone()
    other[1] += 0.3
    a, b = network(x2d), network(other)
    assert torch.equal(a[[0, 2]], b[[0, 2]])
    assert not torch.equal(a[1], b[1])


@pytest.mark.parametrize("name", [*NAMES, "discriminator"])
def test_a_member_starts_with_the_weights_that_its_seed_has_alone(name):
    def build(*seeds):
        size = dict(width=WIDTH, members=len(seeds), generators=generators(*seeds))
        return Discriminator(**size) if name == "discriminator" else Lifter(name, **size)

    together, alone = build(3, 8).state_dict(), build(8).state_dict()
    for key, value in alone.items():
        assert torch.equal(together[key].view(2, -1)[1], value.flatten())
    assert not torch.equal(together["blocks.0.linear1.weight" if name in NAMES else "blocks.0.weight"][0], value)


def test_weights_and_biases_start_uniform_within_one_over_root_inputs():
    network = Discriminator(width=256, members=2)
    for layer, inputs in ((network.input, 32), (network.blocks[3], 256)):
        scaled = layer.weight.detach() * math.sqrt(inputs)
        assert scaled.abs().max() <= 1
        assert scaled.var() == pytest.approx(1 / 3, rel=0.03)
        assert scaled.mean() == pytest.approx(0, abs=0.02)
    assert 0.9 < (network.blocks[3].bias.abs() * 16).max() <= 1


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


@pytest.mark.parametrize("name", ["full", "legs_torso", "five_parts_shared"])
def test_reverse_depth_turns_the_chosen_members_sign_and_nothing_else(name):
    lifter = stirred(Lifter(name, WIDTH, 3)).eval()
    x2d = random_poses(3, BATCH)
    before = lifter(x2d)
    inner = {key: value.clone() for key, value in lifter.state_dict().items() if "outputs" not in key}
    moments = {p: torch.ones_like(p) for p in lifter.parameters()}
    lifter.reverse_depth(torch.tensor([False, True, False]), moments)
    after = lifter(x2d)
    assert torch.equal(after[1], -before[1])
    assert torch.equal(after[[0, 2]], before[[0, 2]])
    assert all(torch.equal(inner[key], lifter.state_dict()[key]) for key in inner)
    outputs = set(lifter.outputs.parameters())
    for p, moment in moments.items():
        turned = torch.tensor([1.0, -1.0 if p in outputs else 1.0, 1.0], dtype=torch.float64)
        assert torch.equal(moment.view(3, -1), turned[:, None].expand(3, p.numel() // 3))
    lifter.reverse_depth(torch.tensor([False, True, False]))
    assert torch.equal(lifter(x2d), before)


@pytest.mark.parametrize("build", [lambda: Lifter("full", WIDTH, 2), lambda: Discriminator(WIDTH, 2)])
@pytest.mark.parametrize("shape", [(1, 4, 17, 2), (2, 4, 16, 2), (2, 4, 17, 3), (4, 17, 2)])
def test_another_shape_is_refused_with_the_expected_one(build, shape):
    with pytest.raises(ValueError, match=r"x2d must have shape \(2, .*batch, 17, 2\), found \(" + str(shape[0])):
        build()(torch.zeros(shape))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(width=0), "width must be an integer of at least 1, found 0"),
        (dict(width=32.0), "width must be an integer of at least 1, found 32.0"),
        (dict(members=0), "members must be an integer of at least 1, found 0"),
        (dict(dropout=1.0), "dropout must be a rate from 0 to 0.99, found 1.0"),
        (dict(members=2, generators=generators(0)), r"generator.* \(2\), found 1"),
    ],
)
@pytest.mark.parametrize("network", [lambda **kw: Lifter("full", **kw), Discriminator])
def test_sizes_out_of_range_are_refused(network, arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**({"width": 16} | arguments))


@pytest.mark.parametrize("network", [lambda **kw: Lifter("full", **kw), Discriminator])
def test_the_ends_of_the_ranges_are_allowed(network):
    smallest = network(width=1, members=1, dropout=0.99)
    assert (smallest.width, smallest.members) == (1, 1)


def test_a_width_that_the_segments_cannot_share_is_refused():
    with pytest.raises(ValueError, match="legs_torso_shared: .* expected a multiple of 16, found 20"):
        Lifter("legs_torso_shared", width=20)
    with pytest.raises(ValueError, match="unknown representation 'halves'; there are full, legs_torso"):
        Lifter("halves")
    assert Lifter("legs_torso", width=20).width == 20


def test_a_segment_that_sees_the_root_lifts_like_plain_modules():
    legs, torso = REPRESENTATIONS["legs_torso"].segments
    seeing = type(legs)("legs", ("pelvis", "head", *legs.sees), legs.owns)
    lifter = stirred(Lifter(Representation("seeing", (torso, seeing), 1), WIDTH, 1)).train()
    x2d = random_poses(1, BATCH)
    torch.testing.assert_close(lifter(x2d)[0], PlainLifter(lifter, 0).train()(x2d[0]), rtol=1e-10, atol=1e-12)
