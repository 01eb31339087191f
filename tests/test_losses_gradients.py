"""Gradients of the loss terms: by finite differences, by segment, by joint."""

import pytest
import torch
from fake_lifters import FakeLifter, turns_of
from random_networks import random_poses

from liftkit.config import TrainConfig
from liftkit.losses import LOSSES, Cycle, adversarial, discriminator_loss
from liftkit.networks import Discriminator, Lifter
from liftkit.representations import REPRESENTATIONS
from liftkit.skeleton import H36M_17


def tanh_lifter(weights: torch.Tensor, representation: str) -> FakeLifter:
    """z = tanh(x2d W) with every joint's depth depending on all coordinates; W (34, 17)."""
    return FakeLifter(lambda x: torch.tanh(x.flatten(-2) @ weights) * (torch.arange(17) > 0), representation)


@pytest.fixture(scope="module")
def setting():
    """Weights for :func:`tanh_lifter`, 2D poses, turns and a discriminator, in double precision."""
    g = torch.Generator().manual_seed(5)
    weights = torch.randn(34, 17, generator=g, dtype=torch.float64) * 0.3
    turns = turns_of(TrainConfig(tilt_spread=4), 1, 3)
    return weights.requires_grad_(), random_poses(1, 3), turns, Discriminator(16, 1).double()


@pytest.mark.parametrize("representation", ["full", "legs_torso", "five_parts"])
@pytest.mark.parametrize("term", ["reprojection", "quarter_turns"])
def test_gradients_of_consistency_equal_finite_differences(setting, term, representation):
    weights, x2d, turns, _ = setting
    assert torch.autograd.gradcheck(
        lambda w: LOSSES[term](Cycle(tanh_lifter(w, representation), x2d, turns), None), weights, fast_mode=True
    )


def test_gradients_of_the_adversarial_and_the_discriminators_loss_equal_finite_differences(setting):
    weights, x2d, turns, discriminator = setting
    assert torch.autograd.gradcheck(
        lambda w: adversarial(Cycle(tanh_lifter(w, "full"), x2d, turns), discriminator), weights, fast_mode=True
    )
    scores = [torch.randn(2, 4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    swapped = torch.tensor([False, True])
    assert torch.autograd.gradcheck(lambda real, view: discriminator_loss(real, view, swapped), scores)


@pytest.mark.parametrize(
    "representation, legs, head",
    [
        ("legs_torso", 6 / 16, 10 / 16),
        ("five_parts", 3 / 16, 4 / 16),
        ("left_right", 8 / 16, 8 / 16),
        ("legs_torso_shared", 1, 1),
    ],
)
def test_the_adversarial_gradient_is_shared_by_segment_size_and_its_value_is_not(setting, representation, legs, head):
    weights, x2d, turns, discriminator = setting

    def value_and_gradient(name):
        loss = adversarial(Cycle(tanh_lifter(weights, name), x2d, turns), discriminator)
        return loss, torch.autograd.grad(loss, weights)[0]

    (loss, gradient), (loss_full, gradient_full) = value_and_gradient(representation), value_and_gradient("full")
    torch.testing.assert_close(loss, loss_full)
    for joint, share in (("left_hip", legs), ("right_ankle", legs), ("head", head)):
        j = H36M_17.index(joint)
        torch.testing.assert_close(gradient[:, j], share * gradient_full[:, j])


@pytest.mark.parametrize("name", ["legs_torso", "five_parts"])
@pytest.mark.parametrize("term", ["reprojection", "quarter_turns"])
def test_consistency_of_independent_segments_trains_each_trunk_by_its_own_joints(term, name):
    lifter = Lifter(name, 16).double().eval()
    x2d, turns = random_poses(1, 4), turns_of(TrainConfig(), 1, 4)
    trunk = lifter.inputs[0].weight  # of the first segment

    def gradient(poses):
        return torch.autograd.grad(LOSSES[term](Cycle(lifter, poses, turns), None).sum(), trunk)[0]

    moved = x2d.clone()
    moved[:, :, H36M_17.index("left_wrist")] += 0.4  # a joint that the first segment does not see
    torch.testing.assert_close(gradient(moved), gradient(x2d), rtol=1e-9, atol=1e-12)
    moved[:, :, H36M_17.index("right_knee")] += 0.4
    assert not torch.allclose(gradient(moved), gradient(x2d))


@pytest.mark.parametrize("representation", REPRESENTATIONS)
@pytest.mark.parametrize("name", LOSSES)
def test_weighted_by_joint_every_representation_has_the_full_poses_gradient(representation, name):
    x2d, turns = random_poses(2, 5), turns_of(TrainConfig(), 2, 5)
    score = lambda poses: poses.pow(3).sum((-1, -2))  # noqa: E731
    gradients = []
    for rep, per_segment in ((representation, False), ("full", True)):
        z = torch.full((2, 5, 17), 0.1, dtype=torch.float64, requires_grad=True)
        lifter = FakeLifter(lambda poses, z=z: z if poses.ndim == 4 else poses[..., 0] * z[:, None], rep)
        loss = LOSSES[name](Cycle(lifter, x2d, turns, per_segment), score)
        gradients.append(torch.autograd.grad(loss.sum(), z)[0])
    torch.testing.assert_close(*gradients)
    assert gradients[0].abs().sum() > 0
