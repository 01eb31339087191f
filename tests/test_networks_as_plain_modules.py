"""Networks have the numbers and gradients of plain torch.nn modules, member by member."""

import pytest
import torch
from random_networks import BATCH, MEMBERS, NAMES, WIDTH, generators, random_poses, stirred
from torch import nn

from liftkit.networks import Discriminator, Lifter
from liftkit.representations import REPRESENTATIONS, Representation
from liftkit.skeleton import H36M_17


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


def test_a_segment_that_sees_the_root_lifts_like_plain_modules():
    legs, torso = REPRESENTATIONS["legs_torso"].segments
    seeing = type(legs)("legs", ("pelvis", "head", *legs.sees), legs.owns)
    lifter = stirred(Lifter(Representation("seeing", (torso, seeing), 1), WIDTH, 1)).train()
    x2d = random_poses(1, BATCH)
    torch.testing.assert_close(lifter(x2d)[0], PlainLifter(lifter, 0).train()(x2d[0]), rtol=1e-10, atol=1e-12)
