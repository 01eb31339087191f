"""The size by which a segment is divided: the pose's, which ties legs to arms end to end, or its own."""

import numpy as np
import pytest
import torch

from liftkit.correlation import donors
from liftkit.data.datasets import load_poses
from liftkit.networks import Lifter
from liftkit.representations import REPRESENTATIONS
from liftkit.skeleton import H36M_17
from liftkit.training import train

LEGS = [H36M_17.index(f"{side}_{joint}") for side in ("right", "left") for joint in ("hip", "knee", "ankle")]
SHARED = [name for name, representation in REPRESENTATIONS.items() if not representation.independent]
SEVERAL = [name for name in REPRESENTATIONS if name not in (*SHARED, "full")]  # independent segments


@pytest.fixture(scope="module")
def poses():
    return load_poses("synthetic").test.select(slice(None, None, 40))


def movement(poses, representation: str, scale: str, swapped: list[int], unmoved: list[int]) -> float:
    """The largest movement in mm of lifted joints while other joints of a pose are exchanged for those of a donor."""
    run = train(representation, poses, (0, 1), width=16, batch=32, steps=15, scale=scale, device="cpu")
    donor = donors(poses)
    own, mixed = poses.x2d[donor >= 0], poses.x2d[donor >= 0].copy()
    mixed[:, swapped] = poses.x2d[donor[donor >= 0]][:, swapped]
    return float(np.abs(run.lift(own) - run.lift(mixed))[:, :, unmoved].max())


TORSO = [j for j in range(1, 17) if j not in LEGS]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["legs_torso", "five_parts"])
def test_end_to_end_swapped_legs_leave_the_torso_where_it_was(poses, name):
    assert movement(poses, name, "segment", LEGS, TORSO) < 0.01
    assert movement(poses, name, "pose", LEGS, TORSO) > 10  # by the scale of the pose alone


@pytest.mark.slow
def test_end_to_end_a_side_does_not_move_with_the_other_sides_limbs(poses):
    left, right = (segment.owns for segment in REPRESENTATIONS["left_right"].segments)
    limbs = [H36M_17.index(joint) for joint in right if joint.startswith("right_")]
    assert movement(poses, "left_right", "segment", limbs, [H36M_17.index(joint) for joint in left]) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("name", ["full", *SHARED])
def test_whoever_sees_all_joints_moves_the_torso_with_the_legs(poses, name):
    assert movement(poses, name, "segment", LEGS, TORSO) > 10


def lifters(name: str) -> tuple[Lifter, Lifter]:
    """The same weights with the pose's and with the segments' scale."""
    return tuple(Lifter(name, 32, 2, scale=scale).eval() for scale in ("pose", "segment"))


def drawn(*shape: int) -> torch.Tensor:
    x2d = torch.rand(*shape, 17, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    x2d[..., 0, :] = 0
    return x2d


@pytest.mark.parametrize("name", ["full", *SHARED])
def test_the_full_pose_and_shared_representations_have_one_scale(name):
    by_pose, by_segment = lifters(name)
    assert torch.equal(by_pose(drawn(2, 9)), by_segment(drawn(2, 9)))


@pytest.mark.parametrize("name", SEVERAL)
def test_a_segment_is_lifted_as_a_pose_whose_largest_coordinate_it_has(name):
    by_pose, by_segment = lifters(name)
    x2d, found = drawn(2, 9), by_segment(drawn(2, 9))
    for segment in REPRESENTATIONS[name].segments:
        sees, owns = ([H36M_17.index(joint) for joint in joints] for joints in (segment.sees, segment.owns))
        largest = x2d[:, :, sees].abs().amax((2, 3))[..., None]
        expected = by_pose(x2d / largest[..., None])[..., owns] * largest
        torch.testing.assert_close(found[..., owns], expected)
        assert (found[..., owns].abs() <= largest).all()


@pytest.mark.parametrize("name", SEVERAL)
def test_a_larger_pose_is_lifted_to_larger_depths(name):
    lifter = lifters(name)[1]
    torch.testing.assert_close(lifter(drawn(2, 9) * 0.25), lifter(drawn(2, 9)) * 0.25)


def test_a_segment_without_size_is_lifted_to_finite_depths_with_finite_gradients():
    lifter, x2d = lifters("legs_torso")[1], drawn(2, 3)
    x2d[:, 0, LEGS] = 0
    x2d.requires_grad_()
    z = lifter(x2d)
    z.sum().backward()
    assert z.isfinite().all() and x2d.grad.isfinite().all()
