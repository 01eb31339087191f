"""Networks: their sizes, what a depth may depend on, members apart, depth reversed, sizes refused."""

import math

import numpy as np
import pytest
import torch
from random_networks import BATCH, MEMBERS, NAMES, WIDTH, generators, random_poses, stirred

from liftkit.networks import Discriminator, Lifter
from liftkit.representations import REPRESENTATIONS
from liftkit.skeleton import H36M_17

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
